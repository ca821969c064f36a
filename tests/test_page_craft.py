"""The chat page's craft, in Chromium: hostile text, colours, phones, keyboards, screen readers, languages."""

from __future__ import annotations

from typing import Any

import pytest
from page_visit import ATTACK, BRIDGE, CRANES, LIBRARY, NOTHING, Visit

from rag.answer import NOT_FOUND

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


def test_dark_where_the_system_is_dark_or_the_visitor_likes_it(browser: Any, address: str) -> None:
    ground = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    light, dark = "rgb(246, 245, 241)", "rgb(19, 21, 26)"
    for scheme, own, other in (("light", light, dark), ("dark", dark, light)):
        visitor = Visit(browser, address, color_scheme=scheme)
        assert visitor.page.evaluate(ground) == own
        visitor.page.get_by_role("button", name="설정").click()
        chosen = "dark" if scheme == "light" else "light"
        visitor.page.get_by_label("화면").select_option(chosen)
        assert visitor.page.evaluate(ground) == other
        visitor.come()
        visitor.page.wait_for_function(f"{ground} === '{other}'")
        visitor.end()


def test_the_page_speaks_english_to_those_who_ask_for_it(browser: Any, address: str) -> None:
    visitor = Visit(browser, address, locale="en-US")
    visitor.page.wait_for_url("**/en")
    assert visitor.page.evaluate("document.documentElement.lang") == "en"
    visitor.page.locator(".gg-shelf").wait_for()
    visitor.ask(LIBRARY)
    visitor.ask(NOTHING, 2)
    shown = visitor.page.locator("#top, #talk, .gg-legend, .gg-meters, .gg-tabs, .gg-heading, .gg-shelf")
    text = " ".join(shown.all_inner_texts())
    assert "These articles do not seem to answer that." in text and "Sources" in text
    for mine in ("근거 1곳", "묻기", "설정", "찾을", "기사에"):
        assert mine not in text
    visitor.page.get_by_role("link", name="한국어").click()
    visitor.page.wait_for_url(address)
    visitor.page.locator("#turn-2", has_text=NOT_FOUND).wait_for()  # the conversation goes along
    visitor.come(f"{address}en")
    visitor.page.wait_for_url(address)  # what was chosen once stays
    visitor.end()


AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(visit: Visit) -> list[str]:
    """What axe-core finds wrong on the page as it is, seriously or critically."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(visit.page, options=AXE_RULES).response["violations"]
    return [
        f"{one['id']}: {one['help']} {[node['html'][:150] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ko-KR", "en-US"])
def test_axe_finds_nothing_serious_in_any_state(
    browser: Any, address: str, scheme: str, language: str
) -> None:
    visit = Visit(browser, address, color_scheme=scheme, locale=language, reduced_motion="reduce")
    visit.page.locator(".gg-shelf").wait_for()
    found = {"start": violations(visit)}
    for turn, (state, question) in enumerate(
        [("answer", LIBRARY), ("two papers", BRIDGE), ("abstention", NOTHING), ("hostile", CRANES)], start=1
    ):
        visit.ask(question, turn)
        found[state] = violations(visit)
    visit.page.locator(".gg-exports summary").click()
    found["exports"] = violations(visit)
    visit.ask(" ", 5)
    found["notice"] = violations(visit)
    visit.page.locator("#filters > .label-wrap").click()
    visit.page.locator("#filter-source").wait_for()
    found["filters"] = violations(visit)
    for button in (".gg-settings-button", ".gg-talks-button"):
        visit.page.locator(button).click()
        found[button] = violations(visit)
        visit.page.keyboard.press("Escape")
    visit.page.locator("#tab-articles").click()
    found["articles"] = violations(visit)
    visit.page.locator(".gg-paste").click()
    found["paste"] = violations(visit)
    visit.page.keyboard.press("Escape")
    visit.page.locator("#listed .gg-open").first.click()
    visit.page.locator("dialog .gg-reader-text").wait_for()
    found["article"] = violations(visit)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
    visit.end()


def test_a_phone_shows_every_state_without_scrolling_sideways(phone: Visit) -> None:
    width = "document.documentElement.scrollWidth"
    assert phone.page.evaluate(width) == 390
    for turn, question in enumerate([LIBRARY, BRIDGE, NOTHING, CRANES], start=1):
        phone.ask(question, turn)
        assert phone.page.evaluate(width) == 390
    small = """() => [...document.querySelectorAll("button, summary, .gg-language")]
      .filter((one) => one.checkVisibility() && !one.closest("h3, .gg-legend, .gg-articles, .gg-correction, #filters"))
      .map((one) => [one.className, one.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""
    phone.page.locator("#tab-articles").tap()
    assert phone.page.evaluate(width) == 390 and phone.page.evaluate(small) == []
    phone.page.locator("#listed .gg-open").first.tap()
    phone.page.locator("dialog .gg-reader-text").wait_for()
    assert phone.page.evaluate(width) == 390
    phone.page.locator(".gg-close").tap()


FOCUSED = """(() => {
  const focused = document.activeElement;
  return focused.closest("#question") ? "question" : focused.className;
})()"""


def test_everything_is_reached_by_keyboard_alone(visit: Visit) -> None:
    press = visit.page.keyboard.press
    visit.page.locator(".gg-logo").click()  # the focus is to begin at the page's top
    press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "gg-skip"
    press("Enter")
    visit.page.keyboard.insert_text(LIBRARY)
    press("Enter")
    visit.reply()
    reached: list[str] = []
    visit.page.locator(".gg-logo").click()
    for _ in range(60):
        press("Tab")
        reached.append(visit.page.evaluate(FOCUSED))
    for name in ("gg-fresh", "gg-talks-button", "gg-settings-button", "gg-language", "gg-cite", "gg-to-sources", "gg-copy",
                 "gg-again", "gg-edit", "question", "label-wrap", "gg-open"):  # fmt: skip
        assert any(name in one or name == one for one in reached), name
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    visit.page.locator(".gg-cite").first.focus()
    press("Tab")
    press("Shift+Tab")
    assert visit.page.evaluate(outline) == "solid"
