"""Figures read from a text: how much, of what, and whether two name one amount."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rag.questions.quantities import Quantity, quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5천억 원과 5,000억원", [(5e11, "원"), (5e11, "원")]),
        ("500B 모델, 340억 개", [(5e11, "개"), (3.4e10, "개")]),
        ("1조 2000억 원", [(1.2e12, "원")]),
        ("1억5000만여 원", [(1.5e8, "원")]),
        ("88.7점, 12.5%포인트, 9퍼센트", [(88.7, "점"), (12.5, "%포인트"), (9, "%")]),
        ("두 배로, 다섯 곳을, 열 번 이상", [(2, "배"), (5, "곳"), (10, "번")]),
        ("시속 80㎞로 3차례", [(80, "km"), (3, "번")]),
        ("한 시장은 세계로", []),
        ("GPT-3과 A100", [(3, "")]),
    ],
)
def test_a_figure_has_a_value_and_a_unit(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(float(figure.value), figure.unit) for figure in quantities(text)] == expected


def test_a_figure_tells_its_place() -> None:
    text = "모두 5,018명이 왔다."
    (figure,) = quantities(text)
    assert text[figure.start : figure.end] == "5,018명"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("5018명", "5018명", True),
        ("5018명", "약 5000명", True),
        ("5018명", "6000명", False),
        ("20명", "21명", False),
        ("185억 원", "180억 원", False),
        ("5000억", "5000억 원", True),
        ("3년", "3개월", False),
        ("12.3%", "12%", True),
    ],
)
def test_figures_agree_where_one_is_the_other_or_rounds_it(one: str, other: str, agree: bool) -> None:
    (first,), (second,) = quantities(one), quantities(other)
    assert first.agrees(second) is agree
    assert second.agrees(first) is agree


def test_no_figure_is_no_amount() -> None:
    assert not Quantity(Fraction(0), "명", "", 0, 1).agrees(Quantity(Fraction(1), "명", "", 0, 1))
