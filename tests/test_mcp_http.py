"""The tools at ``/mcp`` inside another web server, behind its guard."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.types import ASGIApp, Receive, Scope, Send

from rag import Retriever
from rag.mcp_server import http
from tests.mcp_calls import HANDSHAKE, MODES, QUESTION, request


class Guard:
    """Lets in who knows the word, as the server's own guard does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (b"authorization", b"Bearer sesame") not in scope["headers"]:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The address of an app that uvicorn serves in a thread."""
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def mounted(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server like the one that has a page and an API besides, with the tools at ``/mcp``."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(
        http, "LARGEST", 8192
    )  # what is refused unread breaks the connection of who still writes it
    mcp = http.mcp_app(lambda: retriever, ["127.0.0.1", "localhost", "[::1]"])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.router.lifespan_context(mcp):
            yield

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/health", lambda: {"well": True})
    app.router.routes.extend(mcp.routes)
    app.mount("/", FastAPI())  # what else there is does not hide it
    app.add_middleware(Guard)
    with served(app) as address:
        yield address


def over_http(address: str, mode: str, conversation: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with httpx2.AsyncClient(headers={"Authorization": "Bearer sesame"}) as known:
            transport = streamable_http_client(f"{address}/mcp", http_client=known)
            async with Client(transport, mode=mode) as client:
                return await conversation(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_answer_inside_another_server(mounted: str, retriever: Retriever, mode: str) -> None:
    async def ask(client: Client) -> tuple[Any, ...]:
        tools = (await client.list_tools()).tools
        asked = [client.call_tool("answer_question", {"question": QUESTION}) for _ in range(6)]
        asked.append(client.call_tool("get_article", {"article_id": "none"}))
        return tools, await asyncio.gather(*asked)

    tools, (*answers, refused) = over_http(mounted, mode, ask)
    assert len(tools) == 3 and all("해인사" in one.structured_content["answer"] for one in answers)
    (citation,) = answers[0].structured_content["citations"]
    article = retriever.article(citation["article_id"])
    assert article and article.text[citation["start"] : citation["end"]] == citation["quote"]
    assert refused.is_error and "그런 기사가 없습니다" in refused.content[0].text


def posted(address: str, message: dict[str, Any], method: str = "POST", **headers: str) -> tuple[int, Any]:
    known = {"Authorization": "Bearer sesame", "Accept": "application/json, text/event-stream"}
    asked = urllib.request.Request(
        f"{address}/mcp", method=method, data=json.dumps(message).encode() if method == "POST" else None,
        headers={**known, "Content-Type": "application/json", **headers},
    )  # fmt: skip
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, None


def test_only_the_names_that_were_allowed_are_answered(mounted: str) -> None:
    ask, port = HANDSHAKE[0], mounted.rsplit(":", 1)[1]
    assert posted(mounted, ask)[1]["result"]["serverInfo"]["title"] == "근거"
    for host in ("localhost", f"localhost:{port}", f"[::1]:{port}"):
        assert posted(mounted, ask, Host=host)[0] == 200, host
    for host in (
        "evil.invalid",
        f"evil.invalid:{port}",
        "127.0.0.1.evil.invalid",
        "localhost.evil.invalid:80",
    ):
        assert posted(mounted, ask, Host=host)[0] == 421, host
    for origin in (f"http://127.0.0.1:{port}", "https://localhost"):
        assert posted(mounted, ask, Origin=origin)[0] == 200, origin
    for origin in ("http://evil.invalid", "null", "http://localhost.evil.invalid"):
        assert posted(mounted, ask, Origin=origin)[0] == 403, origin
    assert posted(mounted, ask, Authorization="Bearer wrong")[0] == 401


def test_nothing_but_a_small_post_is_answered(mounted: str) -> None:
    for method in ("GET", "DELETE", "PUT"):  # a GET would hold a connection open on which nothing ever comes
        assert posted(mounted, {}, method)[0] == 405, method
    assert posted(mounted, request(1, question="a" * 9000))[0] == 413
    assert posted(mounted, HANDSHAKE[0], **{"Content-Type": "text/plain"})[0] == 400
    status, reply = posted(mounted, request(1, question=QUESTION))  # no session to begin
    assert status == 200 and "해인사" in reply["result"]["structuredContent"]["answer"]
