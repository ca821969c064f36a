"""One way of writing numbers: 5천억 = 5,000억 = 500B → 5000 억."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.korean import Morpheme

MULTIPLES = {"십": 10, "백": 100, "천": 1000}
_UNIT = re.compile(r"([십백천])([만억조])?")
_WHOLE = re.compile(r"\d+(?:,\d{3})*")
_BILLIONS = re.compile(r"(\d+)(?:\.(\d))?")


def in_digits(found: Iterable[Morpheme]) -> list[Morpheme]:
    """The morphemes with every multiple in Hangul multiplied out: 5 천억 → 5000 억, 1 천 500 억 → 1500 억.

    A number with B glued to it counts billions, as language models' sizes do: 500 B → 5000 억. Tens of thousands and
    above stay units of their own, as they do in Korean.
    """
    rest = list(found)
    out: list[Morpheme] = []
    at = 0
    while at < len(rest):
        taken, made = _multiplied(rest[at : at + 3]) or _billions(rest[at : at + 2]) or (1, [rest[at]])
        out += made
        at += taken
    return out


def _multiplied(ahead: Sequence[Morpheme]) -> tuple[int, list[Morpheme]] | None:
    """What a whole number and the multiple glued to it make, and how many morphemes that takes."""
    if len(ahead) < 2 or ahead[0].tag != "SN" or ahead[0].end != ahead[1].start:
        return None
    digits, unit = _WHOLE.fullmatch(ahead[0].form), _UNIT.fullmatch(ahead[1].form)
    if not digits or not unit or ahead[1].tag != "NR":
        return None
    multiple = MULTIPLES[unit[1]]
    value, end, taken = int(digits[0].replace(",", "")) * multiple, ahead[1].end, 2
    if unit[2]:
        larger = replace(ahead[1], form=unit[2])
        return taken, [replace(ahead[0], form=str(value), end=end), larger]
    if len(ahead) > 2 and ahead[2].tag == "SN" and ahead[2].start == end:
        more = _WHOLE.fullmatch(ahead[2].form)
        if more and int(more[0].replace(",", "")) < multiple:
            value, end, taken = value + int(more[0].replace(",", "")), ahead[2].end, 3
    return taken, [replace(ahead[0], form=str(value), end=end)]


def _billions(ahead: Sequence[Morpheme]) -> tuple[int, list[Morpheme]] | None:
    if len(ahead) < 2 or ahead[0].tag != "SN" or ahead[0].end != ahead[1].start:
        return None
    digits = _BILLIONS.fullmatch(ahead[0].form)
    if not digits or ahead[1].tag != "SL" or ahead[1].form not in ("B", "b"):
        return None
    value = 10 * int(digits[1]) + int(digits[2] or 0)
    return 2, [replace(ahead[0], form=str(value)), replace(ahead[1], form="억", tag="NR")]
