"""The chat page in Chromium with a language model: its draft, the checked answer, the button that stops it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from model_server import Request, serving
from page_visit import LIBRARY, Visit

from rag import Retriever
from rag.writing import language_model as lm

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytest.importorskip("openai", reason="the extra geungeo[llm] is not installed")


def test_the_draft_is_marked_then_checked_and_can_be_stopped(
    browser: Any,
    page_index: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rag.server.running import start_server

    go_on = threading.Event()

    def waiting(request: Request) -> None:
        request.begin()
        request.event("한빛시립도서관이 4월부터 밤 열 시까지 문을 엽니다 [1]. ")
        go_on.wait(20)
        request.event("<img src=x onerror=window.hacked=1> 좌석은 모두 999석입니다 [1].")
        request.event(None, "stop")
        request.line("[DONE]")

    with serving(waiting) as server:
        monkeypatch.setenv(lm.URL, server.url)
        monkeypatch.setenv(lm.MODEL, "m")
        served = start_server(Retriever.open(page_index), port=0)
        visit = Visit(browser, served.url, viewport={"width": 1280, "height": 900})
        try:
            turn = visit.ask(LIBRARY)
            turn.locator(".gg-draft", has_text="확인 중").wait_for()
            assert "확인 중" in turn.text_content() and turn.locator("blockquote").count() >= 1
            go_on.set()
            turn.locator(".gg-written").wait_for()
            assert "1문장은 뒷받침되지 않아 뺐습니다." in turn.text_content()
            assert "999" not in turn.locator(".gg-written-text").text_content()
            turn.locator(".gg-left-out summary").click()
            assert turn.locator(".gg-left-out s").is_visible()
            turn.locator(".gg-written .gg-cite").click()
            visit.page.locator("#source-1-1.gg-marked").wait_for()
            go_on.clear()
            second = visit.ask(LIBRARY, 2)
            second.locator(".gg-draft").wait_for()
            visit.page.click("#stop")
            second.locator(".gg-draft").wait_for(state="detached")
            assert second.locator("blockquote").count() >= 1 and second.locator(".gg-written").count() == 0
            go_on.set()
            visit.end()
        finally:
            served.close()


def test_slow_models_keep_nobody_from_asking(
    browser: Any,
    page_index: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rag.page.app import AT_ONCE
    from rag.page.events import WRITTEN_AT_ONCE
    from rag.server.running import start_server

    go_on = threading.Event()

    def silent(request: Request) -> None:
        request.begin()
        go_on.wait(30)
        request.event("한빛시립도서관이 4월부터 밤 열 시까지 문을 엽니다 [1].")
        request.event(None, "stop")
        request.line("[DONE]")

    with serving(silent) as server:
        monkeypatch.setenv(lm.URL, server.url)
        monkeypatch.setenv(lm.MODEL, "m")
        served = start_server(Retriever.open(page_index), port=0)
        try:
            visits = [Visit(browser, served.url) for _ in range(max(AT_ONCE, WRITTEN_AT_ONCE) + 1)]
            turns = [visit.ask(LIBRARY) for visit in visits]  # each waits for the extractive answer
            assert all(turn.locator("blockquote").count() >= 1 for turn in turns) and not go_on.is_set()
            assert len(server.requests) <= WRITTEN_AT_ONCE
            go_on.set()
            for turn in turns:
                turn.locator(".gg-written").wait_for()
            for visit in visits:
                visit.end()
        finally:
            go_on.set()
            served.close()


def test_a_new_question_or_conversation_stops_what_is_being_written(
    browser: Any,
    page_index: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rag.server.running import start_server

    go_on, gone = threading.Event(), threading.Event()

    def first_endless(request: Request) -> None:
        request.begin()
        if len(request.server.requests) != 2:
            try:
                while not go_on.wait(0.05):
                    request.event("가")
            except OSError:
                gone.set()
        request.event("한빛시립도서관이 4월부터 밤 열 시까지 문을 엽니다 [1].")
        request.event(None, "stop")
        request.line("[DONE]")

    with serving(first_endless) as server:
        monkeypatch.setenv(lm.URL, server.url)
        monkeypatch.setenv(lm.MODEL, "m")
        served = start_server(Retriever.open(page_index), port=0)
        visit = Visit(browser, served.url)
        try:
            first = visit.ask(LIBRARY)
            first.locator(".gg-draft").wait_for()
            second = visit.ask(LIBRARY, 2)
            second.locator(".gg-written").wait_for()
            assert first.locator(".gg-draft, .gg-written").count() == 0
            assert first.locator("blockquote").count() >= 1 and gone.wait(5)
            third = visit.ask(LIBRARY, 3)
            third.locator(".gg-draft").wait_for()
            assert second.locator(".gg-written").count() == 1
            visit.page.click(".gg-fresh")
            third.wait_for(state="detached")
            visit.page.wait_for_timeout(700)
            assert visit.count(".gg-turn") == 0
            go_on.set()
            visit.end()
        finally:
            go_on.set()
            served.close()
