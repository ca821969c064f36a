"""A conversation to take along: as plain text, Markdown, one HTML file, or JSON, with its quotations and sources."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.markup import escape
from rag.page.turns import Facts, Reply, Source, Turn, Turns, as_data
from rag.page.words import Words

FORMATS = ("md", "html", "json")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#|~!&])|^(\s*)([-+=]|\d+\.)(?=\s|[-=]|$)", re.M)
"""What would be markup in Markdown."""


def export(words: Words, turns: Turns, kind: str) -> str:
    """A conversation as the text of a file of that kind, one of ``FORMATS``."""
    answered = tuple(turn for turn in turns if turn.reply)
    if kind == "json":
        return json.dumps(_as_json(answered), ensure_ascii=False, indent=2) + "\n"
    return _as_html(words, answered) if kind == "html" else _as_markdown(words, answered)


class Line(NamedTuple):
    """A line of an answer."""

    text: str
    numbers: tuple[int, ...] = ()
    """Of its citations."""
    quoted: bool = False
    """Whether it is in an article's words."""

    @property
    def marks(self) -> str:
        """Its citations' numbers in brackets."""
        return "".join(f"[{n}]" for n in self.numbers)


def plain_text(words: Words, turn: Turn) -> str:
    """An answer with its sources, to be pasted anywhere."""
    reply = turn.reply
    if reply is None:
        return turn.notice
    lines = [f"{line.text} {line.marks}".rstrip() for line in _said(words, reply)]
    listed = [f"[{n}] {_line(source.article)}" for n, source in _cited(reply)]
    return "\n".join([*lines, *([""] if listed else []), *listed])


def _said(words: Words, reply: Reply) -> list[Line]:
    """The lines of an answer: the model's words where there are any, then the quotations."""
    if reply.abstained:
        told = {"no_more": words.no_more, "none_allowed": words.none_allowed}
        return [Line(told.get(reply.outcome, words.not_found))]
    written = [Line(one.text, one.numbers) for one in (reply.written.supported if reply.written else ())]
    differing = [Line(words.differing)] * reply.differing
    quoted = [
        Line(f"{f'{one.about}: ' if one.about else ''}“{one.quote}”", one.numbers, True)
        for one in reply.quotations
    ]
    untold = [Line(words.untold.format(item=item)) for item in reply.unanswered]
    return [*written, *differing, *quoted, *untold]


def _cited(reply: Reply) -> list[tuple[int, Source]]:
    """The sources of an answer, once for each number it cites; none of an abstention."""
    if reply.abstained:
        return []
    written = reply.written.supported if reply.written else ()
    cited = [one.numbers for one in reply.quotations] + [one.numbers for one in written]
    numbers = {n for some in cited for n in some}
    return [(n, source) for n in sorted(numbers) if (source := reply.source(n))]


def _line(article: Facts) -> str:
    about = ", ".join(filter(None, (article.publisher, article.published)))
    return f"{article.title}{f' ({about})' if about else ''} · {article.url or article.file}"


def _as_json(turns: Sequence[Turn]) -> list[dict[str, object]]:
    """What was asked and answered; a citation gives the quotation, its passage, and where both stand."""
    listed: list[dict[str, object]] = []
    for turn in turns:
        data = as_data(turn)
        data.pop("exchange")  # what is in it stands in the reply already
        data.pop("notice")
        listed.append(data)
    return listed


def _as_markdown(words: Words, turns: Sequence[Turn]) -> str:
    parts = [f"# {words.exported}"]
    for turn in turns:
        reply = turn.reply
        if reply is None:
            continue
        about = " · ".join(filter(None, (f"{words.asked_at} {turn.at}" if turn.at else "", turn.narrowed)))
        lines = [f"## {_plain(' '.join(turn.question.split()))}", *([_plain(about)] if about else [])]
        for line in _said(words, reply):
            lines.append(f"{'> ' * line.quoted}{_plain(line.text)} {line.marks}".rstrip())
        listed = [
            f"{n}. {_plain(_line(source.article))}\n\n   > {_plain(' '.join(source.text.split()))}"
            for n, source in _cited(reply)
        ]
        if listed:
            lines += [f"**{words.sources}**", *listed]
        parts.append("\n\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKDOWN.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", text)


def _as_html(words: Words, turns: Sequence[Turn]) -> str:
    body = "".join(_section(words, turn, turn.reply) for turn in turns if turn.reply)
    return (
        f'<!doctype html>\n<html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{words.exported}</title>'
        "<style>body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.7 sans-serif;word-break:keep-all;"
        "overflow-wrap:anywhere}blockquote{margin:.6rem 0;padding-left:1rem;border-left:4px solid #e5c34a}"
        "section{margin-top:2.5rem;border-top:1px solid #ccc}li p{margin:.2rem 0;color:#444}</style></head>"
        f"<body><h1>{words.exported}</h1>{body}</body></html>\n"
    )


def _section(words: Words, turn: Turn, reply: Reply) -> str:
    lines = []
    for line in _said(words, reply):
        tag = "blockquote" if line.quoted else "p"
        marks = "".join(f'<a href="#t{turn.number}s{n}">[{n}]</a>' for n in line.numbers)
        lines.append(f"<{tag}>{escape(line.text)} {marks}</{tag}>")
    items = "".join(
        f'<li id="t{turn.number}s{n}" value="{n}">{escape(_line(source.article))}<p>{escape(source.text)}</p></li>'
        for n, source in _cited(reply)
    )
    listed = f"<h3>{words.sources}</h3><ol>{items}</ol>" if items else ""
    about = escape(" · ".join(filter(None, (turn.at, turn.narrowed))))
    return f"<section><h2>{escape(turn.question)}</h2><p><small>{about}</small></p>{''.join(lines)}{listed}</section>"
