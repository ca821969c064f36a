"""Lets as many requests work at a time as the machine bears, keeps a few waiting, and turns the others away at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Busy(Exception):
    """There is no room to wait: to be tried again later."""


class TooSlow(Exception):
    """It took longer than a request may; what was begun ends in the background."""


class Gate:
    """Runs blocking work in threads of its own, never more of it than ``at_once``, nor more waiting than ``waiting``.

    Work that takes too long keeps its place until it really ends: requests that nobody waits for any more cannot pile up.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self.at_once = at_once
        self.waiting = waiting
        self.seconds = seconds
        self._inside = 0
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="geungeo-gate")

    @property
    def inside(self) -> int:
        """How many are working or waiting."""
        return self._inside

    async def run(self, work: Callable[[], T]) -> T:
        """The result of ``work``, or what it raises. Work that nobody waits for any more is not begun.

        Raises:
            Busy: as many are waiting as may.
            TooSlow: it has not ended within ``seconds``.
        """
        with self._lock:
            if self._inside >= self.at_once + self.waiting:
                raise Busy
            self._inside += 1
        try:
            future = self._threads.submit(work)
        except RuntimeError:  # closed
            self._left()
            raise Busy from None
        future.add_done_callback(self._left)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), self.seconds)
        except TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()  # it ended just now, or the work itself has timed out
            raise TooSlow from None
        finally:
            future.cancel()

    def close(self) -> None:
        """Takes nothing in any more; what waits is still done."""
        self._threads.shutdown(wait=False)

    def _left(self, _: Future[T] | None = None) -> None:
        with self._lock:
            self._inside -= 1
