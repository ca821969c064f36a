"""An index that its readers change: they add articles, remove them and bring them back, while it is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.articles import Article, Skipped
from index.build import index_articles, remove_articles
from index.errors import ArticleError, GeungeoError
from index.generations import is_index, read_manifest, remove_index, remove_previous, serving_name
from index.intake import NO_PROSE
from index.listing import ListedArticle, newest_first
from index.previous import Previous
from index.store import Store
from rag.background import Progress, Tell, followed
from rag.incoming import Incoming, Room, Upload, read_pasted, read_uploads, settled
from rag.retriever import Retriever

__all__ = ["Added", "Collection", "Keeper", "Progress", "Removed", "Upload"]

PATIENCE = 10.0
"""Seconds that a removal waits for what is being added to the same collection."""

_building = threading.Lock()
"""Held by the one build of the process: it takes all cores."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of what was brought."""

    added: tuple[ListedArticle, ...]
    known: tuple[str, ...]
    """Names of those whose content was there already."""
    skipped: tuple[Skipped, ...]
    """What could not be read or found no room, by name, each with the reason."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out, to be brought back."""

    article: Article


class Keeper(Protocol):
    """Looks after many collections."""

    def admit(self) -> None:
        """Called before a collection's folder is made. Raises GeungeoError where there is no place for it."""

    def used(self, collection: Collection) -> None:
        """Called when a collection has been asked for its retriever, or changed."""


