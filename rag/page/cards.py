"""The chat page's right-hand side: the passages behind an answer as cards."""

from __future__ import annotations

from collections.abc import Sequence

from index.passages import Span
from rag.markup import escape, web_host
from rag.page.markup import marked
from rag.page.replies import card_id
from rag.page.turns import Copy, Facts, Reply, Source, Turn
from rag.page.visit import Place
from rag.page.words import Words

OPENED_NEAREST = 2
"""How many of the nearest passages lie open when there is no answer."""
LONGEST_PREVIEW = 90


def sources(words: Words, turn: Turn, reply: Reply) -> str:
    """The passages behind the reply of a turn: the cited ones, then the other near ones."""
    if not reply.sources:
        return ""
    cited = "".join(_card(words, turn, one) for one in reply.sources if one.cited)
    near = [one for one in reply.sources if not one.cited]
    others = "".join(
        _near(words, turn, one, opened=reply.abstained and at < OPENED_NEAREST, rated=not reply.abstained)
        for at, one in enumerate(near)
    )
    heading = words.near if reply.abstained else words.sources
    legend = _legend(words, bool(cited), any(one.words for one in reply.sources), rated=not reply.abstained)
    body = f'<h2 class="gg-heading">{heading}</h2>{legend}{cited}'
    if others and cited:
        body += f'<h3 class="gg-subheading">{words.others}</h3>'
    return body + others


def source_group(number: int, inner: str, *, shown: bool) -> str:
    """The ``sources`` of turn ``number``, seen or waiting for a click on one of the turn's citations."""
    hidden = "" if shown else " hidden"
    return f'<section class="gg-sources" id="sources-{number}"{hidden}>{inner}</section>'


def _legend(words: Words, quotes: bool, matches: bool, *, rated: bool) -> str:
    quote = f'<mark class="gg-quote">{words.quote_mark}</mark>' if quotes else ""
    word = f'<b class="gg-word">{words.word_mark}</b>' if matches else ""
    bars = (
        f'<details class="gg-meaning"><summary>{words.meters_meaning}</summary>'
        f"<p>{words.meters_explained}</p></details>"
    )
    return f'<div class="gg-legend">{quote}{word}{bars if rated else ""}</div>'


def _card(words: Words, turn: Turn, source: Source) -> str:
    """A cited passage, in full, under the numbers of all its quotations."""
    numbers = "·".join(map(str, source.numbers))
    label = words.source.format(numbers=numbers)
    title = open_article(source.article, turn.place, _spans(source), source.article.title)
    return (
        f'<article class="gg-card" id="{card_id(turn.number, source.number)}" tabindex="-1" aria-label="{label}">'
        f'<header><span class="gg-number">{numbers}</span><h3>{title}</h3></header>'
        f"{facts(words, source.article)}{_also(words, turn, source)}{_body(words, turn, source)}</article>"
    )


def _near(words: Words, turn: Turn, source: Source, *, opened: bool, rated: bool) -> str:
    """A passage that was found but not cited, folded up; ``rated`` says whether its scores are worth showing."""
    preview = escape(" ".join(source.text.split())[:LONGEST_PREVIEW])
    return (
        f'<details class="gg-card gg-near" id="{card_id(turn.number, source.number)}"{" open" if opened else ""}>'
        f'<summary><span class="gg-number">{source.number}</span><h3>{escape(source.article.title)}</h3>'
        f'<span class="gg-preview">{preview}</span></summary>'
        f"{facts(words, source.article)}{_also(words, turn, source)}{_body(words, turn, source, rated=rated)}</details>"
    )


def _body(words: Words, turn: Turn, source: Source, *, rated: bool = True) -> str:
    text = marked(source.text, source.quotes, source.words)
    # relative to the best passage: where nothing answers, the best is no measure
    meters = "".join(_meter(words, *one) for one in _scores(words, turn, source)) if rated else ""
    opener = open_article(source.article, turn.place, _spans(source), words.whole)
    return f'<p class="gg-text" lang="ko">{text}</p><footer><div class="gg-meters">{meters}</div>{opener}</footer>'


def _scores(words: Words, turn: Turn, source: Source) -> list[tuple[str, float]]:
    """What its scores are called, and how high they are; without those that say nothing of any source."""
    others = turn.reply.sources if turn.reply else (source,)
    telling = [any(values) for values in zip(*(one.scores for one in others), strict=True)]
    named = zip(words.meters, source.scores, telling, strict=True)
    return [(label, score) for label, score, tells in named if tells]


def _spans(source: Source) -> list[Span]:
    """The passage, then its quoted sentences, in characters of the article."""
    return [source.span, *((source.start + a, source.start + b) for a, b in source.quotes)]


def _also(words: Words, turn: Turn, source: Source) -> str:
    """The other articles with the same passage, each to be opened there."""
    if not source.copies:
        return ""
    openers = "".join(_copy(turn.place, one) for one in source.copies)
    unnamed = f"<span>{words.more_places.format(count=source.more_copies)}</span>"
    more = unnamed if source.more_copies > 0 else ""
    return f'<p class="gg-also"><span>{words.same}</span>{openers}{more}</p>'


def _copy(place: Place, copy: Copy) -> str:
    return open_article(copy.article, place, [copy.span], copy.article.paper_and_day)


def facts(words: Words, article: Facts) -> str:
    """Publisher, date and place of an article in one line."""
    told = [f"<span>{escape(fact)}</span>" for fact in (article.publisher, article.published) if fact]
    return f'<p class="gg-facts">{"".join(told)}{_where(words, article)}</p>'


def _where(words: Words, article: Facts) -> str:
    """A link to the article where it came from the web, else its file's name."""
    host = web_host(article.url)
    if article.url and host:
        href, label = escape(article.url.strip()), escape(f"{host} ({words.new_window})")
        return (
            f'<a href="{href}" target="_blank" rel="noopener noreferrer" aria-label="{label}">'
            f"{escape(host)} ↗</a>"
        )
    return f"<span>{escape(article.file)}</span>"


def _meter(words: Words, label: str, value: float) -> str:
    percent = round(100 * min(max(value, 0.0), 1.0))
    return (
        f'<span class="gg-meter" role="img" aria-label="{label} {percent}%" '
        f'title="{words.meter_title.format(percent=percent)}"><span>{label}</span>'
        f'<i><i style="width:{percent}%"></i></i><b>{percent}%</b></span>'
    )


def open_article(article: Facts, place: Place, spans: Sequence[Span], label: str) -> str:
    """The button that opens an article; the first span is the passage to mark, the others are quotations."""
    given = " ".join(f"{start}-{end}" for start, end in spans)
    return (
        f'<button type="button" class="gg-open" data-article="{escape(article.id)}" data-place="{place}" '
        f'data-spans="{given}">{escape(label)}</button>'
    )
