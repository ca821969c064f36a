"""What only an index in Milvus has: addresses, retries, versions, several machines at once."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymilvus import MilvusException

from index import Article, Filters
from index.analyzer import Analyzer
from index.dictionary import Dictionary
from index.errors import GeungeoError, IndexFormatError, IndexNotFoundError
from index.milvus import building, remembering, versions
from index.milvus.address import Address, is_address, read_address
from index.milvus.building import index_into
from index.milvus.conditions import Sources, day_number, day_text, fact_key, facts
from index.milvus.connection import READ_ATTEMPTS, TOKEN, WRITE_ATTEMPTS, Connection
from index.milvus.keys import DIMENSIONS, EVERY, dimensions
from index.milvus.remembering import Remembered
from index.milvus.searching import MilvusIndex
from index.milvus.writing import Writer
from index.reading import read_articles
from rag import Retriever
from rag.cli import main
from tests.brute_force import HashEncoder
from tests.conftest import SEEDS, TOP

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


# -- Addresses -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("milvus:http://host:19530", Address("http://host:19530")),
        ("milvus:https://host:443/", Address("https://host:443")),
        ("milvus:http://host:19530#news", Address("http://host:19530", "news")),
        ("milvus:http://host:19530?collection=news", Address("http://host:19530", "news")),
        ("milvus:./a/b.db", Address("a/b.db")),
        ("milvus:b.db#n_1", Address("b.db", "n_1")),
    ],
)
def test_addresses(written: str, address: Address) -> None:
    assert is_address(written)
    assert read_address(written) == address
    assert read_address(str(address)) == address


@pytest.mark.parametrize(
    "written",
    [
        "milvus:",
        "milvus:folder",
        "milvus:http://",
        "milvus:ftp://h",
        "milvus:http://h:99999999",
        "milvus:a.db#1-x",
    ],
)
def test_addresses_that_are_none(written: str) -> None:
    with pytest.raises(GeungeoError, match="적어 주세요"):
        read_address(written)


@pytest.mark.parametrize(
    "place", ["http://me:geheim@host:1", "http://me:geheim@host:999999", "http://geheim@h"]
)
def test_a_password_in_an_address_is_not_shown(place: str) -> None:
    with pytest.raises(GeungeoError) as caught:
        read_address(f"milvus:{place}")
    assert "geheim" not in str(caught.value)


def test_a_path_is_no_address(tmp_path: Path) -> None:
    assert not is_address(tmp_path)
    assert not is_address("index")
    assert not is_address(None)


# -- Errors and retries --------------------------------------------------------------------------------
class Refusal(grpc.RpcError):
    def __init__(self, status: grpc.StatusCode) -> None:
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status


class Flaky:
    """A client whose first calls fail."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def query(self, *args: Any, **options: Any) -> list[dict[str, int]]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return [{"count(*)": 7}]

    upsert = query


TRANSIENT: list[Callable[[], Exception]] = [
    lambda: Refusal(grpc.StatusCode.UNAVAILABLE),
    lambda: Refusal(grpc.StatusCode.DEADLINE_EXCEEDED),
    lambda: Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED),
    lambda: MilvusException(grpc.StatusCode.UNAVAILABLE, "Retry run out"),
    lambda: MilvusException(8, "rate limit exceeded"),
]


def flaky(*errors: Exception) -> tuple[Connection, Flaky, list[float]]:
    client, waits = Flaky(*errors), list[float]()
    return Connection(Address("http://host:19530"), client, waits.append), client, waits


@pytest.mark.parametrize("error", TRANSIENT)
def test_what_may_pass_is_tried_again(error: Callable[[], Exception]) -> None:
    connection, client, waits = flaky(error(), error())
    assert connection.rows("some", "", ["count(*)"]) == [{"count(*)": 7}]
    assert client.calls == 3
    assert len(waits) == 2
    assert all(0 <= wait <= most for wait, most in zip(waits, (0.25, 0.5), strict=True))


def test_waits_grow_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    connection, client, waits = flaky(*(Refusal(grpc.StatusCode.UNAVAILABLE) for _ in range(50)))
    with pytest.raises(GeungeoError, match="Milvus에 연결할 수 없습니다"):
        connection.write("upsert", "some", [])
    assert client.calls == WRITE_ATTEMPTS
    assert waits == sorted(waits)
    assert waits[:3] == [0.25, 0.5, 1.0]
    assert 20 < sum(waits) < 90
    with pytest.raises(GeungeoError):
        connection.read("query", "some")
    assert client.calls == WRITE_ATTEMPTS + READ_ATTEMPTS


