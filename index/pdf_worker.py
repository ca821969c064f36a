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
from contextlib import suppress
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
    box: tuple[float, float, float, float]
    """Left, bottom, right, top."""


def main() -> None:
    """Reads standard input, writes standard output."""
    limit_itself()
    for value in read(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(value) + "\n")


def limit_itself(memory: int = MAX_MEMORY, seconds: int = MAX_SECONDS) -> None:
    """Has this process end when it takes more than so many bytes, or seconds of the processor."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    except (ImportError, ValueError, OSError):
        pass  # Windows; then only who started this program ends it


def _properties(document: Any) -> dict[str, str]:
    """The document's properties; one that is no text is left out."""
    found = {}
    for key in document.METADATA_KEYS:
        with suppress(UnicodeDecodeError):
            if value := document.get_metadata_value(key):
                found[key] = value
    return found


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
    yield {"properties": _properties(document)}
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
        rows = list(_rows(raw, text)) if characters >= 0 else []
        lines -= len(rows)
        if characters < 0 or lines < 0:
            yield {"error": "characters", "number": number + 1}
            return
        yield {"lines": rows}
        text.close()
        page.close()
    yield {"error": "broken", "number": 0} if failed == len(document) else {"end": True}


def _rows(raw: Any, page: Any) -> Iterator[Row]:
    """The lines of a page in the order in which the file has them: of a page in columns, column by column."""
    characters: list[_Character] = []
    for i in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, i)
        if code in HYPHENS and characters:
            characters.append(_Character(i, "\u00ad", characters[-1].box))
        if code in LINE_ENDS or code in HYPHENS:
            yield from _row(raw, page, characters)
            characters = []
        else:
            characters.append(_read_character(raw, page, i, code))
    yield from _row(raw, page, characters)


def _read_character(raw: Any, page: Any, i: int, code: int) -> _Character:
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(page, i, box)
    known = code < 0x110000 and not 0xD800 <= code < 0xE000
    return _Character(i, chr(code) if known else "\ufffd", (box.left, box.bottom, box.right, box.top))


def _row(raw: Any, page: Any, characters: list[_Character]) -> Iterator[Row]:
    shown = [character for character in characters if not character.text.isspace()]
    if not shown:
        return
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    if not raw.FPDFText_GetMatrix(page, shown[0].place, matrix) or math.isnan(matrix.a + matrix.b):
        return
    raw.FPDFText_GetCharOrigin(page, shown[0].place, x, y)
    quarters = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
    # what the font is set to is scaled again by the page's matrix
    size = abs(raw.FPDFText_GetFontSize(page, shown[0].place)) * (math.hypot(matrix.c, matrix.d) or 1.0)
    base = _turned(x.value, y.value, quarters)[1]
    words: list[str] = []
    start, *_ = _ends(shown[0], quarters)
    end = furthest = start
    first_word: float | None = None  # where it ends
    for character in characters:
        blank = character.text.isspace()
        left, right = _ends(character, quarters)
        apart = not blank and bool(words) and left - end > CELL * size
        if (blank or apart) and end > start and first_word is None:
            first_word = end
        if apart:
            words.append("| " if words[-1].isspace() else " | ")
        words.append(character.text)
        end = end if blank else right
        furthest = max(furthest, end)
    lengths = (start, furthest, base, size, (first_word or furthest) - start)
    if all(map(math.isfinite, lengths)):
        left, right, base, size, head = (round(length, 2) for length in lengths)
        yield left, right, base, size, head, "".join(words)


def _ends(character: _Character, quarters: int) -> tuple[float, float]:
    """Where a character begins and ends, along the line."""
    left, bottom, right, top = character.box
    ends = _turned(left, bottom, quarters)[0], _turned(right, top, quarters)[0]
    return min(ends), max(ends)


def _turned(x: float, y: float, quarters: int) -> tuple[float, float]:
    """A point as seen by who reads a line that is set turned to the left by so many quarters."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarters]


if __name__ == "__main__":
    main()
