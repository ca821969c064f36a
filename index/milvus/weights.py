"""BM25 as a product of two sparse vectors: what a term weighs in a passage, and in a question.

Milvus has a BM25 of its own, but with another idf, counted in each segment by itself, and without a lower weight for
bigrams: it would rank otherwise than the index in a folder does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from index.lexical_writing import K1, B
from index.milvus.keys import EVERY, dimensions

SparseVector = dict[int, float]


def passage_weights(terms: Sequence[str], average: float) -> SparseVector:
    """tf · (k1 + 1) / (tf + k1 · (1 - b + b · length / average)) for each term's dimension.

    Args:
        terms: all that BM25 counts for the passage.
        average: the mean number of them in the collection's passages, pinned when a version of it is made.
    """
    norm = K1 * (1 - B + B * len(terms) / max(average, 1e-9))
    counts = Counter(dimensions(terms))
    return {EVERY: 1.0} | {place: tf * (K1 + 1) / (tf + norm) for place, tf in counts.items()}


def question_weights(terms: Sequence[str], idf: Mapping[int, float], share: float = 1.0) -> SparseVector:
    """idf for each dimension of a question's terms, as often as it names them, times ``share``.

    Args:
        terms: the question's.
        idf: of the dimensions that some passage has; others are left out.
        share: what they count.
    """
    counts = Counter(dimensions(terms))
    return {place: share * times * idf[place] for place, times in counts.items() if place in idf}


def added(first: SparseVector, second: SparseVector) -> SparseVector:
    """The sum of two sparse vectors."""
    total = Counter(first)
    total.update(second)
    return dict(total)
