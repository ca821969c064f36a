"""Whether the files of a generation are those that were built: every size, and every SHA-256 or a proof that it still holds.

Small files are hashed whenever an index is opened. Of a large one it is remembered, in ``verified.json`` beside it, what
the system said of the file when its hash was last right: size, times of change and inode. Nobody but the system sets the
time of the last change (``ctime``), so a file written to, replaced or copied is hashed again. On Windows that field is
the time of creation, and the time of modification has to do. What changes on the disk by itself shows to ``geungeo
doctor`` alone, which hashes everything.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

SMALL = 1 << 20
"""Bytes up to which a file is hashed on every opening: with the fourteen files of an index, some 10 ms at most."""
STAMP = "verified.json"
CHUNK = 1 << 22

Facts = Mapping[str, Any]
"""``bytes`` and ``sha256`` of a file."""


def facts_of(folder: Path, but: str) -> dict[str, dict[str, Any]]:
    """The facts of every file in a folder but one, by its path in there; what they hold good of is remembered."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (but, STAMP))
    states = {path.relative_to(folder).as_posix(): _state(path) for path in paths}
    facts = {
        relative: {"bytes": state[0], "sha256": _sha256(folder / relative)}
        for relative, state in states.items()
    }
    _remember(folder, {name: [facts[name]["sha256"], *state] for name, state in states.items()})
    return facts


def problems(
    folder: Path,
    files: Mapping[str, Facts],
    *,
    anew: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, str]:
    """What is wrong with files of a folder, by path, each in Korean; empty where all are what they were.

    Args:
        folder: where they lie.
        files: what they should be.
        anew: hash all of them, whatever is remembered.
        progress: called with (done, all) bytes.
    """
    remembered = {} if anew else _remembered(folder)
    fitting: dict[str, list[Any]] = {}
    wrong: dict[str, str] = {}
    total = sum(facts["bytes"] for facts in files.values())
    done = 0
    for relative, facts in files.items():
        path, before = folder / relative, done
        try:
            state = _state(path)  # before it is read: what is changed meanwhile has another one
            entry = [facts["sha256"], *state]
            if state[0] != facts["bytes"]:
                wrong[relative] = f"크기가 다릅니다 ({state[0]:,}바이트, 색인할 때 {facts['bytes']:,})"
            elif (state[0] > SMALL and remembered.get(relative) == entry) or (
                _sha256(path, lambda read, before=before: progress(before + read, total))  # type: ignore[misc]
                == facts["sha256"]
            ):
                fitting[relative] = entry
            else:
                wrong[relative] = "내용이 색인할 때와 다릅니다"
        except FileNotFoundError:
            wrong[relative] = "없습니다"
        except OSError as error:
            wrong[relative] = f"읽을 수 없습니다 ({error.strerror})"
        done = before + facts["bytes"]
        progress(done, total)
    if any(remembered.get(name) != entry for name, entry in fitting.items() if entry[1] > SMALL):
        _remember(folder, fitting)
    return wrong


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _sha256(path: Path, progress: Callable[[int], None] = lambda read: None) -> str:
    digest = hashlib.sha256()
    read = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            read += len(chunk)
            progress(read)
    return digest.hexdigest()


def _remembered(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(folder: Path, entries: Mapping[str, list[Any]]) -> None:
    """Keeps for the next opening what holds of the large files; where nothing can be written, they are hashed again."""
    large = {name: entry for name, entry in entries.items() if entry[1] > SMALL}
    if not large:
        return
    part = folder / f"{STAMP}.{uuid.uuid4().hex[:8]}.part"
    try:
        part.write_text(json.dumps(large), encoding="utf-8")
        part.replace(folder / STAMP)
    except OSError:
        with suppress(OSError):  # where nothing can be written, nothing can be removed
            part.unlink(missing_ok=True)
