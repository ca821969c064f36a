"""The server under faults: ended in the middle of its work, out of disk, its index read-only or gone, asked by many."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from load import HEADERS, QUESTIONS, TOKEN, Load, Served, measured, run
from server_client import CAVE

from index.doctor import examine
from rag import Retriever

pytestmark = pytest.mark.slow
ASKED = {"question": QUESTIONS[0]}


@pytest.fixture
def own(seeds_index: Path, tmp_path: Path) -> Path:
    """An index that may be broken."""
    return Path(shutil.copytree(seeds_index, tmp_path / "index"))


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(headers=HEADERS, timeout=60, trust_env=False) as known:
        yield known


def ask(client: httpx.Client, served: Served) -> str:
    reply = client.post(f"{served.url}v1/answer", json=ASKED)
    assert reply.status_code == 200, reply.text
    return str(reply.json()["answer"])


def test_many_at_once_with_indexing_beside_them(seeds_index: Path) -> None:
    load = measured(seeds_index, clients=64, seconds=10)
    told = load.told()
    assert (load.errors, load.lost, load.wrong) == (0, 0, 0), told
    assert load.statuses[200] > 64 and set(load.statuses) <= {200, 429}, told
    assert load.changes["add 200"] and load.changes["remove 200"] and load.changes["exit 0"] == 1, told


def test_told_to_end_it_answers_what_was_asked_and_begins_nothing_new(own: Path) -> None:
    served = Served(own)
    expected = Retriever.open(own).answer(QUESTIONS[0]).text
    replies: list[httpx.Response | Exception] = []

    def one() -> None:
        with httpx.Client(headers=HEADERS, timeout=60, trust_env=False) as known:
            for _ in range(20):
                try:
                    replies.append(known.post(f"{served.url}v1/answer", json=ASKED))
                except httpx.HTTPError as error:
                    replies.append(error)
                    return

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        asking = [pool.submit(one) for _ in range(16)]
        time.sleep(1)
        began = time.monotonic()
        assert served.end() == 0
        assert time.monotonic() - began < 30  # it does not wait for who never leaves
        concurrent.futures.wait(asking)
    answered = [reply for reply in replies if isinstance(reply, httpx.Response)]
    failed = [reply for reply in replies if not isinstance(reply, httpx.Response)]
    assert answered
    for reply in answered:
        if reply.status_code == 503:
            assert "끝나는 중" in reply.json()["detail"] and reply.headers["Retry-After"]
        else:
            assert reply.json()["answer"] == expected, reply.text
    assert all(isinstance(error, httpx.TransportError) for error in failed), failed  # who came too late
    told = b"".join(served.lines)
    given = [json.loads(line) for line in told.splitlines() if b'"event": "request"' in line]
    assert sum(one["status"] == 200 for one in given if one["path"] == "/v1/answer") == sum(
        reply.status_code == 200 for reply in answered
    )  # every answer that was given has come
    assert not [one for one in given if one["status"] not in (200, 503)]
    assert b"Traceback" not in told


def test_killed_while_it_indexes_it_loses_nothing(own: Path, client: httpx.Client) -> None:
    served = Served(own)
    before = Retriever.open(own).articles()

    def add() -> None:
        with pytest.raises(httpx.HTTPError):
            client.post(f"{served.url}v1/articles", data={"text": CAVE * 40})

    thread = threading.Thread(target=add)
    thread.start()
    time.sleep(1.0)
    served.end(signal.SIGKILL)
    thread.join()
    assert Retriever.open(own).articles() == before
    assert not [finding for finding in examine(own) if finding.status == "problem"]
    again = Served(own)
    assert client.post(f"{again.url}v1/articles", data={"text": CAVE}).json()["added"]
    assert again.end() == 0


def test_an_index_that_is_gone_answers_on_and_takes_nothing_in(own: Path, client: httpx.Client) -> None:
    served = Served(own)
    try:
        before = ask(client, served)
        shutil.rmtree(own)
        for _ in range(5):
            assert ask(client, served) == before
            time.sleep(0.5)  # it looks for a new generation meanwhile
        listed = client.get(f"{served.url}v1/articles").json()["articles"]
        assert client.get(f"{served.url}v1/articles/{listed[0]['id']}").status_code == 200
        gone = client.delete(f"{served.url}v1/articles/{listed[0]['id']}")
        assert gone.status_code in (404, 409, 422) and gone.json()["detail"], gone.text
        assert ask(client, served) == before
    finally:
        assert served.end() == 0
    assert b"Traceback" not in b"".join(served.lines)


# -- A disk of its own ---------------------------------------------------------------------------------------
NAMESPACE = """
set -e
mount -t tmpfs -o size={size} tmpfs "$1"
cp -r "$2" "$1/index"
exec "$3" -m rag.cli serve --index "$1/index" --port 0
"""


def on_a_disk(place: Path, index: Path, size: str) -> Served:
    """A server whose index lies on a small disk that it alone sees; skips where none may be mounted."""
    place.mkdir()
    trial = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"mount -t tmpfs tmpfs {place}"], capture_output=True, text=True
    )
    if trial.returncode:
        pytest.skip(f"no disk may be mounted here: {trial.stderr.strip()}")
    script = NAMESPACE.format(size=size)
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(place), str(index), sys.executable]
    return Served(index, command=command)


def inside(served: Served, *command: str) -> None:
    """Does something in the server's view of the disks."""
    subprocess.run(["nsenter", "-m", "-t", str(served.process.pid), *command], check=True)


