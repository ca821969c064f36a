"""Readers change a collection while it is asked: what they bring is found, what they remove is gone, nothing breaks."""

from __future__ import annotations

import shutil
import stat
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sealing import generation, publish_a_copy

from index import build_index, generations
from index.errors import ArticleError, GeungeoError, IndexFormatError
from rag import Retriever, background, collection, incoming
from rag.collection import Added, Collection, Progress, Upload
from tests.brute_force import HashEncoder

MODEL = "hashes"
TEXT = """---
title: {title}
publisher: 가람일보
published: {day}
---

한국도로연구원은 오래 미뤄 온 공사를 올해 안에 마치겠다고 밝혔다. {fact} 예산은 이미 모두 마련되었다고 한다.
"""
BRIDGE = TEXT.format(title="가람강의 다리", day="2025-03-01", fact="다리의 길이는 1,203미터이다.")
CAVE = TEXT.format(title="둘레산의 굴", day="2025-04-01", fact="굴의 깊이는 88미터이다.")
PAGE = """<!DOCTYPE html><html><head><title>모래섬의 등대 - 물결신문</title>
<meta property="og:site_name" content="물결신문"><meta property="article:published_time" content="2025-05-06T09:00">
<link rel="canonical" href="https://paper.example/lighthouse"></head><body><nav>홈 정치 경제</nav><article>
<h1>모래섬의 등대</h1><p>모래섬의 등대는 높이가 31미터이며 백 년 넘게 불을 밝혀 왔다고 등대지기가 말했다.</p>
<p>등대는 내년에 박물관으로 바뀌어 누구나 꼭대기까지 올라가 볼 수 있게 된다고 한다.</p></article></body></html>
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> HashEncoder:
    monkeypatch.setattr(background, "APART", 0.01)
    return HashEncoder.register(MODEL)


@pytest.fixture
def own(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "own", model=MODEL)


@pytest.fixture
def upload(tmp_path: Path) -> Callable[..., Upload]:
    """Files as a page hands them over: of a harmless place, called what their visitor calls them."""
    folder = tmp_path / "sent"
    folder.mkdir()
    sent = iter(range(10_000))

    def write(name: str, text: str | bytes) -> Upload:
        path = folder / f"{next(sent)}{Path(name).suffix}"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return Upload(path, name)

    return write


def added(steps: Iterator[Progress | Added]) -> Added:
    *_, last = steps
    assert isinstance(last, Added)
    return last


def texts(own: Collection, question: str) -> str:
    return " ".join(hit.passage.text for hit in own.retriever.search(question, 10, fold=False))


def on_disk(folder: Path, words: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_empty_until_something_is_brought(own: Collection) -> None:
    assert own.retriever is None
    assert own.find_articles() == ([], 0)
    assert not own.folder.exists()
    own.clear()
    with pytest.raises(ArticleError, match="이미 없습니다"):
        own.remove("000000000000")
    assert not own.folder.exists()


def test_what_is_brought_is_found(own: Collection, upload: Callable[..., Upload]) -> None:
    result = added(own.adding([upload("다리.md", BRIDGE), upload("굴.md", CAVE)]))
    assert [(a.title, a.publisher, a.published, a.source) for a in result.added] == [
        ("둘레산의 굴", "가람일보", "2025-04-01", "굴.md"),
        ("가람강의 다리", "가람일보", "2025-03-01", "다리.md"),
    ]
    assert all(article.passages == 1 for article in result.added)
    assert result.known == () and result.skipped == () and result.seconds > 0
    assert own.find_articles() == (list(result.added), 2)
    assert own.find_articles("다리") == ([result.added[1]], 1)
    assert "1,203미터" in own.retriever.answer("다리의 길이는?").text
    assert stat.S_IMODE(own.folder.stat().st_mode) == 0o700


def test_files_and_stages_are_named_on_the_way(
    own: Collection, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held up at each report until it was seen, as none is waited for."""
    told: list[Progress] = []
    seen = threading.Event()
    followed = background.followed

    def slow(work):  # type: ignore[no-untyped-def]
        def told_slowly(tell):  # type: ignore[no-untyped-def]
            def tell_and_wait(progress: Progress) -> None:
                told.append(progress)
                seen.clear()
                tell(progress)
                assert seen.wait(20)

            return work(tell_and_wait)

        return followed(told_slowly)

    monkeypatch.setattr(collection, "followed", slow)
    yielded = []
    for step in own.adding([upload("다리.md", BRIDGE), upload("굴.md", CAVE)]):
        yielded.append(step)
        seen.set()
    assert yielded[:-1] == told
    assert told[:2] == [Progress("read", 1, 2, "다리.md"), Progress("read", 2, 2, "굴.md")]
    assert [step.name for step in told if step.stage == "cut"] == ["다리.md", "굴.md"]
    assert [step.stage for step in told][-1] == "arrange"  # the test's encoder says nothing


