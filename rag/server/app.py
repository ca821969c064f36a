"""The server's application: the REST API, the chat page at ``/`` and the MCP door at ``/mcp``, behind one guard."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import ModuleType

import gradio as gr
from fastapi import FastAPI, HTTPException
from fastapi_offline import FastAPIOffline
from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.page.app import build_page, page_settings
from rag.page.front import Library
from rag.server import articles, health, login, questions
from rag.server.access import Access
from rag.server.guard import Guard
from rag.server.logs import RequestLog
from rag.server.mcp import mounted_mcp
from rag.server.refusals import tell_refusals
from rag.server.state import State

OWN_PATHS = ("/v1/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/login", "/logout", "/mcp")
DESCRIPTION = """기사 더미에 묻고, 답이 되는 대목을 인용과 출처로 받습니다.

모든 인용은 기사의 글자 그대로입니다: `article.text[start:end] == quote` (유니코드 글자 수로 셉니다).
오류는 `{"detail": "할 일을 말하는 한 줄", "request_id": "…"}`로 옵니다."""


class Application:
    """What is served, and the parts of it that whoever runs it needs."""

    def __init__(
        self,
        library: Library,
        access: Access | None = None,
        *,
        hosts: Collection[str] | None = None,
        only_mcp: bool = False,
    ) -> None:
        """Puts an application together; nothing is served yet.

        Args:
            library: the collections.
            access: who may come in; by default everybody.
            hosts: the names that the server is called by; None where any will do.
            only_mcp: neither a page nor the REST API, but for its health.
        """
        self.state = State(library, access or Access())
        self.page: gr.Blocks | None = None
        mcp = mounted_mcp(self.state)
        self._rest = _rest(
            self.state, mcp, [health, login] if only_mcp else [questions, articles, health, login]
        )
        scripts: tuple[str, ...] = ()
        if not only_mcp:
            self.page = build_page(library)
            settings = page_settings(library)
            scripts = settings.scripts
            with warnings.catch_warnings():  # that there is no server-side rendering, which was not asked for
                warnings.filterwarnings("ignore", message="SSR mode")
                gr.mount_gradio_app(self._rest, self.page, path="/", **settings.mounting)
            self.page.is_running = (
                True  # Gradio sets it only where it serves the page itself; streams look at it
            )
        guarded = Guard(
            self._rest, access=self.state.access, own_paths=OWN_PATHS, hosts=hosts, scripts=scripts
        )
        self.asgi: ASGIApp = RequestLog(guarded, self.state.metrics)

    @property
    def openapi(self) -> FastAPI:
        """The part that knows its own schema."""
        return self._rest

    def end(self) -> None:
        """Takes no more questions, and lets go of the streams that pages hold open."""
        self.state.ending = True
        if self.page is not None:
            self.page.is_running = False
            self.page.app.stop_event.set()
        self.state.gate.close()
        self.state.changes.close()


def _rest(state: State, mcp: Starlette | None, parts: Sequence[ModuleType]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if mcp is not None:
                await stack.enter_async_context(mcp.router.lifespan_context(mcp))
            yield

    app = FastAPIOffline(
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        static_url="/docs/static",
        swagger_ui_oauth2_redirect_url="/docs/oauth2-redirect",
        title="근거",
        version=importlib.metadata.version("geungeo"),
        description=DESCRIPTION,
        swagger_ui_parameters={"defaultModelsExpandDepth": -1, "tryItOutEnabled": True},
    )
    app.state.geungeo = state
    tell_refusals(app)
    for part in parts:
        app.include_router(part.router)
    app.router.routes.extend(mcp.routes if mcp is not None else ())
    for path in OWN_PATHS:
        app.router.routes.append(Route(path + "{rest:path}", _Nothing(app), include_in_schema=False))
    return app


class _Nothing:
    """Stands below our own paths, where nothing else is looked for, not even by Gradio, which is mounted at the root."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Says that there is nothing, or, where another method would do, which."""
        known = [route for route in self._app.routes if route.matches(scope)[0] is Match.PARTIAL]
        if not known:
            raise HTTPException(404)
        methods = {method for route in known for method in getattr(route, "methods", None) or ()}
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
