"""Files to articles: reads each in its format, and reports those it had to skip."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index import boilerplate, decoding, formats, metadata
from index.archives import article_members, split_source
from index.articles import Article, BlockKind, Skipped
from index.documents import Document
from index.errors import ArticleError
from index.finding import article_files, source_of
from index.markdown import plain_markdown
from index.metadata import Metadata
from index.metadata_values import tidied, web_address
from index.zip_reading import Allowance, Zip

MAX_LOST = 300.0
"""Seconds that may be lost on members of a zip; then the rest of it is left."""
WORTH = 5_000
"""Characters of text that a second of reading is worth, the first of each member aside: what takes longer is lost time."""
MAX_LINES = 500_000
"""Of an article: each takes some hundred bytes while it is judged what it is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading some files and folders gave."""

    articles: list[Article]
    skipped: list[Skipped]


# -- Files ---------------------------------------------------------------------------------------------
def read_each(
    files: Sequence[Path], skipped: list[Skipped], on_file: Callable[[int, int, Path], None] | None = None
) -> Iterator[Article]:
    """The articles in files, read one by one as they are taken.

    Those that cannot be read join ``skipped``. ``on_file(number, count, path)`` is called before each file, numbers
    from 1. Raises ArticleError at the end when none could be read.
    """
    readable = False
    for number, path in enumerate(files, 1):
        if on_file is not None:
            on_file(number, len(files), path)
        try:
            for article in _read(path, source_of(path), skipped):
                readable = True
                yield article
        except ArticleError as error:
            skipped.append(Skipped(str(path), str(error)))
    if not readable:
        raise ArticleError(f"읽을 수 있는 기사가 없습니다 ({_reasons(skipped)})")


def _reasons(skipped: Sequence[Skipped]) -> str:
    """The first reasons, on one line."""
    reasons = "; ".join(f"{item.path}: {item.reason}" for item in skipped[:3])
    return reasons + (f" 외 {len(skipped) - 3}개" if len(skipped) > 3 else "")


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
    """Read the article of one file, or of one in a zip (``묶음.zip/기사.md``).

    Raises ArticleError, with the path in its message, when the file is missing, unreadable, too large,
    in no format that can be read, without text, or a zip of several articles.
    """
    path = Path(path)
    try:
        place = None if path.exists() else split_source(path)
        articles = _read_member(*place) if place else list(_read(path, source_of(path), []))
        if len(articles) != 1:
            raise ArticleError("기사가 여럿 든 압축 파일입니다: 그 안의 기사를 지정해 주세요")
        return articles[0]
    except ArticleError as error:
        raise ArticleError(f"{path}: {error}") from None


def read_file(path: str | Path, source: str | None = None) -> Reading:
    """The articles of one file, and what of it had to be skipped.

    Args:
        path: where it lies; its first bytes or its suffix say what it is.
        source: what its articles have as their source (``source_of`` the path without it), as for an upload, which is
            kept under another name than its own. Those of a zip have their name in it behind that.

    Raises ArticleError, whose message names no path, when no article can be read from it.
    """
    path, skipped = Path(path), list[Skipped]()
    articles = list(_read(path, source or source_of(path), skipped))
    return Reading(articles, skipped)


def _read(path: Path, source: str, skipped: list[Skipped]) -> Iterator[Article]:
    """The articles of a file; the messages of its ArticleErrors name no path."""
    yield from _articles(_read_bytes(path), path.suffix, source, skipped)


def _read_bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise ArticleError("그런 파일이 없습니다. 경로를 확인해 주세요")
        if not path.is_file():  # a folder, or a pipe that would never end
            raise ArticleError("파일이 아닙니다. 기사 파일을 지정해 주세요")
        with path.open("rb") as file:
            head = file.read(formats.HEAD)
            limit = formats.limit_of(formats.format_of(head, path.suffix))
            size = path.stat().st_size
            if size > limit:
                raise ArticleError(decoding.too_large(size, limit))
            data = head + file.read(
                limit + 1 - len(head)
            )  # no more, should it be larger than it says, or grow
        if len(data) > limit:
            raise ArticleError(decoding.too_large(len(data), limit))
        return data
    except OSError as error:
        raise ArticleError(f"파일을 열 수 없습니다({error.strerror}): 읽기 권한을 확인해 주세요") from None


def _articles(
    data: bytes, suffix: str, source: str, skipped: list[Skipped], outer: Allowance | None = None
) -> Iterator[Article]:
    """The articles in a file's bytes; ``outer`` is that of the zip it lies in."""
    if not data:
        raise ArticleError("비어 있는 파일입니다")
    format_ = formats.format_of(data[: formats.HEAD], suffix)
    if format_ == "zip":
        package = Zip(data, outer)
        document = formats.format_in(package.by_name)
        if document is not None:
            yield _article(_read_package(package, document), source)
        elif outer is not None:
            raise ArticleError("압축 파일 안의 압축 파일은 읽지 않습니다: 풀어서 넣어 주세요")
        else:
            yield from _archived(package, source, skipped)
    else:
        yield _article(_read_document(data, format_), source)


