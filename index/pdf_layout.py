"""Lines of a PDF's pages to paragraphs: type and white space show where one ends and another begins.

A PDF knows neither paragraphs nor columns, only where each line stands. Lines come in the order of the file, which
sets columns one after the other. What repeats at the edge of pages is no part of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.line_kinds import STOP


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type; lengths in points, from the page's lower left corner."""

    page: int
    left: float
    right: float
    base: float
    size: float
    head: float
    """The width of its first word."""
    text: str
    """With the spaces that the file has at its ends."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]

    @property
    def size(self) -> float:
        """Of most of its type, in points."""
        return common_size(self.lines)


@dataclass(frozen=True, slots=True)
class _Column:
    """Between which edges lines are set."""

    left: float
    right: float


_ITEM = re.compile(r"\s*(?:[•▪◦‣○●□■◇◆▶▷▸►△▲☞→※❍❏◈◎①-⑳㉠-㉻]\s*|[-*·∙]\s+)(?=\S)")
_NUMBERED = re.compile(r"\s*\(?(?:\d{1,2}|[가나다라마바사아자차카타파하])[.)]\s+(?=\S)")
_PAGE_NUMBER = re.compile(
    r"[-–—·|<\[(\s]*(?:p\.?|page|쪽|페이지)?\s*\d{1,4}\s*(?:(?:/|of)\s*\d{1,4})?\s*(?:쪽|면|페이지)?[-–—·|>\])\s]*",
    re.I,
)
_PRINTED = re.compile(
    r"(?:\d{2,4}\.\s?\d{1,2}\.\s?\d{1,2}\.|\d{1,2}/\d{1,2}/\d{2,4},)\s(?:오전|오후)?\s?\d{1,2}:\d{2}\s"
)
"""What a browser prints at the top of a page: the hour, and the page's title."""
_EDGE_ROWS = 3
"""Running heads and feet are among so many rows at the top and at the bottom of a page."""
_WIDE_GAP = 1.2
"""A distance between baselines of more than so many times the usual one parts paragraphs."""
_INDENT = 0.5
"""In sizes of type: a first line's is more."""
_FULL = 1.1
"""In sizes of type: a line of text that may break inside words is never left with more room than this."""
_RAGGED = 0.3
"""Where so many lines have more room than that, words are kept whole: in the printed pile a they are .31 or more of such
texts, .21 or less of those that a browser broke at any syllable."""
_DISPLAY = 1.2
"""Type so many times the size of the text's is a headline's, whose lines are broken and set as it looks best."""


def common_size(lines: Iterable[Line]) -> float:
    """The size of type of most characters, in points."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[round(line.size, 1)] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 0.0


def is_item(text: str) -> bool:
    """Does the text begin with the mark or the number of an item?"""
    return _ITEM.match(text) is not None or _NUMBERED.match(text) is not None


# -- Running heads ---------------------------------------------------------------------------------------
def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages' lines without page numbers, and without what stands at the same edge of several pages."""
    edges = [_edge_lines(page) for page in pages]
    seen = Counter(key for lines in edges for key in {_running_key(line) for line in lines})
    often = max(2, 0.3 * sum(bool(page) for page in pages))
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        outer = (
            {min(edge, key=lambda line: line.base), max(edge, key=lambda line: line.base)} if edge else set()
        )
        gone = {line for line in edge if seen[_running_key(line)] >= often}
        gone |= {line for line in outer if _is_folio(line, len(pages))}
        kept.append([line for line in page if line not in gone])
    return kept


def _is_folio(line: Line, pages: int) -> bool:
    """Is the line a page's number, with or without a title, or what a browser prints there?"""
    text = line.text.strip()
    numbered = text.endswith(f" {line.page}/{pages}") or (len(text) <= 20 and _PAGE_NUMBER.fullmatch(text))
    return bool(numbered or _PRINTED.match(text))


def _edge_lines(page: Sequence[Line]) -> list[Line]:
    rows = sorted({line.base for line in page})
    edge = {*rows[:_EDGE_ROWS], *rows[-_EDGE_ROWS:]}
    return [line for line in page if line.base in edge]


def _running_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "0", " ".join(line.text.split())), round(line.base / 4)


