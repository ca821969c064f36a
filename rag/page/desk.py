"""What the chat page does for each thing a visitor does there. Knows no Gradio."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from index.errors import GeungeoError
from index.filters import Filters
from index.passages import Span
from rag.answer import Answer
from rag.page import cards, reader, replies
from rag.page.exports import FORMATS, export
from rag.page.front import Front, Library
from rag.page.turns import Reply, Turn, Turns, Written, as_data, from_data, next_number
from rag.page.visit import Place, Visit
from rag.page.words import Words
from rag.suggestions import rephrasings, unknown_words
from rag.writing.written import Draft

log = logging.getLogger(__name__)

MOST_TURNS = 30
"""Turns of a conversation that stay on the page; every reply carries all of them."""
DRAFTS_APART = 0.2
"""Seconds between two sights of what a language model is writing: each carries the whole conversation."""


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
class Unwritten:
    """A turn that a language model may yet write, with what it is to write from."""

    turn: Turn
    found: Answer = field(repr=False)
    front: Front = field(repr=False)
    talk: str
    """What the browser calls its conversation."""
    stop: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)
    """Set once nobody waits any more for what is written."""
    begun: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    """Held once it is being written, so that nobody writes it a second time."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An article that a visitor opens."""

    article: str
    """Its id."""
    place: Place
    spans: Annotated[list[Span], Field(max_length=100)]
    """In characters of the article: the passage to mark, then quotations in it; none where it is read from its start."""


_OPENED = TypeAdapter(Opened)


