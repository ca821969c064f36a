"""The table of windows: which stretch of which passage each vector stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.stored import StoredPassage

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Windows:
    """Row i of every array belongs to vector i; the rows of a passage are neighbours, passages in order.

    A passage of several windows has one more row, its last: the whole passage, which answers questions whose parts
    stand in different sentences.
    """

    passages: npt.NDArray[np.int32]
    """Passage numbers, shape [windows]."""
    spans: npt.NDArray[np.int32]
    """Characters ``[start, end)`` in the passage's text, shape [windows, 2]."""
    whole: npt.NDArray[np.bool_]
    """Which rows stand for a whole passage of several windows, shape [windows]."""
    firsts: npt.NDArray[np.int64]
    """Where each passage's rows begin, shape [passages + 1]."""

    @classmethod
    def of(cls, passages: Sequence[StoredPassage]) -> Windows:
        """The table for passages numbered from 0."""
        rows: list[tuple[int, int, int, bool]] = []
        for number, item in enumerate(passages):
            rows += [(number, start, end, False) for start, end in item.windows]
            if len(item.windows) > 1:
                rows.append((number, 0, len(item.passage.text), True))
        table = np.array(rows, dtype=np.int32).reshape(-1, 4)
        return cls._from_table(table, len(passages))

    @classmethod
    def _from_table(cls, table: npt.NDArray[np.int32], passages: int) -> Windows:
        firsts = np.searchsorted(table[:, 0], np.arange(passages + 1))
        return cls(table[:, 0], table[:, 1:3], table[:, 3].astype(bool), firsts)

    def save(self, path: Path) -> None:
        """Writes the table as ``.npy``."""
        columns = [self.passages[:, None], self.spans, self.whole[:, None].astype(np.int32)]
        np.save(path, np.concatenate(columns, axis=1).astype(np.int32), allow_pickle=False)

    @classmethod
    def load(cls, path: Path, passages: int) -> Windows:
        """Opens a saved table. Raises OSError or ValueError where it is missing or broken."""
        table = np.load(path, mmap_mode="r", allow_pickle=False)
        if table.ndim != 2 or table.shape[1] != 4:
            raise ValueError("the table of windows has another shape")
        return cls._from_table(table, passages)

    @property
    def proper(self) -> npt.NDArray[np.bool_]:
        """Which rows stand for windows, shape [windows]; a passage of one window is its own."""
        return ~self.whole

    @property
    def lasts(self) -> npt.NDArray[np.int64]:
        """The row of each whole passage, shape [passages]."""
        return self.firsts[1:] - 1

    def __len__(self) -> int:
        return len(self.passages)

    def rows_of(self, passages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row numbers of all windows of the given passages, in the order given."""
        ranges = [np.arange(self.firsts[p], self.firsts[p + 1]) for p in passages]
        return np.concatenate(ranges) if ranges else np.zeros(0, dtype=np.int64)

    def texts(self, passages: Sequence[StoredPassage]) -> list[str]:
        """The text of every row."""
        spans = zip(self.passages, self.spans, strict=True)
        return [passages[number].passage.text[start:end] for number, (start, end) in spans]


def content_keys(texts: Sequence[str]) -> npt.NDArray[np.void]:
    """A 128-bit hash of each text: a vector made for the same text by the same encoder can be used again."""
    digests = b"".join(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
        for text in texts
    )
    return np.frombuffer(digests, dtype=f"V{KEY_BYTES}")
