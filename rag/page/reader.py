"""The window in which whole articles are read."""

from __future__ import annotations

from collections.abc import Sequence

from index.articles import Article
from index.passages import Span
from rag.markup import escape
from rag.page.cards import facts
from rag.page.markup import marked
from rag.page.turns import Facts
from rag.page.words import Words


def whole_article(
    words: Words, article: Article, passage: Span | None = None, quotes: Sequence[Span] = ()
) -> str:
    """An article from its first line to its last, with what is no prose greyed and a passage of it marked.

    Args:
        words: the page's language.
        article: the article.
        passage: what to mark, in characters of its text.
        quotes: sentences of it to mark more strongly.
    """
    blocks = []
    for block in article.blocks:
        inside = [(start - block.start, end - block.start) for start, end in quotes]
        region = [(passage[0] - block.start, passage[1] - block.start)] if passage else []
        here = passage is not None and block.start < passage[1] and passage[0] < block.end
        names = (
            ["gg-block", f"gg-is-{block.kind}"] + ["gg-here"] * here + ["gg-grey"] * (block.kind != "prose")
        )
        label = "" if block.kind == "prose" else f'<small class="gg-kind">{words.kinds[block.kind]}</small>'
        text = marked(article.text[block.start : block.end], inside, passages=region)
        if block.kind in ("title", "heading"):
            text = text.lstrip("# ")  # Markdown's sign of one; the label says it
        blocks.append(f'<p class="{" ".join(names)}">{label}{text}</p>')
    told = Facts.of(article)
    only = (
        f'<button type="button" class="gg-only" data-article="{escape(told.id)}" '
        f'data-title="{escape(told.title)}">{words.only}</button>'
    )
    head = f"<h2>{escape(article.title)}</h2>{facts(words, told)}{only}"
    return f'<header>{head}</header><div class="gg-reader-text" lang="ko">{"".join(blocks)}</div>'


def window(words: Words) -> str:
    """The window, still empty."""
    bar = (
        f'<div class="gg-reader-bar">{words.reader}'
        f'<button type="button" class="gg-close">{words.close}</button></div>'
    )
    body = f'<div class="gg-reader-body" tabindex="0" role="document" aria-label="{words.reader}"></div>'
    return f'<dialog class="gg-reader" aria-label="{words.reader}">{bar}{body}</dialog>'
