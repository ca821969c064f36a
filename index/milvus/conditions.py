"""Filters as conditions on Milvus's fields. No text that a user typed gets into a condition but letters and digits.

Publishers, topics and ids are asked for by their keys, which are numbers. Sources are patterns: the server is asked for
those articles that fit a coarser pattern, and what it returns is compared here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from index.articles import Article
from index.filters import Filters
from index.milvus.keys import key_of

NOTHING = "article == -1"
"""Met by no row: keys are not negative."""
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_HARMLESS = re.compile(r"[0-9a-z가-힣./ -]")
"""Characters that mean themselves in a condition's text and in its pattern."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which passages take part in a search: a condition that passages and windows alike can be asked for."""

    condition: str
    """"" for all."""

    def also(self, condition: str) -> str:
        """This condition and another one."""
        return f"({self.condition}) and ({condition})" if self.condition else condition


def among(field: str, keys: Iterable[int]) -> str:
    """The condition that a field is one of the keys."""
    return f"{field} in [{', '.join(str(int(key)) for key in keys)}]"


def fact_key(text: str | None) -> int:
    """The key of a publisher or topic: composed, Latin letters in lower case; 0 for none."""
    return key_of(folded(unicodedata.normalize("NFC", text))) if text else 0


def folded(text: str) -> str:
    """Latin letters in lower case: SQLite, whose rules these are, knows no others."""
    return text.translate(_LOWER)


def place_text(text: str | None) -> str:
    """A path or address as it is compared: with ``/``, in lower case."""
    return folded((text or "").replace("\\", "/"))


def list_text(article: Article) -> str:
    """What of an article a list is searched by: title, publisher and source, composed, in lower case."""
    held = "\n".join((article.title, article.publisher or "", article.source))
    return folded(unicodedata.normalize("NFC", held))


def day_number(day: str | None) -> int:
    """``2025-10-28`` as 20251028; 0 for none."""
    try:
        return int(date.fromisoformat((day or "")[:10]).strftime("%Y%m%d"))
    except ValueError:
        return 0


def day_text(number: int) -> str | None:
    """The day of a number made by ``day_number``."""
    return f"{number // 10000:04}-{number // 100 % 100:02}-{number % 100:02}" if number else None


def facts(filters: Filters) -> list[str]:
    """A condition for each kind of filter but the sources; all have to be met."""
    conditions = []
    if filters.publishers:
        conditions.append(among("publisher", map(fact_key, filters.publishers)))
    if filters.since:
        conditions.append(f"day >= {day_number(filters.since)}")
    if filters.until:
        conditions.append(f"day > 0 and day <= {day_number(filters.until)}")
    if filters.topics:
        keys = ", ".join(str(fact_key(topic)) for topic in filters.topics)
        conditions.append(f"array_contains_any(topics, [{keys}])")
    if filters.articles:
        conditions.append(among("article", map(key_of, filters.articles)))
    return conditions


class Words:
    """The words that a list is searched for, for texts as ``list_text`` gives them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(map(folded, words))
        self.exact = all(_HARMLESS.fullmatch(letter) for word in self._words for letter in word)
        """Whether the condition is met by no others."""

    def condition(self) -> str:
        """A condition met by all articles that hold the words."""
        return " and ".join(f'listed like "{_like(f"{word}%")}"' for word in self._words)

    def held_by(self, listed: str) -> bool:
        """Whether a text holds all of them."""
        return all(word in listed for word in self._words)


class Sources:
    """The patterns of a filter, for paths and addresses as ``place_text`` gives them."""

    def __init__(self, patterns: Sequence[str]) -> None:
        plain = [
            place_text(unicodedata.normalize(form, pattern))
            for pattern in patterns
            for form in ("NFC", "NFD")  # macOS decomposes the syllables of file names
        ]
        self._exact = re.compile("|".join(map(_expression, plain)), re.DOTALL)
        self._coarse = list(dict.fromkeys(map(_coarse, plain)))

    def condition(self) -> str:
        """A condition met by all articles that fit, and perhaps by others."""
        return " or ".join(
            f'{field} like "{pattern}"' for pattern in self._coarse for field in ("source", "url")
        )

    def fit(self, *places: str) -> bool:
        """Whether one of an article's places fits one of the patterns."""
        return any(self._exact.fullmatch(place) for place in places)


def _is_glob(pattern: str) -> bool:
    return bool(set("*?") & set(pattern))


def _expression(pattern: str) -> str:
    """A pattern with ``*`` or ``?`` has to fit the whole or its end from any ``/`` on; other text stands anywhere."""
    if not _is_glob(pattern):
        return f".*{re.escape(pattern)}.*"
    wild = {"*": ".*", "?": "."}
    return "(?:.*/)?" + "".join(wild.get(letter) or re.escape(letter) for letter in pattern)


def _coarse(pattern: str) -> str:
    """A LIKE pattern of harmless characters and ``%``, which fits at least what the pattern fits."""
    return _like(pattern if _is_glob(pattern) else f"{pattern}%")


def _like(text: str) -> str:
    """A LIKE pattern of harmless characters and ``%``, for what ends with a text."""
    letters = "".join(letter if _HARMLESS.fullmatch(letter) else "%" for letter in text)
    return re.sub("%+", "%", f"%{letters}")
