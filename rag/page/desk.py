"""What the chat page shows for each thing a user does, as markup. Knows no Gradio."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from index.articles import Article
from index.errors import GeungeoError
from index.filters import Filters
from index.hangul import has_final
from rag.answer import Answer
from rag.follow_ups.exchange import Exchange
from rag.page import cards, drafts, replies
from rag.retriever import Retriever
from rag.serving import Serving
from rag.writing.written import Draft, Writer

log = logging.getLogger(__name__)

MOST_TURNS = 30
"""Turns of a conversation that stay on the page; every reply carries all of them."""
MOST_LISTED = 8
"""Articles named on the page before the first question."""
MOST_EXAMPLES = 5
MOST_CHOICES = 300
"""Publishers, and topics, to choose from: the most frequent ones."""
BROKEN = (
    "문제가 생겨 답하지 못했습니다. 다시 물어봐 주세요. 되풀이되면 이 프로그램을 띄운 창의 오류를 살펴보세요."
)

SAMPLE_QUESTIONS = (
    "해인 클러스터 이름의 유래는?",
    "독자 AI 파운데이션 모델 정예팀 다섯 곳은 어디인가요?",
    "A.X 4.0은 언제 공개됐나요?",
    "업스테이지가 만들고 있는 모델의 크기는?",
    "에이닷 전화의 가입자는 몇 명인가요?",
    "정부는 올해 얼마를 지원하나요?",
    "리벨리온은 컨소시엄에서 무엇을 맡나요?",
)
NAMED = re.compile(r"[‘'“\"]([가-힣A-Za-z0-9][가-힣A-Za-z0-9 .·-]{0,13}[가-힣])[’'”\"]")
"""What an article sets in quotation marks: names and coinages mostly, good to ask about."""
DRAFTS_APART = 0.2
"""Seconds between two sights of what a language model is writing: each carries the whole conversation."""
MOST_TRIED = 30
"""Candidates for an example tried out when the page starts; each costs some 15 ms."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and the reply to it, as markup."""

    number: int
    """From 1 in each conversation."""
    question: str
    reply: str
    sources: str | None
    """The passages behind the reply; None where it is no answer, but a notice."""
    narrowed: str = ""
    """The filters in force, in words; empty where there were none."""
    exchange: Exchange | None = None
    """What later questions may refer to; None in a notice."""
    found: Answer | None = field(default=None, repr=False)
    """The extractive answer, for a language model to write from."""
    stop: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)
    """Set once nobody waits any more for what a language model writes of it."""

    @property
    def kept(self) -> Turn:
        """Itself without the answer, whose passages carry whole articles: what a visitor's page remembers."""
        return replace(self, found=None)


