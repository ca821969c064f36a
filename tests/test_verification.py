"""Which sentences a passage bears out, and which only look so."""

from __future__ import annotations

import pytest

from index.analyzer import Analyzer
from index.encoder import load_encoder
from rag.questions.quantities import quantities
from rag.writing.alignment import Grounds
from rag.writing.clauses import quotations
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
    assert verdict.supported and verdict.citations == (0,), verifier.faults(sentence, [funds])


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


TRAPS = [
    # denied; what an amount means; whose it is; surnames; opposites; cancelled; not a fact; prefixes; word bounds; roles
    ("경찰은 사고 원인을 확인하지 못했다.", "경찰은 사고 원인을 확인했다."),
    ("가람시는 부품을 제때 구하지 못했다.", "가람시는 부품을 제때 구했다."),
    ("소방대는 불길을 끝내 막지 못했다.", "소방대는 불길을 끝내 막았다."),
    ("조사단은 누출 원인을 밝혀내지 못했다.", "조사단은 누출 원인을 밝혀냈다."),
    ("위원회는 민원 40건을 처리하지 못했다.", "위원회는 민원 40건을 처리했다."),
    ("시험기는 목표 궤도를 찾지는 못했다.", "시험기는 목표 궤도를 찾았다."),
    ("새솔전자의 영업이익률은 -3%를 기록했다.", "새솔전자의 영업이익률은 3%를 기록했다."),
    ("그 방의 온도는 영하 12도를 기록했다.", "그 방의 온도는 12도를 기록했다."),
    ("조합은 최대 5개 회사를 뽑는다.", "조합은 5개 회사를 뽑는다."),
    ("축제에는 시민 600여 명이 모였다.", "축제에는 시민 600명이 모였다."),
    ("축제에는 시민 약 600명이 모였다.", "축제에는 시민 600명이 모였다."),
    ("도는 두 대학에 180억 원씩 준다.", "도는 두 대학에 모두 180억 원을 준다."),
    ("도는 두 대학에 180억 원씩 준다.", "도는 두 대학에 총 180억 원을 준다."),
    ("도는 두 대학에 180억 원씩 준다.", "도는 두 대학에 180억 원을 준다."),
    ("시는 주민에게 1인당 30만 원씩 준다.", "시는 주민에게 30만 원을 준다."),
    ("시는 주민에게 가구당 30만 원을 준다.", "시는 주민에게 30만 원을 준다."),
    ("연구소는 매개변수 2000∼3000B 모델을 만든다.", "연구소는 매개변수 3000B 모델을 만든다."),
    ("연구소는 직원 20~30명을 뽑는다.", "연구소는 직원 30명을 뽑는다."),
    ("그 가게는 커피를 300엔, 차를 200위안에 판다.", "그 가게는 커피를 300위안, 차를 200엔에 판다."),
    ("그 가게는 커피를 300바트에 판다.", "그 가게는 커피를 300루피에 판다."),
    ("마을 아홉 곳 가운데 두 곳이 반대했다.", "마을 아홉 곳 모두 반대했다."),
    ("마을 아홉 곳 중 두 곳이 반대했다.", "마을 아홉 곳이 반대했다."),
    ("조합에는 배가 쉰 척 있다.", "조합에는 배가 아흔 척 있다."),
    ("사업비는 오천억 원으로 정해졌다.", "사업비는 삼천억 원으로 정해졌다."),
    ("축제에는 시민 수백 명이 모였다.", "축제에는 시민 삼백 명이 모였다."),
    ("축제에는 시민 수백 명이 모였다.", "축제에는 시민 백 명이 모였다."),
    ("서울과 부산 지점이 직원을 뽑았다.", "서울과 부산 지점이 모두 직원을 뽑았다."),
    ("회사는 서울과 부산에서 각각 3명과 5명을 뽑았다.", "회사는 서울에서 5명을 뽑았다."),
    ("회사는 서울과 부산에서 각각 3명과 5명을 뽑았다.", "회사는 서울과 부산에서 각각 5명과 3명을 뽑았다."),
    ("회사는 서울과 부산에서 각각 3명과 5명을 뽑았다.", "회사는 부산과 서울에서 각각 3명과 5명을 뽑았다."),
    ("미르항공은 매출 3조 원 영업이익 5천억 원을 올렸다.", "미르항공의 매출은 5천억 원이다."),
    ("그린레일은 65.1점(기술), 26.8점(가격)을 받았다.", "그린레일의 가격 점수는 65.1점이다."),
    ("그린레일 65.1점 (기술) 26.8점 (가격)", "그린레일의 가격 점수는 65.1점이다."),
    ("시는 예산 30억 원을 깎았다.", "시의회는 예산 30억 원을 깎았다."),
    ("김 실장(김건수)은 배를 새로 샀다고 말했다.", "김태윤 실장은 배를 새로 샀다고 말했다."),
    ("배 본부장은 시험장을 둘러봤다.", "배달원 본부장은 시험장을 둘러봤다."),
    ("세 회사 가운데 미르항공의 점수가 가장 낮다.", "세 회사 가운데 미르항공의 점수가 최고다."),
    ("미르항공은 연구비 120억 원을 낸다.", "미르항공은 연구비 120억 원을 신청한다."),
    ("가람시는 시험장 건설 계획을 취소했다고 밝혔다.", "가람시는 시험장을 건설할 계획이라고 밝혔습니다."),
    ("김 의원은 뇌물 의혹이 사실이 아니라고 반박했다.", "김 의원의 뇌물 의혹은 사실입니다."),
    ("구청은 광장 축제 개최를 금지했다.", "구청은 광장 축제를 개최한다."),
    ("법원은 회사의 가처분 신청을 기각했다.", "법원은 회사의 가처분을 신청했다."),
    ("회사는 공장 매각 소문을 부인했다.", "회사는 공장을 매각했다."),
    ("주민은 소각장 건설 중단을 요구했다.", "주민은 소각장 건설을 요구했다."),
    ("회사는 공장 건설에 340억 원이 들 것으로 자신한다.", "공장 건설에 340억 원이 듭니다."),
    ("조사단은 기름이 배관에서 새어 나온 것으로 추정한다.", "기름이 배관에서 새어 나왔습니다."),
    ("주민은 공사 시작을 3월로 늦춰 달라고 요구했다.", "공사 시작을 3월로 늦춥니다."),
    ("시는 공원에 도서관을 지을 수도 있다.", "시는 공원에 도서관을 짓는다."),
    ("김 대표는 새 엔진이 시험에 성공했다고 주장했다.", "새 엔진이 시험에 성공했다."),
    ("새 엔진은 내년 시험에 쓰기 어렵다.", "새 엔진은 내년 시험에 쓴다."),
    ("노조는 회사에 직원 20명을 더 뽑자고 제안했다.", "회사는 직원 20명을 더 뽑는다."),
    ("새 엔진이 시험에 실패했다는 소문이 돌았다.", "새 엔진이 시험에 실패했다."),
    ("가람중공업은 비상장사로 남았다.", "가람중공업은 상장사로 남았다."),
    ("회사는 미공개 자료를 넘겼다.", "회사는 공개 자료를 넘겼다."),
    ("이 시험은 올해 불가능하다.", "이 시험은 올해 가능하다."),
    ("미르항공 부본부장은 공장을 둘러봤다.", "미르항공 본부장은 공장을 둘러봤다."),
    ("회사는 직원 20명을 재교육했다.", "회사는 직원 20명을 교육했다."),
    ("미르항공 전 대표는 공장을 둘러봤다.", "미르항공 대표는 공장을 둘러봤다."),
    ("가람시 시장 후보는 공장을 둘러봤다.", "가람시 시장은 공장을 둘러봤다."),
    ("정부 상담사 3명이 학교에 왔다.", "학교에서 부상 3명이 왔다."),
    ("올해 회사 망이 두 번 끊겼다.", "올해 사망 두 번 끊겼다."),
    ("회사는 배당을 현금이 아닌 현물로 준다.", "회사는 배당을 현물이 아닌 현금으로 준다."),
    ("서울 지점은 부산 지점보다 직원이 많다.", "서울 지점보다 부산 지점이 직원이 많다."),
    ("새솔전자는 미르항공보다 직원이 많다.", "새솔전자보다 미르항공이 직원이 많다."),
    ("새솔전자는 미르항공으로부터 엔진을 샀다.", "새솔전자로부터 미르항공은 엔진을 샀다."),
    ("민주당은 국민의힘이 법안을 막았다고 비판했다.", "민주당은 법안을 막았다."),
    ("민주당은 국민의힘이 법안을 막았다고 비판했다.", "민주당은 법안을 막았다고 밝혔다."),
    ("이몽룡 의원(나루당)과 성춘향 의원(가람당)이 법안을 냈다.", "이몽룡 의원(가람당)이 법안을 냈다."),
]
TOLD_AGAIN = [
    ("경찰은 사고 원인을 확인하지 못했다.", "경찰은 사고 원인을 확인하지 못했습니다."),
    ("새솔전자의 영업이익률은 -3%를 기록했다.", "새솔전자의 영업이익률은 -3%를 기록했습니다."),
    ("축제에는 시민 600여 명이 모였다.", "축제에는 시민 600여 명이 모였습니다."),
    ("도는 두 대학에 180억 원씩 준다.", "도는 두 대학에 180억 원씩 줍니다."),
    ("연구소는 직원 20~30명을 뽑는다.", "연구소는 직원 20~30명을 뽑습니다."),
    ("조합에는 배가 쉰 척 있다.", "조합에는 배가 50척 있습니다."),
    ("사업비는 오천억 원으로 정해졌다.", "사업비는 5000억 원으로 정해졌습니다."),
    (
        "회사는 서울과 부산에서 각각 3명과 5명을 뽑았다.",
        "회사는 서울과 부산에서 각각 3명과 5명을 뽑았습니다.",
    ),
    ("미르항공은 매출 3조 원 영업이익 5천억 원을 올렸다.", "미르항공은 영업이익 5천억 원을 올렸습니다."),
    ("마을 아홉 곳 가운데 두 곳이 반대했다.", "마을 아홉 곳 가운데 2곳이 반대했습니다."),
    ("가람시는 시험장 건설 계획을 취소했다고 밝혔다.", "가람시는 시험장 건설 계획을 취소했다고 밝혔습니다."),
    (
        "조사단은 기름이 배관에서 새어 나온 것으로 추정한다.",
        "조사단은 기름이 배관에서 새어 나온 것으로 추정합니다.",
    ),
    ("시는 공원에 도서관을 지을 수도 있다.", "시는 공원에 도서관을 지을 수도 있습니다."),
    ("새솔전자는 미르항공보다 직원이 많다.", "새솔전자는 미르항공보다 직원이 많습니다."),
    ("이몽룡 의원(나루당)과 성춘향 의원(가람당)이 법안을 냈다.", "이몽룡 의원(나루당)이 법안을 냈습니다."),
    ("미르항공 전 대표는 공장을 둘러봤다.", "미르항공 전 대표는 공장을 둘러봤습니다."),
    (
        "김태윤 미르항공 실장이 왔다. 김 실장은 배를 새로 샀다고 말했다.",
        "김태윤 실장은 배를 새로 샀다고 말했습니다.",
    ),
    ("가람중공업은 가온 지방 법원에 소송을 냈다.", "가람중공업은 가온지방법원에 소송을 냈습니다."),
    ("회사는 배당을 현금이 아닌 현물로 준다.", "회사는 배당을 현금이 아닌 현물로 줍니다."),
]


