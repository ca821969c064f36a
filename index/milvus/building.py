"""Builds an index in Milvus: adds articles to the version that serves, or makes a new one beside it and switches."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.analyzer import Analyzer
from index.articles import Article, Skipped
from index.cutting import AT_ONCE, cut_articles
from index.dictionary import Dictionary
from index.encoder import Encoder, load_encoder
from index.errors import ArticleError
from index.milvus.address import read_address
from index.milvus.batching import batched
from index.milvus.before import Before, vectors_of
from index.milvus.conditions import among
from index.milvus.connection import Connection
from index.milvus.keys import key_of
from index.milvus.rows import MilvusRows
from index.milvus.schema import Collections, create
from index.milvus.spool import Spool
from index.milvus.statistics import count
from index.milvus.versions import (
    STRONG,
    About,
    drop,
    new_version,
    opened,
    publish,
    serving,
    write_about,
)
from index.milvus.writing import Totals, Writer, remove
from index.model_cache import DEFAULT_MODEL
from index.stored import StoredArticle

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, all); stages are ``read``, ``cut`` and ``encode``."""


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """What a build did; the fields are those of ``index.build.BuildSummary``."""

    store: str
    """The address."""
    articles: int
    passages: int
    windows: int
    added: int
    changed: int
    unchanged: int
    encoded: int
    skipped: tuple[Skipped, ...]
    seconds: float


def build_store(
    paths: Iterable[str | Path], place: str, *, progress: Progress | None = None, **options: Any
) -> StoreSummary:
    """Adds the articles of files and folders to the index at ``milvus:URI``, as ``index.build.build_index`` does.

    Args:
        paths: files and folders of ``.txt``, ``.md`` and ``.html``.
        place: the address.
        progress: told how far the work is.
        options: ``model`` and ``dictionary``, as for ``index_into``.

    Raises:
        ArticleError: a path does not exist, or no article can be read from the paths.
        GeungeoError: the server cannot be reached or refuses; what serves goes on serving.
    """
    from index.reading import read_articles  # what reads files is not needed to search

    step = progress or (lambda stage, done, total: None)
    reading = read_articles(paths, lambda done, total, path: step("read", done, total))
    summary = index_into(place, reading.articles, progress=progress, **options)
    return replace(summary, skipped=(*reading.skipped, *summary.skipped))


def index_into(
    place: str,
    articles: Sequence[Article],
    *,
    model: str | None = None,
    dictionary: Dictionary | None = None,
    progress: Progress | None = None,
) -> StoreSummary:
    """Adds articles to the index at ``milvus:URI``, or without articles makes it anew from those it holds.

    Any number of machines may add to one index at the same time. A new version is made where there is none yet, or
    where the one that serves was made with another analyzer, dictionary, model or format.
    """
    started = time.monotonic()
    connection = Connection.open(read_address(place))
    step = progress or (lambda stage, done, total: None)
    builder = _Builder(connection, model, dictionary, step)
    builder.run(_distinct(articles))
    names, totals = builder.names, builder.totals
    articles_now, passages, windows = (
        count(connection, kind, **STRONG) for kind in (names.articles, names.passages, names.windows)
    )
    unchanged = articles_now - len(builder.added) - len(builder.changed)
    return StoreSummary(
        str(connection.address), articles_now, passages, windows, len(builder.added), len(builder.changed),
        unchanged, totals.encoded, tuple(builder.skipped.values()), time.monotonic() - started,
    )  # fmt: skip


def remove_articles(place: str, article_ids: Collection[str]) -> int:
    """Removes articles from the index at ``milvus:URI``; returns how many there were. Unknown ids are ignored."""
    connection = Connection.open(read_address(place))
    names, _ = opened(connection)
    keys = [key_of(article_id) for article_id in article_ids]
    there = [
        row["article"]
        for batch in batched(keys, AT_ONCE)
        for row in connection.rows(names.articles, among("article", batch), ["article"], **STRONG)
    ]
    remove(connection, names, there)
    return len(there)


