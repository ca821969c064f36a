"""An index on disk: a folder of generations, a pointer to the one in use, and each one's manifest.

``INDEX/CURRENT`` names the folder ``INDEX/generations/NAME`` that serves and holds the SHA-256 of its manifest, which
holds those of all its files. A build writes a new generation beside the old one and then replaces the pointer in one
step, so whatever happens to a build, the old generation goes on serving.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from index.dictionary import Dictionary, read_dictionary
from index.errors import GeungeoError, IndexFormatError, IndexNotFoundError
from index.verification import facts_of, problems

FORMAT = 3
POINTER = "CURRENT"
POINTED = re.compile(r"(?P<name>[0-9a-f]{12})(?: (?P<sha256>[0-9a-f]{64}))?\n")
"""What the pointer holds; up to format 2 it was the name alone."""
MANIFEST = "manifest.json"
LOCK = "write.lock"
RESUME = "resume"
"""A folder of vectors that a build has made already, kept for the next one where that build did not end."""
DICTIONARY = "dictionary.txt"
"""The user's dictionary that the generation was made with; absent where there was none."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of and made with."""

    created: str
    analyzer: dict[str, Any]
    """Versions and options of Kiwi, and the dictionary's digest: terms of another may differ."""
    encoder: dict[str, Any]
    """``model``, ``fingerprint`` and ``dimensions`` of the encoder."""
    counts: dict[str, int]
    """How many articles, passages and windows."""
    sample: bool = False
    """Whether it holds nothing but the articles that come with the program."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """``bytes`` and ``sha256`` of every file."""
    format: int = FORMAT


def default_index_dir() -> Path:
    """``$GEUNGEO_INDEX``, or the index in the user's data folder."""
    chosen = os.environ.get("GEUNGEO_INDEX")
    return Path(chosen).expanduser() if chosen else user_data_path("geungeo", appauthor=False) / "index"


def is_index(index_dir: Path) -> bool:
    """Whether an index lies there."""
    return (index_dir / POINTER).is_file()


def current_generation(index_dir: Path) -> tuple[Path, Manifest]:
    """The folder and manifest of the generation that serves, its files being those that were built (``verification``).

    Raises:
        IndexNotFoundError: no index lies there.
        IndexFormatError: it is broken, or of another version of this program.
    """
    folder, manifest = read_manifest(index_dir)
    for relative, problem in problems(folder, manifest.files).items():
        raise IndexFormatError(f"{folder / relative}: {problem}. {rebuild(index_dir)}")
    return folder, manifest


def read_manifest(index_dir: Path) -> tuple[Path, Manifest]:
    """As ``current_generation``, but looks at no file other than the manifest."""
    if not is_index(index_dir):
        what = "색인이 아닙니다" if index_dir.is_dir() and any(index_dir.iterdir()) else "색인이 없습니다"
        raise IndexNotFoundError(
            f"{index_dir}: {what}. 'geungeo index 폴더 --index {index_dir}'로 먼저 만드세요."
        )
    pointed = _pointed(index_dir)
    if pointed is None or not (index_dir / "generations" / pointed["name"]).is_dir():
        raise IndexFormatError(
            f"{index_dir / POINTER}: 색인의 세대를 가리키지 않습니다. {rebuild(index_dir)}"
        )
    folder = index_dir / "generations" / pointed["name"]
    try:
        written = (folder / MANIFEST).read_bytes()
        fields = json.loads(written)
        if fields.get("format") != FORMAT:
            raise IndexFormatError(
                f"{index_dir}: 다른 버전의 색인입니다 (형식 {fields.get('format')}, 이 프로그램은 {FORMAT}). {rebuild(index_dir)}"
            )
        manifest = Manifest(**fields)
        _ = [(facts["bytes"], facts["sha256"]) for facts in manifest.files.values()]
        _ = [manifest.counts[name] for name in ("articles", "passages", "windows")]
        _ = [manifest.encoder[name] for name in ("model", "fingerprint", "dimensions")]
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        raise IndexFormatError(f"{folder / MANIFEST}: 읽을 수 없습니다. {rebuild(index_dir)}") from None
    if hashlib.sha256(written).hexdigest() != pointed["sha256"]:
        raise IndexFormatError(f"{folder / MANIFEST}: '{POINTER}'에 적힌 것과 다릅니다. {rebuild(index_dir)}")
    return folder, manifest


def serving_name(index_dir: Path) -> str | None:
    """The name of the generation that serves; None where there is no index, or its pointer is broken."""
    pointed = _pointed(index_dir)
    return pointed["name"] if pointed else None


