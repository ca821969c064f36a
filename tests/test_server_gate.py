"""Bounded work: so many at a time, so many waiting, so long; and how the API tells of it."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
from server_client import Client, Serve

from rag import Retriever
from rag.server.gate import Busy, Gate, TooSlow


def test_no_more_work_at_a_time_than_there_may_be() -> None:
    gate, working, most = Gate(3, 100, 10), 0, 0
    lock = threading.Lock()

    def work() -> int:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        time.sleep(0.01)
        with lock:
            working -= 1
        return 7

    async def all_of_it() -> list[int]:
        return await asyncio.gather(*(gate.run(work) for _ in range(60)))

    assert asyncio.run(all_of_it()) == [7] * 60
    assert most == 3 and gate.inside == 0
    gate.close()


def test_who_finds_no_room_to_wait_is_told_at_once() -> None:
    gate, go_on = Gate(1, 2, 10), threading.Event()

    async def five() -> list[object]:
        tasks = [asyncio.create_task(gate.run(lambda: go_on.wait(10))) for _ in range(5)]
        await asyncio.sleep(0.05)
        refused = [task for task in tasks if task.done()]
        go_on.set()
        return [len(refused), *await asyncio.gather(*tasks, return_exceptions=True)]

    refused, *results = asyncio.run(five())
    assert refused == 2 and sum(isinstance(one, Busy) for one in results) == 2
    assert results.count(True) == 3 and gate.inside == 0
    gate.close()


def test_what_takes_too_long_keeps_its_place_until_it_has_ended() -> None:
    gate, go_on, begun = Gate(1, 1, 0.05), threading.Event(), []

    async def slow() -> None:
        with pytest.raises(TooSlow):
            await gate.run(lambda: go_on.wait(10))
        assert gate.inside == 1
        with pytest.raises(TooSlow):
            await gate.run(lambda: begun.append(1))  # waits in vain, and is not begun any more
        go_on.set()

    asyncio.run(slow())
    while gate.inside:
        time.sleep(0.01)
    assert asyncio.run(gate.run(lambda: "next")) == "next" and begun == []
    gate.close()


def test_what_work_raises_is_raised_even_a_time_out() -> None:
    gate = Gate(1, 1, 10)

    def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        asyncio.run(gate.run(fail))
    assert gate.inside == 0
    gate.close()
    with pytest.raises(Busy):
        asyncio.run(gate.run(lambda: None))
    assert gate.inside == 0


def test_who_leaves_frees_the_place_of_what_had_not_begun() -> None:
    gate, go_on, begun = Gate(1, 3, 10), threading.Event(), []

    async def leave() -> None:
        first = asyncio.create_task(gate.run(lambda: go_on.wait(10)))
        second = asyncio.create_task(gate.run(lambda: begun.append(1)))
        await asyncio.sleep(0.05)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        go_on.set()
        await first

    asyncio.run(leave())
    assert begun == [] and gate.inside == 0


@pytest.fixture
def held(serve: Serve, two_articles: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, threading.Event]:
    """A server whose answers wait for the event."""
    go_on, real = threading.Event(), Retriever.answer
    client = serve(two_articles)

    def answer(self: Retriever, *given: object, **how: object) -> object:
        go_on.wait(20)
        return real(self, *given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Retriever, "answer", answer)
    return client, go_on


def test_the_api_tells_when_to_come_again(held: tuple[Client, threading.Event]) -> None:
    client, go_on = held
    state = client.application.state
    state.gate = Gate(1, 0, 0.2)
    asked = {"question": "다리의 길이는?"}
    slow = client.post("/v1/answer", json=asked)
    assert slow.status_code == 503 and int(slow.headers["retry-after"]) > 0
    busy = client.post("/v1/answer", json=asked)  # the one before has not ended
    assert busy.status_code == 429 and int(busy.headers["retry-after"]) > 0
    assert "잠시 뒤에" in busy.json()["detail"]
    assert client.get("/readyz").status_code == 503 and client.get("/healthz").status_code == 200
    go_on.set()
    while state.gate.inside:
        time.sleep(0.01)
    assert client.get("/readyz").json()["ready"] and "410m" in client.ask("다리의 길이는?")["answer"]
    counted = client.get("/metrics").text
    assert 'geungeo_refused_total{reason="busy"} 1.0' in counted
    assert 'geungeo_refused_total{reason="slow"} 1.0' in counted


def test_what_waits_is_done_when_it_closes() -> None:
    gate, go_on = Gate(1, 3, 10), threading.Event()

    async def close() -> list[object]:
        tasks = [asyncio.create_task(gate.run(lambda: go_on.wait(10))) for _ in range(3)]
        await asyncio.sleep(0.05)
        gate.close()
        with pytest.raises(Busy):
            await gate.run(lambda: None)
        go_on.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(close()) == [True] * 3 and gate.inside == 0


def test_an_ending_server_says_so(serve: Serve, two_articles: Path) -> None:
    client = serve(two_articles)
    client.application.end()
    told = client.post("/v1/answer", json={"question": "다리의 길이는?"})
    assert told.status_code == 503 and "끝나는 중" in told.json()["detail"] and told.headers["retry-after"]
    assert client.get("/readyz").status_code == 503 and client.get("/healthz").status_code == 200
