"""Articles and hits as flat dictionaries that JSON, tables and other libraries take."""

from __future__ import annotations

from index.articles import Article
from rag.hits import Hit

Record = dict[str, object]
"""Holds strings, numbers, None, and lists of these or of records."""


def article_json(article: Article) -> Record:
    """What JSON output says of an article."""
    return {
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        "source": article.url or article.source,
    }


def file_name(source: str) -> str:
    """The last part of an article's path; the folders above it are the business of whoever keeps them."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


def place_of(hit: Hit) -> Record:
    """The ids of a hit's article and passage, and where the passage stands: ``article.text[start:end]``."""
    passage = hit.passage
    return {
        "article_id": hit.article.id,
        "passage_id": passage.id,
        "start": passage.start,
        "end": passage.end,
    }


def metadata(hit: Hit) -> Record:
    """What LangChain and LlamaIndex are told of a hit beside its text.

    Its article, its place (``place_of``), its ``score``, the spans of its ``highlights`` in characters of the passage's
    text, and as ``duplicates`` the passages of other papers that say the same, each with its article and its place.
    """
    return {
        **article_json(hit.article),
        **place_of(hit),
        "score": hit.score,
        "highlights": [list(span) for span in hit.highlights],
        "duplicates": [{**article_json(other.article), **place_of(other)} for other in hit.duplicates],
    }


def row(hit: Hit) -> Record:
    """A hit as a row of a table: its score, article, place and text.

    ``quote_start`` and ``quote_end`` say where in the text its best sentence stands, in characters.
    """
    quote_start, quote_end = hit.best_sentence
    return {
        "score": hit.score,
        **article_json(hit.article),
        **place_of(hit),
        "text": hit.passage.text,
        "quote_start": quote_start,
        "quote_end": quote_end,
    }
