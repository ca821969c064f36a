"""Text as markup: escaped, with stretches of it wrapped in elements; for the chat page and for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from urllib.parse import urlsplit

from index.passages import Span


def escape(text: str) -> str:
    """Text for an element or a quoted attribute; lone surrogates, which no response carries, become ``?``."""
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"))


def layered(text: str, layers: Sequence[tuple[str, Iterable[Span]]]) -> str:
    """``text`` with stretches of it wrapped in elements, nested where they overlap.

    Args:
        text: what to show; it is escaped.
        layers: the opening tag of each kind of element and what it wraps, outermost first. Spans count characters of
            ``text``, end exclusive; what reaches beyond it is cut off.
    """
    bounded = [[(max(a, 0), min(b, len(text))) for a, b in spans] for _, spans in layers]
    cuts = sorted({0, len(text), *(cut for spans in bounded for a, b in spans if a < b for cut in (a, b))})
    pieces = [
        (text[a:b], tuple(any(start <= a and b <= end for start, end in spans) for spans in bounded))
        for a, b in pairwise(cuts)
    ]
    return _nested(pieces, [tag for tag, _ in layers])


def _nested(pieces: Sequence[tuple[str, tuple[bool, ...]]], tags: Sequence[str]) -> str:
    if not tags:
        return "".join(escape(piece) for piece, _ in pieces)
    close = f"</{tags[0][1:-1].split()[0]}>"
    parts = []
    for inside, run in groupby(pieces, key=lambda piece: piece[1][0]):
        inner = _nested([(piece, flags[1:]) for piece, flags in run], tags[1:])
        parts.append(f"{tags[0]}{inner}{close}" if inside else inner)
    return "".join(parts)


def web_host(url: str | None) -> str | None:
    """The host of an ``http`` or ``https`` address, or None for any other."""
    try:
        parts = urlsplit((url or "").strip())
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None
