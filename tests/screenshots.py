"""Pictures of the chat page in each of its states, light, dark and on a phone: ``make screenshots``.

Run as ``python tests/screenshots.py FOLDER [STATE ...]``. Asks of ``seeds/`` with the real model; a language model is played.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model_server import saying, serving
from page_visit import CHROMIUM, FLAGS, PHONE, SEEDS, Visit

from index import build_index
from rag import Retriever
from rag.uploads import Uploads
from rag.writing import language_model

SCREENS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 860}},
    "dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark": PHONE | {"color_scheme": "dark"},
}
HAEIN, SIZE, BUDGET = (
    "해인 클러스터 이름의 유래는?",
    "업스테이지가 만들고 있는 모델의 크기는?",
    "정부는 올해 얼마를 지원하나요?",
)
BERRIES = """---
title: 새벽들 딸기, 싱가포르 간다
publisher: 논산신문
published: 2026-02-11
---

새벽들 작목반이 기른 딸기 1~3톤이 싱가포르로 수출된다. 값은 1kg에 3만~4만 원이다.
"""


def main(folder: Path, *states: str) -> None:
    """Makes the pictures of some states, or of all, named by state and screen."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        page(Path(scratch)) as address,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for screen, settings in SCREENS.items():
            for name in states or STATES:
                visit = Visit(browser, address, reduced_motion="reduce", **settings)
                STATES[name](visit)
                visit.page.wait_for_timeout(400)
                visit.page.screenshot(path=folder / f"{name}-{screen}.png")
                visit.context.close()
                print(folder / f"{name}-{screen}.png", file=sys.stderr)
        browser.close()


@contextmanager
def page(scratch: Path) -> Iterator[str]:
    """The page over ``seeds/``, with a language model that is played; gives its address."""
    from rag.server.running import start_server

    build_index([SEEDS], scratch / "index", sample=True)
    wrote = "이름 ‘해인’은 팔만대장경을 간직한 ‘해인사’에서 따왔습니다 [1]. 1999년에 지었습니다 [1]."
    with serving(saying(wrote)) as server:
        os.environ |= {language_model.URL: server.url, language_model.MODEL: "m"}
        served = start_server(Retriever.open(scratch / "index"), port=0, uploads=Uploads(scratch / "uploads"))
        try:
            yield served.url
        finally:
            served.close()


def asking(*questions: str, written: bool = False) -> Callable[[Visit], None]:
    """Asks some questions, one after the other."""

    def act(visit: Visit) -> None:
        if not written:
            visit.page.evaluate("localStorage.setItem('geungeo.visit', '{\"written\": false}')")
            visit.come()
        for turn, question in enumerate(questions, start=1):
            visit.ask(question, turn)
        if written:
            visit.page.locator(".gg-written").wait_for(timeout=30_000)

    return act


def then(first: Callable[[Visit], None], *clicks: str) -> Callable[[Visit], None]:
    """Does something, then clicks here and there."""

    def act(visit: Visit) -> None:
        first(visit)
        for selector in clicks:
            visit.page.locator(selector).first.click()
            visit.page.wait_for_timeout(500)

    return act


def bringing(visit: Visit) -> None:
    """Brings an article, and a file that is none."""
    visit.page.locator("#tab-articles").click()
    with tempfile.TemporaryDirectory() as folder:
        berries, picture = Path(folder, "딸기.md"), Path(folder, "그림.txt")
        berries.write_text(BERRIES, encoding="utf-8")
        picture.write_bytes(b"\x89PNG\r\n\x1a\n")
        with visit.page.expect_file_chooser() as chooser:
            visit.page.locator(".gg-choose").click()
        chooser.value.set_files([str(berries), str(picture)])
        visit.page.locator("#news .gg-news").wait_for(timeout=60_000)
    visit.page.locator("#listed").scroll_into_view_if_needed()


def lost(visit: Visit) -> None:
    """Asks once, then finds no server any more."""
    asking(HAEIN)(visit)
    visit.context.set_offline(True)
    visit.box.fill(SIZE)
    visit.box.press("Enter")
    visit.page.locator(".gg-connection:not([hidden])").wait_for()


def pasting(visit: Visit) -> None:
    """Opens the window to paste into."""
    visit.page.locator(".gg-paste").click()


NO_ANSWER = "김치찌개를 맛있게 끓이는 방법은?"
STATES: dict[str, Callable[[Visit], None]] = {
    "start": lambda visit: None,
    "answer": asking(HAEIN),
    "several": asking("네이버와 엔씨소프트의 컨소시엄 이름은?"),
    "corrected": asking("".join(HAEIN.split())),
    "follow-up": asking("A.X 4.0은 언제 공개됐나요?", "그럼 매개변수는?"),
    "abstention": asking(NO_ANSWER),
    "notice": asking(HAEIN, " "),
    "article": then(asking(HAEIN), "#source-1-1 footer .gg-open"),
    "marked": then(asking(BUDGET), ".gg-cite", ".gg-meaning summary"),
    "filters": then(asking(HAEIN), "#filters > .label-wrap"),
    "export": then(asking(HAEIN), ".gg-exports summary"),
    "written": asking(HAEIN, written=True),
    "added": bringing,
    "own": then(bringing, ".gg-example"),
    "removed": then(bringing, ".gg-remove"),
    "paste": pasting,
    "settings": then(asking(HAEIN), ".gg-settings-button"),
    "talks": then(asking(HAEIN), ".gg-talks-button"),
    "lost": lost,
    "english": then(asking(HAEIN), ".gg-language"),
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
