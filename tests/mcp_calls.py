"""Calls of the Model Context Protocol's tools: through its client in this process, and as messages to send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp import Client
from mcp_types import CallToolResult, TextContent

from rag.mcp_server.server import McpServer

QUESTION = "해인 클러스터 이름의 유래는?"
MODES = ["auto", "legacy"]
"""Today's protocol, and with a handshake as the assistants of last year speak it."""
HANDSHAKE = [
    {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]  # fmt: skip


def request(number: int, **arguments: Any) -> dict[str, Any]:
    params = {"name": "answer_question", "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


T = TypeVar("T")


def talk(server: McpServer, conversation: Callable[[Client], Awaitable[T]], mode: str = "auto") -> T:
    async def run() -> T:
        async with Client(server, mode=mode) as client:
            return await conversation(client)

    return asyncio.run(run())


def called(server: McpServer, name: str, mode: str = "auto", **arguments: Any) -> CallToolResult:
    return talk(server, lambda client: client.call_tool(name, arguments), mode)


def given(server: McpServer, name: str, **arguments: Any) -> dict[str, Any]:
    result = called(server, name, **arguments)
    assert not result.is_error, text_of(result)
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def refusal(server: McpServer, name: str, **arguments: Any) -> str:
    result = called(server, name, **arguments)
    line = text_of(result)
    assert result.is_error and result.structured_content is None
    assert len(line.splitlines()) == 1 and "Traceback" not in line and "http" not in line
    return line
