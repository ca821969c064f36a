"""HTML made to do harm: pages that would take a parser, or what reads the article from them, by the square of their size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from index import html_metadata, html_parsing, html_text, html_worker, pdf_worker
from index.errors import ArticleError
from index.html_text import read_page
from index.mhtml_text import read_mhtml
from rag.incoming import read_pasted

STORY = "가람 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있고 직원은 모두 근처에 산다."
TOP = Path(__file__).resolve().parents[1]


def page(inner: str) -> str:
    return f"<html><body><article><p>{STORY}</p>{inner}<p>{STORY}</p></article></body></html>"


# -- What is refused -------------------------------------------------------------------------------------------
def attributes(count: int) -> str:
    return page(f"<div {' '.join(f'a{n}=1' for n in range(count))}>글</div>")


def test_an_element_of_too_many_attributes_is_refused_before_it_is_put_into_a_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert STORY in read_page(attributes(html_parsing.MAX_ATTRIBUTES)).text
    monkeypatch.setattr(html, "document_fromstring", lambda *_, **__: pytest.fail("a tree was made"))
    with pytest.raises(ArticleError, match="지나치게 많은 HTML"):
        read_page(attributes(html_parsing.MAX_ATTRIBUTES + 1))


@pytest.mark.parametrize("piece", ["<i></i>", "<p a=1 b=2>", "<!---->", "<?a?>"])
def test_a_page_of_too_many_nodes_is_refused(monkeypatch: pytest.MonkeyPatch, piece: str) -> None:
    monkeypatch.setattr(html_parsing, "MAX_NODES", 1_000)
    assert STORY in read_page(page(piece * 300)).text
    with pytest.raises(ArticleError, match="지나치게 많은 HTML"):
        read_page(page(piece * 1_000))


def test_attributes_are_nodes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_parsing, "MAX_NODES", 1_000)
    assert STORY in read_page(page("<p>글" * 500)).text
    with pytest.raises(ArticleError, match="지나치게 많은 HTML"):
        read_page(page("<p a=1 b=2>글" * 500))


def test_it_is_refused_wherever_a_page_comes_from() -> None:
    source = attributes(html_parsing.MAX_ATTRIBUTES + 1)
    with pytest.raises(ArticleError, match="지나치게 많은 HTML"):
        read_pasted(source, None)
    with pytest.raises(ArticleError, match="지나치게 많은 HTML"):
        read_mhtml(b"From: <Saved by Blink>\r\nContent-Type: text/html\r\n\r\n" + source.encode())


def test_no_entity_of_a_pages_own_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("비밀", encoding="utf-8")
    laughs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 9}">' for n in range(1, 12))
    entities = f'<!ENTITY b0 "하하"><!ENTITY s SYSTEM "{secret.as_uri()}">{laughs}'
    for head in ("", '<?xml version="1.0" encoding="utf-8"?>'):
        source = f"{head}<!DOCTYPE html [{entities}]>{page('<p>가 &s; &b11;</p>')}"
        for text in (
            read_page(source).text,
            read_mhtml(f"Content-Type: text/html\n\n{source}".encode()).text,
        ):
            assert STORY in text and "비밀" not in text and "하하하하" not in text


@pytest.mark.parametrize("odd", ["\x01", "&#1;", "&#xFFFE;", "\ufffe", "&#0;"])
@pytest.mark.parametrize("around", ["{}<br>{}", "<p>{}</p>{}", "<b>{}</b><br>{}"])
def test_characters_that_no_element_may_be_given(odd: str, around: str) -> None:
    """lxml parses them, but raises where they are put into an element's text again."""
    text = read_page(page(around.format(f"앞{odd}글", odd))).text
    assert "앞" in text and "글" in text and STORY in text


def test_json_that_is_larger_than_any_articles_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    told = '{"@type":"NewsArticle","headline":"말한 제목"}'
    source = page(f'<script type="application/ld+json">{told}</script>')
    assert read_page(source).metadata.title == "말한 제목"
    monkeypatch.setattr(html_metadata, "_LONGEST_JSON", len(told) - 1)
    assert read_page(source).metadata.title is None


# -- What is read elsewhere --------------------------------------------------------------------------------------
LARGE = [
    page("<p>글</p>" * (html_text.MODEST_ELEMENTS + 1)),
    page("글" * html_text.MODEST_CHARACTERS),
    page("<div>" * html_text.MODEST_DEPTH + "글"),
]


