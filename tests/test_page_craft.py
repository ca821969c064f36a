"""The chat page's craft, in Chromium: hostile text, colours, phones, keyboards, screen readers, languages."""

from __future__ import annotations

from typing import Any

import pytest
from page_visit import ATTACK, CRANES, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_hostile_article_is_only_text(visit: Visit) -> None:
    turn = visit.ask(CRANES)
    assert "1000~1500마리" in turn.text_content() and ATTACK in turn.locator("cite").first.text_content()
    card = visit.page.locator("#source-1-1")
    assert "~~지운 제목~~" in card.text_content() and f"**굵은** {ATTACK}" in card.text_content()
    assert f"{ATTACK.replace('/', '')}.md" in card.text_content()
    card.locator("footer .gg-open").click()
    reader = visit.page.locator("dialog .gg-reader-body")
    reader.locator(".gg-quote").wait_for()
    for part in ("<script>window.hacked=2</script> 끝말.", "${window.hacked=4}", "{{value}}"):
        assert part in reader.text_content()
    inside = (
        ":is(#conversation, #sources, dialog) :is(img, script, del, s, strong, [onerror], [href^=javascript])"
    )
    assert visit.count(inside) == 0
    visit.page.wait_for_timeout(300)  # an attack would need a moment; `end` looks whether there was one


def test_a_hostile_question_is_only_text(visit: Visit) -> None:
    question = f"{ATTACK} ~~도서관~~ ${{window.hacked=5}} {{{{value}}}}"
    assert visit.ask(question).locator(".gg-question").text_content() == question
    assert visit.count("#conversation :is(img, script, del, s)") == 0
    visit.page.wait_for_timeout(300)


def test_dark_where_the_system_is_dark(browser: Any, address: str) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        visitor = Visit(browser, address, color_scheme=scheme)
        ground = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
        grounds[scheme] = visitor.page.evaluate(ground)
        visitor.end()
    assert grounds == {"light": "rgb(246, 245, 241)", "dark": "rgb(19, 21, 26)"}
