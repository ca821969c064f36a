"""Runs the server: in the foreground until it is told to end, or in a thread of its own."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from index.errors import GeungeoError
from rag.page.address import keep_from_proxies, listening
from rag.page.front import Library
from rag.retriever import Retriever
from rag.server.access import Access, is_loopback, refuse_open_door
from rag.server.app import Application
from rag.uploads import Uploads
from rag.writing.written import Writer

GRACE = 15
"""Seconds that requests have to end in once the server is told to."""

KEPT_ALIVE = 75
"""Seconds that a connection stays open unused: longer than proxies keep theirs, or they would ask just as it closes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server listens, and who may come in.

    Args:
        host: the address to listen on; the default is reached from this machine only.
        port: the port; by default the first free one from 7860 on.
        access: who may come in; by default everybody.
        insecure: whether everybody may come in from other machines, too.
        names: further names that the server is called by.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    access: Access = field(default_factory=Access)
    insecure: bool = False
    names: Sequence[str] = ()

    def hosts(self) -> frozenset[str] | None:
        """The names that it may be called by; None where any will do.

        Who can be reached from this machine only is called by names of this machine: any other name comes from a page
        whose address was made to lead here.
        """
        if not is_loopback(self.host):
            return frozenset(self.names) if self.names else None
        own = f"[{self.host}]" if ":" in self.host else self.host
        return frozenset({"localhost", "127.0.0.1", "[::1]", own.lower(), *map(str.lower, self.names)})


class Server:
    """One server. ``url`` is its address."""

    def __init__(
        self,
        retriever: Retriever,
        door: Door | None = None,
        uploads: Uploads | bool | None = None,
        *,
        only_mcp: bool = False,
    ) -> None:
        """Takes the port; nothing is answered before it runs.

        Args:
            retriever: what is asked.
            door: where it listens, and who may come in.
            uploads: where visitors' own articles lie; True where visitors add to the index that is served; None where
                they add nothing.
            only_mcp: there is neither a page nor the REST API, but only ``/mcp``.

        Raises:
            GeungeoError: the port is taken, the host is no address of this machine, or everybody could come in from
                other machines.
        """
        door = door or Door()
        refuse_open_door(door.host, door.access, insecure=door.insecure)
        keep_from_proxies(door.host)
        self._socket = listening(door.host, door.port)
        try:
            library = Library(retriever, Writer.from_environment(retriever), uploads)
            self.application = Application(library, door.access, hosts=door.hosts(), only_mcp=only_mcp)
        except BaseException:
            self._socket.close()
            raise
        host = f"[{door.host}]" if ":" in door.host else door.host
        self.url = f"http://{host}:{self._socket.getsockname()[1]}/"
        self._server = _Uvicorn(self.application)
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Serves until interrupted or told to end (SIGINT, SIGTERM): then what was asked is answered still."""
        self._server.run(sockets=[self._socket])

    def start(self) -> Server:
        """Serves in a thread of its own; returns once it answers.

        Raises:
            GeungeoError: it could not be started.
        """
        self._thread = threading.Thread(target=self.run, daemon=True, name="geungeo-server")
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise GeungeoError(f"{self.url}에서 서버를 띄우지 못했습니다.")
            self._thread.join(0.01)
        return self

    def close(self) -> None:
        """Ends it, and waits until it has ended."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(GRACE + 5)
        self._socket.close()


class _Uvicorn(uvicorn.Server):
    """Lets go of what pages hold open before it waits for them."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            uvicorn.Config(
                application.asgi,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                timeout_keep_alive=KEPT_ALIVE,
                timeout_graceful_shutdown=GRACE,
                h11_max_incomplete_event_size=64 * 1024,
            )
        )
        self._application = application

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but an end that was asked for is no failure: the signal is not raised once more after it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.end()
        await super().shutdown(sockets)


def start_server(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int | None = None,
    uploads: Uploads | bool | None = None,
) -> Server:
    """A server that runs in a thread of its own, with everybody let in. Arguments and errors as ``Server``."""
    return Server(retriever, Door(host, port), uploads).start()


def serve(server: Server, *, open_browser: bool, tell: Callable[[str], None] | None = None) -> None:
    """Serves until interrupted (Ctrl+C) or told to end, having said where.

    Args:
        server: what has taken its port.
        open_browser: whether to open the page in the user's browser.
        tell: says where; on stderr by default.
    """
    said = f"근거를 {server.url} 에서 열었습니다. 끝내려면 Ctrl+C를 누르세요."
    if tell is None:
        print(said, file=sys.stderr, flush=True)
    else:
        tell(said)
    if open_browser:
        webbrowser.open(server.url)
    server.run()
