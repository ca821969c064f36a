"""Does a passage bear out a sentence? Decided without a language model, and rather too strictly than too kindly.

A sentence is borne out where one sentence of the passage says each of its statements: has its words, its numbers with
their units beside the same names, its names in the same roles, and says it is done, planned or denied as it does. The
rules were found on ``eval/gold/statements-a.jsonl`` and on edited sentences (``python -m eval.statements``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.analyzer import Analyzer
from index.encoder import Encoder
from rag.questions.quantities import Quantity
from rag.writing import fact_checks, structure_checks, wording_checks
from rag.writing.alignment import Alignment, Grounds
from rag.writing.chunks import subject
from rag.writing.clauses import Sentence, Word, read_sentence

NEAREST = 0.86
"""The least cosine of a sentence to the nearest sentence of what bears it out. Of the right statements of set a those
that pass the rules have .871 and more; so have wrong ones, up to .998, so it is a guard and no more."""

LONGEST_SAID = 600
"""Characters of a sentence that is still compared: no answer has longer ones."""

Statement = tuple[tuple[Word, ...], tuple[Quantity, ...]]
Check = Callable[[Alignment], str | None]
CHECKS: tuple[Check, ...] = (
    wording_checks.other_amounts,
    wording_checks.other_words,
    wording_checks.other_said,
    wording_checks.other_quotes,
    wording_checks.other_labels,
    wording_checks.other_order,
    wording_checks.not_attributed,
    fact_checks.cancelled,
    fact_checks.not_realised,
    fact_checks.not_certain,
    fact_checks.only_reported,
    fact_checks.other_standing,
    structure_checks.opposite_roles,
    structure_checks.other_side,
    structure_checks.other_subjects,
    structure_checks.exchanged_names,
    structure_checks.exchanged_amounts,
    structure_checks.other_verbs,
    structure_checks.other_doer,
    structure_checks.other_names,
    structure_checks.other_owners,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of comparing a sentence with the passages that it cites."""

    supported: bool
    citations: tuple[int, ...] = ()
    """Positions of the passages that bear it out; those cited beside them that do not are left out."""


class Verifier:
    """Compares sentences with passages. Safe to share between threads."""

    def __init__(self, analyzer: Analyzer, encoder: Encoder) -> None:
        self._analyzer = analyzer
        self._encoder = encoder

    def grounds(self, text: str, title: str, sentences: Sequence[str]) -> Grounds:
        """A passage, to be compared with any number of sentences."""
        return Grounds(text, title, sentences, self._analyzer)

    def verify(self, sentence: str, cited: Sequence[Grounds]) -> Verdict:
        """Whether the passages bear the sentence out: each by itself, or several of them together.

        Args:
            sentence: one sentence, without its citations.
            cited: the passages that it cites; none bears out nothing.
        """
        if len(sentence) > LONGEST_SAID:
            return Verdict(False)
        said = read_sentence(sentence, self._analyzer)
        near = [n for n, grounds in enumerate(cited) if self._near(sentence, grounds)]
        alone = [n for n in near if _borne_out(said, [cited[n]]) is not None]
        if alone:
            return Verdict(True, tuple(alone))
        used = _borne_out(said, cited) if len(near) == len(cited) > 1 else None
        if used:
            return Verdict(True, tuple(sorted(used)))
        return Verdict(False)

    def faults(self, sentence: str, cited: Sequence[Grounds]) -> tuple[str, ...]:
        """What speaks against a sentence, for those who work on the rules: at most one a statement and sentence cited."""
        return tuple(_faults(read_sentence(sentence, self._analyzer), cited))

    def _near(self, sentence: str, grounds: Grounds) -> bool:
        return grounds.nearest(sentence, self._encoder) >= NEAREST


def _fault(
    words: Sequence[Word], amounts: Sequence[Quantity], said: Sentence, told: Sentence, of: Grounds
) -> str | None:
    pair = Alignment(words, amounts, said, told, of)
    return next((fault for check in CHECKS if (fault := check(pair))), None)


def _faults(said: Sentence, cited: Sequence[Grounds]) -> list[str]:
    found = [
        _fault(words, amounts, said, told, grounds)
        for words, amounts in [(said.words, said.amounts), *statements_of(said)]
        for grounds in cited
        for told in grounds.sentences
    ]
    return [fault for fault in found if fault]


def _borne_out(said: Sentence, cited: Sequence[Grounds]) -> set[int] | None:
    """Which of the passages bear out the whole sentence, or its statements one by one; None where they do not."""
    whole = _bearing((said.words, said.amounts), said, cited)
    if whole is not None:
        return {whole[0]}
    bearing = [_bearing(statement, said, cited) for statement in statements_of(said)]
    if len(bearing) < 2 or None in bearing:
        return None
    places = {place for place in bearing if place}
    # what one sentence says it says as a whole: taken one by one, its statements could have changed parts
    return {number for number, _ in places} if len(places) > 1 else None


def _bearing(statement: Statement, said: Sentence, cited: Sequence[Grounds]) -> tuple[int, int] | None:
    """The first passage, and its sentence, that says a statement."""
    for number, grounds in enumerate(cited):
        for at, told in enumerate(grounds.sentences):
            if _fault(*statement, said, told, grounds) is None:
                return number, at
    return None


def statements_of(sentence: Sentence) -> list[Statement]:
    """The statements joined in a sentence; one without a subject of its own has that of the one before."""
    numbers = sorted({word.segment for word in sentence.words})
    parts: list[Statement] = []
    last_subject: tuple[Word, ...] = ()
    words: tuple[Word, ...] = ()
    amounts: tuple[Quantity, ...] = ()
    for number in numbers:
        words += tuple(word for word in sentence.words if word.segment == number)
        amounts += tuple(one for one in sentence.amounts if sentence.segment_of(one.start) == number)
        if not amounts and not any(word.verb for word in words) and number != numbers[-1]:
            continue  # an item of a list, or an adverb with a comma
        own = subject(words)
        parts.append((words if own else (*last_subject, *words), amounts))
        last_subject = own or last_subject
        words, amounts = (), ()
    return parts
