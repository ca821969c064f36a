"""How the cost of an index grows: ``python -m eval.scale FOLDER --sizes 1000 10000 100000 1000000 [--plot FILE]``.

The passages are KorQuAD dev's and altered copies of them (``eval.synthetic``), their vectors likewise multiplied
(``eval.multiplied``): everything but Kiwi and the encoder works as in a real build. What those two cost is measured on the
real passages and given for one of them. Each build and each measurement runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.collections import OutsideQuestion, read_squad
from eval.multiplied import multiplied
from eval.outside import asked, open_outside
from eval.synthetic import Multiplier
from index.analyzer import Analyzer
from index.cutting import cut_articles
from index.encoder import Vectors, load_encoder
from index.generations import Manifest, current_generation, publish, writing
from index.lexical import weighted
from index.npy import mapped_array
from index.resume import Resume
from index.search_files import write_vectors, write_words
from index.searchable import Scores
from index.searching import Index
from index.store import Store
from index.store_writing import StoreWriter, assemble
from index.vectors import Known
from index.windows import Numbers
from rag.retriever import Retriever

SIZES = (1_000, 10_000, 100_000, 1_000_000)
KORQUAD = Path(__file__).resolve().parents[2] / "shared" / "bench" / "korquad" / "KorQuAD_v1.0_dev.json"
QUESTIONS = 500
"""Of KorQuAD, drawn with seed 0."""
COMPARED = 50
"""Of these, so many are searched for exactly, too."""
WARM_UP = 30
SAME_COSINE = 1e-6
ENCODED = 200
"""Passages encoded to see what that costs."""
MOST_FOR_RANK_BM25 = 100_000
"""Passages: it keeps a dictionary for each in memory."""


# -- Building ------------------------------------------------------------------------------------------
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


class Clock:
    """Seconds between laps, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Ends a lap; one without a name does not count."""
        now = time.perf_counter()
        if name:
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._last
        self._last = now


# -- Searching -----------------------------------------------------------------------------------------
def measure(squad: Path, folder: Path) -> dict[str, Any]:
    """Opening, memory, latency of a whole search and of its parts, and what approximation loses."""
    collection = read_squad(squad)
    questions = [_text(q) for q in collection.sampled(QUESTIONS, 0).questions]
    generation, manifest = current_generation(folder)
    opened = _median(lambda: Index.open(folder).store.close(), 5)
    retriever = Retriever.open(folder)
    index = retriever.index
    assert isinstance(index, Index)
    for question in questions[:WARM_UP]:
        retriever.search(question)
    whole = [_once(partial(retriever.search, question)) for question in questions]
    answer = [_once(partial(retriever.answer, question)) for question in questions]
    memory = _memory()
    parts = _parts(retriever, index, questions)
    return {
        **manifest.counts,
        "disk_mb": {
            path.relative_to(generation).as_posix(): path.stat().st_size / 2**20
            for path in sorted(generation.rglob("*"))
            if path.is_file()
        },
        "open_ms": 1000 * opened,
        "search_ms": _percentiles(whole),
        "answer_ms": _percentiles(answer),
        "parts_ms": {name: _percentiles(values) for name, values in parts.items()},
        "memory_mb": memory,
        "recall": _recall(retriever, index, questions[:COMPARED]),
        "rank_bm25": _against_rank_bm25(retriever, index, questions[:10]),
    }


def _text(question: OutsideQuestion) -> str:
    return asked(question)


def _once(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _median(run: Callable[[], object], times: int) -> float:
    return statistics.median(_once(run) for _ in range(times))


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    values = 1000 * np.array(seconds)
    return {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}


def _memory() -> dict[str, float]:
    """Resident megabytes of this process: all, its own, and of files that are mapped."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    names = {"resident": "VmRSS", "own": "RssAnon", "files": "RssFile"}
    return {name: int(fields[field].split()[0]) / 1024 for name, field in names.items()}


def _parts(retriever: Retriever, index: Index, questions: Sequence[str]) -> dict[str, list[float]]:
    """The seconds of each of a search's steps for each question."""
    parts: dict[str, list[float]] = {
        name: [] for name in ("read", "encode", "words", "characters", "meaning", "cosines")
    }
    for question in questions:
        clock = Clock()
        read = retriever.read(question)
        clock.lap("read")
        vector = index.encoder.encode_query(read.text + " ")  # not the one it remembers
        clock.lap("encode")
        words, _ = index.search_words(read.forms, 100)
        clock.lap("words")
        characters, _ = index.search_characters(read.text, 100)
        clock.lap("characters")
        near = index.search_meaning(vector, 300)
        clock.lap("meaning")
        index.dense_scores(vector, np.unique(np.concatenate([words, characters, near])))
        clock.lap("cosines")
        for name, value in clock.seconds.items():
            parts[name].append(value)
    return parts


