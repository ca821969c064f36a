"""Fuses BM25 scores and cosines into one score.

A convex combination of scaled scores (Bruch, Gai and Ingber: An Analysis of Fusion Functions for Hybrid Retrieval,
ACM TOIS 2023). Each voice is scaled from a known floor (0 for BM25, the collection's mean cosine for the dense one)
to its best passage, so it does not matter which candidates take part.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]

CHARACTER_SHARE = 0.3
"""Of the lexical score, the share of character pairs. Chosen in a prototype on half A of KorQuAD dev and
``eval/gold/spoken-a.jsonl``."""

WEIGHT_BIAS = 0.96
MATCH_WEIGHT = -5.34
LEAD_WEIGHT = 1.9
"""Of ``dense_weight``. ``python -m eval.weighting`` fits them on half A of KorQuAD dev and on
``eval/gold/spoken-a.jsonl``, weighing alike; now that it corrects questions first, it prints .87, -4.92 and 1.81, which
moves a weight by .02 at most. What they bring elsewhere stands in ``docs/ablation.md``."""


STATIC_SHARE = 0.3
"""Of that weight, what a static model gets: it knows words, which the lexical voices find better. On
``eval/gold/spoken-a.jsonl`` recall@1 / recall@5 are .585 / .844 with all of it, .592 / .857 with .6 of it, .646 / .878 with .3,
and .599 / .850 without any; on half a of KorQuAD dev it makes no difference beyond .003."""


def dense_weight(match: float, lead: float) -> float:
    """The dense voice's weight for one question, 0..1.

    The less, the more of the question a passage says in its words, and the more, the more surely one passage is the
    nearest in meaning.

    Args:
        match: the best passage's score by words as a share of the highest there could be, 0..1.
        lead: by how much the best scaled dense score exceeds the next, 0..1.
    """
    return 1.0 / (1.0 + math.exp(-(WEIGHT_BIAS + MATCH_WEIGHT * match + LEAD_WEIGHT * lead)))


def lead(scores: Scores) -> float:
    """By how much the best of the scores exceeds the next (0 where there is none)."""
    if len(scores) < 2:
        return float(scores.max(initial=0.0))
    second, best = np.partition(scores, -2)[-2:]
    return float(best - second)


def scaled(scores: Scores, floor: float, best: float) -> Scores:
    """Scores from ``floor`` to ``best`` as 0..1; what lies below the floor is 0."""
    span = best - floor
    if span <= 1e-6:
        return np.zeros_like(scores)
    clipped: Scores = np.clip((scores - floor) / span, 0.0, 1.0).astype(np.float32)
    return clipped


def lexical_score(words: Scores, characters: Scores, share: float = CHARACTER_SHARE) -> Scores:
    """The two lexical voices, scaled, as one; ``share`` of it is the characters'."""
    score: Scores = ((1.0 - share) * words + share * characters).astype(np.float32)
    return score


def convex_combination(lexical: Scores, dense: Scores, weight: float) -> Scores:
    """``weight`` of the scaled dense scores and the rest of the scaled lexical ones, in 0..1.

    Where one voice says nothing at all (no term is known, say), the other speaks alone.
    """
    if not lexical.any():
        return dense
    if not dense.any():
        return lexical
    fused: Scores = (weight * dense + (1.0 - weight) * lexical).astype(np.float32)
    return fused
