"""Addresses of a Milvus, calls that fail and are tried again, conditions and keys."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymilvus import MilvusException

from index import Filters
from index.errors import GeungeoError
from index.milvus import remembering
from index.milvus.address import Address, is_address, read_address
from index.milvus.conditions import Sources, day_number, day_text, fact_key, facts
from index.milvus.connection import READ_ATTEMPTS, TOKEN, WRITE_ATTEMPTS, Connection
from index.milvus.keys import DIMENSIONS, EVERY, dimensions
from index.milvus.remembering import Remembered
from rag.cli import main
from tests.conftest import SEEDS


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
