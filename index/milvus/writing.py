"""Writes articles into the collections of a version, and removes them. Done twice it is as if it were done once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from index.articles import Article
from index.encoder import Encoder, Vectors
from index.milvus.batching import batched
from index.milvus.conditions import among, day_number, fact_key, list_text, place_text
from index.milvus.connection import Connection
from index.milvus.forms import article_fields, passage_fields, pieces
from index.milvus.keys import dimensions, key_of
from index.milvus.schema import MOST_ELEMENTS, TEXT_BYTES, Collections
from index.milvus.versions import About
from index.milvus.weights import passage_weights
from index.stored import StoredArticle, StoredPassage
from index.terms import character_bigrams, indexed_terms
from index.windows import embedded_spans

MOST_ROWS = 1000
MOST_BYTES = 16_000_000
"""Of one upsert; the server takes 64 MB."""

Row = dict[str, Any]
Known = dict[int, Vectors]
"""Vectors by the key of their text."""


@dataclass(slots=True)
class Totals:
    """Sums over the vectors written, from which ``background`` is measured."""

    encoded: int = 0
    """Windows for which there was no vector yet."""
    windows: int = 0
    passages: int = 0
    _proper: Vectors | float = 0.0
    _whole: Vectors | float = 0.0
    _counts: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, proper: Vectors, whole: Vectors) -> None:
        """Counts vectors of windows and of whole passages, shape [rows, dimensions] each."""
        self._proper = self._proper + proper.sum(axis=0, dtype=np.float64)
        self._whole = self._whole + whole.sum(axis=0, dtype=np.float64)
        self._counts = [self._counts[0] + len(proper), self._counts[1] + len(whole)]

    @property
    def mean(self) -> list[float]:
        """The mean of both means, shape [dimensions]."""
        both = self._proper / self._counts[0] + self._whole / self._counts[1]
        return [float(value) for value in np.asarray(both) / 2]


class Writer:
    """Writes to one version."""

    def __init__(
        self, connection: Connection, collections: Collections, about: About, encoder: Encoder
    ) -> None:
        """Takes what the version is pinned to, and what encodes its windows."""
        self._connection = connection
        self._names = collections
        self._about = about
        self._encoder = encoder
        self.totals = Totals()

    def write(self, articles: Sequence[StoredArticle], known: Known) -> None:
        """Writes articles with their passages, windows and terms.

        A passage comes after its windows, and an article's passages after the article, which tells how many they
        are: an article counts as written when that many are there.

        Args:
            articles: some dozens.
            known: vectors to be used again.
        """
        windows: list[Row] = []
        passages: list[Row] = []
        terms: set[int] = set()
        texts: list[str] = []
        for stored in articles:
            shared = article_facts(stored.article)
            for item in stored.passages:
                passages.append(self._passage_row(stored, item, shared))
                terms.update(dimensions([*item.terms.forms, *stored.title_terms]))
                for row, text in window_rows(item, shared):
                    windows.append(row)
                    texts.append(text)
        vectors = self._vectors([row["text"] for row in windows], texts, known)
        for row, vector in zip(windows, vectors, strict=True):
            row["vector"] = vector.tolist()
        self._count(windows, vectors, len(passages))
        self._upsert("windows", windows)
        self._upsert("terms", [{"term": term, "nothing": [0.0, 0.0]} for term in sorted(terms)])
        self._upsert("articles", [_article_row(stored) for stored in articles])
        self._upsert("passages", passages)

    def _passage_row(self, stored: StoredArticle, item: StoredPassage, shared: Row) -> Row:
        words = indexed_terms(item.terms.forms, stored.title_terms)
        pairs = character_bigrams(f"{stored.article.title} {item.passage.text}")
        return shared | {
            "passage": key_of(item.passage.id),
            "terms": _different(words),
            "pairs": _different(pairs),
            "words": passage_weights(words, self._about.words),
            "characters": passage_weights(pairs, self._about.characters),
            "payload": pieces(passage_fields(item)),
        }

    def _vectors(self, keys: Sequence[int], texts: Sequence[str], known: Known) -> Vectors:
        """The vector of each text, shape [texts, dimensions]."""
        todo = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        fresh = self._encoder.encode_passages(list(todo.values()))
        found = known | dict(zip(todo, fresh, strict=True))
        self.totals.encoded += len(todo)
        rows = [found[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(keys), self._encoder.card.dimensions)

    def _count(self, windows: Sequence[Row], vectors: Vectors, passages: int) -> None:
        if not windows:
            return
        first = np.array([row["ordinal"] == 0 for row in windows])
        last = np.append(first[1:], True)
        # the last of several rows is the whole passage, no window
        self.totals.add(vectors[~last | first], vectors[last])
        self.totals.windows += len(windows)
        self.totals.passages += passages

    def _upsert(self, kind: str, rows: Sequence[Row]) -> None:
        for batch in _sendable(rows):
            self._connection.write("upsert", getattr(self._names, kind), batch)


def remove(connection: Connection, collections: Collections, articles: Collection[int]) -> None:
    """Removes the articles of the given keys, passages first: what a search finds can nearly always be read.

    Their terms stay known until the index is made anew.
    """
    for batch in batched(articles, MOST_ROWS):
        for kind in ("passages", "articles", "windows"):
            connection.write("delete", getattr(collections, kind), filter=among("article", batch))


def remove_left_over(connection: Connection, collections: Collections, stored: StoredArticle) -> None:
    """Removes the rows of an article's passages and windows that it no longer has; to be called when it is written."""
    key = key_of(stored.article.id)
    windows = [row["window"] for item in stored.passages for row, _ in window_rows(item, {})]
    passages = [key_of(item.passage.id) for item in stored.passages]
    for kind, name, own in (("passages", "passage", passages), ("windows", "window", windows)):
        connection.write(
            "delete", getattr(collections, kind), filter=f"article == {key} and not ({among(name, own)})"
        )