Turns = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a visitor has chosen to narrow the search to, as it stands in the boxes; None in those never opened."""

    publishers: Sequence[str] | None = None
    topics: Sequence[str] | None = None
    since: str | None = None
    until: str | None = None
    source: str | None = None

    def filters(self) -> Filters:
        """The filters meant. Raises QuestionError where a day is none."""
        return Filters(self.publishers or (), self.since, self.until, self.source or (), self.topics or ())


NOT_NARROWED = Narrowing()


@dataclass(frozen=True, slots=True)
class Front:
    """What the page shows of one generation of the index before anything is asked, and what answers from it."""

    retriever: Retriever
    writer: Writer | None
    header: str
    examples: list[str]
    publishers: list[tuple[str, str]]
    topics: list[tuple[str, str]]
    collection: str

    @classmethod
    def of(cls, retriever: Retriever, writer: Writer | None) -> Front:
        """The front of what a retriever searches."""
        index = retriever.index
        total, passages = index.counts["articles"], index.counts["passages"]
        articles = index.store.some_articles(MOST_LISTED)
        return cls(
            retriever,
            writer.over(retriever) if writer else None,
            replies.header(total, passages, index.sample),
            example_questions(retriever, articles),
            _choices(index.store.publishers()),
            _choices(index.store.topics()),
            cards.collection(articles, total),
        )


class Desk:
    """The markup of one collection's page, always of its newest generation. Safe to share between threads."""

    def __init__(self, retriever: Retriever, writer: Writer | None = None) -> None:
        self.serving = Serving(retriever, lambda newest: Front.of(newest, writer))

    @property
    def front(self) -> Front:
        """What belongs to the newest generation."""
        return self.serving.current

    def waiting(self, question: str, before: Turns) -> Turn:
        """The turn of a question whose answer is still being looked for."""
        return Turn(_next(before), question, replies.pending(), None)

    def reply(
        self, question: str, before: Turns, narrowing: Narrowing = NOT_NARROWED, *, correct: bool = True
    ) -> Turn:
        """The turn of a question; whatever goes wrong becomes a line to the user.

        Unless ``correct``, it is searched as typed: neither corrected nor completed from the turns before.
        """
        number = _next(before)
        try:
            filters = narrowing.filters()
            after = [turn.exchange for turn in before if turn.exchange]
            found = self.front.retriever.answer(question, filters=filters, correct=correct, after=after)
            return Turn(
                number, question, replies.answer(number, found), cards.sources(number, found),
                " · ".join(in_words(filters)), found.exchange, found,
            )  # fmt: skip
        except GeungeoError as error:
            return Turn(number, question, replies.notice(str(error)), None)
        except Exception:
            log.exception("a question could not be answered")
            return Turn(number, question, replies.notice(BROKEN), None)

    def written(self, turn: Turn) -> Iterator[Turn]:
        """The turn while a language model writes its answer, and last with the checked answer above the quotations.

        Nothing where there is no model, or nothing to write from; last the turn as it was where it is stopped, or
        anything fails.
        """
        writer = self.front.writer
        if writer is None or turn.found is None or turn.found.abstained:
            return
        shown = 0.0
        try:
            for step in writer.stream(turn.found, turn.stop):
                if turn.stop.is_set():
                    yield turn.kept
                    return
                if isinstance(step, Draft) and time.monotonic() - shown < DRAFTS_APART:
                    continue
                shown = time.monotonic()
                markup = drafts.draft(step) if isinstance(step, Draft) else drafts.written(turn.number, step)
                yield replace(turn.kept, reply=markup + turn.reply)
        except Exception:
            log.exception("what a language model wrote could not be shown")
            yield turn.kept

    def filters_label(self, narrowing: Narrowing) -> str:
        """What stands on the closed filters: those in force, in words."""
        try:
            return " · ".join(["거르기", *in_words(narrowing.filters())])
        except GeungeoError:
            return "거르기 · 날짜를 확인하세요"

    def conversation(self, turns: Sequence[Turn]) -> str:
        """The questions with their replies; a word of welcome where there are none."""
        talk = "".join(replies.turn(turn.number, turn.question, turn.reply, turn.narrowed) for turn in turns)
        return replies.conversation(talk or replies.welcome())

    def sources(self, turns: Sequence[Turn]) -> str:
        """The passages behind each reply, only those of the last to be seen; at first, the articles."""
        groups = [(turn.number, turn.sources) for turn in turns if turn.sources is not None]
        if not groups:
            return self.front.collection
        last = groups[-1][0]
        return "".join(cards.source_group(number, group, shown=number == last) for number, group in groups)

    def whole_article(self, asked: Any) -> str:
        """An article to read, as the page's script asks for it.

        Args:
            asked: ``{"article": id, "spans": [[start, end], ...]}``; the first span is the passage to mark,
                the others are quotations in it.
        """
        article = self.front.retriever.article(str(asked["article"]))
        if article is None:
            return replies.notice("이 기사는 이제 색인에 없습니다.")
        spans = [(int(start), int(end)) for start, end in asked["spans"]]
        return cards.whole_article(article, spans[0] if spans else None, spans[1:])


def in_words(filters: Filters) -> list[str]:
    """The filters as a reader says them, one string a kind; empty where there are none."""
    if filters.since and filters.until:
        days = [f"{filters.since}~{filters.until}"]
    else:
        days = [f"{filters.since}부터"] * bool(filters.since) + [f"{filters.until}까지"] * bool(filters.until)
    named = (filters.publishers, filters.topics, filters.sources)
    publishers, topics, sources = ([", ".join(values)] if values else [] for values in named)
    return [*publishers, *topics, *days, *sources]


def _choices(counted: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """The most frequent names, each as it is shown (with its count) and as it is."""
    return [(f"{name} ({count:,})", name) for name, count in counted[:MOST_CHOICES]]


def _next(turns: Turns) -> int:
    return turns[-1].number + 1 if turns else 1


def example_questions(retriever: Retriever, articles: Sequence[Article]) -> list[str]:
    """Questions to begin with, each of which the collection has an answer to."""
    if retriever.index.sample:
        candidates = list(SAMPLE_QUESTIONS)
    else:
        named = [dict.fromkeys(NAMED.findall(f"{article.title}\n{article.text}")) for article in articles]
        # the first name of every article before the second of any
        names = [name for row in zip_longest(*named) for name in row if name]
        candidates = [f"‘{name}’{_topic_particle(name)} 무엇인가요?" for name in names]
    examples: list[str] = []
    for candidate in list(dict.fromkeys(candidates))[:MOST_TRIED]:
        if len(examples) == MOST_EXAMPLES:
            break
        if not retriever.answer(candidate).abstained:
            examples.append(candidate)
    return examples


def _topic_particle(word: str) -> str:
    """은 after a syllable with a final consonant, 는 after one without."""
    return "은" if has_final(word) else "는"
