"""The REST API's questions: ``/v1/search`` and ``/v1/answer``, the latter as a stream of events, too."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from index.filters import Filters
from rag.answer import Answer
from rag.server.schemas import (
    PROBLEMS,
    AnswerIn,
    AnswerOut,
    FiltersIn,
    HitOut,
    SearchIn,
    SearchOut,
    WrittenOut,
)
from rag.server.state import State, state_of
from rag.writing.written import Draft, Writer, WrittenAnswer

PING = 15.0
"""Seconds of silence after which a stream says that it is still there: what stands between may cut it off."""
STREAM = "text/event-stream"
WRITING = "언어 모델이 다른 답들을 쓰고 있어, 기사의 문장을 그대로 보입니다."

router = APIRouter(prefix="/v1", tags=["질문"], responses=PROBLEMS)


@router.post(
    "/search",
    summary="질문에 맞는 대목을 찾습니다",
    description="가장 잘 맞는 문단부터 k개를 줍니다. start와 end는 기사의 글에서 센 자리입니다.",
)
async def search(asked: SearchIn, request: Request) -> SearchOut:
    """Finds the passages that fit a question best."""
    state = state_of(request)

    def work() -> SearchOut:
        retriever = state.retriever
        searched = retriever.read(asked.question, correct=asked.correct)
        hits = retriever.search(
            asked.question, asked.k, voices=asked.voices, filters=_filters(asked.filters), correct=asked.correct,
            fold=asked.fold,
        )  # fmt: skip
        found = [HitOut.of(hit, rank) for rank, hit in enumerate(hits, 1)]
        return SearchOut(question=searched.typed, searched_as=searched.searched_as, hits=found)

    return await state.gate.run(work)


@router.post(
    "/answer",
    summary="답이 되는 문장을 인용과 출처로 받습니다",
    description="기사의 문장을 글자 그대로 인용해 답합니다. 답이 없으면 abstained가 true이고, 가까운 대목을 hits로 줍니다.",
    response_model=AnswerOut,
    responses={
        200: {
            "description": "답. Accept: text/event-stream이면 이벤트로 옵니다: answer(답), draft(언어 모델이 쓰는 글), "
            "written(대조한 글), done",
            "content": {STREAM: {"schema": {"type": "string"}}},
        }
    },
)
async def answer(asked: AnswerIn, request: Request) -> Any:
    """Answers a question in the articles' own words."""
    state = state_of(request)
    front = state.front  # taken once: the answer and what is written of it are of one generation

    def work() -> Answer:
        assert front.retriever is not None  # what is served has one
        return front.retriever.answer(
            asked.question, asked.k, filters=_filters(asked.filters), correct=asked.correct,
            after=[one.exchange() for one in asked.after],
        )  # fmt: skip

    found = await state.gate.run(work)
    state.metrics.answers.labels("abstained" if found.abstained else "answered").inc()
    writer = front.writer if asked.written and not found.abstained else None
    if STREAM in request.headers.get("accept", ""):
        return StreamingResponse(_events(state, found, writer), media_type=STREAM)
    return AnswerOut.of(found, await _written(state, found, writer))


def _filters(given: FiltersIn | None) -> Filters | None:
    return given.filters() if given else None


# -- In a language model's words -------------------------------------------------------------------------
async def _written(state: State, answer: Answer, writer: Writer | None) -> WrittenAnswer | None:
    """What the model makes of an answer; None where there is no model."""
    written = None
    async for step in _steps(state, answer, writer):
        if isinstance(step, WrittenAnswer):
            written = step
    return written


async def _steps(
    state: State, answer: Answer, writer: Writer | None
) -> AsyncIterator[Draft | WrittenAnswer | None]:
    """The model's drafts and what it has written, checked; None where it has been silent for a while."""
    if writer is None:
        return
    if not state.writing.acquire(blocking=False):
        yield WrittenAnswer(answer, why=WRITING)
        return
    stop = threading.Event()
    try:
        steps = writer.stream(answer, stop)
        while True:
            coming = asyncio.ensure_future(run_in_threadpool(next, steps, None))
            while not (await asyncio.wait([coming], timeout=PING))[0]:
                yield None
            step = coming.result()
            if step is None:
                return
            yield step
    finally:
        stop.set()
        state.writing.release()


async def _events(state: State, answer: Answer, writer: Writer | None) -> AsyncIterator[str]:
    """An answer as server-sent events: it comes at once, and what a model writes as it is written."""
    yield _event("answer", AnswerOut.of(answer))
    async for step in _steps(state, answer, writer):
        if step is None:
            yield ": ping\n\n"
        elif isinstance(step, Draft):
            yield _event("draft", {"text": step.text})
        else:
            yield _event("written", WrittenOut.of(step))
    yield _event("done", {})


def _event(name: str, data: BaseModel | dict[str, Any]) -> str:
    text = data.model_dump_json() if isinstance(data, BaseModel) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {text}\n\n"
