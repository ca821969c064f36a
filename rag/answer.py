"""An answer without a language model: the sentences that answer best, quoted exactly, each with its citation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.articles import Article
from index.hangul import direction_particle
from index.passages import Passage, Span
from rag.evidence import ABSTAIN_BELOW, Evidence
from rag.exchange import Cited, Exchange, as_meant
from rag.hits import Hit
from rag.question import Question
from rag.sameness import Wording, restates

MOST_CITATIONS = 3
WORTH_CITING = 0.75
"""A further passage is quoted where its search score reaches this share of the best's, and its sentence comes this far
from the weakest of all to the best."""
SECOND_SENTENCE = 0.7
"""The best passage's second sentence is quoted too where it comes this far from the weakest to the best: of 478 questions
of half A of KorQuAD dev whose passage came first (of 500 drawn), the quotation then holds the answer for .925 instead of
.885, in 109 characters on average instead of 89; of 454 of half B for .936 instead of .859."""

NOT_FOUND = "이 기사들에서는 답을 찾지 못했습니다."
NONE_ALLOWED = "거르는 조건에 맞는 기사가 없습니다."


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and where it stands: ``article.text[start:end] == quote``."""

    n: int
    """Its number in the answer, from 1."""
    passage: Passage
    article: Article
    quote: str
    start: int
    end: int
    duplicates: tuple[Hit, ...] = ()
    """Passages of other articles that say the same as this one, as ``Hit.duplicates``: no further evidence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they do not say it."""

    question: str
    text: str
    """The quotations, each followed by its number in brackets; or one sentence saying that nothing was found."""
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    """How sure it is, 0..1, that the best passage answers the question (see ``rag.evidence``)."""
    hits: tuple[Hit, ...]
    """The passages found, best first; when abstaining, those that come nearest."""
    searched_as: str | None = None
    """What the question was corrected to before it was searched; None where it was searched as typed."""
    completed_as: str | None = None
    """What a follow-up question was completed to, from the conversation; None where it stands on its own."""

    @property
    def correction(self) -> str | None:
        """What to tell the user of the correction, if there was one."""
        if self.searched_as is None:
            return None
        return f"‘{self.searched_as}’{direction_particle(self.searched_as)} 고쳐서 찾았습니다."

    @property
    def completion(self) -> str | None:
        """What to tell the user of the completion, if there was one."""
        if self.completed_as is None:
            return None
        return f"‘{self.completed_as}’{direction_particle(self.completed_as)} 이어서 찾았습니다."

    @property
    def exchange(self) -> Exchange:
        """What later questions of the conversation may refer to."""
        cited = tuple(
            Cited(citation.passage.id, citation.article.source, citation.quote, citation.passage.text)
            for citation in self.citations
        )
        asked = self.completed_as or as_meant(self.question, self.searched_as or self.question)
        return Exchange(asked, cited)


def answer_from(question: Question, hits: Sequence[Hit], evidence: Evidence) -> Answer:
    """The answer that the hits give.

    Args:
        question: the question asked.
        hits: what was found, best first.
        evidence: what the first of them is worth.
    """
    confidence = evidence.confidence
    if not hits or confidence < ABSTAIN_BELOW:
        return Answer(question.typed, NOT_FOUND, (), True, confidence, tuple(hits), question.searched_as)
    ranked = [hit.sentences for hit in hits[:MOST_CITATIONS]]
    best, floor = ranked[0][0][1], min(sentences[-1][1] for sentences in ranked)
    quoted = [(hits[0], span) for span in _telling_spans(hits[0].passage.text, ranked[0])]
    for hit, sentences in zip(hits[1:MOST_CITATIONS], ranked[1:], strict=False):
        span, score = sentences[0]
        wording = Wording.of(hit.passage.text, hit.terms, span)
        if any(restates(wording, said) for said in _said(quoted)):
            continue  # one story in two papers is no second witness
        if hit.score >= WORTH_CITING * hits[0].score and score - floor >= WORTH_CITING * (best - floor):
            quoted.append((hit, span))
    citations = tuple(
        Citation(n, hit.passage, hit.article, hit.passage.text[start:end], hit.passage.start + start,
                 hit.passage.start + end, hit.duplicates)
        for n, (hit, (start, end)) in enumerate(quoted[:MOST_CITATIONS], start=1)
    )  # fmt: skip
    text = "\n".join(f"{citation.quote} [{citation.n}]" for citation in citations)
    return Answer(question.typed, text, citations, False, confidence, tuple(hits), question.searched_as)


def none_allowed(question: Question) -> Answer:
    """The abstention where no article meets the filters."""
    return Answer(question.typed, NONE_ALLOWED, (), True, 0.0, (), question.searched_as)


def _said(quoted: Sequence[tuple[Hit, Span]]) -> list[Wording]:
    """The sentences quoted so far."""
    return [
        Wording.of(hit.passage.text, hit.terms, sentence)
        for hit, (start, end) in quoted
        for sentence, _ in hit.sentences
        if start <= sentence[0] < end
    ]


def _telling_spans(text: str, ranked: Sequence[tuple[Span, float]]) -> list[Span]:
    """The best sentence, and the second where it is nearly as good; neighbours make one span."""
    (best, high), low = ranked[0], ranked[-1][1]
    if len(ranked) < 2 or ranked[1][1] - low < SECOND_SENTENCE * (high - low):
        return [best]
    second = ranked[1][0]
    first, last = sorted((best, second))
    if not text[first[1] : last[0]].strip():
        return [(first[0], last[1])]
    return [best, second]
