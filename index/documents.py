"""What reading a file of some format gives, before it is an article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.articles import BlockKind
from index.decoding import normalise
from index.errors import ArticleError
from index.metadata import Metadata

MAX_CHARACTERS = 10_000_000
"""Of a document: a file of text has seven million at most."""
LONGEST_HEADING = 100
"""Characters: longer lines are no headings, whatever they are set as."""

Tagged = tuple[str, str]
"""A line of text and what it is: ``heading``, ``item`` of a list, ``row`` of a table, or empty."""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file: one paragraph a line, with a blank line between paragraphs."""

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    """What the file says of its article."""
    claimed: Metadata = field(default_factory=Metadata)
    """What the file's properties say, which may be left over from another: what its text says comes first."""
    known: dict[str, BlockKind] = field(default_factory=dict)
    """Lines whose kind the file gives away (subheadings), for ``boilerplate.find_blocks``."""
    first_line: int = 1
    """As in ``Article.first_line``."""


def document_of(lines: Iterable[Tagged], metadata: Metadata, claimed: Metadata) -> Document:
    """A document of lines, which need not be normalised.

    Raises ArticleError where none has text, or all have too much.
    """
    shown: list[Tagged] = []
    characters = 0
    for text, kind in lines:
        text = normalise(text).strip()
        characters += len(text)
        if characters > MAX_CHARACTERS:
            raise ArticleError(f"글이 너무 긴 문서입니다: {MAX_CHARACTERS:,}자 이하로 나누어 넣어 주세요")
        if text:
            shown.append((f"- {text}" if kind == "item" else text, kind))
    if not shown:
        raise ArticleError("글이 없는 문서입니다: 내용을 확인해 주세요")
    known: dict[str, BlockKind] = {
        text: "heading" for text, kind in shown if kind == "heading" and len(text) <= LONGEST_HEADING
    }
    return Document(together(shown), metadata, claimed, known)


def together(lines: Sequence[Tagged]) -> str:
    """Lines as text: items of a list and rows of a table on lines next to each other, all else apart."""
    parts: list[str] = []
    for i, (line, kind) in enumerate(lines):
        if i:
            parts.append("\n" if kind == lines[i - 1][1] and kind in ("item", "row") else "\n\n")
        parts.append(line)
    return "".join(parts)
