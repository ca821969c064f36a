"""Files and folders to articles: finds the files, reads each, and reports those it had to skip."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from index import boilerplate, decoding, metadata
from index.articles import Article, BlockKind, Skipped
from index.errors import ArticleError
from index.markdown import plain_markdown
from index.metadata import Metadata

MARKDOWN_SUFFIXES = (".md", ".markdown")
HTML_SUFFIXES = (".html", ".htm")
SUFFIXES = (".txt", *MARKDOWN_SUFFIXES, *HTML_SUFFIXES)
"""Files in a folder with other suffixes are left alone; a file named outright is tried whatever its name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading some files and folders gave."""

    articles: list[Article]
    skipped: list[Skipped]


# -- Files ---------------------------------------------------------------------------------------------
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
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(folder, name)
                if name.startswith(".") or file.suffix.lower() not in SUFFIXES:
                    continue
                real = Path(os.path.realpath(file))  # unlike Path.resolve, gets over a loop of links
                if real.is_relative_to(root):
                    found.setdefault(real, file)
    return list(found.values()), skipped


def article_files(paths: Iterable[str | Path]) -> tuple[list[Path], list[Skipped]]:
    """The article files in ``paths`` (see ``find_files``), and the folders that could not be opened.

    Raises ArticleError when a path does not exist, or there is no article file.
    """
    paths = list(paths)
    files, skipped = _walk(paths)
    if not files:
        where = ", ".join(map(str, paths)) or "주어진 경로"
        raise ArticleError(
            f"{where}에 기사 파일(.txt, .md, .html)이 없습니다. 기사가 든 폴더를 지정해 주세요"
        )
    return files, skipped


def read_each(
    files: Sequence[Path], skipped: list[Skipped], on_file: Callable[[int, int, Path], None] | None = None
) -> Iterator[Article]:
    """The articles in files, read one by one as they are taken.

    Those that cannot be read join ``skipped``. ``on_file(number, count, path)`` is called before each file, numbers
    from 1. Raises ArticleError at the end when none could be read.
    """
    readable = 0
    for number, path in enumerate(files, 1):
        if on_file is not None:
            on_file(number, len(files), path)
        try:
            article = _read(path)
        except ArticleError as error:
            skipped.append(Skipped(str(path), str(error)))
            continue
        readable += 1
        yield article
    if not readable:
        reasons = "; ".join(f"{item.path}: {item.reason}" for item in skipped[:3])
        more = f" 외 {len(skipped) - 3}개" if len(skipped) > 3 else ""
        raise ArticleError(f"읽을 수 있는 기사가 없습니다 ({reasons}{more})")


def read_articles(
    paths: Iterable[str | Path], on_file: Callable[[int, int, Path], None] | None = None
) -> Reading:
    """Read every article file in ``paths`` (see ``find_files``).

    A file that cannot be read, or that repeats another's content, is skipped and reported.
    ``on_file(number, count, path)`` is called before each file, numbers from 1.

    Raises ArticleError when a path does not exist, holds no article files, or none could be read.
    """
    files, skipped = article_files(paths)
    articles: dict[str, Article] = {}
    for article in read_each(files, skipped, on_file):
        first = articles.setdefault(article.id, article)
        if first is not article:
            skipped.append(repeated(article, first.source))
    return Reading(list(articles.values()), skipped)


def repeated(article: Article, first: str) -> Skipped:
    """The report of an article whose content another source has already given."""
    return Skipped(article.source, f"같은 내용의 기사를 이미 읽었습니다: {first}")


def read_article(path: str | Path) -> Article:
    """Read one file.

    Raises ArticleError, with the path in its message, when the file is missing, unreadable, too large,
    binary, in an unknown encoding, or without text.
    """
    try:
        return _read(Path(path))
    except ArticleError as error:
        raise ArticleError(f"{path}: {error}") from None


def read_file(path: str | Path, source: str | None = None) -> Reading:
    """The articles of one file, and what of it had to be skipped.

    Args:
        path: where it lies; its suffix says what it is.
        source: what its articles have as their source (``source_of`` the path without it), as for an upload, which is
            kept under another name than its own.

    Raises ArticleError, whose message names no path, when no article can be read from it.
    """
    return Reading([_read(Path(path), source)], [])


def _read(path: Path, source: str | None = None) -> Article:
    """Read one file; the messages of its ArticleErrors name no path."""
    html = path.suffix.lower() in HTML_SUFFIXES
    text = decoding.decode(_read_bytes(path), html=html)
    source = source or source_of(path)
    if html:
        from index import html_text  # here, not above: reading plain text need not load an HTML parser

        page = html_text.read_page(text)
        return _article(page.text, source, page.metadata, known=page.known)
    found, body, first_line = metadata.split_front_matter(decoding.normalise(text))
    if path.suffix.lower() in MARKDOWN_SUFFIXES:
        body = plain_markdown(body)
    return _article(body, source, found, first_line=first_line)


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


def _read_bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise ArticleError("그런 파일이 없습니다. 경로를 확인해 주세요")
        if not path.is_file():  # a folder, or a pipe that would never end
            raise ArticleError("파일이 아닙니다. 기사 파일을 지정해 주세요")
        size = path.stat().st_size
        if size > decoding.MAX_BYTES:
            raise ArticleError(decoding.too_large(size))
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"파일을 열 수 없습니다({error.strerror}): 읽기 권한을 확인해 주세요") from None


# -- Articles ------------------------------------------------------------------------------------------
def article_from_text(
    text: str,
    *,
    source: str,
    title: str | None = None,
    publisher: str | None = None,
    published: str | None = None,
    reporter: str | None = None,
    url: str | None = None,
    topics: Iterable[str] = (),
    known: Mapping[str, BlockKind] | None = None,
) -> Article:
    """An article from text that comes from elsewhere than a file: an API, an evaluation set, a paste.

    What is given of title, publisher and so on wins over what the text shows. ``source`` says where the
    text came from; without a title anywhere, its last part serves as one. ``published`` may be written as in front
    matter (``2025.10.28``); what is no day counts as not given. ``known`` gives the kind of whole lines.

    Raises ArticleError when the text has no visible character.
    """
    day = metadata.parse_date(published) if published else None
    given = Metadata(title, publisher, day, reporter, url, tuple(topics))
    return _article(decoding.normalise(text), source, given, known=known)


def _article(
    text: str,
    source: str,
    given: Metadata,
    *,
    first_line: int = 1,
    known: Mapping[str, BlockKind] | None = None,
) -> Article:
    """Put an article together from normalised text that begins on ``first_line`` of its source."""
    body = text.rstrip()
    if not body:
        raise ArticleError("글이 없습니다: 빈 줄과 공백뿐입니다" if text else "비어 있는 파일입니다")
    blank = body.rfind("\n", 0, len(body) - len(body.lstrip())) + 1  # blank lines at the top, in characters
    first_line, body = first_line + body.count("\n", 0, blank), body[blank:]
    given = _one_line(given)
    blocks = boilerplate.find_blocks(body, title=given.title, known=known)
    found = given.or_else(metadata.from_shape(body, blocks))
    title = found.title or decoding.normalise(Path(source).stem).strip() or body.split("\n")[0].strip()[:60]
    content = "\0".join((title, found.publisher or "", found.published or "", body))
    return Article(
        id=hashlib.sha256(content.encode()).hexdigest()[:12],
        source=source,
        title=title,
        text=body,
        blocks=blocks,
        publisher=found.publisher,
        published=found.published,
        reporter=found.reporter,
        url=_web_address(found.url),
        topics=found.topics,
        first_line=first_line,
    )


def _web_address(url: str | None) -> str | None:
    """The address where it leads to the web; a page may claim any (``javascript:``, a path of its own)."""
    try:
        parts = urlsplit(url or "")
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _one_line(given: Metadata) -> Metadata:
    def clean(value: str | None) -> str | None:
        return " ".join(decoding.normalise(value).split()) or None if value else None

    return Metadata(
        title=clean(given.title),
        publisher=clean(given.publisher),
        published=clean(given.published),
        reporter=clean(given.reporter),
        url=clean(given.url),
        topics=tuple(topic for topic in map(clean, given.topics) if topic),
    )
