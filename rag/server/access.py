"""Who may come in: users by name and password, programs by a token; everybody where neither is asked for."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index.errors import GeungeoError
from rag.server.accounts import Accounts

SHORTEST_TOKEN = 16
"""Characters; ``openssl rand -hex 32`` gives 64."""
SESSION = 12 * 3600.0
"""Seconds without a request after which a user has to come in anew."""
MOST_SESSIONS = 10_000
GUESSES, WINDOW = 10, 60.0
"""Wrong passwords from one address in so many seconds, after which it has to wait."""
MOST_ADDRESSES = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    kind: Literal["anyone", "user", "token"]
    name: str = ""


ANYONE = Caller("anyone")


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    """Of the user; empty where a token began it."""
    mark: str | None
    """Of the user's password then."""
    used: float


class TooManyGuesses(Exception):
    """An address has guessed too often: it may try again in a while."""


class Access:
    """The server's door. Safe to share between threads. Sessions last as long as the process.

    Args:
        accounts: the users, if there are any.
        tokens: those that programs come in with.
    """

    def __init__(self, accounts: Accounts | None = None, tokens: Sequence[str] = ()) -> None:
        for token in tokens:
            if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
                raise GeungeoError(
                    f"토큰은 영문자와 숫자로 {SHORTEST_TOKEN}자 이상이어야 합니다. 'openssl rand -hex 32'로 만들 수 있습니다."
                )
        self.accounts = accounts
        self._tokens = [_digest(token) for token in tokens]
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()
        """By their hashed keys, the one used last at the end."""
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()
        self._guessing = threading.Semaphore(2)
        if accounts is not None and not accounts.names():
            raise GeungeoError(
                f"{accounts.file}: 사용자가 한 명도 없습니다. 'geungeo user add 이름'으로 넣으세요."
            )

    @property
    def is_open(self) -> bool:
        """Whether everybody may come in."""
        return self.accounts is None and not self._tokens

    @property
    def takes_tokens(self) -> bool:
        """Whether programs may come in."""
        return bool(self._tokens)

    def by_token(self, token: str) -> Caller | None:
        """Who comes with a token; None where it is none of ours. Takes the same time for each."""
        given = _digest(token)
        fits = [hmac.compare_digest(given, own) for own in self._tokens]
        return Caller("token") if any(fits) else None

    def by_session(self, key: str) -> Caller | None:
        """Who comes with a session's key; None where it has ended, or its user has gone or has another password."""
        hashed, now = _digest(key), time.monotonic()
        with self._lock:
            session = self._sessions.pop(hashed, None)
            if session is None or now > session.used + SESSION:
                return None
            self._sessions[hashed] = replace(session, used=now)
        if session.mark != self._mark(session.name):
            self.end(key)
            return None
        return Caller("user", session.name) if session.name else Caller("token")

    def begin(self, name: str, secret: str, address: str) -> str | None:
        """A new session's key for a user's password, or, without a name, for a token; None where it is wrong.

        Raises:
            TooManyGuesses: the address has to wait.
            GeungeoError: the file of users cannot be read.
        """
        self._may_guess(address)
        with self._guessing:
            if name:
                fits = self.accounts is not None and self.accounts.admits(name, secret)
            else:
                fits = self.by_token(secret) is not None
        if not fits:
            self._guessed_wrong(address)
            return None
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_digest(key)] = _Session(name, self._mark(name), time.monotonic())
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return key

    def end(self, key: str) -> None:
        """Ends a session."""
        with self._lock:
            self._sessions.pop(_digest(key), None)

    def _mark(self, name: str) -> str | None:
        return self.accounts.mark(name) if self.accounts and name else ""

    def _may_guess(self, address: str) -> None:
        since = time.monotonic() - WINDOW
        with self._lock:
            recent = [when for when in self._wrong.get(address, []) if when > since]
            if len(recent) >= GUESSES:
                raise TooManyGuesses

    def _guessed_wrong(self, address: str) -> None:
        now = time.monotonic()
        with self._lock:
            before = self._wrong.pop(address, [])
            self._wrong[address] = [*before[-GUESSES:], now]
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)


def _digest(secret: str) -> bytes:
    """Of one length whatever the secret's is, and of no use to who sees it in memory."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def read_tokens(file: Path | None) -> list[str]:
    """The tokens of ``$GEUNGEO_TOKEN`` and of a file, one a line.

    Raises:
        GeungeoError: the file cannot be read, or holds none.
    """
    given = os.environ.get("GEUNGEO_TOKEN", "").split()
    if file is None:
        return given
    try:
        kept = [
            line.strip() for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
        ]
    except (OSError, UnicodeDecodeError):
        raise GeungeoError(f"{file}: 토큰 파일을 읽을 수 없습니다. 경로와 권한을 확인하세요.") from None
    tokens = [token for token in kept if token]
    if not tokens:
        raise GeungeoError(
            f"{file}: 토큰이 없습니다. 한 줄에 하나씩 적으세요 ('openssl rand -hex 32'로 만들 수 있습니다)."
        )
    return given + tokens


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address to listen on."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None)
        return all(ipaddress.ip_address(str(one[4][0]).split("%")[0]).is_loopback for one in found)
    except (OSError, ValueError):
        return False  # who listens there says what is wrong with it


def refuse_open_door(host: str, access: Access, *, insecure: bool) -> None:
    """Who can be reached from other machines has to ask who comes.

    Raises:
        GeungeoError: everybody could come in, and nobody has said that they may.
    """
    if access.is_open and not insecure and not is_loopback(host):
        raise GeungeoError(
            f"{host}에서 들으면 다른 컴퓨터에서도 들어옵니다. --auth로 사용자를 두거나 GEUNGEO_TOKEN으로 토큰을 정하세요 "
            "(그래도 누구나 들어오게 하려면 --insecure)."
        )
