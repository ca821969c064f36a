"""The REST API's articles: listed, read, added and removed, by whoever may."""

from __future__ import annotations

import io
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server_client import BEARER, BRIDGE, TOKEN, Client, Serve

from index import GeungeoError
from rag.collection import Added, Collection, Progress
from rag.server import articles, jobs
from rag.server.access import Access

PLAIN = {"files": ("plain.txt", "들녘의 벼가 익어 간다. 올해 벼베기는 10월 3일에 시작한다고 농부가 말했다.")}


def client_of(serve: Serve, index: Path) -> Client:
    return serve(index, Access(tokens=[TOKEN]))


def test_articles_are_listed_newest_first_in_parts_and_by_words(serve: Serve, two_articles: Path) -> None:
    client = serve(two_articles)
    told = client.get("/v1/articles").json()
    assert told["total"] == 2
    assert [one["published"] for one in told["articles"]] == ["2025-03-05", "2025-02-01"]
    assert (
        told["articles"][0]["title"] == "달내강에 걷는 다리 놓인다" and told["articles"][0]["passages"] == 1
    )
    assert client.get("/v1/articles?limit=1&skip=1").json()["articles"] == told["articles"][1:]
    assert client.get("/v1/articles", params={"words": "굴 한빛일보"}).json() == {
        "total": 1, "articles": told["articles"][1:],
    }  # fmt: skip
    assert client.get("/v1/articles?limit=0").status_code == 422


def test_an_article_is_given_whole(serve: Serve, two_articles: Path) -> None:
    client = serve(two_articles)
    row = client.get("/v1/articles").json()["articles"][0]
    told = client.get(f"/v1/articles/{row['id']}").json()
    assert told["text"] == BRIDGE.split("---\n", 2)[2].strip() and told["publisher"] == "강변신문"
    assert all(told["text"][start:end].strip() for start, end in told["prose"])
    for unknown in ("0" * 12, "..%2F..%2Fetc%2Fpasswd", "x"):
        assert client.get(f"/v1/articles/{unknown}").status_code == 404


def test_only_who_may_changes_articles(serve: Serve, two_articles: Path) -> None:
    private = serve(two_articles)
    for response in (private.post("/v1/articles", files=PLAIN), private.delete("/v1/articles/abc")):
        assert response.status_code == 403 and "--uploads shared" in response.json()["detail"]
    assert private.get("/v1/articles").json()["total"] == 2
    shared = serve(two_articles, uploads=True)
    assert shared.post("/v1/articles", files=PLAIN).json()["state"] == "done"


def test_files_are_added_asked_and_removed(serve: Serve, two_articles: Path) -> None:
    client = client_of(serve, two_articles)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "둘/방아.md", "# 물방아간\n\n물방아간의 물레는 지름이 4.2m이고 하루에 쌀 90kg을 찧는다.\n"
        )
        archive.writestr("셋.exe", b"MZ\0\0")
    files = [
        ("files", ("../../../etc/벼 베기.txt", PLAIN["files"][1].encode())),
        ("files", ("모음.zip", packed.getvalue())),
        ("files", ("다리.md", BRIDGE.encode())),
        ("files", ("빈.md", b"")),
    ]
    temporary = set(Path(tempfile.gettempdir()).glob("geungeo-*"))
    told = client.post("/v1/articles", files=files, headers=BEARER).json()
    assert told["state"] == "done" and told["error"] is None
    assert sorted(one["source"] for one in told["added"]) == ["etc/벼 베기.txt", "모음.zip/둘/방아.md"]
    assert told["known"] == ["다리.md"]  # the same content is there already
    assert [one["name"] for one in told["skipped"]] == ["빈.md"]
    assert set(Path(tempfile.gettempdir()).glob("geungeo-*")) == temporary  # nothing is left lying about
    assert "10월 3일" in client.post(
        "/v1/answer", json={"question": "벼베기는 언제 시작하나?"}, headers=BEARER
    ).json()["answer"]  # fmt: skip
    assert client.get(f"/v1/jobs/{told['job']}", headers=BEARER).json() == told
    for row in told["added"]:
        removed = client.delete(f"/v1/articles/{row['id']}", headers=BEARER)
        assert removed.json()["removed"]["id"] == row["id"]
        assert client.delete(f"/v1/articles/{row['id']}", headers=BEARER).status_code == 404
    assert client.get("/v1/articles", headers=BEARER).json()["total"] == 2
    assert (two_articles.parent / "articles" / "bridge.md").exists()


def test_text_is_added_with_a_title(serve: Serve, two_articles: Path) -> None:
    client = client_of(serve, two_articles)
    told = client.post(
        "/v1/articles", headers=BEARER, data={"text": PLAIN["files"][1], "title": "<b>벼</b>베기"}
    ).json()
    assert [one["title"] for one in told["added"]] == ["<b>벼</b>베기"]
    for nothing in ({}, {"title": "제목뿐"}, {"text": ""}):
        assert client.post("/v1/articles", headers=BEARER, data=nothing).status_code == 422
    both = client.post("/v1/articles", headers=BEARER, data={"text": "글"}, files=PLAIN)
    assert both.status_code == 422 and "하나를" in both.json()["detail"]


def test_the_last_article_stays(serve: Serve, two_articles: Path) -> None:
    client = client_of(serve, two_articles)
    one, two = (row["id"] for row in client.get("/v1/articles", headers=BEARER).json()["articles"])
    assert client.delete(f"/v1/articles/{one}", headers=BEARER).status_code == 200
    refused = client.delete(f"/v1/articles/{two}", headers=BEARER)
    assert refused.status_code in (409, 422) and "하나 남은" in refused.json()["detail"]
    assert client.get("/v1/articles", headers=BEARER).json()["total"] == 1


def test_what_takes_long_is_asked_after(
    serve: Serve, two_articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, go_on = client_of(serve, two_articles), threading.Event()
    real = Collection.adding

    def held(self: Collection, uploads: Any) -> Iterator[Progress | Added]:
        yield Progress("cut", 1, 2, "plain.txt")
        go_on.wait(30)
        yield from real(self, uploads)

    monkeypatch.setattr(Collection, "adding", held)
    monkeypatch.setattr(articles, "WAIT", 0.1)
    monkeypatch.setattr(jobs, "MOST_WORKING", 1)
    begun = client.post("/v1/articles", files=PLAIN, headers=BEARER)
    assert begun.status_code == 202 and begun.headers["retry-after"]
    where = begun.headers["location"]
    told = client.get(where, headers=BEARER).json()
    assert (told["state"], told["stage"], told["total"]) == ("working", "cut", 2)
    full = client.post("/v1/articles", files=PLAIN, headers=BEARER)
    assert full.status_code == 429 and full.headers["retry-after"]
    go_on.set()
    while client.get(where, headers=BEARER).json()["state"] == "working":
        time.sleep(0.05)
    assert len(client.get(where, headers=BEARER).json()["added"]) == 1
    assert client.get("/v1/jobs/unknown", headers=BEARER).status_code == 404


def test_an_addition_that_fails_is_told(
    serve: Serve, two_articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(serve, two_articles)

    def full(self: Collection, uploads: Any) -> Iterator[Progress | Added]:
        raise GeungeoError("디스크가 가득 찼습니다. 자리를 비우고 다시 해 주세요.")
        yield

    monkeypatch.setattr(Collection, "adding", full)
    response = client.post("/v1/articles", files=PLAIN, headers=BEARER)
    assert response.status_code == 409 and "디스크가 가득" in response.json()["detail"]
    assert client.ask is not None
    assert client.get("/v1/articles", headers=BEARER).json()["total"] == 2