def _read_document(data: bytes, format_: formats.Format) -> Document:
    # Imported here, not above: reading plain text need not load what reads other formats.
    if format_ == "pdf":
        from index.pdf_text import read_pdf

        return read_pdf(data)
    if format_ == "mhtml":
        from index.mhtml_text import read_mhtml

        return read_mhtml(data)
    text = decoding.decode(data, html=format_ == "html")
    if format_ == "html":
        from index.html_text import read_page

        return read_page(text)
    text = decoding.normalise(text)
    _refuse_lines(text)  # before Markdown's are looked at one by one
    found, body, first_line = metadata.split_front_matter(text)
    return Document(plain_markdown(body) if format_ == "markdown" else body, found, first_line=first_line)


def _refuse_lines(text: str) -> None:
    if text.count("\n") > MAX_LINES:
        raise ArticleError(f"줄이 너무 많은 글입니다: {MAX_LINES:,}줄 이하로 나누어 넣어 주세요")


def _read_package(package: Zip, format_: str) -> Document:
    if format_ == "docx":
        from index.docx_text import read_docx

        return read_docx(package)
    from index.hwpx_text import read_hwpx

    return read_hwpx(package)


# -- Zips ----------------------------------------------------------------------------------------------
def _archived(package: Zip, source: str, skipped: list[Skipped]) -> Iterator[Article]:
    """The articles in a zip. Members that cannot be read join ``skipped``."""
    before, readable, lost = len(skipped), False, 0.0
    for member, reason in article_members(package):
        name, started = f"{source}/{member.name}", time.monotonic()
        try:
            if reason is not None:
                raise ArticleError(reason)
            data = package.read(member, formats.MAX_LARGE)
            suffix = PurePosixPath(member.name).suffix
            found = list(_articles(data, suffix, name, skipped, package.allowance))
            worth = 1 + sum(len(article.text) for article in found) / WORTH
        except ArticleError as error:
            skipped.append(Skipped(name, str(error)))
            found, worth = [], 0.0
        lost += max(0.0, time.monotonic() - started - worth)
        readable = readable or bool(found)
        yield from found
        if package.allowance.is_spent or lost > MAX_LOST:
            skipped.append(Skipped(source, "남은 파일은 읽지 않았습니다: 풀어서 나누어 넣어 주세요"))
            break
    if not readable:
        raise ArticleError(f"압축 파일에 읽을 수 있는 기사가 없습니다 ({_reasons(skipped[before:])})")


def _read_member(archive: Path, name: str) -> list[Article]:
    """The article of one file in a zip."""
    package = Zip(_read_bytes(archive))
    member = package.by_name.get(name)
    if member is None:
        raise ArticleError("압축 파일 안에 그런 파일이 없습니다. 경로를 확인해 주세요")
    data = package.read(member, formats.MAX_LARGE)
    source = f"{source_of(archive)}/{name}"
    return list(_articles(data, PurePosixPath(name).suffix, source, [], package.allowance))


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
    return _article(Document(decoding.normalise(text), given, known=dict(known or {})), source)


def _article(document: Document, source: str) -> Article:
    """Put an article together from a document, whose text is normalised."""
    body, first_line = document.text.rstrip(), document.first_line
    if not body:
        raise ArticleError("글이 없습니다: 빈 줄과 공백뿐입니다" if document.text else "비어 있는 파일입니다")
    blank = body.rfind("\n", 0, len(body) - len(body.lstrip())) + 1  # blank lines at the top, in characters
    first_line, body = first_line + body.count("\n", 0, blank), body[blank:]
    _refuse_lines(body)
    given, claimed = tidied(document.metadata), tidied(document.claimed)
    title = given.title or (claimed.title if f"\n{claimed.title}\n" in f"\n{body[:4000]}\n" else None)
    blocks = boilerplate.find_blocks(body, title=title, known=document.known)
    found = tidied(given.or_else(metadata.from_shape(body, blocks)).or_else(claimed))
    named = tidied(Metadata(title=Path(source).stem)).title
    title = found.title or named or body.split("\n")[0].strip()[:60].strip()
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
        url=web_address(found.url),
        topics=found.topics,
        first_line=first_line,
    )