class Desk:
    """The page in one language, over all its collections. Safe to share between threads."""

    def __init__(self, library: Library, words: Words) -> None:
        self.library = library
        self.words = words

    def header(self, visit: Visit) -> str:
        """The page's title with how much is searched."""
        return replies.header(self.words, self.front(visit), self.library.place(visit))

    def front(self, visit: Visit) -> Front:
        """What belongs to the collection asked; as if it were empty where it is broken."""
        try:
            return self.library.front(visit)
        except GeungeoError:
            log.exception("a visitor's collection cannot be opened")
            return Front(None, None)

    def waiting(self, question: str, before: Turns) -> Turn:
        """The turn of a question whose answer is still being looked for."""
        return Turn(next_number(before), question)

    def reply(
        self,
        question: str,
        before: Turns,
        visit: Visit,
        narrowing: Narrowing = NOT_NARROWED,
        *,
        correct: bool = True,
    ) -> tuple[Turn, Unwritten | None]:
        """The turn of a question, and what a language model may write it from; whatever goes wrong becomes a line to the user.

        Unless ``correct``, it is searched as typed: neither corrected nor completed from the turns before.
        """
        words, place = self.words, self.library.place(visit)
        turn = Turn(
            next_number(before),
            question,
            place=place,
            at=datetime.now().astimezone().isoformat("T", "seconds"),
        )
        try:
            filters = narrowing.filters()
            told = in_words(words, filters)
            front = self.library.front(visit, place)
            if front.retriever is None:
                return replace(turn, notice=words.empty_own), None
            only = front.retriever.article(visit.only) if visit.only else None
            if only:  # one that has left the index meanwhile does not narrow the search
                filters, told = replace(filters, articles=[only.id]), [f"‘{only.title}’", *told]
            turn = replace(turn, narrowed=" · ".join(told))
            after = [one.exchange for one in before if one.exchange and one.place == place]
            found = front.retriever.answer(
                question,
                visit.sources,
                filters=filters,
                correct=correct and visit.correct,
                after=after,
            )
            unknown: list[str] = []
            near: list[str] = []
            if found.abstained and found.hits:
                unknown = unknown_words(front.retriever, found.in_full)
                near = rephrasings(front.retriever, found, unknown, filters)
        except GeungeoError as error:
            return replace(turn, notice=str(error)), None
        except Exception:
            log.exception("a question could not be answered")
            return replace(turn, notice=words.broken), None
        turn = replace(turn, reply=Reply.of(found, unknown, near), exchange=found.exchange)
        writable = front.writer is not None and visit.written and not found.abstained
        return turn, Unwritten(turn, found, front, visit.talk) if writable else None

    def written(self, unwritten: Unwritten) -> Iterator[Turn]:
        """The turn while a language model writes its answer, and last with the checked answer above the quotations.

        Last the turn as it was where it is stopped, or anything fails.
        """
        turn, stop, writer = unwritten.turn, unwritten.stop, unwritten.front.writer
        if writer is None or turn.reply is None:
            return
        shown = 0.0
        try:
            for step in writer.stream(unwritten.found, stop):
                if stop.is_set():
                    yield turn
                    return
                if not isinstance(step, Draft):
                    yield replace(turn, reply=replace(turn.reply, written=Written.of(step)))
                elif time.monotonic() - shown >= DRAFTS_APART:
                    shown = time.monotonic()
                    yield replace(turn, draft=step.text)
        except Exception:
            log.exception("what a language model wrote could not be shown")
            yield turn

    def filters_label(self, narrowing: Narrowing) -> str:
        """What stands on the closed filters: those in force, in words."""
        try:
            return " · ".join([self.words.filters, *in_words(self.words, narrowing.filters())])
        except GeungeoError:
            return self.words.check_day

    def conversation(self, turns: Turns) -> str:
        """The questions with their replies; a word of welcome where there are none."""
        return replies.conversation(self.words, turns[-MOST_TURNS:])

    def sources(self, turns: Turns) -> str:
        """The passages behind each reply, only those of the last to be seen."""
        groups = [
            (turn.number, cards.sources(self.words, turn, turn.reply))
            for turn in turns[-MOST_TURNS:]
            if turn.reply
        ]
        last = groups[-1][0] if groups else 0
        return "".join(cards.source_group(number, group, shown=number == last) for number, group in groups)

    def whole_article(self, asked: Any, visit: Visit) -> str:
        """An article to read, as the page's script asks for it.

        Args:
            asked: what a browser of ours tells as ``Opened``.
            visit: who asks: the article may be one of the visitor's own.
        """
        try:
            opened = _OPENED.validate_python(asked)
        except ValidationError:
            return replies.notice(self.words.gone)
        place: Place = opened.place if self.library.private else "shared"
        try:
            retriever = self.library.front(visit, place).retriever
        except GeungeoError as error:
            return replies.notice(str(error))
        article = retriever.article(opened.article) if retriever else None
        if article is None:
            return replies.notice(self.words.gone)
        first = opened.spans[0] if opened.spans else None
        return reader.whole_article(self.words, article, first, opened.spans[1:])

    def exported(self, asked: Any) -> str:
        """A conversation as a file's text: ``{"format": one of FORMATS, "turns": what the browser kept}``."""
        kind = asked.get("format")
        return export(self.words, from_data(asked.get("turns")), kind if kind in FORMATS else "md")

    def restored(self, kept: Any) -> Turns:
        """The turns that a browser has kept; none where they are not ours."""
        return from_data(kept)

    def record(self, turn: Turn) -> dict[str, Any]:
        """What the browser is to keep of a turn."""
        return as_data(replace(turn, draft=None))


def in_words(words: Words, filters: Filters) -> list[str]:
    """The filters as a reader says them, one string a kind; empty where there are none."""
    if filters.since and filters.until:
        days = [f"{filters.since}~{filters.until}"]
    else:
        days = [words.since_day.format(day=filters.since)] * bool(filters.since)
        days += [words.until_day.format(day=filters.until)] * bool(filters.until)
    named = (filters.publishers, filters.topics, filters.sources)
    publishers, topics, sources = ([", ".join(values)] if values else [] for values in named)
    return [*publishers, *topics, *days, *sources]
