"""The chat page, served: ask about the articles of an index in a browser."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from index.errors import GeungeoError
from rag.page.address import free_port, keep_from_proxies
from rag.page.bringing import MOST_MEGABYTES, Shelf
from rag.page.desk import Desk
from rag.page.events import Page
from rag.page.front import Library
from rag.page.words.english import ENGLISH
from rag.page.words.korean import KOREAN
from rag.retriever import Retriever
from rag.uploads import Uploads
from rag.writing.written import Writer

TITLE = "근거"
AT_ONCE = 4
"""Questions answered at the same time at most; each takes some 20 ms of all cores."""
SWEPT = 3600
"""Seconds after which files that were sent are deleted; by then they have been read."""

STYLES = [
    Path(__file__).with_name("style") / f"{name}.css"
    for name in ("frame", "conversation", "sources", "articles", "screens")
]
HEAD_SCRIPT = Path(__file__).with_name("script") / "head.js"
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


def build_page(library: Library) -> gr.Blocks:
    """The page over some collections, not yet served; Gradio takes its style only when it is (``start_page``)."""
    uploaded_to = Path(get_upload_folder())
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(SWEPT, SWEPT))
    with page:
        Page(Desk(library, KOREAN), Shelf(library, KOREAN, uploaded_to))
    with page.route(TITLE, "en"):
        Page(Desk(library, ENGLISH), Shelf(library, ENGLISH, uploaded_to))
    page.queue(default_concurrency_limit=min(AT_ONCE, os.cpu_count() or 1))
    return page


def start_page(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int | None = None,
    uploads: Uploads | bool | None = None,
) -> gr.Blocks:
    """Serves the page in threads of its own; the result's ``local_url`` is its address, ``close()`` ends it.

    Args:
        retriever: what is asked.
        host: the address to listen on; the default is reached from this machine only.
        port: the port; by default the first free one from 7860 on.
        uploads: where visitors' own articles lie; True where visitors add to the index that is served; None where
            they add nothing.

    Raises:
        GeungeoError: ``port`` is taken (without one, the first free one from 7860 on is used), or ``host`` is
            no address of this machine.
    """
    keep_from_proxies(host)
    chosen = free_port(host, port)
    library = Library(retriever, Writer.from_environment(retriever), uploads)
    page = build_page(library)
    fonts = [gr.themes.Font(name) for name in FONTS]
    try:
        page.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=chosen,
            theme=gr.themes.Base(font=fonts, font_mono=fonts),
            head=_head(),
            # Gradio takes files whether or not the page does
            max_file_size=MOST_MEGABYTES * 1024**2 if library.takes_articles else 1,
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


def _head() -> str:
    style = "\n".join(path.read_text(encoding="utf-8") for path in STYLES)
    script = HEAD_SCRIPT.read_text(encoding="utf-8")
    return f"{HEAD}<style>{style}</style><script>{script}</script>"


def serve_page(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int | None = None,
    uploads: Uploads | bool | None = None,
    open_browser: bool = True,
) -> None:
    """Serves the page until interrupted (Ctrl+C), having said on stderr where.

    Args:
        retriever: what is asked.
        host: as ``start_page``, like ``port`` and ``uploads``.
        port: see there.
        uploads: see there.
        open_browser: whether to open the page in the user's browser.

    Raises:
        GeungeoError: as ``start_page``.
    """
    page = start_page(retriever, host, port, uploads)
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
