"""The server's application asked without a network, over the seeds or over articles of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from index import build_index
from rag import Retriever
from rag.page.front import Library
from rag.server.access import Access
from rag.server.app import Application
from rag.uploads import Uploads

HERE = "http://127.0.0.1:7860"
TOKEN = "0123456789abcdef0123456789abcdef"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BRIDGE = """---
title: 달내강에 걷는 다리 놓인다
publisher: 강변신문
published: 2025-03-05
---

달내강을 걸어서 건너는 보행교가 내년 봄에 열린다. 다리의 길이는 410m이고 폭은 6m이다.

공사를 맡은 세움건설은 물고기가 알을 낳는 봄에는 강바닥 공사를 쉬기로 했다.
"""
CAVE = """---
title: 둘레산 굴에서 박쥐 겨울잠 확인
publisher: 한빛일보
published: 2025-02-01
---

둘레산의 굴에서 관박쥐 214마리가 겨울잠을 자는 것이 확인됐다. 조사원은 굴의 온도가 8도로 고르다고 말했다.

굴은 4월까지 사람이 들어갈 수 없다. 둘레산 사무소는 입구에 안내판 세 개를 세웠다.
"""


class Client(TestClient):
    """Asks an application, and knows it."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.asgi, base_url=HERE, follow_redirects=False)
        self.application = application

    def ask(self, question: str, **given: Any) -> Any:
        """The answer's JSON."""
        response = self.post("/v1/answer", json={"question": question, **given})
        assert response.status_code == 200, response.text
        return response.json()


Serve = Callable[..., Client]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Makes a client of a server over an index; all end with the test."""
    clients = []

    def made(
        index: Path, access: Access | None = None, uploads: Uploads | bool | None = None, **settings: Any
    ) -> Client:
        client = Client(Application(Library(Retriever.open(index), None, uploads), access, **settings))
        client.__enter__()
        clients.append(client)
        return client

    yield made
    for client in clients:
        client.__exit__(None, None, None)
        client.application.end()


@pytest.fixture(scope="session")
def seeds_client(seeds_index: Path) -> Iterator[Client]:
    """A server over the seeds that everybody may ask, and nobody change."""
    application = Application(
        Library(Retriever.open(seeds_index)), hosts={"127.0.0.1", "localhost", "testserver"}
    )
    with Client(application) as client:
        yield client


@pytest.fixture
def two_articles(tmp_path: Path) -> Path:
    """An index of two short articles."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "articles" / "cave.md").write_text(CAVE, encoding="utf-8")
    build_index([tmp_path / "articles"], tmp_path / "index")
    return tmp_path / "index"
