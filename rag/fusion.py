"""Fuses BM25 scores and cosines into one score.

A convex combination of scaled scores (Bruch, Gai and Ingber: An Analysis of Fusion Functions for Hybrid Retrieval,
ACM TOIS 2023). Each voice is scaled from a known floor (0 for BM25, the collection's mean cosine for the dense one)
to its best passage, so it does not matter which candidates take part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]

DENSE_WEIGHT = 0.55
CHARACTER_SHARE = 0.3
"""The dense voice's weight, and of the rest the share of character pairs. Chosen in a prototype on half A of KorQuAD dev
and ``eval/gold/spoken-a.jsonl``, where recall@1 is .956 and .735 with a weight of .5, .952 and .748 with .55, .951 and
.748 with .6. ``python -m eval --squad KORQUAD --gold eval/gold/spoken-a.jsonl`` gives .741 for what stands here."""


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


def convex_combination(lexical: Scores, dense: Scores, weight: float = DENSE_WEIGHT) -> Scores:
    """``weight`` of the scaled dense scores and the rest of the scaled lexical ones, in 0..1.

    Where one voice says nothing at all (no term is known, say), the other speaks alone.
    """
    if not lexical.any():
        return dense
    if not dense.any():
        return lexical
    fused: Scores = (weight * dense + (1.0 - weight) * lexical).astype(np.float32)
    return fused
