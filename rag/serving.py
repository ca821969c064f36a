"""What runs for long goes on with the newest generation of its index, opened beside the old one and swapped in when ready."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from index.errors import GeungeoError
from index.generations import serving_name
from index.searching import Index
from rag.retriever import Retriever

EVERY = 1.0
"""Seconds between two looks at which generation serves; each reads a file of eighty bytes."""
AGAIN = 60.0
"""Seconds before a generation that could not be opened is tried once more."""

T = TypeVar("T")
log = logging.getLogger(__name__)


class Serving(Generic[T]):
    """The current retriever, or what is made of it. Safe to share between threads.

    Whoever asks takes ``current`` once and keeps to it until the answer is there: it is of one generation. The files of
    an older generation are closed when the last that uses it lets go. An index that is no folder stays as it is.

    Args:
        retriever: the one to begin with; ``Serving(retriever, lambda newest: newest).current`` is the newest.
        make: makes what is served of a retriever, in the background of the one before.
    """

    def __init__(self, retriever: Retriever, make: Callable[[Retriever], T]) -> None:
        self.current = make(retriever)
        self._open = type(retriever).open
        self._make = make
        self._failed: tuple[str, float] | None = None
        self._looking = threading.Lock()
        folder = retriever.index.folder if isinstance(retriever.index, Index) else None
        self._name = folder.name if folder else ""
        self._index_dir = folder.parent.parent if folder else None
        if folder:
            threading.Thread(target=_watch, args=(weakref.ref(self),), daemon=True).start()

    def look(self) -> None:
        """Swaps in the generation that serves now, if it is another; what cannot be opened is logged, once."""
        with self._looking:
            name = serving_name(self._index_dir) if self._index_dir else None
            if name is None or name == self._name:
                return
            failed = self._failed
            if failed and failed[0] == name and time.monotonic() < failed[1] + AGAIN:
                return
            try:
                retriever = self._open(self._index_dir)
                self.current = self._make(retriever)
                if isinstance(retriever.index, Index):  # two builds may have ended meanwhile
                    self._name = retriever.index.folder.name
                self._failed = None
            except Exception as error:
                if not failed or failed[0] != name:
                    log.warning(
                        "새로 만든 색인을 열 수 없어 앞의 것으로 계속합니다: %s",
                        error,
                        exc_info=not isinstance(error, GeungeoError),
                    )
                self._failed = name, time.monotonic()


def _watch(watched: weakref.ref[Serving[T]]) -> None:
    """Looks again and again until nobody has the server any more."""
    while (serving := watched()) is not None:
        serving.look()
        del serving
        time.sleep(EVERY)
