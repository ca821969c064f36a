"""Parses XML of unknown origin: no entities, no other files, no network."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from index.errors import ArticleError

MAX_XML = 50 * 1024 * 1024
"""Bytes: a document's text comes to a few of them; parsed it takes some ten times as much memory."""

_BROKEN = "고장 난 문서라 읽을 수 없습니다: 다시 저장해 넣어 주세요"


def parse_xml(data: bytes) -> etree._Element:
    """The root element.

    Raises ArticleError for what is not well-formed, and for any document type: no office program writes one, and with
    it come entities.
    """
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError):
        raise ArticleError(_BROKEN) from None
    if root.getroottree().docinfo.doctype:
        raise ArticleError(_BROKEN)
    return root


def parser() -> etree.XMLParser:
    """One that opens nothing, expands nothing, and goes no deeper than some hundred elements."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def local(element: etree._Element) -> str:
    """The element's name without its namespace: formats have several for the same."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: etree._Element, *path: str) -> etree._Element | None:
    """The first element at a path of local names, or None."""
    found: etree._Element | None = element
    for name in path:
        found = next((inner for inner in found if local(inner) == name), None) if found is not None else None
    return found


def attribute(element: etree._Element | None, name: str) -> str | None:
    """An attribute by its local name."""
    if element is None:
        return None
    return next(
        (str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None
    )


def descendants(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements below with a local name, in document order."""
    return (inner for inner in element.iter() if local(inner) == name)
