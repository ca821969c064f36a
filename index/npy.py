"""Writes one-dimensional (or row-wise) arrays to ``.npy`` files piece by piece, without knowing their length before."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

HEADER_BYTES = 128
"""Enough for any length; NumPy's format 1.0 asks for a multiple of 64."""


class NpyWriter:
    """An array under construction; a context manager, on whose clean end the file is complete.

    The header is written last, so a file whose writing broke off is no ``.npy`` at all.
    """

    def __init__(self, path: Path, dtype: npt.DTypeLike, columns: int | None = None) -> None:
        """Shape [rows], or [rows, columns]."""
        self._file = path.open("wb")
        self._file.write(b"\0" * HEADER_BYTES)
        self._dtype = np.dtype(dtype)
        self._columns = columns
        self.rows = 0
        """How many have been written."""

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Adds rows, which are cast to the array's type."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).data)
        self.rows += len(rows)

    def __enter__(self) -> NpyWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._file.seek(0)
                self._file.write(self._header())
        finally:
            self._file.close()

    def _header(self) -> bytes:
        shape = (self.rows,) if self._columns is None else (self.rows, self._columns)
        described = np.lib.format.dtype_to_descr(self._dtype)
        fields = f"{{'descr': {described!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode("latin1")
        length = HEADER_BYTES - 10  # after the magic string, the version and this length itself
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", length) + fields.ljust(length - 1) + b"\n"


def mapped_array(path: Path, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """A new ``.npy`` file of zeros, memory-mapped to be filled.

    Its space is taken at once where the system can do so (Linux): a disk that is full is an OSError here, and not the
    end of the process later.
    """
    array: npt.NDArray[Any] = np.lib.format.open_memmap(path, "w+", np.dtype(dtype), shape)
    if hasattr(os, "posix_fallocate") and array.nbytes:
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array
