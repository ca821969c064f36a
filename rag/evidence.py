"""How well the passages found bear a question out: the confidence that the best of them answers it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from index.model_cache import DEFAULT_MODEL
from index.searching import Index
from rag.question import Question
from rag.ranking import Candidate, Pool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for there being an answer."""

    similarity: float
    """The dense score of the passage nearest to the question in meaning, above ``topicality``."""
    topicality: float
    """The collection's mean dense score for the question: how near the question is to the articles' subject."""
    coverage: float
    """The share of the question's idf mass that stands in the best passage or its article's title, 0..1."""
    margin: float
    """By how much the best passage's score exceeds the next one's, 0..1."""

    @property
    def confidence(self) -> float:
        """How sure it is, 0..1, that the best passage answers the question: a probability where half of the questions
        asked have an answer, as of those it is fitted on."""
        logit = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, astuple(self), strict=True))
        return 1.0 / (1.0 + math.exp(-logit))


NO_EVIDENCE = Evidence(-1.0, 0.0, 0.0, 0.0)

WEIGHTS = (38.57, 64.36, 1.67, 5.31)
BIAS = -55.37
ABSTAIN_BELOW = 0.173
"""``python -m eval.confidence`` fits these and tells what they do; ``docs/abstention.md`` has what it told."""

STAND_IN_COSINES = (0.05, 0.79)
"""Similarity and topicality that stand in for those of any encoder but the bundled one, whose cosines lie elsewhere:
with these, shared words decide, and a question that shares none is abstained from."""


def weigh(index: Index, question: Question, candidates: Sequence[Candidate], pool: Pool) -> Evidence:
    """The evidence that the ranked candidates give, of which the first two count, and the pool they come from."""
    if not candidates:
        return NO_EVIDENCE
    first = candidates[0]
    idf = index.words.idf(question.forms)
    present = index.words.present(question.forms, np.array([first.number]))[0]
    similarity, topicality = float(pool.cosines.passages.max()) - pool.background, pool.background
    if index.manifest.encoder["model"] != DEFAULT_MODEL:
        similarity, topicality = STAND_IN_COSINES
    return Evidence(
        similarity=similarity,
        topicality=topicality,
        coverage=float(idf[present].sum()) / max(float(idf.sum()), 1e-9),
        margin=first.score - (candidates[1].score if len(candidates) > 1 else 0.0),
    )
