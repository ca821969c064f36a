"""A conversation as data: it comes back from the browser as it was, what is not ours does not, and its exports are sound."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from html_tags import Tags

from rag import Retriever
from rag.page.desk import Desk
from rag.page.exports import FORMATS, export, plain_text
from rag.page.front import Library
from rag.page.turns import Turn, Written, WrittenLine, as_data, from_data
from rag.page.visit import Visit
from rag.page.words.english import ENGLISH
from rag.page.words.korean import KOREAN

HOSTILE = "<script>hack()</script> **굵게** [1](javascript:x) # 1. ~~줄~~"


@pytest.fixture(scope="module")
def turns(retriever: Retriever) -> tuple[Turn, ...]:
    desk = Desk(Library(retriever), KOREAN)
    asked: tuple[Turn, ...] = ()
    for question in (
        "해인클러스터이름의유래는?",
        "정부는 올해 얼마를 지원하나요?",
        "김치찌개를 맛있게 끓이는 방법은?",
    ):
        asked += (desk.reply(question, asked, Visit())[0],)
    return (*asked[:2], replace(asked[2], question=f"서울 {HOSTILE}"))


def test_a_conversation_comes_back_as_it_was(turns: tuple[Turn, ...]) -> None:
    kept = json.loads(json.dumps([as_data(turn) for turn in turns]))
    assert from_data(kept) == turns
    assert [bool(turn.reply and turn.reply.abstained) for turn in turns] == [False, False, True]


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept[0].pop("question"),
        lambda kept: kept[0].update(number="하나"),
        lambda kept: kept[0].update(place="elsewhere"),
        lambda kept: kept[0]["reply"].update(outcome="maybe"),
        lambda kept: kept[0]["reply"]["sources"][0].update(numbers=[]),
        lambda kept: kept[0]["reply"]["sources"][0].update(quotes=[["a", "b"]]),
        lambda kept: kept.append(None),
    ],
)
def test_what_is_not_ours_does_not_come_back(turns: tuple[Turn, ...], change: Any) -> None:
    kept = json.loads(json.dumps([as_data(turn) for turn in turns]))
    change(kept)
    assert from_data(kept) == ()


@pytest.mark.parametrize("kept", [None, 3, "x", {}, [[]], [{}]])
def test_nothing_comes_of_nonsense(kept: Any) -> None:
    assert from_data(kept) == ()


def test_a_forged_conversation_is_only_text(retriever: Retriever, turns: tuple[Turn, ...]) -> None:
    """What a browser brings back is as little to be trusted as a question."""
    forged = from_data([_forged(as_data(turns[0]))])
    assert len(forged) == 1 and forged[0].reply
    desk = Desk(Library(retriever), KOREAN)
    for markup in (desk.conversation(forged), desk.sources(forged)):
        tags = Tags(markup)
        assert HOSTILE in tags.text
        assert not {"script", "img"} & {name for name, _ in tags.elements}
        assert not [one for _, one in tags.elements if (one.get("href") or "").startswith("javascript")]


def _forged(data: Any) -> Any:
    """The same with every text of an answer and its articles another."""
    if isinstance(data, dict):
        texts = {"quote", "title", "text", "publisher", "url", "file", "id"}
        return {
            name: HOSTILE if name in texts and isinstance(one, str) else _forged(one)
            for name, one in data.items()
        }
    return [_forged(one) for one in data] if isinstance(data, list) else data


def test_an_answer_is_copied_with_its_sources(turns: tuple[Turn, ...]) -> None:
    reply = turns[0].reply
    assert reply
    text = plain_text(KOREAN, turns[0])
    quote, source = reply.quotations[0].quote, reply.sources[0]
    assert text.splitlines()[0] == f"“{quote}” [1]"
    assert f"[1] {source.article.title} (근거 편집부) · {source.article.file}" in text
    assert (
        plain_text(KOREAN, turns[2]) == KOREAN.not_found
        and plain_text(ENGLISH, turns[2]) == ENGLISH.not_found
    )


@pytest.mark.parametrize("words", [KOREAN, ENGLISH])
@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_holds_questions_quotations_and_sources(
    turns: tuple[Turn, ...], kind: str, words: Any
) -> None:
    text = export(words, (*turns, Turn(4, "", notice="질문이 비어 있습니다.")), kind)
    read = {
        "md": lambda: re.sub(r"\\(.)", r"\1", text),
        "html": lambda: Tags(text).text,
        "json": lambda: text,
    }[kind]()
    for turn in turns[:2]:
        assert turn.reply and turn.question in read
        for one in turn.reply.quotations:
            assert one.quote in read or json.dumps(one.quote, ensure_ascii=False)[1:-1] in read
        assert turn.reply.sources[0].article.title in read
    assert "비어 있습니다" not in read


def test_an_export_as_json_reads_back(turns: tuple[Turn, ...]) -> None:
    read = json.loads(export(KOREAN, turns, "json"))
    assert [one["question"] for one in read] == [turn.question for turn in turns]
    source = read[0]["reply"]["sources"][0]
    (start, end), *_ = source["quotes"]
    assert source["text"][start:end] == read[0]["reply"]["quotations"][0]["quote"]


def test_nothing_in_an_export_is_markup_that_we_did_not_write(turns: tuple[Turn, ...]) -> None:
    tags = Tags(export(KOREAN, turns, "html"))
    assert HOSTILE in tags.text
    assert not {"script", "strong", "del", "img"} & {name for name, _ in tags.elements}
    heading = next(line for line in export(KOREAN, turns, "md").splitlines() if "서울" in line)
    assert not re.search(r"(?<!\\)[<>*\[\]~()]", heading.removeprefix("## "))


def test_an_exported_citation_leads_to_its_source(turns: tuple[Turn, ...]) -> None:
    tags = Tags(export(KOREAN, turns, "html"))
    ids = {one.get("id") for name, one in tags.elements if name == "li"}
    links = [one["href"] for name, one in tags.elements if name == "a"]
    assert links and all(link and link[1:] in ids for link in links)


def test_only_what_is_quoted_is_set_as_a_quotation(turns: tuple[Turn, ...]) -> None:
    reply = turns[0].reply
    assert reply
    (first, *_) = reply.quotations
    own = Written((WrittenLine("“따옴표”로 시작하는 모델의 말", first.numbers),), (), None)
    turn = replace(turns[0], reply=replace(reply, quotations=(replace(first, about="1단계"),), written=own))
    html, markdown = (export(KOREAN, (turn,), kind) for kind in ("html", "md"))
    assert re.findall("<blockquote>(.*?) <a", html) == [f"1단계: “{first.quote}”"]
    assert "<p>“따옴표”로" in html and "\n> 1단계: “" in markdown and "\n“따옴표”로" in markdown