def article_digest(article: Article) -> int:
    """Tells whether an article is, to the last field, the one that was indexed."""
    return key_of("".join(pieces(article_fields(StoredArticle(article, (), ())))))


def article_facts(article: Article) -> Row:
    """What passages and windows have of their article, to be filtered by."""
    return {
        "article": key_of(article.id),
        "day": day_number(article.published),
        "publisher": fact_key(article.publisher),
        "topics": [fact_key(topic) for topic in article.topics][:MOST_ELEMENTS],
    }


def window_rows(item: StoredPassage, shared: Row) -> Iterator[tuple[Row, str]]:
    """The rows of a passage's windows but for the vectors, each with its text; the last one is the whole passage."""
    passage = item.passage
    spans = embedded_spans(item.windows, len(passage.text))
    for ordinal, (start, end) in enumerate(spans):
        text = passage.text[start:end]
        row = {
            "window": key_of(f"{passage.id}#{ordinal}"),
            "passage": key_of(passage.id),
            "ordinal": ordinal,
            "text": key_of(text),
        }
        yield shared | row, text


def _article_row(stored: StoredArticle) -> Row:
    article = stored.article
    facts = article_facts(article)
    return facts | {
        "origin": key_of(article.source),
        "digest": article_digest(article),
        "passages": len(stored.passages),
        "publisher_name": _clipped(article.publisher or ""),
        "topic_names": [_clipped(topic) for topic in article.topics][:MOST_ELEMENTS],
        "source": _clipped(place_text(article.source)),
        "url": _clipped(place_text(article.url)),
        "listed": _clipped(list_text(article)),
        "payload": pieces(article_fields(stored)),
        "latest": [_days(facts["day"]), 0.0],
    }


def _days(number: int) -> float:
    """A later day's is greater, and a 32-bit float holds it exactly: 20251028 is too large."""
    return float(372 * (number // 10000) + 31 * (number // 100 % 100) + number % 100)


def _different(terms: Iterable[str]) -> list[int]:
    """The terms' dimensions, once each. Of a monstrous passage's the last are missing, from idf alone."""
    return list(dict.fromkeys(dimensions(terms)))[:MOST_ELEMENTS]


def _clipped(text: str) -> str:
    return text.encode("utf-8")[:TEXT_BYTES].decode("utf-8", "ignore")


def _sendable(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows in batches that one upsert may hold."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        weight = _bytes(row)
        if batch and (len(batch) >= MOST_ROWS or size + weight > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    if batch:
        yield batch


def _bytes(row: Row) -> int:
    """About how many bytes a row is on the way: eight a number, three a character."""
    sizes = (len(value) * 8 for value in row.values() if isinstance(value, list | dict))
    return sum(sizes) + 3 * sum(map(len, row.get("payload", ()))) + 100
