"""What a search may be narrowed to: articles of some publishers, days, sources or topics."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from index.errors import QuestionError

_DATE = re.compile(r"(\d{4})(?:[-./](\d{1,2}))?(?:[-./](\d{1,2}))?\.?")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles take part in a search. Values of one kind are alternatives; an article must meet every kind.

    Each of ``publishers``, ``sources``, ``topics`` and ``articles`` may be given as one string or several.

    Raises:
        QuestionError: a day is none, or ``since`` lies after ``until``.
    """

    publishers: Sequence[str] = ()
    """Names of publishers, whole; Latin letters in either case."""
    since: str | None = None
    """The first day of publication, ``YYYY-MM-DD``; ``YYYY`` and ``YYYY-MM`` mean the year's or month's first day.
    An article that does not say when it was published never meets a day."""
    until: str | None = None
    """The last day, inclusive; ``YYYY`` and ``YYYY-MM`` mean the year's or month's last day."""
    sources: Sequence[str] = ()
    """Parts of the article's path or web address. With ``*`` or ``?`` a pattern, which has to fit the whole of it or
    its end from any ``/`` on: ``2025/*.md``. A ``*`` stands for ``/`` too."""
    topics: Sequence[str] = ()
    """Topics the article names, whole; a leading ``#`` is ignored, Latin letters may have either case."""
    articles: Sequence[str] = ()
    """Ids of articles, as they are."""

    def __post_init__(self) -> None:
        for name in ("publishers", "sources"):
            object.__setattr__(self, name, _values(getattr(self, name)))
        object.__setattr__(self, "topics", _values(self.topics, "#"))
        ids = (self.articles,) if isinstance(self.articles, str) else tuple(self.articles)
        object.__setattr__(self, "articles", ids)
        object.__setattr__(self, "since", _day(self.since, last=False))
        object.__setattr__(self, "until", _day(self.until, last=True))
        if self.since and self.until and self.since > self.until:
            raise QuestionError(f"시작하는 날({self.since})이 끝나는 날({self.until})보다 늦습니다.")

    def __bool__(self) -> bool:
        """Whether anything is asked of an article."""
        return bool(
            self.publishers or self.since or self.until or self.sources or self.topics or self.articles
        )

    def condition(self) -> tuple[str, list[str]]:
        """The filters as an SQL condition on a row of the articles table, and the values of its marks."""
        kinds = [
            _any_of("publisher COLLATE NOCASE IN ({})", _both_forms(self.publishers)),
            ("published >= ?", [self.since] if self.since else []),
            ("published <= ?", [self.until] if self.until else []),
            _sources(self.sources),
            _any_of(
                "EXISTS (SELECT 1 FROM json_each(topics) WHERE value COLLATE NOCASE IN ({}))",
                _both_forms(self.topics),
            ),
            _any_of("id IN ({})", self.articles),
        ]
        asked = [(text, values) for text, values in kinds if values]
        return " AND ".join(f"({text})" for text, _ in asked) or "1", [
            v for _, values in asked for v in values
        ]


def _values(given: Sequence[str], strip: str = "") -> tuple[str, ...]:
    values = (given,) if isinstance(given, str) else given
    # lone surrogates (a command line's broken bytes) cannot be asked of SQLite, and no article has them
    sound = (value.encode("utf-8", "replace").decode("utf-8") for value in values)
    cleaned = (" ".join(unicodedata.normalize("NFC", value).split()).lstrip(strip) for value in sound)
    return tuple(dict.fromkeys(value for value in cleaned if value))


def _day(given: str | None, *, last: bool) -> str | None:
    """The ISO date of a day, or of the first or last day of a month or year."""
    if given is None or not given.strip():
        return None
    match = _DATE.fullmatch(given.strip())
    try:
        year, month, day = (int(part) if part else None for part in match.groups()) if match else (None,) * 3
        if year is None:
            raise ValueError
        month = month or (12 if last else 1)
        return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1)).isoformat()
    except ValueError:
        raise QuestionError(
            f"날짜를 읽을 수 없습니다: {given!r}. 2025-08-31, 2025-08, 2025처럼 적어 주세요."
        ) from None


def _any_of(condition: str, values: Sequence[str]) -> tuple[str, list[str]]:
    return condition.format(", ".join("?" * len(values))), list(values)


def _sources(patterns: Sequence[str]) -> tuple[str, list[str]]:
    """Conditions on the path and the address, both with ``/`` and in lower case (of Latin letters)."""
    conditions: list[str] = []
    values: list[str] = []
    for pattern in _both_forms(patterns):
        plain = pattern.replace("\\", "/")
        whole = plain.replace("[", "[[]")  # only * and ? have a meaning of their own
        globs = [whole, f"*/{whole}"] if set("*?") & set(plain) else [f"*{whole}*"]
        for column in ("source", "url"):
            conditions += [f"lower(replace({column}, '\\', '/')) GLOB lower(?)"] * len(globs)
            values += globs
    return " OR ".join(conditions), values


def _both_forms(values: Iterable[str]) -> list[str]:
    """Each value composed and decomposed: macOS decomposes the syllables of file names."""
    return list(
        dict.fromkeys(unicodedata.normalize(form, value) for value in values for form in ("NFC", "NFD"))
    )
