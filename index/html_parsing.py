"""Parses HTML of unknown origin: what would take much more time or memory than its size warrants is found out first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree, html

from index.errors import ArticleError

MAX_NODES = 1_000_000
"""Elements, attributes and comments: parsed, each takes some hundred bytes. Pages of news have some thousand elements."""
MAX_ATTRIBUTES = 1_000
"""Of one element: libxml2 walks along all before it for each, so 100,000 take a minute."""

NO_TEXT = "HTML에서 글을 찾지 못했습니다: 본문을 텍스트(.txt)로 저장해 넣어 주세요"
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML may have, and no element is given."""
_TOO_MUCH = "요소나 속성이 지나치게 많은 HTML입니다: 본문을 텍스트(.txt)로 저장해 넣어 주세요"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's root element, how deep its elements are nested, and whether there may be characters that are ``ODD``."""

    root: html.HtmlElement
    depth: int
    odd: bool


def parse_page(source: str) -> Page:
    """Parse a page or a fragment of HTML.

    Raises ArticleError where there is nothing in it, or more elements and attributes than any honest page has.
    """
    # Bytes: lxml refuses a str that declares an encoding, as XHTML pages do.
    data = source.encode("utf-8", "replace")
    counted: Any = _Counter()  # whose methods lxml calls, as far as it has them
    try:
        etree.fromstring(data, etree.HTMLParser(target=counted, encoding="utf-8", huge_tree=True))
        root = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.LxmlError, ValueError):
        raise ArticleError(NO_TEXT) from None
    return Page(root, counted.depth, "&#" in source or ODD.search(source) is not None)


class _Counter:
    """What the parser calls while it goes through a page; no tree is made, and the time is linear."""

    def __init__(self) -> None:
        self.depth = 0
        self._nodes = self._open = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open += 1
        self.depth = max(self.depth, self._open)
        self._count(1 + len(attributes))
        if len(attributes) > MAX_ATTRIBUTES:
            raise ArticleError(_TOO_MUCH)

    def end(self, tag: str) -> None:
        self._open -= 1

    def comment(self, text: str) -> None:
        self._count(1)

    def pi(self, target: str, data: str | None = None) -> None:
        self._count(1)

    def close(self) -> None:
        """The parser wants one."""

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise ArticleError(_TOO_MUCH)
