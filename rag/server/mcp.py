"""The MCP door of the server, at ``/mcp``: its calls wait in the same line as the API's questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from index.errors import GeungeoError
from rag.mcp_server.installed import require_mcp
from rag.server.gate import Busy, TooSlow
from rag.server.state import State

if TYPE_CHECKING:
    from mcp_types import CallToolResult


def mounted_mcp(state: State) -> Starlette | None:
    """What answers at ``/mcp``; None where the package for it is not installed. The guard has looked at hosts before."""
    try:
        require_mcp()
    except GeungeoError:
        return None
    from rag.mcp_server.http import mcp_app

    async def run(work: Callable[[], CallToolResult]) -> CallToolResult:
        try:
            return await state.gate.run(work)
        except Busy:
            state.metrics.refused.labels("busy").inc()
            raise GeungeoError("지금 기다리는 요청이 너무 많습니다. 잠시 뒤에 다시 불러 주세요.") from None
        except TooSlow:
            state.metrics.refused.labels("slow").inc()
            raise GeungeoError("시간 안에 답하지 못했습니다. 잠시 뒤에 다시 불러 주세요.") from None

    return mcp_app(lambda: state.retriever, None, run=run)
