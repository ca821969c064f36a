"""Terms, the units that BM25 counts: content morphemes, and pairs of neighbouring ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from index.korean import Morpheme, morphemes
from index.numbers import in_digits
from index.spelling import Equivalents, respell, table_lines

CONTENT_TAGS = ("NN", "NR", "VV", "VA", "VX", "M", "XR", "SL", "SN", "SH", "W_SERIAL")
"""Prefixes of the tags that carry meaning: nouns, numerals, verbs and adjectives, modifiers, roots, Latin letters,
digits, Chinese characters, serial numbers. Particles, endings, the copula, pronouns and punctuation are no terms.
Auxiliary verbs (VX) are, because Kiwi takes many a main verb for one ("모델을 만드는")."""

BIGRAM_JOINT = "\N{INFORMATION SEPARATOR ONE}"
"""Stands between the halves of a bigram; it cannot stand in a text as read."""


@dataclass(frozen=True, slots=True)
class Term:
    """A content morpheme in a text: its folded form and the characters ``[start, end)`` it comes from."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class PassageTerms:
    """The terms of one passage in text order, kept so that many passages are read at a glance."""

    forms: tuple[str, ...]
    spans: npt.NDArray[np.int32]
    """The characters ``[start, end)`` of the passage's text that each comes from, shape [terms, 2]."""

    @classmethod
    def of(cls, terms: Sequence[Term]) -> PassageTerms:
        """The same terms in this form."""
        spans = np.array([(term.start, term.end) for term in terms], dtype=np.int32).reshape(-1, 2)
        return cls(tuple(term.form for term in terms), spans)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PassageTerms):
            return NotImplemented
        return self.forms == other.forms and np.array_equal(self.spans, other.spans)

    def __hash__(self) -> int:
        return hash(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def __iter__(self) -> Iterator[Term]:
        for form, (start, end) in zip(self.forms, self.spans.tolist(), strict=True):
            yield Term(form, start, end)


class Vocabulary:
    """The common spellings, and names that are kept as they are."""

    def __init__(
        self, lines: Sequence[str], names: Collection[str], analyze: Callable[[str], Iterable[Morpheme]]
    ) -> None:
        self._names = names
        self._equivalents = Equivalents(
            lines, lambda text: [term.form for term in self._respelt(analyze(text))]
        )

    def terms(self, found: Iterable[Morpheme]) -> list[Term]:
        """The content morphemes, in text order, in the common spelling (see ``index.spelling``)."""
        terms = self._respelt(found)
        forms = [term.form for term in terms]
        canonical: list[Term] = []
        at = 0
        while at < len(terms):
            if match := self._equivalents.match(forms, at):
                length, spelling = match
                start, end = terms[at].start, terms[at + length - 1].end
                canonical += [Term(form, start, end) for form in spelling]
                at += length
            else:
                canonical.append(terms[at])
                at += 1
        return canonical

    def _respelt(self, found: Iterable[Morpheme]) -> list[Term]:
        return [
            Term(form, morpheme.start, morpheme.end)
            for morpheme in in_digits(found)
            if morpheme.tag.startswith(CONTENT_TAGS) or morpheme.form == "%"
            for form in self._spelling(morpheme.form)
        ]

    def _spelling(self, form: str) -> tuple[str, ...]:
        folded = form.lower()
        return (folded,) if folded in self._names else respell(form)


@cache
def _common_vocabulary() -> Vocabulary:
    return Vocabulary(table_lines(), frozenset(), morphemes)


def content_terms(found: Iterable[Morpheme], vocabulary: Vocabulary | None = None) -> list[Term]:
    """The content morphemes, in text order, in the common spelling; without a vocabulary, that of the program."""
    return (vocabulary or _common_vocabulary()).terms(found)


def bigrams(forms: Sequence[str]) -> list[str]:
    """Each pair of neighbouring forms as one term; what stands between them (particles, endings) is no obstacle."""
    return [first + BIGRAM_JOINT + second for first, second in pairwise(forms)]


def character_bigrams(text: str) -> list[str]:
    """Each pair of neighbouring characters within a word, lower-cased: they survive typos and odd spacing."""
    return [word[i : i + 2] for word in text.lower().split() for i in range(len(word) - 1)]


def indexed_terms(passage: Sequence[str], title: Sequence[str]) -> list[str]:
    """All that BM25 counts for one passage: its own forms and bigrams, and those of its article's title, once."""
    return [*passage, *bigrams(passage), *title, *bigrams(title)]
