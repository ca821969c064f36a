"""Rows of half-precision numbers in a ``.npy`` file, read where they are asked for.

A memory map of the file would count every page that was ever touched, and some around it, as this process's memory; what
is read through a file descriptor stays the system's, and a file cut short is an error instead of the end of the process.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

SIGN_EXPONENT_FRACTION = np.int32(-0x70002000)
"""Of a half-precision number whose bits, sign extended, were moved 13 places up: those that are a single's."""
EXPONENT_BIAS = np.float32(2.0**112)
"""By so much the exponents of half and single precision differ in what they stand for."""


class HalfRows:
    """The rows of one file; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Opens ``path``. Raises OSError or ValueError where it is missing or no such array."""
        try:
            array: Any = np.load(path, mmap_mode="r", allow_pickle=False)
        except EOFError as error:  # what numpy makes of an empty file
            raise ValueError(f"{path.name} is empty") from error
        if array.dtype != np.float16 or array.ndim != 2:
            raise ValueError(f"{path.name} holds {array.shape} {array.dtype}")
        self.shape: tuple[int, int] = array.shape
        self._path = path
        self._first = int(array.offset)
        self._row_bytes = array.shape[1] * array.itemsize
        self._mapped = None if hasattr(os, "pread") else array  # Windows
        self._file = os.open(path, os.O_RDONLY) if self._mapped is None else -1
        if self._mapped is None:
            weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Rows) -> Vectors:
        """The rows of the given numbers, shape [numbers, columns]; neighbours are read at once.

        Raises:
            OSError: the file has been cut short since it was opened.
        """
        if self._mapped is not None:
            return np.asarray(self._mapped[rows]).astype(np.float32)
        if not len(rows):
            return np.zeros((0, self.shape[1]), dtype=np.float32)
        edges = np.flatnonzero(np.diff(rows) != 1) + 1
        firsts = (rows[np.concatenate([[0], edges])] * self._row_bytes + self._first).tolist()
        lengths = (np.diff(edges, prepend=0, append=len(rows)) * self._row_bytes).tolist()
        file = self._file
        read = b"".join(
            [os.pread(file, length, first) for first, length in zip(firsts, lengths, strict=True)]
        )
        if len(read) != len(rows) * self._row_bytes:
            raise OSError(f"{self._path.name} has been cut short")
        return single(np.frombuffer(read, dtype=np.float16)).reshape(len(rows), self.shape[1])


def single(halves: npt.NDArray[np.float16]) -> Vectors:
    """Finite half-precision numbers as single-precision ones: the same, some eight times as fast as ``astype``."""
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= SIGN_EXPONENT_FRACTION
    singles = bits.view(np.float32)
    singles *= EXPONENT_BIAS
    return singles
