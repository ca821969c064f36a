"""The tools over stdin and stdout, for a program on this machine that starts this one and talks to it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from rag.mcp_server.installed import require_mcp

if TYPE_CHECKING:
    from mcp_types import CallToolResult

    from rag.mcp_server.server import McpServer
    from rag.retriever import Retriever
    from rag.serving import Serving

BY_HAND = "MCP 서버입니다. 도우미 프로그램의 설정에 이 명령을 적어 주세요. 끝내려면 Ctrl+C를 누르세요."


def serve_stdio(open_retriever: Callable[[], Retriever]) -> None:
    """Serves until stdin ends, or the process is told to end (SIGINT, SIGTERM; a second one ends it at once).

    The client is answered at once, while the index is still being opened: only calls wait for it. Stdout belongs to the
    protocol from the first moment: what is written there otherwise, by whomever, goes to stderr, and stdin reads as
    empty.

    Args:
        open_retriever: opens the index, in a thread; later generations are followed (``Serving``).

    Raises:
        GeungeoError: the package ``mcp`` is missing, or the index cannot be opened.
    """
    with _own_stdio() as (source, wire):
        require_mcp()
        if source.isatty():
            print(BY_HAND, file=sys.stderr, flush=True)
        asyncio.run(_serve(open_retriever, source, wire))


@contextmanager
def _own_stdio() -> Iterator[tuple[BinaryIO, TextIO]]:
    """What the client writes and what it reads, kept from everything else in this process."""
    sys.stdout.flush()
    theirs = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2 if _is_open(2) else nowhere, 1)
    os.close(nowhere)
    try:
        # neither is closed: a thread may still wait for the client
        source = open(theirs[0], "rb", closefd=False)  # noqa: SIM115
        wire = open(theirs[1], "w", encoding="utf-8", newline="\n", closefd=False)  # noqa: SIM115
        yield source, wire
    finally:
        sys.stdout.flush()
        os.dup2(theirs[0], 0)
        os.dup2(theirs[1], 1)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


async def _serve(open_retriever: Callable[[], Retriever], source: BinaryIO, wire: TextIO) -> None:
    import anyio

    from rag.mcp_server.server import build_mcp, in_threads

    opened, threads = _opened(open_retriever), in_threads()
    opening = asyncio.wrap_future(opened)

    async def run(work: Callable[[], CallToolResult]) -> CallToolResult:
        await asyncio.wait([opening])
        return await threads(work)

    server = build_mcp(lambda: opened.result().current, run)
    async with anyio.create_task_group() as tasks:
        _at_signals(tasks.cancel_scope.cancel)
        tasks.start_soon(_talk, server, source, wire)
        await asyncio.wait([opening])
        if opening.exception():
            tasks.cancel_scope.cancel()
    if opening.done():
        opening.result()  # or its error


def _opened(open_retriever: Callable[[], Retriever]) -> Future[Serving[Retriever]]:
    """What is opened by a thread that nobody has to wait for: the end may come before."""
    opened: Future[Serving[Retriever]] = Future()

    def work() -> None:
        try:
            from rag.serving import Serving

            opened.set_result(Serving(open_retriever(), lambda newest: newest))
        except BaseException as error:
            opened.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return opened


async def _talk(server: McpServer, source: BinaryIO, wire: TextIO) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    given: Any = _lines(source)
    try:
        async with stdio_server(given, anyio.wrap_file(wire)) as (read, write):
            await server.run(read, write, server.create_initialization_options())
    except* BrokenPipeError:
        pass  # the client has gone


def _at_signals(end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def told() -> None:
        for one in signals:
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_DFL)
        end()

    for one in signals:
        with suppress(NotImplementedError):  # on Windows an interrupt ends asyncio.run as ever
            loop.add_signal_handler(one, told)


async def _lines(source: BinaryIO) -> AsyncIterator[str]:
    """The client's lines, read by a thread that nobody has to wait for."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended before the client
            for line in source:
                loop.call_soon_threadsafe(lines.put_nowait, line.decode("utf-8", "replace"))
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line
