"""Answers composed from an index made for it: agreement, disagreement, comparison, lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index import build_index
from rag import Answer, Retriever
from rag.answer import DIFFERING, NOT_TOLD
from rag.answering.quoting import Quoter
from rag.answering.statements import names

ARTICLES = {
    "bridge-1.md": """# 한빛대교 내년 봄 개통
강변일보 · 2025-03-04

한빛대교가 2026년 4월 개통한다. 공사를 맡은 두레건설은 주탑 두 기를 이미 세웠다고 밝혔다.

한빛대교의 총공사비는 3200억 원이다. 국비가 절반을 넘는다.

두레건설 강나래 사장은 "바람이 센 날에도 공사를 멈추지 않았다"고 말했다.
""",
    "bridge-2.md": """# 한빛대교 공사비 또 늘어
나루신문 · 2025-09-10

한빛대교의 총공사비가 4100억 원으로 늘었다. 강철 값이 뛴 탓이다.

한빛대교 개통은 2026년 10월로 미뤄졌다. 시는 장마 때문이라고 설명했다.

두레건설은 강나래 사장이 직접 현장에 머문다고 전했다.
""",
    "bridge-3.md": """# 섬마을이 기다리는 다리
강변일보 · 2025-09-20

총공사비 4100억 원이 드는 한빛대교는 섬마을 다섯 곳을 잇는다.

다리가 잇는 마을은 모두 다섯 곳이다. 솔섬, 달섬, 모래섬, 갈매섬, 굴섬이 차례로 이어진다.
""",
    "ferry.md": """# 나루호와 물결호, 두 배의 마지막 봄
나루신문 · 2025-04-01

여객선 나루호의 정원은 120명이다. 1998년에 처음 바다에 나갔다.

여객선 물결호의 정원은 85명이다. 물결호는 주말에만 다닌다.

