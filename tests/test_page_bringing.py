"""What the chat page does with articles that visitors bring, list, take out and bring back."""

from __future__ import annotations

from pathlib import Path

import pytest
from html_tags import Tags

from index import build_index
from rag import Retriever
from rag.page.bringing import Shelf
from rag.page.desk import Desk
from rag.page.front import Library
from rag.page.visit import Visit
from rag.page.words.korean import KOREAN
from rag.uploads import Uploads

MINE = Visit(key="a" * 32, place="own")
THEIRS = Visit(key="b" * 32, place="own")
BERRIES = (
    "# 새벽들 딸기, 싱가포르 간다\n\n새벽들 작목반이 기른 딸기가 싱가포르로 수출된다. 첫 물량은 1~3톤이다.\n"
)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Where the server puts what is sent."""
    folder = tmp_path / "sent" / "0123abcd"
    folder.mkdir(parents=True)
    (folder / "딸기.md").write_text(BERRIES, encoding="utf-8")
    (folder / "그림.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


@pytest.fixture
def shelf(retriever: Retriever, tmp_path: Path) -> Shelf:
    return Shelf(Library(retriever, None, Uploads(tmp_path / "uploads")), KOREAN, tmp_path / "sent")


def bring(shelf: Shelf, visit: Visit, *paths: Path) -> str:
    """What is told last of bringing files."""
    *steps, (last, added) = shelf.brought([{"path": str(path), "name": path.name} for path in paths], visit)
    assert not any(done for _, done in steps) and added == ("더했습니다" in last or "이미 있는" in last)
    return last


def titles(shelf: Shelf, visit: Visit, sought: str = "") -> list[str]:
    tags = Tags(shelf.listed(visit, sought))
    return [one["data-article"] or "" for one in tags.of_class("gg-open")]


def test_what_is_brought_is_asked_listed_removed_and_brought_back(shelf: Shelf, sent: Path) -> None:
    desk = Desk(shelf.library, KOREAN)
    assert (
        titles(shelf, MINE) == [] and "아직 올린 기사가 없습니다" in desk.reply("딸기?", (), MINE)[0].notice
    )
    told = bring(shelf, MINE, sent / "딸기.md", sent / "그림.txt")
    assert "기사 1편을 더했습니다" in told and "그림.txt" in told and "그림 파일입니다" in told
    turn, _ = desk.reply("딸기는 어디로 수출되나요?", (), MINE)
    assert turn.place == "own" and turn.reply and "싱가포르" in turn.reply.quotations[0].quote
    opened = {"article": turn.reply.sources[0].article.id, "place": "own", "spans": []}
    assert "1~3톤" in desk.whole_article(opened, MINE)
    (article,) = titles(shelf, MINE)
    news, removed = shelf.removed(article, MINE)
    assert "뺐습니다" in news and Tags(news).of_class("gg-undo") and titles(shelf, MINE) == []
    assert "되돌렸습니다" in shelf.restored(removed, MINE)[0] and titles(shelf, MINE) == [article]
    assert "이미 있는 기사: 딸기.md" in bring(shelf, MINE, sent / "딸기.md")
    assert shelf.cleared(MINE) == "" and titles(shelf, MINE) == []


def test_what_one_brings_no_other_sees(shelf: Shelf, sent: Path) -> None:
    bring(shelf, MINE, sent / "딸기.md")
    (article,) = titles(shelf, MINE)
    desk = Desk(shelf.library, KOREAN)
    assert titles(shelf, THEIRS) == [] and desk.reply("딸기는 어디로 수출되나요?", (), THEIRS)[0].notice
    opened = {"article": article, "place": "own", "spans": []}
    assert "색인에 없습니다" in desk.whole_article(opened, THEIRS) and "싱가포르" in desk.whole_article(
        opened, MINE
    )
    assert "없습니다" in shelf.removed(article, THEIRS)[0] and titles(shelf, MINE) == [article]
    assert "내 기사 <b>0</b>" in shelf.head(THEIRS) and "내 기사 <b>1</b>" in shelf.head(MINE)


def test_only_what_the_server_put_there_is_read(shelf: Shelf, sent: Path, tmp_path: Path) -> None:
    """A path is told by the browser, which may tell any."""
    secret = tmp_path / "secret.md"
    secret.write_text(BERRIES, encoding="utf-8")
    (sent / "link.md").symlink_to(secret)
    for path in (
        secret,
        sent / ".." / ".." / "secret.md",
        sent / "link.md",
        sent,
        Path("/etc/passwd"),
        Path(""),
    ):
        assert "더한 기사가 없습니다" in bring(shelf, MINE, path)
    for nonsense in (None, 3, "x", [None], [{}], [{"path": None}], [{"path": "a\0b", "name": "c"}]):
        *_, (told, added) = shelf.brought(nonsense, MINE)
        assert "더한 기사가 없습니다" in told and not added


def test_a_text_is_pasted(shelf: Shelf) -> None:
    *_, (told, added) = shelf.pasted(
        "달내강 보행교가 내년 봄에 열린다. 길이는 410m이다.", "달내강 다리", MINE
    )
    assert added and "1편" in told and "달내강 다리" in shelf.listed(MINE)
    *_, (told, added) = shelf.pasted("  \n ", "", MINE)
    assert not added and "gg-notice" in told


def test_articles_are_sought_by_title_and_nothing_found_is_told(shelf: Shelf) -> None:
    everyone = Visit(key="a" * 32)
    assert len(titles(shelf, everyone)) == 4 and len(titles(shelf, everyone, "500B")) == 1
    assert "‘없는 말’에 맞는 기사가 없습니다" in shelf.listed(everyone, "없는 말")
    assert not Tags(shelf.listed(everyone)).of_class("gg-remove")  # they are not the visitor's


def test_where_uploads_are_off_nothing_is_taken(retriever: Retriever, sent: Path) -> None:
    shelf = Shelf(Library(retriever), KOREAN, sent.parent)
    assert "gg-drop" not in shelf.head(MINE) and "gg-places" not in shelf.head(MINE)
    assert "기사를 받지 않습니다" in bring(shelf, MINE, sent / "딸기.md")
    assert "기사를 받지 않습니다" in next(iter(shelf.pasted("글", "", MINE)))[0]
    news, removed = shelf.removed(titles(shelf, MINE)[0], MINE)
    assert "기사를 받지 않습니다" in news and removed is None and len(titles(shelf, MINE)) == 4


def test_a_shared_collection_is_everyones(sent: Path, tmp_path: Path) -> None:
    build_index([sent / "딸기.md"], tmp_path / "index")
    (sent / "다리.md").write_text("# 달내강 다리\n\n달내강 보행교의 길이는 410m이다.\n", encoding="utf-8")
    library = Library(Retriever.open(tmp_path / "index"), None, True)
    shelf, desk = Shelf(library, KOREAN, tmp_path / "sent"), Desk(library, KOREAN)
    assert "gg-places" not in shelf.head(MINE) and "모두가 함께" in shelf.head(MINE)
    assert "1편을 더했습니다" in bring(shelf, MINE, sent / "다리.md")
    turn, _ = desk.reply("달내강 보행교의 길이는?", (), THEIRS)
    assert turn.place == "shared" and turn.reply and "410m" in turn.reply.quotations[0].quote
    assert len(titles(shelf, THEIRS)) == 2
    shelf.removed(titles(shelf, THEIRS, "달내강")[0], THEIRS)
    assert len(titles(shelf, MINE)) == 1 and library.front(MINE).articles == 1


def test_a_key_goes_to_no_disk(shelf: Shelf, sent: Path, tmp_path: Path) -> None:
    bring(shelf, MINE, sent / "딸기.md")
    names = [str(path.relative_to(tmp_path)) for path in (tmp_path / "uploads").rglob("*")]
    assert names and not any(MINE.key in name for name in names)
