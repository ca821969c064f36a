"""Opens zips of unknown origin in memory: counts what it unpacks, and refuses what no honest program writes."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from index.decoding import composed
from index.errors import ArticleError

MAX_MEMBERS = 10_000
MAX_UNPACKED = 500 * 1024 * 1024
"""Bytes that one zip may come to, with the documents in it, which are zips, too."""
MAX_RATIO = 100
"""A zip may come to so many times its own size (Korean text shrinks to a quarter, XML to a twentieth) ..."""
ALWAYS_ALLOWED = 20 * 1024 * 1024
"""... or to so many bytes, for a short document of a long pattern is no attack."""

_BROKEN = "고장 난 파일이라 열 수 없습니다: 다시 내려받거나 저장해 넣어 주세요"
_BOMB = "풀면 지나치게 커지는 압축 파일입니다: 풀어서 나누어 넣어 주세요"
_CHUNK = 256 * 1024
_ENTRY = b"PK\x01\x02"
_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, OverflowError, RuntimeError,
    ValueError,
)  # fmt: skip


class Allowance:
    """How much may be unpacked from one file, and from the zips in it."""

    def __init__(self, size: int, outer: Allowance | None = None) -> None:
        self._left = min(MAX_UNPACKED, max(ALWAYS_ALLOWED, MAX_RATIO * size))
        self._outer = outer

    @property
    def is_spent(self) -> bool:
        """Has more been unpacked than may be?"""
        return self._left < 0

    def take(self, size: int) -> None:
        """Raises ArticleError where ``size`` bytes more are too many."""
        self._left -= size
        if self._left < 0:
            raise ArticleError(_BOMB)
        if self._outer is not None:
            self._outer.take(size)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip."""

    name: str
    """With ``/`` between folders; neither absolute nor with ``..``, backslashes or characters that do not show."""
    info: zipfile.ZipInfo

    @property
    def is_link(self) -> bool:
        """Is it a symbolic link?"""
        return stat.S_ISLNK(self.info.external_attr >> 16)


class Zip:
    """The files of a zip in memory; nothing is ever written to disk."""

    def __init__(self, data: bytes, outer: Allowance | None = None) -> None:
        """Raises ArticleError for what is no zip, has too many members, or members that share bytes."""
        self.allowance = Allowance(len(data), outer)
        # Counted before they are read: a directory of millions of members fills memory.
        if data.count(_ENTRY) > 20 * MAX_MEMBERS:
            raise ArticleError(_too_many())
        try:
            self._file = zipfile.ZipFile(io.BytesIO(data))
            infos = self._file.infolist()
        except _ERRORS:
            raise ArticleError(_BROKEN) from None
        if len(infos) > MAX_MEMBERS:
            raise ArticleError(_too_many())
        _refuse_overlap(infos)
        self.members = [Member(name, info) for info in infos if (name := clean_name(info))]
        """The files, in the zip's order; several may have the same name."""

    @property
    def by_name(self) -> Mapping[str, Member]:
        """The file of each name; of several the last, which is what unpacking leaves."""
        return {member.name: member for member in self.members}

    def read(self, member: Member, limit: int) -> bytes:
        """What a member holds.

        Raises ArticleError where it is encrypted, packed in another way than usual, damaged, of more than ``limit``
        bytes (whatever the zip says of its size), or makes the zip come to too much.
        """
        info = member.info
        if info.flag_bits & 0x1:
            raise ArticleError("암호가 걸려 있습니다: 암호를 풀어 넣어 주세요")
        if info.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):  # others unpack without bounds
            raise ArticleError("읽을 수 없는 방식으로 압축되어 있습니다: 풀어서 넣어 주세요")
        chunks: list[bytes] = []
        left = limit
        try:
            with self._file.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise ArticleError(
                            f"풀면 너무 큰 파일입니다: {limit // 1024 // 1024}MB 이하로 나누어 넣어 주세요"
                        )
                    self.allowance.take(len(chunk))
                    chunks.append(chunk)
        except _ERRORS:
            raise ArticleError(_BROKEN) from None
        return b"".join(chunks)


def _too_many() -> str:
    return f"압축 파일에 든 파일이 너무 많습니다: {MAX_MEMBERS:,}개 이하로 나누어 넣어 주세요"


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes are how a small zip comes to much; Python before 3.11.8 does not look."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ArticleError(_BROKEN)
        end = info.header_offset + zipfile.sizeFileHeader + info.compress_size  # type: ignore[attr-defined]


def clean_name(info: zipfile.ZipInfo) -> str:
    """The name of a member, fit to be shown and kept; empty for a folder, and where it has none."""
    name = info.orig_filename
    if (
        not info.flag_bits & 0x800
    ):  # then it is in the packing machine's encoding, which zipfile takes for cp437
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp949"):  # macOS writes UTF-8 without saying so, Korean Windows CP949
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    name = composed(name.partition("\0")[0]).replace("\\", "/")
    if name.endswith("/"):
        return ""
    parts = [part for part in name.split("/") if part not in ("", ".", "..") and not part.endswith(":")]
    shown = "".join(character if character.isprintable() else "\ufffd" for character in "/".join(parts))
    return "/".join(part[:255] for part in shown.split("/"))
