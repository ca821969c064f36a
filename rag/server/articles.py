"""The REST API's articles: ``/v1/articles``, to list, read, add and remove, and ``/v1/jobs`` for what is being added."""

from __future__ import annotations

import asyncio
import re
import shutil
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from rag.collection import Collection, Upload
from rag.server.jobs import Job
from rag.server.refusals import Refused
from rag.server.schemas import (
    PROBLEMS,
    ArticleOut,
    ArticleRow,
    ArticlesOut,
    JobOut,
    RemovedOut,
    SkippedOut,
    WholeArticle,
)
from rag.server.state import State, caller_of, state_of

MOST_LISTED = 1_000
MOST_FILES = 500
LONGEST_TEXT = 20 * 1024**2
"""Characters of a text that is added."""
WAIT = 30.0
"""Seconds that an addition is waited for; what takes longer is asked after by its job."""
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: PROBLEMS[401] | {"description": "그런 것이 없습니다"}}
CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[401] | {"description": "지금은 할 수 없습니다"}}

router = APIRouter(prefix="/v1", tags=["기사"], responses=PROBLEMS)
ArticleId = Annotated[
    str, InPath(max_length=64, description="기사의 ID (목록의 id)", examples=["3f9c1b2a4d5e"])
]


@router.get("/articles", summary="기사를 나열합니다", description="새로 나온 것부터.")
async def list_articles(
    request: Request,
    words: Annotated[
        str, Query(max_length=200, description="제목, 매체, 경로에 모두 든 낱말들", examples=["컨소시엄"])
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
    skip: Annotated[int, Query(ge=0, le=10_000_000, description="앞에서 건너뛸 수")] = 0,
) -> ArticlesOut:
    """Lists articles, the newest first."""
    state = state_of(request)

    def work() -> ArticlesOut:
        found, total = state.retriever.index.store.find_articles(words, limit, skip)
        return ArticlesOut(total=total, articles=[ArticleRow.row(one) for one in found])

    return await state.gate.run(work)


@router.get(
    "/articles/{article_id}",
    summary="기사 전문을 받습니다",
    description="모든 자리(start, end)는 이 글의 글자를 센 것입니다.",
    responses=NOT_FOUND,
)
async def get_article(article_id: ArticleId, request: Request) -> WholeArticle:
    """Gives an article with its text."""
    state = state_of(request)

    def work() -> WholeArticle:
        article = state.retriever.article(article_id)
        if article is None:
            raise _unknown()
        return WholeArticle.whole(article)

    return await state.gate.run(work)


@router.post(
    "/articles",
    summary="기사를 더합니다",
    description="서버를 --uploads shared로 띄웠거나 토큰을 보낼 때만. 30초 안에 끝나지 않으면 202와 작업의 주소를 줍니다.",
    responses=CONFLICT
    | {202: {"model": JobOut, "description": "아직 더하는 중입니다: Location의 주소로 물어보세요"}},
)
async def add_articles(
    request: Request,
    response: Response,
    files: Annotated[
        list[UploadFile], File(max_length=MOST_FILES, description="기사 파일 (zip도 됩니다)")
    ] = [],  # noqa: B006 - FastAPI gives each request a list of its own
    text: Annotated[
        str, Form(max_length=LONGEST_TEXT, description="파일 대신 글, 또는 웹 페이지의 원문")
    ] = "",
    title: Annotated[str, Form(max_length=300, description="그 글의 제목")] = "",
) -> JobOut:
    """Adds articles to the index served; needs ``--uploads shared`` or a token."""
    state = state_of(request)
    collection = _changeable(request)
    if bool(files) == bool(text):
        raise Refused(422, "파일(files)이나 글(text) 가운데 하나를 보내 주세요.")
    if files:
        folder = Path(await run_in_threadpool(mkdtemp, prefix="geungeo-"))
        try:
            steps = collection.adding(await run_in_threadpool(_saved, files, folder))
            job = state.jobs.start(steps, partial(_afterwards, state, folder))
        except BaseException:
            await run_in_threadpool(shutil.rmtree, folder, True)
            raise
    else:
        job = state.jobs.start(collection.adding_text(text, title or None), partial(_afterwards, state, None))
    await _ended(job)
    if not job.ended.is_set():
        response.status_code = 202
        response.headers["Location"] = f"/v1/jobs/{job.id}"
        response.headers["Retry-After"] = "5"
    elif job.error:
        raise Refused(409, job.error)
    return _told(job)


@router.get(
    "/jobs/{job_id}",
    summary="더하는 기사가 어디까지 왔는지 받습니다",
    description="끝난 작업은 200개까지 기억합니다.",
    responses=NOT_FOUND,
)
async def get_job(job_id: Annotated[str, InPath(max_length=64)], request: Request) -> JobOut:
    """Tells how far an addition is, or what has become of it."""
    job = state_of(request).jobs.get(job_id)
    if job is None:
        raise Refused(404, "그런 작업이 없습니다. 오래전에 끝났거나 서버가 다시 시작되었습니다.")
    return _told(job)


@router.delete(
    "/articles/{article_id}",
    summary="기사를 뺍니다",
    description="색인에서만 뺍니다. 파일은 그대로 있습니다. --uploads shared이거나 토큰을 보낼 때만.",
    responses=NOT_FOUND | CONFLICT,
)
async def remove_article(article_id: ArticleId, request: Request) -> RemovedOut:
    """Takes an article out of the index served; needs ``--uploads shared`` or a token. Its file stays where it is."""
    state = state_of(request)
    collection = _changeable(request)

    def work() -> RemovedOut:
        if state.retriever.article(article_id) is None:
            raise _unknown()
        removed = collection.remove(article_id)
        state.library.changed()
        return RemovedOut(removed=ArticleOut.of(removed.article))

    return await state.changes.run(work)


def _changeable(request: Request) -> Collection:
    state = state_of(request)
    if not state.may_change(caller_of(request)):
        raise Refused(
            403,
            "이 서버의 기사는 바꿀 수 없습니다. 서버를 --uploads shared로 띄우거나 토큰을 정해 그것을 보내세요.",
        )
    collection = state.library.served_collection
    if collection is None:
        raise Refused(
            409,
            "Milvus의 기사는 서버에서 바꿀 수 없습니다. 'geungeo index --store'와 'geungeo remove --store'를 쓰세요.",
        )
    return collection


def _saved(files: list[UploadFile], folder: Path) -> list[Upload]:
    """The files under names of ours; what they are called goes with them."""
    uploads = []
    for number, file in enumerate(files, 1):
        name = file.filename or ""
        ending = PurePosixPath(name).suffix.lower()
        path = folder / f"{number}{ending if re.fullmatch(r'[.][a-z0-9]{1,10}', ending) else ''}"
        with path.open("wb") as written:
            shutil.copyfileobj(file.file, written)
        uploads.append(Upload(path, name))
    return uploads


def _afterwards(state: State, folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    state.library.changed()


async def _ended(job: Job) -> None:
    for _ in range(round(WAIT / 0.05)):
        if job.ended.is_set():
            return
        await asyncio.sleep(0.05)


def _told(job: Job) -> JobOut:
    if not job.ended.is_set():
        step = job.progress
        return JobOut(job=job.id, state="working", stage=step.stage, done=step.done, total=step.total)
    if job.added is None:
        return JobOut(job=job.id, state="failed", error=job.error)
    added = job.added
    return JobOut(
        job=job.id, state="done", added=[ArticleRow.row(one) for one in added.added], known=list(added.known),
        skipped=[SkippedOut(name=one.path, reason=one.reason) for one in added.skipped],
    )  # fmt: skip


def _unknown() -> Refused:
    return Refused(404, "그런 기사가 없습니다. /v1/articles에서 id를 확인하세요.")
