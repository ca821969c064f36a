"""What a version holds already of articles that are to be indexed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from index.articles import Article
from index.milvus.conditions import among
from index.milvus.connection import Connection
from index.milvus.keys import key_of
from index.milvus.schema import Collections
from index.milvus.versions import STRONG
from index.milvus.writing import Known, article_digest


class Before:
    """What a version holds of some articles that are given, by id or by source."""

    def __init__(self, connection: Connection, names: Collections | None, given: Sequence[Article]) -> None:
        self._connection = connection
        self._names = names
        ids = {key_of(article.id) for article in given}
        rows: list[dict[str, Any]] = []
        if names:
            origins = (key_of(article.source) for article in given)
            condition = f"{among('article', ids)} or {among('origin', origins)}"
            fields = ["article", "origin", "digest", "passages"]
            rows = connection.rows(names.articles, condition, fields, **STRONG)
        self._rows = {row["article"]: row for row in rows}
        self._origins = {row["origin"] for row in rows}
        self.known = self._rows.keys() & ids
        """The keys of given articles that are there already, perhaps in part."""
        self.replaced = self._rows.keys() - ids
        """The keys of articles whose source has another content now."""
        self._there: dict[int, int] = {}
        if names and self.known:
            condition = among("article", self.known)
            for row in connection.all_rows(names.passages, condition, ["article"], 10_000, **STRONG):
                self._there[row["article"]] = self._there.get(row["article"], 0) + 1

    def is_whole(self, article: Article) -> bool:
        """Whether the article is there as it is given, with all its passages."""
        key = key_of(article.id)
        row = self._rows.get(key)
        return bool(
            row and row["digest"] == article_digest(article) and self._there.get(key) == row["passages"]
        )

    def had_source(self, article: Article) -> bool:
        """Whether an article came from the same source."""
        return key_of(article.source) in self._origins

    def vectors(self) -> Known:
        """Those of everything that is replaced."""
        if self._names is None:
            return {}
        return vectors_of(self._connection, self._names, self.known | self.replaced)


def vectors_of(connection: Connection, names: Collections, articles: Collection[int]) -> Known:
    """The vectors of the articles' windows by the key of their text."""
    if not articles:
        return {}
    rows = connection.all_rows(names.windows, among("article", articles), ["text", "vector"], page=1000)
    return {row["text"]: np.array(row["vector"], dtype=np.float32) for row in rows}
