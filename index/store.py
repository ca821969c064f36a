"""Articles and passages in SQLite, read by row."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.articles import Article
from index.filters import Filters
from index.listing import ListedArticle, holding, words_of
from index.passages import Passage, Span
from index.recent import Recent
from index.store_rows import (
    ARTICLE_COLUMNS,
    LISTED_COLUMNS,
    PASSAGE_COLUMNS,
    Row,
    as_article,
    as_forms,
    as_passage,
    as_spans,
    as_stored,
)
from index.stored import StoredArticle, StoredPassage
from index.windows import embedded_spans

AT_ONCE = 128
"""Articles read at a time."""
MOST_VALUES = 900
"""In a query: SQLite takes 999 everywhere."""
RECENT = 1024
"""Passages kept as they were read, some 15 kB each: reading the 30 that a search looks at takes 1.5 ms, .4 with most kept."""
PASSAGE_TEXT = "substr(text, start + 1, end - start)"


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What of a passage the searches are made of."""

    text: str
    windows: tuple[Span, ...]
    forms: tuple[str, ...]
    title: str
    title_terms: tuple[str, ...]


class Store:
    """Reads a database; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Opens ``path`` read-only. Raises ``sqlite3.Error`` where it is no database."""
        self._database = _Database(path)
        self._lists = _Database(path)  # going through a million articles must not hold up a question
        self._recent: Recent[int, StoredPassage] = Recent(RECENT)

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
        self._lists.close()

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, Article]]:
        """The passages of the given numbers with their articles, in the order given."""
        found = self.passages_alone(numbers)
        return list(zip(found, self.articles_of([item.passage for item in found]), strict=True))

    def passages_alone(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The same without their articles: a tenth of the work, and less for those read lately."""
        found = self._recent.those(numbers)
        new = [number for number in numbers if number not in found]
        rows = self._numbered(f"passages.id, articles.id, {PASSAGE_TEXT}, {PASSAGE_COLUMNS}", new)
        read = {
            number: as_passage(row[0], row[1], row[2], row[3:]) for number, row in zip(new, rows, strict=True)
        }
        self._recent.keep(read)
        found |= read
        return [found[number] for number in numbers]

    def numbers_of(self, passage_ids: Collection[str]) -> list[int]:
        """The numbers of the passages of the given ids, in no order; those that are not here are left out."""
        rows = self._those("SELECT number FROM passages WHERE id IN ({})", list(passage_ids))
        return [row[0] for row in rows]

    def articles_of(self, passages: Sequence[Passage]) -> list[Article]:
        """The article of each passage."""
        ids = {passage.article_id for passage in passages}
        rows = self._those(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id IN ({{}})", list(ids))
        articles = {row[0]: as_article(row) for row in rows}
        return [articles[passage.article_id] for passage in passages]

    def dated_texts(self, numbers: Sequence[int]) -> list[tuple[str, str | None]]:
        """The texts of the passages of the given numbers and their articles' dates, in the order given."""
        return [(text, day) for text, day in self._numbered(f"{PASSAGE_TEXT}, published", numbers)]

    @cached_property
    def newest_day(self) -> str | None:
        """The latest date of publication, None where no article has one."""
        newest: str | None = self._all("SELECT max(published) FROM articles", [])[0][0]
        return newest

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        rows = self._all(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?", [article_id])
        return as_article(rows[0]) if rows else None

    def articles(self, filters: Filters | None = None) -> list[tuple[Article, int]]:
        """Every article (that meets the filters) with the number of its passages, in order of source."""
        condition, values = (filters or Filters()).condition()
        rows = self._all(
            f"SELECT {ARTICLE_COLUMNS}, passages FROM articles WHERE {condition} ORDER BY source, id", values
        )
        return [(as_article(row[:-1]), row[-1]) for row in rows]

    def some_articles(self, most: int) -> list[Article]:
        """At most so many articles from all over the index, without reading the whole of a large one."""
        numbers = np.linspace(0, self.count - 1, num=min(self.count, most)).astype(int).tolist()
        rows = self._those(
            f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number IN ({{}}) ORDER BY number", numbers
        )
        return [as_article(row) for row in rows]

    def find_articles(
        self, words: str = "", most: int = 50, skip: int = 0
    ) -> tuple[list[ListedArticle], int]:
        """The newest articles whose title, publisher or source holds all the words, and how many there are in all.

        Reads no text; see ``index.searchable.Rows``.
        """
        condition, values = holding(words_of(words))
        found = f"FROM articles WHERE {condition}"
        total = self._lists.all(f"SELECT count(*) {found}", values)[0][0] if values else self.count
        rows = self._lists.all(
            f"SELECT {LISTED_COLUMNS} {found} ORDER BY published DESC, source, id LIMIT ? OFFSET ?",
            [*values, most, skip],
        )
        return [ListedArticle(*row) for row in rows], total

    def listed(self, article_ids: Sequence[str]) -> list[ListedArticle]:
        """The articles of the given ids as a list has them, in no order; those that are not here are left out."""
        rows = self._those(f"SELECT {LISTED_COLUMNS} FROM articles WHERE id IN ({{}})", article_ids)
        return [ListedArticle(*row) for row in rows]

    def __len__(self) -> int:
        """How many passages."""
        return self._next("passages")

    def passages_of(self, filters: Filters) -> npt.NDArray[np.bool_]:
        """Whether each passage is of an article that meets the filters, shape [passages]."""
        condition, values = filters.condition()
        meeting = self._all(f"SELECT number FROM articles WHERE {condition}", values)
        articles = np.zeros(len(self._passage_counts), dtype=bool)
        articles[[row[0] for row in meeting]] = True
        return np.repeat(articles, self._passage_counts)

    @cached_property
    def _passage_counts(self) -> npt.NDArray[np.int64]:
        """How many passages each article has, shape [articles]; both are numbered from 0 in the same order."""
        return np.array([row[0] for row in self._all("SELECT passages FROM articles ORDER BY number", [])])

    def publishers(self) -> list[tuple[str, int]]:
        """Each publisher with the number of its articles, the most frequent first."""
        return self._all(
            "SELECT publisher, count(*) FROM articles WHERE publisher IS NOT NULL "
            "GROUP BY publisher ORDER BY count(*) DESC, publisher",
            [],
        )

    def topics(self) -> list[tuple[str, int]]:
        """Each topic with the number of articles that name it, the most frequent first."""
        return self._all(
            "SELECT value, count(*) FROM articles, json_each(topics) GROUP BY value ORDER BY count(*) DESC, value",
            [],
        )

    def everything(self) -> Iterator[StoredArticle]:
        """Every article with its passages, in the order indexed; read some at a time."""
        count = self._next("articles")
        for first in range(0, count, AT_ONCE):
            yield from self.stored(range(first, min(first + AT_ONCE, count)))

    def stored(self, numbers: Sequence[int]) -> list[StoredArticle]:
        """The articles of the given numbers with their passages, in order of number."""
        marks = ",".join("?" * len(numbers))
        passages: dict[int, list[Row]] = {}
        for row in self._all(
            f"SELECT article, id, {PASSAGE_COLUMNS} FROM passages WHERE article IN ({marks}) ORDER BY number",
            list(numbers),
        ):
            passages.setdefault(row[0], []).append(row[1:])
        rows = self._all(
            f"SELECT number, title_terms, copies, {ARTICLE_COLUMNS} FROM articles WHERE number IN ({marks}) "
            "ORDER BY number",
            list(numbers),
        )
        return [as_stored(row, passages.get(row[0], [])) for row in rows]

    def sources(self) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """Of each article its number, its id, and the sources that have its content, the one cited first."""
        for number, article_id, source, copies in self._all(
            "SELECT number, id, source, copies FROM articles ORDER BY number", []
        ):
            yield number, article_id, (source, *json.loads(copies))

    def indexed(self) -> Iterator[list[IndexedPassage]]:
        """What the searches are made of, of all passages in order of number; some articles' at a time."""
        for first in range(0, self._next("articles"), AT_ONCE):
            span = [first, first + AT_ONCE - 1]
            held = {
                row[0]: (row[1], row[2], tuple(json.loads(row[3])))
                for row in self._all(
                    "SELECT number, text, title, title_terms FROM articles WHERE number BETWEEN ? AND ?", span
                )
            }
            rows = self._all(
                "SELECT article, start, end, windows, forms FROM passages WHERE article BETWEEN ? AND ? "
                "ORDER BY number",
                span,
            )
            yield [
                IndexedPassage(
                    held[row[0]][0][row[1] : row[2]], as_spans(row[3]), as_forms(row[4]), *held[row[0]][1:]
                )
                for row in rows
            ]

    def window_texts(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """For each passage of the given numbers the texts that its vectors stand for (see ``index.windows``)."""
        rows = self._numbered(f"{PASSAGE_TEXT}, windows", numbers)
        return {
            number: [text[start:end] for start, end in embedded_spans(as_spans(windows), len(text))]
            for number, (text, windows) in zip(numbers, rows, strict=True)
        }

    @property
    def count(self) -> int:
        """How many articles."""
        return self._next("articles")

    def text_bytes(self) -> int:
        """How long the texts of all articles are together, in UTF-8; reads them all."""
        return int(self._all("SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM articles", [])[0][0])

    def _next(self, table: str) -> int:
        """How many rows a table has: they are numbered from 0 without gaps."""
        return int(self._all(f"SELECT coalesce(max(number) + 1, 0) FROM {table}", [])[0][0])

    def _numbered(self, columns: str, numbers: Sequence[int]) -> list[Row]:
        """These columns of the passages of the given numbers (or of their articles), in the order given."""
        rows = self._those(
            f"SELECT passages.number, {columns} FROM passages JOIN articles ON articles.number = article "
            "WHERE passages.number IN ({})",
            [int(number) for number in numbers],
        )
        by_number = {row[0]: row[1:] for row in rows}
        return [by_number[int(number)] for number in numbers]

    def _those(self, query: str, values: Sequence[object]) -> list[Row]:
        """The rows of a query with ``IN ({})``, for any number of values."""
        rows: list[Row] = []
        for first in range(0, len(values), MOST_VALUES):
            some = values[first : first + MOST_VALUES]
            rows += self._all(query.format(",".join("?" * len(some))), some)
        return rows

    def _all(self, query: str, values: Sequence[object]) -> list[Row]:
        return self._database.all(query, values)


class _Database:
    """A connection that one thread uses at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )
        # with its cache of statements it is a cycle: left to itself it would close whenever garbage is collected
        weakref.finalize(self, self._connection.close)
        self._lock = threading.Lock()
        self.all("SELECT count(*) FROM sqlite_master", [])  # connecting reads nothing yet

    def all(self, query: str, values: Sequence[object]) -> list[Row]:
        """All rows that a query gives."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
