"""The protocol's side of the tools: what is offered, and how a call becomes an answer or one line of why not."""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import mcp_types as types
from anyio import CapacityLimiter, to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from index.errors import GeungeoError
from rag.mcp_server.arguments import what_is_wrong, without_nulls
from rag.mcp_server.tools import INSTRUCTIONS, TOOLS, Tool

if TYPE_CHECKING:
    from rag.retriever import Retriever

AT_ONCE = 4
"""Calls that are worked on side by side, each in a thread; others wait their turn."""
FAILED = "예상하지 못한 오류로 답하지 못했습니다. 무엇이 잘못됐는지는 서버의 기록(표준 오류)에 있습니다."
UNKNOWN = "그런 도구는 없습니다. 있는 것: {names}"

Context = ServerRequestContext[Any, Any]
McpServer = Server[Any]
Run = Callable[[Callable[[], types.CallToolResult]], Awaitable[types.CallToolResult]]

log = logging.getLogger(__name__)


def build_mcp(newest: Callable[[], Retriever], run: Run | None = None) -> McpServer:
    """A server of the tools of ``rag.mcp_server.tools``, to be run over stdio (``.stdio``) or HTTP (``.http``).

    Nothing it offers changes anything. What the library raises on purpose, or a wrong argument, is the tool's error
    with one line of what to do; anything else is logged and told without its words.

    Args:
        newest: the retriever that each call is answered from; it is asked once a call, in the call's thread.
        run: runs the blocking work of a call, in a thread; by default ``in_threads``. A GeungeoError that it raises,
            because there is no room or the work takes too long, is the tool's error.
    """
    run = run or in_threads()
    tools = {tool.name: tool for tool in TOOLS}
    offered = types.ListToolsResult(tools=[_offered(tool) for tool in TOOLS])

    async def list_tools(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return offered

    async def call_tool(_: Context, call: types.CallToolRequestParams) -> types.CallToolResult:
        tool = tools.get(call.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, UNKNOWN.format(names=", ".join(tools)))
        try:
            arguments = tool.arguments.model_validate(without_nulls(call.arguments))
        except ValidationError as error:
            return _refused(what_is_wrong(error))

        try:
            return await run(lambda: _called(tool, newest, arguments))
        except GeungeoError as error:
            return _told(error)

    return Server(
        "geungeo",
        version=importlib.metadata.version("geungeo"),
        title="근거",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def in_threads(most: int = AT_ONCE) -> Run:
    """Runs at most so many calls side by side; one given up by its caller keeps its place until its thread is done."""
    limiter = CapacityLimiter(most)

    async def run(work: Callable[[], types.CallToolResult]) -> types.CallToolResult:
        return await to_thread.run_sync(work, limiter=limiter)

    return run


def _offered(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _called(tool: Tool, newest: Callable[[], Retriever], arguments: Any) -> types.CallToolResult:
    try:
        result = tool.run(newest(), arguments)
        content: list[types.ContentBlock] = [types.TextContent(text=result.readable())]
        return types.CallToolResult(content=content, structured_content=result.model_dump(mode="json"))
    except GeungeoError as error:
        return _told(error)
    except Exception:
        log.exception("%s failed", tool.name)
        return _refused(FAILED)


def _told(error: GeungeoError) -> types.CallToolResult:
    return _refused(" ".join(str(error).split()))


def _refused(line: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=line)], is_error=True)
