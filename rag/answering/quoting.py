"""Chooses the words of a passage to quote: the sentences that answer best, and no more than it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.analyzer import Analyzer
from index.passages import Span
from rag.hits import Hit
from rag.questions.question import Question
from rag.questions.wanted import Wanted
from rag.ranking.sentences import Ranked

SECOND_SENTENCE = 0.7
"""The best passage's second sentence is quoted too where it comes this far from the weakest to the best: of 478 questions
of half A of KorQuAD dev whose passage came first (of 500 drawn), the quotation then holds the answer for .925 instead of
.885, in 109 characters on average instead of 89; of 454 of half B for .936 instead of .859."""
NAMES_ONE = 1.35
"""What it adds to a sentence's score that it has a name which the question has not, where a person is asked for; fitted
like ``rag.ranking.sentences.WEIGHTS``, in a prototype that is not kept (1,000 questions of half a, spoken-a, pile-a): the best
sentence of the right passage then holds the answer for .877 of them instead of .872, of 998 of half b for .867 instead of
.863."""
LONGEST_READ = 5000
"""Characters of a passage that is read for names; there are paragraphs without an end."""
NAME_TAGS = ("NNP", "SL")
ITEM_ENDS = re.compile(r"[,·▲△▶▷■●◆•]\s?|(?<=[가-힣A-Za-z0-9])(?:와|과|및|이랑|랑)\s|\s및\s|\d\s?단계는")
"""What stands between the items of an enumeration."""
ENUMERATES = 2
"""A sentence with so many of these enumerates."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a passage that may answer; the span counts characters of its text."""

    hit: Hit
    span: Span
    score: float
    """How well its best sentence answers, as ``Hit.sentences``."""
    lowest: float
    """The score of the passage's weakest sentence."""

    @property
    def text(self) -> str:
        """The words, to the letter."""
        return self.hit.passage.text[slice(*self.span)]

    @property
    def forms(self) -> frozenset[str]:
        """The forms of its terms."""
        terms = self.hit.terms
        starts = terms.spans[:, 0].tolist()
        return frozenset(
            form
            for form, start in zip(terms.forms, starts, strict=True)
            if self.span[0] <= start < self.span[1]
        )

    def overlaps(self, other: Quotation) -> bool:
        """Whether they share words of one passage."""
        ours, theirs = self.span, other.span
        return self.hit.passage.id == other.hit.passage.id and ours[0] < theirs[1] and theirs[0] < ours[1]


class Quoter:
    """Quotes passages in answer to one question."""

    def __init__(self, question: Question, analyzer: Analyzer) -> None:
        self.wanted = Wanted(question.text)
        self._question = question.text
        self._analyzer = analyzer

    def telling(self, hit: Hit) -> list[Quotation]:
        """What answers in the best passage: its best sentence, and a second one where that is nearly as good."""
        ranked = self._ranked(hit)
        first, *further = _telling_spans(hit.passage.text, ranked)
        whole = self._whole_list(hit, first)
        spans = [whole, *(span for span in further if span[1] <= whole[0] or span[0] >= whole[1])]
        return [_quotation(hit, span, ranked) for span in spans]

    def best(self, hit: Hit) -> Quotation:
        """The sentence of a passage that answers best."""
        ranked = self._ranked(hit)
        return _quotation(hit, self._whole_list(hit, ranked[0][0]), ranked)

    def sentences(self, hit: Hit) -> list[Quotation]:
        """Every sentence of a passage, best first."""
        ranked = self._ranked(hit)
        return [_quotation(hit, span, ranked) for span, _ in ranked]

    def enumerates(self, quotation: Quotation) -> bool:
        """Whether it gives several things in a row."""
        return _items(quotation.hit.passage.text, quotation.span) >= ENUMERATES

    def _ranked(self, hit: Hit) -> Ranked:
        text = hit.passage.text
        if self.wanted.person and len(text) <= LONGEST_READ:
            return self._naming_first(text, hit.sentences)
        return hit.sentences

    def _whole_list(self, hit: Hit, span: Span) -> Span:
        """The span, and where a list is asked for and it only announces one, the sentence beside it that gives it."""
        text = hit.passage.text
        if not self.wanted.listing or _items(text, span) >= ENUMERATES:
            return span
        ordered = sorted(sentence for sentence, _ in hit.sentences)
        after = next((sentence for sentence in ordered if sentence[0] >= span[1]), None)
        before = next((sentence for sentence in reversed(ordered) if sentence[1] <= span[0]), None)
        if after and _items(text, after) >= ENUMERATES:
            return span[0], after[1]
        if before and _items(text, before) >= ENUMERATES:
            return before[0], span[1]
        return span

    def names(self, text: str) -> list[tuple[str, int]]:
        """The names in a text that the question has not, each with where it begins."""
        return [
            (one.form, one.start)
            for one in self._analyzer.morphemes(text)
            if one.tag in NAME_TAGS and one.form not in self._question
        ]

    def _naming_first(self, text: str, ranked: Ranked) -> Ranked:
        """The sentences with those favoured that name someone."""
        starts = [start for _, start in self.names(text)]
        scored = [
            ((start, end), score + NAMES_ONE * any(start <= name < end for name in starts))
            for (start, end), score in ranked
        ]
        return tuple(sorted(scored, key=lambda item: (-item[1], item[0])))


def _telling_spans(text: str, ranked: Ranked) -> list[Span]:
    """The best sentence, and the second where it is nearly as good; neighbours make one span."""
    (best, high), low = ranked[0], ranked[-1][1]
    if len(ranked) < 2 or ranked[1][1] - low < SECOND_SENTENCE * (high - low):
        return [best]
    second = ranked[1][0]
    first, last = sorted((best, second))
    if not text[first[1] : last[0]].strip():
        return [(first[0], last[1])]
    return [best, second]


def _quotation(hit: Hit, span: Span, ranked: Ranked) -> Quotation:
    score = max(score for sentence, score in ranked if span[0] <= sentence[0] < span[1])
    return Quotation(hit, span, score, ranked[-1][1])


def _items(text: str, span: Span) -> int:
    return len(ITEM_ENDS.findall(text, *span))
