"""What happens on the chat page: from what a visitor does to what the page's parts show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.page import replies
from rag.page.bringing import Shelf
from rag.page.desk import Desk, Narrowing, Unwritten
from rag.page.layout import as_record, lay_out
from rag.page.turns import Turns
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
            return self.desk.whole_article(asked, read_visit(asked.get("visit")))

        def exported(asked: Any) -> str:
            return self.desk.exported(asked)

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
    ) -> Iterator[tuple[Any, ...]]:
        """A question: first that it is being looked for, then its reply.

        Yields turns, unwritten, conversation, sources, question, examples, header, record.
        """
        desk, visit = self.desk, read_visit(told)
        _stop(being_written)
        if text.strip():
            waiting = desk.conversation((*before, desk.waiting(text, before)))
            yield before, None, waiting, SKIP, "", "", SKIP, SKIP
        turn, unwritten = desk.reply(text, before, visit, Narrowing(*narrowing), correct=correct)
        after = (*before, turn)
        shown = desk.conversation((*before, replace(turn, draft="") if unwritten else turn))
        if turn.reply is None:
            # what could not be answered goes back to be corrected, and the next turn takes its place
            yield before, None, shown, SKIP, text.strip(), SKIP, SKIP, SKIP
        else:
            record = as_record(desk.record(turn))
            yield after, unwritten, shown, desk.sources(after), SKIP, SKIP, desk.header(visit), record

    def ask_so(
        self, event: gr.EventData, before: Turns, being_written: Unwritten | None, told: str, *narrowing: Any
    ) -> Iterator[tuple[Any, ...]]:
        """A question that the page asks: an example, one as typed, one asked again, one without the filters."""
        data = _told(event)
        if data.get("again"):
            before = before[:-1] if before and before[-1].question == data.get("question") else before
        if data.get("wide"):
            narrowing = ()
        text, typed = str(data.get("question") or ""), bool(data.get("typed"))
        told = str(data.get("visit") or told)
        yield from self.ask(text, before, being_written, told, *narrowing, correct=not typed)

    def write(self, before: Turns, unwritten: Unwritten | None) -> Iterator[tuple[Any, ...]]:
        """The last answer in a language model's words, as they come. Yields turns, unwritten, conversation, record."""
        after = before
        for turn in self.desk.written(unwritten) if unwritten else ():
            if unwritten and unwritten.stop.is_set():
                # what is on the page by now stays; without this, Gradio would show the last draft once more
                yield SKIP, SKIP, SKIP, SKIP
                return
            after = (*before[:-1], turn)
            yield SKIP, SKIP, self.desk.conversation(after), SKIP
        if after is before:
            yield SKIP, None, self.desk.conversation(before) if unwritten else SKIP, SKIP
        else:
            last = replace(after[-1], draft=None)
            yield (*after[:-1], last), None, SKIP, as_record(self.desk.record(last))

    def stop_writing(self, unwritten: Unwritten | None, before: Turns) -> str:
        """The conversation without what was being written."""
        _stop(unwritten)
        return self.desk.conversation(before)

    # -- Coming and going ----------------------------------------------------------------------------
    def enter(self, event: gr.EventData, told: str, being_written: Unwritten | None) -> tuple[Any, ...]:
        """A visitor comes, or comes back with a conversation that the browser has kept.

        Gives turns, unwritten, conversation, sources, record, and what ``_front`` gives.
        """
        visit = _visit(event, told)
        kept = _told(event).get("turns")
        if kept is None:
            return (SKIP, SKIP, SKIP, SKIP, SKIP, *self._front(visit))
        _stop(being_written)
        turns = self.desk.restored(kept)
        front = self._front(visit, examples=not turns)
        return (turns, None, self.desk.conversation(turns), self.desk.sources(turns), "", *front)

    def _front(self, visit: Visit, *, examples: bool = True) -> tuple[Any, ...]:
        """What there is before a question: header, examples, publishers, topics, shelf, listed."""
        front = self.desk.front(visit)
        choices = [
            gr.update(choices=list(names), visible=bool(names)) for names in (front.publishers, front.topics)
        ]
        shown = replies.examples(front.examples) if examples else ""
        return self.desk.header(visit), shown, *choices, self.shelf.head(visit), self.shelf.listed(visit)

    # -- Articles ------------------------------------------------------------------------------------
    def seek(self, event: gr.EventData, told: str) -> str:
        """The articles that hold what is sought."""
        return self.shelf.listed(_visit(event, told), str(_told(event).get("words") or "")[:200])

    def bring(self, event: gr.EventData, told: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        """Files, or a text, to be added. Yields news, and what ``_front`` gives."""
        visit = _visit(event, told)
        data = _told(event)
        steps = (
            self.shelf.brought(data.get("files"), visit)
            if "files" in data
            else self.shelf.pasted(str(data.get("text") or ""), str(data.get("title") or ""), visit)
        )
        nothing = (SKIP,) * 6
        for told_so_far, added in steps:
            if added:
                own = replace(visit, place="own") if self.desk.library.private else visit
                yield told_so_far, *self._front(own, examples=not turns)
            else:
                yield told_so_far, *nothing

    def remove(self, event: gr.EventData, told: str, turns: Turns) -> tuple[Any, ...]:
        """Takes an article out. Gives news, removed, and what ``_front`` gives."""
        visit = _visit(event, told)
        news, removed = self.shelf.removed(str(_told(event).get("article") or ""), visit)
        return news, removed, *self._front(visit, examples=not turns)

    def undo(self, event: gr.EventData, removed: Any, told: str, turns: Turns) -> tuple[Any, ...]:
        """Brings back what was taken out last. Gives the same."""
        visit = _visit(event, told)
        return self.shelf.restored(removed, visit), None, *self._front(visit, examples=not turns)

    def clear(self, event: gr.EventData, told: str, turns: Turns) -> tuple[Any, ...]:
        """Takes out all that the visitor has brought. Gives the same."""
        visit = _visit(event, told)
        return self.shelf.cleared(visit), None, *self._front(visit, examples=not turns)

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
        entered = [parts.turns, parts.unwritten, parts.conversation, parts.sources, parts.record, *front]
        script.enter(self.enter, [parts.visit, parts.unwritten], entered, queue=False, **quiet)
        script.seek(self.seek, parts.visit, parts.listed, queue=False, trigger_mode="always_last", **quiet)
        changed = [parts.news, parts.removed, *front]
        changing = quiet | {"concurrency_id": "bring", "concurrency_limit": BROUGHT_AT_ONCE}
        who = [parts.visit, parts.turns]
        script.bring(self.bring, who, [parts.news, *front], **changing)
        script.remove(self.remove, who, changed, **changing)
        script.undo(self.undo, [parts.removed, *who], changed, **changing)
        script.clear(self.clear, who, changed, **changing)


def _visit(event: gr.EventData, told: str) -> Visit:
    """Who tells of an event: as it says itself, else as the browser told before."""
    return read_visit(str(_told(event).get("visit") or told))


def _told(event: gr.EventData) -> dict[str, Any]:
    """What the page's script tells with an event."""
    return event._data if isinstance(event._data, dict) else {}


def _stop(unwritten: Unwritten | None) -> None:
    """Whoever stops it, or goes on, no longer waits for what is being written."""
    if unwritten is not None:
        unwritten.stop.set()
