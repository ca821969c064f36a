"""Takes articles into a new generation: those that are new are cut, those that stay are told apart from those that go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.analyzer import Analyzer
from index.articles import Article, Skipped
from index.cutting import cut_articles
from index.errors import ArticleError
from index.previous import Previous, remaining_sources, vanished_sources
from index.reading import read_article, repeated
from index.store_writing import StoreWriter, assemble

NO_PROSE = "본문 문단이 없습니다"
"""Why an article that was read is skipped."""


class Intake:
    """What becomes of each article in one build; its database grows beside the old one."""

    def __init__(self, old: Previous, analyzer: Analyzer, *, whole: bool) -> None:
        self._old = old
        self._analyzer = analyzer
        self._whole = whole
        self._same_terms = old.analyzer == analyzer.versions() and not whole
        self._sources: dict[str, str] = {}
        """Of each source read the id of the article it has."""
        self._given: dict[str, dict[str, None]] = {}
        """Of each article read its sources."""
        self._written: dict[str, int] = {}
        """Of each article written anew its number."""
        self._kept: list[int] = []
        self._bare: set[str] = set()
        """Articles without prose."""
        self.skipped: list[Skipped] = []
        self.added = self.changed = self.unchanged = self.removed = 0

    @property
    def total(self) -> int:
        """How many articles the new generation has."""
        return len(self._written) + len(self._kept)

    @property
    def given(self) -> bool:
        """Whether any article was read."""
        return bool(self._given)

    @property
    def alters(self) -> bool:
        """Whether the new generation's articles are other than the old one's."""
        return bool(self._written) or len(self._kept) != len(self._old.numbers)

    def take(
        self,
        articles: Iterable[Article],
        fresh: Path,
        gone: Collection[str] = (),
        pruned: tuple[Sequence[Path], Collection[str]] | None = None,
    ) -> None:
        """Reads all articles, cuts those that are new, and decides about those of the old generation.

        Args:
            articles: those given in this build, read as they are taken.
            fresh: where to keep what is written anew.
            gone: ids of articles to remove.
            pruned: paths under which sources that are no longer there go, too, and the sources just found there.
        """
        self._fresh = fresh
        with StoreWriter(fresh) as writer:
            for stored in cut_articles(self._new(articles, writer), self._analyzer, whole=self._whole):
                if stored.passages:
                    self._written[stored.article.id] = writer.add(stored)
                else:
                    self._bare.add(stored.article.id)
                    self.skipped.append(Skipped(stored.article.source, NO_PROSE))
            self._place(writer)
            self._keep(writer, gone, vanished_sources(self._old.ids, *pruned) if pruned else ())
        self._count()

    def assemble(self, database: Path) -> None:
        """Writes the database of the new generation, out of what was written anew and of what stays."""
        parts = [(self._fresh, list(self._written.values()))]
        if self._kept:
            parts.append((self._old.database, self._kept))
        assemble(database, parts)
        self._fresh.unlink()

    def _new(self, articles: Iterable[Article], writer: StoreWriter) -> Iterator[Article]:
        """The articles that have to be cut; of others, what else is another now is written."""
        for article in articles:
            self._sources[article.source] = article.id
            sources = self._given.setdefault(article.id, {})
            if article.source in sources:
                continue
            sources[article.source] = None
            if len(sources) > 1:
                self.skipped.append(repeated(article, next(iter(sources))))
            elif not self._cut_before(article, writer):
                yield article

    def _cut_before(self, article: Article, writer: StoreWriter) -> bool:
        held = self._old.article(article.id) if self._same_terms else None
        if held is None or held.blocks != article.blocks:
            return False
        if held != article:  # its path, address or reporter is another
            stored = self._old.stored(article.id)
            self._written[article.id] = writer.add(replace(stored, article=article))
        return True

    def _place(self, writer: StoreWriter) -> None:
        """Gives each article just cut all its sources; one whose every source was given other content later goes."""
        for article_id in list(self._written):
            sources = self._sources_of(article_id)
            if sources:
                writer.set_sources(self._written[article_id], sources)
            else:
                del self._written[article_id]

    def _keep(self, writer: StoreWriter, gone: Collection[str], vanished: Collection[str]) -> None:
        """Decides about every article of the old generation that was not cut just now."""
        again: dict[str, list[str]] = {}
        for article_id, number in self._old.numbers.items():
            if article_id in self._written or article_id in gone:
                continue
            sources = self._sources_of(article_id, vanished)
            if not sources:
                continue
            if not self._same_terms:
                again[article_id] = sources
            elif tuple(sources) == self._old.sources[article_id]:
                self._kept.append(number)
            else:
                stored = self._old.stored(article_id)
                article = _as_told_by(sources[0], stored.article)
                self._written[article_id] = writer.add(replace(stored, article=article))
                writer.set_sources(self._written[article_id], sources)
        held = (self._old.stored(article_id).article for article_id in again)
        for stored in cut_articles(held, self._analyzer, whole=self._whole):
            if stored.passages:
                self._written[stored.article.id] = writer.add(stored)
                writer.set_sources(self._written[stored.article.id], again[stored.article.id])
            else:
                self.skipped.append(Skipped(stored.article.source, NO_PROSE))

    def _sources_of(self, article_id: str, vanished: Collection[str] = ()) -> list[str]:
        """The sources of an article after this build, the one to be cited first; none where it goes."""
        given = [s for s in self._given.get(article_id, []) if self._sources[s] == article_id]
        if article_id in self._bare or (self._old.sample and self._given and not given):
            return []
        held = self._old.sources.get(article_id, ())
        other = [source for source in held if self._sources.get(source, article_id) != article_id]
        return [*given, *remaining_sources(held, given, other, vanished)]

    def _count(self) -> None:
        stays = {number: article_id for article_id, number in self._old.numbers.items()}
        now = {*self._written, *(stays[number] for number in self._kept)}
        for article_id in now - self._old.numbers.keys():
            known = any(source in self._old.ids for source in self._given[article_id])
            self.changed += known
            self.added += not known
        self.unchanged = len(now) - self.added - self.changed
        fresh = now - self._old.numbers.keys()
        replaced = {
            self._old.ids[source]
            for source, article_id in self._sources.items()
            if article_id in fresh and source in self._old.ids
        }
        if not (self._old.sample and self._given):
            self.removed = len(self._old.numbers.keys() - now - replaced)


def _as_told_by(source: str, article: Article) -> Article:
    """An article with the address, reporter and place that another of its sources gives."""
    if source == article.source:
        return article
    try:
        told = read_article(source)
    except ArticleError:
        told = None
    if told is not None and told.id == article.id:
        return replace(
            article, url=told.url, reporter=told.reporter, first_line=told.first_line, source=source
        )
    return replace(article, url=None, reporter=None, first_line=1, source=source)
