"""Load: clients that ask all at once for a while, with articles added and removed beside them. Says what came of it.

    python tests/load.py INDEX [--clients 64] [--seconds 60] [--no-indexing]

Runs ``geungeo serve`` over a copy of the index in a process of its own. Every answer is compared with the one that the
index gives alone: a wrong one, a lost one and a 5xx are counted apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from rag import Retriever

TOKEN = "0123456789abcdef0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
QUESTIONS = [
    "해인 클러스터 이름의 유래는?", "SKT 컨소시엄에서 반도체를 맡는 곳은?", "A.X K1의 파라미터는 몇 개인가?",
    "K-AI 모델 사업에 뽑힌 팀은 몇인가?", "500B 모델을 내놓겠다고 한 곳은?", "아톰맥스는 무엇에 쓰나?",
    "최종 2팀은 어떻게 정하나?", "그랜드 컨소시엄은 무엇인가?",
]  # fmt: skip


@dataclass
class Load:
    """What came of a run."""

    clients: int
    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds into the run, and MB that the server has in memory."""

    @property
    def errors(self) -> int:
        """Answers of 500 and above."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def quantile(self, share: float) -> float:
        """Milliseconds within which so large a share of the requests was answered."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    def growth(self) -> float:
        """By how much memory has grown over the run's second half, as a share: the mean of its last fifth against that of
        the fifth after the middle."""
        second = [mb for at, mb in self.memory if at > self.seconds / 2]
        part = max(1, len(second) * 2 // 5)
        first, last = second[:part], second[-part:]
        return sum(last) / len(last) / (sum(first) / len(first)) - 1

    def told(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "clients": self.clients, "seconds": self.seconds, "requests": sum(self.statuses.values()),
            "statuses": dict(self.statuses), "5xx": self.errors, "lost": self.lost, "wrong": self.wrong,
            "p50_ms": round(self.quantile(0.5)), "p99_ms": round(self.quantile(0.99)), "changes": dict(self.changes),
            "memory_mb": {"before": round(self.memory[0][1]), "after": round(self.memory[-1][1])},
            "growth_second_half": round(self.growth(), 4),
        }  # fmt: skip


class Served:
    """``geungeo serve`` over an index, in a process of its own."""

    def __init__(self, index: Path, command: Sequence[str] = ()) -> None:
        """Starts it, and waits until it is ready; ``command`` starts it in another way."""
        usual = [sys.executable, "-m", "rag.cli", "serve", "--index", str(index), "--port", "0"]
        self.process = subprocess.Popen(
            command or usual, stderr=subprocess.PIPE, env=os.environ | {"GEUNGEO_TOKEN": TOKEN}
        )
        assert self.process.stderr is not None
        self.url = ""
        for line in self.process.stderr:
            if found := re.search(rb"http://127\.0\.0\.1:\d+/", line):
                self.url = found[0].decode()
                break
        self.lines: list[bytes] = []
        threading.Thread(target=self._read, daemon=True).start()
        deadline = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{self.url}readyz", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
            time.sleep(0.05)

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(self.process.stderr)

    @property
    def memory(self) -> float:
        """MB in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ends it; its exit status."""
        self.process.send_signal(by)
        return self.process.wait(60)


async def _ask(
    client: httpx.AsyncClient, load: Load, expected: dict[str, str], until: float, seed: int
) -> None:
    drawn = random.Random(seed)
    while time.monotonic() < until:
        question = drawn.choice(QUESTIONS)
        began = time.perf_counter()
        try:
            reply = await client.post("/v1/answer", json={"question": question})
        except httpx.HTTPError as error:
            load.lost += 1
            load.changes[f"lost: {error!r}"] += 1
            continue
        load.times.append(time.perf_counter() - began)
        load.statuses[reply.status_code] += 1
        if reply.status_code == 200 and reply.json()["answer"] != expected[question]:
            load.wrong += 1
        elif reply.status_code == 429:
            await asyncio.sleep(int(reply.headers["Retry-After"]))


async def _change(client: httpx.AsyncClient, load: Load, until: float) -> None:
    """Adds an article that answers none of the questions, and removes it, again and again."""
    number = 0
    while time.monotonic() < until:
        number += 1
        text = f"들녘 {number}번지의 벼가 익어 간다. 올해 벼베기는 10월 {number % 28 + 1}일에 시작한다고 농부가 말했다."
        added = await client.post("/v1/articles", data={"text": text, "title": f"들녘 {number}"}, timeout=90)
        load.changes[f"add {added.status_code}"] += 1
        if added.status_code == 200 and added.json()["added"]:
            gone = await client.delete(f"/v1/articles/{added.json()['added'][0]['id']}", timeout=90)
            load.changes[f"remove {gone.status_code}"] += 1


async def run(served: Served, load: Load, expected: dict[str, str], *, indexing: bool) -> None:
    """Asks and changes until the time is over."""
    began = time.monotonic()
    until = began + load.seconds

    async def watch() -> None:
        while time.monotonic() < until:
            load.memory.append((time.monotonic() - began, served.memory))
            await asyncio.sleep(0.5)

    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=served.url, headers=HEADERS, timeout=60, limits=limits, trust_env=False
    ) as client:
        tasks = [_ask(client, load, expected, until, seed) for seed in range(load.clients)]
        if indexing:
            tasks.append(_change(client, load, until))
        await asyncio.gather(watch(), *tasks)


def measured(index: Path, clients: int, seconds: float, *, indexing: bool = True, warm: float = 0) -> Load:
    """A run over a copy of an index; ``warm`` seconds go before, whose memory and times are not counted."""
    expected = {
        question: retriever.answer(question).text
        for retriever in [Retriever.open(index)]
        for question in QUESTIONS
    }
    with tempfile.TemporaryDirectory() as scratch:
        own = Path(scratch) / "index"
        shutil.copytree(index, own)
        served = Served(own)
        try:
            if warm:
                asyncio.run(run(served, Load(clients, warm), expected, indexing=indexing))
            load = Load(clients, seconds)
            asyncio.run(run(served, load, expected, indexing=indexing))
        finally:
            status = served.end()
        load.changes[f"exit {status}"] += 1
        return load


def main() -> None:
    """Runs it, and prints what came of it as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--warm", type=float, default=0)
    parser.add_argument("--no-indexing", action="store_true")
    options = parser.parse_args()
    load = measured(
        options.index, options.clients, options.seconds, indexing=not options.no_indexing, warm=options.warm
    )
    print(json.dumps(load.told(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
