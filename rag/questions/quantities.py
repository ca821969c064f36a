"""Numbers with their units in a text, in one way of writing: 5천억 원 = 5000억 원, 다섯 곳 = 5곳, 100B = 1000억 개."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Bound = Literal["least", "most", ""]
Manner = Literal["about", "each", "among", "range"]
"""약 600명 and 600여 명; 3억 원씩 and 1인당 3억 원; 아홉 곳 in 아홉 곳 가운데 두 곳; either end of 20~30명."""

_ONES = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
_TENS = {
    "열": 10,
    "스물": 20,
    "서른": 30,
    "마흔": 40,
    "쉰": 50,
    "예순": 60,
    "일흔": 70,
    "여든": 80,
    "아흔": 90,
}
NATIVE = {
    **_ONES, **_TENS, "스무": 20,
    **{ten + one: tens + ones for ten, tens in _TENS.items() for one, ones in _ONES.items()},
}  # fmt: skip
COUNTED = (
    "가지", "갈래", "개월", "개", "건", "곳", "군데", "그루", "기", "나라", "단계", "달", "대", "량", "마리", "명", "배",
    "번", "병원", "사람", "살", "석", "시간", "시", "자리", "잔", "장", "종", "주", "차례", "채", "척", "팀", "편", "회사", "해",
)  # fmt: skip
"""What native numerals count."""
_SINO = {syllable: value for value, syllable in enumerate("일이삼사오육칠팔구", start=1)}
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
SINO_COUNTED = (
    "원",
    "달러",
    "유로",
    "명",
    "개",
    "개월",
    "년",
    "퍼센트",
    "미터",
    "킬로미터",
    "가구",
    "건",
    "대",
    "점",
    "톤",
    "회",
    "곳",
)
"""What numerals of Chinese origin are written out with; of fewer units than figures, as 이천시 is a city."""
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
    syllables = [unit for unit in units if re.fullmatch("[가-힣]", unit)]
    longer = sorted(set(units).difference(syllables), key=len, reverse=True)
    return "|".join([*map(re.escape, longer), f"[{''.join(syllables)}]{_AFTER_SYLLABLE}"])


_DIGITS = r"\d{1,30}(?:,\d{3}){0,9}(?:\.\d{1,30})?"
"""No more than any figure has: what is longer is a name, and to be compared as one."""
_PART = rf"{_DIGITS}\s?(?:[십백천](?:\s?[만억조])?|[만억조])"
_NUMBER = re.compile(
    rf"(?<![\w.])(?P<digits>(?:{_PART}\s?){{0,8}}(?:{_PART}|{_DIGITS}))(?!\d)"
    rf"(?P<range>\s?[~∼\-–]\s?(?=\d))?(?:\([^()]{{0,40}}\))?(?P<between>여|\s)?\s?(?P<unit>{_alternatives(UNITS)})?"
)
_NATIVE = re.compile(
    rf"(?<![가-힣])(?P<word>(?:{'|'.join(_TENS)})(?:{'|'.join(_ONES)})?|{'|'.join(_ONES)}|스무)\s?"
    rf"(?P<unit>{_alternatives(COUNTED)})"
)
_SINO_NUMBER = re.compile(
    rf"(?<![가-힣\d])(?<!\d )(?<!몇 )(?<!수 )(?P<word>[일이삼사오육칠팔구십백천만억조]{{1,12}})\s?(?P<unit>{_alternatives(SINO_COUNTED)})"
)
_FIGURE = re.compile(rf"({_DIGITS})\s?([십백천])?\s?([만억조])?")
_LEAST = re.compile(r"[^\d.]{0,8}?(?:이상|넘|초과|웃도|웃돌)")
_MOST = re.compile(r"[^\d.]{0,6}?(?:이하|미만|이내|안에|안으로|넘지|밑돌|못 미)")
_AT_LEAST = re.compile(r"(?:최소|적어도|못해도|적게는|짧게는)\s?$")
_AT_MOST = re.compile(r"(?:최대|많아야|많게는|길게는|기껏해야)\s?$")
_MINUS = re.compile(r"(?:(?<!\w)[-−–]|(?:마이너스|영하)\s?)$")
_NEARLY = re.compile(r"(?:^|[^가-힣])(?:약|대략|거의|얼추|줄잡아)\s?$")
_OR_SO = re.compile(r"여(?![가-힣])|\s?(?:가량|정도|남짓|안팎|내외|쯤|전후)")
_FOR_EACH = re.compile(
    r"(?:(?:인|명|가구|팀|개|곳|대|건|시간|분|초|일|년|월|장|회|번|평|톤|원|리터|km|㎞|마리|하루)당|(?:^|[^가-힣])(?:각각|각|매))\s?$"
)
_EACH = re.compile(r"\s?씩")
_OF_THEM = re.compile(r"\s?(?:가운데|중)(?:에서?|에선|에는)?(?![가-힣])")
_RANGE = re.compile(r"\s?[~∼–-]\s?")
_NEXT_WORD = re.compile(r"\s?([가-힣]{2})")
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
    """``least`` for 이상 and 최소, ``most`` for 이하 and 최대."""
    start: int
    end: int
    manners: frozenset[Manner] = frozenset()
    next_word: str = ""
    """The beginning of the word after a number without a known unit: 30 바트."""

    def equals(self, other: Quantity) -> bool:
        """Whether both say the same: the value to the last digit, the unit, the bound, and how it is meant."""
        return (
            (self.value, self.unit, self.bound, self.manners)
            == (other.value, other.unit, other.bound, other.manners)
        ) and (not self.next_word or not other.next_word or self.next_word == other.next_word)

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
    found += [_in_words(text, match, NATIVE[match["word"]]) for match in _NATIVE.finditer(text)]
    found += [_in_words(text, match, _sino(match["word"])) for match in _SINO_NUMBER.finditer(text)]
    found.sort(key=lambda one: one.start)
    for at in range(len(found) - 2, -1, -1):
        one, following = found[at], found[at + 1]
        if _RANGE.fullmatch(text[one.end : following.start]):
            found[at : at + 2] = _range(text, one, following)
    for at in range(1, len(found)):  # 각각 3명과 5명
        one, before = found[at], found[at - 1]
        if "each" in before.manners and re.fullmatch(r"(?:,|과|와)?\s?", text[before.end : one.start]):
            found[at] = replace(one, manners=one.manners | {"each"})
    return found


def _range(text: str, one: Quantity, following: Quantity) -> tuple[Quantity, Quantity]:
    """Both ends of a range; the first has the second's unit where it has none: 2000∼3000B."""
    first = replace(one, manners=one.manners | following.manners | {"range"})
    if not one.unit:
        value = one.value * _BILLIONS if text[following.end - 1].upper() == "B" else one.value
        first = replace(first, value=value, unit=following.unit, next_word=following.next_word)
    return first, replace(following, manners=first.manners)


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
    before = text[max(0, match.start() - 8) : match.start()]
    if _MINUS.search(before):
        value = -value
    following = None if unit else _NEXT_WORD.match(text, end)
    about: frozenset[Manner] = frozenset(["about"] if match["between"] == "여" else [])
    return Quantity(
        value, SAME_UNIT.get(unit, unit), _bound(before, text, end), match.start(), end,
        _manners(before, text, end) | about, following[1] if following else "",
    )  # fmt: skip


