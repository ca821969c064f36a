"""Builds an index of any size out of a real collection multiplied, and times each step."""

from __future__ import annotations

import random
import resource
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from eval.collections import read_squad
from eval.outside import open_outside
from eval.scale.multiplied import multiplied
from eval.scale.synthetic import Multiplier
from eval.scale.timing import Clock
from index.analyzer import Analyzer
from index.cutting import cut_articles
from index.encoder import Vectors, load_encoder
from index.generations import Manifest, publish, writing
from index.npy import mapped_array
from index.resume import Resume
from index.search_files import write_vectors, write_words
from index.searching import Index
from index.store import Store
from index.store_writing import StoreWriter, assemble
from index.vectors import Known

ENCODED = 200
"""Passages encoded to see what that costs."""


def build(squad: Path, folder: Path, passages: int) -> dict[str, Any]:
    """Builds an index of so many passages; returns the seconds of each step, and the most memory it took."""
    collection = read_squad(squad)
    analyzer = Analyzer()
    _ = analyzer.kiwi
    clock = Clock()
    base = list(cut_articles(collection.articles, analyzer, whole=True))
    clock.lap("cut")
    encoder = load_encoder()
    real = open_outside(collection).index
    assert isinstance(real, Index)
    vectors = real.dense.rows(np.arange(len(real.windows)))
    texts = [item.passage.text[start:end] for a in base for item in a.passages for start, end in item.windows]
    texts += [item.passage.text for article in base for item in article.passages]
    drawn = random.Random(0).sample(texts, ENCODED)
    encoder.encode_passages(drawn[:10])
    clock.lap("")
    encoder.encode_passages(drawn)
    clock.lap("encode")
    cut_each = clock.seconds.pop("cut") / len(base)
    encode_each = clock.seconds.pop("encode") / ENCODED * len(texts) / len(base)
    with writing(folder) as work:
        clock.lap("")
        fresh, database = work / "articles.fresh", work / "articles.sqlite"
        with StoreWriter(fresh) as writer:
            for article in Multiplier(base).copies(passages):
                writer.add(article)
        clock.lap("articles")
        assemble(database, [(fresh, range(writer.articles))])
        fresh.unlink()
        clock.lap("assemble")
        with closing(Store(database)) as store:
            windows = write_words(work, store, lambda done, total: None)
            clock.lap("words")
            known = _multiplied_vectors(work, vectors, len(windows))
            clock.lap("")
            resume = Resume(folder, encoder.card.fingerprint, encoder.card.dimensions)
            encoded = write_vectors(work, windows, store, encoder, [known], resume, lambda done, total: None)
            assert encoded == 0
            del known
            (work / "multiplied.npy").unlink()
            clock.lap("vectors")
            counts = {"articles": store.count, "passages": len(store), "windows": len(windows)}
        card = encoder.card
        model = {"model": card.model, "fingerprint": card.fingerprint, "dimensions": card.dimensions}
        publish(work, Manifest("", analyzer.versions(), model, counts))
        clock.lap("publish")
    return {
        **counts,
        "seconds": clock.seconds,
        "cut_ms": 1000 * cut_each,
        "encode_ms": 1000 * encode_each,
        "build_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _multiplied_vectors(work: Path, vectors: Vectors, rows: int) -> Known:
    """Vectors for all rows, in their order, as an encoder would have left them."""
    array = mapped_array(work / "multiplied.npy", np.float16, (rows, vectors.shape[1]))
    for first, copy in zip(
        range(0, rows, len(vectors)), multiplied(vectors, -(-rows // len(vectors))), strict=True
    ):
        array[first : first + len(vectors)] = copy[: rows - first]
    keys = np.load(work / "keys.npy", mmap_mode="r", allow_pickle=False)
    return Known(keys, lambda wanted: array[wanted].astype(np.float32))
