"""Writes articles and passages to SQLite: new ones row by row, unchanged ones copied from the database before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType

from index.articles import Article
from index.stored import StoredArticle, StoredPassage
from index.terms import BIGRAM_JOINT

SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    publisher TEXT, published TEXT, reporter TEXT, url TEXT, topics TEXT NOT NULL,
    text TEXT NOT NULL, blocks TEXT NOT NULL, first_line INTEGER NOT NULL, title_terms TEXT NOT NULL,
    copies TEXT NOT NULL, passages INTEGER NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, article INTEGER NOT NULL REFERENCES articles (number),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL, windows TEXT NOT NULL, forms TEXT NOT NULL, spans BLOB NOT NULL
);
"""
PASSAGES_BY_ARTICLE = "CREATE INDEX passages_by_article ON passages (article)"
# filters and lists read the last of these instead of the articles, which carry their texts
INDEXES = f"""
{PASSAGES_BY_ARTICLE};
CREATE UNIQUE INDEX articles_by_id ON articles (id);
CREATE UNIQUE INDEX passages_by_id ON passages (id);
CREATE INDEX articles_by_source ON articles (source, id);
CREATE INDEX articles_by_facts
    ON articles (published, publisher, topics, source, url, title, id, passages);
"""
ARTICLE_VALUES = (
    "id, source, title, publisher, published, reporter, url, topics, text, blocks, first_line, title_terms, "
    "copies, passages"
)
PASSAGE_VALUES = "ordinal, start, end, sentences, windows, forms, spans"

Part = tuple[Path, Sequence[int]]
"""A database and the numbers of some of its articles."""


class StoreWriter:
    """A new database; articles are numbered from 0 in the order added, and so are passages. A context manager."""

    def __init__(self, path: Path) -> None:
        self._connection = _create(path)
        self.articles = 0
        self._passages = 0

    def add(self, stored: StoredArticle) -> int:
        """Writes an article with its passages; returns its number."""
        number = self.articles
        marks = ", ".join("?" * 15)
        self._connection.execute(f"INSERT INTO articles VALUES ({marks})", (number, *_article_row(stored)))
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (place, item.passage.id, number, *_passage_row(item))
                for place, item in enumerate(stored.passages, start=self._passages)
            ],
        )
        self.articles += 1
        self._passages += len(stored.passages)
        return number

    def set_sources(self, number: int, sources: Sequence[str]) -> None:
        """Says where an article came from: the source to be cited, and others with the same content."""
        self._connection.execute(
            "UPDATE articles SET source = ?, copies = ? WHERE number = ?",
            (sources[0], _json(sources[1:]), number),
        )

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with closing(self._connection):
            if error is None:
                self._connection.commit()
                self._connection.execute(PASSAGES_BY_ARTICLE)


def assemble(path: Path, parts: Sequence[Part]) -> None:
    """Writes a new database at ``path`` of articles of others, in order of source, numbered from 0.

    The rows never pass through Python, so the unchanged articles of a large index cost little.
    """
    with closing(_create(path)) as connection:
        connection.execute(
            "CREATE TEMP TABLE chosen (part INTEGER, number INTEGER, source TEXT, passages INTEGER, first INTEGER)"
        )
        for part, (other, _) in enumerate(parts):
            connection.execute(f"ATTACH ? AS part{part}", (str(other),))
        for part, (_, numbers) in enumerate(parts):
            connection.execute("CREATE TEMP TABLE wanted (number INTEGER PRIMARY KEY)")
            connection.executemany("INSERT INTO wanted VALUES (?)", ((int(n),) for n in numbers))
            connection.execute(
                "INSERT INTO chosen SELECT ?, wanted.number, source, passages, "
                f"(SELECT min(number) FROM part{part}.passages WHERE article = wanted.number) "
                f"FROM wanted CROSS JOIN part{part}.articles AS held ON held.number = wanted.number",
                (part,),
            )
            connection.execute("DROP TABLE wanted")
        connection.execute(
            "CREATE TEMP TABLE placed AS SELECT part, number, "
            "row_number() OVER (ORDER BY source, part, number) - 1 AS place, "
            "coalesce(sum(passages) OVER (ORDER BY source, part, number ROWS UNBOUNDED PRECEDING), 0) "
            "- passages - first AS shift FROM chosen ORDER BY place"
        )
        # in the order placed, without sorting rows with all their text
        for part in range(len(parts)):
            connection.execute(
                f"INSERT INTO articles SELECT place, {ARTICLE_VALUES} FROM placed CROSS JOIN part{part}.articles "
                f"AS held ON held.number = placed.number WHERE part = ?",
                (part,),
            )
            connection.execute(
                f"INSERT INTO passages SELECT held.number + shift, id, place, {PASSAGE_VALUES} "
                f"FROM placed CROSS JOIN part{part}.passages AS held ON held.article = placed.number "
                "WHERE part = ?",
                (part,),
            )
        connection.commit()
        connection.executescript(INDEXES)


def _create(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    # a build that breaks off is thrown away whole, and what it made is synchronised before it is published
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; "
        f"PRAGMA temp_store = FILE; {SCHEMA}"
    )
    return connection


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _article_row(stored: StoredArticle) -> tuple[object, ...]:
    article: Article = stored.article
    blocks = [(block.start, block.end, block.kind) for block in article.blocks]
    return (
        article.id, article.source, article.title, article.publisher, article.published, article.reporter,
        article.url, _json(article.topics), article.text, _json(blocks), article.first_line,
        _json(stored.title_terms), _json(stored.copies), len(stored.passages),
    )  # fmt: skip


def _passage_row(item: StoredPassage) -> tuple[object, ...]:
    passage, terms = item.passage, item.terms
    return (
        passage.number, passage.start, passage.end, _json(item.sentences), _json(item.windows),
        BIGRAM_JOINT.join(terms.forms), terms.spans.astype("<i4").tobytes(),
    )  # fmt: skip
