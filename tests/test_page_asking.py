"""Asking on the chat page, in Chromium: the box, examples, Hangul being composed, follow-ups, notices, filters."""

from __future__ import annotations

from typing import Any

import pytest
from page_visit import BRIDGE, CRANES, LIBRARY, NOTHING, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_send_button_asks(visit: Visit) -> None:
    visit.box.fill(BRIDGE)
    visit.page.click("#send")
    assert visit.reply().locator(".gg-question").text_content() == BRIDGE


def test_an_example_asks(visit: Visit) -> None:
    example = visit.page.locator(".gg-example").first
    question = example.text_content().strip()
    example.click()
    assert visit.reply().locator(".gg-question").text_content() == question
    visit.page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")


def test_a_follow_up_is_completed_told_and_can_be_asked_as_typed(visit: Visit) -> None:
    assert "410m" in visit.ask(BRIDGE).text_content()
    turn = visit.ask("그럼 폭은?", 2)
    assert "‘달내강 보행교의 폭은?’으로 이어서 찾았습니다." in turn.text_content()
    assert turn.locator(".gg-question").text_content() == "그럼 폭은?" and "6m" in turn.text_content()
    turn.get_by_role("button", name="입력한 그대로 찾기").click()
    typed = visit.reply(3)
    assert typed.locator(".gg-question").text_content() == "그럼 폭은?"
    assert typed.locator(".gg-correction").count() == 0
    visit.page.get_by_role("button", name="새 대화").click()
    visit.page.locator(".gg-welcome").wait_for()
    assert visit.ask("그럼 폭은?").locator(".gg-correction").count() == 0  # a new one remembers nothing


def test_a_corrected_question_can_be_asked_as_typed(visit: Visit) -> None:
    glued = "".join(LIBRARY.split())
    turn = visit.ask(glued)
    assert "고쳐서 찾았습니다" in turn.locator(".gg-correction").text_content()
    turn.get_by_role("button", name="입력한 그대로 찾기").click()
    again = visit.reply(2)
    assert again.locator(".gg-question").text_content() == glued
    assert again.locator(".gg-correction").count() == 0
    assert visit.box.input_value() == ""


@pytest.mark.parametrize("blank", ["", "   ", "\n\n"])
def test_a_blank_question_gets_a_notice_that_goes_with_the_next(visit: Visit, blank: str) -> None:
    assert "질문이 비어 있습니다" in visit.ask(blank).text_content()
    visit.box.fill(LIBRARY)
    visit.box.press("Enter")
    visit.page.locator(".gg-answer").wait_for()
    assert visit.count(".gg-turn") == 1 and visit.count(".gg-notice") == 0


def test_a_question_too_long_comes_back_to_be_shortened(visit: Visit) -> None:
    assert "질문이 너무 깁니다 (2,001자)" in visit.ask("가" * 2001).text_content()
    visit.page.wait_for_function("document.querySelector('#question textarea').value.length === 2001")


def test_shift_enter_makes_a_line(visit: Visit) -> None:
    visit.box.fill("첫 줄")
    visit.box.press("Shift+Enter")
    visit.page.keyboard.insert_text("둘째 줄")
    assert visit.box.input_value() == "첫 줄\n둘째 줄" and visit.count(".gg-turn") == 0


def test_two_visitors_do_not_see_each_other(visit: Visit, phone: Visit) -> None:
    visit.ask(LIBRARY)
    phone.ask(BRIDGE)
    visit.ask(NOTHING, 2)
    phone.ask(CRANES, 2)
    assert visit.page.locator(".gg-question").all_text_contents() == [LIBRARY, NOTHING]
    assert phone.page.locator(".gg-question").all_text_contents() == [BRIDGE, CRANES]


def filters_closed(visit: Visit) -> str:
    return str(visit.page.locator("#filters > .label-wrap > span").first.text_content())


