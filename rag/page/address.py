"""Where the chat page is served: a port that is free, reached without a proxy."""

from __future__ import annotations

import errno
import os
import socket

from index.errors import GeungeoError

FIRST_PORT, PORTS = 7860, 100


def keep_from_proxies(host: str) -> None:
    """Gradio calls its own address once when it starts, which no proxy set for this machine can reach."""
    for name in ("no_proxy", "NO_PROXY"):
        exempt = [*filter(None, os.environ.get(name, "").split(",")), "127.0.0.1", "localhost", host]
        os.environ[name] = ",".join(dict.fromkeys(exempt))


def listening(host: str, port: int | None) -> socket.socket:
    """A socket that listens on the port asked for, or without one on the first free one from 7860 on.

    Raises:
        GeungeoError: it is taken, or ``host`` is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS) if port is None else [port]:
        try:
            return socket.create_server((host, candidate), family=family)
        except OverflowError:
            raise GeungeoError(f"포트는 0부터 65535까지의 수여야 합니다 (받은 값 {port}).") from None
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise GeungeoError(f"{host}: 이 컴퓨터의 주소가 아닙니다. --host를 확인하세요.") from None
            if port is not None:
                reason = (
                    "다른 프로그램이 쓰고 있습니다" if error.errno == errno.EADDRINUSE else error.strerror
                )
                advice = "다른 번호를 주거나, 빈 포트를 찾게 --port를 빼세요."
                raise GeungeoError(f"포트 {port}: {reason}. {advice}") from None
    last = FIRST_PORT + PORTS - 1
    raise GeungeoError(f"{FIRST_PORT}~{last} 사이에 빈 포트가 없습니다. --port로 다른 번호를 주세요.")
