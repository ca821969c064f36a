"""What is asked of a server by those who run it: ``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from rag.server.schemas import PROBLEMS, Health, Ready
from rag.server.state import state_of

router = APIRouter(tags=["서버"])


@router.get("/healthz", summary="서버가 떠 있는지", description="누구에게나 열려 있습니다.")
async def healthz() -> Health:
    """Says that the server runs."""
    return Health()


@router.get(
    "/readyz",
    summary="질문을 받을 수 있는지",
    description="누구에게나 열려 있습니다.",
    responses={503: {"model": Ready, "description": "끝나는 중이거나, 기다리는 질문이 꽉 찼습니다"}},
)
async def readyz(request: Request, response: Response) -> Ready:
    """Says whether questions are taken just now; a balancer sends them elsewhere where not."""
    state = state_of(request)
    front = state.front
    reason = None
    if state.ending:
        reason = "서버가 끝나는 중입니다."
    elif state.gate.inside >= state.gate.at_once + state.gate.waiting:
        reason = "기다리는 질문이 꽉 찼습니다."
    if reason:
        response.status_code = 503
    return Ready(ready=not reason, reason=reason, articles=front.articles, passages=front.passages)


@router.get(
    "/metrics",
    summary="Prometheus가 읽는 수치",
    description="로그인이나 토큰이 필요한 서버면 여기도 그렇습니다.",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        401: PROBLEMS[401],
    },
)
async def metrics(request: Request) -> Response:
    """Gives the counters in Prometheus' text format."""
    return Response(state_of(request).metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
