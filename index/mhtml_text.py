"""A page saved as one file (.mhtml, .mht) to the article's text: the page in it is read as HTML, the rest is left."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice, pairwise

from index.decoding import decode
from index.documents import Document
from index.errors import ArticleError
from index.html_text import read_page
from index.metadata import Metadata

_BROKEN = "저장된 웹페이지(.mhtml)가 아니거나 고장 났습니다: 다시 저장해 넣어 주세요"
_MAX_PARTS = 10_000
_MAX_HEAD = 64 * 1024
"""Bytes of a part's header that are looked at."""


def read_mhtml(data: bytes) -> Document:
    """Read a saved page.

    Raises ArticleError where there is no page in the file, or the page has no text.
    """
    head, body = _parted(data)
    page = _page(head, body)
    if page is None:
        raise ArticleError(_BROKEN)
    found = read_page(decode(page, html=True))
    address = str(head.get("Snapshot-Content-Location") or head.get("Content-Location") or "").strip()
    metadata = found.metadata.or_else(Metadata(title=_words(head.get("Subject")), url=address or None))
    return Document(found.text, metadata, found.claimed, found.known)


def _parted(part: bytes) -> tuple[Message, bytes]:
    """Header and content of a message or of a part of one."""
    end = re.compile(rb"\r?\n\r?\n").search(part, 0, _MAX_HEAD)
    if end is None:
        return Message(), b""
    return BytesHeaderParser().parsebytes(part[: end.start()].lstrip() + b"\n\n"), part[end.end() :]


def _page(head: Message, body: bytes, nested: bool = False) -> bytes | None:
    """The first part that is HTML: where a page has frames, the page comes before them."""
    if head.get_content_type() in ("text/html", "application/xhtml+xml"):
        return _content(head, body)
    boundary = head.get_boundary()
    if head.get_content_maintype() != "multipart" or not boundary:
        return None
    mark = re.compile(rb"^--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(?:--)?[ \t]*\r?$", re.M)
    marks = [match.span() for match in islice(mark.finditer(body), _MAX_PARTS)]
    for (_, start), (end, _) in pairwise([*marks, (len(body), len(body))]):
        inner_head, inner_body = _parted(body[start:end])
        inner = inner_head.get_content_maintype() == "multipart"
        found = None if inner and nested else _page(inner_head, inner_body, nested=True)
        if found is not None:
            return found
    return None


def _content(head: Message, body: bytes) -> bytes:
    coded = Message()
    coded["Content-Transfer-Encoding"] = str(head.get("Content-Transfer-Encoding", ""))
    coded.set_payload(body.decode("ascii", "surrogateescape"))
    content = coded.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _words(value: object) -> str | None:
    """A header's words, which are encoded where they are not English."""
    try:
        return str(make_header(decode_header(str(value)))) if value else None
    except (MessageError, LookupError, ValueError):
        return None
