"""``geungeo mcp`` in a process of its own, and the same tools inside another web server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from mcp import Client, StdioServerParameters
from starlette.types import ASGIApp, Receive, Scope, Send

from index import build_index
from rag import Retriever, cli
from rag.mcp_server import http
from tests.conftest import TOP
from tests.test_serving import QUESTION as FACTORY
from tests.test_serving import editions_in, write_edition

QUESTION = "해인 클러스터 이름의 유래는?"
HANDSHAKE = [
    {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]  # fmt: skip


def call(number: int, **arguments: Any) -> dict[str, Any]:
    params = {"name": "answer_question", "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TOP), **more}


@contextmanager
def started(*arguments: str, code: str | None = None, **more: str) -> Iterator[subprocess.Popen[str]]:
    """``geungeo mcp`` (or Python code), with pipes; nothing of it is left behind."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "rag.cli", "mcp", *arguments]
    with subprocess.Popen(
        command, env=environment(**more), cwd=TOP, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str], *messages: dict[str, Any]) -> None:
    assert process.stdin
    process.stdin.write("".join(f"{json.dumps(message, ensure_ascii=False)}\n" for message in messages))
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


@pytest.mark.slow
def test_an_assistant_asks_through_the_protocol_s_own_client(seeds_index: Path) -> None:
    arguments = ["-m", "rag.cli", "mcp", "--index", str(seeds_index)]
    server = StdioServerParameters(command=sys.executable, args=arguments, env=environment(), cwd=TOP)

    async def ask() -> list[Any]:
        async with Client(server) as client:
            assert [tool.name for tool in (await client.list_tools()).tools][1] == "answer_question"
            questions = [QUESTION, "오늘 서울 날씨 어때?", " ", QUESTION, "A.X 4.0은 언제 공개됐나요?"]
            asked = (client.call_tool("answer_question", {"question": question}) for question in questions)
            return list(await asyncio.gather(*asked))

    first, weather, blank, again, last = asyncio.run(ask())
    (citation,) = first.structured_content["citations"]
    article = Retriever.open(seeds_index).article(citation["article_id"])
    assert article and article.text[citation["start"] : citation["end"]] == citation["quote"]
    assert "해인사" in citation["quote"] and first.structured_content == again.structured_content
    assert weather.structured_content["abstained"] and not weather.is_error
    assert blank.is_error and "비어 있습니다" in blank.content[0].text
    assert last.structured_content["citations"]


