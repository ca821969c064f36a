"""A conversation: questions asked one after another, so that ‘그 회사 대표는?’ is understood from what came before."""

from __future__ import annotations

import threading

from index.filters import Filters
from rag.answer import Answer
from rag.follow_ups.exchange import Exchange
from rag.retriever import Retriever

MOST_KEPT = 20
"""Exchanges that a conversation remembers."""


class Conversation:
    """One visitor's questions to a retriever. Cheap: a server can hold one for each visitor. Safe to share between threads."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._lock = threading.Lock()
        self._exchanges: tuple[Exchange, ...] = ()
        self._generation = 0
        """How often it was begun anew."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far, oldest first."""
        return self._exchanges

    def ask(
        self, question: str, k: int = 5, *, filters: Filters | None = None, correct: bool = True
    ) -> Answer:
        """Answers a question, a follow-up first completed from the conversation (``Answer.completed_as`` tells to what).

        Arguments and errors are those of ``Retriever.answer``; ``correct=False`` asks the question as typed, alone. A
        question that raises an error is not remembered, nor is one during which the conversation was forgotten.
        """
        with self._lock:
            before, generation = self._exchanges, self._generation
        answer = self._retriever.answer(question, k, filters=filters, correct=correct, after=before)
        with self._lock:
            if generation == self._generation:
                self._exchanges = (*self._exchanges, answer.exchange)[-MOST_KEPT:]
        return answer

    def forget(self) -> None:
        """Starts a new conversation."""
        with self._lock:
            self._exchanges = ()
            self._generation += 1