def test_reports_are_throttled_and_hold_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "APART", 0.05)

    def work(tell: background.Tell) -> str:
        for number in range(100_000):
            tell(Progress("read", number))
        time.sleep(0.2)
        return "done"

    steps = list(background.followed(work))
    assert steps[-1] == "done"
    assert 1 <= len(steps) - 1 < 1000 and steps[-2] == Progress("read", 99_999)


def test_a_report_is_repeated_for_those_who_may_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "APART", 0.01)
    monkeypatch.setattr(background, "AT_LEAST", 0.0)
    over = threading.Event()

    def work(tell: background.Tell) -> str:
        tell(Progress("wait"))
        assert over.wait(20)
        return "done"

    steps = background.followed(work)
    assert [next(steps) for _ in range(3)] == [Progress("wait")] * 3
    over.set()
    assert [*steps][-1] == "done"


def test_a_visitor_who_leaves_loses_nothing(own: Collection, upload: Callable[..., Upload]) -> None:
    with collection._building:
        steps = own.adding([upload("다리.md", BRIDGE)])
        while next(steps) != Progress("wait"):
            pass
        steps.close()
    end = time.monotonic() + 60
    while own.find_articles()[1] == 0:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert own.find_articles()[0][0].title == "가람강의 다리"


def test_a_failure_that_nobody_sees_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    over = threading.Event()

    def work(tell: background.Tell) -> str:
        tell(Progress("read"))
        assert over.wait(20)
        raise ValueError("broken")

    steps = background.followed(work)
    next(steps)
    steps.close()
    over.set()
    end = time.monotonic() + 60
    while not caplog.records:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert "broken" in caplog.text


def test_same_name_other_content_and_same_content(own: Collection, upload: Callable[..., Upload]) -> None:
    first = added(own.adding([upload("기사.md", BRIDGE), upload("기사.md", CAVE), upload("또.md", BRIDGE)]))
    assert {(a.title, a.source) for a in first.added} == {
        ("가람강의 다리", "기사.md"), ("둘레산의 굴", "기사 (2).md"),
    }  # fmt: skip
    assert first.known == ("또.md",)
    road = TEXT.format(title="새 길", day="2025-05-01", fact="길은 12킬로미터이다.")
    second = added(own.adding([upload("기사.md", CAVE), upload("기사.md", road)]))
    assert second.known == ("기사.md",) and [a.source for a in second.added] == ["기사 (3).md"]
    assert own.find_articles()[1] == 3
    third = added(own.adding([upload("기사.md", CAVE)]))
    assert (third.added, third.known) == ((), ("기사.md",))


