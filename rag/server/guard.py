"""What every request passes before anything of it is looked at: where it comes from, what it asks for, how large it is."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from tempfile import gettempdir
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.access import ANYONE, Access, Caller
from rag.server.policy import headers_for, with_nonce

COOKIE = "geungeo_session"
UPLOAD_BODY = 101 * 1024**2
"""Bytes of a request that brings a file to the page, which sends each by itself."""
ARTICLES_BODY = 202 * 1024**2
"""Bytes of a request that brings articles to the API."""
PAGE_BODY = 24 * 1024**2
"""Bytes of what the page tells: at most a conversation, or a text that was pasted."""
BODY = 1024**2
"""Bytes of any other request."""
ROOM = 1024**3
"""Bytes that have to be free where files are put that are sent, or none are taken: strangers must not fill the disk."""
PATIENCE = 30.0
"""Seconds in which the next piece of a request's body has to come."""

OPEN = frozenset(("/healthz", "/readyz", "/login", "/logout", "/robots.txt", "/favicon.ico"))
"""What is there for everybody; it tells nothing of the articles."""
PAGES = frozenset(("/", "/en", "/en/", "/docs"))
"""What a person opens: who is not known is asked to come in."""
GRADIO = re.compile(
    r"/(?!.*[.][.])(?:|en/?|config/?|theme\.css|manifest\.json|robots\.txt|favicon\.ico|(?:assets|static)/[\w./~+-]*"
    r"|gradio_api/(?:app_id|startup-events|queue/(?:join|data)|cancel|reset|upload|component_server|theme\.css"
    r"|run/predict|heartbeat/\w{1,64})/?)"
)
"""What of Gradio the page needs. All else is closed, whatever Gradio comes to offer there: among it is a way to have
any address fetched (``file=``, ``proxy=``), and one to every file that was sent."""

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is turned away."""

    status: int
    message: str
    retry_after: int | None = None


UNEXPECTED = Problem(500, "예상하지 못한 문제가 생겼습니다. 서버의 기록에서 request_id로 찾을 수 있습니다.")


def problem_response(problem: Problem, request_id: str = "") -> Response:
    """A problem as every part of the API tells it."""
    body = json.dumps({"detail": problem.message, "request_id": request_id}, ensure_ascii=False)
    response = Response(body, problem.status, media_type="application/json")
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


class Guard:
    """The outermost of the server but for the log: turns away what has no business here, and arms what goes out."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        own_paths: Sequence[str],
        hosts: Collection[str] | None,
        scripts: Collection[str] = (),
    ) -> None:
        """Stands before an application.

        Args:
            app: what is guarded.
            access: who may come in.
            own_paths: the beginnings of the paths that are not Gradio's.
            hosts: the names that the server is called by; None where any will do.
            scripts: the text of scripts that the page has inline, besides those in its own markup.
        """
        self._app = app
        self._access = access
        self._own = tuple(own_paths)
        self._hosts = hosts
        self._scripts = scripts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or has the application answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        path = scope["path"]
        nonce = secrets.token_urlsafe(16)
        body = _Body(receive, _most(scope["method"], path))
        page_nonce = nonce if path in PAGES else None
        armed = _Armed(send, headers_for(path, nonce, self._scripts), page_nonce, body)
        answer = self._turned_away(scope, headers) or self._admitted(scope, headers)
        if answer is not None:
            await answer(scope, body, armed)
            return
        if path in PAGES:  # its markup is read on its way out
            scope["headers"] = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
        try:
            await self._app(scope, body, armed)
        except Exception:
            if body.refused is None:
                raise
        if body.refused is not None and not armed.begun:  # whatever the application has made of it
            problem, body.refused = body.refused, None
            await self._refusal(scope, problem)(scope, receive, armed)

    # -- Where it comes from, and what it asks for -------------------------------------------------------
    def _turned_away(self, scope: Scope, headers: Headers) -> Answer | None:
        path = scope["path"]
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return self._refusal(
                scope,
                Problem(
                    421, f"이 이름으로는 열리지 않습니다: {_shown(host)}. 서버를 --allowed-host로 띄우세요."
                ),
            )
        if _is_foreign(scope, headers, host):
            return self._refusal(scope, Problem(403, "다른 사이트에서 온 요청은 받지 않습니다."))
        if not (path.startswith(self._own) or GRADIO.fullmatch(path)):
            return self._refusal(scope, Problem(404, "그런 곳은 없습니다. 주소를 확인하세요."))
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _most(scope["method"], path):
            return self._refusal(scope, _too_large(_most(scope["method"], path)))
        if _most(scope["method"], path) > PAGE_BODY and shutil.disk_usage(gettempdir()).free < ROOM:
            return self._refusal(
                scope,
                Problem(503, "서버의 디스크에 파일을 받을 자리가 없습니다. 나중에 다시 보내 주세요.", 60),
            )
        return None

    # -- Who it is ---------------------------------------------------------------------------------------
    def _admitted(self, scope: Scope, headers: Headers) -> Answer | None:
        """Notes who asks; what to answer where they may not."""
        caller, path = self._caller(headers), scope["path"]
        scope.setdefault("state", {})["caller"] = caller or ANYONE
        if caller is not None or path in OPEN:
            return None
        if path in PAGES and scope["method"] in ("GET", "HEAD"):
            return RedirectResponse(f"/login?next={quote(path)}", 303)
        return self._refusal(scope, Problem(401, "들어오려면 로그인하거나 토큰을 보내야 합니다."))

    def _caller(self, headers: Headers) -> Caller | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._access.takes_tokens:
            return self._access.by_token(token.strip())
        if self._access.is_open:
            return ANYONE
        key = session_key(headers)
        return self._access.by_session(key) if key else None

    def _refusal(self, scope: Scope, problem: Problem) -> Response:
        return problem_response(problem, scope.get("state", {}).get("request_id", ""))


