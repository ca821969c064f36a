"""A Hangul document (.hwpx, OWPML) to the article's text, its paragraphs and tables in the document's order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from index.documents import Document, Tagged, document_of
from index.errors import ArticleError
from index.formats import HANGUL_PART
from index.metadata import Metadata
from index.properties import claimed_metadata
from index.xml_reading import MAX_XML, attribute, child, descendants, local, parse_xml
from index.zip_reading import Zip

_SKIPPED = frozenset("header footer hiddenComment secPr linesegarray parameters caption".split())  # noqa: SIM905
"""Heads and feet of pages, notes to oneself, settings, and what stands below pictures."""
_BLANKS = {"tab": " ", "nbSpace": " ", "fwSpace": " ", "lineBreak": "\n", "hyphen": "-"}


def read_hwpx(package: Zip) -> Document:
    """Read a Hangul document, opened as the zip that it is.

    Tracked deletions are left out; text boxes and footnotes come after the paragraph that they are tied to.

    Raises ArticleError where it is damaged, encrypted or has no text.
    """
    parts = package.by_name
    numbered = sorted((int(match[1]), name) for name in parts if (match := HANGUL_PART.fullmatch(name)))
    if not numbered:
        raise ArticleError("한글 문서가 아니거나 고장 났습니다: 다시 저장해 넣어 주세요")

    def part(name: str) -> etree._Element | None:
        return parse_xml(package.read(parts[name], MAX_XML)) if name in parts else None

    manifest = part("META-INF/manifest.xml")
    if manifest is not None and next(descendants(manifest, "encryption-data"), None) is not None:
        raise ArticleError("암호가 걸린 한글 문서입니다: 암호를 풀어 저장한 뒤 넣어 주세요")
    outlined = _outline_styles(part("Contents/header.xml"))

    def lines() -> Iterator[Tagged]:
        for _, name in numbered:  # each is parsed when the one before is done with
            section = part(name)
            assert section is not None
            yield from _lines(section, outlined)

    return document_of(lines(), Metadata(), _claimed(part("Contents/content.hpf")))


def _outline_styles(header: etree._Element | None) -> frozenset[str]:
    """The ids of styles that headings have."""
    styles = descendants(header, "style") if header is not None else ()
    heading = re.compile(r"개요\s?\d*|제목.*|outline.*|heading.*|title", re.I)
    return frozenset(
        attribute(style, "id") or "" for style in styles if heading.fullmatch(attribute(style, "name") or "")
    )


def _claimed(content: etree._Element | None) -> Metadata:
    if content is None:
        return Metadata()
    metadata = child(content, "metadata")
    texts: dict[str, str] = {}
    for element in metadata if metadata is not None else ():
        texts[attribute(element, "name") or local(element)] = "".join(element.itertext())
    return claimed_metadata(texts.get("title"), texts.get("creator"), texts.get("CreatedDate"))


def _lines(element: etree._Element, outlined: frozenset[str]) -> Iterator[Tagged]:
    for inner in element:
        if local(inner) == "p":
            yield from _paragraph(inner, outlined)
        elif local(inner) not in _SKIPPED:
            yield from _lines(inner, outlined)


def _paragraph(paragraph: etree._Element, outlined: frozenset[str]) -> Iterator[Tagged]:
    others: list[etree._Element] = []  # tables, text boxes, notes
    text = "".join(_text(paragraph, others)).strip()
    if text:
        yield text, "heading" if attribute(paragraph, "styleIDRef") in outlined else ""
    for other in others:
        if local(other) == "tbl":
            yield from _table(other, outlined)
        else:
            yield from _lines(other, outlined)


def _table(table: etree._Element, outlined: frozenset[str]) -> Iterator[Tagged]:
    rows = [[cell for cell in row if local(cell) == "tc"] for row in table if local(row) == "tr"]
    if all(len(row) == 1 for row in rows):  # a frame around text
        for row in rows:
            yield from _lines(row[0], outlined)
        return
    for row in rows:
        cells = (" ".join(" ".join(text.split()) for text, _ in _lines(cell, outlined)) for cell in row)
        yield " | ".join(cell for cell in cells if cell), "row"


def _text(element: etree._Element, others: list[etree._Element]) -> Iterator[str]:
    """The text of a paragraph, piece by piece; what has paragraphs of its own joins ``others``."""
    for inner in element:
        name = local(inner)
        if name == "t":
            yield from _run(inner)
        elif name in ("tbl", "subList"):
            others.append(inner)
        elif name not in _SKIPPED:
            yield from _text(inner, others)


def _run(run: etree._Element) -> Iterator[str]:
    """The text of a run, without what stands between the marks of a tracked deletion."""
    deleted = False
    yield run.text or ""
    for mark in run:
        name = local(mark)
        deleted = (deleted or name == "deleteBegin") and name != "deleteEnd"
        if not deleted:
            yield _BLANKS.get(name, "") + (mark.tail or "")
