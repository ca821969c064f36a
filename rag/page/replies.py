"""The chat page's left-hand side: the conversation, from turns to markup."""

from __future__ import annotations

from collections.abc import Sequence

from index.hangul import direction_particle
from rag.markup import escape
from rag.page.exports import plain_text
from rag.page.front import Front
from rag.page.turns import Facts, Quotation, Reply, Turn, Written
from rag.page.visit import Place
from rag.page.words import Words

LONGEST_ECHO = 200
"""Characters of a question shown above its answer."""
LONGEST_WORD = 12
"""Characters of a word that may be kept on one line with what follows it."""


def header(words: Words, front: Front, place: Place) -> str:
    """The page's title, what it does, and how much it searches."""
    form = words.own_counts if place == "own" else words.sample_counts if front.sample else words.counts
    counts = form.format(articles=front.articles, passages=front.passages)
    return (
        '<h1 class="gg-logo"><span>근거</span></h1>'
        f'<p class="gg-tagline">{escape(words.tagline)}</p><p class="gg-counts">{counts}</p>'
    )


def conversation(words: Words, turns: Sequence[Turn]) -> str:
    """The conversation as a live region, so that a screen reader says what is added to it."""
    last = turns[-1].number if turns else 0
    talk = "".join(turn(words, one, last=one.number == last) for one in turns) or welcome(words)
    return f'<div role="log" aria-live="polite" aria-label="{words.conversation}">{talk}</div>'


def welcome(words: Words) -> str:
    """What stands in the conversation's place before the first question."""
    return f'<div class="gg-welcome"><h2>{words.welcome}</h2><p>{words.promise}</p></div>'


def examples(questions: Sequence[str]) -> str:
    """Questions to begin with, each a button that asks it."""
    buttons = "".join(_ask(one, one, name="gg-ask gg-example") for one in questions)
    return f'<div class="gg-examples">{buttons}</div>' if buttons else ""


def turn(words: Words, shown: Turn, *, last: bool = True) -> str:
    """One question with the reply to it; only the ``last`` can be asked again.

    A very long question is shown shortened, a blank one not at all.
    """
    question = " ".join(shown.question.split())
    if len(question) > LONGEST_ECHO:
        question = question[:LONGEST_ECHO].rstrip() + "…"
    asked = f'<h3 class="gg-question"><span>{escape(question)}</span></h3>' if question else ""
    searched = [words.among_own] * (shown.place == "own")
    searched += [words.narrowed.format(filters=shown.narrowed)] * bool(shown.narrowed)
    among = f'<p class="gg-narrowed">{escape(" · ".join(searched))}</p>' if searched else ""
    if shown.reply:
        reply = _draft(words, shown.draft) + answer(words, shown, shown.reply)
    else:
        reply = notice(shown.notice) if shown.notice else pending(words)
    tools = _tools(words, shown, last=last) if shown.reply or shown.notice else ""
    return f'<article class="gg-turn" id="turn-{shown.number}">{asked}{among}{reply}{tools}</article>'


def pending(words: Words) -> str:
    """The reply while the search runs."""
    dots = "<span></span><span></span><span></span>"
    return f'<div class="gg-pending"><p>{dots}{words.pending}</p><p class="gg-slow">{words.slow}</p></div>'


def notice(message: str) -> str:
    """A reply that is no answer: what is wrong with the question, or that something failed."""
    return f'<p class="gg-notice">{escape(message)}</p>'


def answer(words: Words, shown: Turn, reply: Reply) -> str:
    """The reply to a question: quotations with their citations, or the abstention."""
    told = _correction(words, shown, reply)
    if reply.abstained:
        return f'{told}<div class="gg-abstention">{_abstention(words, shown, reply)}</div>'
    quotations = "".join(_quotation(words, shown.number, reply, one) for one in reply.quotations)
    differing = f'<p class="gg-differing">{words.differing}</p>' if reply.differing else ""
    untold = "".join(
        f'<p class="gg-untold">{escape(words.untold.format(item=item))}</p>' for item in reply.unanswered
    )
    cited = sum(one.cited for one in reply.sources)
    rest = len(reply.sources) - cited
    label = words.sources_count.format(count=cited)
    if rest:
        label += " · " + words.near_count.format(count=rest)
    written = _written(words, shown.number, reply.written) if reply.written else ""
    return (
        f'{written}{told}<div class="gg-answer">{differing}{quotations}{untold}'
        f"{_to_sources(words, shown.number, label)}</div>"
    )


def _abstention(words: Words, shown: Turn, reply: Reply) -> str:
    """That there is no answer, why that may be, and what to do next."""
    said = {"not_found": words.not_found, "no_more": words.no_more, "none_allowed": words.none_allowed}
    advice = words.advice_near if reply.sources else words.advice
    advice = {"no_more": words.advice_no_more, "none_allowed": words.advice_filters}.get(
        reply.outcome, advice
    )
    parts = [f"<p><b>{said[reply.outcome]}</b></p><p>{advice}</p>"]
    if reply.unknown:
        listed = ", ".join(f"‘{word}’" for word in reply.unknown)
        parts.append(f'<p class="gg-unknown">{escape(words.unknown.format(words=listed))}</p>')
    if reply.suggestions:
        buttons = "".join(_ask(text, text) for text in reply.suggestions)
        parts.append(f'<p class="gg-suggest">{words.suggest}</p><p class="gg-suggestions">{buttons}</p>')
    if shown.narrowed:
        parts.append(
            f'<p class="gg-suggestions">{_ask(words.without_filters, shown.question, wide=True)}</p>'
        )
    if reply.sources:
        label = words.near_passages.format(count=len(reply.sources))
        parts.append(_to_sources(words, shown.number, label))
    return "".join(parts)


