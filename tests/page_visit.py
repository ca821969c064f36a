"""A visitor of the chat page, driven in Chromium, and the articles that the page's tests ask about, one of them hostile.

After every visit: nothing of the hostile article has run, nothing was asked of another machine, and the browser's
console holds no error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from index import build_index
from rag import Answer, Retriever
from rag.answer import NOT_FOUND

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
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


@pytest.fixture(scope="session")
def page_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    build_index([folder / "articles", SEEDS], folder / "index")
    return folder / "index"


@pytest.fixture(scope="session")
def page_retriever(page_index: Path) -> Retriever:
    return Retriever.open(page_index)


class SureOfNothing(Retriever):
    """Finds no answer to ``NOTHING``, wherever the threshold for abstaining lies."""

    def answer(self, question: str, *given: Any, **how: Any) -> Answer:
        found = super().answer(question, *given, **how)
        if question != NOTHING:
            return found
        return replace(found, text=NOT_FOUND, statements=(), abstained=True)


class HeldUp(Retriever):
    """Answers nothing until it may."""

    go_on: Event

    def answer(self, question: str, *given: Any, **how: Any) -> Answer:
        self.go_on.wait(60)
        return super().answer(question, *given, **how)


@contextmanager
def held_up(index_dir: Path) -> Iterator[tuple[str, Event]]:
    """A server whose answers wait while the event is cleared; its address, and the event, which is set."""
    from rag.server.running import start_server

    retriever = HeldUp(Retriever.open(index_dir).index)
    retriever.go_on = Event()
    retriever.go_on.set()  # examples are tried when the page is made
    served = start_server(retriever, port=0)
    try:
        yield served.url, retriever.go_on
    finally:
        retriever.go_on.set()
        served.close()


@pytest.fixture(scope="session")
def address(page_index: Path) -> Iterator[str]:
    from rag.server.running import start_server
    from rag.uploads import Uploads

    uploads = Uploads(page_index.parent / "uploads")
    served = start_server(SureOfNothing(Retriever.open(page_index).index), port=0, uploads=uploads)
    yield served.url
    served.close()


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

    def __init__(self, browser: Any, address: str, before: str = "", **settings: Any) -> None:
        """``before`` runs in each page before anything of ours; ``settings`` are those of the browser's context."""
        self.context = browser.new_context(**{"locale": "ko-KR"} | settings)
        if before:
            self.context.add_init_script(before)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.address = address
        self.box = self.page.locator("#question textarea")
        self.come(address)

    def come(self, address: str | None = None) -> None:
        """Opens the page, or opens it again, and waits until the visitor has been let in."""
        self.page.goto(address or self.page.url)
        self.page.locator(".gg-shelf").wait_for(state="attached")

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

    def end(self) -> None:
        """Looks whether all was well, and goes."""
        assert self.page.evaluate("window.hacked") is None
        assert not self.errors, self.errors
        assert [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))] == []
        self.context.close()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    visitor = Visit(browser, address, viewport={"width": 1280, "height": 900})
    yield visitor
    visitor.end()


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Visit]:
    visitor = Visit(browser, address, **PHONE)
    yield visitor
    visitor.end()
