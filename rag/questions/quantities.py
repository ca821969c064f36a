"""Numbers with their units in a text, in one way of writing: 5천억 원 = 5000억 원, 다섯 곳 = 5곳, 100B = 1000억 개."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Bound = Literal["least", "most", ""]

NATIVE = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
    "열한": 11, "열두": 12, "열세": 13, "열네": 14, "열다섯": 15, "스무": 20,
}  # fmt: skip
COUNTED = (
    "가지", "갈래", "개월", "개", "건", "곳", "군데", "그루", "기", "나라", "단계", "달", "대", "량", "마리", "명", "배",
    "번", "병원", "사람", "살", "석", "시간", "시", "자리", "잔", "장", "종", "주", "차례", "채", "척", "팀", "편", "회사", "해",
)  # fmt: skip
"""What native numerals count."""
MULTIPLES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}
UNITS = (
    "%포인트", "%p", "%", "퍼센트", "프로",
    "킬로미터", "센티미터", "미터", "킬로그램", "그램", "페타플롭스", "만원", "달러", "유로", "엔", "위안", "파운드", "원",
    "킬로와트", "메가와트", "기가와트", "메가바이트", "기가바이트", "테라바이트", "헤르츠", "헥타르", "리터",
    "km", "cm", "mm", "kg", "GWh", "MWh", "kWh", "Wh", "kW", "MW", "GW", "Hz", "ppm", "MB", "GB", "TB", "㎞", "㎝", "㎜", "㎏", "㎛", "㎡", "㎢", "m", "g", "t",
    "년간", "년", "개월", "월", "주일", "주", "일간", "일", "시간", "시", "분", "초", "세기", "분기",
    "가구", "가지", "갈래", "개국", "개", "건", "곳", "군데", "급", "기", "나라", "단계", "달", "대", "도", "동", "등", "량", "마리",
    "명", "배", "번", "병상", "비트", "사람", "살", "석", "세", "위", "장", "점", "조", "종", "주년", "차", "차례", "척", "층", "톤", "팀", "편성", "편",
    "판", "평", "표", "항목", "호", "회", "B", "b",
)  # fmt: skip
SAME_UNIT = {
    "퍼센트": "%", "프로": "%", "%p": "%포인트", "㎞": "km", "킬로미터": "km", "㎝": "cm", "센티미터": "cm", "㎜": "mm",
    "미터": "m", "㎏": "kg", "킬로그램": "kg", "그램": "g", "달": "개월", "사람": "명", "차례": "번", "회": "번", "군데": "곳",
    "년간": "년", "일간": "일", "주일": "주", "세": "살", "나라": "개국", "톤": "t",
    "킬로와트": "kW", "메가와트": "MW", "기가와트": "GW", "메가바이트": "MB", "기가바이트": "GB", "테라바이트": "TB", "헤르츠": "Hz",
}  # fmt: skip

_AFTER_SYLLABLE = "(?![가-힣](?<![은는이가을를의에로도만과와씩당간여뿐으나까째대부마였인께쯤밖보며고라입짜]))"
"""What may follow a unit of one syllable: 30 기체 is no 30기."""


def _alternatives(units: Sequence[str]) -> str:
    """A pattern for one of the units, the longest that fits."""
    return "|".join(
        re.escape(unit) + (_AFTER_SYLLABLE if re.fullmatch("[가-힣]", unit) else "")
        for unit in sorted(units, key=len, reverse=True)
    )


_PART = r"\d+(?:,\d{3})*(?:\.\d+)?\s?(?:[십백천](?:\s?[만억조])?|[만억조])"
_NUMBER = re.compile(
    rf"(?<![\w.])(?P<digits>(?:{_PART}\s?)*(?:{_PART}|\d+(?:,\d{{3}})*(?:\.\d+)?))"
    rf"(?P<range>\s?[~∼\-–]\s?(?=\d))?(?:\([^)]*\))?(?P<between>여|\s)?\s?(?P<unit>{_alternatives(UNITS)})?"
)
_NATIVE = re.compile(
    rf"(?<![가-힣])(?P<word>{'|'.join(sorted(NATIVE, key=len, reverse=True))})\s?"
    rf"(?P<unit>{_alternatives(COUNTED)})"
)
_FIGURE = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s?([십백천])?\s?([만억조])?")
_LEAST = re.compile(r"[^\d.]{0,8}?(?:이상|넘|초과|웃도|웃돌)")
_MOST = re.compile(r"[^\d.]{0,6}?(?:이하|미만|이내|안에|안으로|넘지|밑돌|못 미)")
_BILLIONS = 10**9
ROUNDED = Fraction(1, 40)
"""What rounding may take away or add."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts, at ``text[start:end]``."""

    value: Fraction
    unit: str
    """In one spelling; empty where none is known."""
    bound: Bound
    """``least`` for 이상, ``most`` for 이하."""
    start: int
    end: int

    def equals(self, other: Quantity) -> bool:
        """Whether both say the same: the value to the last digit, the unit, and the bound."""
        return self.value == other.value and self.unit == other.unit and self.bound == other.bound

    def agrees(self, other: Quantity) -> bool:
        """Whether both name the same amount, of which one may be rounded; a missing unit fits any."""
        if self.unit != other.unit and self.unit and other.unit:
            return False
        if self.value == other.value:
            return True
        return _rounds(self.value, other.value) or _rounds(other.value, self.value)


