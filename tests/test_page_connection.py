"""The chat page when its server is lost, slow, or asked by many at once, in Chromium."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page_visit import BRIDGE, CRANES, LIBRARY, Visit, held_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOP = Path(__file__).resolve().parents[1]


def serve(index: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """A server in a process of its own, and its address."""
    code = "import sys; from rag import Retriever; from rag.server.running import Door, Server, serve\n"
    code += "serve(Server(Retriever.open(sys.argv[1]), Door(port=int(sys.argv[2]))), open_browser=False)"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(index), str(port)],
        env=os.environ, cwd=TOP, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for said in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", said):
            return process, found[0]
    raise AssertionError("the server did not start")


def test_a_lost_server_is_told_and_what_was_said_and_typed_is_there_once_it_is_back(
    browser: Any, page_index: Path
) -> None:
    process, address = serve(page_index)
    visit = Visit(browser, address)
    try:
        visit.ask(LIBRARY)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        visit.box.fill(BRIDGE)
        visit.box.press("Enter")
        lost = visit.page.locator(".gg-connection", has_text="서버와 연결이 끊겼습니다")
        lost.wait_for()
        assert not visit.page.locator('[data-testid="toast-text"]').filter(visible=True).count()
        assert visit.page.locator("#turn-1 blockquote").count()  # what was answered is still there
        visit.box.fill("아직 보내지 않은 글")
        process, _ = serve(page_index, int(address.rsplit(":", 1)[1].strip("/")))
        lost.wait_for(state="hidden", timeout=60_000)
        visit.page.locator(".gg-shelf").wait_for(state="attached", timeout=60_000)
        visit.page.locator("#turn-1 blockquote").wait_for()
        visit.page.wait_for_function(
            "document.querySelector('#question textarea').value === '아직 보내지 않은 글'"
        )
        assert "1000~1500마리" in visit.ask(CRANES, 2).text_content()
        visit.errors.clear()  # a browser writes of each failed request
        visit.end()
    finally:
        process.kill()


def test_slow_answers_are_told_to_be_slow_and_who_waits_for_them_is_told_so(
    browser: Any, page_index: Path
) -> None:
    from rag.page.app import AT_ONCE

    with held_up(page_index) as (address, go_on):
        visit, *others = (Visit(browser, address) for _ in range(AT_ONCE + 1))
        go_on.clear()
        visit.box.fill(LIBRARY)
        visit.box.press("Enter")
        slow = visit.page.locator("#conversation .gg-slow")
        slow.wait_for(state="attached")
        assert "찾는 중입니다" in visit.text("#conversation .gg-pending")
        visit.page.wait_for_function(
            "getComputedStyle(document.querySelector('#conversation .gg-slow')).visibility === 'visible'"
        )
        assert "오래 걸리고 있습니다" in slow.text_content()
        for other in others:
            other.box.fill(LIBRARY)
            other.box.press("Enter", no_wait_after=True)
        others[-1].page.locator(".gg-sent", has_text="찾는 중입니다").wait_for()
        assert not others[-1].count(".gg-turn")
        go_on.set()
        for one in (visit, *others):
            assert "밤 열 시" in one.reply().text_content()
            assert one.page.locator(".gg-sent").is_hidden()
            one.end()


VISITORS = 20


def test_twenty_sessions_at_once_each_get_their_own_answers(browser: Any, address: str) -> None:
    """All ask at the same time, three times over; each sees its own questions with their answers, and nothing else."""
    visits = [Visit(browser, address) for _ in range(VISITORS)]
    asked = [LIBRARY, BRIDGE, CRANES]
    said = {LIBRARY: "밤 열 시", BRIDGE: "410m", CRANES: "1000~1500마리"}
    for turn in range(3):
        for number, visit in enumerate(visits):
            visit.box.fill(asked[(number + turn) % 3])
        for visit in visits:
            visit.box.press("Enter", no_wait_after=True)
        for number, visit in enumerate(visits):
            visit.page.set_default_timeout(60_000)
            assert said[asked[(number + turn) % 3]] in visit.reply(turn + 1).text_content()
    for number, visit in enumerate(visits):
        shown = visit.page.locator(".gg-question").all_text_contents()
        assert shown == [asked[(number + turn) % 3] for turn in range(3)]
        visit.end()