@pytest.mark.parametrize(
    "error",
    [
        MilvusException(65535, "bad request"),
        MilvusException(1100, "wrong"),
        Refusal(grpc.StatusCode.INTERNAL),
        ValueError("x"),
    ],
)
def test_what_cannot_pass_is_told_at_once(error: Exception) -> None:
    connection, client, waits = flaky(error)
    with pytest.raises(GeungeoError, match="처리하지 못했습니다"):
        connection.rows("some", "", [])
    assert client.calls == 1
    assert not waits


def test_a_refused_login_names_the_variable_and_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "me:geheim")
    for error in (
        Refusal(grpc.StatusCode.UNAUTHENTICATED),
        MilvusException(65535, "auth check failure me:geheim"),
    ):
        connection, _, _ = flaky(error)
        with pytest.raises(GeungeoError, match=TOKEN) as caught:
            connection.rows("some", "", [])
        assert "geheim" not in str(caught.value)
    connection, _, _ = flaky(MilvusException(65535, "the token me:geheim is odd"))
    with pytest.raises(GeungeoError) as caught:
        connection.rows("some", "", [])
    assert "geheim" not in str(caught.value)


def test_the_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    monkeypatch.setattr("pymilvus.MilvusClient", lambda uri, **options: given.update(options, uri=uri))
    monkeypatch.setenv(TOKEN, "me:geheim")
    Connection.open(read_address("milvus:http://host:19530"))
    assert given["token"] == "me:geheim"
    assert given["uri"] == "http://host:19530"


def test_no_server_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("milvus:http://127.0.0.1:1", "milvus:/no/such/folder/x.db"):
        assert main(["index", str(SEEDS), "--store", place]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "Milvus" in error
        assert "확인하세요" in error


def test_without_pymilvus_the_install_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(GeungeoError, match=re.escape("pip install 'geungeo[milvus]'")):
        Connection.open(read_address("milvus:http://host:19530"))


def test_no_index_yet(place: str, server: str, tmp_path: Path) -> None:
    for where in (place, server):
        with pytest.raises(IndexNotFoundError, match="색인이 없습니다"):
            Retriever.open(where)
    assert not list(tmp_path.glob("*.db")), "asking makes no file"


# -- Conditions and keys -------------------------------------------------------------------------------
@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_typed_changes_a_condition(text: str, other: str) -> None:
    filters = Filters(publishers=[text, other], topics=[text], articles=[other])
    for condition in facts(filters):
        assert re.fullmatch(r"(\w+ in |array_contains_any\(topics, )\[[\d, ]+\]\)?", condition)
    asked = Filters(sources=[text, other]).sources
    if asked:
        part = r'(source|url) like "[0-9a-z가-힣./% -]*"'
        assert re.fullmatch(rf"{part}( or {part})*", Sources(asked).condition())


@given(st.text("aZ가*?%_'\"\\[/.", max_size=6), st.text("az가%_'\"[/.", max_size=9))
def test_what_fits_a_pattern_fits_the_coarser_one(pattern: str, place: str) -> None:
    sources = Sources([pattern])
    coarse = re.findall(r'like "([^"]*)"', sources.condition())
    assert coarse
    if sources.fit(place):
        expressions = ["".join(".*" if c == "%" else re.escape(c) for c in like) for like in coarse]
        assert any(re.fullmatch(expression, place, re.DOTALL) for expression in expressions)


def test_facts_are_compared_as_in_a_folder() -> None:
    assert fact_key("Battery Weekly") == fact_key("battery weekly") != fact_key("battery")
    assert fact_key("한결") == fact_key("\u1112\u1161\u11ab\u1100\u1167\u11af")
    assert day_text(day_number("2025-10-28")) == "2025-10-28"
    assert day_number(None) == day_number("2025-13-40") == 0
    assert day_text(0) is None


def test_dimensions_are_those_milvus_takes() -> None:
    found = dimensions([str(n) for n in range(100_000)])
    assert EVERY not in found
    assert max(found) <= DIMENSIONS < 2**32 - 1
    assert len(set(found)) > 99_990
    assert dimensions(["해인"]) == dimensions(["해인"])


def test_what_is_remembered_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(remembering.time, "monotonic", lambda: now)
    values: Remembered[str, int] = Remembered(seconds=10, most=2)
    assert [values.ask("a", lambda: 1), values.ask("a", lambda: 2)] == [1, 1]
    values.put("b", 5)
    values.put("c", 6)
    assert (values.get("a"), values.get("b")) == (None, 5), "the one asked for longest ago makes room"
    now = 111.0
    assert values.ask("b", lambda: 7) == 7


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
