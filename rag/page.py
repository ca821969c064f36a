"""The chat page: ask about the articles of an index in a browser. The only module that imports Gradio."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from index.articles import Article
from index.errors import GeungeoError
from rag import page_html
from rag.answer import Answer
from rag.retriever import Retriever

log = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("page.css")
SCRIPT = Path(__file__).with_name("page.js")
FONTS = (
    "Pretendard Variable", "Pretendard", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR",
    "sans-serif",
)  # fmt: skip
HEAD = (
    '<meta name="robots" content="noindex"><link rel="icon" href="data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' "
    "fill='%232a4a9c'/%3E%3Crect x='6' y='17' width='20' height='8' rx='2' fill='%23ffd84d'/%3E"
    "%3Cpath d='M8 9h16M8 14h11' stroke='%23fff' stroke-width='2.6' stroke-linecap='round'/%3E%3C/svg%3E\">"
)

FIRST_PORT, PORTS = 7860, 100
MOST_TURNS = 30
"""Turns of a conversation that stay on the page; every reply carries all of them."""
MOST_LISTED = 8
"""Articles named on the page before the first question."""
MOST_EXAMPLES = 5
BROKEN = "문제가 생겨 답하지 못했습니다. 다시 물어봐 주세요. 되풀이되면 이 프로그램을 띄운 창에 적힌 오류를 살펴보세요."

SAMPLE_QUESTIONS = (
    "해인 클러스터라는 이름은 어디서 왔나요?",
    "독자 AI 파운데이션 모델 정예팀 다섯 곳은 어디인가요?",
    "A.X 4.0은 언제 공개됐나요?",
    "업스테이지가 만들고 있는 모델의 크기는?",
    "에이닷 전화의 가입자는 몇 명인가요?",
    "정부는 올해 얼마를 지원하나요?",
    "리벨리온은 컨소시엄에서 무엇을 맡나요?",
)
NAMED = re.compile(r"[‘'“\"]([^‘’'“”\"\n]{2,20})[’'”\"]")
"""What an article's title sets in quotation marks: names and coinages, good to ask about."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its reply as shown, and the answer where there was one."""

    number: int
    question: str
    reply: str
    answer: Answer | None


Turns = tuple[Turn, ...]


class Desk:
    """What the page shows for each event, given a retriever. Knows the markup, not Gradio."""

    def __init__(self, retriever: Retriever) -> None:
        self.retriever = retriever
        self.manifest = retriever.index.manifest
        total = self.manifest.counts["articles"]
        articles = _some_articles(retriever, MOST_LISTED)
        self.examples = example_questions(retriever, articles)
        self.header = page_html.header(total, self.manifest.counts["passages"], self.manifest.sample)
        self.collection = page_html.collection(articles, total)

    def reply(self, question: str, turns: Turns) -> Turn:
        """The turn that a question makes; whatever goes wrong becomes a line to the user."""
        number = turns[-1].number + 1 if turns else 1
        try:
            found = self.retriever.answer(question)
            return Turn(number, question, page_html.answer(number, found), found)
        except GeungeoError as error:
            return Turn(number, question, page_html.notice(str(error)), None)
        except Exception:
            log.exception("a question could not be answered")
            return Turn(number, question, page_html.notice(BROKEN), None)

    def conversation(self, turns: Sequence[Turn]) -> str:
        """The markup of a conversation."""
        replies = (page_html.turn(turn.number, turn.question, turn.reply) for turn in turns)
        return page_html.conversation("".join(replies) or page_html.welcome())

    def sources(self, turns: Sequence[Turn]) -> str:
        """The passages behind each answer of a conversation, those of the last to be seen."""
        answered = [(turn.number, turn.answer) for turn in turns if turn.answer is not None]
        if not answered:
            return self.collection
        last = answered[-1][0]
        return "".join(page_html.sources(number, found, shown=number == last) for number, found in answered)

    def whole_article(self, asked: Any) -> str:
        """An article to read, as the page's script asks for it: ``{"article": id, "spans": [[start, end], …]}``.

        The first span is the passage to mark, the others are quotations in it.
        """
        article = self.retriever.article(str(asked["article"]))
        if article is None:
            return page_html.notice("이 기사는 이제 색인에 없습니다.")
        spans = [(int(start), int(end)) for start, end in asked["spans"]]
        return page_html.whole_article(article, spans[0] if spans else None, spans[1:])


def example_questions(retriever: Retriever, articles: Sequence[Article]) -> list[str]:
    """Questions to begin with, each of which the collection has an answer to."""
    if retriever.index.manifest.sample:
        candidates = list(SAMPLE_QUESTIONS)
    else:
        named = [NAMED.findall(article.title) for article in articles]
        candidates = [f"‘{name}’에 대해 기사는 무엇이라고 하나요?" for names in named for name in names[:1]]
        topics = [topic for article in articles for topic in article.topics[:2]]
        candidates += [f"{topic}에 대해 알려 주세요." for topic in dict.fromkeys(topics)]
        candidates += [f"‘{article.title}’ 기사의 핵심은 무엇인가요?" for article in articles]
    examples: list[str] = []
    for candidate in dict.fromkeys(candidates):
        if len(examples) == MOST_EXAMPLES:
            break
        if len(candidate) <= 60 and not retriever.answer(candidate).abstained:
            examples.append(candidate)
    return examples


