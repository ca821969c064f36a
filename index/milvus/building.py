"""Builds an index in Milvus: adds articles to the version that serves, or makes a new one beside it and switches."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

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
from index.milvus.connection import Connection, MissingError
from index.milvus.keys import key_of
from index.milvus.rows import MilvusRows
from index.milvus.schema import Collections, create
from index.milvus.spool import Spool
from index.milvus.statistics import count
from index.milvus.versions import (
    STRONG,
    About,
    connected,
    discard,
    new_version,
    opened,
    publish,
    serving,
    write_about,
)
from index.milvus.writing import Known, Totals, Writer, remove, remove_left_over
from index.model_cache import DEFAULT_MODEL
from index.stored import StoredArticle
from index.summary import BuildSummary

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, all); stages are ``read`` and ``encode``."""
Given = Callable[[], Iterable[Article]]
"""The articles to be indexed, from the first one at each call."""


def build_store(
    paths: Iterable[str | Path],
    place: str,
    *,
    model: str | None = None,
    dictionary: Dictionary | None = None,
    progress: Progress | None = None,
) -> BuildSummary:
    """Adds the articles of files and folders to the index at ``milvus:URI``, much as ``index.build.build_index`` does.

    An article has one source here, the last one given: of two files with the same content, the other is forgotten.

    Any number of machines may add to one index at the same time. A new version is made where there is none yet, or
    where the one that serves was made with another analyzer, dictionary or model.

    Args:
        paths: files and folders of the formats of ``index.formats``; without any the index is made anew from what it
            holds.
        place: the address.
        model: the embedding model; by default that of the index, or the bundled one.
        dictionary: names and synonyms; by default that of the index.
        progress: told how far the work is.

    Raises:
        ArticleError: a path does not exist, or no article can be read from the paths.
        GeungeoError: the server cannot be reached or refuses; what serves goes on serving.
    """
    from index.finding import article_files  # what reads files is not needed to search
    from index.reading import read_each

    step = progress or _silent
    roots = list(paths)
    files, skipped = article_files(roots) if roots else ([], [])

    def given() -> Iterator[Article]:
        return read_each(files, skipped, lambda done, total, path: step("read", done, total))

    summary = _build(place, given if files else None, model, dictionary, step)
    return replace(summary, skipped=(*dict.fromkeys(skipped), *summary.skipped))


def index_into(
    place: str,
    articles: Sequence[Article],
    *,
    model: str | None = None,
    dictionary: Dictionary | None = None,
    progress: Progress | None = None,
) -> BuildSummary:
    """As ``build_store``, for articles already read."""
    return _build(place, (lambda: articles) if articles else None, model, dictionary, progress or _silent)


def remove_articles(place: str, article_ids: Collection[str]) -> None:
    """Takes articles out of the index at ``milvus:URI``; their files are not touched.

    Raises:
        ArticleError: an id is no article's; then nothing is removed.
        GeungeoError: the server cannot be reached or refuses.
    """
    connection, names, _ = connected(place)
    keys = {key_of(article_id): article_id for article_id in article_ids}
    there = {
        row["article"]
        for batch in batched(keys, AT_ONCE)
        for row in connection.rows(names.articles, among("article", batch), ["article"], **STRONG)
    }
    unknown = sorted(article_id for key, article_id in keys.items() if key not in there)
    if unknown:
        raise ArticleError(
            f"{', '.join(unknown[:3])}: 그런 기사가 없습니다. 'geungeo articles'로 기사의 ID를 확인하세요."
        )
    remove(connection, names, there)


def _build(
    place: str, given: Given | None, model: str | None, dictionary: Dictionary | None, step: Progress
) -> BuildSummary:
    """Writes until what was written is in the version that serves: another machine may switch it meanwhile."""
    started = time.monotonic()
    connection = Connection.open(read_address(place))
    while True:
        old = serving(connection)
        about = opened(connection)[1] if old else None
        analyzer = Analyzer(about.entries if about and dictionary is None else dictionary)
        encoder = load_encoder(model or (about.encoder["model"] if about else DEFAULT_MODEL))
        build = _Build(connection, old, about, analyzer, encoder, step)
        try:
            names, totals = build.update(old, given) if old and given and build.fits else build.make(given)
        except MissingError:  # dropped, because it is too old by now
            if serving(connection) == old:
                raise
            continue
        if names == old and serving(connection) == old:
            break
        if names != old:
            if publish(connection, names, old):
                break
            discard(connection, names)
    articles, passages, windows = (
        count(connection, kind, **STRONG) for kind in (names.articles, names.passages, names.windows)
    )
    return BuildSummary(
        str(connection.address), articles, passages, windows, build.added, build.changed,
        articles - build.added - build.changed, 0, totals.encoded, tuple(build.skipped),
        time.monotonic() - started,
    )  # fmt: skip


