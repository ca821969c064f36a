"""``geungeo mcp`` in a process of its own: what it says, where, and how it ends."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from index import build_index
from rag import Retriever, cli
from tests.conftest import TOP
from tests.mcp_calls import HANDSHAKE, QUESTION, request
from tests.test_serving import QUESTION as FACTORY
from tests.test_serving import editions_in, write_edition


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
        tell(process, *HANDSHAKE, request(2, question=QUESTION))
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
        tell(process, *HANDSHAKE, request(2, question=QUESTION))
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
        tell(process, *HANDSHAKE, request(2, question=QUESTION))
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
        tell(process, request(2, question=QUESTION))
        assert process.wait(60) == 0 and process.stderr.read() == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks the pipe how full it is")
def test_a_second_signal_ends_it_though_its_client_has_stopped_reading(seeds_index: Path) -> None:
    with started("--index", str(seeds_index)) as process:
        tell(process, *HANDSHAKE, request(2, question=QUESTION))
        heard(process)
        heard(process)
        assert process.stdout
        tell(process, *(request(number, question=QUESTION, k=20) for number in range(3, 40)))
        before, waiting, end = -1, array("i", [0]), time.monotonic() + 60
        while waiting[0] != before or before < 32_000:  # until it can write no more
            assert time.monotonic() < end
            before = waiting[0]
            time.sleep(2)
            fcntl.ioctl(process.stdout.fileno(), termios.FIONREAD, waiting)
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT


@pytest.mark.slow
def test_a_rebuilt_index_answers_without_a_new_start(tmp_path: Path) -> None:
    stories, folder = tmp_path / "stories", tmp_path / "index"
    write_edition(stories, 1)
    build_index([stories], folder)
    with started("--index", str(folder)) as process:
        tell(process, *HANDSHAKE, request(2, question=FACTORY))
        heard(process)
        assert editions_in(heard(process)["result"]["structuredContent"]["answer"]) == {"1"}
        write_edition(stories, 2)
        build_index([stories], folder)
        end, number, editions = time.monotonic() + 60, 3, {"1"}
        while editions == {"1"}:
            assert time.monotonic() < end
            tell(process, request(number, question=FACTORY))
            editions = editions_in(heard(process)["result"]["structuredContent"]["answer"])
            number += 1
        assert editions == {"2"}
