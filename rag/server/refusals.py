"""What goes wrong with a request, as the API tells it: one line of Korean, never what is inside the server."""

from __future__ import annotations

from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index.errors import ArticleError, GeungeoError, QuestionError
from rag.server.gate import Busy, TooSlow
from rag.server.guard import UNEXPECTED, Problem, problem_response
from rag.server.state import state_of

SOON = 2
"""Seconds after which to try again."""


class Refused(Exception):
    """A request that is not met."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def tell_refusals(app: FastAPI) -> None:
    """Has an application tell of errors as ``schemas.ProblemOut``."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Exception) -> Response:
        return _told(request, Problem(cast(Refused, error).status, str(error)))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        return _told(request, Problem(422, _first(cast(RequestValidationError, error))))

    @app.exception_handler(QuestionError)
    @app.exception_handler(ArticleError)
    async def wrong(request: Request, error: Exception) -> Response:
        return _told(request, Problem(422, str(error)))

    @app.exception_handler(GeungeoError)
    async def failed(request: Request, error: Exception) -> Response:
        if request.method == "DELETE":  # somebody else is changing the index
            return _told(request, Problem(409, str(error)))
        return _told(request, Problem(503, str(error), SOON))

    @app.exception_handler(Busy)
    async def busy(request: Request, _: Exception) -> Response:
        if state_of(request).ending:
            return _told(request, Problem(503, "서버가 끝나는 중입니다. 잠시 뒤에 다시 보내 주세요.", SOON))
        state_of(request).metrics.refused.labels("busy").inc()
        return _told(
            request, Problem(429, "지금 기다리는 요청이 너무 많습니다. 잠시 뒤에 다시 보내 주세요.", SOON)
        )

    @app.exception_handler(TooSlow)
    async def slow(request: Request, _: Exception) -> Response:
        state_of(request).metrics.refused.labels("slow").inc()
        return _told(request, Problem(503, "시간 안에 답하지 못했습니다. 잠시 뒤에 다시 보내 주세요.", SOON))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> Response:
        return _told(request, UNEXPECTED)  # the request log writes down what it was

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: Exception) -> Response:
        known = {404: "그런 곳은 없습니다. 주소를 확인하세요.", 405: "여기서는 할 수 없는 일입니다."}
        status = cast(HTTPException, error).status_code
        response = _told(
            request, Problem(status, known.get(status, "요청을 읽을 수 없습니다. 형식을 확인하세요."))
        )
        response.headers.update(cast(HTTPException, error).headers or {})
        return response


def _first(error: RequestValidationError) -> str:
    """The first thing that is wrong, and where."""
    found = error.errors()[0]
    where = ".".join(str(part) for part in found["loc"][1:]) or "요청"
    kinds = {
        "missing": "빠졌습니다",
        "extra_forbidden": "모르는 이름입니다",
        "json_invalid": "JSON이 아닙니다",
        "string_too_long": f"{found.get('ctx', {}).get('max_length')}자까지입니다",
        "too_long": f"{found.get('ctx', {}).get('max_length')}개까지입니다",
        "string_pattern_mismatch": "2025-08-31, 2025-08, 2025처럼 적어 주세요",
        "greater_than_equal": f"{found.get('ctx', {}).get('ge')} 이상이어야 합니다",
        "less_than_equal": f"{found.get('ctx', {}).get('le')} 이하여야 합니다",
    }
    return f"{where[:100]}: {kinds.get(found['type'], '형식이 맞지 않습니다')} (/docs에서 확인하세요)."


def _told(request: Request, problem: Problem) -> Response:
    return problem_response(problem, request.scope.get("state", {}).get("request_id", ""))
