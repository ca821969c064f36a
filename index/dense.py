"""Vectors of windows and their search by inner product (cosine, as they have length 1): exact, or nominated and exact.

A small collection is compared with the question as a whole, once for a question. A large one keeps its vectors as
half-precision numbers (which changes a cosine by some 1e-5), and a structure that nominates rows (``index.nearest``),
whose exact cosines are then computed from the vectors. Opening costs the same whatever the size: nothing is read before it is asked for.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.faiss_file import write_faiss
from index.half_rows import HalfRows
from index.nearest import NearestRows
from index.npy import mapped_array

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Allowed = npt.NDArray[np.bool_]

VECTORS = "vectors.npy"
"""What a build writes, and what a large index keeps."""
EXACT = "vectors.faiss"
"""The vectors of a small index as FAISS keeps them."""
NEAREST = "nearest.faiss"
"""The search structure of a large index."""

EXACT_UP_TO = 50_000
"""Windows that are compared one and all with a question."""
NOMINATED = 3
"""Rows nominated for each one asked for: codes of one bit order rows roughly."""
PROBES = 512
PROBES_OF_MANY = 256
MANY_LISTS = 8192
"""Lists that a search looks at, and how many where there are ``MANY_LISTS`` or more: recall@10 is .986 with 1,024 lists
(.959 with half as many looked at), .990 with 2,048 (.982), and .989 with 256 of 8,192 (``docs/scale.md``)."""
ALLOWED_EXACT = 20_000
"""So few allowed rows are compared one and all."""
COMPARED_AT_ONCE = 1 << 14
"""Half-precision rows made single-precision at a time."""


def create_vectors(folder: Path, rows: int, dimensions: int) -> npt.NDArray[Any]:
    """A new file for the vectors of an index, memory-mapped for writing, shape [rows, dimensions]."""
    kind = np.float32 if rows <= EXACT_UP_TO else np.float16
    return mapped_array(folder / VECTORS, kind, (rows, dimensions))


class DenseIndex:
    """Windows by vector, in the order of the windows table; safe to share between threads."""

    def __init__(self, vectors: Vectors | HalfRows, engine: Any) -> None:
        """Takes the vectors where they lie, shape [windows, dimensions], and what searches them."""
        self._vectors = vectors
        self._engine = engine
        self._local = threading.local()

    @classmethod
    def write(cls, folder: Path) -> None:
        """Makes what searches the vectors of ``create_vectors`` out of their file, in bounded memory."""
        import faiss

        vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
        if vectors.dtype == np.float16:
            NearestRows.build(folder / VECTORS).save(folder / NEAREST)
            return
        engine: Any = faiss.IndexFlat(vectors.shape[1], faiss.METRIC_INNER_PRODUCT)
        engine.add(np.ascontiguousarray(vectors))
        write_faiss(engine, folder / EXACT)
        del vectors  # a mapped file cannot be removed everywhere
        (folder / VECTORS).unlink()

    @classmethod
    def load(cls, folder: Path) -> DenseIndex:
        """Opens what ``write`` made, memory-mapped.

        Raises:
            OSError, ValueError, RuntimeError: a file is missing or broken, or two don't belong together.
        """
        import faiss

        library: Any = faiss
        if (folder / NEAREST).exists():
            nearest = NearestRows.load(folder / NEAREST)
            vectors = HalfRows(folder / VECTORS)
            if vectors.shape != (nearest.size, nearest.dimensions):
                raise ValueError(
                    f"{VECTORS} holds {vectors.shape}, {NEAREST} {(nearest.size, nearest.dimensions)}"
                )
            return cls(vectors, nearest)
        engine: Any = library.read_index(str(folder / EXACT), library.IO_FLAG_MMAP_IFC)
        # reading rows where they lie is some thirty times as fast as asking the engine
        flat = library.rev_swig_ptr(engine.get_xb(), engine.ntotal * engine.d)
        return cls(flat.reshape(engine.ntotal, engine.d), engine)

    @property
    def size(self) -> int:
        """How many windows."""
        return len(self._vectors)

    def search(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> tuple[Rows, Vectors]:
        """The ``k`` nearest windows of one vector (shape [1, dimensions]): their numbers and cosines, best first.

        Args:
            vector: the question's.
            k: how many; fewer where there are fewer.
            allowed: which windows take part, shape [windows]; by default all.
        """
        if not isinstance(self._engine, NearestRows):
            return self._search_all(vector, k, allowed)
        count = self.size if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None and count <= ALLOWED_EXACT:
            return self._best(vector, np.flatnonzero(allowed), k)
        # as many allowed rows are looked at as without a filter; all lists, where those hold too few
        usual = PROBES if self._engine.lists < MANY_LISTS else PROBES_OF_MANY
        for probes in (usual * self.size // count, self._engine.lists):
            found = self._engine.nominate(vector, NOMINATED * k, probes, allowed)
            if len(found) >= min(k, count):
                return self._best(vector, found, k)
        return self._best(vector, np.arange(self.size) if allowed is None else np.flatnonzero(allowed), k)

    def rows(self, windows: Rows) -> Vectors:
        """The vectors of the given windows, shape [windows, dimensions]."""
        return self._vectors[windows]

    def cosines(self, vector: Vectors, windows: Rows) -> Vectors:
        """The exact cosines of one vector (shape [1, dimensions]) with the given windows, shape [windows]."""
        if not isinstance(self._engine, NearestRows):
            return self._all(vector)[windows]
        values = np.empty(len(windows), dtype=np.float32)
        for first in range(0, len(windows), COMPARED_AT_ONCE):
            part = slice(first, first + COMPARED_AT_ONCE)
            # row by row: a product of matrix and vector would start threads that get in the encoder's way
            values[part] = np.einsum("ij,j->i", self.rows(windows[part]), vector[0])
        return values

    def _search_all(self, vector: Vectors, k: int, allowed: Allowed | None) -> tuple[Rows, Vectors]:
        cosines = self._all(vector)
        rows = np.arange(self.size) if allowed is None else np.flatnonzero(allowed)
        own = cosines[rows]
        if k < len(rows):
            rows = rows[own >= np.partition(own, -k)[-k]]
        best = np.lexsort((rows, -cosines[rows]))[:k]
        return rows[best], cosines[rows[best]]

    def _all(self, vector: Vectors) -> Vectors:
        """The cosines of one vector with all windows, shape [windows]; those of the last question are kept."""
        kept: tuple[Vectors, Vectors] | None = getattr(self._local, "cosines", None)
        if kept is None or kept[0] is not vector or vector.flags.writeable:
            import faiss

            library: Any = faiss
            cosines = np.empty(self.size, dtype=np.float32)
            given = np.ascontiguousarray(
                vector, dtype=np.float32
            )  # FAISS is told where it lies: it must not go meanwhile
            pointers = [library.swig_ptr(array) for array in (cosines, given, self._vectors)]
            library.fvec_inner_products_ny(*pointers, given.shape[1], self.size)
            kept = self._local.cosines = vector, cosines
        return kept[1]

    def _best(self, vector: Vectors, windows: Rows, k: int) -> tuple[Rows, Vectors]:
        """The ``k`` nearest of the given windows, equal ones in order of number."""
        windows = np.sort(windows)  # neighbours are read together
        cosines = self.cosines(vector, windows)
        best = np.argsort(-cosines, kind="stable")[:k]
        return windows[best], cosines[best]
