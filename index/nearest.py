"""Finds rows near a vector among millions without looking at all: an inverted file over one-bit codes, in FAISS.

The rows are parted into lists by k-means; a search looks at the lists nearest to the question alone, and there at codes
of one bit a dimension (RaBitQ, Gao and Long, SIGMOD 2024). It nominates; whoever asks computes exact cosines of what it
nominates from the vectors themselves.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.faiss_file import write_faiss

if TYPE_CHECKING:
    import faiss

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

LISTS_BY_ROOT = 3.0
"""Lists for each square root of the number of rows, rounded to a power of two."""
TRAINED_ON = 32
"""Rows for each list that k-means sees."""
ITERATIONS = 5
"""Of k-means."""
QUERY_BITS = 4
"""A question's numbers have so many when they are compared with codes: with FAISS's own 8 a scan takes a tenth longer
and finds the same."""
AT_ONCE = 1 << 16
"""Rows read at a time while the structure is made."""
SEED = 1234


class NearestRows:
    """The search structure over the rows of a collection; safe to share between threads.

    A search runs on the thread that asks: waiting for each other, FAISS's threads and the encoder's cost more than they
    win.
    """

    def __init__(self, engine: faiss.IndexIVF) -> None:
        self._engine: Any = engine

    @classmethod
    def build(cls, path: Path) -> NearestRows:
        """The structure over the vectors in a ``.npy`` file, shape [rows, dimensions], read a piece at a time."""
        import faiss

        size, dimensions = np.load(path, mmap_mode="r", allow_pickle=False).shape
        lists = list_count(size)
        sample = _sample(path, min(size, TRAINED_ON * lists))
        centres = _centres(sample, lists)
        flat: Any = faiss.IndexFlatIP(dimensions)
        flat.add(centres)
        engine: Any = faiss.IndexIVFRaBitQ(flat, dimensions, lists, faiss.METRIC_INNER_PRODUCT)
        engine.train(sample)
        del sample
        for first in range(0, size, AT_ONCE):
            engine.add(_piece(path, first, min(first + AT_ONCE, size)))
        engine.referenced_objects = [flat]  # FAISS points to it without keeping it
        return cls(engine)

    def save(self, path: Path) -> None:
        """Writes the structure as FAISS does."""
        write_faiss(self._engine, path)

    @classmethod
    def load(cls, path: Path) -> NearestRows:
        """Opens a saved structure, memory-mapped. Raises RuntimeError where the file is missing or broken."""
        import faiss

        engine = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        if not isinstance(engine, faiss.IndexIVFRaBitQ):
            raise RuntimeError(f"{path.name} holds another kind of index")
        return cls(engine)

    @property
    def size(self) -> int:
        """How many rows."""
        return int(self._engine.ntotal)

    @property
    def dimensions(self) -> int:
        """Of each row."""
        return int(self._engine.d)

    @property
    def lists(self) -> int:
        """How many lists the rows are parted into."""
        return int(self._engine.nlist)

    def nominate(
        self, vector: Vectors, k: int, probes: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> Rows:
        """About the ``k`` nearest rows, in no order that counts; fewer where the lists looked at hold fewer.

        Args:
            vector: the question's, shape [1, dimensions].
            k: how many.
            probes: how many lists are looked at, the nearest ones.
            allowed: which rows take part, shape [rows]; by default all.
        """
        import faiss

        library: Any = faiss  # its types are those of C++, not of the Python constructors
        parameters = library.IVFRaBitQSearchParameters()
        parameters.nprobe = min(probes, self.lists)
        parameters.qb = QUERY_BITS
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            parameters.sel = library.IDSelectorBitmap(bits)
        _, rows = self._engine.search(vector, min(k, self.size), params=parameters)
        found: Rows = rows[0][rows[0] >= 0]  # FAISS fills up with -1
        return found


def list_count(rows: int) -> int:
    """Into how many lists so many rows are parted."""
    return 1 << round(math.log2(max(1.0, LISTS_BY_ROOT * math.sqrt(rows))))


def _piece(path: Path, first: int, end: int) -> Vectors:
    """Some rows; the file is mapped anew each time, so that what was read does not stay in memory."""
    piece: Vectors = np.load(path, mmap_mode="r", allow_pickle=False)[first:end].astype(np.float32)
    return piece


def _sample(path: Path, count: int) -> Vectors:
    """Rows drawn at random from all over the file, the same ones each time."""
    size, dimensions = np.load(path, mmap_mode="r", allow_pickle=False).shape
    drawn = np.sort(np.random.default_rng(SEED).choice(size, count, replace=False))
    sample = np.empty((count, dimensions), dtype=np.float32)
    for first in range(0, size, AT_ONCE):
        begin, end = np.searchsorted(drawn, (first, first + AT_ONCE))
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
        sample[begin:end] = vectors[drawn[begin:end]]
    return sample


def _centres(sample: Vectors, lists: int) -> Vectors:
    """The centres of the lists, of length 1, shape [lists, dimensions]."""
    import faiss

    library: Any = faiss
    clustering = library.Clustering(sample.shape[1], lists)
    clustering.niter = ITERATIONS
    clustering.spherical = True
    clustering.seed = SEED
    clustering.min_points_per_centroid = 1  # what is sampled is chosen here
    clustering.max_points_per_centroid = TRAINED_ON
    clustering.train(sample, library.IndexFlatIP(sample.shape[1]))
    centres: Vectors = library.vector_to_array(clustering.centroids).reshape(lists, -1)
    return centres
