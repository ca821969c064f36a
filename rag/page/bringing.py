"""What the chat page does with articles that visitors bring, list and take out again. Knows no Gradio."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from index.errors import GeungeoError
from rag.collection import Added, Progress, Removed, Upload
from rag.page import shelf
from rag.page.front import Library
from rag.page.visit import Visit
from rag.page.words import Words

log = logging.getLogger(__name__)

MOST_MEGABYTES = 100
"""How large a file that is brought may be."""
MOST_FILES = 500
"""How many may be brought at a time."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that a visitor's browser has sent."""

    path: str
    """Where the server put it, as the browser tells."""
    name: str
    """What its visitor calls it."""


_SENT = TypeAdapter(list[Sent])


class Shelf:
    """The articles' side of the page in one language. Safe to share between threads."""

    def __init__(self, library: Library, words: Words, uploaded_to: Path) -> None:
        self.library = library
        self.words = words
        self._uploaded_to = uploaded_to.resolve()

    def head(self, visit: Visit) -> str:
        """The choice of collection, and the place to drop files."""
        own = None
        if self.library.private:
            own = self._own_count(visit)
        return shelf.head(
            self.words, self.library.place(visit), self.library.serving.current.articles, own,
            takes=self.library.takes_articles, most_megabytes=MOST_MEGABYTES, most_files=MOST_FILES,
        )  # fmt: skip

    def _own_count(self, visit: Visit) -> int:
        """How many articles a visitor has brought; 0 where their index is broken, of which the list tells."""
        collection = self.library.collection(visit)
        try:
            return collection.find_articles("", 1)[1] if collection else 0
        except GeungeoError:
            return 0

    def listed(self, visit: Visit, sought: str = "") -> str:
        """The articles of the collection asked that hold what is sought."""
        place = self.library.place(visit)
        own = self.library.collection(visit)
        try:
            if place == "own" and own is not None:
                articles, total = own.find_articles(sought, shelf.MOST_LISTED)
            else:
                articles, total = self.library.served.index.store.find_articles(sought, shelf.MOST_LISTED)
        except GeungeoError as error:
            return shelf.trouble(str(error))
        removable = own is not None and (place == "own" or not self.library.private)
        return shelf.listed(self.words, articles, total, place, sought, removable=removable)

    def brought(self, told: Any, visit: Visit) -> Iterator[tuple[str, bool]]:
        """What becomes of files that were sent: how far they are, and last what came of it, and whether any was added.

        Args:
            told: what a browser of ours tells as a list of ``Sent``.
            visit: who has brought them.
        """
        collection = self.library.collection(visit)
        if collection is None:
            yield shelf.trouble(self.words.own_off), False
            return
        yield from self._followed(collection.adding(self._uploads(told)))

    def pasted(self, text: str, title: str, visit: Visit) -> Iterator[tuple[str, bool]]:
        """The same for a text that was pasted."""
        collection = self.library.collection(visit)
        if collection is None:
            yield shelf.trouble(self.words.own_off), False
            return
        yield from self._followed(collection.adding_text(text, title.strip() or None))

    def removed(self, article_id: str, visit: Visit) -> tuple[str, Removed | None]:
        """What to tell of an article's removal, and what brings it back."""
        collection = self.library.collection(visit)
        if collection is None:
            return shelf.trouble(self.words.own_off), None
        try:
            removed = collection.remove(article_id)
        except GeungeoError as error:
            return shelf.trouble(str(error)), None
        self.library.changed()
        return shelf.removed(self.words, removed.article.title), removed

    def restored(self, removed: Removed | None, visit: Visit) -> tuple[str, Removed | None]:
        """What to tell once a removed article is back, and what still brings it back where that failed."""
        collection = self.library.collection(visit)
        if collection is None or removed is None:
            return "", None
        try:
            collection.restore(removed)
        except GeungeoError as error:
            return shelf.trouble(str(error)) + shelf.removed(self.words, removed.article.title), removed
        self.library.changed()
        return shelf.news(self.words.restored.format(title=removed.article.title)), None

    def cleared(self, visit: Visit) -> str:
        """What to tell once all of a visitor's own articles are gone."""
        if self.library.private and (collection := self.library.collection(visit)):
            try:
                collection.clear()
            except GeungeoError as error:
                return shelf.trouble(str(error))
        return ""

    def _followed(self, steps: Iterator[Progress | Added]) -> Iterator[tuple[str, bool]]:
        try:
            for step in steps:
                if isinstance(step, Progress):
                    yield shelf.progress(self.words, step), False
                else:
                    self.library.changed()
                    yield shelf.added(self.words, step), bool(step.added or step.known)
        except GeungeoError as error:
            yield shelf.trouble(str(error)), False
        except Exception:
            log.exception("articles could not be added")
            yield shelf.trouble(self.words.add_failed), False

    def _uploads(self, told: Any) -> list[Upload]:
        """The files that the server itself has put where uploads are put; a path that leads elsewhere is none of them."""
        try:
            sent = _SENT.validate_python(told)
        except ValidationError:
            return []
        uploads = []
        for one in sent[:MOST_FILES]:
            path = Path(one.path.replace("\0", ""))
            if path.resolve().is_relative_to(self._uploaded_to) and path.is_file() and not path.is_symlink():
                uploads.append(Upload(path, one.name))
        return uploads
