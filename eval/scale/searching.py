"""What a search costs in an index: opening, memory, latency, and the same by rank-bm25."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.collections import read_squad
from eval.outside import asked
from eval.scale.approximation import recall
from eval.scale.timing import Clock, median, once, percentiles
from index.generations import current_generation
from index.lexical import weighted
from index.searching import Index
from rag.retriever import Retriever

QUESTIONS = 500
"""Of KorQuAD, drawn with seed 0; each is asked once before, so that what it reads lies in the system's cache."""
COMPARED = 200
"""Of these, so many are searched for exactly, too."""
MOST_FOR_RANK_BM25 = 100_000
"""Passages: it keeps a dictionary for each in memory."""


def measure(squad: Path, folder: Path) -> dict[str, Any]:
    """Opening, memory, latency of a whole search and of its parts, and what approximation loses."""
    collection = read_squad(squad)
    questions = [asked(q) for q in collection.sampled(QUESTIONS, 0).questions]
    generation, manifest = current_generation(folder)
    opened = median(lambda: Index.open(folder).store.close(), 5)
    retriever = Retriever.open(folder)
    index = retriever.index
    assert isinstance(index, Index)
    for question in questions:
        retriever.search(question)
    whole = [once(partial(retriever.search, question)) for question in questions]
    answer = [once(partial(retriever.answer, question)) for question in questions]
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
        "search_ms": percentiles(whole),
        "answer_ms": percentiles(answer),
        "parts_ms": {name: percentiles(values) for name, values in parts.items()},
        "memory_mb": memory,
        "recall": recall(retriever, index, questions[:COMPARED]),
        "rank_bm25": _against_rank_bm25(retriever, index, questions[:10]),
    }


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
        vector = index.encoder.encode_query(f"{read.text} ")  # not one that it remembers
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
        ours.append(median(partial(index.words.search, weighted(forms), 100), 5))
        theirs.append(once(partial(engine.get_scores, [*forms, *bigrams(forms)])))
    return {"ours_ms": 1000 * statistics.median(ours), "theirs_ms": 1000 * statistics.median(theirs)}
