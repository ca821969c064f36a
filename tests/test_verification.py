"""Which sentences a passage bears out, and which only look so."""

from __future__ import annotations

import pytest

from index.analyzer import Analyzer
from index.encoder import load_encoder
from rag.questions.quantities import quantities
from rag.writing.alignment import Grounds
from rag.writing.verification import Verifier

FUNDS = [
    "새솔전자가 꾸린 연합은 자체 자금 340억 원을 넣기로 했다.",
    "가람중공업은 70억 원, 미르항공은 120억 원을 낸다.",
    "도는 시험장 두 곳을 2027년 6월까지 지을 계획이다.",
    "한빛대는 교수 22명을 보내고 도는 그 대가로 해마다 33억 원을 대학에 준다.",
    "시험장 안전 점검은 한 번도 하지 않았다고 김하늘 새솔전자 대표는 밝혔다.",
    "김 대표는 “연말에는 가람중공업의 엔진이 세계 최고가 된다”고 자신했다.",
]
TITLE = "새솔전자 연합, 로켓 시험장 짓는다"


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(Analyzer(), load_encoder())


@pytest.fixture(scope="module")
def funds(verifier: Verifier) -> Grounds:
    return verifier.grounds(" ".join(FUNDS), TITLE, FUNDS)


@pytest.mark.parametrize(
    "sentence",
    [
        *FUNDS,
        "미르항공은 120억 원을 냅니다.",
        "새솔전자 연합은 자체 자금 340억 원을 넣기로 했습니다.",
        "도는 시험장 2곳을 2027년 6월까지 지을 예정입니다.",
        "도는 해마다 33억 원을 대학에 줍니다.",
        "김 대표는 시험장 안전 점검을 한 번도 하지 않았다고 말했습니다.",
    ],
)
def test_what_the_passage_says_is_borne_out(sentence: str, verifier: Verifier, funds: Grounds) -> None:
    verdict = verifier.verify(sentence, [funds])
    assert verdict.supported and verdict.citations == (0,), verdict.faults


@pytest.mark.parametrize(
    "sentence",
    [
        "새솔전자가 꾸린 연합은 자체 자금 34억 원을 넣기로 했다.",  # number
        "미르항공은 120만 원을 낸다.",  # unit
        "미르항공은 120억 달러를 낸다.",
        "가람중공업은 120억 원을 낸다.",  # another's number
        "가람중공업은 120억 원, 미르항공은 70억 원을 낸다.",
        "도는 시험장 두 곳을 2027년 9월까지 지을 계획이다.",  # date
        "도는 시험장 세 곳을 2027년 6월까지 지을 계획이다.",
        "시는 시험장 두 곳을 2027년 6월까지 지을 계획이다.",  # name
        "도는 시험장 두 곳을 2027년 6월까지 지었다.",  # done, not planned
        "도는 교수 22명을 보내고 한빛대는 그 대가로 해마다 33억 원을 도에 준다.",  # roles
        "대학은 해마다 33억 원을 도에 준다.",
        "시험장 안전 점검은 한 번 했다고 김하늘 새솔전자 대표는 밝혔다.",  # denied
        "시험장 안전 점검은 한 번도 하지 않았다고 김하늘 가람중공업 대표는 밝혔다.",
        "가장 많은 돈을 내는 곳은 미르항공이다.",  # comparison
        "미르항공은 120억 원을 내고 연구소도 세운다.",  # addition
        "연구비가 모자라기 때문에 미르항공은 120억 원을 낸다.",  # cause
        '김하늘 대표는 "점검은 다음 달에 한다"고 말했다.',  # quotation
        "연말에는 가람중공업의 엔진이 세계 최고가 됩니다.",  # only said by somebody
        "자세한 내용은 기사를 참고하시기 바랍니다.",
        "알 수 없습니다.",
        "",
        "123",
        "[] () \"\" ''",
    ],
)
def test_what_it_does_not_say_is_not(sentence: str, verifier: Verifier, funds: Grounds) -> None:
    assert not verifier.verify(sentence, [funds]).supported


def test_nothing_is_borne_out_by_no_passage_and_idle_citations_are_left_out(
    verifier: Verifier, funds: Grounds
) -> None:
    other = verifier.grounds("달포항에는 배가 41척 있다.", "달포항", ["달포항에는 배가 41척 있다."])
    assert not verifier.verify(FUNDS[0], []).supported
    assert not verifier.verify(FUNDS[0], [other]).supported
    assert verifier.verify(FUNDS[0], [other, funds]).citations == (1,)


def test_two_passages_bear_out_a_sentence_together_where_each_has_its_part(
    verifier: Verifier, funds: Grounds
) -> None:
    harbour = "달포항에는 배가 41척 있다."
    other = verifier.grounds(harbour, "달포항", [harbour])
    both = verifier.verify("미르항공은 120억 원을 내고, 달포항에는 배가 41척 있습니다.", [funds, other])
    assert both.supported and both.citations == (0, 1), both.faults
    assert not verifier.verify(
        "미르항공은 120억 원을 내고, 달포항에는 배가 14척 있습니다.", [funds, other]
    ).supported


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5천억 원", "5,000억 원"), ("5000억 개", "500B"), ("다섯 곳", "5곳"), ("95퍼센트", "95%"),
        ("1조 1000억 원", "11000억원"), ("2만 6400명", "26,400명"), ("석 달은 아니고 두 달", "2개월"),
    ],
)  # fmt: skip
def test_one_amount_in_several_ways_of_writing(one: str, other: str) -> None:
    assert quantities(one)[-1].equals(quantities(other)[-1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30억 원", "30억 달러"),
        ("95%", "95% 이상"),
        ("3배", "3명"),
        ("30km", "30m"),
        ("1.5", "15"),
        ("3월", "3개월"),
    ],
)
def test_amounts_that_are_not_the_same(one: str, other: str) -> None:
    assert not quantities(one)[0].equals(quantities(other)[0])
