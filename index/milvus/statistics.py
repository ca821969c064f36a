"""How many passages there are, and how many have a term: counted by the server, for idf."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np

from index.milvus.connection import Connection
from index.milvus.remembering import Remembered

AT_ONCE = 16
"""Counts under way at a time. A question of ten words needs about fifty; asked for anew, they take four round trips."""

TermField = Literal["terms", "pairs"]


class Statistics:
    """Counts over the passages of one version. Safe to share between threads."""

    def __init__(self, connection: Connection, passages: str) -> None:
        self._connection = connection
        self._passages = passages
        self._counts: Remembered[str, int] = Remembered()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="geungeo-milvus")

    def size(self) -> int:
        """How many passages."""
        return self._count("")

    def idf(self, field: TermField, places: Iterable[int]) -> dict[int, float]:
        """ln((N + 1) / df) of each dimension that some passage has.

        Args:
            field: whether they are of terms or of pairs of characters.
            places: dimensions (``index.milvus.keys.dimensions``).
        """
        different = list(dict.fromkeys(places))
        conditions = [f"array_contains({field}, {place})" for place in different]
        total, *counts = self._pool.map(self._count, ["", *conditions])
        return {
            place: float(np.log((total + 1) / count))
            for place, count in zip(different, counts, strict=True)
            if count
        }

    def unknown_idf(self) -> float:
        """The idf of a term that no passage has: it counts as one that one passage has."""
        return float(np.log(self.size() + 1))

    def _count(self, condition: str) -> int:
        return self._counts.ask(condition, lambda: count(self._connection, self._passages, condition))


def count(connection: Connection, collection: str, condition: str = "", **options: str) -> int:
    """How many rows of a collection meet a condition."""
    return int(connection.rows(collection, condition, ["count(*)"], **options)[0]["count(*)"])