def test_filters_are_set_by_keyboard_hold_for_every_question_and_are_cleared(visit: Visit) -> None:
    label = visit.page.locator("#filters > .label-wrap")
    assert filters_closed(visit) == "거르기" and label.get_attribute("aria-expanded") == "false"
    assert not visit.page.get_by_label("매체", exact=True).is_visible()
    label.focus()
    visit.page.keyboard.press("Enter")
    visit.page.get_by_label("매체", exact=True).wait_for()
    assert label.get_attribute("aria-expanded") == "true"
    visit.page.keyboard.press("Tab")  # to the publishers
    visit.page.keyboard.type("강변")
    visit.page.get_by_role("option", name="강변신문 (1)").wait_for()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        "document.querySelector('#filters > .label-wrap').textContent.includes('거르기 · 강변신문')"
    )
    for turn, question in enumerate([BRIDGE, "한빛시립도서관 야간 열람실의 좌석은?"], start=1):
        asked = visit.ask(question, turn)
        assert asked.locator(".gg-narrowed").text_content() == "거른 기사에서 찾음: 강변신문"
        facts = visit.page.locator(f"#sources-{turn} .gg-facts").all_text_contents()
        assert facts and all("강변신문" in fact for fact in facts)
    visit.page.get_by_role("button", name="거르기 지우기").click()
    visit.page.wait_for_function(
        "document.querySelector('#filters > .label-wrap span').textContent === '거르기'"
    )
    asked = visit.ask(LIBRARY, 3)
    assert (
        asked.locator(".gg-narrowed").count() == 0
        and "밤 열 시" in asked.locator("blockquote").first.text_content()
    )


def test_dates_narrow_and_a_day_that_is_none_is_said_at_once(phone: Visit) -> None:
    phone.page.locator("#filters > .label-wrap").tap()
    since = phone.page.get_by_label("이날부터")
    since.fill("어제")
    since.press("Enter")
    shown = "document.querySelector('#filters > .label-wrap span').textContent"
    phone.page.wait_for_function(f"{shown} === '거르기 · 날짜를 확인하세요'")
    assert "날짜를 읽을 수 없습니다" in phone.ask(CRANES).text_content()
    since.fill("2025-03")
    phone.page.get_by_label("이날까지").fill("2025-03")
    phone.page.get_by_label("이날까지").press("Enter")
    phone.page.wait_for_function(f"{shown} === '거르기 · 2025-03-01~2025-03-31'")
    assert "한빛시립도서관이" in phone.ask(LIBRARY).locator("blockquote").first.text_content()
    facts = phone.page.locator("#sources .gg-facts").all_text_contents()
    assert "한빛일보2025-03-04" in facts[0] and all("2025-03-0" in fact for fact in facts)
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390


def test_where_no_article_meets_the_filters_it_says_so(visit: Visit) -> None:
    visit.page.locator("#filters > .label-wrap").click()
    visit.page.get_by_label("파일 경로나 웹 주소").fill("없는폴더/*")
    turn = visit.ask(LIBRARY)
    assert "거르는 조건에 맞는 기사가 없습니다." in turn.text_content()
    assert turn.locator(".gg-narrowed").text_content() == "거른 기사에서 찾음: 없는폴더/*"
    assert visit.count(".gg-card") == 0


COMPOSING_ENTER = """box => {
  for (const type of ["keydown", "keypress"]) {
    box.dispatchEvent(new KeyboardEvent(type, {key: "Enter", bubbles: true, cancelable: true, ...%s}));
  }
}"""


def compose(visit: Visit, begun: str, *syllables: str) -> Any:
    """Types a text whose last syllable is still being composed; returns the keyboard."""
    visit.box.click()
    visit.page.keyboard.insert_text(begun)
    keyboard = visit.context.new_cdp_session(visit.page)
    for text in syllables:
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    return keyboard


WHOLE = "한빛시립도서관은 몇 시까지 문을 여나요"


