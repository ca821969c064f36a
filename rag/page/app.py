"""The chat page: ask about the articles of an index in a browser. The only module that imports Gradio."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import GeungeoError
from rag.page import cards
from rag.page.address import free_port, keep_from_proxies
from rag.page.desk import MOST_EXAMPLES, MOST_TURNS, Desk, Front, Narrowing, Turn, Turns
from rag.retriever import Retriever
from rag.writing.written import Writer

AT_ONCE = 4
"""Questions answered at the same time at most; each takes some 20 ms of all cores."""
WRITTEN_AT_ONCE = 4
"""Answers that a language model writes at the same time at most, apart from ``AT_ONCE``: each takes up to minutes."""

STYLE = Path(__file__).with_name("page.css")
SCRIPT = Path(__file__).with_name("page.js")
FONTS = (
    "Pretendard Variable",
    "Pretendard",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "sans-serif",
)
"""What the systems bring with them; nothing is fetched."""
HEAD = (
    '<meta name="robots" content="noindex"><link rel="icon" href="data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' "
    "fill='%232a4a9c'/%3E%3Crect x='6' y='17' width='20' height='8' rx='2' fill='%23ffd84d'/%3E"
    "%3Cpath d='M8 9h16M8 14h11' stroke='%23fff' stroke-width='2.6' stroke-linecap='round'/%3E%3C/svg%3E\">"
)


def build_page(retriever: Retriever) -> gr.Blocks:
    """The page over one index, not yet served; Gradio takes its style only when it is (``start_page``)."""
    desk = Desk(retriever, Writer.from_environment(retriever))
    front = desk.front
    page = gr.Blocks(title="근거", analytics_enabled=False, fill_width=True)
    with page:
        turns = gr.State(())
        unwritten = gr.State(None)  # the last turn, until a language model has written it
        with gr.Row(elem_id="top"):
            header = _html(front.header, elem_id="header")
            fresh = gr.Button("새 대화", elem_id="fresh", visible=False, size="sm", scale=0)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                conversation = _html(desk.conversation(()), elem_id="conversation")
                with gr.Column(elem_id="examples", visible=bool(front.examples)) as examples:
                    buttons = [
                        gr.Button(**_example(front, n), elem_classes="gg-example")
                        for n in range(MOST_EXAMPLES)
                    ]
                with gr.Row(elem_id="ask"):
                    question = _question_box()
                    send = gr.Button("묻기", variant="primary", elem_id="send", scale=0)
                    boxes = _filter_boxes(desk)
                stop = gr.Button("쓰기 멈추기", elem_id="stop", size="sm", visible=front.writer is not None)
                # pressed by the page's script, with the question in its box
                as_typed = gr.Button("입력한 그대로 찾기", elem_id="as-typed", elem_classes="gg-unseen")
            sources = _html(desk.sources(()), elem_id="sources")
        _reader(desk)

        events: dict[str, Any] = {
            "outputs": [turns, unwritten, conversation, sources, question, examples, fresh, header],
            "show_progress": "hidden",
            "api_visibility": "private",
            "concurrency_id": "ask",
        }

        def ask(
            text: str, before: Turns, being_written: Turn | None, *narrowing: Any, correct: bool = True
        ) -> Iterator[tuple[Any, ...]]:
            skip = gr.skip()
            _stop(being_written)
            if text.strip():
                hide, show = gr.update(visible=False), gr.update(visible=True)
                waiting = desk.conversation((*before, desk.waiting(text, before)))
                yield before, None, waiting, skip, "", hide, show, skip
            turn = desk.reply(text, before, Narrowing(*narrowing), correct=correct)
            after = (*before, turn.kept)[-MOST_TURNS:]
            if turn.sources is None:
                # what could not be answered goes back to be corrected, and the next turn takes its place
                yield before, None, desk.conversation(after), skip, text.strip(), skip, skip, skip
            else:
                to_write = turn if front.writer else None
                kept = desk.conversation(after), desk.sources(after)
                yield after, to_write, *kept, skip, skip, skip, desk.front.header

        def ask_as_typed(*asking: Any) -> Iterator[tuple[Any, ...]]:
            yield from ask(*asking, correct=False)

        def write(before: Turns, turn: Turn | None) -> Iterator[tuple[Any, ...]]:
            skip, after = gr.skip(), before
            for written in desk.written(turn) if turn else ():
                if written.stop.is_set():
                    # what is on the page by now stays; without this, Gradio would show the last draft once more
                    yield skip, skip, skip
                    return
                after = (*before[:-1], written)
                yield skip, skip, desk.conversation(after)
            yield skip if after is before else after, None, skip

        def stop_writing(turn: Turn | None, before: Turns) -> str:
            _stop(turn)
            return desk.conversation(before)

        def start_again(being_written: Turn | None) -> tuple[Any, ...]:
            _stop(being_written)
            hide, show = gr.update(visible=False), gr.update(visible=bool(desk.front.examples))
            return (), None, desk.conversation(()), desk.sources(()), "", show, hide, desk.front.header

        def catch_up() -> tuple[Any, ...]:
            """What is there before a question, where a build has ended since the page was made."""
            now = desk.front
            if now is front:
                return tuple(gr.skip() for _ in fronted)
            choices = [
                gr.update(choices=names, visible=bool(names)) for names in (now.publishers, now.topics)
            ]
            shown = [gr.update(**_example(now, n)) for n in range(MOST_EXAMPLES)]
            return now.header, now.collection, gr.update(visible=bool(now.examples)), *choices, *shown

        rest = [turns, unwritten, *boxes]
        asked = [
            gr.on([question.submit, send.click], ask, [question, *rest], **events),
            as_typed.click(ask_as_typed, [question, *rest], **events),
            *(button.click(ask, [button, *rest], **events) for button in buttons),
        ]
        fresh.click(start_again, unwritten, **events)
        fronted = [header, sources, examples, *boxes[:2], *buttons]
        quiet: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
        gr.on([page.load, fresh.click], catch_up, None, fronted, **quiet)
        if front.writer is not None:
            writing = events | {
                "outputs": [turns, unwritten, conversation],
                "concurrency_id": "write",
                "concurrency_limit": WRITTEN_AT_ONCE,
                "trigger_mode": "multiple",  # the one before may still be on its way to its end
            }
            for event in asked:
                event.success(write, [turns, unwritten], **writing)
            stop.click(stop_writing, [unwritten, turns], conversation, queue=False, api_visibility="private")
    page.queue(default_concurrency_limit=min(AT_ONCE, os.cpu_count() or 1))
    return page


def _stop(turn: Turn | None) -> None:
    """Whoever stops it, or goes on, no longer waits for what is being written."""
    if turn is not None:
        turn.stop.set()


def _example(front: Front, number: int) -> dict[str, Any]:
    """A button's settings: the example of that number, or none to be seen."""
    there = number < len(front.examples)
    return {"value": front.examples[number] if there else "", "visible": there}


