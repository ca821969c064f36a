"""BM25 over terms (or pairs of characters): the scores are computed when the index is built, a search adds them up.

The layout is that of bm25s: a sparse matrix of scores by columns (terms), memory-mapped. Its vocabulary is no JSON
dictionary, read whole on opening (bigrams make it millions of entries): a term is its 64-bit hash, and its column is the
hash's place in a sorted array, so opening costs nothing.

A search for the best ``k`` is exact and yet does not add up what cannot matter (MaxScore: Turtle and Flood, Query
Evaluation, 1995): terms count from the weightiest down until the rest together cannot lift a passage that has none of
those before among the best; only the passages found by then are looked up for the rest. In a small index all is added up,
once for a question.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.lexical_writing import K1, B, LexicalWriter, term_hashes
from index.searchable import Numbers, Scores
from index.terms import bigrams

BIGRAM_WEIGHT = 0.5
"""With ``K1`` and ``B`` chosen on one half of KorQuAD dev, split by article."""

ARRAYS = ("terms", "data", "indices", "indptr", "tops")
ROUNDING = 1.0001
"""Sums of float32 in another order differ by less."""

RARE = 20
"""A term that fewer than one in so many passages have is added up without asking whether it matters."""
BLOCKS = 4
"""Of passages, for each one asked for."""

SMALL = 10_000
"""Passages up to which all scores are added up: that takes less time than finding out which matter."""

Terms = Sequence[tuple[Sequence[str], float]]
"""Lists of terms with what each counts."""


class LexicalIndex:
    """BM25 scores of every term in every passage, as a sparse matrix by columns (terms)."""

    def __init__(
        self,
        terms: npt.NDArray[np.uint64],
        data: Scores,
        indices: npt.NDArray[np.int32],
        indptr: Numbers,
        tops: Scores,
        size: int,
    ) -> None:
        self.terms = terms
        self.size = size
        """How many passages."""
        self.data, self.indices, self.indptr, self.tops = data, indices, indptr, tops
        self._local = threading.local()

    @classmethod
    def build(cls, passages: Iterable[Sequence[str]], k1: float = K1, b: float = B) -> LexicalIndex:
        """The index, held in memory, of passages given as lists of terms."""
        with tempfile.TemporaryDirectory() as folder:
            writer = LexicalWriter(Path(folder) / "built", k1, b)
            size = 0
            for size, terms in enumerate(passages, start=1):  # noqa: B007
                writer.add(terms)
            writer.finish()
            return cls._load(Path(folder) / "built", size, None)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Opens saved arrays, memory-mapped. Raises OSError or ValueError where they are missing or broken."""
        return cls._load(folder, size, "r")

    @classmethod
    def _load(cls, folder: Path, size: int, mode: str | None) -> LexicalIndex:
        terms, data, indices, indptr, tops = (
            np.asarray(np.load(folder / f"{name}.npy", mmap_mode=mode, allow_pickle=False))  # type: ignore[arg-type]
            for name in ARRAYS
        )
        if not len(indptr) == len(terms) + 1 == len(tops) + 1 or not len(data) == len(indices) == indptr[-1]:
            raise ValueError("arrays of the lexical index do not fit each other")
        return cls(terms, data, indices, indptr, tops, size)

    def search(
        self, asked: Terms, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[Numbers, Scores]:
        """The ``k`` best passages, best first, equal ones in order of number, and their scores.

        Args:
            asked: terms with their weights.
            k: how many; passages without any of the terms are not returned.
            allowed: the passages that take part, shape [passages]; by default all.
        """
        if self.size <= SMALL:
            scores = self._all_of(asked)
            found = np.flatnonzero(scores)
            if allowed is not None:
                found = found[allowed[found]]
            best = np.lexsort((found, -scores[found]))[:k]
            return found[best], scores[found[best]]
        in_order = columns, weights = self._weighted(asked)
        highest = weights * self.tops[columns]
        order = np.argsort(-highest, kind="stable")
        columns, weights, highest = columns[order], weights[order], highest[order]
        rest = np.append(np.cumsum(highest[::-1])[::-1], np.float32(0)) * np.float32(ROUNDING)
        lengths = self.indptr[columns + 1] - self.indptr[columns]
        partial = self._nothing()
        at = 0
        for at in range(len(columns)):
            if lengths[at] * RARE > self.size and _least_of_best(partial, k, allowed) > rest[at]:
                break  # no passage that has none of the terms so far can be among the best
            own = slice(self.indptr[columns[at]], self.indptr[columns[at] + 1])
            partial[self.indices[own]] += weights[at] * self.data[own]
        else:
            at = len(columns)
        least = _least_of_best(partial, k, allowed)
        found = _at_least(partial, least / np.float32(ROUNDING) - rest[at], allowed)
        while at < len(columns) and len(found) > k:
            partial[found] += weights[at] * self._column(columns[at], found)
            at += 1
            so_far = partial[found]
            found = found[so_far + rest[at] >= np.partition(so_far, -k)[-k] / np.float32(ROUNDING)]
        scores = self._scores(*in_order, found)  # summed as everywhere, so that they are equal to the bit
        best = np.lexsort((found, -scores))[:k]
        return found[best], scores[best]

    def scores_of(self, asked: Terms, passages: Numbers) -> Scores:
        """The same scores of the given passages, shape [passages]; 0 where none of the terms is there."""
        if self.size <= SMALL:
            return self._all_of(asked)[passages]
        return self._scores(*self._weighted(asked), passages)

    def scores(self, forms: Sequence[str], bigram_weight: float = BIGRAM_WEIGHT) -> Scores:
        """BM25 of a question's terms and bigrams for every passage, shape [passages]; 0 where none is shared.

        Args:
            forms: the question's content terms in order (their bigrams are formed here).
            bigram_weight: what a bigram's score counts beside a term's.
        """
        return self.all_scores(weighted(forms, bigram_weight))

    def term_scores(self, terms: Sequence[str]) -> Scores:
        """Plain BM25 of a list of terms for every passage, shape [passages]."""
        return self.all_scores([(terms, 1.0)])

    def all_scores(self, asked: Terms) -> Scores:
        """The scores of every passage, shape [passages]."""
        scores = np.zeros(self.size, dtype=np.float32)
        for column, weight in zip(*self._weighted(asked), strict=True):
            own = slice(self.indptr[column], self.indptr[column + 1])
            scores[self.indices[own]] += weight * self.data[own]
        return scores

    def _all_of(self, asked: Terms) -> Scores:
        """``all_scores``, kept for what is asked next: the same of some passages."""
        key = [(tuple(terms), weight) for terms, weight in asked]
        last = getattr(self._local, "last", None)
        if last is None or last[0] != key:
            last = self._local.last = key, self.all_scores(asked)
        scores: Scores = last[1]
        return scores

    def match(self, forms: Sequence[str], best: float) -> float:
        """The ``best`` of a question's scores as a share of what none can exceed, 0..1.

        A term counts at most ``K1 + 1`` times its idf; one that no passage has counts as one that one passage has.
        """
        highest = (K1 + 1) * float(self.idf(forms).sum() + BIGRAM_WEIGHT * self.idf(bigrams(forms)).sum())
        return best / highest if highest else 0.0

    def idf(self, terms: Sequence[str]) -> Scores:
        """The idf of each term, ln((N + 1) / df); a term that no passage has counts as one that one passage has."""
        columns = self._columns(terms)
        frequency = np.ones(len(columns), dtype=np.float32)
        known = columns >= 0
        frequency[known] = self.indptr[columns[known] + 1] - self.indptr[columns[known]]
        values: Scores = np.log((self.size + 1) / frequency).astype(np.float32)
        return values

    def knows(self, terms: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the terms some passage (or its title) has."""
        return self._columns(terms) >= 0

    def present(self, terms: Sequence[str], passages: Numbers) -> npt.NDArray[np.bool_]:
        """Which of the terms each of the passages (or its title) has, shape [passages, terms]."""
        found = np.zeros((len(passages), len(terms)), dtype=bool)
        for i, column in enumerate(self._columns(terms)):
            if column >= 0:
                found[:, i] = self._column(column, passages) > 0
        return found

    def _nothing(self) -> Scores:
        """A score of 0 for every passage; each thread has one such array, as new memory costs more than its use."""
        scores: Scores | None = getattr(self._local, "scores", None)
        if scores is None:
            scores = self._local.scores = np.empty(self.size, dtype=np.float32)
        scores.fill(0)
        return scores

    def _weighted(self, asked: Terms) -> tuple[Numbers, Scores]:
        """The columns of the known terms, each once, and what each counts."""
        columns = np.concatenate([self._columns(terms) for terms, _ in asked])
        weights = np.concatenate([np.full(len(terms), weight) for terms, weight in asked])
        known = columns >= 0
        unique, place = np.unique(columns[known], return_inverse=True)
        return unique, np.bincount(place, weights[known], len(unique)).astype(np.float32)

    def _scores(self, columns: Numbers, weights: Scores, passages: Numbers) -> Scores:
        scores = np.zeros(len(passages), dtype=np.float32)
        for column, weight in zip(columns, weights, strict=True):
            scores += weight * self._column(column, passages)
        return scores

    def _column(self, column: int, passages: Numbers) -> Scores:
        """What the term of a column scores in each of the passages, shape [passages]."""
        first, end = self.indptr[column], self.indptr[column + 1]
        having = self.indices[first:end]  # ascending
        sought = passages.astype(having.dtype)  # of another type, the whole column would be copied to compare
        places = np.minimum(np.searchsorted(having, sought), len(having) - 1)
        scores: Scores = np.where(having[places] == passages, self.data[first + places], np.float32(0))
        return scores

    def _columns(self, terms: Sequence[str]) -> Numbers:
        """The column of each term, -1 where it is unknown."""
        hashes = term_hashes(terms)
        if not len(self.terms):
            return np.full(len(hashes), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.terms, hashes), len(self.terms) - 1)
        columns: Numbers = np.where(self.terms[places] == hashes, places, -1)
        return columns


def weighted(forms: Sequence[str], bigram_weight: float = BIGRAM_WEIGHT) -> Terms:
    """A question's terms and their bigrams with what they count."""
    return [(forms, 1.0), (bigrams(forms), bigram_weight)]


def _least_of_best(scores: Scores, k: int, allowed: npt.NDArray[np.bool_] | None) -> np.float32:
    """What at least ``k`` scores reach, 0 where fewer are positive: of the best of each of many blocks, the k-th best.

    Not the k-th best of all, but near it, and ten times as fast.
    """
    if allowed is not None:
        scores = scores * allowed
    length = max(1, len(scores) // (BLOCKS * k))
    even = len(scores) // length * length
    best = np.append(scores[:even].reshape(-1, length).max(axis=1), scores[even:].max(initial=0))
    return np.partition(best, -k)[-k] if len(best) >= k else np.float32(0)


def _at_least(scores: Scores, least: float, allowed: npt.NDArray[np.bool_] | None) -> Numbers:
    """The passages with such a score, which is positive."""
    found = np.flatnonzero(scores >= least if least > 0 else scores)
    return found if allowed is None else found[allowed[found]]