# -- What approximation loses --------------------------------------------------------------------------
def _recall(retriever: Retriever, index: Index, questions: Sequence[str]) -> dict[str, float]:
    """Recall@10 against exact search: of windows, of passages by dense score, of the whole search."""
    read = [retriever.read(question) for question in questions]
    vectors = np.concatenate([index.encoder.encode_query(one.text) for one in read])
    exact = _nearest(index, vectors, 300)
    windows, passages, hybrid = [], [], []
    for one, vector, best in zip(read, vectors, exact, strict=True):
        asked_vector = vector[None]
        found, _ = index.dense.search(asked_vector, 300)
        cosines = index.dense.cosines(asked_vector, found)
        windows.append(_as_good(cosines, index.dense.cosines(asked_vector, best)))
        near = [np.unique(index.windows.passages[rows]).astype(np.int64) for rows in (found, best)]
        passages.append(_as_good(*(index.dense_scores(asked_vector, numbers).passages for numbers in near)))
        ours = [hit.passage.id for hit in retriever.search(one.typed, 10, fold=False)]
        with closing(_Exactly(index, best)):
            theirs = [hit.passage.id for hit in retriever.search(one.typed, 10, fold=False)]
        hybrid.append(len(set(ours) & set(theirs)) / len(theirs))
    return {
        "windows": float(np.mean(windows)),
        "passages": float(np.mean(passages)),
        "hybrid": float(np.mean(hybrid)),
    }


def _nearest(index: Index, vectors: Vectors, k: int) -> Numbers:
    """The ``k`` nearest windows of each vector by exact cosine, shape [vectors, k]."""
    scores = np.zeros((len(vectors), 0), dtype=np.float32)
    rows = np.zeros((len(vectors), 0), dtype=np.int64)
    for first in range(0, index.dense.size, 100_000):
        part = np.arange(first, min(first + 100_000, index.dense.size))
        scores = np.concatenate([scores, vectors @ index.dense.rows(part).T], axis=1)
        rows = np.concatenate([rows, np.broadcast_to(part, (len(vectors), len(part)))], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, rows = np.take_along_axis(scores, best, 1), np.take_along_axis(rows, best, 1)
    return rows


def _as_good(found: Scores, best: Scores) -> float:
    """The share of the ten best found that are as good as the tenth of the exact search: equal ones may take turns."""
    tenth = np.sort(best)[::-1][:10][-1]
    return float(np.count_nonzero(np.sort(found)[::-1][:10] >= tenth - SAME_COSINE)) / min(10, len(best))


class _Exactly:
    """Lets an index nominate windows that were found exactly, until closed."""

    def __init__(self, index: Index, rows: Numbers) -> None:
        self._index, self._search = index, index.search_meaning
        passages = index.windows.passages[rows].astype(np.int64)
        _, first = np.unique(passages, return_index=True)
        index.search_meaning = lambda *_: passages[np.sort(first)]  # type: ignore[method-assign]

    def close(self) -> None:
        """Back to its own way."""
        self._index.search_meaning = self._search  # type: ignore[method-assign]


def _against_rank_bm25(
    retriever: Retriever, index: Index, questions: Sequence[str]
) -> dict[str, float] | None:
    """Median milliseconds for the best 100 by words, here and by rank-bm25 on the same terms."""
    if index.size > MOST_FOR_RANK_BM25:
        return None
    from rank_bm25 import BM25Plus

    from index.lexical_writing import K1, B
    from index.terms import bigrams, indexed_terms

    engine = BM25Plus(
        [
            indexed_terms(item.forms, item.title_terms)
            for batch in index.store.indexed()
            for item in batch
        ],
        k1=K1, b=B, delta=0,
    )  # fmt: skip
    ours, theirs = [], []
    for question in questions:
        forms = retriever.read(question).forms
        ours.append(_median(partial(index.words.search, weighted(forms), 100), 5))
        theirs.append(_once(partial(engine.get_scores, [*forms, *bigrams(forms)])))
    return {"ours_ms": 1000 * statistics.median(ours), "theirs_ms": 1000 * statistics.median(theirs)}


# -- All sizes -----------------------------------------------------------------------------------------
def main(arguments: Sequence[str] | None = None) -> int:
    """Builds and measures every size and prints JSON, one line a size."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the indexes are made (20 GB for a million passages)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="passages")
    parser.add_argument("--squad", type=Path, default=KORQUAD, metavar="FILE")
    parser.add_argument("--keep", action="store_true", help="keep the indexes, and use those that are there")
    parser.add_argument("--only", choices=("build", "measure"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only:
        place = options.folder / str(options.sizes[0])
        run = (
            build(options.squad, place, options.sizes[0])
            if options.only == "build"
            else measure(options.squad, place)
        )
        print(json.dumps(run))
        return 0
    for size in options.sizes:
        place = options.folder / str(size)
        kept = options.folder / f"{size}.json"
        if not (options.keep and kept.is_file()):
            shutil.rmtree(place, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(_alone("build", options, size)))
        print(
            json.dumps({"build": json.loads(kept.read_text()), "search": _alone("measure", options, size)}),
            flush=True,
        )
        if not options.keep:
            shutil.rmtree(place)
    return 0


def _alone(what: str, options: argparse.Namespace, size: int) -> dict[str, Any]:
    """What a process of its own finds."""
    command = [sys.executable, "-m", "eval.scale", str(options.folder), "--sizes", str(size)]
    done = subprocess.run(
        [*command, "--squad", str(options.squad), "--only", what],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
