"""The chat page in Chromium, over the seeds and a few articles written here, one of them hostile.

After every test: nothing of the hostile article has run, nothing was asked of another machine, and the
browser's console holds no error.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index import Filters, GeungeoError, build_index
from rag import Answer, Exchange, Retriever
from rag.answer import NOT_FOUND
from rag.page.desk import MOST_LISTED

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOP = Path(__file__).resolve().parents[1]
SEEDS = TOP / "seeds"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

ATTACK = "<img src=x onerror=window.hacked=1><script>window.hacked=2</script>"
ARTICLES = {
    "library.md": """---
title: 한빛시립도서관, 밤 열 시까지 문 연다
publisher: 한빛일보
published: 2025-03-04
url: https://news.example.com/library
---

한빛시립도서관이 4월부터 밤 열 시까지 문을 연다. 퇴근길에 책을 빌리는 직장인이 늘었기 때문이라고 한다.

야간 열람실은 3층에 새로 꾸며지며 좌석은 모두 120석이다. 좌석은 도서관 누리집에서 하루 전부터 예약할 수 있다.

개관 시간을 늘리는 데 드는 비용 3억 원은 한빛시와 교육청이 나누어 낸다. 시의회는 지난달 예산안을 통과시켰다.

ⓒ 한빛일보, 무단 전재 및 재배포 금지
""",
    "bridge.md": """---
title: 달내강에 걷는 다리 놓인다
publisher: 강변신문
---

달내강을 걸어서 건너는 보행교가 내년 봄에 열린다. 다리의 길이는 410m이고 폭은 6m이다.

보행교의 이름은 주민 투표를 거쳐 ‘물비늘다리’로 정해졌다. 투표에는 주민 2,300여 명이 참여했다.

공사를 맡은 세움건설은 물고기가 알을 낳는 봄에는 강바닥 공사를 쉬기로 했다.
""",
    "wire.md": """---
title: 물비늘다리, 내년 봄 개통
publisher: 한빛경제
published: 2025-03-05
---

달내강을 걸어서 건너는 보행교가 내년 봄에 열린다. 다리의 길이는 410m이고 폭은 6m이다.

보행교의 이름은 주민 투표를 거쳐 ‘물비늘다리’로 정해졌다. 투표에는 주민 2,300여 명이 참여했다.

개통을 앞두고 동네 상인들은 손님이 늘어날 것으로 내다본다. 시의 담당 부서는 올해 들어 세 차례 주민 설명회를 열어 의견을 들었다.
""",
    f"{ATTACK.replace('/', '')}.md": f"""---
title: "{ATTACK} ~~지운 제목~~"
publisher: "**굵은** {ATTACK}"
url: "javascript:window.hacked=3"
---

흑두루미 1000~1500마리가 갈대습지에서 겨울을 난다고 조사원은 2~3일에 걸쳐 확인했다. {ATTACK} 끝말.

