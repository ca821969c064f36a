"""Vectors of windows in FAISS: exact search by inner product (cosine, as the vectors have length 1)."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import faiss

Vectors = npt.NDArray[np.float32]


class DenseIndex:
    """Windows by vector, in the order of the windows table."""

    def __init__(self, engine: faiss.Index) -> None:
        self._engine: Any = engine

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """The index of vectors, shape [windows, dimensions]."""
        import faiss

        engine: Any = faiss.IndexFlat(vectors.shape[1], faiss.METRIC_INNER_PRODUCT)
        engine.add(np.ascontiguousarray(vectors))
        return cls(engine)

    def save(self, path: Path) -> None:
        """Writes the index as FAISS does."""
        import faiss

        faiss.write_index(self._engine, str(path))

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Opens a saved index, memory-mapped. Raises RuntimeError where the file is missing or broken."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    @cached_property
    def _vectors(self) -> Vectors:
        """All vectors where they lie, uncopied: reading rows so is some thirty times as fast as asking the engine."""
        import faiss

        library: Any = faiss
        flat = library.rev_swig_ptr(self._engine.get_xb(), self.size * self._engine.d)
        vectors: Vectors = flat.reshape(self.size, self._engine.d)
        return vectors

    @property
    def size(self) -> int:
        """How many windows."""
        return int(self._engine.ntotal)

    def search(
        self, vector: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[npt.NDArray[np.int64], Vectors]:
        """The ``k`` nearest windows of one vector (shape [1, dimensions]): their numbers and cosines, best first.

        Args:
            vector: the question's.
            k: how many; fewer where there are fewer.
            allowed: which windows take part, shape [windows]; by default all.
        """
        parameters = None
        if allowed is not None:
            import faiss

            library: Any = faiss  # its types are those of C++, not of the Python constructors
            bits = np.packbits(allowed, bitorder="little")
            selector = library.IDSelectorBitmap(bits)
            parameters = library.SearchParameters(sel=selector)
        cosines, windows = self._engine.search(vector, min(k, self.size), params=parameters)
        found = windows[0] >= 0  # FAISS fills up with -1
        return windows[0][found], cosines[0][found]

    def rows(self, windows: npt.NDArray[np.int64]) -> Vectors:
        """The vectors of the given windows, shape [windows, dimensions]."""
        return self._vectors[windows]

    def cosines(self, vector: Vectors, windows: npt.NDArray[np.int64]) -> Vectors:
        """The exact cosines of one vector (shape [1, dimensions]) with the given windows, shape [windows]."""
        if not len(windows):
            return np.zeros(0, dtype=np.float32)
        values: Vectors = self.rows(windows) @ vector[0]
        return values
