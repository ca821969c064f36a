"""A Word document (.docx) to the article's text, its paragraphs, lists and tables in the document's order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from index.documents import Document, Tagged, document_of
from index.errors import ArticleError
from index.formats import WORD_PART
from index.metadata import Metadata
from index.properties import claimed_metadata
from index.xml_reading import MAX_XML, attribute, child, descendants, local, parse_xml
from index.zip_reading import Zip

_SKIPPED = frozenset(
    [
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "Fallback",
        "rt",
        "pPr",
        "rPr",
        "sectPr",
        "tblPr",
        "trPr",
        "tcPr",
        "sdtPr",
    ]
)
"""What is no text of the document, or (``Fallback``) the same text once more for older programs."""


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    outlined: bool
    """Does it stand in the document's outline, as headings do?"""
    listed: bool


def read_docx(package: Zip) -> Document:
    """Read a Word document, opened as the zip that it is.

    Tracked deletions, comments, heads and feet of pages, tables of contents and hidden text are left out; text boxes
    come after the paragraph that they are tied to, footnotes at the end.

    Raises ArticleError where it is damaged or has no text.
    """
    parts = package.by_name
    main = next((name for name in parts if WORD_PART.fullmatch(name)), None)
    if main is None:
        raise ArticleError("워드 문서가 아니거나 고장 났습니다: 다시 저장해 넣어 주세요")

    def part(name: str) -> etree._Element | None:
        return parse_xml(package.read(parts[name], MAX_XML)) if name in parts else None

    reader = _Reader(_styles(part("word/styles.xml")))
    root = part(main)
    assert root is not None
    lines = list(reader.lines(root))
    notes = part("word/footnotes.xml")
    for note in descendants(notes, "footnote") if notes is not None else ():
        if attribute(note, "type") in (None, "normal"):  # others are the rules above them
            lines += reader.lines(note)
    return document_of(lines, Metadata(title=reader.title), _claimed(part("docProps/core.xml")))


def _styles(root: etree._Element | None) -> dict[str, _Style]:
    """The paragraph styles by their ids, with what they take from those that they are based on."""
    if root is None:
        return {}
    found = {attribute(style, "styleId") or "": style for style in descendants(root, "style")}
    styles = {}
    for style_id in found:
        chain: list[etree._Element] = []
        above: str | None = style_id
        while above in found and len(chain) < 20:  # styles may be based on each other in a ring
            chain.append(found[above])
            above = attribute(child(found[above], "basedOn"), "val")
        names = [(attribute(child(style, "name"), "val") or "").lower() for style in chain]
        heading = any(re.fullmatch(r"heading \d|title|subtitle", name) for name in names)
        outlined = heading or any(_is_outlined(child(style, "pPr")) for style in chain)
        listed = any(child(style, "pPr", "numPr") is not None for style in chain)
        styles[style_id] = _Style(names[0], outlined, listed)
    return styles


def _is_outlined(properties: etree._Element | None) -> bool:
    level = attribute(child(properties, "outlineLvl"), "val") if properties is not None else None
    return level is not None and level.isdigit() and int(level) < 9  # 9 is body text


def _claimed(core: etree._Element | None) -> Metadata:
    if core is None:
        return Metadata()
    texts = {local(element): "".join(element.itertext()) for element in core}
    return claimed_metadata(texts.get("title"), texts.get("creator"), texts.get("created"))


class _Reader:
    """Walks a part of the document; remembers its title."""

    def __init__(self, styles: dict[str, _Style]) -> None:
        self._styles = styles
        self.title: str | None = None

    def lines(self, element: etree._Element) -> Iterator[Tagged]:
        """The paragraphs, items and rows below an element."""
        for inner in element:
            name = local(inner)
            if name == "p":
                yield from self._paragraph(inner)
            elif name == "tbl":
                yield from self._table(inner)
            elif name not in _SKIPPED:
                yield from self.lines(inner)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Tagged]:
        properties = child(paragraph, "pPr")
        style = self._styles.get(
            attribute(child(paragraph, "pPr", "pStyle"), "val") or "", _Style("", False, False)
        )
        boxes: list[etree._Element] = []
        text = "".join(_text(paragraph, boxes)).strip()
        if not style.name.startswith("toc ") and text:
            if style.name == "title":
                self.title = self.title or text
            outlined = style.outlined or _is_outlined(properties)
            listed = style.listed or child(paragraph, "pPr", "numPr") is not None
            yield text, "heading" if outlined else "item" if listed else ""
        for box in boxes:
            yield from self.lines(box)

    def _table(self, table: etree._Element) -> Iterator[Tagged]:
        rows = [list(_inside(row, "tc")) for row in _inside(table, "tr")]
        if all(len(row) == 1 for row in rows):  # a frame around text
            for row in rows:
                yield from self.lines(row[0])
            return
        for row in rows:
            cells = (" ".join(" ".join(text.split()) for text, _ in self.lines(cell)) for cell in row)
            yield " | ".join(cell for cell in cells if cell), "row"


def _inside(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children with a name, also those in a control or a tracked insertion around them."""
    for inner in element:
        if local(inner) == name:
            yield inner
        elif local(inner) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _inside(inner, name)


def _text(element: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
    """The text of a paragraph, piece by piece; text boxes in it join ``boxes``."""
    for inner in element:
        name = local(inner)
        if name == "t":
            yield inner.text or ""
        elif name in ("tab", "ptab"):
            yield " "
        elif name in ("br", "cr"):
            yield "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name == "txbxContent":
            boxes.append(inner)
        elif name not in _SKIPPED and not (name == "r" and _is_hidden(inner)):
            yield from _text(inner, boxes)


def _is_hidden(run: etree._Element) -> bool:
    mark = child(run, "rPr", "vanish")
    return mark is not None and attribute(mark, "val") not in ("0", "false", "off")