습지의 안내판에는 ${{window.hacked=4}} 그리고 {{{{value}}}} 라는 낯선 글자가 적혀 있었다고 조사원은 덧붙였다.
""",
}
LIBRARY = "한빛시립도서관은 몇 시까지 문을 여나요?"
BRIDGE = "달내강 보행교의 길이는 얼마인가요?"
CRANES = "갈대습지에서 겨울을 나는 흑두루미는 몇 마리인가요?"
NOTHING = "김치찌개를 맛있게 끓이는 방법은?"


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    build_index([folder / "articles", SEEDS], folder / "index")
    return folder / "index"


class SureOfNothing(Retriever):
    """Finds no answer to ``NOTHING``, wherever the threshold for abstaining lies."""

    def answer(
        self,
        question: str,
        k: int = 5,
        *,
        filters: Filters | None = None,
        correct: bool = True,
        after: Sequence[Exchange] = (),
    ) -> Answer:
        found = super().answer(question, k, filters=filters, correct=correct, after=after)
        if question != NOTHING:
            return found
        return replace(found, text=NOT_FOUND, statements=(), abstained=True)


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    from rag.page.app import start_page

    served = start_page(SureOfNothing(Retriever.open(index_dir).index), port=0)
    yield served.local_url
    served.close(verbose=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """One visitor's session with the page."""

    def __init__(self, browser: Any, address: str, **settings: Any) -> None:
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.goto(address)
        self.box = self.page.locator("#question textarea")
        self.box.wait_for()
        self.page.wait_for_function("document.documentElement.lang === 'ko'")  # the page's script has run

    def ask(self, question: str, turn: int = 1) -> Any:
        """Asks, waits for the reply, and returns the turn."""
        self.box.fill(question)
        self.box.press("Enter")
        return self.reply(turn)

    def reply(self, turn: int = 1) -> Any:
        shown = self.page.locator(f"#turn-{turn}")
        shown.locator(".gg-answer, .gg-abstention, .gg-notice").wait_for()
        return shown

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.text_content())

    def count(self, selector: str) -> int:
        return int(self.page.locator(selector).count())

    def end(self, address: str) -> None:
        assert self.page.evaluate("window.hacked") is None
        assert self.errors == []
        assert [url for url in self.requests if not url.startswith((address, "data:"))] == []
        self.context.close()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    visitor = Visit(browser, address, viewport={"width": 1280, "height": 900})
    yield visitor
    visitor.end(address)


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Visit]:
    settings = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    visitor = Visit(browser, address, **settings)
    yield visitor
    visitor.end(address)


def test_the_start_names_the_collection(visit: Visit, index_dir: Path) -> None:
    index = Retriever.open(index_dir).index
    passages = index.counts["passages"]
    assert visit.page.title() == "근거"
    assert f"기사 8편 · 문단 {passages}개" in visit.text("#header")
    listed = [article.title for article in index.store.some_articles(MOST_LISTED)]
    assert len(listed) > 3 and all(title in visit.text("#sources") for title in listed)
    assert visit.page.get_by_label("질문").is_visible() and visit.count("footer:visible") == 0


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
    assert visit.box.input_value() == "" and not visit.page.locator("#as-typed").is_visible()


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
    visit.page.locator("#source-1-1 .gg-open").click()
    reader = visit.page.locator("dialog")
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
    reader = visit.page.locator("dialog")
    reader.locator(".gg-here .gg-passage").first.wait_for()
    assert told in reader.text_content()
    assert "410m" in reader.locator(".gg-here").first.text_content()


def test_an_article_opens_from_the_start_and_closes_by_its_button(visit: Visit, index_dir: Path) -> None:
    first = Retriever.open(index_dir).index.store.some_articles(MOST_LISTED)[0]
    visit.page.locator("#sources .gg-open", has_text=first.title).first.click()
    visit.page.locator("dialog", has_text=first.text.strip().splitlines()[-1][:20]).wait_for()
    visit.page.locator(".gg-close").click()
    assert not visit.page.locator("dialog").is_visible()


def test_it_says_so_when_nothing_answers(visit: Visit) -> None:
    turn = visit.ask(NOTHING)
    assert NOT_FOUND in turn.locator(".gg-abstention").text_content()
    assert turn.locator(".gg-cite, blockquote").count() == 0
    assert visit.text("#sources h2") == "관련 있을 수 있는 대목" and visit.count("#sources .gg-quote") == 0


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


def test_a_hostile_article_is_only_text(visit: Visit) -> None:
    turn = visit.ask(CRANES)
    assert "1000~1500마리" in turn.text_content() and ATTACK in turn.locator("cite").first.text_content()
    card = visit.page.locator("#source-1-1")
    assert "~~지운 제목~~" in card.text_content() and f"**굵은** {ATTACK}" in card.text_content()
    assert f"{ATTACK.replace('/', '')}.md" in card.text_content()
    card.locator(".gg-open").click()
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


COMPOSING_ENTER = """box => {
  for (const type of ["keydown", "keypress"]) {
    box.dispatchEvent(new KeyboardEvent(type, {key: "Enter", bubbles: true, cancelable: true, ...%s}));
  }
}"""


