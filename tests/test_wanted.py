"""What kind of answer a question wants."""

from __future__ import annotations

import pytest

from rag.questions.wanted import Wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("해인 클러스터를 만든 사람은 누구인가요?", "who"),
        ("가온버스노조 위원장은?", "who"),
        ("A.X 4.0은 언제 공개됐나요?", "when"),
        ("사업 공모 마감일", "when"),
        ("정부는 올해 얼마를 지원하나요?", "how much"),
        ("가입자는 몇 명인가요?", "how much"),
        ("1단계 팀당 지원금", "how much"),
        ("본사는 어디에 있나요?", "where"),
        ("왜 사업을 미뤘나요?", "why"),
        ("두 회사는 어떻게 손잡았나요?", "how"),
        ("컨소시엄에 참여한 기업을 모두 알려 주세요.", "list"),
        ("한별스페이스는 상장사입니까?", "yes or no"),
        ("해인 이름의 유래는?", "what"),
        ("이 시스템의 특징은?", "what"),
    ],
)
def test_a_question_wants_one_kind_of_answer(question: str, kind: str) -> None:
    assert Wanted(question).kind == kind


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
