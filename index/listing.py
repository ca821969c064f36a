"""What a list says of an article without reading its text, and which articles hold the words that a list is searched for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from index.articles import Article

MOST_WORDS = 32
"""Words of a search beyond these are not looked at: more make a query that no database takes."""


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """What a list says of an article."""

    id: str
    title: str
    publisher: str | None
    published: str | None
    source: str
    url: str | None
    passages: int
    """How many passages it has."""

    @classmethod
    def of(cls, article: Article, passages: int) -> ListedArticle:
        """An article as it is listed."""
        return cls(
            article.id, article.title, article.publisher, article.published, article.source, article.url, passages
        )  # fmt: skip


def newest_first(listed: Iterable[ListedArticle]) -> list[ListedArticle]:
    """The order of a list: by day of publication, those without one last; of one day by source."""
    by_source = sorted(listed, key=lambda article: (article.source, article.id))
    return sorted(by_source, key=lambda article: article.published or "", reverse=True)


def words_of(sought: str) -> list[str]:
    """The words that a list is searched for, composed, each once."""
    # lone surrogates cannot be asked of a database, and no article has them
    sound = unicodedata.normalize("NFC", sought.encode("utf-8", "replace").decode("utf-8"))
    return list(dict.fromkeys(sound.split()))[:MOST_WORDS]


def holding(words: Iterable[str]) -> tuple[str, list[str]]:
    """The SQL condition that title, publisher and source of an article's row hold all words, and the values of its marks.

    Latin letters may have either case. No word has wildcards: SQLite's ``instr`` knows none.
    """
    held = "lower(title || char(10) || ifnull(publisher, '') || char(10) || source)"
    conditions, values = [], []
    for word in words:
        # macOS decomposes the syllables of file names
        forms = list(dict.fromkeys((word, unicodedata.normalize("NFD", word))))
        conditions.append(f"({' OR '.join([f'instr({held}, lower(?))'] * len(forms))})")
        values += forms
    return " AND ".join(conditions) or "1", values
