"""Work that takes long, done in a thread of its own while whoever waits for it is told how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TypeVar

APART = 0.2
"""Seconds between two reports."""
AT_LEAST = 2.0
"""Seconds after which the last report is repeated: who has left is noticed at a report."""

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is."""

    stage: str
    done: int = 0
    total: int = 0
    """0 where nobody knows."""
    name: str = ""
    """Of what is worked on just now, where it has one."""


Tell = Callable[[Progress], None]
"""Takes a report; costs next to nothing, however often it is called."""


def followed(work: Callable[[Tell], T]) -> Iterator[Progress | T]:
    """Does the work from the first ``next`` on: yields its latest report now and then, and last what it returns.

    Closing the iterator does not end the work. What the work raises is raised here, or logged once nobody listens.
    """
    latest: Progress | None = None

    def tell(progress: Progress) -> None:
        nonlocal latest
        latest = progress

    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work(tell))
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True, name="geungeo-work").start()
    shown, when = latest, 0.0
    try:
        while not wait([result], APART).done:
            if latest and (latest is not shown or time.monotonic() > when + AT_LEAST):
                shown, when = latest, time.monotonic()
                yield shown
    finally:
        if not result.done():
            result.add_done_callback(_log_failure)
    yield result.result()


def _log_failure(result: Future[T]) -> None:
    if error := result.exception():
        log.warning("work that nobody waits for any more has failed", exc_info=error)
