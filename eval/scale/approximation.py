"""What the approximate search by meaning loses against an exact one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from index.encoder import Vectors
from index.searchable import Scores
from index.searching import Index
from index.windows import Numbers
from rag.retriever import Retriever

SAME_COSINE = 1e-6


def recall(retriever: Retriever, index: Index, questions: Sequence[str]) -> dict[str, float]:
    """Recall@10 against exact search: of windows, of passages by dense score, of the whole search."""
    read = [retriever.read(question) for question in questions]
    vectors = np.concatenate([index.encoder.encode_query(one.text) for one in read])
    exact = _nearest(index, vectors, 300)
    windows, passages, hybrid = [], [], []
    for one, vector, best in zip(read, vectors, exact, strict=True):
        asked_vector = vector[None]
        found, _ = index.dense.search(asked_vector, 300)
        cosines = index.dense.cosines(asked_vector, found)
        windows.append(_as_good(cosines, index.dense.cosines(asked_vector, best)))
        near = [np.unique(index.windows.passages[rows]).astype(np.int64) for rows in (found, best)]
        passages.append(_as_good(*(index.dense_scores(asked_vector, numbers).passages for numbers in near)))
        ours = [hit.passage.id for hit in retriever.search(one.typed, 10, fold=False)]
        with closing(_Exactly(index, best)):
            theirs = [hit.passage.id for hit in retriever.search(one.typed, 10, fold=False)]
        hybrid.append(len(set(ours) & set(theirs)) / len(theirs))
    return {
        "windows": float(np.mean(windows)),
        "passages": float(np.mean(passages)),
        "hybrid": float(np.mean(hybrid)),
    }


def _nearest(index: Index, vectors: Vectors, k: int) -> Numbers:
    """The ``k`` nearest windows of each vector by exact cosine, shape [vectors, k]."""
    scores = np.zeros((len(vectors), 0), dtype=np.float32)
    rows = np.zeros((len(vectors), 0), dtype=np.int64)
    for first in range(0, index.dense.size, 100_000):
        part = np.arange(first, min(first + 100_000, index.dense.size))
        scores = np.concatenate([scores, vectors @ index.dense.rows(part).T], axis=1)
        rows = np.concatenate([rows, np.broadcast_to(part, (len(vectors), len(part)))], axis=1)
        best = np.argpartition(-scores, min(k, scores.shape[1]) - 1, axis=1)[:, :k]
        scores, rows = np.take_along_axis(scores, best, 1), np.take_along_axis(rows, best, 1)
    return np.take_along_axis(rows, np.argsort(-scores, axis=1, kind="stable"), 1)


def _as_good(found: Scores, best: Scores) -> float:
    """The share of the ten best found that are as good as the tenth of the exact search: equal ones may take turns."""
    tenth = np.sort(best)[::-1][:10][-1]
    return float(np.count_nonzero(np.sort(found)[::-1][:10] >= tenth - SAME_COSINE)) / min(10, len(best))


class _Exactly:
    """Lets an index nominate windows that were found exactly, until closed."""

    def __init__(self, index: Index, rows: Numbers) -> None:
        self._index, self._search = index, index.search_meaning
        passages = index.windows.passages[rows].astype(np.int64)
        _, first = np.unique(passages, return_index=True)
        index.search_meaning = lambda *_: passages[np.sort(first)]  # type: ignore[method-assign]

    def close(self) -> None:
        """Back to its own way."""
        self._index.search_meaning = self._search  # type: ignore[method-assign]
