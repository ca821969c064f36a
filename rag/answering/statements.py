"""Tells whether two quotations answer a question alike: the same in other words, or with another figure or date."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rag.answering.quoting import Quotation, Quoter
from rag.questions.dates import Days, dates_in, day_of
from rag.questions.quantities import Quantity, quantities
from rag.questions.question import LIGHT_VERBS, Question
from rag.ranking.sameness import MARK

ON_THE_QUESTION = 0.75
"""A further quotation speaks of what is asked where it has this share of the question's idf mass that the first has."""
SPELT_OUT = 0.6
"""Two quotations contradict each other only where both have this share of it all, and the same of it."""
SHARED = 0.5
"""And it says the same where this share of the idf mass of what either says beyond the question is common to both."""
LATIN = re.compile("[a-z]")
SHORT = 2
"""Syllables: what is no longer begins many a word."""
HANGUL = re.compile("[가-힣]+")
PARTICLE = r"(?=[^가-힣]|$|(?:[은는이가을를의에로과와도만]|께서|까지|부터|보다|으로|에서|에게|이나|처럼)(?:[^가-힣]|$))"
LATIN_OR_DIGIT = re.compile("[A-Za-z0-9]")
PARTLY = 0.8
"""What it counts to name something in other words."""
MONTH = 31
"""Days."""
BARE = "B"
"""Where this is among the units asked for, figures may have none: a model's 5000억."""
IN_PASSING = ("년", "월", "일", "시", "분", "초", "")
"""Units of figures that answer no question after an amount unless it asks for them."""