@pytest.mark.slow
@pytest.mark.parametrize("told", ["stdin ends", signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(seeds_index: Path, told: str | signal.Signals) -> None:
    with started("--index", str(seeds_index)) as process:
        assert process.stdin and process.stdout and process.stderr
        tell(process, *HANDSHAKE, call(2, question=QUESTION))
        assert heard(process)["result"]["serverInfo"]["name"] == "geungeo"
        assert "해인사" in heard(process)["result"]["content"][0]["text"]
        if isinstance(told, signal.Signals):
            process.send_signal(told)
        else:
            process.stdin.close()
        assert process.wait(30) == 0
        assert process.stdout.read() == "" and process.stderr.read() == ""


def test_it_ends_at_a_signal_while_the_index_is_still_being_opened() -> None:
    code = (
        "import time; from rag.mcp_server.stdio import serve_stdio\n"
        "serve_stdio(lambda: time.sleep(600)); print('ended', flush=True)"
    )
    with started(code=code) as process:
        assert process.stderr and process.stdout
        tell(process, *HANDSHAKE, call(2, question=QUESTION))
        assert heard(process)["id"] == 1  # already answered
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        said = process.stdout.read().splitlines()
        assert said[-1] == "ended" and process.stderr.read() == ""


def test_what_is_wrong_at_the_start_goes_to_stderr(tmp_path: Path) -> None:
    with started("--index", str(tmp_path / "none")) as process:
        assert process.stdout and process.stderr
        assert process.wait(60) == 2 and process.stdout.read() == ""  # though its stdin is still open
        err = process.stderr.read()
    assert len(err.splitlines()) == 1 and err.startswith("geungeo: ") and "색인이 없습니다" in err


def test_a_missing_package_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    status = cli.main(["mcp"])
    out, err = capfd.readouterr()
    assert status == 2 and out == "" and "pip install 'geungeo[mcp]'" in err and len(err.splitlines()) == 1


@pytest.mark.slow
def test_stdout_is_the_protocol_s_even_while_the_sample_is_indexed_and_libraries_print(
    tmp_path: Path,
) -> None:
    code = """
import os, subprocess, sys, warnings
import index.build
build = index.build.build_index
def noisy(*given, **more):
    print("noise 1")
    os.write(1, b"noise 2\\n")
    subprocess.run([sys.executable, "-c", "import sys; print('noise 3', [sys.stdin.read()])"])
    warnings.warn("noise 4")
    return build(*given, **more)
index.build.build_index = noisy
from rag import cli
sys.exit(cli.main(["mcp"]))
"""
    with started(code=code, GEUNGEO_INDEX=str(tmp_path / "index")) as process:
        assert process.stdin and process.stdout and process.stderr
        tell(process, *HANDSHAKE, call(2, question=QUESTION))
        answers = [heard(process), heard(process)]
        process.stdin.close()
        assert process.wait(60) == 0
        rest, err = process.stdout.read(), process.stderr.read()
    assert [answer["id"] for answer in answers] == [1, 2] and rest == ""
    assert "해인사" in answers[1]["result"]["content"][0]["text"]
    assert all(noise in err for noise in ("noise 1", "noise 2", "noise 3 ['']", "noise 4"))
    assert "예시 기사로 만듭니다" in err


@pytest.mark.slow
def test_a_client_that_is_gone_leaves_no_traceback(seeds_index: Path) -> None:
    with started("--index", str(seeds_index)) as process:
        assert process.stdin and process.stdout and process.stderr
        tell(process, *HANDSHAKE)
        heard(process)
        process.stdout.close()
        tell(process, call(2, question=QUESTION))
        assert process.wait(60) == 0 and process.stderr.read() == ""


@pytest.mark.slow
def test_a_rebuilt_index_answers_without_a_new_start(tmp_path: Path) -> None:
    stories, folder = tmp_path / "stories", tmp_path / "index"
    write_edition(stories, 1)
    build_index([stories], folder)
    with started("--index", str(folder)) as process:
        tell(process, *HANDSHAKE, call(2, question=FACTORY))
        heard(process)
        assert editions_in(heard(process)["result"]["structuredContent"]["answer"]) == {"1"}
        write_edition(stories, 2)
        build_index([stories], folder)
        end, number, editions = time.monotonic() + 60, 3, {"1"}
        while editions == {"1"}:
            assert time.monotonic() < end
            tell(process, call(number, question=FACTORY))
            editions = editions_in(heard(process)["result"]["structuredContent"]["answer"])
            number += 1
        assert editions == {"2"}


class Guard:
    """Lets in who knows the word, as the server's own guard does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (b"authorization", b"Bearer sesame") not in scope["headers"]:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The address of an app that uvicorn serves in a thread."""
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def mounted(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server like the one that has a page and an API besides, with the tools at ``/mcp``."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(
        http, "LARGEST", 8192
    )  # what is refused unread breaks the connection of who still writes it
    mcp = http.mcp_app(lambda: retriever, ["127.0.0.1", "localhost", "[::1]"])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.router.lifespan_context(mcp):
            yield

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/health", lambda: {"well": True})
    app.router.routes.extend(mcp.routes)
    app.mount("/", FastAPI())  # what else there is does not hide it
    app.add_middleware(Guard)
    with served(app) as address:
        yield address


def over_http(address: str, mode: str, conversation: Callable[[Client], Awaitable[Any]]) -> Any:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> Any:
        async with httpx2.AsyncClient(headers={"Authorization": "Bearer sesame"}) as known:
            transport = streamable_http_client(f"{address}/mcp", http_client=known)
            async with Client(transport, mode=mode) as client:
                return await conversation(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_tools_answer_inside_another_server(mounted: str, retriever: Retriever, mode: str) -> None:
    async def ask(client: Client) -> tuple[Any, ...]:
        tools = (await client.list_tools()).tools
        asked = [client.call_tool("answer_question", {"question": QUESTION}) for _ in range(6)]
        asked.append(client.call_tool("get_article", {"article_id": "none"}))
        return tools, await asyncio.gather(*asked)

    tools, (*answers, refused) = over_http(mounted, mode, ask)
    assert len(tools) == 3 and all("해인사" in one.structured_content["answer"] for one in answers)
    (citation,) = answers[0].structured_content["citations"]
    article = retriever.article(citation["article_id"])
    assert article and article.text[citation["start"] : citation["end"]] == citation["quote"]
    assert refused.is_error and "그런 기사가 없습니다" in refused.content[0].text


def posted(address: str, message: dict[str, Any], method: str = "POST", **headers: str) -> tuple[int, Any]:
    known = {"Authorization": "Bearer sesame", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(
        f"{address}/mcp", method=method, data=json.dumps(message).encode() if method == "POST" else None,
        headers={**known, "Content-Type": "application/json", **headers},
    )  # fmt: skip
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, None


def test_only_the_names_that_were_allowed_are_answered(mounted: str) -> None:
    ask, port = HANDSHAKE[0], mounted.rsplit(":", 1)[1]
    assert posted(mounted, ask)[1]["result"]["serverInfo"]["title"] == "근거"
    for host in ("localhost", f"localhost:{port}", f"[::1]:{port}"):
        assert posted(mounted, ask, Host=host)[0] == 200, host
    for host in (
        "evil.invalid",
        f"evil.invalid:{port}",
        "127.0.0.1.evil.invalid",
        "localhost.evil.invalid:80",
    ):
        assert posted(mounted, ask, Host=host)[0] == 421, host
    for origin in (f"http://127.0.0.1:{port}", "https://localhost"):
        assert posted(mounted, ask, Origin=origin)[0] == 200, origin
    for origin in ("http://evil.invalid", "null", "http://localhost.evil.invalid"):
        assert posted(mounted, ask, Origin=origin)[0] == 403, origin
    assert posted(mounted, ask, Authorization="Bearer wrong")[0] == 401


def test_nothing_but_a_small_post_is_answered(mounted: str) -> None:
    for method in ("GET", "DELETE", "PUT"):  # a GET would hold a connection open on which nothing ever comes
        assert posted(mounted, {}, method)[0] == 405, method
    assert posted(mounted, call(1, question="a" * 9000))[0] == 413
    assert posted(mounted, HANDSHAKE[0], **{"Content-Type": "text/plain"})[0] == 400
    status, reply = posted(mounted, call(1, question=QUESTION))  # no session to begin
    assert status == 200 and "해인사" in reply["result"]["structuredContent"]["answer"]