class _Builder:
    """One run of the command; what it did is read from it afterwards."""

    def __init__(
        self, connection: Connection, model: str | None, dictionary: Dictionary | None, step: Progress
    ) -> None:
        self._connection = connection
        self._model = model
        self._dictionary = dictionary
        self._step = step
        self.names: Collections
        self.totals: Totals
        self.added: set[str] = set()
        self.changed: set[str] = set()
        self.skipped: dict[str, Skipped] = {}

    def run(self, articles: Sequence[Article]) -> None:
        """Until what was written is in the version that serves: another machine may switch it meanwhile."""
        while True:
            old = serving(self._connection)
            about = opened(self._connection)[1] if old else None
            analyzer = Analyzer(self._dictionary or (about.entries if about else None))
            encoder = load_encoder(self._model or (about.encoder["model"] if about else DEFAULT_MODEL))
            if old and about and articles and _fits(about, analyzer, encoder):
                self.names, self.totals = old, self._update(old, about, analyzer, encoder, articles)
                if serving(self._connection) == old:
                    return
            else:
                self.names, self.totals = self._make(old, about, analyzer, encoder, articles)
                if publish(self._connection, self.names, old):
                    return
                drop(self._connection, self.names)
            self.added.clear()
            self.changed.clear()

    def _update(
        self,
        names: Collections,
        about: About,
        analyzer: Analyzer,
        encoder: Encoder,
        articles: Sequence[Article],
    ) -> Totals:
        """Adds what is new or has changed to a version that serves."""
        writer = Writer(self._connection, names, about, encoder)
        base = time.time_ns()
        for done, batch in enumerate(batched(enumerate(articles, start=base), AT_ONCE)):
            before = Before(self._connection, names, [article for _, article in batch])
            todo = [(at, article) for at, article in batch if not before.is_whole(article)]
            placed = [before.place(article, at) for at, article in todo]
            cut = list(cut_articles([article for _, article in todo], analyzer))
            self._step("cut", min((done + 1) * AT_ONCE, len(articles)), len(articles))
            for item in cut:
                self._note(item, before)
            # an article cut otherwise than before may leave rows behind
            remove(self._connection, names, before.known & {key_of(item.article.id) for item in cut})
            stored = [pair for pair in zip(placed, cut, strict=True) if pair[1].passages]
            writer.write(stored, before.vectors(), lambda n, of: self._step("encode", n, of))
            remove(self._connection, names, before.replaced)
        return writer.totals

    def _make(
        self, old: Collections | None, about: About | None, analyzer: Analyzer, encoder: Encoder,
        articles: Sequence[Article],
    ) -> tuple[Collections, Totals]:  # fmt: skip
        """A complete version, beside the one that serves if there is one."""
        with Spool() as spool:
            for placed, stored in self._cut_all(old, about, analyzer, articles):
                if stored.passages:
                    spool.add(placed, stored)
            if not spool.passages:
                raise ArticleError("색인할 기사나 본문 문단이 없습니다. 파일의 내용을 확인하세요.")
            names = new_version(self._connection.address.name)
            new = About(
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                analyzer=analyzer.versions(),
                dictionary=[list(entry) for entry in analyzer.dictionary.entries],
                encoder={
                    "model": encoder.card.model,
                    "fingerprint": encoder.card.fingerprint,
                    "dimensions": encoder.card.dimensions,
                },
                words=spool.words / spool.passages,
                characters=spool.characters / spool.passages,
                mean=[],
            )
            reuse = old if about and about.encoder["fingerprint"] == encoder.card.fingerprint else None
            try:
                create(self._connection, names, encoder.card.dimensions)
                writer = Writer(self._connection, names, new, encoder)
                self._fill(writer, spool, reuse)
                write_about(self._connection, names, replace(new, mean=writer.totals.mean))
            except BaseException:
                drop(self._connection, names)
                raise
        return names, writer.totals

    def _fill(self, writer: Writer, spool: Spool, reuse: Collections | None) -> None:
        done = 0
        for batch in batched(spool, AT_ONCE):
            keys = [key_of(stored.article.id) for _, stored in batch]
            writer.write(batch, vectors_of(self._connection, reuse, keys) if reuse else {})
            done += sum(len(stored.passages) for _, stored in batch)
            self._step("encode", done, spool.passages)

    def _cut_all(
        self, old: Collections | None, about: About | None, analyzer: Analyzer, articles: Sequence[Article]
    ) -> Iterator[tuple[int, StoredArticle]]:
        """The articles of the old version that are not replaced, then those given, each after its place."""
        places: dict[str, int] = {}
        replaced: set[int] = set()
        base = time.time_ns()
        fresh: list[Article] = []
        for batch in batched(enumerate(articles, start=base), AT_ONCE):
            before = Before(self._connection, old, [article for _, article in batch])
            for at, article in batch:
                places[article.id] = before.place(article, at)
                self._note_given(article, before)
                fresh.append(article)
            replaced |= before.known | before.replaced
        if old and about:
            kept = (
                (placed, stored)
                for placed, stored in MilvusRows(self._connection, old).placed()
                if key_of(stored.article.id) not in replaced
            )
            if about.analyzer == analyzer.versions():
                yield from kept
            else:
                yield from _cut_again(kept, analyzer)
        for done, stored in enumerate(cut_articles(fresh, analyzer), start=1):
            self._step("cut", done, len(fresh))
            self._skip_if_empty(stored)
            yield places[stored.article.id], stored

    def _note(self, stored: StoredArticle, before: Before) -> None:
        if not self._skip_if_empty(stored):
            self._note_given(stored.article, before)

    def _note_given(self, article: Article, before: Before) -> None:
        if key_of(article.id) not in before.known:
            (self.changed if before.had_source(article) else self.added).add(article.id)

    def _skip_if_empty(self, stored: StoredArticle) -> bool:
        source = stored.article.source
        if stored.passages:
            return False
        self.skipped[source] = Skipped(source, "본문 문단이 없습니다")
        self.added.discard(stored.article.id)
        self.changed.discard(stored.article.id)
        return True


def _cut_again(
    kept: Iterable[tuple[int, StoredArticle]], analyzer: Analyzer
) -> Iterator[tuple[int, StoredArticle]]:
    for batch in batched(kept, AT_ONCE):
        cut = cut_articles([stored.article for _, stored in batch], analyzer)
        yield from zip((placed for placed, _ in batch), cut, strict=True)


def _fits(about: About, analyzer: Analyzer, encoder: Encoder) -> bool:
    return about.analyzer == analyzer.versions() and about.encoder["fingerprint"] == encoder.card.fingerprint


def _distinct(articles: Sequence[Article]) -> list[Article]:
    """One article of each source, the last; of two with the same content the first."""
    by_source = {article.source: article for article in articles}
    by_id = {article.id: article for article in reversed(by_source.values())}
    return [article for article in by_source.values() if by_id[article.id] is article]
