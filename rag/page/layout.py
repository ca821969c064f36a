"""The chat page's parts: where each stands, and what it is called to the page's style and script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components.navbar import Navbar

from rag.markup import escape
from rag.page import reader, replies
from rag.page.desk import Desk, Narrowing
from rag.page.visit import FEWEST_SOURCES, MOST_SOURCES
from rag.page.words import Words

SCRIPTS = [
    Path(__file__).with_name("script") / f"{name}.js"
    for name in ("base", "settings", "reading", "asking", "keeping", "bringing", "connection")
]


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read and change."""

    turns: gr.State
    unwritten: gr.State
    removed: gr.State
    visit: gr.Textbox
    """What the browser tells of itself, as JSON."""
    header: gr.HTML
    conversation: gr.HTML
    examples: gr.HTML
    question: gr.Textbox
    send: gr.Button
    narrowing: list[gr.components.Component]
    """A box for each field of ``Narrowing``, in its order."""
    stop: gr.Button
    sources: gr.HTML
    record: gr.HTML
    shelf: gr.HTML
    news: gr.HTML
    listed: gr.HTML
    script: gr.HTML
    """The window for whole articles; the page's script lives in it, for only there can it call Python."""


def lay_out(desk: Desk, functions: list[Any]) -> Parts:
    """Lays out the page in the current Blocks.

    Args:
        desk: what it shows.
        functions: those that its script may call by their names.
    """
    words, front = desk.words, desk.library.serving.current
    Navbar(visible=False)  # of the two languages' pages, which know of each other otherwise
    turns, unwritten, removed = gr.State(()), gr.State(None), gr.State(None)
    visit = gr.Textbox("{}", elem_id="visit", elem_classes="gg-unseen", show_label=False, container=False)
    with gr.Row(elem_id="top"):
        header = html(replies.header(words, front, "shared"), elem_id="header")
        html(_bar(words), elem_id="bar")
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="talk"):
            conversation = html(desk.conversation(()), elem_id="conversation")
            html(f'<div class="gg-sent" role="status" hidden>{replies.pending(words)}</div>', elem_id="sent")
            examples = html(replies.examples(front.examples), elem_id="examples")
            with gr.Row(elem_id="ask"):
                question = _question_box(words)
                send = gr.Button(words.send, variant="primary", elem_id="send", scale=0)
                narrowing = _filter_boxes(desk)
            html(
                f'<p class="gg-only-now" hidden><span></span><button type="button" class="gg-only-end">'
                f"{words.only_end}</button></p>",
                elem_id="only",
            )
            stop = gr.Button(words.stop, elem_id="stop", size="sm", visible=desk.library.writer is not None)
        with gr.Column(elem_id="side"):
            html(_tabs(words), elem_id="tabs")
            sources = html("", elem_id="sources")
            with gr.Column(elem_id="articles"):
                shelf = html("", elem_id="shelf")
                html('<div class="gg-sending"></div>', elem_id="sending")
                news = html("", elem_id="news")
                listed = html("", elem_id="listed")
    record = html("", elem_id="record", elem_classes="gg-unseen")
    markup = (
        f"{reader.window(words)}{_settings(words, written=desk.library.writer is not None)}{_talks(words)}"
        f'{_paste(words)}<p class="gg-connection" role="status" hidden></p>'
        f'<div class="gg-dropping" hidden>{words.drop_here}</div>'
        f'<p class="gg-toast" role="status" hidden></p>'
    )
    code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    said = f"const words = {json.dumps(words.for_script(), ensure_ascii=False)};\n"
    script = html(markup, elem_id="reader", js_on_load=said + code, server_functions=functions)
    return Parts(
        turns, unwritten, removed, visit, header, conversation, examples, question, send, narrowing, stop,
        sources, record, shelf, news, listed, script,
    )  # fmt: skip


def html(value: str, **settings: Any) -> gr.HTML:
    """Markup without Gradio's typography and click events."""
    return gr.HTML(value, apply_default_css=False, **({"js_on_load": None} | settings))


def _bar(words: Words) -> str:
    language = "en#chosen" if words.language == "ko" else "./#chosen"
    other = "en" if words.language == "ko" else "ko"
    return (
        f'<a class="gg-skip" href="#question">{words.skip}</a>'
        f'<div class="gg-bar"><button type="button" class="gg-fresh" hidden>{words.fresh}</button>'
        f'<button type="button" class="gg-talks-button">{words.talks}</button>'
        f'<button type="button" class="gg-settings-button">{words.settings}</button>'
        f'<a class="gg-language" href="{language}" lang="{other}" data-language="{other}">{words.other}</a></div>'
    )


def _tabs(words: Words) -> str:
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{name}" aria-controls="{name}" aria-selected="{chosen}" '
        f'tabindex="{0 if chosen == "true" else -1}">{label}</button>'
        for name, label, chosen in (
            ("sources", words.to_sources_tab, "false"), ("articles", words.to_articles_tab, "true")
        )
    )  # fmt: skip
    return f'<div class="gg-tabs" role="tablist" aria-label="{words.sides}">{tabs}</div>'