class Collection:
    """One index that its readers may change. Safe to share between threads; one object a folder in each process.

    Whoever asks takes ``retriever`` once and keeps to it until the answer is there. While an index is being changed the one
    before answers.
    """

    def __init__(
        self, folder: Path, *, model: str | None = None, shared: bool = False, keeper: Keeper | None = None
    ) -> None:
        """Takes a folder that may not exist yet: nothing is read or written before it is asked for.

        Args:
            folder: where the index lies, or will.
            model: the embedding model; by default that of the index, or the bundled one.
            shared: the index is not its readers' own: it may be of any size, they cannot empty it, and the generation
                before the current one stays on the disk, as another process may be opening it.
            keeper: told of its use.
        """
        self.folder = folder
        self._model = model
        self._shared = shared
        self._keeper = keeper
        self._changing = threading.Lock()
        self._opening = threading.Lock()
        self._opened: tuple[str | None, Retriever] | None = None

    @property
    def retriever(self) -> Retriever | None:
        """The newest generation's, opened where it is not yet; None while the collection holds nothing.

        Raises:
            GeungeoError: the index is broken, or was made with another Kiwi, encoder or version.
        """
        with self._opening:
            while is_index(self.folder):
                name, opened = serving_name(self.folder), self._opened
                if opened and opened[0] == name:
                    break
                try:
                    self._opened = name, Retriever.open(self.folder)
                except GeungeoError:
                    if serving_name(self.folder) == name:  # else it has gone while it was being opened
                        raise
            else:
                self._opened = None
                return None
        self._used()
        return opened[1]

    @property
    def is_open(self) -> bool:
        """Whether it has a retriever in memory."""
        return self._opened is not None

    def close(self) -> None:
        """Lets go of the retriever, whose files are closed when nobody uses it any more; asking opens it again."""
        self._opened = None

    def find_articles(self, words: str = "", most: int = 50) -> tuple[list[ListedArticle], int]:
        """The newest articles whose title, publisher or source holds all the words, and how many there are in all.

        As ``index.searchable.Rows.find_articles``; errors as ``retriever``.
        """
        retriever = self.retriever
        return retriever.index.store.find_articles(words, most) if retriever else ([], 0)

    def adding(self, uploads: Sequence[Upload]) -> Iterator[Progress | Added]:
        """Adds the articles of files: yields how far that is, some five times a second, and last what became of them.

        Stages are ``read`` (with the number and name of the file), ``wait`` (for another build of this process), ``cut``
        (with the article's name), ``arrange`` and ``encode``. Work begins with the first ``next`` and goes on to its end
        even where the iterator is closed. A name that is taken gets a number; the same content is not added twice.

        Raises:
            GeungeoError: from the iterator: there are too many files, the disk is full, another process writes there.
        """
        given = tuple(uploads)
        return followed(lambda tell: self._add(lambda: read_uploads(given, tell), tell))

    def adding_text(self, text: str, title: str | None = None) -> Iterator[Progress | Added]:
        """Adds pasted text, or the article of a web page's pasted source; as ``adding``.

        Raises:
            GeungeoError: as ``adding``; an ArticleError where there is no text.
        """
        return followed(lambda tell: self._add(lambda: read_pasted(text, title), tell))

    def remove(self, article_id: str) -> Removed:
        """Takes an article out; with the last one the collection is empty again, and its folder gone.

        Raises:
            ArticleError: there is no such article, or it is the last of a shared collection.
            GeungeoError: as ``adding``, or articles are being added.
        """
        with self._alone():
            with closing(Previous(self.folder)) as old:
                article, count = old.article(article_id), len(old.numbers)
            if article is None:
                raise ArticleError("그 기사는 이미 없습니다.")
            if count > 1:
                remove_articles([article_id], self.folder)
                self._tidy()
            elif self._shared:
                raise ArticleError("하나 남은 기사는 뺄 수 없습니다.")
            else:
                self._empty()
        self._used()
        return Removed(article)

    def restore(self, removed: Removed) -> None:
        """Brings back what was taken out; nothing happens where it is there again already.

        Raises:
            GeungeoError: as ``remove``; an ArticleError where there is no room for it any more.
        """
        with self._alone():
            given = self._settled(Incoming([removed.article]))
            if given.skipped:
                raise ArticleError(f"{given.skipped[0].reason}.")
            if given.articles:  # one, which takes a second: it does not wait for its turn
                self._build(given.articles, lambda progress: None)
        self._used()

    def clear(self) -> None:
        """Empties the collection, whatever state it is in.

        Raises:
            GeungeoError: as ``remove``, or the collection is shared.
        """
        if self._shared:
            raise GeungeoError("함께 쓰는 기사는 한꺼번에 뺄 수 없습니다.")
        with self._alone():
            if self.folder.exists():
                self._empty()
        self._used()

    def _empty(self) -> None:
        remove_index(self.folder)
        self.close()

    def _add(self, read: Callable[[], Incoming], tell: Tell) -> Added:
        started = time.monotonic()
        given = read()
        added: list[ListedArticle] = []
        if given.articles:
            with _turn(tell), self._changing:
                given = self._settled(given)
                if given.articles:
                    given.skipped.extend(self._build(given.articles, tell))
                    added = self._listed([article.id for article in given.articles])
            self._used()
        return Added(
            tuple(newest_first(added)), tuple(given.known), tuple(given.skipped), time.monotonic() - started
        )

    def _settled(self, given: Incoming) -> Incoming:
        """What of the articles is new here, and finds room."""
        with closing(Previous(self.folder)) as old:
            held = (0, 0) if self._shared else (len(old.numbers), old.text_bytes)
            return settled(given, old.numbers.keys(), old.ids.keys(), Room(*held))

    def _build(self, articles: Sequence[Article], tell: Tell) -> Sequence[Skipped]:
        """Indexes new articles; returns those of them that have no passage."""

        def step(stage: str, done: int, total: int) -> None:
            tell(Progress(stage, done, total, articles[done - 1].source if stage == "cut" else ""))

        self._make_folder()
        try:
            return index_articles(articles, self.folder, model=self._model, progress=step).skipped
        except ArticleError:  # nor is there any other in the collection
            return [Skipped(article.source, NO_PROSE) for article in articles]
        finally:
            self._tidy()

    def _make_folder(self) -> None:
        if not self.folder.exists():
            if self._keeper:
                self._keeper.admit()
            with suppress(OSError):  # who writes there next says so
                self.folder.mkdir(mode=0o700, parents=True)  # what a visitor brings is nobody else's

    def _tidy(self) -> None:
        """Leaves nothing of readers' own that is in no use: neither a build that failed nor what was removed."""
        if self._shared:
            return
        with suppress(GeungeoError):  # next time
            remove_previous(self.folder) if is_index(self.folder) else remove_index(self.folder)

    def _listed(self, article_ids: Sequence[str]) -> list[ListedArticle]:
        if not is_index(self.folder):
            return []
        with closing(Store(read_manifest(self.folder)[0] / "articles.sqlite")) as store:
            return store.listed(article_ids)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else in this process changes the collection."""
        if not self._changing.acquire(timeout=PATIENCE):
            raise GeungeoError("기사를 색인하는 중입니다. 끝난 뒤에 다시 해 주세요.")
        try:
            yield
        finally:
            self._changing.release()

    def _used(self) -> None:
        if self._keeper:
            self._keeper.used(self)


@contextmanager
def _turn(tell: Tell) -> Iterator[None]:
    """While no other build of this process is going on."""
    if not _building.acquire(blocking=False):
        tell(Progress("wait"))
        _building.acquire()
    try:
        yield
    finally:
        _building.release()
