"""The chat page: ask about the articles of an index in a browser. ``rag.server`` serves it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from rag.page.bringing import MOST_MEGABYTES, Shelf
from rag.page.desk import Desk
from rag.page.events import Page
from rag.page.front import Library
from rag.page.words.english import ENGLISH
from rag.page.words.korean import KOREAN

TITLE = "근거"
AT_ONCE = 4
"""Questions answered at the same time at most; each takes some 20 ms of all cores."""
WAITING = 256
"""Events that may wait for their turn; who comes then is told that something went wrong, and can try again."""
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
    """The page over some collections; Gradio takes its style only where it is mounted (``page_settings``)."""
    uploaded_to = Path(get_upload_folder())
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(SWEPT, SWEPT))
    with page:
        Page(Desk(library, KOREAN), Shelf(library, KOREAN, uploaded_to))
    with page.route(TITLE, "en"):
        Page(Desk(library, ENGLISH), Shelf(library, ENGLISH, uploaded_to))
    page.queue(default_concurrency_limit=min(AT_ONCE, os.cpu_count() or 1), max_size=WAITING)
    return page


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How the page is mounted in a server."""

    mounting: dict[str, Any]
    """What ``gr.mount_gradio_app`` takes besides the page and its path."""
    scripts: tuple[str, ...]
    """The text of scripts that stand in its markup."""


def page_settings(library: Library) -> PageSettings:
    """The settings of the page over some collections."""
    style = "\n".join(path.read_text(encoding="utf-8") for path in STYLES)
    script = HEAD_SCRIPT.read_text(encoding="utf-8")
    fonts = [gr.themes.Font(name) for name in FONTS]
    return PageSettings(
        {
            "theme": gr.themes.Base(font=fonts, font_mono=fonts),
            "head": f"{HEAD}<style>{style}</style><script>{script}</script>",
            # Gradio takes files whether or not the page does
            "max_file_size": MOST_MEGABYTES * 1024**2 if library.takes_articles else 1,
            "footer_links": [],
            "run_history": False,
            "enable_monitoring": False,
            "mcp_server": False,
            "ssr_mode": False,
            "pwa": False,
            "show_error": False,
        },
        (script,),
    )
