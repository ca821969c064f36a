"""Where an index in Milvus lies: ``milvus:URI``, with the name of the collection behind ``#`` or ``?collection=``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard
from urllib.parse import parse_qs, urlsplit

from index.errors import GeungeoError

PREFIX = "milvus:"
DEFAULT_NAME = "geungeo"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SCHEMES = ("http", "https", "tcp")


@dataclass(frozen=True, slots=True)
class Address:
    """A Milvus and the name of an index in it."""

    uri: str
    """``http://HOST:PORT``, or a file's path, which ends in ``.db`` and is opened by milvus-lite."""
    name: str = DEFAULT_NAME

    @property
    def local(self) -> bool:
        """Whether it is a file for milvus-lite."""
        return self.uri.endswith(".db")

    def __str__(self) -> str:
        return f"{PREFIX}{self.uri}" + (f"#{self.name}" if self.name != DEFAULT_NAME else "")


def is_address(place: object) -> TypeGuard[str]:
    """Whether a place names a Milvus rather than a folder."""
    return isinstance(place, str) and place.startswith(PREFIX)


def read_address(place: str) -> Address:
    """The address written as ``milvus:URI``.

    Raises:
        GeungeoError: it is none, or it holds a password, which would be shown wherever the address is.
    """
    rest, _, fragment = place.removeprefix(PREFIX).partition("#")
    uri, _, query = rest.partition("?")
    name = fragment or parse_qs(query).get("collection", [DEFAULT_NAME])[0]
    if not _NAME.fullmatch(name):
        raise GeungeoError(
            f"컬렉션 이름으로 쓸 수 없습니다: {name!r}. 영문자, 숫자, 밑줄로 64자까지 적어 주세요."
        )
    if "://" not in uri:
        if not uri.endswith(".db"):
            raise GeungeoError(
                f"Milvus의 주소를 읽을 수 없습니다: {place!r}. milvus:http://서버:19530 또는 milvus:./파일.db처럼 적어 주세요."
            )
        return Address(str(Path(uri).expanduser()), name)
    try:
        parts = urlsplit(uri)
        sound = parts.scheme in _SCHEMES and parts.hostname and (parts.port or True)
    except ValueError:
        raise _unreadable() from None
    if parts.username is not None or parts.password is not None:
        raise GeungeoError(
            "Milvus의 주소에 비밀번호를 적지 마세요. 환경 변수 GEUNGEO_MILVUS_TOKEN에 '사용자:비밀번호'로 두세요."
        )
    if not sound:
        raise _unreadable()
    return Address(uri.rstrip("/"), name)


def _unreadable() -> GeungeoError:
    """Says nothing of what was written: a password may be part of it."""
    return GeungeoError(
        "Milvus의 주소를 읽을 수 없습니다. milvus:http://서버:19530 또는 milvus:./파일.db처럼 적어 주세요."
    )
