"""What the chat page shows for each thing a user does: replies, failures, filters, sources, examples."""

from __future__ import annotations

import re

import pytest
from html_tags import Tags
from model_server import saying, serving

from index import Filters, QuestionError
from rag import Exchange, Retriever
from rag.answer import NONE_ALLOWED, Answer
from rag.page.desk import (
    BROKEN,
    MOST_EXAMPLES,
    NAMED,
    Desk,
    Narrowing,
    Turn,
    example_questions,
    in_words,
)
from rag.writing.language_model import LanguageModel, Settings
from rag.writing.written import Writer


def test_a_notice_takes_the_place_of_an_answer_when_something_fails(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(retriever)
    blank = desk.reply("  ", ())
    assert blank.sources is None and "질문이 비어 있습니다" in blank.reply and not caplog.records

    def fail(question: str, *, filters: Filters, correct: bool, after: list[Exchange]) -> Answer:
        raise (RuntimeError("<b>속사정</b>") if question == "고장" else QuestionError("<질문>을 고치세요."))

    monkeypatch.setattr(retriever, "answer", fail)
    assert "&lt;질문&gt;을 고치세요." in desk.reply("잘못", ()).reply and not caplog.records
    broken = desk.reply("고장", (Turn(4, "앞", "", ""),))
    assert BROKEN in broken.reply and "속사정" not in broken.reply and broken.number == 5
    assert "속사정" in caplog.text


def test_filters_are_in_force_named_and_chosen_from_what_there_is(retriever: Retriever) -> None:
    desk = Desk(retriever)
    assert desk.front.publishers == [("근거 편집부 (4)", "근거 편집부")]
    assert ("컨소시엄 (1)", "컨소시엄") in desk.front.topics
    narrowing = Narrowing(["근거 편집부"], ["컨소시엄", "500B"], "2025-10", "2025", " skt* ")
    turn = desk.reply("SKT의 모델 크기는?", (), narrowing)
    assert turn.narrowed == "근거 편집부 · 컨소시엄, 500B · 2025-10-01~2025-12-31 · skt*"
    assert turn.sources and set(re.findall(r"<span>([\w-]+\.md)</span>", turn.sources)) == {
        "skt-500b-tech-conference.md"
    }
    shown = Tags(desk.conversation((turn,)))
    assert shown.of_class("gg-narrowed") and turn.narrowed in shown.text
    assert not Tags(desk.conversation((desk.reply("SKT", ()),))).of_class("gg-narrowed")
    assert desk.filters_label(narrowing) == f"거르기 · {turn.narrowed}"
    assert desk.filters_label(Narrowing()) == "거르기" and in_words(Filters(until="2024")) == [
        "2024-12-31까지"
    ]


def test_a_day_that_is_none_is_noticed_before_and_after_asking(retriever: Retriever) -> None:
    desk, wrong = Desk(retriever), Narrowing(since="어제쯤")
    assert desk.filters_label(wrong) == "거르기 · 날짜를 확인하세요"
    turn = desk.reply("SKT의 모델 크기는?", (), wrong)
    assert turn.sources is None and "날짜를 읽을 수 없습니다: &#x27;어제쯤&#x27;" in turn.reply


def test_where_no_article_meets_the_filters_the_page_says_so(retriever: Retriever) -> None:
    turn = Desk(retriever).reply("SKT의 모델 크기는?", (), Narrowing(publishers=["없는신문"]))
    assert NONE_ALLOWED in turn.reply and "조건을 넓히거나" in turn.reply and turn.sources == ""


def test_only_the_last_sources_are_seen_and_a_notice_leaves_them(retriever: Retriever) -> None:
    desk = Desk(retriever)
    turns = (Turn(1, "하나", "", "첫째"), Turn(2, "둘", "", "둘째"), Turn(3, "셋", "", None))
    groups = Tags(desk.sources(turns)).of_class("gg-sources")
    assert [("hidden" in group, group["id"]) for group in groups] == [
        (True, "sources-1"),
        (False, "sources-2"),
    ]
    assert "찾아볼 기사" in desk.sources(turns[2:]) and "찾아볼 기사" in desk.sources(())


def test_the_examples_can_be_answered(retriever: Retriever) -> None:
    examples = example_questions(retriever, retriever.index.store.some_articles(8))
    assert 3 <= len(examples) <= MOST_EXAMPLES
    assert not [example for example in examples if retriever.answer(example).abstained]
    assert all(
        re.search(r"[가-힣]’[은는] 무엇인가요\?$", example) for example in examples
    )  # not the sample's own


def test_names_are_found_in_quotation_marks() -> None:
    text = "‘풀스택’과 “데스매치”, '해인' ‘500B’ ‘ 빈칸’ ‘아주 길어서 이름일 수가 없는 말’"
    assert NAMED.findall(text) == ["풀스택", "데스매치", "해인"]


def test_an_article_that_is_gone_and_one_that_is_there(retriever: Retriever) -> None:
    desk = Desk(retriever)
    assert "색인에 없습니다" in desk.whole_article({"article": "<nothing>", "spans": []})
    first, _ = retriever.articles()[0]
    assert 'class="gg-passage"' in desk.whole_article({"article": first.id, "spans": [[0, 9]]})


def test_a_written_answer_stands_above_the_quotations_with_what_was_left_out(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai", reason="the extra geungeo[llm] is not installed")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    right = "이름 ‘해인’은 팔만대장경을 간직한 ‘해인사’에서 따왔습니다"
    with serving(saying(f"{right} [1]. <b>해인</b>은 ", "1999년에 지었습니다 [1].")) as server:
        desk = Desk(retriever, Writer(retriever, LanguageModel(Settings(server.url, "m"))))
        turn = desk.reply("해인 클러스터 이름의 유래는?", ())
        first, *_, last = desk.written(turn)
        assert "확인 중" in first.reply and first.reply.endswith(turn.reply)
        tags = Tags(last.reply)
        cite = tags.of_class("gg-cite")[0]
        assert cite["href"] == "#source-1-1" and f'id="{cite["href"][1:]}"' in (turn.sources or "")
        assert "1문장은 뒷받침되지 않아 뺐습니다." in tags.text and "1999년에 지었습니다." in tags.text
        assert "<b>해인" not in last.reply and "확인 중" not in last.reply and last.reply.endswith(turn.reply)
    assert not list(Desk(retriever).written(turn))
    assert not list(desk.written(desk.reply("오늘 서울 날씨 어때?", ())))


def test_the_draft_is_never_the_last_to_be_seen(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("openai", reason="the extra geungeo[llm] is not installed")
    with serving(saying("가", "나 [1].")) as server:
        desk = Desk(retriever, Writer(retriever, LanguageModel(Settings(server.url, "m"))))
        turn = desk.reply("해인 클러스터 이름의 유래는?", ())
        steps = desk.written(turn)
        assert "확인 중" in next(steps).reply
        turn.stop.set()
        *_, last = steps
        assert last == turn.kept and last.found is None

        def fail(*_: object) -> str:
            raise RuntimeError("속사정")

        monkeypatch.setattr("rag.page.drafts.written", fail)
        again = desk.reply("해인 클러스터 이름의 유래는?", ())
        first, *_, last = desk.written(again)
        assert "확인 중" in first.reply and last == again.kept and "속사정" in caplog.text