Value = TypeVar("Value", Days, Quantity)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a quotation says to the question."""

    asked: frozenset[str]
    """The question's forms that it and its article's title have."""
    on_question: float
    """Their idf mass."""
    beyond: frozenset[str]
    """The forms that the question has not."""
    figures: tuple[Quantity, ...]
    """The figures that may answer, where an amount is asked for."""
    days: tuple[Days, ...]
    """The days that may answer, where a time is."""
    marks: tuple[str, ...]
    """Its negations, and the signs of its figures."""


class Comparer:
    """Compares quotations as answers to one question. In doubt they are neither the same nor apart."""

    def __init__(
        self, question: Question, quoter: Quoter, idf: Callable[[Sequence[str]], Sequence[float]]
    ) -> None:
        """Takes the question, what quotes in answer to it, and what gives the idf of forms."""
        self._asked = frozenset(question.forms)
        self._quoter = quoter
        self._wanted = quoter.wanted
        self._idf = idf
        self._question_figures = tuple(figure for figure in quantities(question.text) if figure.unit)
        self._question_days = frozenset(dates_in(question.text, None))
        self._read: dict[Quotation, _Said] = {}

    def same(self, one: Quotation, other: Quotation) -> bool:
        """Whether they answer alike."""
        ours, theirs = self._said(one), self._said(other)
        if theirs.on_question < ON_THE_QUESTION * ours.on_question or ours.marks != theirs.marks:
            return False
        if any(form.isdigit() for form in ours.asked - theirs.asked):
            return False  # "1차 평가" and "2차 평가" are two things
        if self._wanted.date:
            return _all_matched(ours.days, theirs.days, _one_time)
        if self._wanted.amount:
            return _all_matched(ours.figures, theirs.figures, Quantity.agrees)
        if self._wanted.person and not self._names(one) & self._names(other):
            return False
        both = self._mass(ours.beyond & theirs.beyond)
        return both >= SHARED * max(min(self._mass(ours.beyond), self._mass(theirs.beyond)), 1e-9)

    def apart(self, one: Quotation, other: Quotation) -> bool:
        """Whether they give different figures or dates as the answer: those of one kind, and none that agree."""
        ours, theirs = self._said(one), self._said(other)
        if one.hit.article.id == other.hit.article.id:
            return False
        if ours.asked != theirs.asked or ours.on_question < SPELT_OUT * self._mass(self._asked):
            return False  # they may speak of two things
        if any(LATIN.search(form) for form in theirs.beyond ^ ours.beyond):
            return False  # one may speak of a certain model or version
        if ours.days and theirs.days:
            return all(mine[1] < day[0] or day[1] < mine[0] for mine in ours.days for day in theirs.days)
        if not {figure.unit for figure in ours.figures} & {figure.unit for figure in theirs.figures}:
            return False
        if any(mine.agrees(figure) for mine in ours.figures for figure in theirs.figures):
            return False
        return not (_add_up(ours.figures, theirs.figures) or _add_up(theirs.figures, ours.figures))

    def named(self, item: str, own: frozenset[str], text: str, forms: frozenset[str] | None = None) -> float:
        """How well a text names an item, 0..1: to the letter, or by the idf mass of the item's own forms.

        An item with a digit or a Latin letter has to stand there to the letter: "1단계" is no "11단계", KT no SKT.

        Args:
            item: its name.
            own: the forms that tell it from other items.
            text: any.
            forms: those of the text, where they are known; else they are looked for as they are spelt.
        """
        if names(item, text):
            return 1.0
        if LATIN_OR_DIGIT.search(item):
            return 0.0
        had = frozenset(
            form for form in own if (form in forms if forms is not None else len(form) > 1 and form in text)
        )
        return PARTLY * self._mass(had) / max(self._mass(own), 1e-9)

    def _names(self, quotation: Quotation) -> frozenset[str]:
        return frozenset(name for name, _ in self._quoter.names(quotation.text))

    def _said(self, quotation: Quotation) -> _Said:
        if quotation not in self._read:
            forms, title = quotation.forms, quotation.hit.article.title.lower()
            asked = frozenset(form for form in self._asked if form in forms or form in title)
            self._read[quotation] = _Said(
                asked,
                self._mass(asked),
                forms - self._asked - LIGHT_VERBS,
                self._figures(quotation.text) if self._wanted.amount else (),
                self._days(quotation) if self._wanted.date else (),
                tuple(sorted(MARK.findall(quotation.text))),
            )
        return self._read[quotation]

    def _figures(self, text: str) -> tuple[Quantity, ...]:
        units = self._wanted.units
        return tuple(
            figure
            for figure in quantities(text)
            if (
                figure.unit in units or (not figure.unit and BARE in units)
                if units
                else figure.unit not in IN_PASSING
            )
            and not any(figure.agrees(named) for named in self._question_figures)
        )

    def _days(self, quotation: Quotation) -> tuple[Days, ...]:
        written = day_of(quotation.hit.article.published)
        return tuple(days for days in dates_in(quotation.text, written) if days not in self._question_days)

    def _mass(self, forms: frozenset[str]) -> float:
        return sum(self._idf(sorted(forms))) if forms else 0.0


def names(item: str, text: str) -> bool:
    """Whether a text has a name as a word of its own, however it is spaced; a short one with nothing but a particle."""
    letters = "".join(item.split())
    spelt = r"\s*".join(map(re.escape, letters))
    after = PARTICLE if len(letters) <= SHORT and HANGUL.fullmatch(letters) else ""
    pattern = rf"(?<![0-9A-Za-z가-힣]){spelt}(?![0-9A-Za-z]|[.,]\d){after}"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _all_matched(
    ours: Sequence[Value], theirs: Sequence[Value], match: Callable[[Value, Value], bool]
) -> bool:
    """Whether each has a match among the others, on both sides; not where a side has none."""
    if not ours or not theirs:
        return False
    return all(any(match(one, other) for other in theirs) for one in ours) and all(
        any(match(one, other) for one in ours) for other in theirs
    )


def _add_up(parts: Sequence[Quantity], whole: Sequence[Quantity]) -> bool:
    """Whether several figures are the parts of one."""
    return len(parts) > 1 and any(sum(part.value for part in parts) == one.value for one in whole)


def _one_time(one: Days, other: Days) -> bool:
    """Whether two times are one, of which either may be told more exactly: a day of a month, not of a year."""
    within = (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
    return one == other or (within and max(one[1] - one[0], other[1] - other[0]) <= MONTH)
