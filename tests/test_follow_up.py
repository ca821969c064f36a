"""Follow-up questions: what is completed from the conversation, what is left alone, and conversations as users have them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from eval.gold import read_gold
from index import QuestionError, build_index
from index.analyzer import Analyzer
from index.korean import Morpheme
from rag import Conversation, Retriever
from rag.answer import NO_MORE, Answer
from rag.follow_ups.exchange import Cited, Exchange, as_meant
from rag.follow_ups.follow_up import FollowUps
from rag.follow_ups.names import names_in
from rag.follow_ups.phrases import Parsed, with_tail

GOLD = Path(__file__).resolve().parents[1] / "eval" / "gold"

CHIPS = "SKT 컨소시엄에서 반도체를 맡는 곳은 어디야?"
CHIPS_SAID = "반도체에서는 리벨리온의 ‘NPU’가 한 축을 맡는다."
CHAIR_SAID = "위원장은 강미란 한솔공과대 교수가 맡았고, 업계 6명과 학계 5명이 참여한다."


@pytest.fixture(scope="module")
def follow_ups() -> FollowUps:
    return FollowUps(Analyzer())


def said(question: str, *quotes: str) -> Exchange:
    cited = (Cited(f"<{n}>", f"{n}.md", quote, quote) for n, quote in enumerate(quotes, start=1))
    return Exchange(question, tuple(cited))


@pytest.mark.parametrize(
    ("before", "typed", "full"),
    [
        # another thing in the place of the one that it is like
        ("SKT는 몇 명?", "그럼 KT는?", "KT는 몇 명?"),
        ("SKT는 몇 명?", "KT는요?", "KT는 몇 명?"),
        ("SKT는 몇 명?", "KT도?", "KT는 몇 명?"),
        ("2차 지원에서 대륜ES가 받은 금액은?", "한빛셀은?", "2차 지원에서 한빛셀이 받은 금액은?"),
        ("K-SSB 1.0의 시험 항목은?", "0.9는?", "K-SSB 0.9의 시험 항목은?"),
        ("이태훈 팀장은 500B를 어떻게 봤나요?", "이진식 랩장은?", "이진식 랩장은 500B를 어떻게 봤나요?"),
        ("한빛셀 주가는 얼마나 올랐어?", "대륜ES 주가는?", "대륜ES 주가는 얼마나 올랐어?"),
        ("설문에서 찬성은 몇 퍼센트였나요?", "그럼 반대는?", "설문에서 반대는 몇 퍼센트였나요?"),
        ("SKT의 강점은 뭐야?", "LG는 어때?", "LG의 강점은 뭐야?"),
        # another question about the same
        ("A.X 4.0은 언제 공개됐나요?", "그럼 매개변수는?", "A.X 4.0의 매개변수는?"),
        ("A.X 4.0의 매개변수는?", "학습 방식은?", "A.X 4.0의 학습 방식은?"),
        ("KT는 뭘 내세웠어?", "매출은 왜 줄었어?", "KT의 매출은 왜 줄었어?"),
        ("시험선의 길이는 얼마나 되나요?", "공사비는?", "시험선의 공사비는?"),
        ("해인 클러스터 이름의 유래는?", "규모는 얼마나 돼?", "해인 클러스터의 규모는 얼마나 돼?"),
        ("사업자는 하이선시와 무슨 계약을 맺었어?", "규모는?", "사업자 하이선시 계약의 규모는?"),
        ("유하린 대표는 언제 회사를 세웠나요?", "대학은 어디 다녔어?", "유하린 대표, 대학은 어디 다녔어?"),
        # the interrogative exchanged
        ("폭발 사고는 언제 일어났나요?", "어디서?", "폭발 사고는 어디서 일어났나요?"),
        ("한빛셀 주가는 얼마나 올랐어?", "이유가 뭐야?", "한빛셀 주가는 왜 올랐어?"),
        ("KT 컨소시엄에는 몇 곳이 들어왔어?", "누가?", "KT 컨소시엄에는 누가 들어왔어?"),
        ("신항동 주민자치회장은 누구야?", "뭐라고 항의했어?", "신항동 주민자치회장은 뭐라고 항의했어?"),
        ("시험장의 건설비는?", "언제 문을 열었어?", "시험장은 언제 문을 열었어?"),
        ("통합의료원의 총사업비는?", "왜 늘었어?", "통합의료원의 총사업비는 왜 늘었어?"),
        # pointing back at the question
        ("A.X 4.0은 언제 공개됐나요?", "그 모델의 매개변수는?", "A.X 4.0의 매개변수는?"),
        ("귀항호가 뭐야?", "그걸 쓰는 팀은?", "귀항호를 쓰는 팀은?"),
        ("도승환 박사는 어디로 옮겼어?", "그분은 전에 뭐 했어?", "도승환 박사는 전에 뭐 했어?"),
        ("남궁민아 위원장은 뭘 바꾸겠대?", "그 위원장은 누구야?", "남궁민아 위원장은 누구야?"),
        ("도승환 박사는 어디로 옮겼어?", "이 사람은 전에 뭐 했어?", "도승환 박사는 전에 뭐 했어?"),
        ("정예팀 평가는 몇 단계야?", "이중에서 마지막 단계는?", "정예팀 평가 중 마지막 단계는?"),
        ("정예팀 평가는 몇 단계야?", "그중 마지막 단계는?", "정예팀 평가 중 마지막 단계는?"),
        # corrections
        ("KT 컨소시엄에는 누가 있어?", "아니 KT 말고 LG", "LG 컨소시엄에는 누가 있어?"),
    ],
)  # fmt: skip
def test_completed(follow_ups: FollowUps, before: str, typed: str, full: str) -> None:
    completion = follow_ups.complete(typed, [said(before)])
    assert completion and completion.text == full
    assert follow_ups.complete(typed, []) is None


@pytest.mark.parametrize(
    ("exchange", "typed", "full"),
    [
        (said(CHIPS, CHIPS_SAID), "그 회사 대표는?", "리벨리온 대표는?"),
        (said(CHIPS, CHIPS_SAID), "대표는 누구야?", "리벨리온의 대표는 누구야?"),
        (said(CHIPS, CHIPS_SAID), "거기는 왜 참여했어?", "리벨리온은 왜 참여했어?"),
        (said("위원회의 위원장은 누구야?", CHAIR_SAID), "그 사람 소속은?", "강미란 교수 소속은?"),
        (
            said("자료가 샌 병원은 어디야?", "해온군 갯마을병원 환자의 자료가 넘어갔다."),
            "그 병원 원장은?",
            "갯마을병원 원장은?",
        ),
        (
            said("루시아는 누가 개발했나요?", "솔트룩스가 개발한 모델 루시아는 한국어에 강하다."),
            "그 회사가 참여한 컨소시엄은?",
            "솔트룩스가 참여한 컨소시엄은?",
        ),
        (said("만든 엔진 이름이 뭐야?", "3D 프린터로 만든 반디 엔진이다."), "그건 왜 터졌어?", "반디 엔진은 왜 터졌어?"),
    ],
)  # fmt: skip
def test_what_the_answer_names_is_meant(
    follow_ups: FollowUps, exchange: Exchange, typed: str, full: str
) -> None:
    completion = follow_ups.complete(typed, [exchange])
    assert completion and completion.text == full


def test_two_names_of_two_questions(follow_ups: FollowUps) -> None:
    before = [said("한별스페이스는 몇 명이야?"), said("은하수랩스는 몇 명이야?")]
    completion = follow_ups.complete("둘 다 어디에 있어?", before)
    assert completion and completion.text == "한별스페이스와 은하수랩스 둘 다 어디에 있어?"


@pytest.mark.parametrize(
    "question",
    [
        "해인 클러스터 이름의 유래는?",
        "그럼 정부는 GPU를 몇 장이나 지원하나요?",
        "그 밖에 어떤 갈등이 국비를 두고 있나요?",
        "그랜드 컨소시엄에 참여한 대학은?",
        "평가위원장은 누구였어?",
        "무인트램 막차 시각은?",
        "리벨리온 대표는?",
        "SKT가 그 모델을 공개한 때는?",
        "눈이 오면 어떻게 해?",
        "A.X K1",
        "고마워",
        "KT는 누가 이끌어?",
        "정부는 얼마를 지원해?",
        "대통령은 누구야?",
        "저작권은?",
        "누가 컨소시엄을 이끄나요?",
        "어떤 기업이 참여했나요?",
        "설문은 누가 했어?",
        "몇 시야?",
        "오늘 며칠이야?",
        "교통비는 얼마야?",
    ],
)
def test_what_stands_on_its_own_is_left_alone(follow_ups: FollowUps, question: str) -> None:
    assert follow_ups.complete(question, [said(CHIPS, CHIPS_SAID)]) is None


@pytest.mark.parametrize(
    "question",
    [
        *(
            f"{surname} {title}은 500B를 어떻게 봤나?"
            for surname in "이저"
            for title in ("팀장", "위원장", "의원")
        ),
        *(f"이 {title}는 뭐라고 했어?" for title in ("대통령", "대표", "교수", "총리", "씨")),
        "이중섭은 누구야?",
        "이중과세가 뭐야?",
        "이중 규제는 왜 생겼어?",
        "이거닉스 대표는?",
        "이건산업은 뭘 만들어?",
        "이것저것 다 뭐야?",
        "그이름은?",
    ],
)
def test_surnames_and_words_that_begin_like_a_demonstrative_point_at_nothing(
    follow_ups: FollowUps, question: str
) -> None:
    assert follow_ups.complete(question, [said("김건수 실장은 뭐라고 했나요?")]) is None


def test_a_name_that_begins_like_a_demonstrative_is_remembered(follow_ups: FollowUps) -> None:
    before = [said("김건수 실장은 뭐라고 했나요?"), said("이건희 회장은 누구야?")]
    completion = follow_ups.complete("그 사람 재산은?", before)
    assert completion and completion.text == "이건희 회장 재산은?"


def test_where_nothing_is_known_to_be_meant_the_question_stays(follow_ups: FollowUps) -> None:
    nameless = [said("눈이 오면 어떻게 하나요?", "레일 열선을 깔겠다고 답했다.")]
    for question in ("그 사람은 누구야?", "그분의 공약은?", "둘 다 어디에 있어?", "3번 더 자세히"):
        assert follow_ups.complete(question, nameless) is None


def test_odd_questions_never_fail_nor_grow_without_end(follow_ups: FollowUps) -> None:
    odd = [
        "그",
        "둘",
        "몇?",
        "는?",
        "?a",
        "그럼",
        "아니 말고 말고",
        "KT 말고 ?",
        "‘’ 는?",
        "(.*)은?",
        "1번",
        "왜 그런 거야?",
    ]
    for first in [*odd, CHIPS]:
        before = [said(first, CHIPS_SAID, ""), said(first)]
        for typed in odd:
            completion = follow_ups.complete(typed, before)
            assert completion is None or completion.text.strip()
    growing = [said("눈이 오면 어떻게 해?")]
    for _ in range(30):
        completion = follow_ups.complete("왜 그렇게 해?", growing)
        growing.append(said(completion.text if completion else "왜 그렇게 해?"))
    assert max(len(one.question) for one in growing) <= 120


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        ("루시아는 누가 개발했나요?", "그 회사가 참여한 컨소시엄은?"),
        ("신항동 주민센터는 누가 지었어?", "저 사람은 누구야?"),
        ("신항동은 어디에 있어?", "그 사람은 누구야?"),
        ("총사업비는 왜 늘었나요?", "그 회사는 어디야?"),
        ("반도체 시장은 얼마나 커졌어?", "그 사람은 뭐라고 했어?"),
        ("이번주 날씨는 어때?", "그분은 누구야?"),
        ("성남시 시장은 언제 뽑아?", "그 사람 공약은?"),
        ("강남구 구청장은 언제 뽑아?", "그 사람 공약은?"),
        ("눈이 오면 어떻게 해?", "매출은?"),
        ("KT는 뭘 내세웠어?", "인구는 왜 줄어?"),
    ],
)
def test_what_is_of_another_kind_does_not_stand_in(follow_ups: FollowUps, before: str, typed: str) -> None:
    assert follow_ups.complete(typed, [said(before)]) is None


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("반도체 시장은?", []), ("배터리 시장은?", []), ("이번주 날씨는?", []), ("성남시 시장은?", []), ("강남구 구청장은?", []),
        ("김철수 씨는?", ["김철수 씨"]), ("이태훈 팀장은?", ["이태훈 팀장"]), ("유하린 은하수랩스 대표는?", ["유하린 대표"]),
    ],
)  # fmt: skip
def test_markets_weather_and_offices_are_nobody(text: str, people: list[str]) -> None:
    names = names_in(Parsed.of(text, Analyzer()).words)
    assert [name.text for name in names if name.kind == "person"] == people


@pytest.mark.parametrize("name", ["seeds", "pile-a", "pile-b"])
def test_gold_questions_one_after_another_are_left_alone(follow_ups: FollowUps, name: str) -> None:
    questions = [question.question for question in read_gold(GOLD / f"{name}.jsonl")]
    changed = [
        question for before, question in pairwise(questions) if follow_ups.complete(question, [said(before)])
    ]
    assert len(changed) <= 0.02 * len(questions), changed


@pytest.mark.parametrize(
    ("text", "tail", "whole"),
    [
        ("리벨리온", "는", "리벨리온은"), ("KT", "은", "KT는"), ("A.X 4.0", "는", "A.X 4.0은"), ("서울", "으로", "서울로"),
        ("크래프톤", "로", "크래프톤으로"), ("SKT", "에서는", "SKT에서는"), ("라이너", "이랑", "라이너랑"), ("귀항호", "을?", "귀항호를?"),
    ],
)  # fmt: skip
def test_particles_fit(text: str, tail: str, whole: str) -> None:
    assert with_tail(text, tail) == whole


def test_the_spaces_typed_are_kept_and_letters_mended() -> None:
    assert as_meant("지윤석 의원은 뭘 했어?", "지윤 석 의원은 뭘 했어?") == "지윤석 의원은 뭘 했어?"
    assert as_meant("해인클러스터이름은?", "해인 클러스터 이름은?") == "해인 클러스터 이름은?"
    assert as_meant("해인 클러수터는?", "해인 클러스터는?") == "해인 클러스터는?"


def test_a_number_alone_is_a_citation_unless_numbers_were_asked_for(follow_ups: FollowUps) -> None:
    bus = said("간선버스는 몇 번이야?", "간선버스는 1번과 2번이다.")
    assert follow_ups.complete("1번은?", [bus]) is None
    for typed in ("1번 더 자세히", "1번 출처는?", "첫 번째 기사는?"):
        completion = follow_ups.complete(typed, [bus])
        assert completion and completion.article_id == "1.md"
    completion = follow_ups.complete("1번은?", [said(CHIPS, CHIPS_SAID)])
    assert completion and completion.article_id == "1.md"


def test_what_has_no_topic_does_not_snowball(follow_ups: FollowUps) -> None:
    before = [said("다시")]
    for typed in ("또 뭐?", "뭐?", "뭐?", "왜 그래?"):
        assert follow_ups.complete(typed, before) is None
        before.append(said(typed))


def test_a_long_question_before_is_not_read_again(follow_ups: FollowUps) -> None:
    long = "해인 클러스터는 " + "정말로 " * 500 + "언제 열었어?"
    assert follow_ups.complete("왜?", [said(CHIPS, CHIPS_SAID), said(long)]) is None
    completion = follow_ups.complete("그 회사 대표는?", [said(long), said(CHIPS, CHIPS_SAID)])
    assert completion and completion.text == "리벨리온 대표는?"


def test_of_a_long_passage_only_the_beginning_is_read() -> None:
    read: list[int] = []

    class Counting(Analyzer):
        def morphemes(self, text: str) -> tuple[Morpheme, ...]:
            read.append(len(text))
            return super().morphemes(text)

    passage = "위원회가 열렸다. " * 10_000
    exchange = Exchange("위원회의 위원장은 누구야?", (Cited("", "", passage, passage),))
    FollowUps(Counting()).complete("그 사람 소속은?", [exchange])
    assert 1_000 < max(read) <= 2_000


def test_a_conversation_of_several_turns(retriever: Retriever) -> None:
    conversation = Conversation(retriever)
    first = conversation.ask("SKT 컨소시엄에서 반도체를 맡는 곳은?")
    assert first.completed_as is None and first.completion is None
    second = conversation.ask("그 회사가 최근 내놓은 제품은?")
    assert second.completed_as == "리벨리온이 최근 내놓은 제품은?" and "아톰맥스" in second.text
    assert second.question == "그 회사가 최근 내놓은 제품은?" and second.searched_as is None
    assert second.completion == "‘리벨리온이 최근 내놓은 제품은?’으로 이어서 찾았습니다."
    assert conversation.ask("그럼 A.X 4.0은 언제 공개됐나요?").completed_as is None
    assert conversation.ask("A.X 3.0은?").completed_as == "A.X 3.0은 언제 공개됐나요?"
    assert "2024년" in retriever.answer("A.X 3.0은?", after=conversation.exchanges).text
    conversation.forget()
    assert conversation.ask("A.X 3.0은?").completed_as is None and len(conversation.exchanges) == 1


def test_after_an_abstention_its_subject_holds_and_an_error_is_forgotten(retriever: Retriever) -> None:
    conversation = Conversation(retriever)
    assert conversation.ask("김치찌개를 끓이는 방법은?").abstained
    with pytest.raises(QuestionError):
        conversation.ask("  ")
    assert conversation.ask("김치찌개의 가격은?").abstained
    assert conversation.ask("맛은?").completed_as == "김치찌개의 맛은?"


def test_what_is_forgotten_while_it_is_answered_stays_forgotten(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation(retriever)
    answer = retriever.answer

    def forgetting(*args: Any, **options: Any) -> Answer:
        conversation.forget()
        return answer(*args, **options)

    monkeypatch.setattr(retriever, "answer", forgetting)
    conversation.ask("A.X 4.0은 언제 공개됐나요?")
    assert conversation.exchanges == ()


def test_as_typed_nothing_is_completed(retriever: Retriever) -> None:
    conversation = Conversation(retriever)
    conversation.ask("A.X 4.0은 언제 공개됐나요?")
    assert conversation.ask("매개변수는?", correct=False).completed_as is None


def test_more_goes_beyond_what_was_cited(retriever: Retriever) -> None:
    conversation = Conversation(retriever)
    cited = [conversation.ask("리벨리온은 컨소시엄에서 무엇을 맡나요?")]
    for more in ("더 자세히", "좀 더 알려 줘", "다른 기사는?"):
        cited.append(conversation.ask(more))
        assert cited[-1].completed_as == "리벨리온은 컨소시엄에서 무엇을 맡나요?"
    passages = [[citation.passage.id for citation in answer.citations] for answer in cited]
    flat = [passage for group in map(set, passages) for passage in group]
    assert passages[1] and len(flat) == len(set(flat))
    assert len(cited[1].hits) == 5 and not set(passages[0]) & {hit.passage.id for hit in cited[1].hits}


def test_a_citation_is_asked_for_by_its_number(retriever: Retriever) -> None:
    conversation = Conversation(retriever)
    first = conversation.ask("정부가 GPU 임차 지원 사업을 마련한 취지는?")
    assert len({citation.article.id for citation in first.citations}) == 2
    for citation in first.citations:
        again = retriever.answer(f"{citation.n}번 출처 더 자세히", after=[first.exchange])
        assert again.completed_as == first.question and again.hits
        assert {hit.article.id for hit in again.hits} == {citation.article.id}
        assert citation.passage.id not in {hit.passage.id for hit in again.hits}
        assert again.completion and again.completion.endswith(f"‘{citation.article.title}’에서만 찾았습니다.")
    beyond = retriever.answer(f"{len(first.citations) + 1}번 출처는?", after=[first.exchange])
    assert beyond.completed_as is None


def test_more_is_weighed_by_what_may_still_be_quoted(tmp_path: Path) -> None:
    texts = {
        "museum": "다솜시 미술관 개관\n\n다솜시 미술관 입장료는 어른 7,000원이다.\n",
        "library": "누리시 도서관 착공\n\n누리시 도서관 건설비는 340억 원이다. 공사는 내년 봄에 끝난다.\n",
        "bridge": "달내강 보행교 소식\n\n달내강 보행교의 길이는 410m이다. 밤에는 불을 켠다.\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([tmp_path / f"{name}.txt" for name in texts], tmp_path / "index")
    conversation = Conversation(Retriever.open(tmp_path / "index"))
    assert "7,000원" in conversation.ask("다솜시 미술관 입장료는?").text
    more = conversation.ask("더 자세히")
    assert more.abstained and more.text == NO_MORE and more.confidence < 0.1
    assert all("미술관" not in hit.passage.text for hit in more.hits)


@pytest.mark.parametrize("name", ["두  칸.md", "별*표?.md", "[1] 괄호.md"])
def test_a_citation_is_found_again_whatever_its_file_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    lines = (
        "달내강 보행교의 길이는 410m이다. 지난 봄에 상판을 모두 올려 양쪽 강변이 처음으로 이어졌다. " * 3,
        "보행교 난간은 내년 봄까지 다시 칠한다. 시는 난간에 등을 달아 밤에도 걸을 수 있게 하겠다고 했다. "
        * 3,
    )
    (folder / name).write_text("\n\n".join(("달내강 보행교 소식", *lines)) + "\n", encoding="utf-8")
    (folder / "other.md").write_text(f"다른 소식\n\n{lines[1]}\n", encoding="utf-8")
    build_index([folder], tmp_path / "index")
    retriever = Retriever.open(tmp_path / "index")
    first = retriever.answer("달내강 보행교의 길이는?")
    here = next(citation for citation in first.citations if citation.article.source.endswith(name))
    again = retriever.answer(f"{here.n}번 더 자세히", after=[first.exchange])
    assert again.completed_as and {hit.article.id for hit in again.hits} == {here.article.id}
    assert again.within == here.article.title


def test_copies_of_what_was_cited_are_no_more_of_it(tmp_path: Path) -> None:
    for name in "가나":
        (tmp_path / f"{name}.txt").write_text(
            f"{name}신문 소식\n\n달내강 보행교의 길이는 410m이고 밤에는 난간에 불을 켠다.\n", encoding="utf-8"
        )
    build_index([tmp_path / "가.txt", tmp_path / "나.txt"], tmp_path / "index")
    conversation = Conversation(Retriever.open(tmp_path / "index"))
    assert conversation.ask("달내강 보행교의 길이는?").citations[0].duplicates
    assert conversation.ask("더 자세히").text == NO_MORE


def test_where_all_was_cited_there_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "bridge.txt").write_text(
        "보행교 소식\n\n달내강 보행교의 길이는 410m이다.\n", encoding="utf-8"
    )
    build_index([tmp_path / "bridge.txt"], tmp_path / "index")
    conversation = Conversation(Retriever.open(tmp_path / "index"))
    assert conversation.ask("달내강 보행교의 길이는 얼마인가요?").citations
    for more in ("더 자세히", "1번 출처 더 자세히"):
        answer = conversation.ask(more)
        assert answer.abstained and answer.text == NO_MORE and not answer.hits
