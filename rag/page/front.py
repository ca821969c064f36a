"""What the page shows of a collection before anything is asked, and the collections that a visitor may ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import GeungeoError
from index.searching import Index
from rag.collection import Collection
from rag.page.visit import Place, Visit
from rag.retriever import Retriever
from rag.serving import Serving
from rag.suggestions import example_questions
from rag.uploads import Uploads
from rag.writing.written import Writer

MOST_SEEN = 8
"""Articles read for example questions."""
MOST_FRONTS = 32
"""Fronts of visitors' collections that are kept; each keeps its index open."""
MOST_CHOICES = 300
"""Publishers, and topics, to choose from: the most frequent ones."""


@dataclass(frozen=True, slots=True)
class Front:
    """What is told of one generation of an index, and what answers from it."""

    retriever: Retriever | None
    """None where there are no articles yet."""
    writer: Writer | None
    articles: int = 0
    passages: int = 0
    sample: bool = False
    examples: Sequence[str] = ()
    publishers: Sequence[tuple[str, str]] = ()
    topics: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, retriever: Retriever, writer: Writer | None) -> Front:
        """The front of what a retriever searches."""
        index = retriever.index
        seen = index.store.some_articles(MOST_SEEN)
        return cls(
            retriever,
            writer.over(retriever) if writer else None,
            index.counts["articles"],
            index.counts["passages"],
            index.sample,
            example_questions(retriever, seen),
            _choices(index.store.publishers()),
            _choices(index.store.topics()),
        )


class Library:
    """The collections of one page: the one it serves, and those that visitors bring. Safe to share between threads.

    Args:
        retriever: what is served, always in its newest generation.
        writer: a language model, if there is one.
        uploads: where visitors' own collections lie; True where they add to the one served; None where they bring none.
    """

    def __init__(
        self, retriever: Retriever, writer: Writer | None = None, uploads: Uploads | bool | None = None
    ) -> None:
        self.writer = writer
        self.serving = Serving(retriever, lambda newest: Front.of(newest, writer))
        self._uploads = uploads if isinstance(uploads, Uploads) else None
        self.open_to_all = uploads is True
        """Whether everybody adds to the collection served."""
        self.served_collection: Collection | None = None
        """The one served, to be changed by who may; None where it is no folder's."""
        if isinstance(retriever.index, Index):
            self.served_collection = Collection(retriever.index.folder.parent.parent, shared=True)
        elif uploads is True:
            raise GeungeoError(
                "--uploads shared는 폴더의 색인에만 쓸 수 있습니다. private이나 off로 띄우세요."
            )
        self._fronts: OrderedDict[str, Front] = OrderedDict()
        self._keeping = threading.Lock()

    @property
    def served(self) -> Retriever:
        """What answers from the collection served."""
        retriever = self.serving.current.retriever
        assert retriever is not None  # it was made of one
        return retriever

    @property
    def private(self) -> bool:
        """Whether visitors bring collections of their own."""
        return self._uploads is not None

    @property
    def takes_articles(self) -> bool:
        """Whether visitors may add articles at all."""
        return self.private or self.open_to_all

    def place(self, visit: Visit) -> Place:
        """The collection that a visitor asks."""
        return visit.place if self.private and visit.key else "shared"

    def collection(self, visit: Visit) -> Collection | None:
        """The collection that a visitor may change, or None."""
        if self._uploads is not None:
            return self._uploads.collection(visit.key) if visit.key else None
        return self.served_collection if self.open_to_all else None

    def front(self, visit: Visit, place: Place | None = None) -> Front:
        """The front of the collection that a visitor asks, or of that at ``place``. Raises GeungeoError where it is broken."""
        if (place or self.place(visit)) == "shared":
            return self.serving.current
        own = self.collection(visit)
        retriever = own.retriever if own and self.private else None
        if retriever is None:
            with self._keeping:
                self._fronts.pop(visit.key, None)
            return Front(None, None)
        with self._keeping:
            front = self._fronts.get(visit.key)
        if front is None or front.retriever is not retriever:
            front = Front.of(retriever, self.writer)
        with self._keeping:
            self._fronts[visit.key] = front
            self._fronts.move_to_end(visit.key)
            while len(self._fronts) > MOST_FRONTS:
                self._fronts.popitem(last=False)
        return front

    def changed(self) -> None:
        """Takes up what has been added to the collection served."""
        self.serving.look()


def _choices(counted: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """The most frequent names, each as it is shown (with its count) and as it is."""
    return [(f"{name} ({count:,})", name) for name, count in counted[:MOST_CHOICES]]
