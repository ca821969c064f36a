"""Serving the chat page: ports, addresses, an interrupt."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from index import GeungeoError
from rag import Retriever

pytestmark = pytest.mark.slow
TOP = Path(__file__).resolve().parents[1]


def test_a_taken_port_is_refused_and_without_one_the_next_is_used(seeds_index: Path) -> None:
    from rag.page.address import listening
    from rag.server.running import Door, Server, start_server

    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(GeungeoError, match=f"포트 {port}: 다른 프로그램이 쓰고 있습니다"):
            start_server(Retriever.open(seeds_index), port=port)
    with listening("127.0.0.1", None) as first, listening("127.0.0.1", None) as second:
        assert second.getsockname()[1] > first.getsockname()[1]
    with pytest.raises(GeungeoError, match="이 컴퓨터의 주소가 아닙니다"):
        Server(Retriever.open(seeds_index), Door("192.0.2.1", insecure=True))
    with pytest.raises(GeungeoError, match="65535"):
        start_server(Retriever.open(seeds_index), port=70000)


def test_serving_says_where_and_ends_at_an_interrupt_whatever_proxy_is_set(seeds_index: Path) -> None:
    # a shell starts its background jobs, this test run perhaps, with the interrupt ignored
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from rag import Retriever; from rag.server.running import Door, Server, serve\n"
    code += "serve(Server(Retriever.open(sys.argv[1]), Door(port=0)), open_browser=False)"
    proxies = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "",
        "no_proxy": "",
    }
    with subprocess.Popen(
        [sys.executable, "-c", code, str(seeds_index)], env=os.environ | proxies, cwd=TOP,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None and process.stdout is not None
        try:
            said = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert found and "근거를" in said and "Ctrl+C" in said
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(found[0]) as reply:
                assert "근거" in reply.read().decode("utf-8")
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
        assert process.stdout.read() == "" and "Traceback" not in process.stderr.read()
