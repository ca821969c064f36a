"""Measures systems side by side: each in a process of its own, taking turns, so that a slow minute hits all alike."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.collections import Collection
from eval.metrics import MEASURES
from eval.peers.installed import installed_mb
from eval.peers.process import Process, Run, offline
from eval.peers.system import load_system

REPORTED = ("recall@1", "recall@5", "MRR@10")
ROUND = 10
"""Questions that a system is asked before the next one takes its turn."""
WARM_UP = 30
TIMED = 300
"""Questions whose latency counts."""
THREADS = 8
THREADED = 96
"""Questions asked by all threads in one round."""
REBUILT = 96
"""Passages indexed again and again to time it."""

Sets = Mapping[str, Collection]
"""Questions by the name of their set, all asked of the same entries; the first set's are timed."""


def compare(sets: Sets, folder: Path, names: Sequence[str], repeats: int) -> dict[str, Run]:
    """All measures of all systems."""
    entries, questions = _entries(sets), [question.text for question in next(iter(sets.values())).questions]
    random.Random(0).shuffle(questions)
    runs: dict[str, Run] = {name: {} for name in names}
    _time_indexing(entries, folder / "small", runs, repeats)
    _build(entries, folder, names)
    workers = {name: Process(name, folder / name) for name in names}
    for worker in workers.values():
        worker.tell(do="open")
        worker.tell(do="search", questions=questions[:WARM_UP])
    timed = WARM_UP + TIMED
    _time_questions(workers, questions[WARM_UP:timed], runs)
    for name, worker in workers.items():
        runs[name] |= worker.tell(do="memory")
    _time_threads(workers, questions[timed : timed + repeats * THREADED], runs)
    for name, worker in tqdm(workers.items(), desc="recall", file=sys.stderr):
        runs[name] |= _recall(worker, sets)
        worker.end()
    _time_cold(folder, questions[0], runs, repeats)
    for name in names:
        system = load_system(name)
        runs[name]["installed MB"] = installed_mb(system.distributions)
        runs[name]["settings"] = system.settings
        runs[name]["versions"] = {one: version(one) for one in system.distributions}
    return runs


def recall_alone(sets: Sets, folder: Path, names: Sequence[str]) -> dict[str, Run]:
    """What the systems find, at whatever cost."""
    runs = {}
    _build(_entries(sets), folder, names)
    for name in tqdm(names, desc="recall", file=sys.stderr):
        worker = Process(name, folder / name)
        worker.tell(do="open")
        runs[name] = _recall(worker, sets)
        worker.end()
    return runs


def _entries(sets: Sets) -> list[list[str]]:
    return [[a.source, a.title, a.text] for a in next(iter(sets.values())).articles]


def _build(entries: list[list[str]], folder: Path, names: Sequence[str]) -> None:
    for name in tqdm(names, desc="index all", file=sys.stderr):
        worker = Process(name, folder / name)
        worker.tell(do="build", entries=entries)
        worker.end()


def _recall(worker: Process, sets: Sets) -> Run:
    found: Run = {}
    for label, collection in sets.items():
        rankings = worker.tell(do="search", questions=[q.text for q in collection.questions])["found"]
        pairs = list(zip(rankings, collection.questions, strict=True))
        for name in REPORTED:
            scores = [MEASURES[name](ranking, question.relevant) for ranking, question in pairs]
            found[f"{label} {name}"] = float(np.mean(scores))
    return found


def _time_indexing(entries: list[list[str]], folder: Path, runs: dict[str, Run], repeats: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    drawn = random.Random(0).sample(entries, min(REBUILT, len(entries)))
    for _ in tqdm(range(repeats), desc="index", file=sys.stderr):
        for name in runs:
            worker = Process(name, folder / name)
            worker.tell(do="build", entries=drawn[:5])  # what is loaded once is not counted
            seconds[name].append(worker.tell(do="build", entries=drawn)["seconds"])
            worker.end()
    for name in runs:
        runs[name]["passages/s"] = len(drawn) / statistics.median(seconds[name])


def _time_questions(workers: Mapping[str, Process], questions: Sequence[str], runs: dict[str, Run]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for first in tqdm(range(0, len(questions), ROUND), desc="ask", file=sys.stderr):
        for name, worker in workers.items():
            seconds[name] += worker.tell(do="search", questions=questions[first : first + ROUND])["seconds"]
    for name, values in seconds.items():
        runs[name]["p50 ms"], runs[name]["p95 ms"] = (
            1000 * float(np.percentile(values, p)) for p in (50, 95)
        )


def _time_threads(workers: Mapping[str, Process], questions: Sequence[str], runs: dict[str, Run]) -> None:
    """Every round asks new questions: nobody answers from memory."""
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    failed: dict[str, set[str]] = {name: set() for name in workers}
    for first in tqdm(range(0, len(questions), THREADED), desc="threads", file=sys.stderr):
        some = questions[first : first + THREADED]
        for name, worker in workers.items():
            answer = worker.tell(do="threads", questions=some, threads=THREADS)
            seconds[name].append(answer["seconds"] / len(some))
            failed[name] |= set(answer["failed"])
    for name in workers:
        runs[name]["questions/s"] = 1 / statistics.median(seconds[name])
        runs[name]["failed in threads"] = sorted(failed[name])


def _time_cold(folder: Path, question: str, runs: dict[str, Run], repeats: int) -> None:
    """From the start of a process to its answer; the first round, which fills the machine's caches, does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for counts in tqdm([False] + [True] * repeats, desc="cold", file=sys.stderr):
        for name in runs:
            command = [sys.executable, "-m", "eval.peers.cold", name, str(folder / name), question]
            started = time.perf_counter()
            subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=offline()
            )
            if counts:
                seconds[name].append(time.perf_counter() - started)
    for name in runs:
        runs[name]["cold s"] = statistics.median(seconds[name])
