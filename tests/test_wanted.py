"""What kind of answer a question wants."""

from __future__ import annotations

import pytest

from rag.questions.wanted import Wanted


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("해인 클러스터를 만든 사람은 누구인가요?", {"person"}),
        ("가온버스노조 위원장은?", {"person"}),
        ("A.X 4.0은 언제 공개됐나요?", {"date"}),
        ("사업 공모 마감일", {"date"}),
        ("정부는 올해 얼마를 지원하나요?", {"amount"}),
        ("가입자는 몇 명인가요?", {"amount"}),
        ("1단계 팀당 지원금", {"amount"}),
        ("왜 사업을 미뤘나요?", {"reason"}),
        ("컨소시엄에 참여한 기업을 모두 알려 주세요.", {"listing"}),
        ("본사는 어디에 있나요?", set()),
        ("한별스페이스는 상장사입니까?", set()),
        ("해인 이름의 유래는?", set()),
    ],
)
def test_a_question_tells_what_it_wants(question: str, asked: set[str]) -> None:
    wanted = Wanted(question)
    kinds = ("person", "date", "amount", "reason", "listing")
    assert {kind for kind in kinds if getattr(wanted, kind)} == asked


@pytest.mark.parametrize("question", ["그 교수는?", "우승한 선수는?", "새 대표 가수는?"])
def test_a_person_is_no_amount(question: str) -> None:
    wanted = Wanted(question)
    assert wanted.person and not wanted.amount


def test_units_are_those_the_question_tells() -> None:
    assert Wanted("전력은 몇 메가와트인가?").units[:2] == ("메가와트", "MW")
    assert Wanted("몇 개월이 걸리나?").units == ("개월", "달")
    assert "곳" in Wanted("몇 군데인가?").units
    assert "원" in Wanted("공사 비용은 얼마인가?").units
    assert Wanted("누가 왔나?").units == ()
