"""Times named in a text: "지난 8월", "올해 말", "2020년 4월" → the days they mean, seen from the day of writing."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta

Days = tuple[int, int]
"""The first and the last day of a stretch of time, inclusive, as ``date.toordinal`` numbers them."""

YEARS = {"재작년": -2, "작년": -1, "지난해": -1, "올해": 0, "금년": 0, "올": 0, "내년": 1, "내후년": 2}
CARRIED = {"같은해": 0, "그해": 0, "이듬해": 1}
"""Years counted from the one named last."""
MONTHS = {"지난달": -1, "이달": 0, "이번달": 0, "다음달": 1, "내달": 1}
WEEKS = {"지난주": -1, "이번주": 0, "다음주": 1, "내주": 1}
DAYS = {"그저께": -2, "그제": -2, "어제": -1, "오늘": 0, "내일": 1, "모레": 2}
PARTS = {"초": (1, 2), "연초": (1, 2), "말": (11, 12), "연말": (11, 12), "상반기": (1, 6), "하반기": (7, 12)}
"""The first and last month of a part of a year."""
THIRDS = {"초": (1, 10), "초순": (1, 10), "중순": (11, 20), "말": (21, 31), "하순": (21, 31)}
"""The first and last day of a part of a month."""


def _one_of(words: Iterable[str]) -> str:
    """A pattern for words with no syllable before them; what ends in 해, 달 or 주 may be written with a space."""
    spaced = (re.sub(r"(?<=.)(?=[해달주]$)", r"\\s?", word) for word in sorted(words, key=len, reverse=True))
    return rf"(?<![가-힣])(?:{'|'.join(spaced)})"


_ENDS = r"(?=[^가-힣]|까지|부터|에|의|께|쯤|경|로|이|엔|$)"
_SPAN = r"(?:\s?(?:간|동안|만에|만의|이내|이상|이하|정도|가량|뒤|후|전|연속)|째|차|내|당)"
"""What makes a stretch of days or years of a number: 10일간, 3일 만에."""

KINDS = {
    "decade": r"(?<!\d)[12]\d\d0\s?년대",
    "iso": r"(?<![\d.])[12]\d{3}[-./]\s?(?:1[0-2]|0?[1-9])[-./]\s?(?:3[01]|[12]\d|0?[1-9])(?!\d)",
    "year": rf"(?<!\d)[12]\d{{3}}\s?년(?!{_SPAN}|[대생])",
    "yearword": rf"{_one_of(['올'])}(?=\s?(?:상반기|하반기|연말|연초|\d))|{_one_of(set(YEARS) - {'올'})}",
    "carried": _one_of(CARRIED),
    "way": r"(?<![가-힣])(?:지난|오는|다음)(?=\s?(?:\d|상반기|하반기))",
    "monthword": _one_of(MONTHS),
    "week": _one_of(WEEKS) + _ENDS,
    "dayword": _one_of(DAYS) + r"(?!날|야|서)",
    "month": r"(?<!\d)(?:1[0-2]|0?[1-9])\s?월(?![드간급세])",
    "quarter": r"(?<!\d)[1-4]\s?분기",
    "half": r"상반기|하반기|(?<![가-힣])연[초말]",
    "day": rf"(?<![\d,.제])(?:3[01]|[12]\d|0?[1-9])\s?일(?!{_SPAN}|[본반요])",
    "edge": rf"(?:초순|중순|하순|초|말){_ENDS}",
}
TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))
RANK = {"year": 0, "yearword": 0, "carried": 0, "way": 1, "month": 2, "monthword": 2, "quarter": 2, "half": 2,
        "day": 3, "edge": 3}  # fmt: skip
"""Tokens side by side make one expression as long as they go from the larger to the smaller; others stand alone."""

Expression = dict[str, str]
"""The tokens of one expression by kind, without white space: ``{"yearword": "지난해", "month": "8월"}``."""


def day_of(published: str | None) -> date | None:
    """The day an article came out; None where it is not known, or none."""
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None


def dates_in(text: str, written: date | None) -> list[Days]:
    """The stretches of time that a text names, in its order.

    Args:
        text: Korean prose.
        written: the day the text was written, from which "지난달" and a bare "8월" are counted. Where it is not known,
            a bare month or day belongs to the year or month named before it, and "지난달" means nothing.

    A bare month is of the same year and a bare day of the same month, as newspapers write. What cannot be resolved
    and days that do not exist are left out.
    """
    found: list[Days] = []
    last: date | None = None
    for expression in expressions(text):
        days = _resolve(expression, written, last)
        if days is not None:
            found.append(days)
            last = date.fromordinal(days[0])
    return found


def expressions(text: str) -> Iterator[Expression]:
    """The expressions of time in a text, not yet resolved."""
    current: Expression = {}
    rank, end = -1, 0
    for token in TOKEN.finditer(text):
        kind = str(token.lastgroup)
        apart = rank < 0 or kind not in RANK or RANK[kind] <= rank or text[end : token.start()].strip()
        if apart:
            if current:
                yield current
            current = {}
        if kind != "edge" or not apart:  # 초 and 말 mean a time only after a year or a month
            current[kind] = re.sub(r"\s", "", token[0])
            rank = RANK.get(kind, -1)
        else:
            rank = -1
        end = token.end()
    if current:
        yield current


def _resolve(expression: Expression, written: date | None, last: date | None) -> Days | None:
    """The days an expression means; None where they are not known or there are none such."""
    try:
        if "decade" in expression:
            first = int(expression["decade"][:4])
            return date(first, 1, 1).toordinal(), date(first + 9, 12, 31).toordinal()
        if "iso" in expression:
            year, month, day = map(int, re.split("[-./]", expression["iso"]))
            return _month(year, month, (day, day))
        if "week" in expression or "dayword" in expression:
            return _counted(expression, written)
        return _calendar(expression, written, last)
    except (ValueError, OverflowError):
        return None


def _counted(expression: Expression, written: date | None) -> Days | None:
    """A week (from Monday) or a day counted from the day of writing."""
    if written is None:
        return None
    if "week" in expression:
        monday = written - timedelta(written.weekday()) + timedelta(7 * WEEKS[expression["week"]])
        return monday.toordinal(), (monday + timedelta(6)).toordinal()
    day = written + timedelta(DAYS[expression["dayword"]])
    return day.toordinal(), day.toordinal()


def _calendar(expression: Expression, written: date | None, last: date | None) -> Days | None:
    """A year, a part of one, a month, a part of one, or a day of a month."""
    near, way = written or last, expression.get("way")
    if "monthword" in expression:
        return (
            _in_month(expression, _months_on(written, MONTHS[expression["monthword"]])) if written else None
        )
    year = _year(expression, written, last)
    if "day" in expression and "month" not in expression:
        return _near_day(expression, near, way) if year is None and near else None
    if year is not None:
        return _in_year(expression, year)
    if near is None or not {"month", "quarter", "half"} & set(expression):
        return None
    options = [_in_year(expression, near.year + offset) for offset in (-1, 0, 1)]
    return _chosen(options, near, way) if way else options[1]


def _in_year(expression: Expression, year: int) -> Days:
    """A year or the part of it that the expression names."""
    if "month" in expression:
        return _in_month(expression, date(year, int(expression["month"][:-1]), 1))
    if "quarter" in expression:
        quarter = int(expression["quarter"][0])
        return _months(year, 3 * quarter - 2, 3 * quarter)
    return _months(year, *PARTS.get(expression.get("half") or expression.get("edge", ""), (1, 12)))


def _year(expression: Expression, written: date | None, last: date | None) -> int | None:
    """The year an expression names; None where it names none. Raises ValueError where it cannot be known."""
    if "year" in expression:
        return int(expression["year"][:4])
    for kind, words, base in (("yearword", YEARS, written), ("carried", CARRIED, last)):
        if kind in expression:
            if base is None:
                raise ValueError
            return base.year + words[expression[kind]]
    return None


def _in_month(expression: Expression, month: date) -> Days:
    """A month or the part of it that the expression names."""
    if "day" in expression:
        day = int(expression["day"][:-1])
        return _month(month.year, month.month, (day, day))
    return _month(month.year, month.month, THIRDS.get(expression.get("edge", ""), (1, 31)))


def _near_day(expression: Expression, near: date, way: str | None) -> Days | None:
    """A day of a month that is not named: of the same month, or of the one before where that has no such day."""
    options: dict[int, Days] = {}
    for offset in (-1, 0, 1):
        with suppress(ValueError):  # no 31st there
            options[offset] = _in_month(expression, _months_on(near, offset))
    return _chosen(list(options.values()), near, way) if way else options.get(0, options.get(-1))


def _chosen(options: Sequence[Days], near: date, way: str) -> Days | None:
    """The last of the options that is over (지난), or the first that is not (오는, 다음)."""
    today = near.toordinal()
    if way == "지난":
        return next((days for days in reversed(options) if days[1] < today), None)
    return next((days for days in options if days[1] >= today), None)


def _months_on(day: date, months: int) -> date:
    """The first day of the month so many months on."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _months(year: int, first: int, last: int) -> Days:
    return date(year, first, 1).toordinal(), _month(year, last)[1]


def _month(year: int, month: int, days: tuple[int, int] = (1, 31)) -> Days:
    """A stretch of days of a month, cut at its end. Raises ValueError where it begins after that."""
    length = calendar.monthrange(year, month)[1]
    return date(year, month, days[0]).toordinal(), date(year, month, min(days[1], length)).toordinal()
