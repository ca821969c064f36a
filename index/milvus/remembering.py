"""Remembers answers of a server for a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

SECONDS = 300.0
"""How long: as long may what other machines add go unnoticed by idf and lists."""
MOST = 200_000


class Remembered(Generic[Key, Value]):
    """The values asked for last, each for some minutes. Safe to share between threads."""

    def __init__(self, seconds: float = SECONDS, most: int = MOST) -> None:
        self._seconds = seconds
        self._most = most
        self._values: OrderedDict[Key, tuple[Value, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """The value, or None where it is unknown or too old."""
        with self._lock:
            found = self._values.get(key)
            if found is None or found[1] < time.monotonic():
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Value) -> None:
        """Remembers a value."""
        with self._lock:
            self._values[key] = value, time.monotonic() + self._seconds
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def ask(self, key: Key, ask: Callable[[], Value]) -> Value:
        """The value, asked for where it is not remembered."""
        value = self.get(key)
        if value is None:
            value = ask()
            self.put(key, value)
        return value