def _some_articles(retriever: Retriever, most: int) -> list[Article]:
    """A few articles from all over the index, without reading the whole of a large one."""
    size = retriever.index.size
    numbers = np.unique(np.linspace(0, size - 1, num=min(size, 4 * most)).astype(int)).tolist()
    found = {article.id: article for _, article in retriever.index.store.passages(numbers)}
    return list(found.values())[:most]


def build_page(retriever: Retriever) -> gr.Blocks:
    """The page over one index, not yet served (``serve_page`` gives it its style)."""
    desk = Desk(retriever)
    page = gr.Blocks(title="근거", analytics_enabled=False, fill_width=True)
    with page:
        turns = gr.State(())
        with gr.Row(elem_id="top"):
            _html(desk.header, elem_id="header")
            fresh = gr.Button("새 대화", elem_id="fresh", visible=False, size="sm", scale=0)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                conversation = _html(desk.conversation(()), elem_id="conversation")
                with gr.Column(elem_id="examples", visible=bool(desk.examples)) as examples:
                    buttons = [gr.Button(text, elem_classes="gg-example") for text in desk.examples]
                with gr.Row(elem_id="ask"):
                    question = gr.Textbox(
                        label="질문", placeholder="기사에서 알고 싶은 것을 물어보세요", lines=1, max_lines=6,
                        autofocus=True, show_label=False, container=False, elem_id="question", scale=1,
                        html_attributes=gr.InputHTMLAttributes(
                            autocomplete="off", spellcheck=False, lang="ko", enterkeyhint="send"
                        ),
                    )  # fmt: skip
                    send = gr.Button("묻기", variant="primary", elem_id="send", scale=0)
            sources = _html(desk.sources(()), elem_id="sources")
        _html(
            page_html.reader(),
            elem_id="reader",
            js_on_load=SCRIPT.read_text(encoding="utf-8"),
            server_functions=[_server_function(desk.whole_article)],
        )

        shown = [turns, conversation, sources, question, examples, fresh]

        def ask(text: str, before: Turns) -> Iterator[tuple[Any, ...]]:
            number = before[-1].number + 1 if before else 1
            if text.strip():
                waiting = Turn(number, text, page_html.pending(), None)
                on = gr.update(visible=True)
                yield before, desk.conversation([*before, waiting]), gr.skip(), "", gr.update(visible=False), on
            turn = desk.reply(text, before)
            after = (*before, turn)[-MOST_TURNS:]
            if turn.answer is None:
                # what could not be answered goes back to be corrected, and the next turn takes its place
                yield before, desk.conversation(after), gr.skip(), text.strip(), gr.skip(), gr.skip()
            else:
                yield after, desk.conversation(after), desk.sources(after), gr.skip(), gr.skip(), gr.skip()

        def start_again() -> tuple[Any, ...]:
            off = gr.update(visible=False)
            return (), desk.conversation(()), desk.sources(()), "", gr.update(visible=bool(desk.examples)), off

        events: dict[str, Any] = {
            "outputs": shown, "show_progress": "hidden", "api_visibility": "private", "concurrency_id": "ask"
        }  # fmt: skip
        gr.on([question.submit, send.click], ask, [question, turns], **events)
        for button in buttons:
            button.click(ask, [button, turns], **events)
        fresh.click(start_again, None, **events)
    page.queue(default_concurrency_limit=min(4, os.cpu_count() or 1))
    return page


def _html(value: str, **settings: Any) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, **({"js_on_load": None} | settings))


def _server_function(method: Callable[[Any], str]) -> Callable[[Any], str]:
    def whole_article(asked: Any) -> str:
        return method(asked)

    return whole_article


def start_page(retriever: Retriever, host: str = "127.0.0.1", port: int | None = None) -> gr.Blocks:
    """Serves the page in threads of its own and returns it; its ``local_url`` is the address, ``close()`` ends it.

    Raises:
        GeungeoError: ``port`` is taken (without one, the next free one from 7860 on is used), or ``host`` is
            no address of this machine.
    """
    chosen = _free_port(host, port)
    page = build_page(retriever)
    fonts = [gr.themes.Font(name) for name in FONTS]
    try:
        page.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=chosen,
            theme=gr.themes.Base(font=fonts, font_mono=fonts),
            head=f"{HEAD}<style>{STYLE.read_text(encoding='utf-8')}</style>",
            prevent_thread_lock=True,
            inbrowser=False,
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
    except (OSError, ValueError) as error:
        page.close(verbose=False)
        raise GeungeoError(f"{host}:{chosen}에서 페이지를 띄우지 못했습니다 ({error}).") from None
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
        print(f"근거를 {page.local_url} 에서 열었습니다. 끝내려면 Ctrl+C를 누르세요.", file=sys.stderr, flush=True)
        if open_browser:
            webbrowser.open(page.local_url)
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)


def _free_port(host: str, port: int | None) -> int:
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS) if port is None else [port]:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            with closing(socket.create_server((host, candidate), family=family)):
                return candidate
        except socket.gaierror:
            raise GeungeoError(f"{host}: 이 컴퓨터의 주소가 아닙니다. --host를 확인하세요.") from None
        except OverflowError:
            raise GeungeoError(f"{port}: 포트는 0~65535 사이의 수여야 합니다.") from None
        except OSError as error:
            reason = error
    if port is None:
        raise GeungeoError(f"{FIRST_PORT}~{FIRST_PORT + PORTS - 1} 사이에 빈 포트가 없습니다 ({reason.strerror}).")
    raise GeungeoError(
        f"포트 {port}을(를) 쓸 수 없습니다 ({reason.strerror}). 다른 번호를 주거나 --port를 빼면 빈 포트를 찾습니다."
    )
