"""Tells whether one passage says what another says: a wire story as two papers print it.

Two conditions. Enough of its shingles (Broder, "On the resemblance and containment of documents", 1997) stand in the
other passage; and no sentence that both passages have says another thing in one of them. Shared shingles alone cannot
tell a copy from the same story with another figure, date or name in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import NamedTuple

from index.passages import Span
from index.terms import PassageTerms, Term

SHINGLE = 3
"""Terms in a shingle."""
COVERED = 0.5
"""The share of a passage's shingles that must stand in the passage shown: no more than half of what is left out may be
new. Chosen on half a of KorQuAD dev (``python -m eval.duplicates``): of different paragraphs none but real copies share
more than .17; .7 would lose a tenth of the copies cut short by up to a third, .4 would win .6% of them."""
SAME_SENTENCE = 0.5
"""Two sentences are versions of one where they share this much of the shorter one's words."""

FIGURE = "#"
SAYING = frozenset(["밝히", "말하", "말", "전하", "설명", "덧붙이", "강조"])
"""Verbs of saying, which papers put for each other; all are taken for the first."""
_EXACT = re.compile(r"[0-9a-z]|[십백천만억조경]+$")
"""Forms that may neither be dropped nor added: figures, numerals and Latin names."""
_DIGITS = re.compile(r"\d[\d.,-]*")
MARK = re.compile(r"않|못|아니|(?<![가-힣])안 |[-−+▲▼△▽](?=\s?\d)")
"""Negations, and the signs of figures."""
_LATIN = re.compile(r"[0-9A-Za-z]+")

Shingle = tuple[str, ...]