# -- Paragraphs ------------------------------------------------------------------------------------------
def paragraphs(pages: Sequence[Sequence[Line]]) -> tuple[list[Paragraph], bool]:
    """The paragraphs, in order, and whether all their lines break between words.

    A paragraph that goes on in the next column or on the next page is one. That lines break inside words is told by
    how they fill up; of lines that are all of one width it is left open.
    """
    lines = [line for page in pages for line in page]
    setting = _Setting(lines)
    found: list[list[Line]] = []
    for line in lines:
        if found and not setting.breaks(found[-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [Paragraph(tuple(group)) for group in found], setting.keeps_words


def _follows(above: Line, line: Line) -> bool:
    """Does the line stand below the other, in the same column?"""
    beside = line.left >= above.right or line.right <= above.left
    return line.page == above.page and line.base < above.base and not beside


def _same_size(one: Line, two: Line) -> bool:
    return abs(one.size - two.size) <= 0.08 * max(one.size, two.size)


def _stops(line: Line) -> bool:
    return STOP.search(line.text.strip()[-8:]) is not None


class _Setting:
    """How a document is set: its columns, its distances, and where its lines may break."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._body = common_size(lines)
        self._columns = _columns(lines)
        self._pitches = _pitches(lines)
        self.keeps_words = self._breaks_at_words(lines)

    def breaks(self, group: Sequence[Line], line: Line) -> bool:
        """Does the line begin another paragraph than the one that the group is of?"""
        above, size = group[-1], line.size
        if not _same_size(above, line) or _ITEM.match(line.text) or " | " in above.text + line.text:
            return True
        if _NUMBERED.match(line.text) and _stops(above):
            return True  # else it may be the end of a sentence: 했|다.
        display = size >= _DISPLAY * self._body
        if not display and self._had_room(above, line):
            return True
        if not _follows(above, line):
            return line.left - self._columns[line].left > _INDENT * size
        if above.base - line.base > self._usual(line):
            return True
        shift = line.left - above.left
        if display or abs(shift) <= _INDENT * size:
            return False
        if shift > 0:  # an indented first line, unless it hangs below an item's mark
            return not (len(group) == 1 and is_item(above.text))
        return len(group) > 1 or -shift > 4 * size

    def _had_room(self, above: Line, line: Line) -> bool:
        """Was there room for more, so that the line was ended on purpose?"""
        room = self._room(above)
        stops = not self.keeps_words and _stops(above)
        return room > _FULL * line.size if stops else room > line.head + _INDENT * line.size

    def _room(self, line: Line) -> float:
        return self._columns[line].right - line.right

    def _usual(self, line: Line) -> float:
        return _WIDE_GAP * self._pitches.get(round(line.size), 0.0) + 0.5

    def _breaks_at_words(self, lines: Sequence[Line]) -> bool:
        """Are lines broken between words only, and not filled up, so that they end with more or less room?"""
        rooms = [
            self._room(above) > _FULL * above.size
            for above, line in pairwise(lines)
            if _follows(above, line)
            and _same_size(above, line)
            and above.base - line.base <= self._usual(line)
            and not _stops(above)
        ]
        return sum(rooms) > _RAGGED * len(rooms)


def _columns(lines: Sequence[Line]) -> dict[Line, _Column]:
    """The column of each line: it reaches as far as lines of its size with about the same left edge."""
    runs: list[list[Line]] = []
    for line in lines:
        if runs and _follows(runs[-1][-1], line) and _same_size(runs[-1][-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    columns: dict[tuple[int, int], _Column] = {}
    keys = []
    for run in runs:
        counts = Counter(round(line.left) for line in run)
        left = min((edge for edge, count in counts.items() if count > 1), default=min(counts))
        right = max(line.right for line in run)
        size = common_size(run)
        key = (round(size), round(left / max(2 * size, 1)))
        held = columns.get(key, _Column(left, right))
        columns[key] = _Column(min(held.left, left), max(held.right, right))
        keys.append(key)
    return {line: columns[key] for run, key in zip(runs, keys, strict=True) for line in run}


def _pitches(lines: Sequence[Line]) -> dict[int, float]:
    """The usual distance from baseline to baseline, by size of type; in points."""
    steps: dict[int, Counter[int]] = {}
    for above, line in pairwise(lines):
        step = above.base - line.base
        if _follows(above, line) and _same_size(above, line) and step < 3 * line.size:
            steps.setdefault(round(line.size), Counter())[round(step)] += 1
    return {
        size: min(step for step, count in counts.items() if 2 * count >= max(counts.values()))
        for size, counts in steps.items()
    }