def session_key(headers: Headers) -> str:
    """The key of the session that a browser tells; empty where it tells none."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _is_foreign(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether a page of another site has made a browser send it; links to us are none of these."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site in ("same-origin", "none"):
            return False
        return not (
            scope["method"] in ("GET", "HEAD")
            and headers.get("sec-fetch-mode") == "navigate"
            and headers.get("sec-fetch-dest") == "document"
        )
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != host
    except ValueError:
        return True


def _name(host: str) -> str:
    """A Host header without its port."""
    name = re.sub(r":\d{1,5}$", "", host.strip().lower())
    return name.rstrip(".")


def _shown(host: str) -> str:
    return re.sub(r"[^\w.:\[\]-]", "?", host)[:100]


# -- How large it is -------------------------------------------------------------------------------------
def _most(method: str, path: str) -> int:
    if path == "/gradio_api/upload":
        return UPLOAD_BODY
    if path == "/v1/articles" and method == "POST":
        return ARTICLES_BODY
    return PAGE_BODY if path.startswith("/gradio_api/") else BODY


def _too_large(most: int) -> Problem:
    return Problem(
        413, f"보낸 것이 너무 큽니다: 한 번에 {most // 1024**2}MB까지 받습니다. 나누어 보내 주세요."
    )


class _BodyRefused(Exception):
    """The application need not read on."""


class _Body:
    """A request's body, as long as it comes in time and is not too large."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._read = 0
        self._ended = False
        self.refused: Problem | None = None

    async def __call__(self) -> Message:
        """The next piece."""
        if self._ended:  # now only the end of the connection can come, whenever it does
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), PATIENCE)
        except TimeoutError:
            self.refused = Problem(408, "요청이 끝까지 오지 않았습니다. 다시 보내 주세요.")
            raise _BodyRefused from None
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._read > self._most:
                self.refused = _too_large(self._most)
                raise _BodyRefused
        return message


# -- What goes out ---------------------------------------------------------------------------------------
class _Armed:
    """Sends with the headers of the policy; a page's scripts get their nonce."""

    def __init__(self, send: Send, headers: dict[str, str], nonce: str | None, body: _Body) -> None:
        self._send = send
        self._body = body
        self._headers = headers
        self._nonce = nonce
        self._page: list[bytes] | None = None
        self._start: Message = {}
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Sends a message."""
        if self._body.refused is not None and not self.begun:
            return  # what the application says of a body that was cut off
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.lower().startswith("access-control-")]:
                del headers[name]
            for name, value in self._headers.items():
                headers[name] = value
            if self._nonce and headers.get("content-type", "").startswith("text/html"):
                self._page, self._start = [], message
                return
        elif self._page is not None and message["type"] == "http.response.body":
            self._page.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            page = with_nonce(b"".join(self._page), self._nonce or "")
            if self._page != [b""]:  # HEAD tells of a length, and sends none
                MutableHeaders(scope=self._start)["content-length"] = str(len(page))
            await self._send(self._start)
            self._page = None
            await self._send({"type": "http.response.body", "body": page})
            return
        await self._send(message)