def test_enter_while_a_syllable_is_composed_sends_no_half_of_it(visit: Visit) -> None:
    keyboard = compose(visit, WHOLE[:-1], "ㅇ")
    visit.box.evaluate(COMPOSING_ENTER % "{isComposing: true, keyCode: 229, code: 'Enter'}")
    keyboard.send("Input.imeSetComposition", {"text": "요", "selectionStart": 1, "selectionEnd": 1})
    visit.page.wait_for_timeout(500)
    assert visit.count(".gg-turn") == 0 and visit.box.input_value() == WHOLE


@pytest.mark.parametrize("second_key", [False, True])
def test_one_enter_while_composing_sends_the_whole_question_once(visit: Visit, second_key: bool) -> None:
    """Some systems send a second Enter of themselves once the syllable is whole, others do not."""
    keyboard = compose(visit, WHOLE[:-1], "ㅇ", "요")
    visit.box.evaluate(COMPOSING_ENTER % "{isComposing: true, keyCode: 229, code: 'Enter'}")
    keyboard.send("Input.insertText", {"text": "요"})  # ends the composition
    if second_key:
        visit.box.press("Enter")
    assert visit.reply().locator(".gg-question").text_content() == WHOLE
    visit.page.wait_for_timeout(500)
    assert visit.count(".gg-turn") == 1


def test_safari_ends_the_composition_before_the_key(visit: Visit) -> None:
    visit.box.fill(WHOLE)
    visit.box.evaluate(COMPOSING_ENTER % "{isComposing: false, keyCode: 229, code: 'Enter'}")
    assert visit.reply().locator(".gg-question").text_content() == WHOLE
    visit.page.wait_for_timeout(500)
    assert visit.count(".gg-turn") == 1


def test_a_new_conversation_starts_from_nothing(visit: Visit) -> None:
    visit.ask(LIBRARY)
    visit.page.get_by_role("button", name="새 대화").click()
    visit.page.locator(".gg-welcome").wait_for()
    assert visit.count(".gg-turn") == 0 and visit.page.locator("#listed").is_visible()
    assert visit.ask(BRIDGE).locator(".gg-question").text_content() == BRIDGE


def test_a_question_is_asked_again_with_other_settings_in_its_own_place(visit: Visit) -> None:
    visit.ask(BRIDGE)
    glued = "".join(LIBRARY.split())
    assert visit.ask(glued, 2).locator(".gg-correction").count() == 1
    visit.page.get_by_role("button", name="설정").click()
    visit.page.get_by_label("오타를 고치고").uncheck()
    visit.page.get_by_label("찾을 대목의 수").select_option("3")
    visit.page.get_by_role("button", name="닫기").first.click()
    assert visit.page.get_by_role("button", name="다시 묻기").count() == 1  # the last turn's only
    visit.page.get_by_role("button", name="다시 묻기").click()
    visit.page.wait_for_function("!document.querySelector('#turn-2 .gg-correction')")
    visit.page.wait_for_function("document.querySelectorAll('#sources-2 .gg-card').length === 3")
    assert visit.page.locator(".gg-question").all_text_contents() == [BRIDGE, glued]
    visit.come()
    visit.page.locator("#turn-2").wait_for()
    visit.page.get_by_role("button", name="설정").click()
    assert visit.page.get_by_label("찾을 대목의 수").input_value() == "3"


def test_a_question_goes_back_into_the_box_to_be_altered(visit: Visit) -> None:
    visit.ask(BRIDGE)
    visit.page.get_by_role("button", name="질문 고치기").click()
    assert (
        visit.box.input_value() == BRIDGE
        and visit.page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    )


def test_what_no_article_meets_is_asked_again_without_the_filters(visit: Visit) -> None:
    visit.page.locator("#filters > .label-wrap").click()
    visit.page.get_by_label("파일 경로나 웹 주소").fill("없는폴더/*")
    visit.ask(LIBRARY).get_by_role("button", name="거르기 없이 다시 묻기").click()
    assert "밤 열 시" in visit.reply(2).locator("blockquote").first.text_content()
