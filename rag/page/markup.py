"""Text as markup, escaped, with quotations, matched words and passages marked."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from index.passages import Span


def escape(text: str) -> str:
    """Text for an element or a quoted attribute; lone surrogates, which no response carries, become ``?``."""
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"))


def marked(
    text: str, quotes: Iterable[Span] = (), words: Iterable[Span] = (), passages: Iterable[Span] = ()
) -> str:
    """``text`` with its quoted stretches, matched words and passages marked, nested where they overlap.

    Spans count characters of ``text``, end exclusive; what reaches beyond it is cut off.
    """
    layers = [[(max(a, 0), min(b, len(text))) for a, b in spans] for spans in (passages, quotes, words)]
    cuts = sorted({0, len(text), *(cut for layer in layers for a, b in layer if a < b for cut in (a, b))})
    pieces = [
        (text[a:b], tuple(any(start <= a and b <= end for start, end in layer) for layer in layers))
        for a, b in pairwise(cuts)
    ]
    return _nested(pieces, ('<span class="gg-passage">', '<mark class="gg-quote">', '<b class="gg-word">'))


def _nested(pieces: Sequence[tuple[str, tuple[bool, ...]]], tags: Sequence[str]) -> str:
    if not tags:
        return "".join(escape(piece) for piece, _ in pieces)
    close = f"</{tags[0][1:].split()[0]}>"
    parts = []
    for inside, run in groupby(pieces, key=lambda piece: piece[1][0]):
        inner = _nested([(piece, flags[1:]) for piece, flags in run], tags[1:])
        parts.append(f"{tags[0]}{inner}{close}" if inside else inner)
    return "".join(parts)
