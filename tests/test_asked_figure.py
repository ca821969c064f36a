"""Which figure a question asks for, and that a text that lacks it is known from one that has it."""

from __future__ import annotations

import pytest

from rag.questions.asked_figure import lacks_figure

HELD = [
    ("가람교의 길이는?", "가람교는 320m이고 2011년에 놓였다."),
    ("가람교 길이는 몇 미터인가요?", "길이 1.2km의 가람교가 열렸다."),
    ("나래 공장 직원은 몇 명?", "나래 공장에서는 이백여 명이 일한다."),
    ("나래 공장 직원 수", "직원이 1만 2000명이다."),
    ("다솜제를 언제 여나요?", "다솜제는 지난해처럼 10월에 열린다."),
    ("다솜제 예산은 얼마입니까?", "예산 5억 원이 든다."),
    ("다솜제 입장권은 얼마짜리인가?", "입장권은 12달러다."),
    ("라온호의 무게는?", "라온호는 35톤이다."),
    ("마루 대표는 몇 살이야?", "마흔두 살의 마루 대표"),
    ("마루 대표의 지분은?", "지분 절반을 갖고 있다."),
    ("공사에는 얼마나 걸리나요?", "공사는 3년이 걸린다."),
    ("결승 점수는 몇 대 몇이었나?", "결승에서 3-1로 이겼다."),
    ("지원한 곳은 몇 군데인가?", "모두 열네 곳이 지원했다."),
    ("막차 시각은?", "막차는 오후 11시에 떠난다."),
    ("차량기지 면적은?", "차량기지는 4만 ㎡ 터에 짓는다."),
    ("몇 번째 우승인가?", "네 번째 우승이다."),
]
LACKED = [
    ("가람교의 길이는?", "가람교는 2011년에 놓였다."),
    ("나래 공장 직원은 몇 명?", "나래 공장은 연 30억 원을 번다."),
    ("다솜제를 언제 여나요?", "다솜제에는 3만 명이 온다."),
    ("다솜제 예산은 얼마입니까?", "다솜제에는 3만 명이 온다."),
    ("라온호의 무게는?", "라온호는 3 google 서버로 움직인다."),
    ("마루 대표는 몇 살이야?", "마루 대표는 2019년에 회사를 차렸다."),
    ("지원한 곳은 몇 군데인가?", "공모가 끝났다."),
    ("2019년에 문을 연 해는 언제인가?", "2019년 이야기다."),
]
ASKS_FOR_NONE = [
    "가람교는 누가 지었나?",
    "1차 평가 길이 막힌 까닭은?",
    "마루 대표가 한 말은 무엇인가?",
    "폭발 원인은?",
    "비용을 낮춘 방법은?",
    "몇몇 회사가 반대한 까닭은?",
    "A와 B를 견주면?",
]


@pytest.mark.parametrize(("question", "text"), HELD)
def test_a_text_that_holds_the_figure_does_not_lack_it(question: str, text: str) -> None:
    assert not lacks_figure(question, text)
    assert lacks_figure(question, "아무것도 밝히지 않았다.")


@pytest.mark.parametrize(("question", "text"), LACKED)
def test_other_figures_and_those_of_the_question_are_not_the_one(question: str, text: str) -> None:
    assert lacks_figure(question, text)


@pytest.mark.parametrize("question", ASKS_FOR_NONE)
def test_a_question_for_something_else_lacks_nothing(question: str) -> None:
    assert not lacks_figure(question, "")


def test_a_text_made_to_hang_the_search_for_figures_does_not() -> None:
    assert not lacks_figure("매출은 얼마인가?", "매출은 1" + "억 " * 5000 + "원")
    assert lacks_figure("매출은 얼마인가?", "매출은 1" + "억 " * 5000 + "이라고")
