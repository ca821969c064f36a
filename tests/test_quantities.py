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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-3%", "3%"), ("최대 5개", "5개"), ("600여 명", "600명"), ("약 600명", "600명"), ("30만 원씩", "30만 원"),
        ("1인당 30만 원", "30만 원"), ("2000∼3000B", "3000B"), ("아홉 곳 가운데", "아홉 곳"), ("300바트", "300루피"),
    ],
)  # fmt: skip
def test_what_a_figure_means_counts_beside_its_value(one: str, other: str) -> None:
    assert not quantities(one)[-1].equals(quantities(other)[-1])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("쉰 척", 50),
        ("아흔아홉 곳", 99),
        ("오천억 원", 5e11),
        ("삼백이십 명", 320),
        ("백 명", 100),
        ("이십만 원", 2e5),
    ],
)
def test_numerals_in_words(text: str, value: float) -> None:
    (figure,) = quantities(text)
    assert float(figure.value) == value


@pytest.mark.parametrize("text", ["수백 명", "몇 백 명", "1" * 5000 + "명"])
def test_what_cannot_be_read_is_no_figure(text: str) -> None:
    assert quantities(text) == []