def test_a_full_disk_is_told_and_loses_nothing(
    seeds_index: Path, tmp_path: Path, client: httpx.Client
) -> None:
    size = sum(file.stat().st_size for file in seeds_index.rglob("*") if file.is_file())
    served = on_a_disk(tmp_path / "disk", seeds_index, f"{size + 300_000}")
    try:
        before = ask(client, served)
        for _ in range(3):
            full = client.post(f"{served.url}v1/articles", data={"text": CAVE})
            assert full.status_code == 409 and "\n" not in full.json()["detail"], full.text
            assert ask(client, served) == before
        assert client.get(f"{served.url}v1/articles").json()["total"] == 4
        inside(served, "mount", "-o", f"remount,size={size * 4}", str(tmp_path / "disk"))  # room is made
        added = client.post(f"{served.url}v1/articles", data={"text": CAVE})
        assert added.status_code == 200 and added.json()["added"], added.text
        bats = client.post(f"{served.url}v1/answer", json={"question": "관박쥐는 몇 마리인가요?"})
        assert "214마리" in bats.json()["answer"]
    finally:
        assert served.end() == 0
    assert b"Traceback" not in b"".join(served.lines)


def test_a_disk_that_cannot_be_written_answers_on(
    seeds_index: Path, tmp_path: Path, client: httpx.Client
) -> None:
    served = on_a_disk(tmp_path / "disk", seeds_index, "100M")
    try:
        before = ask(client, served)
        inside(served, "mount", "-o", "remount,ro", str(tmp_path / "disk"))
        for _ in range(3):
            refused = client.post(f"{served.url}v1/articles", data={"text": CAVE})
            assert refused.status_code == 409 and "\n" not in refused.json()["detail"], refused.text
            article = client.get(f"{served.url}v1/articles").json()["articles"][0]["id"]
            assert client.delete(f"{served.url}v1/articles/{article}").status_code == 409
            assert ask(client, served) == before
    finally:
        assert served.end() == 0
    assert b"Traceback" not in b"".join(served.lines)


def test_load_that_is_wrong_would_be_found_out(own: Path) -> None:
    served = Served(own)
    load = Load(2, 1.0)
    asyncio.run(run(served, load, dict.fromkeys(QUESTIONS, "something else"), indexing=False))
    assert served.end() == 0
    assert load.wrong == load.statuses[200] > 0
    assert os.environ.get("GEUNGEO_TOKEN") != TOKEN  # only the server was told
