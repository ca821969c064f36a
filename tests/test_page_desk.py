"""What the chat page does for each thing a visitor does: replies, failures, filters, sources, articles, writing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from html_tags import Tags
from model_server import saying, serving

from index import Filters, QuestionError
from rag import Exchange, Retriever
from rag.answer import NONE_ALLOWED, Answer
from rag.page import replies
from rag.page.desk import NOT_NARROWED, Desk, Narrowing, in_words
from rag.page.front import Library
from rag.page.turns import Turn, as_data, from_data
from rag.page.visit import Visit, read_visit
from rag.page.words.english import ENGLISH
from rag.page.words.korean import KOREAN
from rag.writing.language_model import LanguageModel, Settings
from rag.writing.written import Writer

VISIT = Visit()
HAEIN = "해인 클러스터 이름의 유래는?"


def desk_of(retriever: Retriever, writer: Writer | None = None) -> Desk:
    return Desk(Library(retriever, writer), KOREAN)


def asked(desk: Desk, question: str, narrowing: Narrowing = NOT_NARROWED) -> Turn:
    return desk.reply(question, (), VISIT, narrowing)[0]


def test_a_notice_takes_the_place_of_an_answer_when_something_fails(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = desk_of(retriever)
    blank = asked(desk, "  ")
    assert blank.reply is None and "질문이 비어 있습니다" in blank.notice and not caplog.records

    def fail(question: str, k: int, *, filters: Filters, correct: bool, after: list[Exchange]) -> Answer:
        raise (RuntimeError("<b>속사정</b>") if question == "고장" else QuestionError("<질문>을 고치세요."))

    monkeypatch.setattr(retriever, "answer", fail)
    assert asked(desk, "잘못").notice == "<질문>을 고치세요." and not caplog.records
    assert "&lt;질문&gt;을 고치세요." in desk.conversation((asked(desk, "잘못"),))
    broken, unwritten = desk.reply("고장", (Turn(4, "앞"),), VISIT)
    assert broken.notice == KOREAN.broken and broken.number == 5 and unwritten is None
    assert "속사정" in caplog.text


def test_filters_are_in_force_named_and_chosen_from_what_there_is(retriever: Retriever) -> None:
    desk = desk_of(retriever)
    front = desk.library.front(VISIT)
    assert front.publishers == [("근거 편집부 (4)", "근거 편집부")]
    assert ("컨소시엄 (1)", "컨소시엄") in front.topics
    narrowing = Narrowing(["근거 편집부"], ["컨소시엄", "500B"], "2025-10", "2025", " skt* ")
    turn = asked(desk, "SKT의 모델 크기는?", narrowing)
    assert turn.narrowed == "근거 편집부 · 컨소시엄, 500B · 2025-10-01~2025-12-31 · skt*"
    assert set(re.findall(r"<span>([\w-]+\.md)</span>", desk.sources((turn,)))) == {
        "skt-500b-tech-conference.md"
    }
    shown = Tags(desk.conversation((turn,)))
    assert shown.of_class("gg-narrowed") and turn.narrowed in shown.text
    assert not Tags(desk.conversation((asked(desk, "SKT"),))).of_class("gg-narrowed")
    assert desk.filters_label(narrowing) == f"거르기 · {turn.narrowed}"
    assert desk.filters_label(Narrowing()) == "거르기"
    assert in_words(KOREAN, Filters(until="2024")) == ["2024-12-31까지"]
    assert in_words(ENGLISH, Filters(since="2024")) == ["from 2024-01-01"]


def test_a_day_that_is_none_is_noticed_before_and_after_asking(retriever: Retriever) -> None:
    desk, wrong = desk_of(retriever), Narrowing(since="어제쯤")
    assert desk.filters_label(wrong) == "거르기 · 날짜를 확인하세요"
    turn = asked(desk, "SKT의 모델 크기는?", wrong)
    assert turn.reply is None and "날짜를 읽을 수 없습니다: '어제쯤'" in turn.notice


def test_where_no_article_meets_the_filters_the_page_says_so(retriever: Retriever) -> None:
    desk = desk_of(retriever)
    turn = asked(desk, "SKT의 모델 크기는?", Narrowing(publishers=["없는신문"]))
    shown = Tags(desk.conversation((turn,)))
    assert NONE_ALLOWED in shown.text and "조건을 넓히거나" in shown.text
    assert [one["data-question"] for one in shown.of_class("gg-ask") if "data-wide" in one] == [turn.question]
    assert desk.sources((turn,)) == '<section class="gg-sources" id="sources-1"></section>'


def test_only_the_last_sources_are_seen_and_a_notice_leaves_them(retriever: Retriever) -> None:
    desk = desk_of(retriever)
    first = asked(desk, HAEIN)
    turns = (first, replace(first, number=2), Turn(3, "셋", notice="안 됩니다"))
    groups = Tags(desk.sources(turns)).of_class("gg-sources")
    assert [("hidden" in group, group["id"]) for group in groups] == [
        (True, "sources-1"),
        (False, "sources-2"),
    ]
    assert desk.sources(()) == ""


def test_settings_of_the_visit_are_heeded(retriever: Retriever) -> None:
    desk = desk_of(retriever)
    glued = "".join(HAEIN.split())
    few, _ = desk.reply(glued, (), Visit(sources=3))
    many, _ = desk.reply(glued, (), Visit(sources=10, correct=False))
    assert few.reply and few.reply.searched_as == HAEIN and len(few.reply.sources) == 3
    assert many.reply and many.reply.searched_as is None and len(many.reply.sources) == 10


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        "nonsense",
        "[]",
        '{"sources": 99}',
        '{"place": "/etc"}',
        '{"key": "../../x"}',
        '{"correct": "maybe"}',
    ],
)
def test_what_no_browser_of_ours_would_tell_is_not_heeded(told: str | None) -> None:
    assert read_visit(told) == Visit()


def test_a_key_stands_in_no_log() -> None:
    assert "ab12" not in repr(read_visit('{"key": "ab12ab12ab12ab12ab12ab12ab12ab12"}'))
    assert read_visit('{"key": "ab12ab12ab12ab12ab12ab12ab12ab12"}').key


def test_follow_ups_refer_to_what_was_asked_of_the_same_articles_even_after_a_reload(
    retriever: Retriever,
) -> None:
    desk = desk_of(retriever)
    first = asked(desk, "A.X 4.0은 언제 공개됐나요?")
    kept = from_data([as_data(first)])
    second, _ = desk.reply("그럼 매개변수는?", kept, VISIT)
    assert second.reply and second.reply.completed_as == "A.X 4.0의 매개변수는?"
    elsewhere = (replace(first, place="own"),)
    other, _ = desk.reply("그럼 매개변수는?", elsewhere, VISIT)
    assert other.reply and other.reply.completed_as is None


def test_an_article_that_is_gone_and_one_that_is_there(retriever: Retriever) -> None:
    desk = desk_of(retriever)
    for told in (
        {"article": "<nothing>", "place": "shared", "spans": []},
        {},
        None,
        {"article": 3, "spans": "x"},
    ):
        assert "색인에 없습니다" in desk.whole_article(told, VISIT)
    first, _ = retriever.articles()[0]
    there = {"article": first.id, "place": "own", "spans": [[0, 9]]}
    markup = desk.whole_article(there, VISIT)
    assert 'class="gg-passage"' in markup
    assert Tags(markup).of_class("gg-only")[0]["data-article"] == first.id


def test_a_written_answer_stands_above_the_quotations_with_what_was_left_out(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai", reason="the extra geungeo[llm] is not installed")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    right = "이름 ‘해인’은 팔만대장경을 간직한 ‘해인사’에서 따왔습니다"
    with serving(saying(f"{right} [1]. <b>해인</b>은 ", "1999년에 지었습니다 [1].")) as server:
        desk = desk_of(retriever, Writer(retriever, LanguageModel(Settings(server.url, "m"))))
        turn, unwritten = desk.reply(HAEIN, (), VISIT)
        assert unwritten
        steps = list(desk.written(unwritten))
        first, last = (desk.conversation((step,)) for step in (steps[0], steps[-1]))
        quoted = replies.answer(KOREAN, turn, turn.reply) if turn.reply else ""
        assert "확인 중" in first and quoted in first and quoted in last
        tags = Tags(last)
        cite = tags.of_class("gg-cite")[0]
        assert cite["href"] == "#source-1-1" and 'id="source-1-1"' in desk.sources((turn,))
        assert "1문장은 뒷받침되지 않아 뺐습니다." in tags.text and "1999년에 지었습니다." in tags.text
        assert "<b>해인" not in last and "확인 중" not in last
        assert from_data([as_data(steps[-1])]) == (steps[-1],)
        assert desk.reply("오늘 서울 날씨 어때?", (), VISIT)[1] is None
        assert desk.reply(HAEIN, (), Visit(written=False))[1] is None
    assert desk_of(retriever).reply(HAEIN, (), VISIT)[1] is None


def test_the_draft_is_never_the_last_to_be_seen(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("openai", reason="the extra geungeo[llm] is not installed")
    with serving(saying("가", "나 [1].")) as server:
        desk = desk_of(retriever, Writer(retriever, LanguageModel(Settings(server.url, "m"))))
        turn, unwritten = desk.reply(HAEIN, (), VISIT)
        assert unwritten
        steps = desk.written(unwritten)
        assert next(steps).draft
        unwritten.stop.set()
        *_, last = steps
        assert last == turn

        def fail(*_: object) -> str:
            raise RuntimeError("속사정")

        monkeypatch.setattr("rag.page.desk.Written.of", fail)
        _, again = desk.reply(HAEIN, (), VISIT)
        assert again
        first, *_, last = desk.written(again)
        assert first.draft and last == again.turn and "속사정" in caplog.text


def test_where_the_server_keeps_its_files_is_told_to_nobody(retriever: Retriever) -> None:
    desk = desk_of(retriever)
    turn = asked(desk, HAEIN)
    first, _ = retriever.articles()[0]
    opened = desk.whole_article({"article": first.id, "place": "shared", "spans": []}, VISIT)
    folder = str(Path(first.source).parent)
    for told in (desk.conversation((turn,)), desk.sources((turn,)), str(as_data(turn)), opened):
        assert folder not in told
