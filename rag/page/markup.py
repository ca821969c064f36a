"""The page's marks in a text: quotations, matched words and passages."""

from __future__ import annotations

from collections.abc import Iterable

from index.passages import Span
from rag.markup import layered


def marked(
    text: str, quotes: Iterable[Span] = (), words: Iterable[Span] = (), passages: Iterable[Span] = ()
) -> str:
    """``text`` with its quoted stretches, matched words and passages marked; spans as in ``rag.markup.layered``."""
    return layered(
        text,
        [
            ('<span class="gg-passage">', passages),
            ('<mark class="gg-quote">', quotes),
            ('<b class="gg-word">', words),
        ],
    )
