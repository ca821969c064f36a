"""The chat page's articles: which collection is asked, what is in it, and what becomes of files that are brought."""

from __future__ import annotations

from collections.abc import Sequence

from index.listing import ListedArticle
from rag.collection import Added, Progress
from rag.markup import escape
from rag.page.cards import facts, open_article
from rag.page.turns import Facts
from rag.page.visit import Place
from rag.page.words import Words

MOST_LISTED = 50
"""Articles listed at a time."""
MOST_SKIPPED = 20
"""Unreadable files named one by one."""


def head(
    words: Words,
    place: Place,
    shared: int,
    own: int | None,
    *,
    takes: bool,
    most_megabytes: int,
    most_files: int,
) -> str:
    """The choice of collection, where there are two, and the place to drop files, where they are taken.

    Args:
        words: the page's language.
        place: the collection that is asked.
        shared: how many articles the page's collection has.
        own: how many the visitor has brought; None where visitors have none of their own.
        takes: whether articles can be added.
        most_megabytes: how large a file may be.
        most_files: how many may come at a time.
    """
    places = ""
    if own is not None:
        buttons = "".join(
            f'<button type="button" class="gg-place" data-place="{name}" aria-pressed="{str(name == place).lower()}">'
            f"{label} <b>{count:,}</b></button>"
            for name, label, count in (("shared", words.shared, shared), ("own", words.own, own))
        )
        places = f'<div class="gg-places" role="group" aria-label="{words.places}">{buttons}</div>'
    limits = f'data-most-megabytes="{most_megabytes}" data-most-files="{most_files}"'
    drop = (
        f'<div class="gg-drop" {limits}><p class="gg-drop-here">{words.drop}</p>'
        f'<p class="gg-formats">{words.formats}</p><p class="gg-bring">'
        f'<button type="button" class="gg-choose">{words.choose}</button>'
        f'<button type="button" class="gg-choose-folder">{words.choose_folder}</button>'
        f'<button type="button" class="gg-paste">{words.paste}</button></p>'
        f'<p class="gg-privacy">{words.private if own is not None else words.shared_with_all}</p></div>'
    )
    heading = f'<h2 class="gg-heading">{words.articles}</h2>'
    find = (
        f'<input type="search" class="gg-find" placeholder="{words.find}" aria-label="{words.find}" '
        'autocomplete="off" spellcheck="false">'
    )
    return f'<div class="gg-shelf" data-place="{place}">{heading}{places}{drop if takes else ""}{find}</div>'


def listed(
    words: Words, articles: Sequence[ListedArticle], total: int, place: Place, sought: str, *, removable: bool
) -> str:
    """Some of a collection's articles, each to be opened and, where it is the visitor's to change, to be removed."""
    if not articles:
        told = words.none_found.format(words=sought) if sought else words.no_articles
        return f'<p class="gg-more" role="status">{escape(told)}</p>'
    rows = "".join(_row(words, one, place, removable=removable) for one in articles)
    told = words.found.format(count=total)
    if total > len(articles):
        told = words.first_of.format(count=total, shown=len(articles))
    clear = (
        f'<button type="button" class="gg-clear" data-sure="{words.clear_sure}">{words.clear}</button>'
        if removable and place == "own"
        else ""
    )
    return f'<div class="gg-more"><span role="status">{told}</span>{clear}</div><ul class="gg-articles">{rows}</ul>'


def _row(words: Words, article: ListedArticle, place: Place, *, removable: bool) -> str:
    shown = Facts.of(article)
    label = escape(f"{words.remove}: {article.title}")
    remove = (
        f'<button type="button" class="gg-remove" data-article="{escape(article.id)}" aria-label="{label}" '
        f'title="{words.remove}">✕</button>'
        if removable
        else ""
    )
    passages = f'<span class="gg-passages">{words.passages.format(count=article.passages)}</span>'
    return f"<li><div>{open_article(shown, place, (), article.title)}{facts(words, shown)}{passages}</div>{remove}</li>"


# -- What becomes of what is brought -------------------------------------------------------------------
def progress(words: Words, step: Progress) -> str:
    """How far the articles that are being added are."""
    told = words.stages.get(step.stage, words.stages["cut"]).format(name=step.name or "")
    counted = f" ({step.done:,}/{step.total:,})" if step.total else ""
    value = f' max="{step.total}" value="{step.done}"' if step.total else ""
    return (
        f'<div class="gg-progress" data-busy><p>{escape(told)}{counted}</p>'
        f'<progress{value} aria-label="{escape(told)}"></progress></div>'
    )


def added(words: Words, found: Added) -> str:
    """What was added, what was there already, and what could not be read and why."""
    parts = []
    if found.added:
        told = words.added.format(count=len(found.added), seconds=found.seconds)
        parts.append(f"<p><b>{told}</b> {words.ask_now}</p>")
    elif not found.known:
        parts.append(f"<p><b>{words.nothing_added}</b></p>")
    if found.known:
        parts.append(f"<p>{escape(words.known.format(names=', '.join(found.known)))}</p>")
    if found.skipped:
        items = "".join(
            f"<li><b>{escape(one.path)}</b> {escape(one.reason)}</li>" for one in found.skipped[:MOST_SKIPPED]
        )
        told = words.skipped.format(count=len(found.skipped))
        rest = len(found.skipped) - MOST_SKIPPED
        more = f"<li>+{rest:,}</li>" if rest > 0 else ""
        parts.append(f'<div class="gg-skipped"><p>{told}</p><ul>{items}{more}</ul></div>')
    return f'<div class="gg-news">{"".join(parts)}</div>'


def removed(words: Words, title: str) -> str:
    """That an article is gone, and the button that brings it back."""
    told = escape(words.removed.format(title=title))
    return f'<div class="gg-news"><p>{told} <button type="button" class="gg-undo">{words.undo}</button></p></div>'


def news(message: str) -> str:
    """One line of what has happened."""
    return f'<div class="gg-news"><p>{escape(message)}</p></div>'


def trouble(message: str) -> str:
    """One line of what went wrong."""
    return f'<p class="gg-notice">{escape(message)}</p>'
