"""Writes small PDFs for tests, each line where the test wants it; every character is as wide as its size of type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Line = tuple[float, float, float, str]
"""Left edge, baseline (in points, from the page's lower left corner), size of type, and text."""

A4 = (595, 842)


def pdf(
    pages: Sequence[Iterable[Line]], info: Mapping[str, str] | None = None, *, turned: bool = False
) -> bytes:
    """A PDF of pages of lines, with a title and the like in ``info``; ``turned`` as of sheets scanned sideways."""
    objects: list[bytes] = [b""] * 2  # the catalogue and the tree of pages come first, but know the others
    font = len(objects) + 1
    objects.append(
        b"<</Type/Font/Subtype/Type0/BaseFont/HYSMyeongJo-Medium/Encoding/UniKS-UTF16-H/DescendantFonts["
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/HYSMyeongJo-Medium/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>/FontDescriptor<</Type/FontDescriptor"
        b"/FontName/HYSMyeongJo-Medium/Flags 6/FontBBox[0 -148 1001 880]/ItalicAngle 0/Ascent 752/Descent -271"
        b"/CapHeight 737/StemV 58>>>>]>>"
    )
    kids = []
    for lines in pages:
        objects.append(stream("\n".join(_show(*line, turned) for line in lines).encode()))
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Rotate {90 * turned}/Contents {len(objects)} 0 R"
            f"/Resources<</Font<</F {font} 0 R>>>>>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    entries = "".join(f"/{key}<feff{value.encode('utf-16-be').hex()}>" for key, value in (info or {}).items())
    objects.append(f"<<{entries}>>".encode())
    return assembled(objects, f"/Info {len(objects)} 0 R".encode())


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def assembled(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of objects, of which the first is the catalogue."""
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        data + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, len(data))
    )  # fmt: skip


def paragraphs(
    texts: Iterable[str],
    *,
    left: float = 60,
    top: float = 780,
    size: float = 10,
    width: int = 40,
    gap: float = 8,
    indent: float = 0,
) -> list[Line]:
    """Lines of ``width`` characters one below the other, as programs set them that break Korean at any syllable.

    A space at a break is lost. Paragraphs are ``gap`` points further apart than lines, their first lines indented.
    """  # fmt: skip
    lines: list[Line] = []
    base = top
    for text in texts:
        start = 0
        while start < len(text):
            shift = indent if start == 0 else 0
            end = start + width - round(shift / size)
            end -= text[end : end + 1] in (".", ",")  # no line begins with these
            lines.append((left + shift, base, size, text[start:end].strip()))
            start = end + (text[end : end + 1] == " ")
            base -= 1.6 * size
        base -= gap
    return lines


def _show(left: float, base: float, size: float, text: str, turned: bool) -> str:
    matrix = f"0 1 -1 0 {A4[0] - base} {left}" if turned else f"1 0 0 1 {left} {base}"
    return f"BT /F {size} Tf {matrix} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
