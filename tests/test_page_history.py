"""Conversations kept in the browser, copied and exported, in Chromium."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from page_visit import BRIDGE, CRANES, LIBRARY, NOTHING, Visit, held_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_reload_keeps_the_conversation_and_it_goes_on(visit: Visit) -> None:
    visit.ask(BRIDGE)
    before = visit.ask(NOTHING, 2).inner_html()
    visit.come()
    assert visit.reply(2).inner_html() == before
    assert visit.page.locator("#source-1-1 .gg-quote").count() == 1
    visit.page.locator("#turn-1 .gg-cite").first.click()
    visit.page.locator("#source-1-1.gg-marked footer .gg-open").click()
    visit.page.locator("dialog .gg-quote").wait_for()
    visit.page.keyboard.press("Escape")
    turn = visit.ask("그럼 달내강 보행교의 폭은?", 3)
    assert "6m" in turn.text_content()


def test_a_follow_up_is_completed_from_what_the_browser_kept(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.come()
    visit.reply(1)
    assert "이어서 찾았습니다" in visit.ask("그럼 폭은?", 2).text_content()


def test_what_was_typed_outlives_a_reload(visit: Visit) -> None:
    visit.box.fill("아직 다 쓰지 않은 물음")
    visit.come()
    visit.page.wait_for_function(
        "document.querySelector('#question textarea').value === '아직 다 쓰지 않은 물음'"
    )
    visit.ask(LIBRARY)
    visit.come()
    visit.reply(1)
    assert visit.box.input_value() == ""


def test_earlier_conversations_are_listed_sought_opened_and_deleted(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.page.get_by_role("button", name="새 대화").click()
    visit.page.locator(".gg-welcome").wait_for()
    visit.ask(CRANES)
    visit.page.get_by_role("button", name="지난 대화").click()
    listed = visit.page.locator(".gg-talk b")
    assert listed.all_text_contents() == [CRANES, BRIDGE]
    visit.page.get_by_role("searchbox", name="지난 대화에서 찾기").fill("길이는 얼마")
    assert listed.all_text_contents() == [BRIDGE]
    visit.page.get_by_role("searchbox", name="지난 대화에서 찾기").fill("")
    visit.page.locator(".gg-talk", has_text=BRIDGE).click()
    visit.page.wait_for_function(f"document.querySelector('#turn-1 .gg-question').textContent === '{BRIDGE}'")
    visit.page.on("dialog", lambda dialog: dialog.accept())
    visit.page.get_by_role("button", name="지난 대화").click()
    visit.page.get_by_role("button", name=f"지우기: {CRANES}").click()
    assert listed.all_text_contents() == [BRIDGE]
    visit.page.get_by_role("button", name="모두 지우기").click()
    assert listed.count() == 0 and "아직 남은 대화가 없습니다" in visit.text(".gg-talks")
    visit.page.locator(".gg-talks .gg-dialog-close").click()
    visit.page.locator(".gg-welcome").wait_for()
    visit.come()
    assert visit.count(".gg-turn") == 0


def test_what_is_forged_in_the_browsers_storage_does_no_harm(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.page.evaluate(
        """() => {
          const id = sessionStorage.getItem("geungeo.talk");
          const text = localStorage.getItem(`geungeo.talk.${id}`);
          localStorage.setItem(`geungeo.talk.${id}`, text.replaceAll("달내강", "<img src=x onerror=window.hacked=7>"));
        }"""
    )
    visit.come()
    assert "<img src=x" in visit.reply(1).text_content() and visit.count("#desk img") == 0
    visit.page.evaluate(
        "localStorage.setItem(`geungeo.talk.${sessionStorage.getItem('geungeo.talk')}`, '{\"turns\": [{\"number\": 1}]}')"
    )
    visit.come()
    assert visit.count(".gg-turn") == 0 and "410m" in visit.ask(BRIDGE).text_content()


def test_storage_that_is_blocked_costs_only_the_history(browser: Any, address: str) -> None:
    blocked = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked') }});"
    visit = Visit(browser, address, before=blocked)
    assert "410m" in visit.ask(BRIDGE).text_content()
    assert "남길 수 없습니다" in visit.text(".gg-toast")
    visit.end()


def test_an_answer_is_copied_with_its_sources(browser: Any, address: str) -> None:
    visit = Visit(browser, address, permissions=["clipboard-read", "clipboard-write"])
    visit.ask(LIBRARY).get_by_role("button", name="복사").click()
    visit.page.locator(".gg-toast", has_text="출처와 함께 복사했습니다").wait_for()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "“한빛시립도서관이 4월부터 밤 열 시까지 문을 연다.” [1]\n\n[1] 한빛시립도서관, 밤 열 시까지"
    )
    assert "(한빛일보, 2025-03-04) · https://news.example.com/library" in copied
    visit.end()


@pytest.mark.parametrize("kind", ["Markdown", "HTML", "JSON"])
def test_a_conversation_is_exported(visit: Visit, tmp_path: Path, kind: str) -> None:
    visit.ask(LIBRARY)
    visit.ask(CRANES, 2)
    visit.page.locator(".gg-exports summary").click()
    with visit.page.expect_download() as started:
        visit.page.get_by_role("button", name=kind, exact=True).click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    assert path.suffix == {"Markdown": ".md", "HTML": ".html", "JSON": ".json"}[kind]
    assert (
        LIBRARY in text
        and "밤 열 시까지 문을 연다" in text
        and "news.example.com/library" in text.replace("\\", "")
    )
    if kind == "JSON":
        assert [one["question"] for one in json.loads(text)] == [LIBRARY, CRANES]
    if kind == "HTML":
        shown = visit.context.new_page()
        shown.goto(path.as_uri())
        assert shown.locator("blockquote").count() >= 2 and shown.evaluate("window.hacked") is None
        assert shown.locator("script, img").count() == 0
        shown.close()


def test_a_conversation_that_the_server_has_lost_is_brought_back_by_the_next_question(
    browser: Any, page_index: Path
) -> None:
    """A page that slept for hours finds the server as it left it, but for its own state."""
    from gradio.state_holder import StateHolder

    from rag import Retriever
    from rag.server.running import start_server

    served = start_server(Retriever.open(page_index), port=0)
    visit = Visit(browser, served.url)
    try:
        visit.ask(BRIDGE)
        page = served.application.page
        assert page is not None
        holder: StateHolder = page.app.state_holder
        holder.session_data.clear()
        assert "이어서 찾았습니다" in visit.ask("그럼 폭은?", 2).text_content()
        assert "410m" in visit.text("#turn-1")
        visit.come()
        assert visit.reply(2).locator("blockquote").count() and visit.page.locator("#turn-1").count()
        visit.end()
    finally:
        served.close()


def test_a_question_still_being_answered_stays_out_of_the_next_conversation(
    browser: Any, page_index: Path
) -> None:
    with held_up(page_index) as (address, go_on):
        visit = Visit(browser, address)
        visit.ask(BRIDGE)
        go_on.clear()
        visit.box.fill(LIBRARY)
        visit.box.press("Enter")
        visit.page.locator("#turn-2 .gg-pending").wait_for()
        visit.page.get_by_role("button", name="새 대화").click()
        visit.page.locator(".gg-welcome").wait_for()
        go_on.set()
        visit.page.wait_for_timeout(1500)
        assert visit.count(".gg-turn") == 0
        assert "1000~1500마리" in visit.ask(CRANES).text_content()
        visit.page.get_by_role("button", name="지난 대화").click()
        assert visit.page.locator(".gg-talk b").all_text_contents() == [CRANES, BRIDGE]
        assert "질문 1개" in visit.page.locator(".gg-talk small").nth(1).text_content()
        visit.end()
