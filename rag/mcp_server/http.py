"""The tools over the protocol's streamable HTTP, as an ASGI app to serve alone or inside another.

Every request stands alone (no sessions, one JSON answer each), so nothing is lost when the server starts anew, and
several of them may stand behind one address. Only POST is answered: there is nothing that the server would tell unasked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag.mcp_server.server import Run, build_mcp
from rag.retriever import Retriever

LARGEST = 256 * 1024
"""Bytes of a request: more than twice what the longest question with the most filters takes, every letter escaped."""


def mcp_app(
    newest: Callable[[], Retriever],
    allowed_hosts: Iterable[str] | None,
    path: str = "/mcp",
    run: Run | None = None,
) -> Starlette:
    """An ASGI app that answers at ``path``; to be started once.

    Inside another app its routes are taken over, as a ``Mount`` would answer at ``/mcp/`` only and send those away that
    ask at ``/mcp``; and its lifespan is entered in the other's, as no lifespan is passed on::

        mcp = mcp_app(newest, ["127.0.0.1", "localhost"])

        @asynccontextmanager
        async def lifespan(app):
            async with mcp.router.lifespan_context(mcp):
                yield

        app = FastAPI(lifespan=lifespan)
        app.router.routes.extend(mcp.routes)

    FastAPI's dependencies do not see these requests: what guards them has to be middleware of ``app``.

    Args:
        newest: the retriever that each call is answered from, as ``build_mcp``.
        allowed_hosts: the names without ports (an IPv6 address in brackets) by which the server may be asked: whatever
            else stands in ``Host``, or in ``Origin`` where a browser asks, is refused. Otherwise any page in the user's
            browser could give its own name this machine's address and read the articles (DNS rebinding). None where
            all of this is looked at before.
        path: where it answers.
        run: as ``build_mcp``.
    """
    manager = StreamableHTTPSessionManager(
        build_mcp(newest, run),
        json_response=True,
        stateless=True,
        security_settings=None if allowed_hosts is None else _only(allowed_hosts),
        max_request_body_size=LARGEST,
    )
    return Starlette(
        routes=[Route(path, _OnlyPosts(manager))],
        lifespan=lambda _: manager.run(),
    )


class _OnlyPosts:
    """Answers every method, so that a page at ``/`` is not what a GET finds, with which clients ask for a stream."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self._manager.handle_request(scope, receive, send)
        else:
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)


def _only(hosts: Iterable[str]) -> TransportSecuritySettings:
    with_ports = [form for host in hosts for form in (host, f"{host}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in with_ports]
    return TransportSecuritySettings(allowed_hosts=with_ports, allowed_origins=origins)
