"""Builds a BM25 index in bounded memory: counts spill to disk by ranges of the terms' hashes, then each range is scored.

The variant of BM25 that Kamphuis et al. (ECIR 2020) call ATIRE, with the idf of BM25+ (Lv and Zhai, CIKM 2011),
ln((N + 1) / df), which stays positive in a collection of two passages.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.npy import NpyWriter

K1 = 0.9
B = 0.4

ENTRY = np.dtype([("term", "<u8"), ("passage", "<u4"), ("count", "<u4")])
"""How often a passage has a term."""
BUCKETS = 64
"""Ranges of hashes, each scored by itself: a range of 10^6 passages takes some 200 MB."""
ENTRIES_HELD = 2_000_000
"""Terms counted in memory before they are spilled, some 50 MB."""
HASHES_HELD = 2_000_000
"""Hashes remembered, some 250 MB at most."""


def term_hashes(terms: Sequence[str]) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each term (BLAKE2b: the same on every machine and run)."""
    digests = b"".join(map(_digest, terms))
    return np.frombuffer(digests, dtype="<u8")


def _digest(term: str) -> bytes:
    return hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class _Hashes(dict[str, int]):
    """Hashes remembered: most terms come again and again."""

    def __missing__(self, term: str) -> int:
        if len(self) >= HASHES_HELD:
            self.clear()
        value = self[term] = int.from_bytes(_digest(term), "little")
        return value


class LexicalWriter:
    """Takes passages one by one and writes the arrays of ``index.lexical.LexicalIndex`` into a folder."""

    def __init__(self, folder: Path, k1: float = K1, b: float = B) -> None:
        self._folder = folder
        self._spill = folder / "spill"
        self._spill.mkdir(parents=True)
        self._k1, self._b = k1, b
        self._hashes = _Hashes()
        self._held: list[npt.NDArray[np.uint64]] = []
        self._waiting = 0
        self._lengths: list[int] = []
        self._counted = 0

    def add(self, terms: Sequence[str]) -> None:
        """Takes the terms of the next passage."""
        hashes = np.fromiter(map(self._hashes.__getitem__, terms), dtype=np.uint64, count=len(terms))
        self._held.append(hashes)
        self._lengths.append(len(terms))
        self._waiting += len(terms)
        if self._waiting >= ENTRIES_HELD:
            self._count()

    def finish(self) -> None:
        """Scores every term of every passage and writes the arrays; passages without terms have none."""
        self._count()
        self._hashes.clear()
        lengths = np.array(self._lengths, dtype=np.float64)
        average = float(lengths.mean()) if len(lengths) and lengths.any() else 1.0
        # what a term counts in a passage is tf (k1 + 1) / (tf + norm)
        norms = self._k1 * (1.0 - self._b + self._b * lengths / average)
        with ExitStack() as files:

            def array(name: str, dtype: str) -> NpyWriter:
                return files.enter_context(NpyWriter(self._folder / f"{name}.npy", dtype))

            terms, firsts = array("terms", "<u8"), array("indptr", "<i8")
            tops, indices, data = array("tops", "<f4"), array("indices", "<i4"), array("data", "<f4")
            firsts.append(np.zeros(1))
            for bucket in range(BUCKETS):
                path = self._spill / str(bucket)
                if not path.exists():
                    continue
                entries = np.fromfile(path, dtype=ENTRY)
                path.unlink()
                entries = entries[np.argsort(entries["term"], kind="stable")]  # passages stay in order
                starts = np.flatnonzero(np.diff(entries["term"], prepend=~entries["term"][:1]))
                found = np.diff(starts, append=len(entries))
                idf = np.log((len(lengths) + 1) / found)
                count = entries["count"].astype(np.float64)
                share = count * (self._k1 + 1) / (count + norms[entries["passage"]])
                scores = (np.repeat(idf, found) * share).astype(np.float32)
                terms.append(entries["term"][starts])
                firsts.append(indices.rows + starts + found)
                indices.append(entries["passage"])
                data.append(scores)
                tops.append(np.maximum.reduceat(scores, starts))
        shutil.rmtree(self._spill)

    def _count(self) -> None:
        """Spills how often each held passage has each of its terms, in order of term and passage."""
        if not self._held:
            return
        lengths = [len(hashes) for hashes in self._held]
        hashes = np.concatenate(self._held)
        passages = np.repeat(np.arange(self._counted, self._counted + len(lengths), dtype=np.uint32), lengths)
        self._counted += len(lengths)
        self._held, self._waiting = [], 0
        order = np.argsort(hashes, kind="stable")
        hashes, passages = hashes[order], passages[order]
        new = np.ones(len(hashes), dtype=bool)
        new[1:] = (hashes[1:] != hashes[:-1]) | (passages[1:] != passages[:-1])
        starts = np.flatnonzero(new)
        entries = np.empty(len(starts), dtype=ENTRY)
        entries["term"], entries["passage"] = hashes[starts], passages[starts]
        entries["count"] = np.diff(starts, append=len(hashes))
        limits = np.arange(1, BUCKETS, dtype=np.uint64) << np.uint64(64 - BUCKETS.bit_length() + 1)
        ranges = np.split(entries, np.searchsorted(entries["term"], limits))
        for bucket, part in enumerate(ranges):
            if len(part):
                with (self._spill / str(bucket)).open("ab") as file:
                    file.write(part.data)
