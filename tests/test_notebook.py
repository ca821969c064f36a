"""What a notebook shows of hits and answers: everything that is promised, nothing that runs, readable on any ground."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

from html_tags import Tags
from page_visit import ATTACK, BRIDGE, CRANES, LIBRARY, NOTHING

from rag import Conversation, Filters, Hits, Retriever
from rag.answer import DIFFERING, NONE_ALLOWED, NOT_FOUND
from rag.notebook import MOST_SHOWN

ELEMENTS = {"div", "b", "span", "mark", "a", "blockquote", "p", "sup", "details", "summary"}
ATTRIBUTES = {"style", "lang", "href", "target", "rel", "open"}
CORRECTED, FOLLOWED = "해인클러스터이름의유래는?", "SKT 컨소시엄에서 반도체를 맡는 곳은?"


def shown(result: Any) -> Tags:
    """The markup of a result, which may hold what it needs and nothing else."""
    markup = result._repr_html_()
    tags = Tags(markup)
    for tag, attributes in tags.elements:
        assert tag in ELEMENTS and set(attributes) <= ATTRIBUTES, (tag, attributes)
        assert (attributes.get("href") or "https://").startswith(("https://", "http://"))
        for name, value in re.findall(r"([\w-]+):([^;]+)", attributes.get("style") or ""):
            if name == "color":
                assert value == "inherit"
            if name in ("background", "border"):  # lets light and dark grounds show through
                assert "rgba(" in value
    return tags


def inside(markup: str, tag: str, style: str = "") -> list[str]:
    """The texts of the elements with this tag, and this in its style."""
    found = re.findall(rf"<{tag}\b[^>]*{style}[^>]*>(.*?)</{tag}>", markup, re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in found]


def test_a_hit_shows_its_article_its_passage_its_marks_and_its_score(page_retriever: Retriever) -> None:
    hit = page_retriever.search(LIBRARY, 1)[0]
    tags, markup = shown(hit), hit._repr_html_()
    for told in ("한빛시립도서관, 밤 열 시까지 문 연다", "한빛일보", "2025-03-04", "news.example.com ↗"):
        assert told in tags.text
    assert f"점수 {hit.score:.3f}" in tags.text and hit.passage.text in tags.text
    assert [a["href"] for tag, a in tags.elements if tag == "a"] == ["https://news.example.com/library"]
    start, end = hit.best_sentence
    assert inside(markup, "span", "border-bottom") == [hit.passage.text[start:end]]
    marked = set(inside(markup, "mark"))
    assert marked and marked <= {hit.passage.text[a:b] for a, b in hit.highlights}


def test_only_what_came_from_the_web_is_linked(page_retriever: Retriever) -> None:
    hit = page_retriever.search(BRIDGE, 1)[0]
    assert all(tag != "a" for tag, _ in shown(hit).elements)
    assert hit.article.source.rsplit("/", 1)[1] in shown(hit).text
    assert hit.article.source not in shown(hit).text
    assert "같은 내용: " in shown(hit).text
    for url in (
        "javascript:alert(1)",
        'https://x.example/"onclick="a',
        "https://[broken",
        "file:///etc/passwd",
    ):
        one = replace(hit, article=replace(hit.article, url=url))
        links = [attributes["href"] for tag, attributes in shown(one).elements if tag == "a"]
        assert links == ([url] if url.startswith("https://x") else [])


def test_a_hostile_article_comes_out_inert(page_retriever: Retriever) -> None:
    hits, answer = page_retriever.search(CRANES, 3), page_retriever.answer(CRANES)
    assert not answer.abstained
    for result in (hits[0], hits, answer, page_retriever.search_many([CRANES, f"{ATTACK} 흑두루미"])):
        assert ATTACK in shown(result).text
    differing = replace(answer, statements=(replace(answer.statements[0], differs=True),))
    assert shown(differing).text.count(ATTACK) > shown(answer).text.count(
        ATTACK
    )  # the paper, beside the quotation
    hostile = f"{ATTACK}\" style='x"
    answer = replace(
        page_retriever.answer(BRIDGE),
        question=hostile, searched_as=hostile, completed_as=hostile, within=hostile, unanswered=(hostile,),
    )  # fmt: skip
    assert shown(answer).text.count(hostile) == 5
    statement = replace(answer.statements[0], about=hostile, differs=True)
    assert shown(replace(answer, statements=(statement,))).text.count(hostile) == 6
    assert ATTACK in shown(replace(answer, text=ATTACK, abstained=True)).text
    assert "\ud800" not in shown(replace(answer, question="\ud800?")).text


def test_hits_are_numbered_by_rank_and_so_are_slices(page_retriever: Retriever) -> None:
    hits = page_retriever.search(BRIDGE, 3)
    ranked = [text for text in inside(hits._repr_html_(), "b") if text[0].isdigit()]
    assert ranked == [f"{rank}. {hit.article.title}" for rank, hit in enumerate(hits, 1)]
    assert hits[2].passage.text not in shown(hits[:2]).text
    assert "찾은 대목이 없습니다" in shown(hits[:0]).text
    many = Hits(list(hits) * MOST_SHOWN)
    assert f"그 밖에 {len(many) - MOST_SHOWN}개" in shown(many).text
    assert shown(many).text.count(hits[0].passage.text) == len(range(0, MOST_SHOWN, 3))


def test_the_results_of_many_questions_open_on_their_passages(page_retriever: Retriever) -> None:
    found = page_retriever.search_many([LIBRARY, "zxqv", BRIDGE], 2, voices="lexical")
    tags = shown(found)
    assert [("open" in given) for tag, given in tags.elements if tag == "details"] == [True, False, False]
    assert inside(found._repr_html_(), "summary") == [f"1. {LIBRARY}", "2. zxqv", f"3. {BRIDGE}"]
    assert tags.text.count("찾은 대목이 없습니다") == 1 and found[2][0].passage.text in tags.text
    many = page_retriever.search_many([LIBRARY] * (MOST_SHOWN + 4), 1)
    assert "그 밖에 4개" in shown(many).text
    assert shown(many).text.count(many[0][0].passage.text) == MOST_SHOWN
    shown(page_retriever.search_many([]))


def test_an_answer_shows_statements_citations_and_their_passages(page_retriever: Retriever) -> None:
    answer = page_retriever.answer(BRIDGE)
    tags, markup = shown(answer), answer._repr_html_()
    quoted = inside(markup, "blockquote")
    assert quoted == [f"{one.quote}\xa0{one.marks}" for one in answer.statements]
    for citation in answer.citations:
        assert f"[{citation.n}] {citation.article.title}" in tags.text.replace("][", "] [")
        assert citation.quote in inside(markup, "span", "border-bottom")
        assert citation.passage.text in tags.text
    assert DIFFERING not in tags.text


def test_an_answer_says_what_was_changed_what_differs_and_what_is_missing(page_retriever: Retriever) -> None:
    answer = page_retriever.answer(CORRECTED)
    assert answer.correction and answer.correction in shown(answer).text and CORRECTED in shown(answer).text
    conversation = Conversation(page_retriever)
    conversation.ask(FOLLOWED)
    followed = conversation.ask("그 회사가 최근 내놓은 제품은?")
    assert followed.completion and followed.completion in shown(followed).text
    (statement, *_) = page_retriever.answer(LIBRARY).statements
    both = (replace(statement, differs=True, about="올해"), replace(statement, differs=True))
    differing = shown(replace(answer, statements=both, unanswered=("내년",)))
    assert DIFFERING in differing.text and "(한빛일보 2025-03-04)" in differing.text
    assert (
        f"올해: {statement.quote}" in differing.text and "내년: 기사에서 찾지 못했습니다." in differing.text
    )


def test_an_abstention_shows_what_comes_nearest(page_retriever: Retriever) -> None:
    answer = page_retriever.answer(NOTHING)
    assert answer.abstained
    tags = shown(answer)
    assert NOT_FOUND in tags.text and all(hit.passage.text in tags.text for hit in answer.hits)
    assert "점수" not in tags.text and "border-bottom" not in answer._repr_html_()
    none = page_retriever.answer(NOTHING, filters=Filters(publishers="없는신문"))
    assert NONE_ALLOWED in shown(none).text and "관련 있을" not in shown(none).text


def test_searching_loads_neither_page_nor_notebook_nor_pandas() -> None:
    code = (
        "import sys, rag.retriever, rag.conversation; held = [name for name in sys.modules if name.startswith"
        "(('rag.page', 'rag.notebook', 'rag.integrations', 'gradio', 'pandas', 'langchain', 'llama_index'))]; "
        "assert not held, held; import rag.notebook; assert 'rag.page' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
