"""The articles in a zip: which members are article files, and which sources they give."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from index.errors import ArticleError
from index.finding import is_hidden
from index.formats import MAX_LARGE, SHOWN_SUFFIXES, SUFFIXES
from index.zip_reading import Member, Zip


def article_members(package: Zip) -> Iterator[tuple[Member, str | None]]:
    """The members that are article files, in the zip's order; of those that cannot be read the reason.

    As in a folder, hidden files and those with other suffixes are passed over.

    Raises ArticleError where there is none.
    """
    last = package.by_name
    found = False
    for member in package.members:
        if Path(member.name).suffix.lower() not in SUFFIXES or any(map(is_hidden, member.name.split("/"))):
            continue
        found = True
        if member.is_link:
            yield member, "다른 파일을 가리키는 링크라 읽지 않았습니다"
        elif last[member.name] is not member:
            yield member, "압축 파일 안에 이름이 같은 파일이 또 있어, 뒤의 것을 읽었습니다"
        else:
            yield member, None
    if not found:
        raise ArticleError(f"압축 파일에 기사 파일({SHOWN_SUFFIXES})이 없습니다")


def split_source(source: str | Path) -> tuple[Path, str] | None:
    """The zip that a source lies in and its name there; None where it is the path of a file itself."""
    path = Path(source)
    for above in path.parents:
        try:
            if above.is_file():
                return above, path.relative_to(above).as_posix()
            if above.exists():
                return None
        except (OSError, ValueError):
            return None
    return None


def is_in_archive(source: str) -> bool:
    """Whether a source in a zip may still be there: the zip has it, or cannot be looked at."""
    place = split_source(source)
    if place is None:
        return False
    path, name = place
    try:
        state = path.stat()
        return name in _names(path, state.st_mtime_ns, state.st_size)
    except (ArticleError, OSError):
        return True


@lru_cache(maxsize=4)
def _names(path: Path, changed: int, size: int) -> frozenset[str]:
    """The names in a zip, or none where the file is no zip; ``changed`` and ``size`` tell its versions apart."""
    with path.open("rb") as file:
        if size > MAX_LARGE or file.read(2) != b"PK":
            return frozenset()
        file.seek(0)
        return frozenset(Zip(file.read()).by_name)