def _in_words(text: str, match: re.Match[str], value: int) -> Quantity:
    unit = match["unit"]
    before = text[max(0, match.start() - 8) : match.start()]
    bound = _bound(before, text, match.end())
    manners = _manners(before, text, match.end())
    return Quantity(Fraction(value), SAME_UNIT.get(unit, unit), bound, match.start(), match.end(), manners)


def _sino(word: str) -> int:
    """What a numeral of Chinese origin comes to: 오천억, 삼백이십."""
    total = below = figure = (
        0  # of all, below the next of 만, 억 and 조, and the figure before the next of 십, 백 and 천
    )
    for syllable in word:
        if syllable in _SINO:
            figure = _SINO[syllable]
        elif MULTIPLES[syllable] < 10**4:
            below += (figure or 1) * MULTIPLES[syllable]
            figure = 0
        else:
            total += (below + figure or 1) * MULTIPLES[syllable]
            below = figure = 0
    return total + below + figure


def _manners(before: str, text: str, end: int) -> frozenset[Manner]:
    found: dict[Manner, bool] = {
        "about": bool(_NEARLY.search(before) or _OR_SO.match(text, end)),
        "each": bool(_FOR_EACH.search(before) or _EACH.match(text, end)),
        "among": bool(_OF_THEM.match(text, end)),
    }
    return frozenset(manner for manner, so in found.items() if so)


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


def _bound(before: str, text: str, end: int) -> Bound:
    if _AT_MOST.search(before) or _MOST.match(text, end):
        return "most"
    return "least" if _AT_LEAST.search(before) or _LEAST.match(text, end) else ""
