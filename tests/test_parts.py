"""Questions after several things, and those that only look so."""

from __future__ import annotations

import pytest

from index.korean import morphemes
from rag.questions.parts import MOST_PARTS, parts_of


def items(question: str) -> list[str]:
    return [part.item for part in parts_of(question, morphemes(question))]


def questions(question: str) -> list[str]:
    return [part.question for part in parts_of(question, morphemes(question))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("부산과 인천의 인구는 각각 얼마인가?", ["부산", "인천"]),
        ("네이버와 카카오의 차이점은?", ["네이버", "카카오"]),
        ("삼성전자와 LG전자, SK하이닉스의 매출을 비교해 줘", ["삼성전자", "LG전자", "SK하이닉스"]),
        ("KT랑 SKT 중에 누가 더 많이 받아?", ["KT", "SKT"]),
        ("예산은 1단계와 2단계에서 각각 얼마입니까?", ["1단계", "2단계"]),
        ("이 팀의 인원수와 평가 점수를 알려 주세요.", ["인원수", "평가 점수"]),
        ("가나은행 지점장과 부장의 생각은 어떻게 다른가요?", ["지점장", "부장"]),
    ],
)
def test_things_joined_are_asked_after_one_by_one(question: str, expected: list[str]) -> None:
    assert items(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "핀과 사이브의 아들은 누구인가?",
        "삼성과 LG가 함께 만든 제품은 무엇인가요?",
        "A사와 B사가 맺은 계약 금액은 얼마인가?",
        "정부와 국회는 언제 합의했나?",
        "블루스와 공통점이 많은 음악은 무엇인가요?",
        "KT와 함께 컨소시엄을 만든 기업들은 어디어디인가요?",
        "왕세자비와 왕비가 만난 곳은?",
        "해인 이름의 유래는?",
        "",
    ],
)
def test_one_thing_is_left_whole(question: str) -> None:
    assert items(question) == []


def test_what_the_first_says_for_all_is_kept() -> None:
    assert questions("KoBERT의 공개 연도와 개발사는?") == ["KoBERT의 공개 연도는?", "KoBERT의 개발사는?"]
    assert questions("무인트램 기점과 종점") == ["무인트램 기점", "무인트램 종점"]
    assert questions("김 부장과 이 과장의 생각은 어떻게 달랐나?") == [
        "김 부장의 생각은 어떻게 달랐나?",
        "이 과장의 생각은 어떻게 달랐나?",
    ]


def test_what_is_shared_names_no_item() -> None:
    assert items("A.X 3.0 표준형과 경량형의 파라미터는 각각 몇 개?") == ["표준형", "경량형"]


def test_two_clauses_are_two_questions() -> None:
    first, second = questions("엔진의 결함은 무엇이고, 회사는 어떻게 고쳤다고 하나요?")
    assert first.startswith("엔진의 결함은 무엇")
    assert second == "엔진의 결함 회사는 어떻게 고쳤다고 하나요?"


def test_there_are_never_too_many() -> None:
    question = ", ".join("가나다라마바사아자차") + "는 각각 몇 명인가?"
    assert len(questions(question)) <= MOST_PARTS
