"""Reading and checking on the chat page, in Chromium: answers, citations, sources, whole articles, abstention."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_visit import BRIDGE, CRANES, LIBRARY, NOTHING, Visit

from rag import Retriever
from rag.answer import NOT_FOUND

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_answer_is_quoted_cited_and_shown_in_its_source(visit: Visit) -> None:
    turn = visit.ask(LIBRARY)
    quote = "한빛시립도서관이 4월부터 밤 열 시까지 문을 연다."
    assert turn.locator("blockquote").first.text_content() == f"{quote}1"
    card = visit.page.locator("#source-1-1")
    assert card.locator(".gg-quote").text_content() == quote
    assert card.locator(".gg-text").text_content().startswith(quote)
    assert "도서관" in "".join(card.locator(".gg-word").all_text_contents())
    assert card.locator(".gg-facts").text_content() == "한빛일보2025-03-04news.example.com ↗"
    assert (
        card.locator("a[href='https://news.example.com/library']").get_attribute("rel")
        == "noopener noreferrer"
    )
    assert re.fullmatch(r"단어 일치 \d+%", card.locator(".gg-meter").first.get_attribute("aria-label"))
    assert visit.box.input_value() == "" and not visit.page.locator("#examples").is_visible()


def test_a_citation_brings_its_source_into_view_and_marks_it(phone: Visit) -> None:
    turn = phone.ask(LIBRARY)
    in_view = (
        "card => { const r = card.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight - 100 }"
    )
    card = phone.page.locator("#source-1-1")
    phone.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    phone.page.set_viewport_size({"width": 390, "height": 420})
    assert not card.evaluate(in_view) and phone.count(".gg-marked") == 0
    turn.locator(".gg-cite").first.click()
    phone.page.wait_for_function(f"({in_view})(document.querySelector('#source-1-1.gg-marked'))")
    assert phone.page.evaluate("document.activeElement.id") == "source-1-1"
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_citation_of_an_earlier_answer_brings_back_its_sources(visit: Visit) -> None:
    first = visit.ask(LIBRARY)
    visit.ask(BRIDGE, 2)
    visit.page.locator("#sources-2").wait_for()
    assert not visit.page.locator("#sources-1").is_visible()
    first.locator(".gg-cite").first.click()
    assert (
        visit.page.locator("#source-1-1").is_visible() and not visit.page.locator("#sources-2").is_visible()
    )


def test_the_newest_question_comes_to_the_top(visit: Visit) -> None:
    for turn, question in enumerate([LIBRARY, BRIDGE, CRANES, LIBRARY], start=1):
        visit.ask(question, turn)
    near_top = "document.querySelector('#turn-4').getBoundingClientRect().top"
    visit.page.wait_for_function(f"{near_top} > 64 && {near_top} < 130")


def test_a_whole_article_opens_at_the_passage(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 320})
    visit.ask("개관 시간을 늘리는 데 드는 비용은 얼마인가요?")
    visit.page.locator("#source-1-1 footer .gg-open").click()
    reader = visit.page.locator("dialog.gg-reader")
    reader.locator(".gg-quote").wait_for()
    text = reader.text_content()
    for part in (
        "한빛시립도서관이 4월부터",
        "120석이다",
        "시의회는 지난달 예산안을 통과시켰다.",
        "무단 전재",
    ):
        assert part in text
    assert (
        reader.locator(".gg-quote").text_content()
        == "개관 시간을 늘리는 데 드는 비용 3억 원은 한빛시와 교육청이 나누어 낸다."
    )
    assert "통과시켰다." in "".join(reader.locator(".gg-here .gg-passage").all_text_contents())
    assert "무단 전재" in "".join(reader.locator(".gg-grey").all_text_contents())
    box, quote = reader.bounding_box(), reader.locator(".gg-quote").bounding_box()
    assert box["y"] < quote["y"] < quote["y"] + quote["height"] < box["y"] + box["height"]
    visit.page.keyboard.press("Escape")
    assert not reader.is_visible()


def test_a_copy_in_another_paper_opens_at_the_passage(visit: Visit) -> None:
    visit.ask(BRIDGE)
    also = visit.page.locator("#source-1-1 .gg-also")
    shown = visit.text("#source-1-1 .gg-facts")
    other, told = (
        ("강변신문", "세움건설") if "한빛경제" in shown else ("한빛경제 · 2025-03-05", "주민 설명회")
    )
    assert also.text_content() == f"같은 내용{other}"
    also.locator(".gg-open").click()
    reader = visit.page.locator("dialog.gg-reader")
    reader.locator(".gg-here .gg-passage").first.wait_for()
    assert told in reader.text_content()
    assert "410m" in reader.locator(".gg-here").first.text_content()


def test_it_says_so_when_nothing_answers(visit: Visit) -> None:
    turn = visit.ask(NOTHING)
    assert NOT_FOUND in turn.locator(".gg-abstention").text_content()
    assert turn.locator(".gg-cite, blockquote").count() == 0
    assert visit.text("#sources h2") == "관련 있을 수 있는 대목" and visit.count("#sources .gg-quote") == 0


def test_the_start_names_the_collection(visit: Visit, page_index: Path) -> None:
    index = Retriever.open(page_index).index
    assert visit.page.title() == "근거"
    assert f"기사 8편 · 문단 {index.counts['passages']}개" in visit.text("#header")
    titles = visit.page.locator("#listed .gg-open").all_text_contents()
    assert sorted(titles) == sorted(article.title for article, _ in index.store.articles())
    assert (
        visit.page.get_by_role("textbox", name="질문", exact=True).is_visible()
        and visit.count("footer:visible") == 0
    )


def test_an_article_opens_from_the_list_and_closes_by_its_button(visit: Visit) -> None:
    visit.page.locator("#listed .gg-open", has_text="달내강에 걷는 다리 놓인다").click()
    visit.page.locator("dialog.gg-reader", has_text="강바닥 공사를 쉬기로 했다").wait_for()
    visit.page.locator(".gg-close").click()
    assert not visit.page.locator("dialog.gg-reader").is_visible()


def test_a_title_opens_the_article_too_and_questions_can_be_kept_to_it(visit: Visit) -> None:
    visit.ask(BRIDGE)
    title = visit.page.locator("#source-1-1 h3 .gg-open")
    asked = title.text_content()
    title.click()
    visit.page.locator(".gg-only").click()
    visit.page.locator(".gg-only-now", has_text="이 기사에만 묻습니다").wait_for()
    turn = visit.ask("투표에는 몇 명이 참여했나요?", 2)
    assert turn.locator(".gg-narrowed").count() == 1 and "2,300" in turn.text_content()
    assert {one for one in visit.page.locator("#sources-2 h3").all_text_contents()} == {asked}
    visit.page.locator(".gg-only-end").click()
    assert visit.ask(LIBRARY, 3).locator(".gg-narrowed").count() == 0


def test_the_bars_are_explained(visit: Visit) -> None:
    visit.ask(LIBRARY)
    explained = visit.page.locator("#sources-1 .gg-meaning")
    assert not explained.locator("p").is_visible()
    explained.locator("summary").click()
    assert "100%로 본 값" in explained.locator("p").text_content() and explained.locator("p").is_visible()


def test_where_nothing_answers_what_no_article_knows_is_named(visit: Visit) -> None:
    turn = visit.ask(NOTHING)
    assert "이 기사들에 나오지 않는 말: ‘김치찌개’" in turn.text_content()


def test_a_citation_is_followed_by_keyboard(visit: Visit) -> None:
    turn = visit.ask(LIBRARY)
    turn.locator(".gg-cite").first.focus()
    visit.page.keyboard.press("Enter")
    visit.page.locator("#source-1-1.gg-marked").wait_for()
    for _ in range(3):  # past the title
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.className") == "gg-open":
            break
    visit.page.keyboard.press("Enter")
    visit.page.locator("dialog .gg-quote").wait_for()
    visit.page.keyboard.press("Escape")
    visit.page.locator("#tab-sources").focus()
    visit.page.keyboard.press("ArrowRight")
    assert visit.page.locator("#listed").is_visible() and not visit.page.locator("#sources").is_visible()
