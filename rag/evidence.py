"""How well the passages found bear a question out: the confidence that one of them answers it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass

from index.model_cache import DEFAULT_MODEL
from index.searching import Index
from index.terms import bigrams, character_bigrams
from rag.hits import Hit
from rag.question import Question


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the best passage offers; a share is of the question's idf mass, 0..1."""

    similarity: float
    """The cosine of its best window to the question, above ``topicality``."""
    topicality: float
    """The collection's mean dense score for the question: how near the question is to the articles' subject."""
    coverage: float
    """Share of the question's terms that stand in the passage or its article's title."""
    bigram_coverage: float
    """Share of the question's bigrams that stand in the passage."""
    character_coverage: float
    """Share of the question's character pairs that stand in the passage or its article's title."""

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the best passage answers the question."""
        logit = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, astuple(self), strict=True))
        return 1.0 / (1.0 + math.exp(-logit))


NO_EVIDENCE = Evidence(-1.0, 0.0, 0.0, 0.0, 0.0)

WEIGHTS = (24.2, 40.1, 1.31, 1.37, 1.69)
BIAS = -35.66
"""Logistic regression on half A of KorQuAD dev and on ``eval/gold/spoken-a.jsonl``, weighing alike. Every question was
asked of the whole half, of piles of ten articles and of its article alone; each with its passage there, with it taken
out, and (the last two) from other articles. On half B the area under the ROC curve is .91 to .92 for KorQuAD's
questions and .53 to .55 for the spoken ones, whose on-topic unanswerable questions share more words with the passages
than the answerable ones do: nothing here tells them apart."""

ABSTAIN_BELOW = 0.104
"""On half B .2% of the answered KorQuAD questions fall below and 4 to 11% of the spoken ones; of the questions from
other articles 91 to 98%; of those whose passage was taken out 10 to 24%."""

STAND_IN_COSINES = (0.05, 0.79)
"""Similarity and topicality that stand in for those of any encoder but the bundled one, whose cosines lie elsewhere:
with these, shared words and characters decide, and a question that shares none is abstained from."""


def weigh(index: Index, question: Question, hits: Sequence[Hit], background: float) -> Evidence:
    """The evidence that the first of ``hits`` gives; ``background`` is ``Index.background`` of the question."""
    if not hits:
        return NO_EVIDENCE
    hit = hits[0]
    forms, pairs, letters = question.forms, bigrams(question.forms), character_bigrams(question.text)
    title = {term.form for term in index.analyzer.terms_of(hit.article.title)}
    own = [term.form for term in hit.terms]
    similarity, topicality = max(cosine for _, cosine in hit.window_cosines) - background, background
    if index.manifest.encoder["model"] != DEFAULT_MODEL:
        similarity, topicality = STAND_IN_COSINES
    return Evidence(
        similarity=similarity,
        topicality=topicality,
        coverage=share(forms, index.words.idf(forms).tolist(), title.union(own)),
        bigram_coverage=share(pairs, index.words.idf(pairs).tolist(), set(bigrams(own))),
        character_coverage=share(
            letters,
            index.characters.idf(letters).tolist(),
            set(character_bigrams(f"{hit.article.title} {hit.passage.text}")),
        ),
    )


def share(terms: Sequence[str], weights: Sequence[float], found: Collection[str]) -> float:
    """The share of the terms' weight that is among ``found``; 0 where there are no terms."""
    total = sum(weights)
    if total <= 0:
        return 0.0
    return sum(weight for term, weight in zip(terms, weights, strict=True) if term in found) / total