def _html(value: str, **settings: Any) -> gr.HTML:
    """Markup without Gradio's typography and click events."""
    return gr.HTML(value, apply_default_css=False, **({"js_on_load": None} | settings))


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label="질문",
        show_label=False,
        placeholder="기사에 대해 물어보세요",
        max_lines=4,
        autofocus=True,
        container=False,
        scale=1,
        elem_id="question",
        html_attributes=gr.InputHTMLAttributes(
            autocomplete="off", spellcheck=False, lang="ko", enterkeyhint="send"
        ),
    )


def _filter_boxes(desk: Desk) -> list[gr.components.Component]:
    """The filters, folded up under the question box: a box for each field of ``Narrowing``, in its order."""
    label, front = desk.filters_label(Narrowing()), desk.front
    with gr.Accordion(label, open=False, elem_id="filters") as filters:
        with gr.Row(elem_id="filter-boxes"):
            choosing: dict[str, Any] = {"multiselect": True, "min_width": 200}
            publishers = gr.Dropdown(
                front.publishers, label="매체", visible=bool(front.publishers), **choosing
            )
            topics = gr.Dropdown(front.topics, label="주제", visible=bool(front.topics), **choosing)
            typing: dict[str, Any] = {"max_lines": 1, "min_width": 120}
            since = gr.Textbox(label="이날부터", placeholder="예: 2025-08", **typing)
            until = gr.Textbox(label="이날까지", placeholder="예: 2025-12-31", **typing)
            source = gr.Textbox(label="파일 경로나 웹 주소", placeholder="예: 경제/ 또는 2025*.md", **typing)
        clear = gr.Button("거르기 지우기", elem_id="clear-filters", size="sm")
    boxes: list[gr.components.Component] = [publishers, topics, since, until, source]
    quiet: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}

    def relabel(*narrowing: Any) -> Any:
        return gr.update(label=desk.filters_label(Narrowing(*narrowing)))

    typed = [event for box in (since, until, source) for event in (box.blur, box.submit)]
    gr.on([publishers.change, topics.change, *typed], relabel, boxes, filters, **quiet)
    clear.click(lambda: ([], [], "", "", "", gr.update(label=label)), None, [*boxes, filters], **quiet)
    return boxes


def _reader(desk: Desk) -> None:
    """The window for whole articles; the page's script lives in it, for only there can it call Python."""

    def whole_article(asked: Any) -> str:
        return desk.whole_article(asked)

    script = SCRIPT.read_text(encoding="utf-8")
    _html(cards.reader(), elem_id="reader", js_on_load=script, server_functions=[whole_article])


def start_page(retriever: Retriever, host: str = "127.0.0.1", port: int | None = None) -> gr.Blocks:
    """Serves the page in threads of its own; the result's ``local_url`` is its address, ``close()`` ends it.

    Raises:
        GeungeoError: ``port`` is taken (without one, the first free one from 7860 on is used), or ``host`` is
            no address of this machine.
    """
    keep_from_proxies(host)
    chosen = free_port(host, port)
    page = build_page(retriever)
    fonts = [gr.themes.Font(name) for name in FONTS]
    try:
        page.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=chosen,
            theme=gr.themes.Base(font=fonts, font_mono=fonts),
            head=f"{HEAD}<style>{STYLE.read_text(encoding='utf-8')}</style>",
            prevent_thread_lock=True,
            inline=False,
            share=False,
            quiet=True,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
        )
    except Exception as error:
        page.close(verbose=False)
        raise GeungeoError(f"{host}:{chosen}에서 페이지를 띄우지 못했습니다 ({error}).") from error
    return page


def serve_page(
    retriever: Retriever, host: str = "127.0.0.1", port: int | None = None, open_browser: bool = True
) -> None:
    """Serves the page until interrupted (Ctrl+C), having said on stderr where.

    Args:
        retriever: what is asked.
        host: the address to listen on; the default is reached from this machine only.
        port: the port; by default the first free one from 7860 on.
        open_browser: whether to open the page in the user's browser.

    Raises:
        GeungeoError: as ``start_page``.
    """
    page = start_page(retriever, host, port)
    try:
        address = str(page.local_url)
        print(f"근거를 {address} 에서 열었습니다. 끝내려면 Ctrl+C를 누르세요.", file=sys.stderr, flush=True)
        if open_browser:
            webbrowser.open(address)
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)
