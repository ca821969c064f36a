"""Articles and passages in SQLite, read by row."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.analyzer import Analyzer
from index.articles import Article, Block
from index.passages import CutPassage, Passage, Span
from index.terms import Term

SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, title TEXT NOT NULL,
    publisher TEXT, published TEXT, reporter TEXT, url TEXT, topics TEXT NOT NULL,
    text TEXT NOT NULL, blocks TEXT NOT NULL, first_line INTEGER NOT NULL, title_terms TEXT NOT NULL,
    passages INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article INTEGER NOT NULL REFERENCES articles (number),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL, windows TEXT NOT NULL, terms TEXT NOT NULL
);
"""
Row = tuple[Any, ...]
ARTICLE_COLUMNS = "id, source, title, publisher, published, reporter, url, topics, text, blocks, first_line"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what was found in it when it was indexed; spans count characters of ``passage.text``."""

    passage: Passage
    sentences: tuple[Span, ...]
    windows: tuple[Span, ...]
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, cut: CutPassage, analyzer: Analyzer) -> StoredPassage:
        """The stored form of a passage just cut."""
        return cls(
            cut.passage, cut.analysis.sentences, cut.windows, tuple(analyzer.terms(cut.analysis.morphemes))
        )


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article, the forms of its title's terms, and its passages."""

    article: Article
    title_terms: tuple[str, ...]
    passages: tuple[StoredPassage, ...]


def write_store(path: Path, articles: Iterable[StoredArticle]) -> None:
    """Writes a new database at ``path``; passages are numbered from 0 in the order given."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(SCHEMA)
        number = 0
        for position, stored in enumerate(articles):
            connection.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (position, *_article_row(stored.article), _json(stored.title_terms), len(stored.passages)),
            )
            for item in stored.passages:
                connection.execute(
                    "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (number, item.passage.id, position, *_passage_row(item)),
                )
                number += 1
        connection.execute("CREATE INDEX passages_by_article ON passages (article)")
        connection.commit()
    finally:
        connection.close()


class Store:
    """Reads a database; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Opens ``path`` read-only. Raises ``sqlite3.Error`` where it is no database."""
        uri = f"{path.resolve().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._connection.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # connecting reads nothing yet
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, Article]]:
        """The passages of the given numbers with their articles, in the order given."""
        marks = ",".join("?" * len(numbers))
        rows = self._all(
            f"SELECT number, id, article, ordinal, start, end, sentences, windows, terms FROM passages "
            f"WHERE number IN ({marks})",
            [int(number) for number in numbers],
        )
        articles = self._articles_of({row[2] for row in rows})
        by_number = {row[0]: (_passage(row[1], articles[row[2]], row[3:]), articles[row[2]]) for row in rows}
        return [by_number[int(number)] for number in numbers]

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        rows = self._all(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?", [article_id])
        return _article(rows[0]) if rows else None

    def articles(self) -> list[tuple[Article, int]]:
        """Every article with the number of its passages, in the order indexed."""
        rows = self._all(f"SELECT {ARTICLE_COLUMNS}, passages FROM articles ORDER BY number", [])
        return [(_article(row[:-1]), row[-1]) for row in rows]

    def everything(self) -> Iterator[StoredArticle]:
        """Every article with its passages, in the order indexed."""
        for row in self._all(
            f"SELECT number, title_terms, {ARTICLE_COLUMNS} FROM articles ORDER BY number", []
        ):
            article = _article(row[2:])
            passages = self._all(
                "SELECT id, ordinal, start, end, sentences, windows, terms FROM passages "
                "WHERE article = ? ORDER BY number",
                [row[0]],
            )
            yield StoredArticle(
                article,
                tuple(json.loads(row[1])),
                tuple(_passage(item[0], article, item[1:]) for item in passages),
            )

    def _articles_of(self, numbers: set[int]) -> dict[int, Article]:
        marks = ",".join("?" * len(numbers))
        rows = self._all(
            f"SELECT number, {ARTICLE_COLUMNS} FROM articles WHERE number IN ({marks})", list(numbers)
        )
        return {row[0]: _article(row[1:]) for row in rows}

    def _all(self, query: str, values: Sequence[object]) -> list[Row]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _article_row(article: Article) -> tuple[object, ...]:
    blocks = [(block.start, block.end, block.kind) for block in article.blocks]
    return (
        article.id, article.source, article.title, article.publisher, article.published, article.reporter,
        article.url, _json(article.topics), article.text, _json(blocks), article.first_line,
    )  # fmt: skip


def _article(row: Row) -> Article:
    return Article(
        id=row[0], source=row[1], title=row[2], publisher=row[3], published=row[4], reporter=row[5], url=row[6],
        topics=tuple(json.loads(row[7])), text=row[8],
        blocks=tuple(Block(start, end, kind) for start, end, kind in json.loads(row[9])), first_line=row[10],
    )  # fmt: skip


def _passage_row(item: StoredPassage) -> tuple[object, ...]:
    passage = item.passage
    terms = [(term.form, term.start, term.end) for term in item.terms]
    spans = _json(item.sentences), _json(item.windows), _json(terms)
    return (passage.number, passage.start, passage.end, *spans)


def _passage(passage_id: str, article: Article, row: Row) -> StoredPassage:
    ordinal, start, end, sentences, windows, terms = row
    return StoredPassage(
        Passage(passage_id, article.id, ordinal, start, end, article.text[start:end]),
        tuple((a, b) for a, b in json.loads(sentences)),
        tuple((a, b) for a, b in json.loads(windows)),
        tuple(Term(form, a, b) for form, a, b in json.loads(terms)),
    )
