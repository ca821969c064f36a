"""The chat page's left-hand side: the conversation, from answers to markup."""

from __future__ import annotations

from collections.abc import Mapping

from index.articles import Article
from rag.answer import DIFFERING, NO_MORE, NONE_ALLOWED, NOT_TOLD, Answer, Citation, Statement
from rag.page.cards import card_id_of, cited_by_passage
from rag.page.markup import escape

LONGEST_ECHO = 200
"""Characters of a question shown above its answer."""
LONGEST_WORD = 12
"""Characters of a word that may be kept on one line with what follows it."""


def header(articles: int, passages: int, sample: bool) -> str:
    """The page's title, what it does, and how much it searches."""
    kind = "예시 기사" if sample else "기사"
    return (
        '<h1 class="gg-logo"><span>근거</span></h1>'
        '<p class="gg-tagline">기사에 물으면, 답이 되는 문장을 그대로 인용하고 출처를 밝힙니다.</p>'
        f'<p class="gg-counts">{kind} <b>{articles:,}</b>편 · 문단 <b>{passages:,}</b>개</p>'
    )


def conversation(turns: str) -> str:
    """The conversation as a live region, so that a screen reader says what is added to it."""
    return f'<div role="log" aria-live="polite" aria-label="대화">{turns}</div>'


def welcome() -> str:
    """What stands in the conversation's place before the first question."""
    return (
        '<div class="gg-welcome"><h2>무엇이 궁금하세요?</h2>'
        "<p>답을 지어내지 않습니다. 기사에 있는 문장을 그대로 옮기고 번호로 출처를 답니다. "
        "기사에 없으면 없다고 말합니다.</p></div>"
    )


def turn(number: int, question: str, reply: str, narrowed: str = "") -> str:
    """One question with the reply to it.

    Args:
        number: of the turn in this conversation, from 1.
        question: as asked; a very long one is shown shortened, a blank one not at all.
        reply: markup, of ``answer``, ``notice`` or ``pending``.
        narrowed: the filters that were in force, in words.
    """
    shown = " ".join(question.split())
    if len(shown) > LONGEST_ECHO:
        shown = shown[:LONGEST_ECHO].rstrip() + "…"
    asked = f'<h3 class="gg-question"><span>{escape(shown)}</span></h3>' if shown else ""
    among = f'<p class="gg-narrowed">거른 기사에서 찾음: {escape(narrowed)}</p>' if narrowed else ""
    return f'<article class="gg-turn" id="turn-{number}">{asked}{among}{reply}</article>'


def pending() -> str:
    """The reply while the search runs."""
    return '<p class="gg-pending"><span></span><span></span><span></span>기사에서 찾는 중입니다</p>'


def notice(message: str) -> str:
    """A reply that is no answer: what is wrong with the question, or that something failed."""
    return f'<p class="gg-notice">{escape(message)}</p>'


def answer(number: int, found: Answer) -> str:
    """The reply to the question of turn ``number``: quotations with their citations, or the abstention."""
    if found.abstained:
        advice = "낱말을 바꾸어 다시 물어보세요."
        if found.text == NONE_ALLOWED:
            advice = "조건을 넓히거나 지우고 다시 물어보세요."
        elif found.text == NO_MORE:
            advice = "앞에서 인용한 기사를 전체로 읽어 보거나, 다른 것을 물어보세요."
        elif found.hits:
            advice = "낱말을 바꾸어 다시 묻거나, 가까운 대목을 직접 확인해 보세요."
        near = _to_sources(number, f"관련 있을 수 있는 대목 {len(found.hits)}곳") if found.hits else ""
        abstention = f"<p><b>{escape(found.text)}</b></p><p>{advice}</p>{near}"
        return f'{_correction(found)}<div class="gg-abstention">{abstention}</div>'
    cited = cited_by_passage(found)
    cards = {citation.n: cards[0].n for cards in cited.values() for citation in cards}
    statements = "".join(_statement(number, statement, cards) for statement in found.statements)
    differing = f'<p class="gg-differing">{escape(DIFFERING)}</p>' if found.differing else ""
    untold = "".join(
        f'<p class="gg-untold">{escape(NOT_TOLD.format(item=item))}</p>' for item in found.unanswered
    )
    rest = sum(hit.passage.id not in cited for hit in found.hits)
    more = f" · 가까운 대목 {rest}곳" if rest else ""
    to_sources = _to_sources(number, f"근거 {len(cited)}곳{more}")
    return f'{_correction(found)}<div class="gg-answer">{differing}{statements}{untold}{to_sources}</div>'


def _correction(found: Answer) -> str:
    """What the question was completed or corrected to, and the button that asks it as typed; nothing where it was not."""
    told = found.completion or found.correction
    if told is None:
        return ""
    return (
        f'<p class="gg-correction">{escape(told)} '
        f'<button type="button" class="gg-as-typed" data-question="{escape(found.question)}">'
        "입력한 그대로 찾기</button></p>"
    )


def _statement(number: int, statement: Statement, cards: Mapping[int, int]) -> str:
    """A statement: what it is about, its words, and its numbers, which lead to the passages' cards.

    Args:
        number: of the turn.
        statement: what is said.
        cards: for each citation's number, the one that its passage's card has.
    """
    about = f'<span class="gg-about">{escape(statement.about)}</span>' if statement.about else ""
    numbers = "".join(_number(number, citation, cards[citation.n]) for citation in statement.citations)
    origins = "".join(_origin(citation.article) for citation in statement.citations)
    return (
        f'<figure class="gg-quotation">{about}<blockquote>{_words_and_numbers(statement.quote, numbers)}</blockquote>'
        f"<figcaption>{origins}</figcaption></figure>"
    )


def _words_and_numbers(quote: str, numbers: str) -> str:
    """A quotation with its numbers, which no line break parts from its last word."""
    words, space, last = quote.rpartition(" ")
    if len(last) > LONGEST_WORD:
        return f"{escape(quote)}{numbers}"
    return f'{escape(words + space)}<span class="gg-last">{escape(last)}{numbers}</span>'


def _number(number: int, citation: Citation, card: int) -> str:
    return (
        f'<a class="gg-cite" href="#{card_id_of(number, card)}" data-turn="{number}" '
        f'aria-label="출처 {citation.n} 보기: {escape(citation.article.title)}">{citation.n}</a>'
    )


def _origin(article: Article) -> str:
    """Which article a quotation is from: its title, paper and day."""
    where = " · ".join(filter(None, (article.publisher, article.published)))
    origin = f"<span>{escape(where)}</span>" if where else ""
    return f'<span class="gg-origin"><cite>{escape(article.title)}</cite>{origin}</span>'


def _to_sources(number: int, label: str) -> str:
    return f'<a class="gg-to-sources" href="#sources-{number}" data-turn="{number}">{escape(label)} 보기</a>'
