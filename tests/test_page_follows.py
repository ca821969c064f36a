"""The chat page in Chromium while the index is built anew: a visitor sees what there is now, a conversation goes on."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from page_visit import BRIDGE, LIBRARY, Visit

from index import build_index
from rag import Retriever

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEWER = """---
title: 달내강 보행교 길이 늘린다
publisher: 새로운신문
topics: [다리]
---

달내강 보행교의 길이는 처음보다 늘어난 555m가 된다고 한빛시가 밝혔다. 폭은 그대로 6m이다.
"""


def test_a_page_follows_its_index(browser: Any, page_index: Path, tmp_path: Path) -> None:
    from rag.server.running import start_server

    own = shutil.copytree(page_index, tmp_path / "index")
    served = start_server(Retriever.open(own), port=0)
    early = Visit(browser, served.url)
    try:
        assert "기사 8편" in early.text("#header")
        early.ask(LIBRARY)
        (tmp_path / "newer.md").write_text(NEWER, encoding="utf-8")
        build_index([tmp_path / "newer.md"], own)
        end = time.monotonic() + 60
        late = Visit(browser, served.url)
        while "기사 9편" not in late.text("#header"):
            assert time.monotonic() < end
            late.end()
            time.sleep(0.5)
            late = Visit(browser, served.url)
            late.page.wait_for_timeout(500)
        late.page.locator("#filters > .label-wrap").click()
        late.page.get_by_label("매체", exact=True).click()
        late.page.get_by_role("option", name="새로운신문").click()
        late.page.get_by_label("매체", exact=True).press("Escape")
        turn = late.ask(BRIDGE)
        assert "555m" in turn.locator("blockquote").first.text_content()
        late.end()
        second = early.ask("1번 더 자세히", 2)  # from what was there before
        assert second.locator("blockquote").count() or second.locator(".gg-abstention").count()
        early.page.wait_for_function("document.querySelector('#header').textContent.includes('기사 9편')")
        early.page.click(".gg-fresh")
        early.page.wait_for_function("document.querySelector('#listed').textContent.includes('길이 늘린다')")
        early.page.locator("#filters > .label-wrap").click()
        early.page.get_by_label("매체", exact=True).click()
        early.page.get_by_role("option", name="새로운신문").wait_for()
        early.end()
    finally:
        served.close()
