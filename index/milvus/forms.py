"""Articles and passages as JSON, cut into pieces that fit Milvus's text fields."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.articles import Article, Block
from index.milvus.schema import TEXT_BYTES
from index.passages import Passage
from index.stored import StoredArticle, StoredPassage
from index.terms import PassageTerms

Fields = dict[str, Any]
PIECE = TEXT_BYTES // 4
"""Characters: no character has more than four bytes."""


def pieces(fields: Fields) -> list[str]:
    """The fields as JSON, in pieces."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


def joined(parts: Sequence[str]) -> Fields:
    """The fields in pieces made by ``pieces``. Raises ValueError where some are missing."""
    fields: Fields = json.loads("".join(parts))
    return fields


def article_fields(stored: StoredArticle) -> Fields:
    """An article with its title's terms, without its passages."""
    article = stored.article
    return {
        "id": article.id, "source": article.source, "title": article.title, "publisher": article.publisher,
        "published": article.published, "reporter": article.reporter, "url": article.url,
        "topics": article.topics, "first_line": article.first_line, "text": article.text,
        "blocks": [(block.start, block.end, block.kind) for block in article.blocks],
        "title_terms": stored.title_terms,
    }  # fmt: skip


def as_article(fields: Fields) -> tuple[Article, tuple[str, ...]]:
    """An article from its fields, and its title's terms."""
    own = dict(fields)
    title_terms = tuple(own.pop("title_terms"))
    blocks = tuple(Block(*block) for block in own.pop("blocks"))
    return Article(**own | {"topics": tuple(own["topics"]), "blocks": blocks}), title_terms


def passage_fields(stored: StoredPassage) -> Fields:
    """A passage with what was found in it."""
    passage, terms = stored.passage, stored.terms
    return {
        "id": passage.id, "article_id": passage.article_id, "number": passage.number, "start": passage.start,
        "end": passage.end, "text": passage.text, "sentences": stored.sentences, "windows": stored.windows,
        "forms": terms.forms, "spans": terms.spans.ravel().tolist(),
    }  # fmt: skip


def as_passage(fields: Fields) -> StoredPassage:
    """A passage from its fields."""
    own = dict(fields)
    sentences, windows = (tuple((a, b) for a, b in own.pop(name)) for name in ("sentences", "windows"))
    spans = np.array(own.pop("spans"), dtype=np.int32).reshape(-1, 2)
    terms = PassageTerms(tuple(own.pop("forms")), spans)
    return StoredPassage(Passage(**own), sentences, windows, terms)