class _Build:
    """One attempt; what it did is read from it afterwards."""

    def __init__(
        self, connection: Connection, old: Collections | None, about: About | None, analyzer: Analyzer,
        encoder: Encoder, step: Progress,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._old = old
        self._analyzer = analyzer
        self._encoder = encoder
        self._step = step
        self._about = about
        self._same_terms = about is not None and about.analyzer == analyzer.versions()
        self._same_vectors = about is not None and about.encoder["fingerprint"] == encoder.card.fingerprint
        self.skipped: list[Skipped] = []
        self.added = self.changed = 0

    @property
    def fits(self) -> bool:
        """Whether articles can be added to the version that serves."""
        return self._same_terms and self._same_vectors

    def update(self, names: Collections, given: Given) -> tuple[Collections, Totals]:
        """Adds what is new or has changed to the version that serves."""
        assert self._about is not None
        writer = Writer(self._connection, names, self._about, self._encoder)
        for batch in batched(self._distinct(given()), AT_ONCE):
            before = Before(self._connection, names, batch)
            cut = self._cut([article for article in batch if not before.is_whole(article)], before)
            vectors = before.vectors()
            writer.write(cut, vectors)
            # of an article cut otherwise than before rows are left over; they go when the new ones are there
            for item in cut:
                if key_of(item.article.id) in before.known:
                    remove_left_over(self._connection, names, item)
            remove(self._connection, names, before.replaced)
        return names, writer.totals

    def make(self, given: Given | None) -> tuple[Collections, Totals]:
        """A complete version, beside the one that serves if there is one."""
        card = self._encoder.card
        with Spool() as spool:
            for stored in self._everything(given):
                spool.add(stored)
            if not spool.passages:
                raise ArticleError("색인할 기사나 본문 문단이 없습니다. 파일의 내용을 확인하세요.")
            names = new_version(self._connection.address.name)
            about = About(
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                analyzer=self._analyzer.versions(),
                dictionary=[list(entry) for entry in self._analyzer.dictionary.entries],
                encoder={
                    "model": card.model, "fingerprint": card.fingerprint, "dimensions": card.dimensions,
                },
                words=spool.words / spool.passages,
                characters=spool.characters / spool.passages,
                mean=[],
            )  # fmt: skip
            writer = Writer(self._connection, names, about, self._encoder)
            try:
                create(self._connection, names, card.dimensions)
                for batch in batched(spool, AT_ONCE):
                    writer.write(batch, self._vectors(batch))
                    self._step("encode", writer.totals.passages, spool.passages)
                write_about(self._connection, names, replace(about, mean=writer.totals.mean))
            except BaseException:
                discard(self._connection, names)
                raise
        return names, writer.totals

    def _everything(self, given: Given | None) -> Iterator[StoredArticle]:
        """The articles given, then those of the old version that are not replaced."""
        replaced: set[int] = set()
        for batch in batched(self._distinct(given()), AT_ONCE) if given else ():
            before = Before(self._connection, self._old, batch)
            replaced |= before.replaced | {key_of(article.id) for article in batch}
            yield from self._cut(batch, before)
        if self._old is None:
            return
        stored = MilvusRows(self._connection, self._old).everything()
        kept = (item for item in stored if key_of(item.article.id) not in replaced)
        if self._same_terms:
            yield from kept
        else:
            again = cut_articles((item.article for item in kept), self._analyzer)
            yield from (item for item in again if item.passages)

    def _cut(self, articles: Sequence[Article], before: Before) -> list[StoredArticle]:
        """The articles, cut, those without prose left out, and counted."""
        found = []
        for item in cut_articles(articles, self._analyzer):
            article = item.article
            if not item.passages:
                self.skipped.append(Skipped(article.source, "본문 문단이 없습니다"))
                continue
            found.append(item)
            if key_of(article.id) not in before.known:
                self.changed += before.had_source(article)
                self.added += not before.had_source(article)
        return found

    def _distinct(self, articles: Iterable[Article]) -> Iterator[Article]:
        """Of articles with the same content the first."""
        from index.reading import repeated

        sources: dict[str, str] = {}
        for article in articles:
            first = sources.setdefault(article.id, article.source)
            if first == article.source:
                yield article
            else:
                self.skipped.append(repeated(article, first))

    def _vectors(self, articles: Sequence[StoredArticle]) -> Known:
        """Those that the old version has of the articles."""
        if self._old is None or not self._same_vectors:
            return {}
        return vectors_of(self._connection, self._old, [key_of(item.article.id) for item in articles])


def _silent(stage: str, done: int, total: int) -> None:
    """Tells nobody."""
