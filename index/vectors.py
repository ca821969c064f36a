"""The vectors of all windows of a build: those known are taken over, each text that is new is encoded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.dense import DenseIndex
from index.encoder import Encoder, Vectors
from index.resume import Resume
from index.store import Store
from index.windows import Numbers, Windows

Keys = npt.NDArray[np.void]
Pairs = npt.NDArray[np.uint64]

ENCODED_AT_ONCE = 2048
"""Windows between two points from which a build that broke off can go on: some 20 s of work."""
COPIED_AT_ONCE = 65_536
"""Rows."""


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors that exist already, by the content keys of their texts."""

    keys: Keys
    rows: Callable[[Numbers], Vectors]

    @classmethod
    def of_generation(cls, folder: Path) -> Known | None:
        """Those of an old generation; None where its files are broken: then they are made anew."""
        try:
            keys = np.load(folder / "keys.npy", mmap_mode="r", allow_pickle=False)
            dense = DenseIndex.load(folder)
        except (OSError, ValueError, RuntimeError, EOFError):
            return None
        return cls(keys, dense.rows) if len(keys) == dense.size else None

    @classmethod
    def of_resume(cls, resume: Resume) -> Known | None:
        """Those of a build that broke off."""
        kept = resume.kept()
        if not kept:
            return None
        paths = list(kept)
        firsts = np.cumsum([0, *map(len, kept.values())])

        def rows(wanted: Numbers) -> Vectors:
            order = np.argsort(wanted, kind="stable")
            files = np.searchsorted(firsts, wanted[order], side="right") - 1
            runs = np.split(order, np.flatnonzero(np.diff(files)) + 1)
            found = [
                resume.vectors(paths[file], wanted[run] - firsts[file])
                for run, file in zip(
                    runs, files[np.append(0, np.flatnonzero(np.diff(files)) + 1)], strict=True
                )
            ]
            vectors: Vectors = np.empty((len(wanted), found[0].shape[1]), dtype=np.float32)
            vectors[order] = np.concatenate(found)
            return vectors

        return cls(np.concatenate(list(kept.values())), rows)


def fill_vectors(
    vectors: Vectors,
    keys: Keys,
    windows: Windows,
    store: Store,
    encoder: Encoder,
    known: Sequence[Known],
    resume: Resume,
    progress: Callable[[int, int], None],
) -> int:
    """Fills in the vectors of all windows; returns how many texts had to be encoded.

    Args:
        vectors: to be filled, shape [windows, dimensions]; may be memory-mapped.
        keys: the content key of each window's text, shape [windows].
        windows: which passage each row belongs to.
        store: where the texts are.
        encoder: encodes those that nobody knows.
        known: where vectors of this encoder are already.
        resume: keeps what is encoded until the build is done.
        progress: called with (encoded, to be encoded).
    """
    pairs = _pairs(keys)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (pairs[order[1:]] != pairs[order[:-1]]).any(axis=1)
    firsts = np.minimum.reduceat(order, np.flatnonzero(new)) if len(order) else order
    original = np.empty(len(order), dtype=np.int64)
    original[order] = firsts[np.cumsum(new) - 1]
    missing = np.sort(firsts)
    for source in known:
        missing = _take_over(vectors, pairs, missing, source)
    for first in range(0, len(missing), ENCODED_AT_ONCE):
        rows = missing[first : first + ENCODED_AT_ONCE]
        texts = _texts(rows, windows, store)
        vectors[rows] = encoder.encode_passages(texts, partial(_shifted, progress, first, len(missing)))
        if len(missing) > ENCODED_AT_ONCE:
            resume.add(keys[rows], vectors[rows])
    copies = np.flatnonzero(original != np.arange(len(original)))
    for first in range(0, len(copies), COPIED_AT_ONCE):
        rows = copies[first : first + COPIED_AT_ONCE]
        vectors[rows] = vectors[original[rows]]
    return len(missing)


def _shifted(progress: Callable[[int, int], None], before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def _take_over(vectors: Vectors, pairs: Pairs, missing: Numbers, source: Known) -> Numbers:
    """Copies the vectors that the source has; returns the rows that are still missing."""
    held = _pairs(source.keys)
    if not len(held):
        return missing
    order = np.argsort(held[:, 0], kind="stable")
    sought = pairs[missing]
    places = np.minimum(np.searchsorted(held[order, 0], sought[:, 0]), len(order) - 1)
    there = order[places]
    found = (held[there] == sought).all(axis=1)  # of two with the same first half, the other is encoded again
    here, there = missing[found], there[found]
    for first in range(0, len(here), COPIED_AT_ONCE):
        part = slice(first, first + COPIED_AT_ONCE)
        vectors[here[part]] = source.rows(there[part])
    left: Numbers = missing[~found]
    return left


def _texts(rows: Numbers, windows: Windows, store: Store) -> list[str]:
    passages = windows.passages[rows]
    texts = store.window_texts(np.unique(passages).tolist())
    places = rows - windows.firsts[passages]
    return [texts[passage][place] for passage, place in zip(passages.tolist(), places.tolist(), strict=True)]


def _pairs(keys: Keys) -> Pairs:
    """Keys as two numbers each, shape [keys, 2]."""
    return np.ascontiguousarray(keys).view("<u8").reshape(-1, 2)
