"""Our own articles, printed and saved by a browser, are read back as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

from index.articles import Article
from index.passages import paragraph_spans
from index.reading import article_from_text, read_article
from tests.conftest import SEEDS, TOP

pytest.importorskip("playwright", reason="Playwright is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
STYLES = {
    "plain": "",
    "keep-all": "p{word-break:keep-all}",
    "justified": "p{text-align:justify}",
    "indented": "p{margin:0;text-indent:1em;text-align:justify}",
    "columns": "body{font-size:9pt;columns:2} h1{column-span:all} p{margin:0;text-indent:1em;text-align:justify}",
    "columns, keep-all": "body{font-size:9.5pt;columns:2;word-break:keep-all} h1{column-span:all}",
    "narrow columns": "body{font-size:8.5pt;columns:3} h1{column-span:all} p{margin:0;text-indent:1em;text-align:justify}",
    "tight": "body{font-size:10pt;line-height:1.3} p{margin:.4em 0}",
}
BASE = "body{font-family:'Noto Sans CJK KR';font-size:11pt;line-height:1.6} h1{font-size:20pt} h2{font-size:14pt}"
HEAD = '<div style="font-size:8px;width:100%"><span class=date></span> <span class=title></span></div>'
FOOT = '<div style="font-size:8px;width:100%">나다 자료 <span class=pageNumber></span>/<span class=totalPages></span></div>'


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def page_of(article: Article, style: str) -> str:
    parts = []
    for block in article.blocks:
        text = article.text[block.start : block.end]
        if text.startswith("- "):
            parts += ["<ul>", *(f"<li>{escape(item[2:])}</li>" for item in text.split("\n")), "</ul>"]
        else:
            tag = "h2" if block.kind == "heading" else "p"
            parts.append(f"<{tag}>{escape(text.lstrip('# '))}</{tag}>")
    title = escape(article.title)
    return (
        f"<html lang=ko><head><meta charset=utf-8><title>{title}</title><style>{BASE}{style}</style></head>"
        f"<body><article><h1>{title}</h1>{''.join(parts)}</article></body></html>"
    )


def passages(article: Article) -> list[str]:
    """The passages of an article, white space folded, without marks of items (a browser draws them)."""
    texts = (article.text[start:end] for start, end in paragraph_spans(article))
    return [" ".join(re.sub("^[-•] ?", "", text, flags=re.M).split()) for text in texts]


@pytest.mark.parametrize("folder", [SEEDS, TOP / "eval" / "gold" / "pile-b"], ids=["seeds", "pile-b"])
@pytest.mark.parametrize("style", STYLES)
def test_printed_articles_are_read_as_they_were_written(
    browser: Any, tmp_path: Path, folder: Path, style: str, record_property: Any
) -> None:
    same = but_for_spaces = count = 0
    page = browser.new_page()
    for file in sorted(folder.glob("*.md")):
        article = read_article(file)
        page.set_content(page_of(article, STYLES[style]))
        path = tmp_path / f"{file.stem}.pdf"
        margins = dict.fromkeys(("top", "bottom", "left", "right"), "20mm")
        page.pdf(
            path=path,
            format="A4",
            margin=margins,
            display_header_footer=True,
            header_template=HEAD,
            footer_template=FOOT,
        )
        read = read_article(path)
        assert read.title == article.title
        found, wanted = passages(read), passages(article)
        bare = {text.replace(" ", "") for text in found}
        count += len(wanted)
        same += sum(text in found for text in wanted)
        but_for_spaces += sum(text.replace(" ", "") in bare for text in wanted)
    page.close()
    print(f"{folder.name}, {style}: {same / count:.3f} the same, {but_for_spaces / count:.3f} but for spaces")
    assert but_for_spaces >= 0.9 * count and same >= 0.7 * count


def test_a_page_saved_as_one_file(browser: Any, tmp_path: Path) -> None:
    article = read_article(SEEDS / "skt-ax-k1.md")
    page = browser.new_page()
    (tmp_path / "page.html").write_text(page_of(article, ""), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    session = page.context.new_cdp_session(page)
    path = tmp_path / "page.mhtml"
    path.write_bytes(session.send("Page.captureSnapshot", {"format": "mhtml"})["data"].encode())
    page.close()
    read = read_article(path)
    plain = article_from_text(article.text, source="", title=article.title)
    assert read.title == article.title
    assert passages(read) == passages(plain)
