"""What only an index in Milvus has: versions, and several machines at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index import Article, Filters
from index.analyzer import Analyzer
from index.dictionary import Dictionary
from index.errors import GeungeoError, IndexFormatError, IndexNotFoundError
from index.milvus import building, schema, versions
from index.milvus.address import read_address
from index.milvus.building import index_into
from index.milvus.connection import Connection
from index.milvus.searching import MilvusIndex
from index.milvus.writing import Writer
from index.reading import read_articles
from rag import Retriever
from rag.cli import main
from tests.brute_force import HashEncoder
from tests.conftest import TOP

MODEL = "hashes"


@pytest.fixture(scope="module", autouse=True)
def encoder() -> HashEncoder:
    return HashEncoder.register(MODEL)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return read_articles([TOP / "eval" / "gold" / "pile-b"]).articles


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"milvus:{tmp_path / 'index.db'}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server of its own process-wide port, as other machines would reach it."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    running, database, port = start_server_in_thread(str(tmp_path / "server"))
    yield f"milvus:http://127.0.0.1:{port}"
    running.stop(grace=1).wait()
    database.close()


# -- Versions ------------------------------------------------------------------------------------------
def names(place: str) -> list[str]:
    connection = Connection.open(read_address(place))
    return sorted({name.rsplit("_", 1)[0] for name in connection.read("list_collections")})


def test_a_new_version_is_built_beside_the_old_one(place: str, articles: list[Article]) -> None:
    index_into(place, articles, model=MODEL)
    before = MilvusIndex.open(place)
    summary = index_into(place, [], dictionary=Dictionary((("건조실이슬점",),)))
    assert (summary.articles, summary.added, summary.changed) == (12, 0, 0)
    assert summary.encoded == 0, "the text is the same, and so are its vectors"
    after = MilvusIndex.open(place)
    assert after.analyzer.dictionary.names == ("건조실이슬점",)
    assert before.analyzer.dictionary.names == ()
    assert len(names(place)) == 2
    forms = [term.form for term in before.analyzer.terms_of("전고체 기금")]
    assert len(before.search_words(forms, 5)[0]) == 5, "who had the old version open keeps it"
    index_into(place, [])
    assert len(names(place)) == 2, "the one before the last is dropped"
    assert MilvusIndex.open(place).analyzer.dictionary.names == ("건조실이슬점",)


def test_a_version_under_way_is_left_alone_and_a_forgotten_one_dropped(
    place: str, articles: list[Article]
) -> None:
    index_into(place, articles[:1], model=MODEL)
    connection = Connection.open(read_address(place))
    under_way = versions.new_version("geungeo")
    forgotten = schema.Collections("geungeo", "v20250101" + under_way.version[9:])
    for names_of in (under_way, forgotten):
        schema.create(connection, names_of, 8)
    for _ in range(3):
        index_into(place, [])
    left = names(place)
    assert f"geungeo_{under_way.version}" in left
    assert f"geungeo_{forgotten.version}" not in left
    assert len(left) == 3


def test_another_model_makes_another_version(place: str, articles: list[Article]) -> None:
    HashEncoder.register("other", 32)
    index_into(place, articles[:4], model=MODEL)
    summary = index_into(place, articles[3:6], model="other")
    assert (summary.articles, summary.added, summary.unchanged) == (6, 2, 4)
    assert summary.encoded > 0
    opened = MilvusIndex.open(place)
    assert opened.encoder.card.model == "other"
    assert len(opened.about.mean) == 32


def test_a_build_that_fails_leaves_the_old_version(
    place: str, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    index_into(place, articles[:4], model=MODEL)
    before = names(place)

    def fail(*args: object) -> None:
        raise GeungeoError("다 찼습니다")

    monkeypatch.setattr(Writer, "write", fail)
    with pytest.raises(GeungeoError, match="다 찼습니다"):
        index_into(place, [], dictionary=Dictionary((("가람",),)))
    assert names(place) == before
    assert len(MilvusIndex.open(place).store.articles()) == 4


def test_an_article_written_in_part_is_completed(
    place: str, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    index_into(place, articles[:2], model=MODEL)
    whole = Writer._upsert

    def without_passages(self: Writer, kind: str, rows: list[Any]) -> None:
        if kind == "passages":
            raise GeungeoError("끊겼습니다")
        whole(self, kind, rows)

    monkeypatch.setattr(Writer, "_upsert", without_passages)
    with pytest.raises(GeungeoError, match="끊겼습니다"):
        index_into(place, articles[:4])
    monkeypatch.undo()
    half = MilvusIndex.open(place)
    vector = half.encoder.encode_query("전고체 기금")
    found = half.search_meaning(vector, 1000).tolist()
    assert len(found) == half.counts["passages"], "windows without a passage are not found"
    summary = index_into(place, articles[:4])
    assert summary.encoded == 0, "the vectors are there already"
    now = MilvusIndex.open(place)
    ids = {
        item.passage.article_id
        for item in now.store.passages_alone(now.search_meaning(vector, 1000).tolist())
    }
    assert ids == {article.id for article in articles[:4]}


def test_windows_are_found_by_hnsw_too(
    place: str, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    index_into(f"{place}#exact", articles, model=MODEL)
    monkeypatch.setattr(schema, "IN_LITE", {})
    index_into(f"{place}#hnsw", articles, model=MODEL)
    exact, hnsw = (MilvusIndex.open(f"{place}#{name}") for name in ("exact", "hnsw"))
    names = versions.serving(hnsw._connection)
    assert names is not None
    described = hnsw._connection.read("describe_index", names.windows, "vector")
    assert (described["index_type"], described["metric_type"]) == ("HNSW", "IP")
    vector = exact.encoder.encode_query("전고체 기금의 1차 지원")
    near = hnsw.search_meaning(vector, 60).tolist()
    assert near[:10] == exact.search_meaning(vector, 60).tolist()[:10]
    allowed = hnsw.allowed(Filters(publishers="한결일보"))
    numbers = hnsw.search_meaning(vector, 300, allowed).tolist()
    assert numbers == exact.search_meaning(vector, 300, allowed).tolist()


def test_names_keep_indexes_apart(place: str, articles: list[Article]) -> None:
    index_into(f"{place}#one", articles[:2], model=MODEL)
    index_into(f"{place}#one_more", articles[2:3], model=MODEL)
    index_into(f"{place}#one", [], model=MODEL)
    index_into(f"{place}#one", [], model=MODEL)
    assert len(MilvusIndex.open(f"{place}#one").store.articles()) == 2
    assert len(MilvusIndex.open(f"{place}#one_more").store.articles()) == 1


@pytest.mark.parametrize("recorded", ["analyzer", "format", "fingerprint"])
def test_an_index_of_another_make_is_refused(
    place: str, articles: list[Article], monkeypatch: pytest.MonkeyPatch, recorded: str
) -> None:
    index_into(place, articles[:2], model=MODEL)
    if recorded == "analyzer":
        monkeypatch.setattr(Analyzer, "versions", lambda self: {"kiwi": "9.9"})
    elif recorded == "format":
        monkeypatch.setattr(versions, "FORMAT", 99)
    else:
        HashEncoder.register(MODEL, 64)
    with pytest.raises(IndexFormatError, match=r"(다시|새로) 만드세요") as caught:
        _ = MilvusIndex.open(place).encoder
    assert "\n" not in str(caught.value)
    HashEncoder.register(MODEL)


def test_no_index_yet(place: str, server: str, tmp_path: Path) -> None:
    for where in (place, server):
        with pytest.raises(IndexNotFoundError, match="색인이 없습니다"):
            Retriever.open(where)
    assert not list(tmp_path.glob("*.db")), "asking makes no file"


# -- Several machines ----------------------------------------------------------------------------------
def together(*tasks: Callable[[], object]) -> None:
    """Runs the tasks at the same time; raises what one of them raised."""
    errors: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_machines_that_begin_an_index_at_once_make_one(
    server: str, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = threading.Barrier(2)
    publish = building.publish

    def at_once(connection: Connection, new: Any, instead_of: Any) -> bool:
        if instead_of is None:
            meet.wait(60)  # both have found no index and made one
        return publish(connection, new, instead_of)

    monkeypatch.setattr(building, "publish", at_once)
    together(
        lambda: index_into(server, articles[:7], model=MODEL),
        lambda: index_into(server, articles[5:], model=MODEL),
    )
    monkeypatch.undo()
    index = MilvusIndex.open(server)
    assert {article.id for article, _ in index.store.articles()} == {article.id for article in articles}
    assert len(names(server)) == 1
    expected = index_into(f"{server}#whole", articles, model=MODEL)
    assert index.counts == {
        "articles": 12, "passages": expected.passages, "windows": expected.windows,
    }  # fmt: skip


def test_machines_may_write_the_same_articles_at_once(server: str, articles: list[Article]) -> None:
    first = index_into(server, articles[:1], model=MODEL)
    together(*(lambda: index_into(server, articles) for _ in range(3)))
    index = MilvusIndex.open(server)
    whole = index_into(f"{server}#whole", articles, model=MODEL)
    assert index.counts == {
        "articles": 12, "passages": whole.passages, "windows": whole.windows,
    }  # fmt: skip
    assert whole.passages > first.passages
    again = index_into(server, articles)
    assert (again.added, again.changed, again.encoded) == (0, 0, 0)


def test_what_a_switch_overtook_is_written_again(
    server: str, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine adds articles to a version while another one puts a new version in its place."""
    index_into(server, articles[:2], model=MODEL)
    write = Writer.write
    switched = False

    def after_a_switch(self: Writer, *args: Any) -> None:
        nonlocal switched
        if not switched:
            switched = True
            index_into(server, [], model=MODEL)
        write(self, *args)

    monkeypatch.setattr(Writer, "write", after_a_switch)
    index_into(server, articles[:5], model=MODEL)
    assert len(MilvusIndex.open(server).store.articles()) == 5


# -- The command line ----------------------------------------------------------------------------------
def test_the_commands_take_a_store(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for article in sorted((TOP / "eval" / "gold" / "pile-b").glob("battery-*.md"))[:3]:
        (folder / article.name).write_text(article.read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["index", str(folder), "--store", place, "--model", MODEL]) == 0
    assert "기사 3건" in capsys.readouterr().err
    assert main(["ask", "전고체 기금의 1차 지원을 받은 업체는?", "--store", place, "--no-llm"]) == 0
    assert "[1]" in capsys.readouterr().out
    assert main(["articles", "--store", place]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == 3
    assert main(["remove", listed[0].split()[0], "--store", place]) == 0
    assert "1건을 뺐습니다" in capsys.readouterr().err
    assert main(["articles", "--store", place]) == 0
    assert capsys.readouterr().out.splitlines() == listed[1:]
    assert main(["index", str(folder), "--prune", "--store", place]) == 2
    assert "--prune" in capsys.readouterr().err
    assert main(["ask", "질문", "--store", "folder"]) == 2
    assert "--store를 읽을 수 없습니다" in capsys.readouterr().err
