"""What happens on the chat page: from what a visitor does to what the page's parts show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.collection import Removed
from rag.page import replies
from rag.page.bringing import Shelf
from rag.page.desk import Desk, Narrowing, Unwritten
from rag.page.layout import as_lost, as_record, as_refused, lay_out
from rag.page.turns import Turn, Turns, next_number
from rag.page.visit import Visit, read_visit

WRITTEN_AT_ONCE = 4
"""Answers that a language model writes at the same time at most, apart from those asked: each takes up to minutes."""
BROUGHT_AT_ONCE = 16
"""Visitors whose articles are being added, all but one of them waiting for their turn."""

SKIP = gr.skip()


class Page:
    """One language's page: its parts, and what each event does to them."""

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        self.desk = desk
        self.shelf = shelf
        self.parts = lay_out(desk, self._called())
        self._listen()

    def _called(self) -> list[Callable[[Any], str]]:
        """What the page's script may call; Gradio marks them, which it cannot do with methods."""

        def whole_article(asked: Any) -> str:
            told = asked if isinstance(asked, dict) else {}
            return self.desk.whole_article(told, read_visit(str(told.get("visit"))))

        def exported(asked: Any) -> str:
            return self.desk.exported(asked if isinstance(asked, dict) else {})

        return [whole_article, exported]

    # -- Asking --------------------------------------------------------------------------------------
    def ask(
        self,
        text: str,
        before: Turns,
        being_written: Unwritten | None,
        told: str,
        *narrowing: Any,
        correct: bool = True,
        by_page: bool = False,
        replaced: Turn | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """A question: first that it is being looked for, then its reply.

        Args:
            text: as typed.
            before: the conversation so far.
            being_written: what of it a language model may still be writing.
            told: what the browser tells of itself.
            narrowing: what stands in the filters' boxes.
            correct: as ``Desk.reply``.
            by_page: it does not come from the question box, in which something else may stand.
            replaced: the last turn, where it is asked again; it stays where that fails.

        Yields:
            turns, unwritten, conversation, sources, question, examples, header, record.
        """
        desk, visit = self.desk, read_visit(told)
        if visit.turns and not before and replaced is None:
            # the server knows nothing of a conversation that the browser has: it brings it, and asks again
            yield SKIP, None, SKIP, SKIP, "", SKIP, SKIP, as_lost(text)
            return
        if text.strip():
            _stop(being_written)
            waiting = desk.conversation((*before, desk.waiting(text, before)))
            yield before, None, waiting, SKIP, SKIP if by_page else "", "", SKIP, SKIP
        turn, unwritten = desk.reply(text, before, visit, Narrowing(*narrowing), correct=correct)
        if turn.reply is None:
            # what could not be answered goes back to be corrected, and the next turn takes its place
            stays = (*before, replaced) if replaced else before
            notice = replace(turn, number=next_number(stays))
            yield stays, None, desk.conversation((*stays, notice)), SKIP, text.strip(), SKIP, SKIP, SKIP
            return
        after = (*before, turn)
        shown = desk.conversation((*before, replace(turn, draft="") if unwritten else turn))
        record = as_record(desk.record(turn), visit.talk)
        yield after, unwritten, shown, desk.sources(after), SKIP, SKIP, desk.header(visit), record

    def ask_so(
        self, event: gr.EventData, before: Turns, being_written: Unwritten | None, told: str, *narrowing: Any
    ) -> Iterator[tuple[Any, ...]]:
        """A question that the page asks: an example, one as typed, one asked again, one without the filters."""
        data = _told(event)
        text, replaced = str(data.get("question") or ""), None
        if data.get("again") and before and before[-1].question == text:
            *rest, replaced = before
            before = tuple(rest)
        if data.get("wide"):
            narrowing = ()
        yield from self.ask(
            text,
            before,
            being_written,
            str(data.get("visit") or told),
            *narrowing,
            correct=not data.get("typed"),
            by_page=True,
            replaced=replaced,
        )

    def write(self, before: Turns, unwritten: Unwritten | None) -> Iterator[tuple[Any, ...]]:
        """The last answer in a language model's words, as they come. Yields turns, unwritten, conversation, record."""
        if unwritten is None or not unwritten.begun.acquire(blocking=False):
            yield SKIP, SKIP, SKIP, SKIP
            return
        turn = unwritten.turn
        for turn in self.desk.written(unwritten):
            if unwritten.stop.is_set():
                # what is on the page by now stays; without this, Gradio would show the last draft once more
                yield SKIP, SKIP, SKIP, SKIP
                return
            yield SKIP, SKIP, self.desk.conversation((*before[:-1], turn)), SKIP
        after = (*before[:-1], turn)
        yield after, None, SKIP, as_record(self.desk.record(turn), unwritten.talk)

    def stop_writing(self, unwritten: Unwritten | None, before: Turns) -> str:
        """The conversation without what was being written."""
        _stop(unwritten)
        return self.desk.conversation(before)

    # -- Coming and going ----------------------------------------------------------------------------
    def begin(
        self, event: gr.EventData, told: str, being_written: Unwritten | None, *chosen: Any
    ) -> tuple[Any, ...]:
        """A conversation begins, or goes on from what the browser has kept of it.

        Gives turns, unwritten, conversation, sources, record, and what ``_front`` gives.
        """
        _stop(being_written)
        kept = _told(event).get("turns")
        turns = self.desk.restored(kept)
        front = self._front(_visit(event, told), *chosen, examples=not turns)
        refused = as_refused() if kept and not turns else ""
        return (turns, None, self.desk.conversation(turns), self.desk.sources(turns), refused, *front)

    def enter(self, event: gr.EventData, told: str, turns: Turns, *chosen: Any) -> tuple[Any, ...]:
        """A visitor turns to the other collection. Gives what ``_front`` gives."""
        return self._front(_visit(event, told), *chosen, words=_sought(event), examples=not turns)

    def _front(self, visit: Visit, *chosen: Any, words: str = "", examples: bool = True) -> tuple[Any, ...]:
        """What there is before a question: header, examples, publishers, topics, shelf, listed.

        Of the publishers and topics ``chosen`` before, those stay that there are in the collection.
        """
        front = self.desk.front(visit)
        boxes = []
        for names, before in zip((front.publishers, front.topics), chosen, strict=True):
            there = {name for _, name in names}
            stay = [name for name in before or () if name in there]
            boxes.append(gr.update(choices=list(names), value=stay, visible=bool(names)))
        shown = replies.examples(front.examples) if examples else ""
        listed = self.shelf.listed(visit, words)
        return self.desk.header(visit), shown, *boxes, self.shelf.head(visit), listed

    # -- Articles ------------------------------------------------------------------------------------
    def seek(self, event: gr.EventData, told: str) -> str:
        """The articles that hold what is sought."""
        return self.shelf.listed(_visit(event, told), _sought(event))

    def bring(self, event: gr.EventData, told: str, turns: Turns, *chosen: Any) -> Iterator[tuple[Any, ...]]:
        """Files, or a text, to be added. Yields news, and what ``_front`` gives."""
        visit, data = _visit(event, told), _told(event)
        steps = (
            self.shelf.brought(data.get("files"), visit)
            if "files" in data
            else self.shelf.pasted(str(data.get("text") or ""), str(data.get("title") or ""), visit)
        )
        nothing = (SKIP,) * 6
        for news, added in steps:
            if added:
                own = replace(visit, place="own") if self.desk.library.private else visit
                yield news, *self._front(own, *chosen, words=_sought(event), examples=not turns)
            else:
                yield news, *nothing

    def remove(self, event: gr.EventData, told: str, turns: Turns, *chosen: Any) -> tuple[Any, ...]:
        """Takes an article out. Gives news, removed, and what ``_front`` gives."""
        visit = _visit(event, told)
        news, removed = self.shelf.removed(str(_told(event).get("article") or ""), visit)
        return news, removed, *self._front(visit, *chosen, words=_sought(event), examples=not turns)

    def undo(
        self, event: gr.EventData, removed: Removed | None, told: str, turns: Turns, *chosen: Any
    ) -> tuple[Any, ...]:
        """Brings back what was taken out last. Gives the same."""
        visit = _visit(event, told)
        news, still = self.shelf.restored(removed, visit)
        return news, still, *self._front(visit, *chosen, words=_sought(event), examples=not turns)

    def clear(self, event: gr.EventData, told: str, turns: Turns, *chosen: Any) -> tuple[Any, ...]:
        """Takes out all that the visitor has brought. Gives the same."""
        visit = _visit(event, told)
        return self.shelf.cleared(visit), None, *self._front(visit, *chosen, examples=not turns)

    # -- Which event does what -----------------------------------------------------------------------
    def _listen(self) -> None:
        parts, script = self.parts, self.parts.script
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = quiet | {
            "outputs": [
                parts.turns, parts.unwritten, parts.conversation, parts.sources, parts.question,
                parts.examples, parts.header, parts.record,
            ],
            "concurrency_id": "ask",
        }  # fmt: skip
        rest = [parts.turns, parts.unwritten, parts.visit, *parts.narrowing]
        asked = [
            gr.on([parts.question.submit, parts.send.click], self.ask, [parts.question, *rest], **asking),
            script.asking(self.ask_so, rest, **asking),
        ]
        if self.desk.library.writer is not None:
            writing = quiet | {
                "outputs": [parts.turns, parts.unwritten, parts.conversation, parts.record],
                "concurrency_id": "write",
                "concurrency_limit": WRITTEN_AT_ONCE,
                "trigger_mode": "multiple",  # the one before may still be on its way to its end
            }
            for event in asked:
                event.success(self.write, [parts.turns, parts.unwritten], **writing)
            parts.stop.click(
                self.stop_writing, [parts.unwritten, parts.turns], parts.conversation, queue=False, **quiet
            )
        front = [
            parts.header, parts.examples, *parts.narrowing[:2], parts.shelf, parts.listed
        ]  # fmt: skip
        begun = [parts.turns, parts.unwritten, parts.conversation, parts.sources, parts.record, *front]
        chosen = parts.narrowing[:2]
        who = [parts.visit, parts.turns, *chosen]
        at_once = quiet | {"queue": False, "trigger_mode": "always_last"}
        beginning = [parts.visit, parts.unwritten, *chosen]
        # a question that is still being looked for belongs to the conversation that is left
        script.begin(self.begin, beginning, begun, cancels=asked, **at_once)
        script.resume(self.begin, beginning, begun, **at_once)
        script.enter(self.enter, who, front, **at_once)
        script.seek(self.seek, parts.visit, parts.listed, **at_once)
        changed = [parts.news, parts.removed, *front]
        changing = quiet | {
            "concurrency_id": "bring",
            "concurrency_limit": BROUGHT_AT_ONCE,
            "trigger_mode": "multiple",
        }
        script.bring(self.bring, who, [parts.news, *front], **changing)
        script.remove(self.remove, who, changed, **changing)
        script.undo(self.undo, [parts.removed, *who], changed, **changing)
        script.clear(self.clear, who, changed, **changing)


def _told(event: gr.EventData) -> dict[str, Any]:
    """What the page's script tells with an event."""
    return event._data if isinstance(event._data, dict) else {}


def _visit(event: gr.EventData, told: str) -> Visit:
    """Who tells of an event: as it says itself, else as the browser told before."""
    return read_visit(str(_told(event).get("visit") or told))


def _sought(event: gr.EventData) -> str:
    """What stands in the box that articles are sought by."""
    return str(_told(event).get("words") or "")[:200]


def _stop(unwritten: Unwritten | None) -> None:
    """Whoever stops it, or goes on, no longer waits for what is being written."""
    if unwritten is not None:
        unwritten.stop.set()