def names_of(unit: str) -> tuple[str, ...]:
    """A unit and its other names."""
    common = SAME_UNIT.get(unit, unit)
    return tuple(dict.fromkeys((unit, common, *(name for name, one in SAME_UNIT.items() if one == common))))


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text in its order, years and days among them; those inside names (A.X 4.0) too."""
    found = [_in_digits(text, match) for match in _NUMBER.finditer(text)]
    found += [_in_words(text, match) for match in _NATIVE.finditer(text)]
    found.sort(key=lambda one: one.start)
    for at in range(len(found) - 2, -1, -1):  # 2000∼3000B: the first has the second's unit
        one, following = found[at], found[at + 1]
        if not one.unit and re.fullmatch(r"\s?[~∼–-]\s?", text[one.end : following.start]):
            value = one.value * _BILLIONS if text[following.end - 1].upper() == "B" else one.value
            found[at] = Quantity(value, following.unit, one.bound, one.start, one.end)
    return found


def _in_digits(text: str, match: re.Match[str]) -> Quantity:
    value = Fraction(0)
    for figure, small, large in _FIGURE.findall(match["digits"]):
        value += Fraction(figure.replace(",", "")) * MULTIPLES.get(small, 1) * MULTIPLES.get(large, 1)
    unit = match["unit"] or ""
    end = match.end() if unit else match.end("digits")
    if unit in ("B", "b"):
        value, unit = value * _BILLIONS, "개"
    elif unit == "만원":
        value, unit = value * 10**4, "원"
    return Quantity(value, SAME_UNIT.get(unit, unit), _bound(text, end), match.start(), end)


def _in_words(text: str, match: re.Match[str]) -> Quantity:
    unit = match["unit"]
    value = Fraction(NATIVE[match["word"]])
    return Quantity(value, SAME_UNIT.get(unit, unit), _bound(text, match.end()), match.start(), match.end())


def _rounds(fine: Fraction, coarse: Fraction) -> bool:
    """Whether ``coarse`` is ``fine`` rounded (or cut) to fewer digits, two at least: 5018 to 5000, 12.3 to 12."""
    if fine <= 0 or coarse <= 0 or abs(fine - coarse) > ROUNDED * fine or coarse.denominator != 1:
        return False
    if fine.denominator != 1:
        return bool(round(fine) == coarse)
    digits = str(coarse)
    kept = max(len(digits.rstrip("0")), 2)
    step = 10 ** (len(digits) - kept)
    return bool(step > 1 and fine % step != 0 and abs(fine - coarse) < step)


def _bound(text: str, end: int) -> Bound:
    if _MOST.match(text, end):
        return "most"
    return "least" if _LEAST.match(text, end) else ""
