"""A program that runs for long answers from the newest generation, drops no question, and mixes none."""

from __future__ import annotations

import gc
import logging
import os
import re
import shutil
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sealing import generation, publish_a_copy

from index import Dictionary, Index, build_index
from index.generations import MANIFEST
from rag import Retriever, serving
from rag.page.bringing import Shelf
from rag.page.desk import Desk
from rag.page.front import Library
from rag.page.visit import Visit
from rag.page.words.korean import KOREAN
from rag.serving import Serving


def write_edition(folder: Path, number: int, articles: int = 4) -> None:
    folder.mkdir(exist_ok=True)
    for n in range(articles):
        text = f"---\ntitle: 가람 공장 {n}\npublisher: {number}호 신문\n---\n가람 공장에서는 {number}만 대를 만든다고 {n}번 직원이 밝혔다.\n"
        (folder / f"{n}.md").write_text(text, encoding="utf-8")


QUESTION = "가람 공장에서는 몇 대를 만드나?"


def editions_in(text: str) -> set[str]:
    return set(re.findall(r"(\d+)만 대", text))


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    write_edition(tmp_path / "stories", 1)
    build_index([tmp_path / "stories"], tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture(autouse=True)
def only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watching thread sleeps through a test that does not wake it."""
    monkeypatch.setattr(serving, "EVERY", 3600.0)


def following(index_dir: Path) -> Serving[Retriever]:
    return Serving(Retriever.open(index_dir), lambda retriever: retriever)


def rebuild(index_dir: Path, number: int) -> None:
    write_edition(index_dir.parent / "stories", number)
    build_index([index_dir.parent / "stories"], index_dir)


def test_a_new_generation_is_swapped_in_and_the_old_answers_to_the_end(index_dir: Path) -> None:
    served = following(index_dir)
    before = served.current
    served.look()
    assert served.current is before
    rebuild(index_dir, 2)
    assert served.current is before and editions_in(before.answer(QUESTION).text) == {"1"}
    served.look()
    assert editions_in(served.current.answer(QUESTION).text) == {"2"}
    assert editions_in(before.answer(QUESTION).text) == {"1"}


def test_it_is_noticed_without_being_asked(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "EVERY", 0.01)
    served = following(index_dir)
    before = served.current
    publish_a_copy(index_dir)
    end = time.monotonic() + 60
    while served.current is before:
        assert time.monotonic() < end
        time.sleep(0.01)
    gone = weakref.ref(served)
    del served
    while gone() is not None:  # nor does watching keep it
        assert time.monotonic() < end
        time.sleep(0.01)


def test_questions_during_builds_are_all_answered_each_from_one_generation(index_dir: Path) -> None:
    served = following(index_dir)
    over = threading.Event()

    def ask_on() -> list[set[str]]:
        seen = []
        while not over.is_set():
            retriever = served.current
            answer = retriever.answer(QUESTION)
            texts = [answer.text, *(hit.passage.text for hit in answer.hits)]
            texts += [article.text for article, _ in retriever.articles()]
            seen.append(editions_in(" ".join(texts)))
        return seen

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask_on) for _ in range(4)]
        try:
            for number in range(2, 7):
                rebuild(index_dir, number)
                served.look()
        finally:
            over.set()
        answered = [editions for one in asking for editions in one.result()]
    assert all(len(editions) == 1 for editions in answered) and len(answered) > 20
    assert set.union(*answered) >= {"1", "3", "5"}
    assert editions_in(served.current.answer(QUESTION).text) == {"6"}


def test_one_that_cannot_be_opened_is_logged_once_and_the_old_serves(
    index_dir: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = following(index_dir)
    before = served.current
    rebuild(index_dir, 2)
    damaged = generation(index_dir) / "articles.sqlite"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    with caplog.at_level(logging.WARNING):
        served.look()
        served.look()
        monkeypatch.setattr(serving, "AGAIN", -1.0)
        served.look()
    assert served.current is before and before.answer(QUESTION).statements
    (record,) = caplog.records
    assert "articles.sqlite" in record.getMessage() and record.exc_info in (None, False)
    damaged.write_bytes(whole)
    served.look()
    assert editions_in(served.current.answer(QUESTION).text) == {"2"}
    shutil.rmtree(index_dir)
    served.look()
    assert editions_in(served.current.answer(QUESTION).text) == {"2"}


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="counts what is open as Linux tells it")
def test_old_generations_are_closed_when_nobody_uses_them(index_dir: Path) -> None:
    def open_files() -> int:
        links = [os.path.realpath(f"/proc/self/fd/{handle}") for handle in os.listdir("/proc/self/fd")]
        mapped = Path("/proc/self/maps").read_text(errors="replace").splitlines()
        return sum(str(index_dir) in place for place in [*links, *mapped])

    served = following(index_dir)
    assert served.current.answer(QUESTION).statements
    first, held = open_files(), served.current
    assert first > 0
    for _ in range(20):
        publish_a_copy(index_dir)
        served.look()
        assert served.current.answer(QUESTION).statements
    gc.collect()
    assert open_files() == 2 * first and held.answer(QUESTION).statements
    del held
    gc.collect()
    assert open_files() == first


def test_a_page_shows_what_there_is_now(index_dir: Path) -> None:
    desk, visit = Desk(Library(Retriever.open(index_dir)), KOREAN), Visit()
    shelf = Shelf(desk.library, KOREAN, index_dir)
    assert "<b>4</b>편" in desk.header(visit) and desk.front(visit).publishers == [
        ("1호 신문 (4)", "1호 신문")
    ]
    turn, _ = desk.reply(QUESTION, (), visit)
    assert "1만 대" in desk.conversation((turn,)) and turn.exchange is not None
    article = Index.open(index_dir).store.articles()[0][0]
    opened = {"article": article.id, "place": "shared", "spans": []}
    assert "1만 대" in desk.whole_article(opened, visit)
    write_edition(index_dir.parent / "stories", 2, articles=5)
    build_index([index_dir.parent / "stories"], index_dir)
    desk.library.serving.look()
    assert "<b>5</b>편" in desk.header(visit) and desk.front(visit).publishers == [
        ("2호 신문 (5)", "2호 신문")
    ]
    assert "가람 공장 4" in shelf.listed(visit) and desk.sources((turn,)).count("1호 신문")
    assert "이제 색인에 없습니다" in desk.whole_article(opened, visit)
    for follow_up in ("더 자세히", "1번 더 자세히", "그 공장은 어디 있나?", "왜?"):
        later, _ = desk.reply(follow_up, (turn,), visit)
        assert later.reply is not None, follow_up
    again, _ = desk.reply(QUESTION, (turn,), visit)
    assert again.reply and editions_in(again.reply.quotations[0].quote) == {"2"}


def test_an_analyzer_with_a_dictionary_is_made_once(tmp_path: Path) -> None:
    write_edition(tmp_path / "stories", 1)
    names = Dictionary((("가람공장",),))
    build_index([tmp_path / "stories"], tmp_path / "index", dictionary=names)
    served = following(tmp_path / "index")
    before = served.current
    publish_a_copy(tmp_path / "index")
    served.look()
    assert served.current is not before and served.current.index.analyzer is before.index.analyzer
    assert (generation(tmp_path / "index") / MANIFEST).is_file()
