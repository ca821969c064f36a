"""Writes what both searches read, out of the articles that a store holds: terms, windows, vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.dense import DenseIndex, Vectors, create_vectors
from index.encoder import Encoder
from index.lexical_writing import LexicalWriter
from index.npy import NpyWriter
from index.resume import Resume
from index.store import Store
from index.terms import character_bigrams, indexed_terms
from index.vectors import Known, fill_vectors
from index.windows import KEY_BYTES, Windows, content_keys, embedded_spans

AVERAGED_AT_ONCE = 65_536
"""Vectors."""


def write_words(work: Path, store: Store, progress: Callable[[int, int], None]) -> Windows:
    """Writes the lexical index, the table of windows and the content keys of their texts into ``work``."""
    words, characters = LexicalWriter(work / "words"), LexicalWriter(work / "characters")
    rows: list[int] = []
    with NpyWriter(work / "keys.npy", f"V{KEY_BYTES}") as keys:
        for batch in store.indexed():
            for item in batch:
                words.add(indexed_terms(item.forms, item.title_terms))
                characters.add(character_bigrams(f"{item.title} {item.text}"))
                spans = embedded_spans(item.windows, len(item.text))
                keys.append(content_keys([item.text[start:end] for start, end in spans]))
                rows.append(len(spans))
            progress(len(rows), len(store))
    words.finish()
    characters.finish()
    windows = Windows.of(rows)
    windows.save(work)
    return windows


def write_vectors(
    work: Path,
    windows: Windows,
    store: Store,
    encoder: Encoder,
    known: Sequence[Known],
    resume: Resume,
    progress: Callable[[int, int], None],
) -> int:
    """Writes the vectors' files into ``work`` (see ``fill_vectors``); returns how many texts had to be encoded."""
    keys = np.load(work / "keys.npy", mmap_mode="r", allow_pickle=False)
    vectors = create_vectors(work, len(windows), encoder.card.dimensions)
    encoded = fill_vectors(vectors, keys, windows, store, encoder, known, resume, progress)
    np.save(work / "mean.npy", mean_vector(windows, vectors), allow_pickle=False)
    del vectors
    DenseIndex.write(work)
    return encoded


def mean_vector(windows: Windows, vectors: Vectors) -> Vectors:
    """Its product with a question's vector is the mean over the collection of what a passage's dense score is."""
    proper, whole = windows.proper, np.zeros(len(windows), dtype=bool)
    whole[windows.lasts] = True
    sums = np.zeros((2, vectors.shape[1]))
    for first in range(0, len(vectors), AVERAGED_AT_ONCE):
        part = slice(first, first + AVERAGED_AT_ONCE)
        rows = np.asarray(vectors[part], dtype=np.float32)
        sums += [rows[proper[part]].sum(axis=0), rows[whole[part]].sum(axis=0)]
    mean: Vectors = ((sums[0] / proper.sum() + sums[1] / whole.sum()) / 2).astype(np.float32)
    return mean
