"""Each visitor has a collection of its own, which nobody else sees and nobody keeps for ever."""

from __future__ import annotations

import logging
import os
import secrets
import stat
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.encoder import load_encoder
from index.errors import GeungeoError
from index.korean import shared_kiwi
from rag import Retriever, background, uploads
from rag.collection import Added, Collection
from rag.uploads import MARK, Uploads, default_uploads_dir
from tests.brute_force import HashEncoder

MODEL = "hashes"
DAY = 86_400.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> HashEncoder:
    monkeypatch.setattr(background, "APART", 0.01)
    return HashEncoder.register(MODEL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def all_of(folder: Path) -> Uploads:
    return Uploads(folder, MODEL)


def new_key() -> str:
    return secrets.token_hex(16)


def bring(own: Collection, fact: str) -> Added:
    *_, last = own.adding_text(
        f"한국도로연구원은 공사를 올해 안에 마치겠다고 밝혔다. {fact}", fact.split()[0]
    )
    assert isinstance(last, Added)
    return last


def in_use(folder: Path) -> set[str]:
    """Names of the collections of which some file is open or mapped."""
    places = [os.path.realpath(f"/proc/self/fd/{handle}") for handle in os.listdir("/proc/self/fd")]
    places += Path("/proc/self/maps").read_text(errors="replace").splitlines()
    return {place.split(f"{folder}/")[1].split("/")[0] for place in places if f"{folder}/" in place}


def test_nothing_is_written_before_somebody_brings_something(folder: Path) -> None:
    own = Uploads(folder, MODEL).collection(new_key())
    assert own.retriever is None and own.find_articles() == ([], 0)
    with pytest.raises(GeungeoError):
        list(own.adding_text(" "))
    assert not folder.exists()


def test_nobody_else_sees_it(all_of: Uploads, folder: Path) -> None:
    mine, other = new_key(), new_key()
    bring(all_of.collection(mine), "다리의 길이는 1,203미터이다.")
    assert all_of.collection(other).retriever is None
    bring(all_of.collection(other), "굴의 깊이는 88미터이다.")
    for key, title in ((mine, "다리의"), (other, "굴의")):
        own = all_of.collection(key)
        assert [article.title for article in own.find_articles()[0]] == [title]
        hits = own.retriever.search("다리의 길이와 굴의 깊이", 10, fold=False)
        assert {hit.article.title for hit in hits} == {title}
        assert {article.title for article, _ in own.retriever.articles()} == {title}
    removed = all_of.collection(other).remove(all_of.collection(other).find_articles()[0][0].id)
    assert all_of.collection(mine).retriever.article(removed.article.id) is None
    all_of.collection(other).clear()
    assert all_of.collection(mine).find_articles()[1] == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_neither_disk_nor_log_has_a_key(
    all_of: Uploads, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = new_key()
    with caplog.at_level(logging.DEBUG):
        own = all_of.collection(key)
        bring(own, "다리의 길이는 1,203미터이다.")
        assert own.retriever.answer("다리의 길이는?").statements
        (place,) = folder.iterdir()
        os.utime(place, (0, 0))
        Uploads(folder, MODEL)
    assert caplog.records and key not in caplog.text
    bring(own, "굴의 깊이는 88미터이다.")
    for path in folder.rglob("*"):
        assert key not in path.name
        assert path.is_dir() or key.encode() not in path.read_bytes()


@pytest.mark.parametrize("key", ["", "0" * 31, "g" * 32, "../" + "0" * 32, "0" * 32 + "\n", "0" * 129])
def test_what_is_no_key_is_refused(all_of: Uploads, key: str) -> None:
    with pytest.raises(GeungeoError, match="새로 고쳐") as caught:
        all_of.collection(key)
    assert not key.strip("0") or key not in str(caught.value)


def test_a_key_is_a_number_however_it_is_written(all_of: Uploads) -> None:
    key = "0123456789abcdef" * 2
    assert all_of.collection(key) is all_of.collection(key.upper())
    assert all_of.collection(key) is not all_of.collection(key[::-1])


def test_it_is_there_after_a_restart(all_of: Uploads, folder: Path) -> None:
    key = new_key()
    bring(all_of.collection(key), "다리의 길이는 1,203미터이다.")
    again = Uploads(folder, MODEL).collection(key)
    assert "1,203미터" in again.retriever.answer("다리의 길이는?").text


def test_two_visitors_bring_something_at_once(all_of: Uploads) -> None:
    keys = [new_key() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda key: bring(all_of.collection(key), f"{key} 다리는 길다."), keys))
    for key, result in zip(keys, results, strict=True):
        assert [article.title for article in result.added] == [key]
        assert all_of.collection(key).find_articles() == (list(result.added), 1)


def test_those_that_nobody_uses_expire(all_of: Uploads, folder: Path) -> None:
    old, young = new_key(), new_key()
    bring(all_of.collection(old), "다리의 길이는 1,203미터이다.")
    place = all_of.collection(old).folder
    bring(all_of.collection(young), "굴의 깊이는 88미터이다.")
    foreign = folder / "편지"
    foreign.mkdir()
    leftover = folder / f"{'0' * 64}.gone"
    leftover.mkdir()
    before = all_of.collection(old).retriever
    long_ago = time.time() - 31 * DAY
    for path in (place, foreign):
        os.utime(path, (long_ago, long_ago))
    nearly = time.time() - 29 * DAY
    os.utime(all_of.collection(young).folder, (nearly, nearly))
    again = Uploads(folder, MODEL)
    assert {path.name for path in folder.iterdir()} == {
        MARK, "편지", again.collection(young).folder.name,
    }  # fmt: skip
    assert again.collection(old).retriever is None and again.collection(young).find_articles()[1] == 1
    assert all_of.collection(old).retriever is None
    assert "1,203미터" in before.answer("다리의 길이는?").text


def test_use_keeps_it_and_the_day_after_is_looked_again(
    all_of: Uploads, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused = new_key(), new_key()
    for key in (used, unused):
        bring(all_of.collection(key), "다리의 길이는 1,203미터이다.")
    began = time.time()
    for path in folder.iterdir():
        os.utime(path, (began - 20 * DAY, began - 20 * DAY))
    all_of.collection(used).find_articles()
    marked = all_of.collection(used).folder.stat().st_mtime
    assert marked > began - 1  # a file system's clock may lag behind by a tick
    os.utime(all_of.collection(used).folder, (marked - 600, marked - 600))
    all_of.collection(used).find_articles()
    assert all_of.collection(used).folder.stat().st_mtime == pytest.approx(marked - 600, abs=1)
    day = 0
    monkeypatch.setattr(uploads.time, "time", lambda: began + day * DAY)
    for _ in range(10):
        assert all_of.collection(unused).folder.exists()
        day += 1.01
        assert all_of.collection(used).find_articles()[1] == 1
    assert all_of.collection(unused).find_articles()[1] == 0
    assert {path.name for path in folder.iterdir()} == {MARK, all_of.collection(used).folder.name}


@pytest.mark.parametrize("jump", [400 * DAY, -400 * DAY, 31 * DAY, -3600.0])
def test_a_clock_that_jumps_takes_nothing_with_it(
    all_of: Uploads, folder: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    key, other = new_key(), new_key()
    bring(all_of.collection(key), "다리의 길이는 1,203미터이다.")
    bring(all_of.collection(other), "굴의 깊이는 88미터이다.")
    began, aside = time.time(), 0.0
    monkeypatch.setattr(uploads.time, "time", lambda: began + aside)
    all_of._expire()
    aside = jump
    assert all_of.collection(key).find_articles()[1] == 1
    Uploads(folder, MODEL)  # begun while the clock is wrong
    assert all_of.collection(other).find_articles()[1] == 1
    aside = 60.0
    for later in (Uploads(folder, MODEL), all_of):  # and once it is right again
        assert later.collection(key).find_articles()[1] == later.collection(other).find_articles()[1] == 1


def test_there_are_only_so_many(folder: Path) -> None:
    all_of = Uploads(folder, MODEL, most=2)
    first, second, third = (all_of.collection(new_key()) for _ in range(3))
    bring(first, "다리의 길이는 1,203미터이다.")
    bring(second, "굴의 깊이는 88미터이다.")
    with pytest.raises(GeungeoError, match="2개가 다 찼습니다"):
        bring(third, "길의 너비는 9미터이다.")
    bring(second, "길의 너비는 9미터이다.")
    first.clear()
    assert bring(third, "길의 너비는 9미터이다.").added


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at what is open as Linux tells it")
def test_only_so_many_are_open(folder: Path) -> None:
    all_of = Uploads(folder, MODEL, most_open=2)
    keys = [new_key() for _ in range(5)]
    for key in keys:
        bring(all_of.collection(key), f"{key} 다리는 길다.")

    def ask(key: str) -> Retriever:
        retriever = all_of.collection(key).retriever
        assert retriever is not None and retriever.search("다리", 1)[0].article.title == key
        return retriever

    held = ask(keys[1])
    for key in keys:
        ask(key)
    names = [all_of.collection(key).folder.name for key in keys]
    assert in_use(folder) == {names[1], names[3], names[4]}, "the last two, and one that is still asked"
    assert held.search("다리", 1)
    ask(keys[3])
    ask(keys[0])
    assert in_use(folder) == {names[0], names[1], names[3]}
    gone = weakref.ref(held)
    del held
    assert gone() is None and in_use(folder) == {names[0], names[3]}


def test_collections_that_nobody_has_take_no_memory(all_of: Uploads) -> None:
    own = all_of.collection(new_key())
    gone = weakref.ref(own)
    del own
    assert gone() is None


def test_models_are_shared(all_of: Uploads, tmp_path: Path) -> None:
    both = [all_of.collection(new_key()) for _ in range(2)]
    for own in both:
        bring(own, "다리의 길이는 1,203미터이다.")
    one, other = (own.retriever.index for own in both)
    assert one.encoder is other.encoder is load_encoder(MODEL)
    assert one.analyzer.kiwi is other.analyzer.kiwi is shared_kiwi()


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GEUNGEO_UPLOADS", str(tmp_path / "here"))
    assert default_uploads_dir() == tmp_path / "here" == Uploads().folder
    monkeypatch.delenv("GEUNGEO_UPLOADS")
    assert default_uploads_dir().name == "uploads" and "geungeo" in str(default_uploads_dir())


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    own = Uploads(tmp_path / "file" / "uploads", MODEL).collection(new_key())
    with pytest.raises(GeungeoError, match="GEUNGEO_UPLOADS"):
        bring(own, "다리의 길이는 1,203미터이다.")