@pytest.mark.parametrize(
    "composing", ["{isComposing: true, keyCode: 13}", "{isComposing: false, keyCode: 229}"]
)
def test_enter_that_ends_a_syllable_does_not_send(visit: Visit, composing: str) -> None:
    """Chromium and Firefox tell of the composition by ``isComposing``, Safari by the key's code only."""
    visit.box.click()
    visit.page.keyboard.insert_text("한빛시립도서관은 몇 시까지 문을 여나")
    keyboard = visit.context.new_cdp_session(visit.page)
    keyboard.send("Input.imeSetComposition", {"text": "ㅇ", "selectionStart": 1, "selectionEnd": 1})
    visit.box.evaluate(COMPOSING_ENTER % composing)
    keyboard.send("Input.imeSetComposition", {"text": "요", "selectionStart": 1, "selectionEnd": 1})
    visit.box.evaluate(COMPOSING_ENTER % composing)
    visit.page.wait_for_timeout(500)
    assert visit.count(".gg-turn") == 0
    assert visit.box.input_value() == "한빛시립도서관은 몇 시까지 문을 여나요"
    keyboard.send("Input.insertText", {"text": "요"})
    visit.box.press("Enter")
    assert visit.reply().locator(".gg-question").text_content() == "한빛시립도서관은 몇 시까지 문을 여나요"


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


def test_a_new_conversation_starts_from_nothing(visit: Visit) -> None:
    visit.ask(LIBRARY)
    visit.page.get_by_role("button", name="새 대화").click()
    visit.page.locator(".gg-welcome").wait_for()
    assert visit.count(".gg-turn") == 0 and "찾아볼 기사" in visit.text("#sources")
    assert visit.ask(BRIDGE).locator(".gg-question").text_content() == BRIDGE


def filters_closed(visit: Visit) -> str:
    return str(visit.page.locator("#filters > .label-wrap > span").first.text_content())


def test_filters_are_set_by_keyboard_hold_for_every_question_and_are_cleared(visit: Visit) -> None:
    label = visit.page.locator("#filters > .label-wrap")
    assert filters_closed(visit) == "거르기" and label.get_attribute("aria-expanded") == "false"
    assert not visit.page.get_by_label("매체").is_visible()
    label.focus()
    visit.page.keyboard.press("Enter")
    visit.page.get_by_label("매체").wait_for()
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


def test_dark_where_the_system_is_dark(browser: Any, address: str) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        visitor = Visit(browser, address, color_scheme=scheme)
        ground = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
        grounds[scheme] = visitor.page.evaluate(ground)
        visitor.end(address)
    assert grounds == {"light": "rgb(246, 245, 241)", "dark": "rgb(19, 21, 26)"}


def test_a_taken_port_is_refused_and_without_one_the_next_is_used(index_dir: Path) -> None:
    from rag.page.address import free_port
    from rag.page.app import start_page

    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(GeungeoError, match=f"포트 {port}: 다른 프로그램이 쓰고 있습니다"):
            start_page(Retriever.open(index_dir), port=port)
    free = free_port("127.0.0.1", None)
    with closing(socket.create_server(("127.0.0.1", free))):
        assert free_port("127.0.0.1", None) > free
    with pytest.raises(GeungeoError, match="이 컴퓨터의 주소가 아닙니다"):
        start_page(Retriever.open(index_dir), host="192.0.2.1")
    with pytest.raises(GeungeoError, match="65535"):
        start_page(Retriever.open(index_dir), port=70000)


def test_serving_says_where_and_ends_at_an_interrupt_whatever_proxy_is_set(index_dir: Path) -> None:
    # a shell starts its background jobs, this test run perhaps, with the interrupt ignored
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from rag import Retriever; from rag.page.app import serve_page\n"
    code += "serve_page(Retriever.open(sys.argv[1]), port=0, open_browser=False)"
    proxies = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "",
        "no_proxy": "",
    }
    with subprocess.Popen(
        [sys.executable, "-c", code, str(index_dir)], env=os.environ | proxies, cwd=TOP,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None and process.stdout is not None
        try:
            said = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert found and "근거를" in said and "Ctrl+C" in said
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(found[0]) as reply:
                assert "근거" in reply.read().decode("utf-8")
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
        assert process.stdout.read() == "" and "Traceback" not in process.stderr.read()
