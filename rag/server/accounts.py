"""Who may come in by name and password: a file of salted hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from filelock import FileLock
from platformdirs import user_data_path

from index.errors import GeungeoError

NAME = re.compile(r"[\w.@+-]{1,64}")
SHORTEST, LONGEST = 8, 256
"""Characters of a password."""
COST, BLOCK, PARALLEL = 2**15, 8, 1
"""Of scrypt: 32 MB and some 80 ms for each guess."""
MEMORY = 64 * 1024**2
"""Bytes that scrypt may take."""


def default_users_file() -> Path:
    """``$GEUNGEO_USERS``, or a file in the user's data folder."""
    chosen = os.environ.get("GEUNGEO_USERS")
    return Path(chosen).expanduser() if chosen else user_data_path("geungeo", appauthor=False) / "users"


@dataclass(frozen=True, slots=True)
class _Hash:
    """What is kept of a password: scrypt's settings, salt and key."""

    cost: int
    block: int
    parallel: int
    salt: bytes
    key: bytes

    @classmethod
    def of(cls, password: str) -> _Hash:
        salt = secrets.token_bytes(16)
        return cls(COST, BLOCK, PARALLEL, salt, _key(password, salt, COST, BLOCK, PARALLEL))

    def fits(self, password: str) -> bool:
        key = _key(password, self.salt, self.cost, self.block, self.parallel)
        return hmac.compare_digest(key, self.key)

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"scrypt${self.cost}${self.block}${self.parallel}${salt}${key}"

    @classmethod
    def read(cls, text: str) -> _Hash:
        kind, cost, block, parallel, salt, key = text.split("$")
        if kind != "scrypt":
            raise ValueError(kind)
        read = (base64.b64decode(part, validate=True) for part in (salt, key))
        found = cls(int(cost), int(block), int(parallel), *read)
        if not 2 <= found.cost <= COST * 2 or not found.key:
            raise ValueError(cost)
        return found


def _key(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    given = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(given, salt=salt, n=cost, r=block, p=parallel, maxmem=MEMORY, dklen=32)


class Accounts:
    """The users in a file, one a line: ``name:scrypt$N$r$p$salt$key``. Read again whenever the file has changed."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = default_users_file() if file is None else file
        self._read: tuple[object, dict[str, _Hash]] | None = None
        self._nobody = _Hash.of(secrets.token_hex(16))

    def names(self) -> list[str]:
        """All users, in order.

        Raises:
            GeungeoError: the file is not there, or is none of users.
        """
        return sorted(self._users())

    def admits(self, name: str, password: str) -> bool:
        """Whether there is such a user with this password; takes as long where there is no such user.

        Raises:
            GeungeoError: as ``names``.
        """
        found = self._users().get(name)
        fits = (found or self._nobody).fits(password[:LONGEST])
        return fits and found is not None

    def mark(self, name: str) -> str | None:
        """What changes with a user's password; None where there is no such user, or the file cannot be read."""
        try:
            found = self._users().get(name)
        except GeungeoError:
            return None
        return str(found) if found else None

    def set(self, name: str, password: str) -> bool:
        """Adds a user, or changes their password; returns whether they are new.

        Raises:
            GeungeoError: the name or the password is no good, or the file cannot be read or written.
        """
        if not NAME.fullmatch(name):
            raise GeungeoError("사용자 이름은 글자, 숫자와 . @ + - _ 로 64자까지입니다.")
        if not SHORTEST <= len(password) <= LONGEST:
            raise GeungeoError(f"비밀번호는 {SHORTEST}자 이상 {LONGEST}자 이하여야 합니다.")
        with self._changing() as users:
            new = name not in users
            users[name] = _Hash.of(password)
            self._write(users)
        return new

    def remove(self, name: str) -> None:
        """Takes a user out.

        Raises:
            GeungeoError: there is none of that name, or the file cannot be read or written.
        """
        with self._changing() as users:
            if name not in users:
                raise GeungeoError(
                    f"그런 사용자가 없습니다: {name}. 'geungeo user list'로 이름을 확인하세요."
                )
            del users[name]
            self._write(users)

    def _users(self) -> dict[str, _Hash]:
        try:
            status = self.file.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, self._parsed(self.file.read_text(encoding="utf-8"))
            return self._read[1]
        except FileNotFoundError:
            raise GeungeoError(
                f"{self.file}: 사용자 파일이 없습니다. 'geungeo user add 이름'으로 만드세요."
            ) from None
        except (OSError, UnicodeDecodeError):
            raise GeungeoError(
                f"{self.file}: 사용자 파일을 읽을 수 없습니다. 읽기 권한을 확인하세요."
            ) from None

    def _parsed(self, text: str) -> dict[str, _Hash]:
        users = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, kept = line.strip().partition(":")
            try:
                users[name] = _Hash.read(kept)
            except ValueError:
                raise GeungeoError(
                    f"{self.file}: {number}번째 줄이 사용자의 것이 아닙니다. 그 줄을 지우고 "
                    "'geungeo user add 이름'으로 다시 넣으세요."
                ) from None
        return users

    def _write(self, users: dict[str, _Hash]) -> None:
        text = "".join(f"{name}:{kept}\n" for name, kept in sorted(users.items()))
        try:
            with NamedTemporaryFile(
                "w", dir=self.file.parent, prefix=f".{self.file.name}.", delete=False, encoding="utf-8"
            ) as written:  # nobody else may read it from the beginning
                written.write(text)
            Path(written.name).replace(self.file)
        except OSError as error:
            raise GeungeoError(f"{self.file}: 사용자 파일을 쓸 수 없습니다 ({error.strerror}).") from None

    @contextmanager
    def _changing(self) -> Iterator[dict[str, _Hash]]:
        """The users while nobody else changes them."""
        lock = FileLock(f"{self.file}.lock", timeout=10)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except OSError as error:  # filelock's Timeout is one, too
            reason = error.strerror or "다른 프로그램이 쓰고 있습니다"
            raise GeungeoError(f"{self.file}: 사용자 파일을 쓸 수 없습니다 ({reason}).") from None
        try:
            yield dict(self._users()) if self.file.exists() else {}
        finally:
            lock.release()
