"""An index on disk: a folder of generations, a pointer to the one in use, and each one's manifest.

``INDEX/CURRENT`` names the folder ``INDEX/generations/NAME`` that serves. A build writes a new generation beside the
old one and then replaces the pointer in one step, so whatever happens to a build, the old generation goes on serving.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from index.dictionary import Dictionary, read_dictionary
from index.errors import GeungeoError, IndexFormatError, IndexNotFoundError

FORMAT = 3
POINTER = "CURRENT"
MANIFEST = "manifest.json"
RESUME = "resume"
"""Of a build that has not ended, what it has encoded: see ``index.resume``."""
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
    """The folder and manifest of the generation that serves.

    Raises:
        IndexNotFoundError: no index lies there.
        IndexFormatError: it is broken, or of another version of this program.
    """
    if not is_index(index_dir):
        what = "색인이 아닙니다" if index_dir.is_dir() and any(index_dir.iterdir()) else "색인이 없습니다"
        raise IndexNotFoundError(
            f"{index_dir}: {what}. 'geungeo index 폴더 --index {index_dir}'로 먼저 만드세요."
        )
    folder = index_dir / POINTER
    try:
        folder = index_dir / "generations" / (_serving(index_dir) or "")
        fields = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if fields.get("format") != FORMAT:
            raise IndexFormatError(
                f"{index_dir}: 다른 버전의 색인입니다 (형식 {fields.get('format')}, 이 프로그램은 {FORMAT}). {_rebuild(index_dir)}"
            )
        manifest = Manifest(**fields)
        sizes = {folder / relative: facts["bytes"] for relative, facts in manifest.files.items()}
        _ = [manifest.counts[name] for name in ("articles", "passages", "windows")]
        _ = [manifest.encoder[name] for name in ("model", "fingerprint", "dimensions")]
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        raise IndexFormatError(f"{folder / MANIFEST}: 읽을 수 없습니다. {_rebuild(index_dir)}") from None
    for path, size in sizes.items():
        if not path.is_file() or path.stat().st_size != size:
            raise IndexFormatError(f"{path}: 없거나 크기가 다릅니다. {_rebuild(index_dir)}")
    return folder, manifest


def stored_dictionary(folder: Path) -> Dictionary:
    """The dictionary of the generation in ``folder``. Raises IndexFormatError where it cannot be read."""
    path = folder / DICTIONARY
    if not path.is_file():
        return Dictionary()
    try:
        return read_dictionary(path)
    except GeungeoError as error:
        raise IndexFormatError(f"{error} {_rebuild(folder.parent.parent)}") from None


def _rebuild(index_dir: Path) -> str:
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
    lock = FileLock(index_dir / "write.lock", timeout=0)
    try:
        (index_dir / "generations").mkdir(parents=True, exist_ok=True)
        lock.acquire()
        work = index_dir / "generations" / f"{uuid.uuid4().hex[:12]}.part"
        _remove_stale(index_dir, keep=None)
        work.mkdir()
    except Timeout:
        raise GeungeoError(
            f"{index_dir}: 다른 프로세스가 색인하는 중입니다. 끝난 뒤 다시 실행하세요."
        ) from None
    except OSError as error:
        lock.release()
        raise _cannot_write(index_dir, error) from None
    try:
        yield work
    except sqlite3.Error as error:  # only what is written is meant: what is read raises errors of its own
        raise _cannot_write(index_dir, error) from None
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise _cannot_write(index_dir, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
        lock.release()
        if not existed and not is_index(index_dir) and not (index_dir / RESUME).exists():
            shutil.rmtree(index_dir, ignore_errors=True)


def _cannot_write(index_dir: Path, error: Exception) -> GeungeoError:
    reason = getattr(error, "strerror", None) or error
    return GeungeoError(f"{index_dir}: 색인을 쓸 수 없습니다 ({reason}). 빈 공간과 권한을 확인하세요.")


def publish(work: Path, manifest: Manifest) -> Path:
    """Completes the generation in ``work`` with its manifest and makes it the one that serves; returns its folder."""
    index_dir = work.parent.parent
    files = {
        str(path.relative_to(work).as_posix()): _facts(path)
        for path in sorted(work.rglob("*"))
        if path.is_file()
    }
    complete = asdict(manifest) | {"files": files}
    (work / MANIFEST).write_text(json.dumps(complete, ensure_ascii=False, indent=1), encoding="utf-8")
    for path in [*work.rglob("*"), work]:
        _sync(path)
    folder = work.with_suffix("")
    work.rename(folder)
    _sync(folder.parent)
    previous = _serving(index_dir)
    pointer = index_dir / f"{POINTER}.part"
    pointer.write_text(folder.name + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(index_dir / POINTER)
    _sync(index_dir)
    _remove_stale(index_dir, keep=previous)
    shutil.rmtree(index_dir / RESUME, ignore_errors=True)
    return folder


def _remove_stale(index_dir: Path, keep: str | None) -> None:
    """Removes generations that neither serve nor are kept for readers that still have them open."""
    serving = _serving(index_dir)
    for folder in (index_dir / "generations").iterdir():
        if folder.name not in (serving, keep) and (keep is not None or folder.suffix == ".part"):
            shutil.rmtree(folder, ignore_errors=True)


def _serving(index_dir: Path) -> str | None:
    """The name of the generation that serves, if any; of a broken pointer, no folder's name."""
    if not is_index(index_dir):
        return None
    return (index_dir / POINTER).read_text(encoding="utf-8", errors="replace").strip()


def _foreign(index_dir: Path) -> list[str]:
    ours = {"generations", "write.lock", POINTER, f"{POINTER}.part", RESUME}
    return [path.name for path in index_dir.iterdir() if path.name not in ours]


def _facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # folders cannot be opened there
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
