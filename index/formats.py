"""Which format a file is of: by its first bytes where they tell, else by its suffix."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from index import decoding
from index.errors import ArticleError

Format = Literal["text", "markdown", "html", "mhtml", "pdf", "zip"]
"""``zip`` also stands for the documents that are zips, until one looks inside (``format_in``)."""

_OF_SUFFIX: dict[str, Format] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".pdf": "pdf",
    ".docx": "zip",
    ".hwpx": "zip",
    ".zip": "zip",
}
SUFFIXES = tuple(_OF_SUFFIX)
"""Files in a folder or a zip with other suffixes are left alone; a file named outright is tried whatever its name."""
SHOWN_SUFFIXES = ".txt .md .html .mhtml .pdf .docx .hwpx .zip"
"""As the user is told of them."""
MAX_LARGE = 100 * 1024 * 1024
"""Bytes of a file that holds pictures, too, or several articles; plain text is up to ``decoding.MAX_BYTES``."""
HEAD = 1024
"""Bytes that tell the format."""

WORD_PART = re.compile(r"word/document\d*\.xml")
HANGUL_PART = re.compile(r"Contents/section(\d{1,4})\.xml")
_OTHER_PARTS = (
    ("xl/workbook.xml", "엑셀(.xlsx) 문서"),
    ("ppt/presentation.xml", "파워포인트(.pptx) 문서"),
    ("META-INF/container.xml", "전자책(.epub)"),
    ("content.xml", "오픈도큐먼트(.odt, .ods) 문서"),
)


def format_of(head: bytes, suffix: str) -> Format:
    """The format of a file that begins with ``head`` and whose name ends with ``suffix``, dot included.

    Raises ArticleError where neither tells, because the one belies the other.
    """
    named = _OF_SUFFIX.get(suffix.lower(), "text")
    if head.startswith(b"%PDF-") or (named == "pdf" and b"%PDF-" in head):  # some have a line before it
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"From: <Saved by "):
        return "mhtml"
    if head and named in ("pdf", "zip"):
        decoding.refuse_binary(head)
        raise ArticleError(f"이름은 {suffix}이지만 그 형식이 아닙니다: 파일을 확인해 주세요")
    return named


def limit_of(format_: Format) -> int:
    """How many bytes a file of a format may have."""
    return MAX_LARGE if format_ in ("mhtml", "pdf", "zip") else decoding.MAX_BYTES


def format_in(names: Collection[str]) -> Literal["docx", "hwpx"] | None:
    """Which document a zip with files of these names is; None for one that just keeps files together.

    Raises ArticleError for a document that cannot be read.
    """
    if any(WORD_PART.fullmatch(name) for name in names):
        return "docx"
    if any(HANGUL_PART.fullmatch(name) for name in names):
        return "hwpx"
    for part, name in _OTHER_PARTS:
        if part in names:
            raise ArticleError(f"{name}입니다: PDF나 텍스트(.txt)로 저장해 넣어 주세요")
    return None
