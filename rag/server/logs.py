"""What the server writes of itself: a line of JSON for each request and each event, on stderr."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.guard import UNEXPECTED, problem_response
from rag.server.metrics import Metrics

ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
"""Of a request, where whoever asks gives one."""
QUIET = frozenset(("/healthz", "/readyz", "/metrics", "/gradio_api/app_id"))
"""Asked every few seconds: written down only where they fail."""

log = logging.getLogger(__name__)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. What was asked, and who asked it, is in none."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: time (UTC), level, logger, message, request id, and what else the event has."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := _request_id.get():
            told["request_id"] = request_id
        told |= getattr(record, "event", {})
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def log_as_json() -> None:
    """Writes what the program and its server log, from INFO on, as JSON lines on stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("rag", "index", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)


class RequestLog:
    """Outermost: gives each request an id, counts it, writes it down, and answers where something unexpected happens."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        token = _request_id.set(request_id)
        status, started = 0, time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, sent)
        except Exception:
            log.exception("a request has failed")
            if not status:
                await problem_response(UNEXPECTED, request_id)(scope, receive, sent)
        finally:
            self._metrics.in_flight.dec()
            self._finished(scope, status, time.perf_counter() - started)
            _request_id.reset(token)

    def _finished(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        path = getattr(route, "path", "") or "(page)"
        self._metrics.finished(path, scope["method"], status, seconds)
        if scope["path"] in QUIET and status < 400:
            return
        event = {
            "event": "request",
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": status,  # 0: who asked has gone before
            "ms": round(seconds * 1000, 1),
            "caller": caller.kind if (caller := scope.get("state", {}).get("caller")) else None,
        }
        log.info("request", extra={"event": event})
