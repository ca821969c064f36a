"""Articles being added for who asked over the API: work that may take longer than a request."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from index.errors import GeungeoError
from rag.collection import Added, Progress
from rag.server.gate import Busy

MOST_WORKING = 16
"""Under way at a time, all but one of them waiting for their turn."""
MOST_KEPT = 200
"""Ended ones that can still be asked after."""
FAILED = "기사를 더하다 예상하지 못한 문제가 생겼습니다. 서버의 기록을 보세요."

log = logging.getLogger(__name__)


@dataclass
class Job:
    """One addition."""

    id: str
    progress: Progress = field(default_factory=lambda: Progress("wait"))
    added: Added | None = None
    error: str | None = None
    ended: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """Those of one server, by their ids. Safe to share between threads."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def working(self) -> int:
        """How many are under way."""
        with self._lock:
            return sum(not job.ended.is_set() for job in self._jobs.values())

    def start(self, steps: Iterator[Progress | Added], afterwards: Callable[[], None]) -> Job:
        """Begins an addition in a thread of its own.

        Args:
            steps: the addition, as a ``Collection`` does it.
            afterwards: done when it has ended, however that was.

        Raises:
            Busy: as many are under way as may be.
        """
        job = Job(secrets.token_hex(16))
        with self._lock:
            if sum(not one.ended.is_set() for one in self._jobs.values()) >= MOST_WORKING:
                raise Busy
            self._jobs[job.id] = job
            for old in [one for one in self._jobs.values() if one.ended.is_set()][:-MOST_KEPT]:
                del self._jobs[old.id]
        threading.Thread(target=self._follow, args=(job, steps, afterwards), daemon=True).start()
        return job

    def get(self, job_id: str) -> Job | None:
        """The job of that id, or None."""
        with self._lock:
            return self._jobs.get(job_id)

    def _follow(self, job: Job, steps: Iterator[Progress | Added], afterwards: Callable[[], None]) -> None:
        try:
            for step in steps:
                if isinstance(step, Added):
                    job.added = step
                else:
                    job.progress = step
        except GeungeoError as error:
            job.error = str(error)
        except Exception:
            log.exception("articles could not be added")
            job.error = FAILED
        finally:
            try:
                afterwards()
            finally:
                job.ended.set()