뱃삯은 어른 한 사람에 6500원이다. 아이는 절반을 낸다.
""",
}  # fmt: skip


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("harbour")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    build_index([folder], folder / "index")
    return Retriever.open(folder / "index")


def quotes(answer: Answer) -> list[str]:
    return [statement.quote for statement in answer.statements]


def test_articles_that_differ_on_a_figure_stand_side_by_side(harbour: Retriever) -> None:
    answer = harbour.answer("한빛대교의 총공사비는 얼마인가요?")
    assert answer.differing and answer.text.startswith(DIFFERING)
    assert len(answer.statements) == 2
    told = {("3200억" in statement.quote): statement for statement in answer.statements}
    assert told.keys() == {True, False}
    assert "나루신문 2025-09-10" in answer.text or "강변일보 2025-09-20" in answer.text
    assert "강변일보 2025-03-04" in answer.text
    # the two later papers agree: one statement, two citations
    assert len(told[False].citations) == 2
    assert {citation.article.published for citation in told[False].citations} == {"2025-09-10", "2025-09-20"}


def test_articles_that_differ_on_a_date_stand_side_by_side(harbour: Retriever) -> None:
    answer = harbour.answer("한빛대교는 언제 개통하나요?")
    assert answer.differing
    assert {citation.article.published for citation in answer.citations} == {"2025-03-04", "2025-09-10"}


def test_a_question_that_all_articles_answer_alike_does_not_say_they_differ(harbour: Retriever) -> None:
    for question in ("두레건설 사장은 누구인가요?", "뱃삯은 얼마인가요?", "다리가 잇는 마을은 몇 곳인가요?"):
        answer = harbour.answer(question)
        assert not answer.abstained and not answer.differing, question


def test_a_comparison_gets_one_line_for_each(harbour: Retriever) -> None:
    answer = harbour.answer("나루호와 물결호의 정원은 각각 몇 명인가요?")
    assert [statement.about for statement in answer.statements] == ["나루호", "물결호"]
    assert ["120명" in quotes(answer)[0], "85명" in quotes(answer)[1]] == [True, True]
    assert "나루호: 여객선 나루호의 정원은 120명이다. [1]" in answer.text


def test_a_list_is_quoted_and_not_only_announced(harbour: Retriever) -> None:
    answer = harbour.answer("다리가 잇는 섬마을을 모두 알려 주세요.")
    assert "솔섬" in quotes(answer)[0] and "굴섬" in quotes(answer)[0]


def test_numbers_run_through_all_statements_and_every_quotation_is_exact(harbour: Retriever) -> None:
    for question in (
        "한빛대교의 총공사비는 얼마인가요?", "나루호와 물결호의 정원은 각각 몇 명인가요?", "한빛대교는 언제 개통하나요?",
    ):  # fmt: skip
        answer = harbour.answer(question, k=1)
        assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
        there = {hit.passage.id for hit in answer.hits}
        for citation in answer.citations:
            assert citation.article.text[citation.start : citation.end] == citation.quote
            assert citation.passage.id in there


def test_what_no_article_tells_of_one_of_two_is_said(harbour: Retriever) -> None:
    answer = harbour.answer("나루호와 파도호의 정원은 각각 몇 명인가요?")
    assert answer.unanswered == ("파도호",)
    assert answer.text.endswith(NOT_TOLD.format(item="파도호"))
    assert [statement.about for statement in answer.statements if "120명" in statement.quote] == ["나루호"]


@pytest.mark.parametrize(
    ("item", "text", "there"),
    [
        ("KT", "SKT의 새 요금제는 월 3만 원", False),
        ("KT", "새 요금제는 KT가 먼저 냈다", True),
        ("1단계", "11단계 지원금은 30억 원", False),
        ("1단계", "1 단계에서 똑같이 받는다", True),
        ("소라 3", "소라 3.1은 다음 달에 나온다", False),
        ("시", "도시가 커졌다", False),
    ],
)
def test_a_name_is_a_word_of_its_own(item: str, text: str, there: bool) -> None:
    assert names(item, text) is there


PAPERS = "---\ntitle: {title}\npublisher: {paper}\npublished: 2025-10-2{day}\n---\n\n{text}\n"


def two_papers(folder: Path, *texts: str) -> Retriever:
    """An index of one article for each text, and one on something else."""
    for day, text in enumerate((*texts, "감나무 잎은 가을에 붉게 물든다. 까치가 홍시를 쪼아 먹는다.")):
        article = PAPERS.format(title=f"소식 {day}", paper=f"신문{day}", day=day, text=text)
        (folder / f"{day}.md").write_text(article, encoding="utf-8")
    build_index([folder], folder / "index")
    return Retriever.open(folder / "index")


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("달빛경기장의 관중은 몇 명인가?", "달빛경기장의 관중은 3만5000명으로 늘었다.",
         "달빛경기장의 관중은 6만5000명으로 늘었다."),
        ("하늘전자의 매출은 얼마인가?", "하늘전자의 매출은 7000억 원, 영업이익은 300억 원이다.",
         "하늘전자의 매출은 5000억 원, 영업이익은 300억 원이다."),
        ("하늘전자는 별빛상사를 인수하나?", "하늘전자 이사회는 별빛상사를 인수하기로 결정했다고 밝혔다.",
         "하늘전자 이사회는 별빛상사를 인수하지 않기로 결정했다고 밝혔다."),
        ("하늘전자의 새 대표는 누구인가?", "하늘전자의 새 대표는 김민수 전 부사장으로 3일 이사회에서 뽑혔다.",
         "하늘전자의 새 대표는 이영희 전 부사장으로 3일 이사회에서 뽑혔다."),
        ("달빛역은 언제 문을 여나?", "달빛역은 2025년 3월 1일 문을 연다.",
         "달빛역은 2025년 9월 1일 문을 열고 3월 1일에는 시험 운행을 한다."),
    ],
)  # fmt: skip
def test_what_does_not_say_the_same_is_not_cited_as_if_it_did(
    tmp_path: Path, question: str, one: str, other: str
) -> None:
    answer = two_papers(tmp_path, one, other).answer(question)
    assert not answer.abstained
    assert all(len(statement.citations) == 1 for statement in answer.statements), answer.text


def test_versions_of_a_product_are_not_different_figures_for_one(tmp_path: Path) -> None:
    retriever = two_papers(
        tmp_path, "보람폰 Pro의 값은 50만 원으로 정해졌다.", "검은 보람폰의 값은 30만 원으로 정해졌다."
    )
    assert not retriever.answer("보람폰의 값은 얼마인가?").differing


def test_a_second_sentence_before_the_best_is_quoted_too(retriever: Retriever) -> None:

    hit = retriever.search("해인 클러스터 이름의 유래는?", k=1)[0]
    text = "첫째 문장이다. 둘째는 아니다. 셋째가 제일이다. 넷째도 아니다."
    spans = [(0, 8), (9, 17), (18, 27), (28, 36)]
    ranked = ((spans[2], 10.0), (spans[0], 9.5), (spans[3], 2.0), (spans[1], 1.0))
    hit = replace(hit, passage=replace(hit.passage, text=text), sentences=ranked)
    quoter = Quoter(retriever.read("무엇이 제일인가?"), retriever.index.analyzer)
    assert [quotation.text for quotation in quoter.telling(hit)] == ["셋째가 제일이다.", "첫째 문장이다."]
