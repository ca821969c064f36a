"""What visitors bring, as articles: uploaded files and pasted text, under harmless names and within limits."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path, PurePosixPath

from index.articles import Article, Skipped
from index.decoding import normalise
from index.errors import ArticleError
from index.metadata import split_front_matter
from index.reading import article_from_text, read_file
from rag.background import Progress, Tell

MOST_ARTICLES = 2_000
MOST_BYTES = 20 * 1024 * 1024
"""Of text (UTF-8) in a collection, and taken in one go: two cores index 20 MB in about half an hour, and all others wait."""
MOST_FILES = 500
"""Uploaded in one go; an archive is one file."""
FULL = (
    f"더 담을 수 없습니다: 모두 합쳐 기사 {MOST_ARTICLES:,}건, 글 {MOST_BYTES // 1024 // 1024}MB까지입니다. "
    "필요 없는 기사를 빼고 다시 올려 주세요"
)
UNREADABLE = "읽다가 문제가 생겼습니다: 본문을 텍스트(.txt)로 저장해 올려 주세요"

PASTED = "붙여넣은 글"
NAMELESS = "이름 없는 파일"
LONGEST_NAME = 200
"""Characters of a file's name, of which the end is kept, and of a title given."""
PAGE = re.compile(
    r"[\s\ufeff]*<(?:!--|!doctype\s+html|\?xml|html|head|body|meta|title|link|script|style|article|main|section|header"
    r"|div|p|h[1-6]|span|table|ul|ol)\b",
    re.I,
)
"""How the source of a web page, or of a part of one, begins."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a visitor brings."""

    path: Path
    """Where it lies; its suffix says what it is."""
    name: str
    """What its visitor calls it, with folders where a folder was brought."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Articles on their way into a collection."""

    articles: list[Article] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    """Names of those whose content is there already."""
    skipped: list[Skipped] = field(default_factory=list)


class Room:
    """How much more a collection takes."""

    def __init__(self, articles: int = 0, text_bytes: int = 0) -> None:
        """Takes what it holds."""
        self._articles = MOST_ARTICLES - articles
        self._bytes = MOST_BYTES - text_bytes

    def take(self, article: Article) -> bool:
        """Gives an article its place; False where there is none."""
        size = len(article.text.encode())
        if self._articles < 1 or self._bytes < size:
            return False
        self._articles -= 1
        self._bytes -= size
        return True


def read_uploads(uploads: Sequence[Upload], tell: Tell) -> Incoming:
    """The articles of files, in order; what cannot be read, or is too much for one go, is skipped.

    Raises:
        ArticleError: there are too many files.
    """
    if len(uploads) > MOST_FILES:
        raise ArticleError(
            f"파일은 한 번에 {MOST_FILES}개까지 올릴 수 있습니다 ({len(uploads):,}개). "
            "나누어 올리거나 zip으로 묶어 주세요."
        )
    found, room = Incoming(), Room()
    for number, upload in enumerate(uploads, 1):
        name = harmless(upload.name)
        tell(Progress("read", number, len(uploads), name))
        try:
            reading = read_file(upload.path, name)
        except ArticleError as error:
            found.skipped.append(Skipped(name, str(error)))
            continue
        except Exception:  # one odd file must not cost a visitor all others
            log.exception("an upload could not be read")
            found.skipped.append(Skipped(name, UNREADABLE))
            continue
        found.skipped.extend(replace(item, path=harmless(item.path)) for item in reading.skipped)
        for article in reading.articles:
            named = replace(article, source=harmless(article.source))  # an archive names what it holds
            if room.take(named):
                found.articles.append(named)
            else:
                found.skipped.append(Skipped(named.source, FULL))
    return found


def read_pasted(text: str, title: str | None) -> Incoming:
    """The article of pasted text, or of a web page's pasted source; a title given wins over its own.

    Raises:
        ArticleError: there is no text, or too much of it.
    """
    if len(text) > MOST_BYTES:
        raise ArticleError(f"붙여넣은 글이 너무 깁니다: {MOST_BYTES // 1024 // 1024}MB까지 담을 수 있습니다.")
    if PAGE.match(text):
        from index.html_text import read_page  # here, not above: it loads an HTML parser

        page = read_page(text)
        told, body, known = page.metadata, page.text, page.known
    else:
        told, body, _ = split_front_matter(normalise(text))
        known = {}
    if not body.strip():
        raise ArticleError("붙여넣은 글이 없습니다. 기사의 글을 붙여넣어 주세요.")
    article = article_from_text(  # its first line is a title where nothing else is, as it comes from nowhere
        body, source="", title=(title or "").strip()[:LONGEST_NAME] or told.title, publisher=told.publisher,
        published=told.published, reporter=told.reporter, url=told.url, topics=told.topics, known=known,
    )  # fmt: skip
    return Incoming([replace(article, source=PASTED)])


def settled(found: Incoming, ids: Collection[str], sources: Collection[str], room: Room) -> Incoming:
    """Those of the articles that are new, each with a source of its own.

    Args:
        found: as they were read.
        ids: of the articles that are there already.
        sources: those that are taken already.
        room: for the new ones; what finds none is skipped.
    """
    seen, taken = set(ids), set(sources)
    new = Incoming(skipped=list(found.skipped))
    for article in found.articles:
        if article.id in seen:
            new.known.append(article.source)
        elif not room.take(article):
            new.skipped.append(Skipped(article.source, FULL))
        else:
            source = free_name(article.source, taken)
            seen.add(article.id)
            taken.add(source)
            new.articles.append(replace(article, source=source))
    return new


def harmless(name: str) -> str:
    """A name as a relative path, composed, of visible characters; it leads nowhere else, and may be stored and shown."""
    visible = "".join(letter for letter in normalise(name) if letter.isprintable())
    parts = (part.strip() for part in visible[-LONGEST_NAME:].replace("\\", "/").split("/"))
    kept = (part for part in parts if part.strip(".") and not re.fullmatch("[A-Za-z]:", part))
    return "/".join(kept) or NAMELESS


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or with a number the first that is not taken: ``기사 (2).md``; pasted texts are numbered from 1."""
    if name == PASTED:
        return next(own for own in (f"{PASTED} {n}" for n in count(1)) if own not in taken)
    if name not in taken:
        return name
    path = PurePosixPath(name)
    numbered = (str(path.with_name(f"{path.stem} ({n}){path.suffix}")) for n in count(2))
    return next(own for own in numbered if own not in taken)
