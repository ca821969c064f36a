"""Paths to article files: which there are, and what an article read from one has as its source."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from index.articles import Skipped
from index.errors import ArticleError
from index.formats import SHOWN_SUFFIXES, SUFFIXES


def find_files(paths: Iterable[str | Path]) -> list[Path]:
    """The article files in ``paths``, in order, each once.

    Files are taken as given. Folders are walked in sorted order for files with one of ``SUFFIXES``; hidden
    files and folders are passed over, and so are links that lead out of the folder.

    Raises ArticleError when a path does not exist.
    """
    return _walk(paths)[0]


def _walk(paths: Iterable[str | Path]) -> tuple[list[Path], list[Skipped]]:
    found: dict[Path, Path] = {}  # real path to the path it was found by
    skipped: list[Skipped] = []

    def closed(error: OSError) -> None:
        skipped.append(Skipped(str(error.filename), "폴더를 열 수 없습니다: 읽기 권한을 확인해 주세요"))

    for path in map(Path, paths):
        if not os.path.exists(path):  # unlike Path.exists, says no to a name too long or out of reach
            raise ArticleError(
                f"{_shown(str(path))[:200]}: 그런 파일이나 폴더가 없습니다. 경로를 확인해 주세요"
            )
        if not path.is_dir():
            found.setdefault(Path(os.path.realpath(path)), path)
            continue
        root = Path(os.path.realpath(path))
        for folder, folders, names in os.walk(path, onerror=closed):
            folders[:] = sorted(name for name in folders if not is_hidden(name))
            for name in sorted(names):
                file = Path(folder, name)
                if is_hidden(name) or file.suffix.lower() not in SUFFIXES:
                    continue
                real = Path(os.path.realpath(file))  # unlike Path.resolve, gets over a loop of links
                if real.is_relative_to(root):
                    found.setdefault(real, file)
    return list(found.values()), skipped


def is_hidden(name: str) -> bool:
    """Is a file or folder of this name passed over: hidden, a lock of Word's, or what macOS adds to a zip?"""
    return name.startswith((".", "~$")) or name == "__MACOSX"


def article_files(paths: Iterable[str | Path]) -> tuple[list[Path], list[Skipped]]:
    """The article files in ``paths`` (see ``find_files``), and the folders that could not be opened.

    Raises ArticleError when a path does not exist, or there is no article file.
    """
    paths = list(paths)
    files, skipped = _walk(paths)
    if not files:
        where = ", ".join(map(str, paths)) or "주어진 경로"
        raise ArticleError(
            f"{where}에 기사 파일({SHOWN_SUFFIXES})이 없습니다. 기사가 든 폴더를 지정해 주세요"
        )
    return files, skipped


def source_of(path: Path) -> str:
    """What an article read from a file has as its source."""
    return _shown(os.path.abspath(path))


def _shown(path: str) -> str:
    """A path that can be stored and printed: bytes that are no UTF-8, and control characters, are escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
