"""Times in texts: which days an expression means, from which day on, and that passages which agree are favoured."""

from __future__ import annotations

from datetime import date

import pytest

from rag.questions.dates import Days, dates_in

WRITTEN = date(2025, 10, 28)  # a Tuesday


def stretches(found: list[Days]) -> list[str]:
    return [f"{date.fromordinal(first)}~{date.fromordinal(last)}" for first, last in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # years and their parts
        ("2025년 사업", "2025-01-01~2025-12-31"), ("올해", "2025-01-01~2025-12-31"),
        ("지난해 매출", "2024-01-01~2024-12-31"), ("지난 해", "2024-01-01~2024-12-31"),
        ("작년", "2024-01-01~2024-12-31"), ("재작년", "2023-01-01~2023-12-31"),
        ("내년에", "2026-01-01~2026-12-31"), ("2020년대", "2020-01-01~2029-12-31"),
        ("올해 말까지", "2025-11-01~2025-12-31"), ("2024년 초", "2024-01-01~2024-02-29"),
        ("연말까지", "2025-11-01~2025-12-31"), ("올 상반기", "2025-01-01~2025-06-30"),
        ("지난해 하반기", "2024-07-01~2024-12-31"), ("내년 1분기", "2026-01-01~2026-03-31"),
        ("3분기 실적", "2025-07-01~2025-09-30"), ("지난 상반기", "2025-01-01~2025-06-30"),
        ("지난 하반기", "2024-07-01~2024-12-31"),
        # months and their parts
        ("2020년 4월", "2020-04-01~2020-04-30"), ("지난 8월", "2025-08-01~2025-08-31"),
        ("지난 11월", "2024-11-01~2024-11-30"), ("오는 12월", "2025-12-01~2025-12-31"),
        ("다음 3월", "2026-03-01~2026-03-31"), ("8월에", "2025-08-01~2025-08-31"),
        ("지난해 8월", "2024-08-01~2024-08-31"), ("지난 2023년 8월", "2023-08-01~2023-08-31"),
        ("올 2월", "2025-02-01~2025-02-28"), ("이번 달", "2025-10-01~2025-10-31"),
        ("지난달", "2025-09-01~2025-09-30"), ("다음 달 초", "2025-11-01~2025-11-10"),
        ("8월 말", "2025-08-21~2025-08-31"), ("3월 중순께", "2025-03-11~2025-03-20"),
        # days and weeks
        ("2025년 8월 4일", "2025-08-04~2025-08-04"), ("11월 28일", "2025-11-28~2025-11-28"),
        ("지난달 30일", "2025-09-30~2025-09-30"), ("2025.8.4.", "2025-08-04~2025-08-04"),
        ("2025-08-04 09:30", "2025-08-04~2025-08-04"), ("28일 열린", "2025-10-28~2025-10-28"),
        ("지난 7일", "2025-10-07~2025-10-07"), ("지난 30일", "2025-09-30~2025-09-30"),
        ("오는 25일", "2025-11-25~2025-11-25"), ("오는 31일", "2025-10-31~2025-10-31"),
        ("어제", "2025-10-27~2025-10-27"), ("모레", "2025-10-30~2025-10-30"),
        ("지난주", "2025-10-20~2025-10-26"), ("다음 주에", "2025-11-03~2025-11-09"),
    ],
)  # fmt: skip
def test_an_expression_means_these_days(text: str, expected: str) -> None:
    assert stretches(dates_in(text, WRITTEN)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "10일간", "3일 만에", "5년 동안", "2000년 전", "100일 기념", "1,000일", "제3일", "1일 1식이 아닌 3일째",
        "2025년생", "오늘날", "그제야", "내주고 말았다", "지난 시즌", "13월", "2월 30일", "12월드컵", "정말", "처음 초등학교",
        "2025년대", "올림픽", "이달의 소녀가 아니라 그이달", "같은 해 5월",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    expected = {"2025년대": [], "이달의 소녀가 아니라 그이달": ["2025-10-01~2025-10-31"],
                "1일 1식이 아닌 3일째": ["2025-10-01~2025-10-01"]}  # fmt: skip
    assert stretches(dates_in(text, WRITTEN)) == expected.get(text, [])


def test_without_the_day_of_writing_only_what_is_named_in_full_is_known() -> None:
    assert dates_in("지난달, 올해 말, 지난 8월, 8월 5일, 28일, 어제, 3분기", None) == []
    text = "1992년 4월 29일에 시작해 5월 4일에 끝났다. 이듬해 3월과 같은 해 8월 1일, 2일에도 있었다."
    assert stretches(dates_in(text, None)) == [
        "1992-04-29~1992-04-29", "1992-05-04~1992-05-04", "1993-03-01~1993-03-31",
        "1993-08-01~1993-08-01", "1993-08-02~1993-08-02",
    ]  # fmt: skip


def test_the_same_words_mean_other_days_in_articles_of_other_days() -> None:
    for year in (2019, 2024):
        found = dates_in("지난 8월 착공해 올해 말 완공한다. 내년 상반기에 문을 연다.", date(year, 10, 1))
        assert stretches(found) == [
            f"{year}-08-01~{year}-08-31", f"{year}-11-01~{year}-12-31", f"{year + 1}-01-01~{year + 1}-06-30",
        ]  # fmt: skip


def test_a_month_that_has_no_such_day_gives_way_to_the_one_before() -> None:
    assert stretches(dates_in("31일", date(2025, 11, 2))) == ["2025-10-31~2025-10-31"]
    assert stretches(dates_in("지난 31일", date(2025, 3, 5))) == []  # neither March's yet nor any of February
    assert stretches(dates_in("지난달 말", date(2025, 1, 5))) == ["2024-12-21~2024-12-31"]
    assert stretches(dates_in("2024년 2월 말", None)) == ["2024-02-21~2024-02-29"]


def test_the_ends_of_the_calendar_are_no_errors() -> None:
    assert dates_in("작년 재작년 지난 8월 그저께 지난주", date(1, 1, 1)) == []
    dates_in("내년 내후년 오는 8월 다음 달 모레 다음 주", date(9999, 12, 31))
