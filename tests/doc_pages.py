"""The README and the pages of ``docs/``: their fenced blocks, links and headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
README = TOP / "README.md"
DOCS = TOP / "docs"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    needs: str
    """What the fence says that it needs beside what the tests have: ``sh needs=docker``; empty where nothing."""
    text: str
    line: int
    """Of its fence, from 1."""
    end: int
    """Of its closing fence."""


@dataclass(frozen=True)
class Page:
    """A page in Markdown."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(TOP).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    def blocks(self, *languages: str) -> list[Block]:
        """Its blocks in order; only those in certain languages, where any are named."""
        found = []
        for match in FENCE.finditer(self.text):
            language, _, rest = match["info"].strip().partition(" ")
            line = self.text.count("\n", 0, match.start()) + 1
            end = line + match["text"].count("\n") + 1
            found.append(Block(language, rest.strip().removeprefix("needs="), match["text"], line, end))
        return [block for block in found if not languages or block.language in languages]

    @property
    def prose(self) -> str:
        """Its text without the blocks."""
        return FENCE.sub("", self.text)

    @property
    def targets(self) -> list[str]:
        """What it links to on this machine."""
        return [
            match["target"]
            for match in LINK.finditer(CODE.sub("", self.prose))
            if "://" not in match["target"]
        ]

    @property
    def anchors(self) -> set[str]:
        """The names of its headings, as links write them: lower case, spaces as hyphens, no punctuation."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.M)
        return {
            re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings
        }  # of two that are alike the second has a number, which no link here needs


PAGES = [Page(path) for path in (README, *sorted(DOCS.glob("*.md")))]
