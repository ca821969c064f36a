"""Bringing one's own articles to the chat page, in Chromium: dropped, chosen, pasted, listed, removed, brought back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from page_visit import ATTACK, BRIDGE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BERRIES = """---
title: 새벽들 딸기, 싱가포르 간다
publisher: 논산신문
published: 2026-02-11
---

새벽들 작목반이 기른 딸기 1~3톤이 싱가포르로 수출된다. 값은 1kg에 3만~4만 원이다.

작목반장 한도윤 씨는 “새벽 네 시에 따서 그날 비행기에 싣는다”라고 말했다. 수출을 맡은 곳은 새봄무역이다.
"""
ASKED = "새벽들 딸기는 어디로 수출되나요?"

DROP = """async ({ name, text }) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  for (const type of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
}"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "딸기.md").write_text(BERRIES, encoding="utf-8")
    (tmp_path / "그림.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    return tmp_path


def choose(visit: Visit, *paths: Path) -> Any:
    """Chooses files to add, and returns what is told once they are in."""
    with visit.page.expect_file_chooser() as chooser:
        visit.page.get_by_role("button", name="파일 고르기").click()
    chooser.value.set_files([str(path) for path in paths])
    return told(visit)


def told(visit: Visit) -> Any:
    news = visit.page.locator("#news")
    news.locator(".gg-news, .gg-notice").wait_for(timeout=30_000)
    return news


def own(visit: Visit) -> int:
    """How many articles are the visitor's own, as the page tells."""
    return int(visit.page.locator(".gg-place[data-place=own] b").text_content())


def test_a_file_is_added_asked_removed_and_brought_back(visit: Visit, files: Path) -> None:
    news = choose(visit, files / "딸기.md", files / "그림.txt")
    assert "기사 1편을 더했습니다" in news.text_content()
    assert "그림.txt" in news.text_content() and "그림 파일입니다" in news.text_content()
    assert own(visit) == 1 and "내 기사 1편" in visit.text("#header")
    turn = visit.ask(ASKED)
    assert turn.locator(".gg-narrowed").text_content() == "내 기사에서 찾음"
    assert "싱가포르" in turn.locator("blockquote").first.text_content()
    assert "1~3톤" in turn.text_content() and visit.count("#conversation :is(del, s)") == 0
    assert visit.text("#source-1-1 .gg-facts") == "논산신문2026-02-11딸기.md"
    visit.page.locator("#source-1-1 footer .gg-open").click()
    visit.page.locator("dialog.gg-reader", has_text="한도윤").wait_for()
    visit.page.keyboard.press("Escape")
    visit.page.locator("#tab-articles").click()
    visit.page.get_by_role("button", name="빼기: 새벽들 딸기").click()
    visit.page.get_by_role("button", name="되돌리기").wait_for()
    assert own(visit) == 0 and "아직 기사가 없습니다" in visit.text("#listed")
    assert "아직 올린 기사가 없습니다" in visit.ask(ASKED, 2).text_content()
    visit.page.locator("#tab-articles").click()
    visit.page.get_by_role("button", name="되돌리기").click()
    visit.page.locator("#news", has_text="되돌렸습니다").wait_for(timeout=30_000)
    assert own(visit) == 1
    visit.ask(ASKED, 2).locator("blockquote", has_text="싱가포르").wait_for()  # in the notice's place


def test_what_is_brought_stays_after_a_reload_and_is_no_other_visitors(
    visit: Visit, phone: Visit, files: Path
) -> None:
    choose(visit, files / "딸기.md")
    visit.come()
    assert own(visit) == 1 and "새벽들 딸기" in visit.text("#listed")
    assert own(phone) == 0 and "새벽들 딸기" not in phone.text("#listed")
    assert "싱가포르" not in phone.ask(ASKED).text_content()
    visit.page.locator(".gg-place[data-place=shared]").click()
    visit.page.wait_for_function("document.querySelector('#header').textContent.includes('기사 8편')")
    assert "410m" in visit.ask(BRIDGE).text_content()
    visit.page.locator("#tab-articles").click()
    assert visit.count(".gg-remove") == 0  # what all share is nobody's to remove


def test_a_file_is_dropped_anywhere(visit: Visit) -> None:
    visit.page.evaluate(DROP, {"name": "딸기.md", "text": BERRIES})
    assert "1편을 더했습니다" in told(visit).text_content()
    assert visit.page.locator(".gg-dropping").is_hidden()
    assert "싱가포르" in visit.ask(ASKED).text_content()


def test_an_archive_brings_all_that_is_in_it(visit: Visit, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "묶음.zip", "w") as archive:
        archive.writestr("농업/딸기.md", BERRIES)
        archive.writestr("농업/배.txt", "달내 배가 풍년이다. 올해 수확은 210톤이라고 조합이 밝혔다.")
        archive.writestr("빈.txt", "")
    news = choose(visit, tmp_path / "묶음.zip")
    assert "2편을 더했습니다" in news.text_content() and "빈.txt" in news.text_content()
    assert "210톤" in visit.ask("달내 배의 올해 수확은?").text_content()


def test_a_text_and_a_saved_page_are_pasted(visit: Visit) -> None:
    visit.page.get_by_role("button", name="글 붙여넣기").click()
    visit.page.get_by_label("제목 (없어도").fill("달내 사과 축제")
    visit.page.get_by_label("기사의 글").fill("달내 사과 축제가 10월 3일에 열린다. 입장료는 5천 원이다.")
    visit.page.get_by_role("button", name="더하기").click()
    assert "1편을 더했습니다" in told(visit).text_content() and "달내 사과 축제" in visit.text("#listed")
    page = (
        "<html><head><title>감귤 값 오른다</title><meta property='og:site_name' content='제주일보'></head><body>"
        "<article><h1>감귤 값 오른다</h1><p>제주 감귤 10kg의 도매가가 2만 4천 원으로 올랐다고 시장이 밝혔다.</p>"
        "<script>window.hacked=9</script></article></body></html>"
    )
    visit.page.get_by_role("button", name="글 붙여넣기").click()
    visit.page.get_by_label("기사의 글").fill(page)
    visit.page.get_by_role("button", name="더하기").click()
    visit.page.locator("#listed", has_text="감귤 값 오른다").wait_for(timeout=30_000)
    assert "제주일보" in visit.text("#listed")
    assert "2만 4천 원" in visit.ask("감귤 10kg 도매가는 얼마인가요?").text_content()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(visit: Visit, files: Path) -> None:
    visit.page.evaluate("document.querySelector('.gg-drop').dataset.mostMegabytes = '0'")
    with visit.page.expect_file_chooser() as chooser:
        visit.page.get_by_role("button", name="파일 고르기").click()
    chooser.value.set_files([str(files / "딸기.md")])
    visit.page.locator("#sending .gg-notice", has_text="딸기.md: 파일이 너무 큽니다(1MB). 0MB까지").wait_for()
    assert not [url for url in visit.requests if url.endswith("/upload")]


def test_articles_are_sought(visit: Visit) -> None:
    visit.page.get_by_role("searchbox", name="제목·매체").fill("물비늘")
    visit.page.wait_for_function("document.querySelectorAll('#listed li').length === 1")
    assert "물비늘다리, 내년 봄 개통" in visit.text("#listed")
    visit.page.get_by_role("searchbox", name="제목·매체").fill("없는 말")
    visit.page.locator("#listed", has_text="‘없는 말’에 맞는 기사가 없습니다").wait_for()


def test_a_hostile_file_is_only_text(visit: Visit) -> None:
    name = f"{ATTACK.replace('/', '')}.md"
    visit.page.evaluate(
        DROP, {"name": name, "text": f"# {ATTACK}\n\n갈대습지 이야기를 적은 글이다. {ATTACK}\n"}
    )
    assert "1편을 더했습니다" in told(visit).text_content()
    assert name in visit.text("#listed")
    visit.page.evaluate(DROP, {"name": f"{name}.png.txt", "text": "\u0001\u0002\u0000"})
    visit.page.locator("#news .gg-skipped").wait_for(timeout=30_000)
    assert visit.count("#side :is(img, script)") == 0
    visit.ask("갈대습지 이야기")
    visit.page.wait_for_timeout(300)


def test_all_of_ones_own_is_removed_at_once(visit: Visit, files: Path) -> None:
    choose(visit, files / "딸기.md")
    visit.page.on("dialog", lambda dialog: dialog.accept())
    visit.page.get_by_role("button", name="모두 빼기").click()
    visit.page.locator("#listed", has_text="아직 기사가 없습니다").wait_for()
    assert own(visit) == 0


def test_where_uploads_are_off_the_page_offers_none_and_the_server_takes_none(
    browser: Any, page_index: Path
) -> None:
    from rag import Retriever
    from rag.server.running import start_server

    served = start_server(Retriever.open(page_index), port=0)
    visit = Visit(browser, served.url)
    try:
        assert visit.count(".gg-drop, .gg-places, .gg-remove") == 0 and visit.count("#listed li") == 8
        visit.page.evaluate(DROP, {"name": "딸기.md", "text": BERRIES})
        sending = """async () => {
          const form = new FormData();
          form.append("files", new File(["가나다라"], "x.txt"));
          return (await fetch("gradio_api/upload", {method: "POST", body: form})).status;
        }"""
        assert visit.page.evaluate(sending) == 413
        assert visit.count(":is(#news, #sending) :is(.gg-news, .gg-notice, .gg-progress)") == 0
        visit.errors.clear()  # the refusal stands in the console
        visit.end()
    finally:
        served.close()


def test_filters_of_one_collection_do_not_stand_in_the_way_of_the_other(visit: Visit, files: Path) -> None:
    visit.page.locator("#filters > .label-wrap").click()
    visit.page.get_by_label("매체", exact=True).click()
    visit.page.get_by_role("option", name="강변신문 (1)").click()
    visit.page.get_by_label("매체", exact=True).press("Escape")
    choose(visit, files / "딸기.md")
    turn = visit.ask(ASKED)
    assert "싱가포르" in turn.locator("blockquote").first.text_content()
    assert turn.locator(".gg-narrowed").text_content() == "내 기사에서 찾음"


def test_a_list_that_is_narrowed_stays_so(visit: Visit, tmp_path: Path) -> None:
    for name, title in (("하나", "사과 값 오른다"), ("둘", "배 값 내린다")):
        (tmp_path / f"{name}.md").write_text(
            f"# {title}\n\n{title}고 시장 상인들이 입을 모아 말했다.\n", encoding="utf-8"
        )
    choose(visit, tmp_path / "하나.md", tmp_path / "둘.md")
    box = visit.page.get_by_role("searchbox", name="제목·매체")
    box.fill("사과")
    visit.page.wait_for_function("document.querySelectorAll('#listed li').length === 1")
    visit.page.get_by_role("button", name="빼기: 사과").click()
    visit.page.locator("#listed", has_text="‘사과’에 맞는 기사가 없습니다").wait_for()
    assert box.input_value() == "사과"