def _question_box(words: Words) -> gr.Textbox:
    return gr.Textbox(
        label=words.question,
        show_label=False,
        placeholder=words.placeholder,
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
    words, front = desk.words, desk.library.serving.current
    label = desk.filters_label(Narrowing())
    with gr.Accordion(label, open=False, elem_id="filters") as filters:
        with gr.Row(elem_id="filter-boxes"):
            choosing: dict[str, Any] = {"multiselect": True, "min_width": 200}
            publishers = gr.Dropdown(
                list(front.publishers), label=words.publisher, visible=bool(front.publishers), **choosing
            )
            topics = gr.Dropdown(
                list(front.topics), label=words.topic, visible=bool(front.topics), **choosing
            )
            typing: dict[str, Any] = {"max_lines": 1, "min_width": 120}
            since = gr.Textbox(label=words.since, placeholder=words.day_example, **typing)
            until = gr.Textbox(label=words.until, placeholder=words.day_example, **typing)
            source = gr.Textbox(
                label=words.place, placeholder=words.place_example, elem_id="filter-source", **typing
            )
        clear = gr.Button(words.clear_filters, elem_id="clear-filters", size="sm")
    boxes: list[gr.components.Component] = [publishers, topics, since, until, source]
    quiet: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}

    def relabel(*narrowing: Any) -> Any:
        return gr.update(label=desk.filters_label(Narrowing(*narrowing)))

    typed = [event for box in (since, until, source) for event in (box.blur, box.submit)]
    gr.on([publishers.change, topics.change, *typed], relabel, boxes, filters, **quiet)
    clear.click(lambda: ([], [], "", "", "", gr.update(label=label)), None, [*boxes, filters], **quiet)
    return boxes


def _settings(words: Words, *, written: bool) -> str:
    """The dialog of settings, which the page's script keeps in the browser."""
    numbers = "".join(f"<option>{n}</option>" for n in (FEWEST_SOURCES, 5, 8, MOST_SOURCES))
    themes = "".join(
        f'<option value="{value}">{label}</option>'
        for value, label in zip(("system", "light", "dark"), words.themes, strict=True)
    )
    model = (
        f'<label><input type="checkbox" name="written" checked> {words.settings_written}</label>'
        if written
        else ""
    )
    return (
        f'<dialog class="gg-dialog gg-settings" aria-label="{words.settings}"><form method="dialog">'
        f"<h2>{words.settings}</h2>"
        f'<label>{words.settings_sources} <select name="sources">{numbers}</select></label>'
        f'<label><input type="checkbox" name="correct" checked> {words.settings_correct}</label>{model}'
        f'<label>{words.settings_theme} <select name="theme">{themes}</select></label>'
        f'<p class="gg-hint">{words.settings_kept}</p>'
        f'<p class="gg-dialog-end"><button type="button" class="gg-leave" hidden>{words.leave}</button>'
        f"<button>{words.close}</button></p></form></dialog>"
    )


def _talks(words: Words) -> str:
    """The dialog of earlier conversations, which the page's script keeps in the browser."""
    return (
        f'<dialog class="gg-dialog gg-talks" aria-label="{words.talks}"><h2>{words.talks}</h2>'
        f'<p class="gg-hint">{words.talks_kept}</p>'
        f'<input type="search" class="gg-find" aria-label="{words.talks_find}" placeholder="{words.talks_find}">'
        f'<ul></ul><p class="gg-dialog-end">'
        f'<button type="button" class="gg-delete-all" data-sure="{words.delete_sure}">{words.delete_all}</button>'
        f'<button type="button" class="gg-dialog-close">{words.close}</button></p></dialog>'
    )


def _paste(words: Words) -> str:
    """The dialog into which a text is pasted."""
    return (
        f'<dialog class="gg-dialog gg-pasting" aria-label="{words.paste}"><form method="dialog"><h2>{words.paste}</h2>'
        f'<p class="gg-hint">{words.paste_hint}</p>'
        f'<label>{words.paste_title}<input name="title" maxlength="300" autocomplete="off"></label>'
        f'<label>{words.paste_text}<textarea name="text" rows="12" required></textarea></label>'
        f'<p class="gg-dialog-end"><button type="button" class="gg-dialog-close">{words.cancel}</button>'
        f'<button class="gg-primary">{words.add}</button></p></form></dialog>'
    )


def as_record(turn: dict[str, Any], talk: str = "") -> str:
    """What the browser is to keep of a turn of the conversation it calls ``talk``, where the page's script finds it."""
    kept = escape(json.dumps(turn, ensure_ascii=False))
    return f'<div data-turn="{kept}" data-talk="{escape(talk)}"></div>'


def as_lost(question: str) -> str:
    """That the server has lost the conversation in which a question was asked."""
    return f'<div data-lost="{escape(question)}"></div>'


def as_refused() -> str:
    """That what the browser had kept of a conversation is not of this version."""
    return "<div data-refused></div>"