def _read(verifier: Verifier, passage: str) -> Grounds:
    return verifier.grounds(passage, "이번 주 소식", passage.replace(". ", ".\n").split("\n"))


@pytest.mark.parametrize(("passage", "sentence"), TRAPS)
def test_what_turns_a_passage_is_not_borne_out(passage: str, sentence: str, verifier: Verifier) -> None:
    assert not verifier.verify(sentence, [_read(verifier, passage)]).supported


@pytest.mark.parametrize(("passage", "sentence"), TOLD_AGAIN)
def test_what_tells_it_again_is(passage: str, sentence: str, verifier: Verifier) -> None:
    grounds = _read(verifier, passage)
    assert verifier.verify(sentence, [grounds]).supported, verifier.faults(sentence, [grounds])


def test_what_is_too_long_to_compare_bears_out_nothing(verifier: Verifier) -> None:
    short = "달포항에는 배가 41척 있다."
    long = "달포항에는 " + "아주 작은 " * 600 + "배가 41척 있다."
    assert not verifier.verify(
        "달포항에는 배가 41척 있다.", [verifier.grounds(long, "달포항", [long])]
    ).supported
    assert not verifier.verify(long, [verifier.grounds(short, "달포항", [short])]).supported


def test_thousands_of_quotation_marks_are_read_in_one_pass() -> None:
    assert quotations("“" * 20_000) == []
    assert quotations("“가” 하고 '나' 하고 ‘다") == [(0, 3), (7, 10)]


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
    assert both.supported and both.citations == (0, 1)
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
