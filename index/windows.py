"""The table of windows: which passage each vector stands for, or a stretch of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.passages import Span

KEY_BYTES = 16

Numbers = npt.NDArray[np.int64]


def embedded_spans(windows: Sequence[Span], length: int) -> list[Span]:
    """What of a passage's text is embedded: its windows and, where it has several, last the whole passage.

    The whole answers questions whose parts stand in different sentences.
    """
    return [*windows, (0, length)] if len(windows) > 1 else list(windows)


@dataclass(frozen=True, slots=True)
class Windows:
    """Row i belongs to vector i; the rows of a passage are neighbours, passages in order.

    A passage of several windows has one more row, its last: the whole passage.
    """

    passages: npt.NDArray[np.int32]
    """Passage numbers, shape [rows]."""
    firsts: Numbers
    """Where each passage's rows begin, shape [passages + 1]."""

    @classmethod
    def of(cls, rows: Iterable[int]) -> Windows:
        """The table of passages with so many rows each, numbered from 0."""
        counts = np.fromiter(rows, dtype=np.int64)
        firsts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(np.repeat(np.arange(len(counts), dtype=np.int32), counts), firsts)

    def save(self, folder: Path) -> None:
        """Writes the table as ``.npy`` files."""
        np.save(folder / "windows.npy", self.passages, allow_pickle=False)
        np.save(folder / "firsts.npy", self.firsts, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, passages: int) -> Windows:
        """Opens a saved table, memory-mapped. Raises OSError or ValueError where it is missing or broken."""
        owners = np.load(folder / "windows.npy", mmap_mode="r", allow_pickle=False)
        firsts = np.load(folder / "firsts.npy", mmap_mode="r", allow_pickle=False)
        if owners.ndim != 1 or firsts.shape != (passages + 1,) or firsts[-1] != len(owners):
            raise ValueError("the tables of windows do not fit each other")
        return cls(np.asarray(owners), np.asarray(firsts))

    @property
    def proper(self) -> npt.NDArray[np.bool_]:
        """Which rows stand for windows, shape [rows]; a passage of one window is its own."""
        proper = np.ones(len(self), dtype=bool)
        proper[self.lasts[np.diff(self.firsts) > 1]] = False
        return proper

    @property
    def lasts(self) -> Numbers:
        """The row of each whole passage, shape [passages]."""
        return self.firsts[1:] - 1

    def __len__(self) -> int:
        return len(self.passages)

    def rows_of(self, passages: Numbers) -> Numbers:
        """The row numbers of all windows of the given passages, in the order given."""
        firsts = self.firsts[passages]
        counts = self.firsts[passages + 1] - firsts
        ends = np.cumsum(counts)
        rows: Numbers = np.arange(ends[-1] if len(ends) else 0) + np.repeat(firsts - ends + counts, counts)
        return rows


def content_keys(texts: Sequence[str]) -> npt.NDArray[np.void]:
    """A 128-bit hash of each text: a vector made for the same text by the same encoder can be used again."""
    digests = b"".join(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
        for text in texts
    )
    return np.frombuffer(digests, dtype=f"V{KEY_BYTES}")
