"""How notebooks show hits and answers: markup that needs no script, no style sheet and no id, on light and dark ground.

Colours are inherited, or let the ground show through. Everything that comes from an article or a question is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.articles import Article
from index.passages import Span
from rag.answer import DIFFERING, NOT_TOLD, Answer, Statement
from rag.answer_output import same_elsewhere
from rag.hits import Hit
from rag.markup import escape, layered, web_host
from rag.records import file_name
from rag.results import Hits, SearchResults
from rag.writing.written import numbered_passages

MOST_SHOWN = 20
"""Hits or questions; what follows is counted."""
NOTHING = "찾은 대목이 없습니다."
NEAREST = "관련 있을 수 있는 대목:"
MORE = "… 그 밖에 {count}개"

_GROUND = "max-width:52rem;font-size:14px;line-height:1.7;word-break:keep-all;overflow-wrap:anywhere"
_CARD = "margin:.6em 0;padding:.5em .9em;border:1px solid rgba(128,128,128,.4);border-radius:6px"
_MUTED = "opacity:.72;font-size:.92em"
_SENTENCE = "border-bottom:2px solid rgba(230,160,0,.95)"
_WORD = "background:rgba(255,190,0,.38);color:inherit;padding:0;border-radius:2px"
_LINK = "color:inherit;text-decoration:underline"
_QUOTATION = "margin:.5em 0;padding:0 0 0 .9em;border-left:4px solid rgba(230,160,0,.95)"


def hit_html(hit: Hit) -> str:
    """A passage with its article and score."""
    return _ground(_card(hit, [hit.best_sentence], scored=True))


def hits_html(hits: Hits) -> str:
    """Passages, numbered by rank."""
    return _ground(_ranked(hits))


def results_html(results: SearchResults) -> str:
    """Questions, each of which opens on its passages; the first one is open."""
    shown = [
        f"<details{' open' if at == 0 else ''}><summary><b>{at + 1}. {escape(' '.join(question.split()))}</b></summary>"
        f"{_ranked(hits)}</details>"
        for at, (question, hits) in enumerate(zip(results.questions[:MOST_SHOWN], results, strict=False))
    ]
    return _ground("".join(shown) + _more(results))


def answer_html(answer: Answer) -> str:
    """Its statements with their citations' numbers and the passages cited; or that there is none, and the nearest ones."""
    told = "".join(_line(note) for note in (answer.completion, answer.correction) if note)
    asked = f"<div><b>{escape(answer.question)}</b></div>{told}"
    if answer.abstained:
        nearest = "".join(_card(hit) for hit in answer.hits[:MOST_SHOWN])
        heading = _line(NEAREST) if nearest else ""
        return _ground(f"{asked}<p>{escape(answer.text)}</p>{heading}{nearest}{_more(answer.hits)}")
    differing = f"<p>{escape(DIFFERING)}</p>" if answer.differing else ""
    said = "".join(_statement(one) for one in answer.statements)
    untold = "".join(f"<p>{escape(NOT_TOLD.format(item=item))}</p>" for item in answer.unanswered)
    return _ground(f"{asked}{differing}{said}{untold}{''.join(_cited(answer))}")


def _ground(inner: str) -> str:
    return f'<div lang="ko" style="{_GROUND}">{inner}</div>'


def _ranked(hits: Sequence[Hit]) -> str:
    cards = [
        _card(hit, [hit.best_sentence], f"{rank}. ", scored=True)
        for rank, hit in enumerate(hits[:MOST_SHOWN], 1)
    ]
    return ("".join(cards) + _more(hits)) or _line(NOTHING)


def _more(listed: Sequence[object]) -> str:
    rest = len(listed) - MOST_SHOWN
    return _line(MORE.format(count=rest)) if rest > 0 else ""


def _line(text: str) -> str:
    return f'<div style="{_MUTED}">{escape(text)}</div>'


def _statement(statement: Statement) -> str:
    about = f"<b>{escape(statement.about)}</b>: " if statement.about else ""
    origin = f' <span style="{_MUTED}">({escape(statement.origin)})</span>' if statement.differs else ""
    return (
        f'<blockquote style="{_QUOTATION}">{about}{escape(statement.quote)}&nbsp;<sup>{statement.marks}</sup>'
        f"{origin}</blockquote>"
    )


def _cited(answer: Answer) -> Iterable[str]:
    """The passages that an answer cites, each once, under the numbers of its quotations."""
    for _, hit in numbered_passages(answer):
        start = hit.passage.start
        cited = [one for one in answer.citations if one.passage.id == hit.passage.id]
        if cited:
            quotes = [(one.start - start, one.end - start) for one in cited]
            yield _card(hit, quotes, "".join(f"[{one.n}]" for one in cited) + " ")


def _card(hit: Hit, sentences: Iterable[Span] = (), label: str = "", *, scored: bool = False) -> str:
    """A passage under its article: sentences set off, the question's words marked."""
    text = layered(
        hit.passage.text,
        [(f'<span style="{_SENTENCE}">', sentences), (f'<mark style="{_WORD}">', hit.highlights)],
    )
    score = f' <span style="{_MUTED}">· 점수 {hit.score:.3f}</span>' if scored else ""
    also = _line(same_elsewhere(hit.elsewhere)) if hit.elsewhere else ""
    return (
        f'<div style="{_CARD}"><div><b>{label}{escape(hit.article.title)}</b></div>'
        f'<div>{_origin(hit.article)}{score}</div><div style="white-space:pre-line;margin:.3em 0">{text}</div>{also}</div>'
    )


def _origin(article: Article) -> str:
    """Its paper and day, and a link where it came from the web, else its file's name."""
    told = [escape(fact) for fact in (article.publisher, article.published) if fact]
    host = web_host(article.url)
    if article.url and host:
        href = escape(article.url.strip())
        where = (
            f'<a href="{href}" style="{_LINK}" target="_blank" rel="noopener noreferrer">{escape(host)} ↗</a>'
        )
    else:
        where = escape(file_name(article.source))
    return f'<span style="{_MUTED}">{" · ".join([*told, where])}</span>'
