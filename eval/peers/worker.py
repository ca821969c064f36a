"""One system in a process of its own: ``python -m eval.peers.worker SYSTEM FOLDER`` does what its input tells it, line by line.

A line is JSON: ``{"do": "build" | "open" | "search" | "threads" | "memory", …}``; so is each answer. The driver
(``eval.peers``) has one such process for each system and lets them take turns.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from eval.peers.system import Entry, System, load_system

Answer = dict[str, Any]


class Worker:
    """Does what it is told with one system."""

    def __init__(self, system: System, folder: Path) -> None:
        self._system = system
        self._folder = folder

    def build(self, entries: list[list[str]]) -> Answer:
        """Makes an index; the seconds count from imported modules to a saved index."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        started = time.perf_counter()
        self._system.build([Entry(*entry) for entry in entries], self._folder)
        return {"seconds": time.perf_counter() - started}

    def open(self) -> Answer:
        """Opens it."""
        self._system.open(self._folder)
        return {}

    def search(self, questions: list[str]) -> Answer:
        """Ranks passages for each question, one after the other."""
        seconds, found = [], []
        for question in questions:
            started = time.perf_counter()
            found.append(self._system.search(question))
            seconds.append(time.perf_counter() - started)
        return {"seconds": seconds, "found": found}

    def threads(self, questions: list[str], threads: int) -> Answer:
        """The same by several threads at once, their answers not kept; counts what failed."""
        failed: list[str] = []

        def ask(question: str) -> None:
            try:
                self._system.search(question)
            except Exception as error:
                failed.append(f"{type(error).__name__}: {str(error)[:200]}")

        started = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(ask, questions))
        return {"seconds": time.perf_counter() - started, "failed": failed}

    def memory(self) -> Answer:
        """Resident megabytes."""
        fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return {"resident MB": int(fields["VmRSS"].split()[0]) / 1024}


def main(name: str, folder: Path) -> None:
    """Answers each line of the input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print does not mix with the answers
    worker = Worker(load_system(name), folder)
    for line in sys.stdin:
        told = json.loads(line)
        act: Callable[..., Answer] = getattr(worker, told.pop("do"))
        answers.write(json.dumps(act(**told)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