def _pointed(index_dir: Path) -> re.Match[str] | None:
    try:
        return POINTED.fullmatch((index_dir / POINTER).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def stored_dictionary(folder: Path) -> Dictionary:
    """The dictionary of the generation in ``folder``. Raises IndexFormatError where it cannot be read."""
    path = folder / DICTIONARY
    if not path.is_file():
        return Dictionary()
    try:
        return read_dictionary(path)
    except GeungeoError as error:
        raise IndexFormatError(f"{error} {rebuild(folder.parent.parent)}") from None


def rebuild(index_dir: Path) -> str:
    """What to do with an index that cannot be used, in Korean."""
    return f"'{index_dir}'을(를) 지우고 'geungeo index 폴더'로 다시 만드세요."


@contextmanager
def writing(index_dir: Path) -> Iterator[Path]:
    """The folder for a new generation, while no other process writes to this index.

    Leaves nothing behind when the body fails; the body calls ``publish`` when it is done.

    Raises:
        GeungeoError: another process is writing, or the folder cannot be written.
    """
    if index_dir.exists() and not index_dir.is_dir():
        raise GeungeoError(f"{index_dir}: 폴더가 아닙니다. --index에 폴더를 지정하세요.")
    if index_dir.is_dir() and not is_index(index_dir) and any(_foreign(index_dir)):
        raise GeungeoError(
            f"{index_dir}: 다른 파일이 들어 있는 폴더입니다. --index에 빈 폴더나 새 폴더를 지정하세요."
        )
    existed = index_dir.exists()
    lock = FileLock(index_dir / LOCK, timeout=0)
    work = index_dir / "generations" / f"{uuid.uuid4().hex[:12]}.part"
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise GeungeoError(
            f"{index_dir}: 다른 프로세스가 색인하는 중입니다. 끝난 뒤 다시 실행하세요."
        ) from None
    except OSError as error:
        raise _cannot_write(index_dir, error) from None
    try:
        work.parent.mkdir(exist_ok=True)
        _remove_unfinished(index_dir)
        work.mkdir()
        yield work
    except BrokenPipeError:
        raise
    except (
        OSError,
        sqlite3.Error,
    ) as error:  # only what is written is meant: what is read raises errors of its own
        raise _cannot_write(index_dir, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if not existed and not is_index(index_dir):
            _remove_empty(index_dir)
        lock.release()


def is_being_written(index_dir: Path) -> bool:
    """Whether a process writes to this index now. Raises OSError where that cannot be found out."""
    if not (index_dir / LOCK).is_file():
        return False
    try:
        with FileLock(index_dir / LOCK, timeout=0):
            return False
    except Timeout:
        return True


def _cannot_write(index_dir: Path, error: Exception) -> GeungeoError:
    reason = getattr(error, "strerror", None) or str(error).strip("()").rpartition("(")[2]
    return GeungeoError(f"{index_dir}: 색인을 쓸 수 없습니다 ({reason}). 빈 공간과 권한을 확인하세요.")


def publish(work: Path, manifest: Manifest) -> Path:
    """Completes the generation in ``work`` with its manifest and makes it the one that serves; returns its folder."""
    index_dir = work.parent.parent
    folder = work.with_suffix("")
    for path in work.rglob("*"):
        _sync(path)
    complete = asdict(manifest) | {"files": facts_of(work, but=MANIFEST)}
    written = json.dumps(complete, ensure_ascii=False, indent=1).encode()
    (work / MANIFEST).write_bytes(written)
    _sync(work / MANIFEST)
    _sync(work)
    previous = serving_name(index_dir)
    pointer = index_dir / f"{POINTER}.part"
    try:
        work.rename(folder)
        _sync(folder.parent)
        pointer.write_text(
            f"{folder.name} {hashlib.sha256(written).hexdigest()}\n", encoding="utf-8", newline="\n"
        )
        _sync(pointer)
        pointer.replace(index_dir / POINTER)
        _sync(index_dir)
    except BaseException:
        pointer.unlink(missing_ok=True)
        with suppress(OSError):  # in doubt it stays: it may be the one that serves
            if not is_index(index_dir) or folder.name not in (index_dir / POINTER).read_text(
                encoding="utf-8"
            ):
                folder.rename(work)  # what is not published goes with the rest
        raise
    _remove_but(folder.parent, folder.name, previous)  # readers may be opening the previous one
    shutil.rmtree(index_dir / RESUME, ignore_errors=True)
    return folder


def remove_previous(index_dir: Path) -> None:
    """Removes the generation before the one that serves: what left the index leaves the disk. Raises as ``writing``."""
    with writing(index_dir) as work:
        _remove_but(work.parent, work.name, serving_name(index_dir))


def remove_index(index_dir: Path) -> None:
    """Takes an index away in whatever state it is, its folder too; who has it open goes on reading. Raises as ``writing``."""
    with writing(index_dir) as work:
        (index_dir / POINTER).unlink(missing_ok=True)  # before anything that it leads to
        _remove_but(work.parent, work.name)
        shutil.rmtree(index_dir / RESUME, ignore_errors=True)
    _remove_empty(index_dir)


def _remove_but(generations: Path, *names: str | None) -> None:
    for other in generations.iterdir():
        if other.name not in names:
            shutil.rmtree(other, ignore_errors=True)


def _remove_unfinished(index_dir: Path) -> None:
    """Removes what a build that was killed has left, but vectors to go on from."""
    (index_dir / f"{POINTER}.part").unlink(missing_ok=True)
    for part in (index_dir / "generations").glob("*.part"):
        shutil.rmtree(part, ignore_errors=True)
    serving = index_dir / "generations" / (serving_name(index_dir) or "") / MANIFEST
    if serving.exists():
        for manifest in (index_dir / "generations").glob(f"*/{MANIFEST}"):
            if manifest.stat().st_mtime_ns > serving.stat().st_mtime_ns:  # killed before the pointer named it
                shutil.rmtree(manifest.parent, ignore_errors=True)


def _remove_empty(index_dir: Path) -> None:
    """Removes the folder of an index that came to nothing, unless there is something in it."""
    with suppress(OSError):  # who has begun to write there meanwhile keeps it
        (index_dir / "generations").rmdir()
        (index_dir / LOCK).unlink()
        index_dir.rmdir()


def _foreign(index_dir: Path) -> list[str]:
    ours = {"generations", LOCK, RESUME, POINTER, f"{POINTER}.part"}
    return [path.name for path in index_dir.iterdir() if path.name not in ours]


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # folders cannot be opened there
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
