"""One spelling for what is written in several: 에스케이 = SK, 5,000 = 5000, 인공지능 = AI.

Applied alike to passages and questions, so it can only bring spellings together. The table of equivalents is
``index/spellings.txt``; Latin letters spelt out in Hangul are recognised by rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("spellings.txt")

LETTERS = {
    "에이치": "h", "더블유": "w", "에이": "a", "에프": "f", "아이": "i", "제이": "j", "케이": "k", "에스": "s",
    "브이": "v", "엑스": "x", "와이": "y", "제트": "z", "아르": "r", "엘": "l", "엠": "m", "엔": "n", "큐": "q",
    "알": "r", "비": "b", "씨": "c", "시": "c", "디": "d", "이": "e", "지": "g", "오": "o", "피": "p", "티": "t",
    "유": "u",
}  # fmt: skip
PLAIN = frozenset(["비", "씨", "시", "디", "이", "지", "오", "피", "티", "유"])
"""Letter names that are everyday syllables: a word made of nothing else (비디오, 오이) is no spelt-out name."""

_NAME = "|".join(sorted(LETTERS, key=len, reverse=True))
_SPELT = re.compile(f"((?:{_NAME}){{2,}})(?!{_NAME})([가-힣]{{2,}})?")
_ONE = re.compile(_NAME)
_MIXED = re.compile(r"([a-z]+)([가-힣]+)")
_GROUPED_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+")


def respell(form: str) -> tuple[str, ...]:
    """One form as one or more in the common spelling: 에스케이텔레콤 → sk, 텔레콤; 5,000 → 5000.

    Latin and Hangul glued together come apart (SK텔레콤), because Kiwi splits them in one context and not in another.
    """
    folded = form.lower()
    if mixed := _MIXED.fullmatch(folded):
        return mixed[1], mixed[2]
    if _GROUPED_DIGITS.fullmatch(folded):
        return (folded.replace(",", ""),)
    if spelt := _SPELT.fullmatch(folded):
        names = _ONE.findall(spelt[1])
        if not PLAIN.issuperset(names):
            latin = "".join(LETTERS[name] for name in names)
            return (latin, spelt[2]) if spelt[2] else (latin,)
    return (folded,)


class Equivalents:
    """Sequences of forms that stand for the same, each mapped to the one of its line with the fewest forms.

    The fewest, so that a common name (AI, not 인공 + 지능) weighs no more than another word.
    """

    def __init__(self, lines: Sequence[str], forms_of: Callable[[str], Sequence[str]]) -> None:
        self._canonical: dict[tuple[str, ...], tuple[str, ...]] = {}
        common: set[tuple[str, ...]] = set()
        for line in lines:
            spellings = [
                tuple(forms_of(part.strip())) for part in line.split("#")[0].split(",") if part.strip()
            ]
            spellings = [spelling for spelling in spellings if spelling]
            # a line that shares a spelling with an earlier one joins it
            earlier = [self._canonical.get(spelling, spelling) for spelling in spellings]
            known = [spelling for spelling in earlier if spelling in common]
            canonical = min(known or spellings, key=len, default=())
            others = {spelling: canonical for spelling in spellings if spelling != canonical}
            self._canonical |= others
            if others:
                common.add(canonical)
        self._longest = max(map(len, self._canonical), default=0)

    def match(self, forms: Sequence[str], at: int) -> tuple[int, tuple[str, ...]] | None:
        """The longest spelling that begins at ``at``: how many forms it takes, and the common spelling's forms."""
        for length in range(min(self._longest, len(forms) - at), 0, -1):
            canonical = self._canonical.get(tuple(forms[at : at + length]))
            if canonical is not None:
                return length, canonical
        return None


@cache
def table_lines() -> tuple[str, ...]:
    """The lines of the table that comes with the program."""
    return tuple(TABLE.read_text(encoding="utf-8").splitlines())
