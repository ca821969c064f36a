"""How soon the chat page can be seen and used: ``python tests/page_speed.py INDEX [VISITS]``.

Each visit is a browser's first: nothing is cached. Medians, from the moment the address is asked for.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

from page_visit import CHROMIUM, FLAGS

from rag import Retriever


def main(index: Path, visits: int) -> None:
    """Prints the medians of so many visits."""
    from playwright.sync_api import sync_playwright

    from rag.server.running import start_server

    served = start_server(Retriever.open(index), port=0)
    seen, usable, answered = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for _ in range(visits + 1):
            context = browser.new_context(locale="ko-KR")
            page = context.new_page()
            started = time.perf_counter()
            page.goto(served.url)
            page.locator("#question textarea").wait_for()
            page.locator("#listed li").first.wait_for()
            usable.append(time.perf_counter() - started)
            seen.append(
                page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
            )
            example = page.locator(".gg-example").first
            started = time.perf_counter()
            example.click()
            page.locator(".gg-answer blockquote").first.wait_for()
            answered.append(time.perf_counter() - started)
            context.close()
        browser.close()
    served.close()
    for name, times in (("first paint", seen), ("usable", usable), ("an answer, from the click", answered)):
        print(f"{name}: {median(times[1:]):.2f} s (of {visits} visits; slowest {max(times[1:]):.2f})")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10)
