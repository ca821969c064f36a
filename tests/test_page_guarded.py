"""The chat page behind its guard, in Chromium: coming in and leaving, and what a content policy stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_visit import LIBRARY, Visit

from rag import Retriever
from rag.server.access import Access
from rag.server.accounts import Accounts
from rag.server.running import Door, Server
from rag.uploads import Uploads

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "바다 위의 다리 7"


@pytest.fixture(scope="module")
def guarded(page_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    folder = tmp_path_factory.mktemp("guarded")
    accounts = Accounts(folder / "users")
    accounts.set("민지", PASSWORD)
    server = Server(
        Retriever.open(page_index), Door(port=0, access=Access(accounts)), Uploads(folder / "uploads")
    ).start()
    yield server.url, server
    server.close()


def come_in(page: Any, password: str = PASSWORD) -> None:
    page.locator("input[name=name]").fill("민지")
    page.locator("input[name=password]").fill(password)
    page.locator("button").click()


def test_a_user_comes_in_asks_and_leaves(browser: Any, guarded: tuple[str, Server]) -> None:
    address, _ = guarded
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(address)
    assert page.url.startswith(f"{address}login")
    come_in(page, "틀린 비밀번호")
    page.get_by_role("alert").filter(has_text="맞지 않습니다").wait_for()
    come_in(page)
    page.locator(".gg-shelf").wait_for(state="attached")
    box = page.locator("#question textarea")
    box.fill(LIBRARY)
    box.press("Enter")
    page.locator("#turn-1 blockquote, #turn-1 .gg-answer").first.wait_for()
    page.locator(".gg-settings-button").click()
    page.get_by_role("button", name="나가기").click()
    page.wait_for_url("**/login")
    page.goto(address)
    assert page.url.startswith(f"{address}login")
    context.close()


def test_who_is_let_in_no_longer_is_sent_to_the_login(browser: Any, guarded: tuple[str, Server]) -> None:
    address, server = guarded
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(address)
    come_in(page)
    page.locator(".gg-shelf").wait_for(state="attached")
    server.application.state.access._sessions.clear()
    page.locator("#question textarea").fill(LIBRARY)
    page.locator("#question textarea").press("Enter")
    page.wait_for_url(re.compile("/login"))
    context.close()


def test_what_is_smuggled_into_the_page_runs_nothing(visit: Visit) -> None:
    visit.page.evaluate("""() => {
      const box = document.createElement("div");
      box.innerHTML = '<img src="data:image/png;base64,x" onerror="window.smuggled = 1"><a href="javascript:window.smuggled = 2">x</a>';
      document.body.append(box);
      const script = document.createElement("script");
      script.textContent = "window.smuggled = 3";
      document.body.append(script);
      box.querySelector("a").click();
      return fetch("https://example.org/").catch(() => null);
    }""")
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("window.smuggled") is None
    refused = [error for error in visit.errors if "Content Security Policy" in error]
    assert len(refused) >= 4  # the handler, the address, the script, the other site
    visit.errors.clear()
    visit.requests[:] = [url for url in visit.requests if "example.org" not in url]
    assert "410m" in visit.ask("달내강 보행교의 길이는 얼마인가요?").text_content()  # and the page goes on


def test_the_api_describes_itself_without_fetching_anything(browser: Any, address: str) -> None:
    context = browser.new_context(locale="ko-KR", viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}docs")
    page.get_by_text("/v1/search").first.wait_for()
    page.get_by_text("/v1/search").first.click()
    page.get_by_text("SKT 컨소시엄에서 반도체를 맡는 곳은?").first.wait_for()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .microlight", has_text="hits").first.wait_for()
    assert not errors and all(url.startswith((address, "data:")) for url in requests)
    context.close()