def _ask(label: str, question: str, *, wide: bool = False, name: str = "gg-ask") -> str:
    widening = " data-wide" if wide else ""
    return (
        f'<button type="button" class="{name}" data-question="{escape(question)}"{widening}>'
        f"{escape(label)}</button>"
    )


def _correction(words: Words, shown: Turn, reply: Reply) -> str:
    """What the question was completed or corrected to, and the button that asks it as typed; nothing where it was not."""
    text = reply.completed_as or reply.searched_as
    if text is None:
        return ""
    form = words.corrected
    if reply.completed_as:
        form = words.completed_within if reply.within else words.completed
    told = form.format(text=text, particle=direction_particle(text), title=reply.within)
    return (
        f'<p class="gg-correction">{escape(told)} '
        f'<button type="button" class="gg-as-typed" data-question="{escape(shown.question)}">'
        f"{words.as_typed}</button></p>"
    )


def _quotation(words: Words, number: int, reply: Reply, shown: Quotation) -> str:
    """A statement: what it is about, its words, and its numbers, which lead to the passages' cards."""
    about = f'<span class="gg-about">{escape(shown.about)}</span>' if shown.about else ""
    numbers, origins = "", ""
    for n in shown.numbers:
        source = reply.source(n)
        if source:
            numbers += cite(words, number, n, source.number, source.article.title)
            origins += _origin(source.article)
    return (
        f'<figure class="gg-quotation">{about}<blockquote lang="ko">{_words_and_numbers(shown.quote, numbers)}</blockquote>'
        f"<figcaption>{origins}</figcaption></figure>"
    )


def _words_and_numbers(quote: str, numbers: str) -> str:
    """A quotation with its numbers, which no line break parts from its last word."""
    said, space, last = quote.rpartition(" ")
    if len(last) > LONGEST_WORD:
        return f"{escape(quote)}{numbers}"
    return f'{escape(said + space)}<span class="gg-last">{escape(last)}{numbers}</span>'


def cite(words: Words, number: int, n: int, card: int, title: str = "") -> str:
    """The number ``n`` of a citation in turn ``number``, leading to the card that it has."""
    label = escape(words.cite.format(n=n, title=title)).rstrip(": ")
    return f'<a class="gg-cite" href="#{card_id(number, card)}" data-turn="{number}" aria-label="{label}">{n}</a>'


def card_id(number: int, source: int) -> str:
    """The id of a source's card: of the turn, and of the number it is cited by."""
    return f"source-{number}-{source}"


def _origin(article: Facts) -> str:
    """Which article a quotation is from: its title, paper and day."""
    where = " · ".join(filter(None, (article.publisher, article.published)))
    origin = f"<span>{escape(where)}</span>" if where else ""
    return f'<span class="gg-origin"><cite>{escape(article.title)}</cite>{origin}</span>'


def _to_sources(words: Words, number: int, label: str) -> str:
    shown = escape(words.show.format(what=label))
    return f'<a class="gg-to-sources" href="#sources-{number}" data-turn="{number}">{shown}</a>'


def _tools(words: Words, shown: Turn, *, last: bool) -> str:
    """What can be done with a turn: copy it with its sources; ask the last one again or in other words."""
    tools = []
    if shown.reply:
        text = escape(plain_text(words, shown))
        tools.append(f'<button type="button" class="gg-copy" data-text="{text}">{words.copy}</button>')
    if last:
        question = escape(shown.question)
        tools += [
            f'<button type="button" class="gg-again" data-question="{question}">{words.again}</button>',
            f'<button type="button" class="gg-edit" data-question="{question}">{words.edit}</button>',
        ]
    if last and shown.reply:
        formats = "".join(
            f'<button type="button" class="gg-export" data-format="{name}">{label}</button>'
            for name, label in (("md", "Markdown"), ("html", "HTML"), ("json", "JSON"))
        )
        tools.append(
            f'<details class="gg-exports"><summary>{words.export}</summary><div>{formats}</div></details>'
        )
    return f'<div class="gg-tools">{"".join(tools)}</div>'


# -- In a language model's words -----------------------------------------------------------------------
def _draft(words: Words, text: str | None) -> str:
    """What the model has written so far, marked as not yet checked; not read out word by word."""
    if text is None:
        return ""
    label = f'<b class="gg-checking">{words.checking if text else words.writing}</b>'
    return f'<div class="gg-draft" aria-hidden="true">{label}<p>{escape(text)}</p></div>'


def _written(words: Words, number: int, written: Written) -> str:
    """The checked answer, to stand above its quotations: its sentences, and what was left out."""
    text = " ".join(
        escape(one.text) + "".join(cite(words, number, n, n) for n in one.numbers)
        for one in written.supported
    )
    body = f'<p class="gg-written-text">{text}</p>' if text else ""
    remark = written.why
    if remark is None:
        left_out = words.left_out.format(count=len(written.left_out)) if written.left_out else ""
        remark = words.written + left_out
    items = "".join(f"<li><s>{escape(one)}</s></li>" for one in written.left_out)
    more = f"<details class='gg-left-out'><summary>{words.show_left_out}</summary><ul>{items}</ul></details>"
    return f'<div class="gg-written">{body}<p class="gg-remark">{escape(remark)}</p>{more if items else ""}</div>'