@pytest.mark.parametrize("source", LARGE, ids=["elements", "characters", "depth"])
def test_a_large_article_is_left_to_a_program_of_its_own(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(html_text, "_by_trafilatura", lambda root: pytest.fail("read here"))
    monkeypatch.setattr(html_text, "lines_elsewhere", lambda source: [("다른 데서 읽은 글", "p")])
    assert read_page(source).text == "다른 데서 읽은 글"
    monkeypatch.setattr(html_text, "lines_elsewhere", lambda source: [])
    assert read_page(source).text.count(STORY) == 2, "where it gives nothing, all of the page's text"


def test_it_finds_what_is_found_here(monkeypatch: pytest.MonkeyPatch) -> None:
    aside = f"<div class=sidebar><ul>{f'<li><a href=/>{STORY}</a></li>' * 20}</ul></div>"
    source = page(aside + f"<h3>소제목</h3><p>{STORY}<br>둘째 줄이다.</p>")
    here = read_page(source)
    monkeypatch.setattr(html_text, "MODEST_ELEMENTS", 1)
    assert read_page(source) == here
    assert html_worker.lines_elsewhere(source) == html_text.article_lines(source) != []


def test_its_time_and_its_failures_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    monkeypatch.setattr(html_worker, "__file__", str(program))
    monkeypatch.setattr(html_worker, "MAX_WAIT", 0.5)
    for code in ("while True: pass", "raise RecursionError", "import os; os.abort()"):
        program.write_text(code)
        assert html_worker.lines_elsewhere("<p>글</p>") == []


def test_it_bounds_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resource", reason="no such limits on this system")
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(pdf_worker, "limit_itself", lambda *given: limits.append(given))
    monkeypatch.setattr(html_text, "article_lines", lambda source: [] if limits else pytest.fail("too late"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    with Path(os.devnull).open() as empty:
        monkeypatch.setattr(sys, "stdin", empty)
        html_worker.main()
    assert limits == [(html_worker.MAX_MEMORY, html_worker.MAX_SECONDS)]


def test_in_a_deep_page_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each caption or article would be read through for each that it stands in."""
    monkeypatch.setattr(html_text, "lines_elsewhere", lambda source: pytest.fail("left to another program"))
    monkeypatch.setattr(html_text, "_article_element", lambda tree: pytest.fail("looked for"))
    monkeypatch.setattr(html_text, "_remove_captions", lambda tree: pytest.fail("looked for"))
    nested = "<span class=caption>" * (html_text.MAX_DEPTH + 1)
    assert STORY in read_page(page(f"{nested}글")).text


# -- What is read here takes linear time -------------------------------------------------------------------------
HOSTILE = {  # of each so many that the square of it would take minutes
    "breaks": "글<br>" * 150_000,
    "breaks alone": "<br>" * 150_000,
    "breaks apart": "<i>글</i><br>" * 100_000,
    "captions": "<span class=caption>글</span>글" * 100_000,
    "lists in lists": "<ul><li>글" * 100_000,
    "tables in tables": "<table><tr><td>글" * 100_000,
    "articles in articles": "<article>글" * 100_000,
    "bodies": f"<div itemprop=articleBody><p>{STORY}</p></div>" * 30_000,
    "entities": "&amp;&foo;&#99999999;" * 100_000,
    "open tags": "<p a=" * 300_000,
    "an author": f"<meta name=author content='{'가' * 1_000_000}'>",
    "a publisher": f"<meta property=og:site_name content='{'가' * 1_000_000}'>",
    "brackets": f'<script type="application/ld+json">{"[" * 3_000_000}</script>',
    "objects": f'<script type="application/ld+json">[{"{}," * 3_000_000}{{}}]</script>',
}
RUN = """
import resource, sys
from index import html_text, pdf_worker
from tests.test_hostile_pages import HOSTILE, STORY, page
html_text.lines_elsewhere = lambda source: []
pdf_worker.limit_itself(2 * 1024**3, 60)
assert STORY in html_text.read_page(page(HOSTILE[sys.argv[1]])).text
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_of_much_of_the_same_ends(name: str) -> None:
    """In a process that may take a minute of the processor, which linear time is far from."""
    pytest.importorskip("resource", reason="no such limits on this system")
    done = subprocess.run([sys.executable, "-c", RUN, name], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


# -- What is read is the same ------------------------------------------------------------------------------------
TAGS = ["<br>", "<br>", "<p>", "</p>", "<b>", "</b>", "<div>", "</div>", "가", "나", " ", "<!-- -->"]
CAPTIONS = ["<span class=caption>", "</span>", "<figcaption>", "</figcaption>"]


def removed_one_by_one(tree: html.HtmlElement) -> None:
    for element in list(tree.iter("figcaption", "span")):
        element.drop_tree()
    for element in list(tree.iter("br")):
        element.tail = html_text._BREAK + (element.tail or "")
        element.drop_tree()


@settings(deadline=None)
@given(st.lists(st.sampled_from(TAGS + CAPTIONS), max_size=30).map("".join))
def test_removing_all_at_once_leaves_what_removing_one_by_one_leaves(source: str) -> None:
    one, other = (html.document_fromstring(f"<html><body>{source}x</body></html>") for _ in range(2))
    removed_one_by_one(one)
    html_text._remove_captions(other)
    html_text._write_breaks(other)
    assert html.tostring(one) == html.tostring(other)
