"""Ranking metrics for questions with one or more gold passages, and their uncertainty.

Cross-checked against ``ir_measures`` in the tests: recall@k here is its Success@k, the others its RR@10 and nDCG@10.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

DEPTH = 10

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Ranking = Sequence[str]
"""Passage ids, best first."""


def recall_at(k: int, ranking: Ranking, gold: Collection[str]) -> float:
    """1 where one of the first ``k`` passages is gold, else 0.

    Question answering calls this recall@k; in IR it is Success@k, recall@k being the share of all gold passages found.
    A reader needs one passage that answers.
    """
    return float(any(passage in gold for passage in ranking[:k]))


def reciprocal_rank(ranking: Ranking, gold: Collection[str], depth: int = DEPTH) -> float:
    """One over the rank of the first gold passage among the first ``depth``, 0 where there is none."""
    for rank, passage in enumerate(ranking[:depth], start=1):
        if passage in gold:
            return 1.0 / rank
    return 0.0


def ndcg(ranking: Ranking, gold: Collection[str], depth: int = DEPTH) -> float:
    """nDCG at ``depth`` (Järvelin and Kekäläinen, 2002); a passage's gain is its grade, or 1 where ``gold`` has none."""
    grades = gold if isinstance(gold, Mapping) else dict.fromkeys(gold, 1)
    gain = _discounted([grades.get(passage, 0) for passage in ranking[:depth]])
    ideal = _discounted(sorted(grades.values(), reverse=True)[:depth])
    return gain / ideal if ideal else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


MEASURES: dict[str, Callable[[Ranking, Collection[str]], float]] = {
    "recall@1": lambda ranking, gold: recall_at(1, ranking, gold),
    "recall@3": lambda ranking, gold: recall_at(3, ranking, gold),
    "recall@5": lambda ranking, gold: recall_at(5, ranking, gold),
    "recall@10": lambda ranking, gold: recall_at(10, ranking, gold),
    "MRR@10": reciprocal_rank,
    "nDCG@10": ndcg,
}


def score_all(rankings: Mapping[str, Ranking], gold: Mapping[str, Collection[str]]) -> dict[str, list[float]]:
    """Each measure's value for every question of ``gold``, in its order; a question without a ranking scores 0."""
    return {
        name: [measure(rankings.get(question, ()), relevant) for question, relevant in gold.items()]
        for name, measure in MEASURES.items()
    }


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean over questions (Efron, 1979)."""
    if not values:
        return (0.0, 0.0)
    sample = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(sample), size=(resamples, len(sample)))
    low, high = np.quantile(sample[draws].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def randomisation_test(
    ours: Sequence[float], theirs: Sequence[float], *, rounds: int = 10_000, seed: int = 0
) -> float:
    """The two-sided p-value of a paired randomisation test on the mean difference over questions.

    The signs of the differences are flipped at random (Smucker, Allan and Carterette, CIKM 2007).
    """
    differences = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    differences = differences[differences != 0]  # a question on which both agree changes no sum
    if not len(differences):
        return 1.0
    observed = abs(differences.sum())
    generator = np.random.default_rng(seed)
    at_least = 0
    for first in range(0, rounds, 500):
        signs = generator.integers(0, 2, size=(min(500, rounds - first), len(differences))) * 2 - 1
        at_least += int((np.abs(signs @ differences) >= observed - 1e-9).sum())
    return (at_least + 1) / (rounds + 1)


def precision_recall(predicted: Sequence[bool], actual: Sequence[bool]) -> tuple[float, float]:
    """Precision and recall of ``predicted`` for what is ``actual``; 0 where undefined."""
    both = sum(p and a for p, a in zip(predicted, actual, strict=True))
    return both / sum(predicted) if any(predicted) else 0.0, both / sum(actual) if any(actual) else 0.0


def area_under_roc(scores: Sequence[float] | Scores, positive: Sequence[bool] | Flags) -> float:
    """The chance that a positive one scores higher than a negative one, ties counting half (Hanley and McNeil, 1982).

    Raises:
        ValueError: one of the two kinds is missing, so that there is no such chance.
    """
    values, right = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    if right.all() or not right.any():
        raise ValueError("needs positive and negative ones")
    negative = np.sort(values[~right])
    below = np.searchsorted(negative, values[right], side="left")
    ties = np.searchsorted(negative, values[right], side="right") - below
    return float((below + 0.5 * ties).mean() / len(negative))


def mean(values: Sequence[float], empty: float = 0.0) -> float:
    """The mean, or ``empty`` of nothing."""
    return sum(values) / len(values) if values else empty
