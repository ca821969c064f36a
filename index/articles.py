"""What an article is: its text, where it came from, and which stretches of it are prose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal[
    "prose",  # the article's own paragraphs: the only kind that becomes passages
    "title",
    "deck",  # the summary lines that newspapers set between the title and the lead
    "heading",  # a subheading inside the body
    "byline",  # reporter, publisher, date line
    "caption",  # photo caption and photo credit
    "image",  # image file names and bare image credits
    "copyright",
    "related",  # "관련기사" and the links under it
    "hashtags",
    "share",  # share, print and font-size buttons
    "subscribe",  # pleas to subscribe, follow, or send tips
]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch ``article.text[start:end]`` (characters, end exclusive) of one kind.

    Blocks do not overlap, stand in text order, hold no leading or trailing white space, and together
    cover every character of the article that is not white space.
    """

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read.

    ``text`` is what a reader of the article sees, boilerplate included; every span in this program
    (block, passage, window, highlight, citation) counts its characters (Unicode code points).
    """

    id: str
    """12 hexadecimal digits, a hash of title, publisher, date and text: same content, same id."""
    source: str
    """Where it came from: the path of the file."""
    title: str
    text: str
    blocks: tuple[Block, ...]
    publisher: str | None = None
    published: str | None = None
    """Date of publication, ISO 8601 (``2025-10-28``), or None where the article does not say."""
    reporter: str | None = None
    url: str | None = None
    topics: tuple[str, ...] = field(default=())
    first_line: int = 1
    """The line (1-based) of the source file on which ``text`` begins: front matter is not part of it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read, and why."""

    path: str
    reason: str
    """One line in Korean, fit to show to a user."""
