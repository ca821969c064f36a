"""A program of its own that reads the lines of a PDF from standard input, so that a hostile file ends no other.

PDFium reads Korean as it should, and fast; but a file of some hundred bytes can make it draw for ever, and one of some
thousand take all memory, which ends the process. ``index.pdf_text`` starts this program, waits only so long, and reads
what it prints, one JSON object a line: the document's ``properties``, the ``lines`` of each page (see ``Row``), and
``end``; or, as the last, an ``error`` with a ``number``.
"""

from __future__ import annotations

import ctypes
import json
import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

MAX_PAGES = 2000
MAX_CHARACTERS = 5_000_000
MAX_LINES = 300_000
MAX_MEMORY = 2 * 1024**3
"""Bytes of address space; where the system knows no such limit there is none."""
MAX_SECONDS = 120
"""Of the processor's time; a thousand pages of text take some ten."""
CELL = 3.0
"""A gap of so many times the size of the type parts the cells of a table's row."""

LINE_ENDS = (10, 13)
HYPHENS = (0x02, 0xFFFE)
"""What PDFium puts for a hyphen at the end of a line, and the line's end."""

Row = tuple[float, float, float, float, float, str]
"""Of a line: left, right, baseline (all from the page's lower left corner), size of type, width of its first word
(all in points), and text, with the spaces that the file itself has at its ends."""


class _Character(NamedTuple):
    place: int
    text: str
    left: float
    right: float


def main() -> None:
    """Reads standard input, writes standard output."""
    _limit_itself()
    for value in read(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(value) + "\n")


def _limit_itself() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    except (ImportError, ValueError, OSError):
        pass  # Windows; then only who started this program ends it


def read(data: bytes) -> Iterator[dict[str, Any]]:
    """What the program prints for a PDF."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        locked = raw.FPDF_GetLastError() in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        yield {"error": "locked" if locked else "broken", "number": 0}
        return
    if len(document) > MAX_PAGES:
        yield {"error": "pages", "number": len(document)}
        return
    yield {"properties": document.get_metadata_dict(skip_empty=True)}
    characters, lines, failed = MAX_CHARACTERS, MAX_LINES, 0
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
        except pypdfium2.PdfiumError:  # the other pages can still be read
            failed += 1
            yield {"lines": []}
            continue
        characters -= text.count_chars()
        rows = list(_rows(raw, text, page.get_rotation())) if characters >= 0 else []
        lines -= len(rows)
        if characters < 0 or lines < 0:
            yield {"error": "characters", "number": number + 1}
            return
        yield {"lines": rows}
        text.close()
        page.close()
    yield {"error": "broken", "number": 0} if failed == len(document) else {"end": True}


def _rows(raw: Any, page: Any, rotation: int) -> Iterator[Row]:
    """The lines of a page in the order in which the file has them: of a page in columns, column by column."""
    characters: list[_Character] = []
    for i in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, i)
        if code in HYPHENS and characters:
            characters.append(_Character(i, "\u00ad", characters[-1].right, characters[-1].right))
        if code in LINE_ENDS or code in HYPHENS:
            yield from _row(raw, page, characters, rotation)
            characters = []
        else:
            characters.append(_read_character(raw, page, i, code, rotation))
    yield from _row(raw, page, characters, rotation)


def _read_character(raw: Any, page: Any, i: int, code: int, rotation: int) -> _Character:
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(page, i, box)
    one, two = _turned(box.left, box.bottom, rotation)[0], _turned(box.right, box.top, rotation)[0]
    known = code < 0x110000 and not 0xD800 <= code < 0xE000
    return _Character(i, chr(code) if known else "\ufffd", min(one, two), max(one, two))


def _turned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """A point of a page that is shown turned clockwise by ``rotation`` degrees."""
    return {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}[rotation]


def _size(raw: Any, page: Any, i: int) -> float:
    """The size of type as shown: what the font is set to is scaled again by the page's matrix."""
    matrix = raw.FS_MATRIX()
    scale = math.hypot(matrix.c, matrix.d) if raw.FPDFText_GetMatrix(page, i, matrix) else 1.0
    return float(raw.FPDFText_GetFontSize(page, i)) * scale


def _row(raw: Any, page: Any, characters: list[_Character], rotation: int) -> Iterator[Row]:
    shown = [character for character in characters if not character.text.isspace()]
    if not shown:
        return
    words: list[str] = []
    first_word: float | None = None  # where it ends
    end = shown[0].left
    for character in characters:
        blank = character.text.isspace()
        apart = not blank and words and character.left - end > CELL * _size(raw, page, character.place)
        if (blank or apart) and end > shown[0].left and first_word is None:
            first_word = end
        words.append(f" | {character.text}" if apart else character.text)
        end = end if blank else character.right
    left, right = shown[0].left, max(character.right for character in shown)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, shown[0].place, x, y)
    base = _turned(x.value, y.value, rotation)[1]
    size = _size(raw, page, shown[0].place)
    lengths = (left, right, base, size, (first_word or right) - left)
    yield (*(round(length, 2) for length in lengths), "".join(words))  # type: ignore[misc]


if __name__ == "__main__":
    main()
