"""An answer without a language model: the sentences that answer best, quoted exactly, each with its citation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.articles import Article
from index.passages import Passage, Span
from index.terms import bigrams, character_bigrams
from rag.evidence import ABSTAIN_BELOW, Evidence, share
from rag.hits import Hit
from rag.question import Question
from rag.sameness import Wording, restates

MOST_CITATIONS = 3
WORTH_CITING = 0.75
"""A further passage is quoted where its search score reaches this share of the best's, and its sentence comes this far
from the weakest of all to the best."""
BIGRAM_WEIGHT = 0.3
CHARACTER_WEIGHT = 0.5
COSINE_WEIGHT = 10.0
"""How much the shares of bigrams and of character pairs and the cosine of its window count beside a sentence's share of
terms. Chosen in a prototype on half A of KorQuAD dev and ``eval/gold/spoken-a.jsonl``. Where the right passage is ranked
first, its best sentence holds the answer for .849 of half B (``python -m eval --squad KORQUAD --half b``)."""
SECOND_SENTENCE = 0.7
"""The best passage's second sentence is quoted too where it comes this far from the weakest to the best: in the
prototype that raised the share of half A's answers quoted from .828 to .898, in 106 characters on average."""

NOT_FOUND = "이 기사들에서는 답을 찾지 못했습니다."


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
    """The probability, 0..1, that the best passage answers the question."""
    hits: tuple[Hit, ...]
    """The passages found, best first; when abstaining, those that come nearest."""


def answer_from(
    question: Question, hits: Sequence[Hit], evidence: Evidence, idf: Mapping[str, float]
) -> Answer:
    """The answer that the hits give.

    Args:
        question: the question asked.
        hits: what was found, best first.
        evidence: what the first of them is worth.
        idf: the weight of each of the question's terms.
    """
    confidence = evidence.confidence
    if not hits or confidence < ABSTAIN_BELOW:
        return Answer(question.text, NOT_FOUND, (), True, confidence, tuple(hits))
    ranked = [rank_sentences(hit, question, idf) for hit in hits[:MOST_CITATIONS]]
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
    return Answer(question.text, text, citations, False, confidence, tuple(hits))


def rank_sentences(hit: Hit, question: Question, idf: Mapping[str, float]) -> list[tuple[Span, float]]:
    """The sentences of a passage with how well each answers, best first."""
    weights = [idf.get(form, 0.0) for form in question.forms]
    pairs = bigrams(question.forms)
    pair_weights = [first + second for first, second in pairwise(weights)]
    letters = character_bigrams(question.text)
    scored = []
    for start, end in hit.sentences:
        forms = [term.form for term in hit.terms if start <= term.start < end]
        cosine = max((cosine for (a, b), cosine in hit.window_cosines if a <= start < b), default=0.0)
        score = (
            share(question.forms, weights, set(forms))
            + BIGRAM_WEIGHT * share(pairs, pair_weights, set(bigrams(forms)))
            + CHARACTER_WEIGHT
            * share(letters, [1.0] * len(letters), set(character_bigrams(hit.passage.text[start:end])))
            + COSINE_WEIGHT * cosine
        )
        scored.append(((start, end), score))
    return sorted(scored, key=lambda item: (-item[1], item[0]))


def _said(quoted: Sequence[tuple[Hit, Span]]) -> list[Wording]:
    """The sentences quoted so far."""
    return [
        Wording.of(hit.passage.text, hit.terms, sentence)
        for hit, (start, end) in quoted
        for sentence in hit.sentences
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
