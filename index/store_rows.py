"""Rows of a store's database as articles and passages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.articles import Article, Block
from index.passages import Passage, Span
from index.stored import StoredArticle, StoredPassage
from index.terms import BIGRAM_JOINT, PassageTerms

Row = tuple[Any, ...]
PASSAGE_COLUMNS = "ordinal, start, end, sentences, windows, forms, spans"
ARTICLE_COLUMNS = "id, source, title, publisher, published, reporter, url, topics, text, blocks, first_line"
LISTED_COLUMNS = "id, title, publisher, published, source, url, passages"
"""As ``index.listing.ListedArticle`` takes them."""


def as_article(row: Row) -> Article:
    """An article from the columns ``ARTICLE_COLUMNS``."""
    return Article(
        id=row[0], source=row[1], title=row[2], publisher=row[3], published=row[4], reporter=row[5], url=row[6],
        topics=tuple(json.loads(row[7])), text=row[8],
        blocks=tuple(Block(start, end, kind) for start, end, kind in json.loads(row[9])), first_line=row[10],
    )  # fmt: skip


def as_stored(row: Row, passages: Sequence[Row]) -> StoredArticle:
    """An article with its passages.

    Args:
        row: its number, its title's terms, its copies, then ``ARTICLE_COLUMNS``.
        passages: of each its id, then ``PASSAGE_COLUMNS``.
    """
    article = as_article(row[3:])
    return StoredArticle(
        article,
        tuple(json.loads(row[1])),
        tuple(
            as_passage(item[0], article.id, article.text[item[2] : item[3]], item[1:]) for item in passages
        ),
        tuple(json.loads(row[2])),
    )


def as_passage(passage_id: str, article_id: str, text: str, row: Row) -> StoredPassage:
    """A passage from the columns ``PASSAGE_COLUMNS``."""
    ordinal, start, end, sentences, windows, forms, spans = row
    return StoredPassage(
        Passage(passage_id, article_id, ordinal, start, end, text),
        as_spans(sentences),
        as_spans(windows),
        PassageTerms(as_forms(forms), np.frombuffer(spans, dtype="<i4").reshape(-1, 2)),
    )


def as_spans(column: str) -> tuple[Span, ...]:
    """The spans in a column of JSON."""
    return tuple((start, end) for start, end in json.loads(column))


def as_forms(column: str) -> tuple[str, ...]:
    """The forms of terms in a column."""
    return tuple(column.split(BIGRAM_JOINT)) if column else ()
