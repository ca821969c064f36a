"""Figures named in a text: "5천억 원", "500B", "두 배" → how much, and of what."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

SCALES = {"십": 1e1, "백": 1e2, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12, "경": 1e16}
NATIVE = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
          "스무": 20}  # fmt: skip
ONE_UNIT = {"퍼센트": "%", "프로": "%", "％": "%", "㎞": "km", "킬로미터": "km", "미터": "m", "㎏": "kg", "킬로그램": "kg",
            "살": "세", "군데": "곳", "차례": "번", "회": "번", "㎡": "제곱미터", "킬로와트": "kW", "메가와트": "MW", "기가와트": "GW",
            "메가바이트": "MB", "기가바이트": "GB", "테라바이트": "TB", "헤르츠": "Hz"}  # fmt: skip
"""Other names of a unit."""
COUNTERS = (
    "%포인트", "%p", "%", "％", "퍼센트", "프로",
    "원", "달러", "유로", "엔", "위안", "파운드", "명", "사람", "인", "가구", "세대", "개월", "개사", "개국", "개", "곳", "군데", "가지",
    "년", "월", "주", "일", "시간", "시", "분기", "분", "초", "세기", "번째", "번", "차례", "회", "배", "대", "팀", "점", "위", "등", "살", "세",
    "층", "호", "권", "편", "장", "곡", "급", "마리", "그루", "채", "척", "석", "쪽", "건", "차", "기", "단계", "종", "쌍", "칸", "판", "톤",
    "평", "cm", "㎝", "mm", "g", "t", "㎢", "헥타르", "리터", "도", "와트", *ONE_UNIT, *ONE_UNIT.values(),
)  # fmt: skip
COUNTER = "|".join(
    re.escape(unit) for unit in sorted(set(COUNTERS), key=lambda unit: (-len(unit), unit))
).replace("|분|", "|분(?!의)|")
_PARTICLE = "[은는이가을를의로에도만과와나씩째간뿐]|까지|부터|이상|이하|정도|다|였|인"
_DIGITS = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_FIGURE = re.compile(
    rf"(?<![\d.A-Za-z-])(?P<number>(?:{_DIGITS})\s?[십백천]?[만억조경]?(?:\s?(?:{_DIGITS})\s?[십백천]?[만억조])*)(?![\d])"
    rf"(?P<billions>[Bb](?![A-Za-z]))?(?:여|\s여)?\s?(?P<unit>{COUNTER})?(?![A-Za-z])"
    rf"|(?<![가-힣])(?P<native>{'|'.join(NATIVE)})\s?(?P<counter>{COUNTER})(?=[^가-힣]|{_PARTICLE}|$)"
)
_PART = re.compile(rf"({_DIGITS})\s?([십백천]?)([만억조경]?)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and where it stands in its text."""

    value: float
    unit: str
    """Its counter or unit in the common spelling; empty where it has none that is known."""
    start: int
    end: int

    def agrees(self, other: Figure) -> bool:
        """Whether both name the same amount, of which one may be rounded; a missing unit fits any."""
        if self.unit != other.unit and self.unit and other.unit:
            return False
        return (
            self.value == other.value or _rounds(self.value, other.value) or _rounds(other.value, self.value)
        )


def names_of(unit: str) -> tuple[str, ...]:
    """A unit and its other names."""
    common = ONE_UNIT.get(unit, unit)
    return tuple(dict.fromkeys((unit, common, *(name for name, one in ONE_UNIT.items() if one == common))))


def figures_in(text: str) -> Iterator[Figure]:
    """The figures of a text, in its order."""
    for found in _FIGURE.finditer(text):
        if found["native"]:
            value, unit = float(NATIVE[found["native"]]), found["counter"]
        else:
            value = sum(
                float(digits.replace(",", "")) * SCALES.get(small, 1.0) * SCALES.get(large, 1.0)
                for digits, small, large in _PART.findall(found["number"])
            ) * (1e9 if found["billions"] else 1.0)
            unit = found["unit"] or ""
        yield Figure(value, ONE_UNIT.get(unit, unit), found.start(), found.end())


def _rounds(fine: float, coarse: float) -> bool:
    """Whether ``coarse`` is ``fine`` rounded (or cut) to fewer digits, two at least: 5018 to 5000, 12.3 to 12."""
    if fine <= 0 or coarse <= 0 or abs(fine - coarse) > 0.025 * fine:
        return False
    if coarse % 1 == 0 and fine % 1 != 0:
        return round(fine) == coarse
    step = 1.0
    while coarse % (step * 10) == 0:
        step *= 10
    if step >= 10 ** math.floor(math.log10(coarse)):
        step /= 10  # of a figure such as 5000 the second digit counts, too
    return step > 1 and fine % step != 0 and abs(fine - coarse) < step