def test_what_cannot_be_read_is_told_and_raises_nothing(
    own: Collection, upload: Callable[..., Upload], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = [
        upload("빈 글.txt", " \n"),
        upload("그림.txt", b"\x89PNG\r\n123"),
        Upload(tmp_path / "x.md", "x.md"),
    ]
    result = added(own.adding(unread))
    assert result.added == () and [item.path for item in result.skipped] == ["빈 글.txt", "그림.txt", "x.md"]
    assert "그림 파일" in result.skipped[1].reason
    assert not own.folder.exists()
    bare = upload("기자.txt", "홍길동 기자 gildong@paper.example\n")
    result = added(own.adding([bare]))
    assert (result.added, [item.reason for item in result.skipped]) == ((), ["본문 문단이 없습니다"])
    assert not own.folder.exists() and own.retriever is None
    result = added(own.adding([bare, upload("다리.md", BRIDGE), unread[0]]))
    assert [a.title for a in result.added] == ["가람강의 다리"]
    assert {item.path for item in result.skipped} == {"빈 글.txt", "기자.txt"}

    def fails(path: Path, source: str) -> None:
        raise RecursionError

    monkeypatch.setattr(incoming, "read_file", fails)
    result = added(own.adding([upload("굴.md", CAVE)]))
    assert [item.path for item in result.skipped] == ["굴.md"] and own.find_articles()[1] == 1


def test_limits(
    own: Collection, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(incoming, "MOST_FILES", 2)
    with pytest.raises(ArticleError, match="한 번에 2개까지"):
        added(own.adding([upload("다리.md", BRIDGE)] * 3))
    monkeypatch.setattr(incoming, "MOST_ARTICLES", 1)
    result = added(own.adding([upload("다리.md", BRIDGE), upload("굴.md", CAVE)]))
    assert [a.source for a in result.added] == ["다리.md"]
    assert [(item.path, "더 담을 수 없습니다" in item.reason) for item in result.skipped] == [("굴.md", True)]
    result = added(own.adding([upload("다리.md", BRIDGE)]))
    assert result.known == ("다리.md",), "what is there takes no room"
    result = added(own.adding([upload("굴.md", CAVE)]))
    assert result.added == () and [item.path for item in result.skipped] == ["굴.md"]
    removed = own.remove(own.find_articles()[0][0].id)
    assert added(own.adding([upload("굴.md", CAVE)])).added
    with pytest.raises(ArticleError, match="더 담을 수 없습니다"):
        own.restore(removed)
    monkeypatch.setattr(incoming, "MOST_ARTICLES", 100)
    held = sum(len(article.text.encode()) for article, _ in own.retriever.articles())
    monkeypatch.setattr(incoming, "MOST_BYTES", int(2.5 * held))
    result = added(own.adding([upload("다리.md", BRIDGE), upload("길.md", CAVE.replace("굴", "길"))]))
    assert (len(result.added), len(result.skipped)) == (1, 1)
    shared = Collection(tmp_path / "shared", model=MODEL, shared=True)
    assert added(shared.adding([upload("다리.md", BRIDGE)])).added
    assert added(shared.adding([upload("굴.md", CAVE), upload("길.md", CAVE.replace("굴", "길"))])).added


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("기사.md", "기사.md"),
        ("폴더/기사.md", "폴더/기사.md"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\글\\기사.md", "글/기사.md"),
        ("a/./b/../c.md", "a/b/c.md"),
        ("줄\n바꿈\x1b[31m\u202e.md", "줄바꿈[31m.md"),
        (" / .. / ", incoming.NAMELESS),
        ("", incoming.NAMELESS),
        ("\ud800.md", "\ufffd.md"),
        ("긴" * 300 + ".md", "긴" * 197 + ".md"),
        ("..x../" * 60, "/".join(["..x.."] * 33)),
        ("\u1100\u1161\u11a8.md", "각.md"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert incoming.harmless(name) == safe
    assert not Path(incoming.harmless(name)).is_absolute()


def test_pasted_text_is_numbered_and_titled(own: Collection) -> None:
    plain = "가람강 다리는 길이가 1,203미터라고 한국도로연구원이 밝혔다. 예산은 이미 마련되었다."
    first = added(own.adding_text(plain))
    assert [(a.source, a.title) for a in first.added] == [("붙여넣은 글 1", plain[:60])]
    second = added(own.adding_text(plain.replace("다리", "철교"), " 새 제목 \n"))
    assert [(a.source, a.title) for a in second.added] == [("붙여넣은 글 2", "새 제목")]
    assert added(own.adding_text(plain + "\n")).known == ("붙여넣은 글",)
    (article,) = added(own.adding_text(BRIDGE)).added
    assert (article.title, article.publisher, article.published) == (
        "가람강의 다리",
        "가람일보",
        "2025-03-01",
    )
    headed = added(own.adding_text("둘레산 굴의 깊이\n\n둘레산의 굴은 깊이가 88미터라고 밝혀졌다.\n"))
    assert [a.title for a in headed.added] == ["둘레산 굴의 깊이"]
    assert "1,203미터" in texts(own, "다리의 길이")


def test_a_pasted_page_is_read_as_a_page(own: Collection) -> None:
    (article,) = added(own.adding_text("\ufeff\n" + PAGE)).added
    assert (article.title, article.publisher, article.published) == (
        "모래섬의 등대",
        "물결신문",
        "2025-05-06",
    )
    assert article.url == "https://paper.example/lighthouse"
    text = own.retriever.article(article.id).text
    assert "31미터" in text and "<p>" not in text and "홈 정치" not in text
    (titled,) = added(own.adding_text(PAGE.replace("31", "32"), "내 제목")).added
    assert (titled.title, titled.publisher) == ("내 제목", "물결신문")
    caption = "<표 1> 등대의 높이를 견주어 보면 모래섬의 등대가 31미터로 가장 높은 것으로 나타났다."
    (plain,) = added(own.adding_text(caption)).added
    assert own.retriever.article(plain.id).text == caption


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u3164", "---\ntitle: 제목뿐\n---\n", "<p></p>"])
def test_no_text_pasted(own: Collection, text: str) -> None:
    with pytest.raises(ArticleError, match="글"):
        added(own.adding_text(text))
    assert not own.folder.exists()


def test_too_much_pasted(own: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "MOST_BYTES", 10)
    with pytest.raises(ArticleError, match="너무 깁니다"):
        added(own.adding_text("긴 글이다. " * 10))


def test_removed_and_brought_back_while_a_reader_goes_on(
    own: Collection, upload: Callable[..., Upload]
) -> None:
    added(own.adding([upload("다리.md", BRIDGE), upload("굴.md", CAVE)]))
    cave, bridge = own.find_articles()[0]
    before = own.retriever
    removed = own.remove(cave.id)
    assert removed.article.title == "둘레산의 굴" and own.find_articles() == ([bridge], 1)
    assert "88미터" not in texts(own, "굴의 깊이")
    assert on_disk(own.folder, "1,203미터") and not on_disk(own.folder, "88미터")
    assert "88미터" in before.answer("굴의 깊이는?").text
    assert before.search("다리의 길이", fold=False) and before.article(cave.id).text
    with pytest.raises(ArticleError, match="이미 없습니다"):
        own.remove(cave.id)
    own.restore(removed)
    assert own.find_articles() == ([cave, bridge], 2)
    assert "88미터" in own.retriever.answer("굴의 깊이는?").text
    own.restore(removed)
    assert own.find_articles()[1] == 2


def test_without_its_last_article_a_collection_is_empty_again(
    own: Collection, upload: Callable[..., Upload]
) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    before = own.retriever
    removed = own.remove(own.find_articles()[0][0].id)
    assert own.retriever is None and own.find_articles() == ([], 0) and not own.folder.exists()
    assert "1,203미터" in before.answer("다리의 길이는?").text
    assert before.index.store.find_articles()[1] == 1
    own.restore(removed)
    assert own.find_articles()[0][0].source == "다리.md" and "1,203미터" in texts(own, "다리의 길이")
    added(own.adding([upload("굴.md", CAVE)]))
    own.clear()
    assert own.retriever is None and not own.folder.exists()


def test_the_name_of_a_removed_article_may_be_taken_meanwhile(
    own: Collection, upload: Callable[..., Upload]
) -> None:
    added(own.adding([upload("기사.md", BRIDGE)]))
    removed = own.remove(own.find_articles()[0][0].id)
    added(own.adding([upload("기사.md", CAVE)]))
    own.restore(removed)
    assert {a.source for a in own.find_articles()[0]} == {"기사.md", "기사 (2).md"}


def test_a_shared_collection_cannot_be_emptied(tmp_path: Path, upload: Callable[..., Upload]) -> None:
    (tmp_path / "다리.md").write_text(BRIDGE, encoding="utf-8")
    build_index([tmp_path / "다리.md"], tmp_path / "index", model=MODEL)
    shared = Collection(tmp_path / "index", shared=True)
    (bridge,) = shared.find_articles()[0]
    with pytest.raises(ArticleError, match="하나 남은"):
        shared.remove(bridge.id)
    with pytest.raises(GeungeoError, match="함께 쓰는"):
        shared.clear()
    result = added(shared.adding([upload("다리.md", BRIDGE), upload("굴.md", CAVE)]))
    assert result.known == ("다리.md",) and shared.find_articles()[1] == 2
    assert len(list((shared.folder / "generations").iterdir())) == 2, "another process may be opening it"
    shared.remove(bridge.id)
    assert [a.source for a in shared.find_articles()[0]] == ["굴.md"]


def test_another_process_changes_it(own: Collection, upload: Callable[..., Upload], tmp_path: Path) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    before = own.retriever
    assert own.retriever is before
    publish_a_copy(own.folder)
    after = own.retriever
    assert after is not before and own.retriever is after
    shutil.rmtree(own.folder)
    assert own.retriever is None
    assert "1,203미터" in after.answer("다리의 길이는?").text


def test_a_generation_that_goes_while_it_is_opened_is_no_error(
    own: Collection, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    whole, gone = Retriever.open, iter([True, True])

    def open_late(folder: Path) -> Retriever:
        if next(gone, False):
            publish_a_copy(folder)
            raise IndexFormatError("gone")
        return whole(folder)

    monkeypatch.setattr(collection.Retriever, "open", open_late)
    assert "1,203미터" in texts(own, "다리의 길이")

    def empty(folder: Path) -> Retriever:
        own.clear()
        raise IndexFormatError("gone")

    own.close()
    monkeypatch.setattr(collection.Retriever, "open", empty)
    assert own.retriever is None


def test_a_broken_index_says_so_and_can_be_cleared(own: Collection, upload: Callable[..., Upload]) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    damaged = generation(own.folder) / "articles.sqlite"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    for ask in (lambda: own.retriever, own.find_articles, lambda: added(own.adding([upload("굴.md", CAVE)]))):
        with pytest.raises(IndexFormatError, match=r"articles\.sqlite"):
            ask()
    own.clear()
    assert own.retriever is None
    added(own.adding([upload("굴.md", CAVE)]))
    (own.folder / generations.POINTER).write_text("nonsense")
    with pytest.raises(IndexFormatError, match="세대를 가리키지 않습니다"):
        _ = own.retriever
    own.clear()
    assert not own.folder.exists()


def test_errors_of_a_build_are_raised_and_nothing_is_left(
    own: Collection, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("index.build.write_words", full)
        with pytest.raises(GeungeoError, match="No space left"):
            added(own.adding([upload("다리.md", BRIDGE)]))
    assert not own.folder.exists() and own.retriever is None
    added(own.adding([upload("다리.md", BRIDGE)]))
    with generations.writing(own.folder), pytest.raises(GeungeoError, match="다른 프로세스가"):
        added(own.adding([upload("굴.md", CAVE)]))
    assert own.find_articles()[1] == 1
    assert not collection._building.locked()


def test_one_build_at_a_time_and_the_others_know_that_they_wait(
    tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    one, other = (Collection(tmp_path / name, model=MODEL) for name in ("one", "other"))
    with collection._building:
        waiting = one.adding([upload("다리.md", BRIDGE)])
        while next(waiting) != Progress("wait"):
            pass
        assert not one.folder.exists()
    with ThreadPoolExecutor(2) as pool:
        both = pool.map(added, [waiting, other.adding([upload("굴.md", CAVE)])])
        assert [result.added[0].source for result in both] == ["다리.md", "굴.md"]
    assert one.find_articles()[0][0].title == "가람강의 다리"
    assert other.find_articles()[0][0].title == "둘레산의 굴"


def test_two_additions_to_one_collection_are_both_there(
    own: Collection, upload: Callable[..., Upload]
) -> None:
    given = [
        upload("기사.md", TEXT.format(title=f"제목 {n}", day="2025-01-01", fact=f"{n}번이다."))
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda one: added(own.adding([one])), given))
    assert all(len(result.added) == 1 for result in results)
    assert {a.source for a in own.find_articles()[0]} == {
        "기사.md", "기사 (2).md", "기사 (3).md", "기사 (4).md",
    }  # fmt: skip


def test_removal_during_an_addition_says_that_it_has_to_wait(
    own: Collection, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    (bridge,) = own.find_articles()[0]
    monkeypatch.setattr(collection, "PATIENCE", 0.01)
    with own._changing:
        for change in (lambda: own.remove(bridge.id), own.clear):
            with pytest.raises(GeungeoError, match="끝난 뒤에"):
                change()
    assert own.remove(bridge.id).article.id == bridge.id


def test_asking_while_others_add_and_remove(own: Collection, upload: Callable[..., Upload]) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    over = threading.Event()

    def ask_on() -> int:
        asked = 0
        while not over.is_set():
            retriever = own.retriever
            assert "1,203미터" in retriever.answer("다리의 길이는?").text
            listed, total = retriever.index.store.find_articles()
            assert len(listed) == total == retriever.index.counts["articles"]
            asked += 1
        return asked

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask_on) for _ in range(3)]
        try:
            for _ in range(5):
                (cave,) = added(own.adding([upload("굴.md", CAVE)])).added
                removed = own.remove(cave.id)
                own.restore(removed)
                own.remove(cave.id)
        finally:
            over.set()
        assert sum(one.result() for one in asking) > 20


def test_a_closed_collection_lets_go_of_its_files_and_opens_again(
    own: Collection, upload: Callable[..., Upload]
) -> None:
    added(own.adding([upload("다리.md", BRIDGE)]))
    assert own.retriever.answer("다리의 길이는?").statements and own.is_open
    gone = weakref.ref(own.retriever)
    own.close()
    assert gone() is None and not own.is_open
    assert own.retriever.answer("다리의 길이는?").statements
