"""Calls to a Milvus server: with a time limit, repeated where that helps, and errors that say what to do."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from index.errors import GeungeoError
from index.milvus.address import Address

TOKEN = "GEUNGEO_MILVUS_TOKEN"
"""The environment variable with ``user:password`` or an API key; nothing else is asked for one."""

CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
WRITE_SECONDS = 120.0
"""What one attempt may take."""
READ_ATTEMPTS = 3
"""A person is waiting."""
WRITE_ATTEMPTS = 8
"""With the waits below, about a minute: what a cluster takes to replace a node."""
FIRST_WAIT = 0.25
LONGEST_WAIT = 20.0

MOST_HITS = 16_384
"""The most that Milvus returns of a search."""
PAGE = 500
"""Rows read at a time where all of a collection are asked for."""

TRANSIENT_STATUS = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"})
"""gRPC's."""
TRANSIENT_CODES = frozenset({2, 4, 8, 103, 106, 401, 503, 901, 902})
"""Milvus's: unavailable, too many requests, rate limit; a collection not yet loaded everywhere or recovering; no
replica, channel or node at the moment."""
NOT_FOUND = frozenset({100, 1600})
"""No such collection, no such alias."""
_REFUSED = ("UNAUTHENTICATED", "PERMISSION_DENIED")


class MissingError(GeungeoError):
    """The server has no such collection or alias."""


class Connection:
    """One server. Safe to share between threads."""

    def __init__(self, address: Address, client: Any, sleep: Callable[[float], None] = time.sleep) -> None:
        """Takes an opened ``pymilvus.MilvusClient``, and what waits between two attempts."""
        self.address = address
        self._client = client
        self._sleep = sleep

    @classmethod
    def open(cls, address: Address) -> Connection:
        """Connects.

        Raises:
            GeungeoError: pymilvus is not installed, or there is no server, or it lets nobody in.
        """
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # else it tells on stderr of every fork
        try:
            import pymilvus
        except ImportError:
            raise GeungeoError(
                "Milvus를 쓰려면 pymilvus가 필요합니다: pip install 'geungeo[milvus]'"
            ) from None
        for name in ("pymilvus", "milvus_lite"):  # they log, with tracebacks, what they also raise
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            client = pymilvus.MilvusClient(
                address.uri, token=os.environ.get(TOKEN, ""), timeout=CONNECT_SECONDS
            )
        except Exception as error:
            raise _cannot_connect(address, error) from None
        return cls(address, client)

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    @property
    def is_lite(self) -> bool:
        """Whether the server is milvus-lite."""
        return "lite" in str(self.read("get_server_version")).lower()

    def read(self, method: str, *args: Any, **options: Any) -> Any:
        """Calls a method of the client that changes nothing.

        Raises:
            MissingError: what is asked for is not there.
            GeungeoError: the server cannot be reached, or refuses.
        """
        return self._repeat(
            lambda: getattr(self._client, method)(*args, timeout=READ_SECONDS, **options), READ_ATTEMPTS
        )

    def write(self, method: str, *args: Any, **options: Any) -> Any:
        """Calls a method that changes something; all that are used here may be called twice. Errors as ``read``."""
        return self._repeat(
            lambda: getattr(self._client, method)(*args, timeout=WRITE_SECONDS, **options), WRITE_ATTEMPTS
        )

    def rows(
        self, collection: str, condition: str, fields: list[str], **options: Any
    ) -> list[dict[str, Any]]:
        """The rows that meet a condition, in no order; for some thousand at most."""
        return list(self.read("query", collection, filter=condition, output_fields=fields, **options))

    def all_rows(
        self, collection: str, condition: str, fields: list[str], page: int = PAGE, **options: Any
    ) -> Iterator[dict[str, Any]]:
        """Any number of rows that meet a condition ("" for all), read page by page, in order of their keys."""
        pages = self.read(
            "query_iterator", collection, batch_size=page, filter=condition, output_fields=fields, **options
        )
        try:
            while found := self._repeat(pages.next, READ_ATTEMPTS):
                yield from found
        finally:
            pages.close()

    def _repeat(self, attempt: Callable[[], Any], most: int) -> Any:
        wait = FIRST_WAIT
        for left in range(most - 1, -1, -1):
            try:
                return attempt()
            except Exception as error:
                if not left or not is_transient(error):
                    raise self._explained(error) from None
                # full jitter: machines that were refused together must not come back together
                self._sleep(random.uniform(0.0, wait))
                wait = min(2 * wait, LONGEST_WAIT)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _explained(self, error: Exception) -> GeungeoError:
        if isinstance(error, GeungeoError):
            return error
        if _code(error) in NOT_FOUND:
            return MissingError(
                f"{self.address}: Milvus에 컬렉션이 없습니다 ({_reason(error)}). 그사이 색인을 새로 만들었다면 다시 시작하세요."
            )
        if is_transient(error) or _refused(error):
            return _cannot_connect(self.address, error)
        return GeungeoError(f"{self.address}: Milvus가 요청을 처리하지 못했습니다 ({_reason(error)}).")


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed a little later."""
    code = _code(error)
    return code in TRANSIENT_CODES or getattr(code, "name", None) in TRANSIENT_STATUS


def _code(error: Exception) -> Any:
    """Milvus's number, or gRPC's status: pymilvus raises either, and the latter as a method or as a value."""
    code = getattr(error, "code", None)
    return code() if callable(code) else code


def _refused(error: Exception) -> bool:
    return getattr(_code(error), "name", None) in _REFUSED or "auth check failure" in str(error)


def _reason(error: Exception) -> str:
    """The first line of what the server says, without the token, should it be in there."""
    text = str(getattr(error, "message", "") or error) or type(error).__name__
    token = os.environ.get(TOKEN)
    first = text.splitlines()[0]
    return (first.replace(token, "***") if token else first)[:200]


def _cannot_connect(address: Address, error: Exception) -> GeungeoError:
    if _refused(error):
        return GeungeoError(f"{address}: Milvus가 접속을 거절했습니다. {TOKEN}에 '사용자:비밀번호'를 두세요.")
    if not address.local:
        return GeungeoError(
            f"{address}: Milvus에 연결할 수 없습니다. 서버가 켜져 있는지, 주소가 맞는지 확인하세요."
        )
    if "milvus-lite is required" in str(error):
        return GeungeoError("Milvus 파일을 열려면 milvus-lite가 필요합니다: pip install milvus-lite")
    return GeungeoError(
        f"{address}: Milvus 파일을 열 수 없습니다. 폴더가 있는지, 다른 프로세스가 쓰고 있지 않은지 확인하세요."
    )
