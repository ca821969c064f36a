"""Vectors already encoded by a build that has not ended: kept beside the generations, so a crash costs minutes, not days."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.generations import RESUME
from index.windows import KEY_BYTES


class Resume:
    """The vectors of one encoder, in files of some thousand each, every one written whole or not at all.

    They are kept as half-precision numbers, which changes a cosine by some 1e-5.
    """

    def __init__(self, index_dir: Path, fingerprint: str, dimensions: int) -> None:
        self._folder = index_dir / RESUME / fingerprint[:16]
        self._record = np.dtype([("key", f"V{KEY_BYTES}"), ("vector", "<f2", (dimensions,))])

    def add(self, keys: npt.NDArray[np.void], vectors: Vectors) -> None:
        """Keeps vectors (shape [windows, dimensions]) of texts with these content keys."""
        self._folder.mkdir(parents=True, exist_ok=True)
        records = np.empty(len(keys), dtype=self._record)
        records["key"], records["vector"] = keys, vectors
        path = self._folder / f"{uuid.uuid4().hex}.npy"
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, records, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)

    def kept(self) -> dict[Path, npt.NDArray[np.void]]:
        """The content keys of what earlier builds have left, by file."""
        found = {}
        for path in sorted(self._folder.glob("*.npy")):
            try:
                records = self._read(path)
            except (OSError, ValueError, EOFError):
                continue  # then they are encoded again
            if records.dtype == self._record:
                found[path] = records["key"].copy()  # mapped files stay open, and there may be thousands
        return found

    def vectors(self, path: Path, places: npt.NDArray[np.int64]) -> Vectors:
        """The vectors at some places of a file, shape [places, dimensions]."""
        found: Vectors = self._read(path)["vector"][places].astype(np.float32)
        return found

    @staticmethod
    def _read(path: Path) -> npt.NDArray[np.void]:
        records: npt.NDArray[np.void] = np.load(path, mmap_mode="r", allow_pickle=False)
        return records
