"""The MCP door of the server: behind its guard, in its line, alone where only it is asked for."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from server_client import BEARER, TOKEN

from rag import Retriever
from rag.server.access import Access
from rag.server.gate import Gate
from rag.server.running import Door, Server
from tests.mcp_calls import QUESTION, text_of


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def talk(url: str, conversation: Callable[[Client], Awaitable[Any]], headers: dict[str, str] = BEARER) -> Any:
    async def run() -> Any:
        async with httpx2.AsyncClient(headers=headers) as known:
            transport = streamable_http_client(f"{url}mcp", http_client=known)
            async with Client(transport) as client:
                return await conversation(client)

    return asyncio.run(run())


@pytest.mark.parametrize("only_mcp", [True, False])
def test_an_assistant_cites_over_http(retriever: Retriever, only_mcp: bool) -> None:
    server = Server(retriever, Door(port=0, access=Access(tokens=[TOKEN])), only_mcp=only_mcp).start()
    try:
        told = talk(server.url, lambda client: client.call_tool("answer_question", {"question": QUESTION}))
        (citation, *_) = told.structured_content["citations"]
        article = retriever.article(citation["article_id"])
        assert article and article.text[citation["start"] : citation["end"]] == citation["quote"]
        with pytest.raises(Exception):  # noqa: B017 - whatever the client makes of 401
            talk(server.url, lambda client: client.list_tools(), {})
        for path, there in (
            ("healthz", True),
            ("readyz", True),
            ("v1/articles", not only_mcp),
            ("", not only_mcp),
        ):
            request = urllib.request.Request(server.url + path, headers=BEARER)
            if there:
                assert urllib.request.urlopen(request).status == 200
            else:
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(request)
        server.application.state.gate = Gate(1, -1, 1)  # no room for anybody
        busy = talk(server.url, lambda client: client.call_tool("answer_question", {"question": QUESTION}))
        assert busy.is_error and "잠시 뒤에" in text_of(busy)
    finally:
        server.close()


def test_the_command_refuses_an_open_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from rag.cli import main

    monkeypatch.delenv("GEUNGEO_TOKEN", raising=False)
    assert main(["mcp", "--http", "--host", "0.0.0.0", "--index", str(tmp_path)]) == 2
    assert "--insecure" in capsys.readouterr().err
