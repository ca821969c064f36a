"""What the parts of the server share while it runs."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import cast

from fastapi import Request

from rag.page.front import Front, Library
from rag.retriever import Retriever
from rag.server.access import Access, Caller
from rag.server.gate import Gate
from rag.server.jobs import Jobs
from rag.server.metrics import Metrics

AT_ONCE = min(4, os.cpu_count() or 1)
"""Questions of the API answered at the same time; each takes some 20 ms of all cores."""
WAITING = 256
"""Questions that may wait for their turn."""
SECONDS = 30.0
"""After which a question that waits or is being answered is given up."""
WRITTEN_AT_ONCE = 4
"""Answers of the API that a language model writes at the same time."""


@dataclass
class State:
    """One server's. Safe to share between threads."""

    library: Library
    access: Access
    metrics: Metrics = field(default_factory=Metrics)
    gate: Gate = field(default_factory=lambda: Gate(AT_ONCE, WAITING, SECONDS))
    changes: Gate = field(default_factory=lambda: Gate(1, 16, 60.0))
    """For removals, which wait for what is being added."""
    jobs: Jobs = field(default_factory=Jobs)
    writing: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(WRITTEN_AT_ONCE))
    ending: bool = False
    """Whether the server has been told to end: it answers what was asked, and is ready for nothing new."""

    def __post_init__(self) -> None:
        gauge = self.metrics.gauge
        gauge("questions_inside", "Questions of the API being answered or waiting.", lambda: self.gate.inside)
        gauge("jobs_working", "Builds under way or waiting.", lambda: self.jobs.working)
        gauge("articles", "Articles in the index served.", lambda: self.front.articles)
        gauge("passages", "Passages in the index served.", lambda: self.front.passages)

    @property
    def front(self) -> Front:
        """What is served, in its newest generation."""
        return self.library.serving.current

    @property
    def retriever(self) -> Retriever:
        """What answers from it."""
        return self.library.served

    def may_change(self, caller: Caller) -> bool:
        """Whether who asks may add articles to the index served, and remove them."""
        return self.library.open_to_all or caller.kind == "token"


def state_of(request: Request) -> State:
    """That of the server that a request has come to."""
    return cast(State, request.app.state.geungeo)


def caller_of(request: Request) -> Caller:
    """Who asks."""
    return cast(Caller, request.scope["state"]["caller"])