class _Word(NamedTuple):
    """A word as written: its terms' forms joined, the letters they come from, and those forms that are exact."""

    forms: str
    surface: str
    exact: tuple[str, ...]
    bracketed: bool
    """Whether a bracket opens before it."""

    def with_next(self, other: _Word) -> _Word:
        """Itself and a further term of the same word."""
        return _Word(
            self.forms + other.forms, self.surface + other.surface, self.exact + other.exact, self.bracketed
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence, or several in a row, as far as the meaning hangs on it."""

    words: tuple[str, ...]
    """Words as written, of each the forms of its terms joined: 서울특별시 is one word, in however many terms it is
    analysed. A word that a bracket repeats, as in 인공지능(AI), stands once."""
    surfaces: tuple[str, ...]
    """The letters that each word's terms come from."""
    exact: tuple[str, ...]
    """The figures, numerals and Latin names, in order."""
    marks: tuple[str, ...]
    """The negations and the signs of figures, in order, then what is no term: the letters of hashtags and addresses."""

    @classmethod
    def of(cls, text: str, terms: Iterable[Term], span: Span) -> Wording:
        """The wording of ``text[span]`` of a passage with these terms."""
        words: list[_Word] = []
        others = list(text[slice(*span)])  # what is no term's
        end = -1
        for term in terms:
            if not span[0] <= term.start < span[1]:
                continue
            first, last = term.start - span[0], min(term.end, span[1]) - span[0]
            others[first:last] = " " * (last - first)
            word = _Word(
                term.form,
                text[max(term.start, end) : term.end].lower(),
                (term.form,) if _EXACT.match(term.form) else (),
                words != [] and "(" in text[end : term.start],
            )
            if words and (term.start <= end or text[end : term.start].isalnum()):
                words[-1] = words[-1].with_next(word)
            else:
                words.append(word)
            end = max(end, term.end)
        words = [word._replace(forms="밝히") if word.forms in SAYING else word for word in words]
        words = [
            word
            for at, word in enumerate(words)
            if not (word.bracketed and word.forms == words[at - 1].forms)
        ]
        return cls(
            tuple(word.forms for word in words),
            tuple(word.surface for word in words),
            tuple(form for word in words for form in word.exact),
            (*MARK.findall(text, *span), *_LATIN.findall("".join(others))),
        )

    @classmethod
    def joined(cls, sentences: Sequence[Wording]) -> Wording:
        """Sentences in a row as one."""
        return cls(
            tuple(word for one in sentences for word in one.words),
            tuple(surface for one in sentences for surface in one.surfaces),
            tuple(form for one in sentences for form in one.exact),
            tuple(mark for one in sentences for mark in one.marks),
        )

    @property
    def masked(self) -> frozenset[str]:
        """The words with all figures alike: what tells which sentences are versions of one."""
        return _masked(self.words)


@lru_cache(maxsize=1024)
def _masked(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_DIGITS.sub(FIGURE, word) for word in words)


class Reading:
    """A passage as it is compared with others."""

    def __init__(self, text: str, terms: PassageTerms, sentences: Sequence[Span]) -> None:
        """Takes a passage's text, terms and sentences as they are stored with it."""
        self.shingles = shingles(terms.forms)
        self._of = text, terms, sentences

    @cached_property
    def sentences(self) -> list[Wording]:
        """What each sentence says; those without terms are left out."""
        text, terms, spans = self._of
        listed = list(terms)  # in order of their places, as sentences are
        starts = [term.start for term in listed]
        found = []
        for span in spans:
            own = listed[bisect_left(starts, span[0]) : bisect_left(starts, span[1])]
            wording = Wording.of(text, own, span)
            if wording.words:
                found.append(wording)
        return found


@lru_cache(maxsize=1024)
def shingles(forms: tuple[str, ...], length: int = SHINGLE) -> frozenset[Shingle]:
    """Every run of ``length`` forms; of a shorter text, the one run it is."""
    if len(forms) < length:
        return frozenset([forms]) if forms else frozenset()
    return frozenset(zip(*(forms[at:] for at in range(length)), strict=False))


def repeats(copy: Reading, shown: Reading) -> bool:
    """Whether ``copy`` may be left out where ``shown`` is shown: it says little that is not said there."""
    shared = len(copy.shingles & shown.shingles)
    return covered(copy, shared) and not contradict(copy.sentences, shown.sentences)


def covered(copy: Reading, shared: int) -> bool:
    """Whether so many shared shingles are enough for ``copy`` to be one."""
    return shared >= max(1, COVERED * len(copy.shingles))


def contradict(first: Sequence[Wording], second: Sequence[Wording]) -> bool:
    """Whether some sentence of either has a version in the other that says, or might say, another thing."""
    ours = list((Counter(first) - Counter(second)).elements())
    theirs = list((Counter(second) - Counter(first)).elements())
    if not ours or not theirs:
        return False
    versions = [(one, version_of(one, theirs)) for one in ours]
    versions += [(other, version_of(other, ours)) for other in theirs]
    if not any(version is not None and differ(one, version) for one, version in versions):
        return False
    # a sentence of one may be two in the other
    return differ(Wording.joined(ours), Wording.joined(theirs))


def version_of(sentence: Wording, among: Sequence[Wording]) -> Wording | None:
    """The sentence that shares most words with this one, or None where none shares enough."""
    masked = sentence.masked
    best, most = None, 0.0
    for other in among:
        their = other.masked
        shared = len(masked & their)
        dice = 2 * shared / (len(masked) + len(their))
        if shared >= SAME_SENTENCE * min(len(masked), len(their)) and dice > most:
            best, most = other, dice
    return best


def restates(one: Wording, other: Wording) -> bool:
    """Whether a sentence says what another says, in nearly the same words."""
    return version_of(one, [other]) is not None and not differ(one, other)


def differ(one: Wording, other: Wording) -> bool:
    """Whether two versions of a sentence say different things, or might.

    One of them may have words that the other lacks. It may not have other figures, Latin names or negations, a
    word in place of another (삼성, 삼성전자) or at another place (네이버가 카카오를, 카카오가 네이버를).
    """
    if one.exact != other.exact or one.marks != other.marks:
        return True
    longer = set()
    for tag, a, b, c, d in SequenceMatcher(None, one.words, other.words, autojunk=False).get_opcodes():
        if tag == "replace":
            apart = "".join(one.words[a:b]) != "".join(other.words[c:d])
            if apart and "".join(one.surfaces[a:b]) != "".join(other.surfaces[c:d]):
                return True
        elif tag != "equal":
            longer.add(tag)
    return len(longer) > 1
