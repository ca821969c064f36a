"""Seconds, and what became of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np


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


def once(run: Callable[[], object]) -> float:
    """The seconds of one run."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def median(run: Callable[[], object], times: int) -> float:
    """The median of several runs, in seconds."""
    return statistics.median(once(run) for _ in range(times))


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    values = 1000 * np.array(seconds)
    return {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}
