"""What an assistant is offered over the Model Context Protocol, asked for by the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client
from mcp_types import CallToolResult

from index import build_index
from rag import Retriever, Serving
from rag.mcp_server.server import AT_ONCE, McpServer, build_mcp
from rag.options import command_line
from tests.conftest import TOP
from tests.mcp_calls import MODES, QUESTION, called, given, refusal, talk, text_of
from tests.test_serving import QUESTION as FACTORY
from tests.test_serving import editions_in, write_edition


@pytest.fixture(scope="module")
def server(retriever: Retriever) -> McpServer:
    return build_mcp(lambda: retriever)


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_are_offered_as_read_only_with_schemas_and_say_when_to_use_them(
    server: McpServer, mode: str
) -> None:
    async def look(client: Client) -> tuple[Any, ...]:
        return client.server_info, client.instructions, (await client.list_tools()).tools

    info, instructions, tools = talk(server, look, mode)
    assert info.name == "geungeo" and "출처" in instructions and "cite" in instructions
    assert [tool.name for tool in tools] == ["search_articles", "answer_question", "get_article"]
    for tool in tools:
        hints = tool.annotations
        assert hints.read_only_hint and hints.idempotent_hint
        assert hints.destructive_hint is False and hints.open_world_hint is False
        assert tool.title and "출처" in tool.description and "cite" in tool.description.lower()
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert all(one["type"] and one["description"] for one in tool.input_schema["properties"].values())
    asked = tools[0].input_schema
    assert asked["properties"]["question"]["maxLength"] == 2000 and asked["required"] == ["question"]
    assert (asked["properties"]["k"]["minimum"], asked["properties"]["k"]["maximum"]) == (1, 20)
    assert set(asked["properties"]) >= {"publisher", "since", "until", "source", "topic"}


@pytest.mark.parametrize("mode", MODES)
def test_a_search_gives_the_passages_that_the_api_finds(
    server: McpServer, retriever: Retriever, mode: str
) -> None:
    result = called(server, "search_articles", mode, question=QUESTION, k=3)
    data, hits = result.structured_content, retriever.search(QUESTION, 3)
    assert [hit["text"] for hit in data["hits"]] == [hit.passage.text for hit in hits]
    for shown, hit in zip(data["hits"], hits, strict=True):
        assert (shown["article_id"], shown["title"]) == (hit.article.id, hit.article.title)
        assert hit.article.text[shown["start"] : shown["end"]] == shown["text"]
        assert shown["source"] == Path(hit.article.source).name
        for part in (shown["text"], shown["title"], f"article_id={hit.article.id} start={shown['start']}"):
            assert part in text_of(result)


@pytest.mark.parametrize(
    "question", [QUESTION, "정부는 올해 얼마를 지원하나요?", "SKT와 업스테이지가 만드는 모델의 크기는 각각?"]
)
def test_an_answer_s_citations_match_the_articles_to_the_letter(
    server: McpServer, retriever: Retriever, question: str
) -> None:
    result = called(server, "answer_question", question=question)
    data, answer = result.structured_content, retriever.answer(question)
    assert not data["abstained"] and data["answer"] == answer.text
    assert len(data["citations"]) == len(answer.citations) > 0
    for citation in data["citations"]:
        article = retriever.article(citation["article_id"])
        assert article and article.text[citation["start"] : citation["end"]] == citation["quote"]
        told = {name: getattr(article, name) for name in ("title", "publisher", "published")}
        assert told.items() <= citation.items()
        read = given(
            server, "get_article", article_id=article.id, offset=citation["start"],
            length=citation["end"] - citation["start"],
        )  # fmt: skip
        assert read["text"] == citation["quote"]
        assert f"[{citation['n']}] {article.title}" in text_of(result) and citation["quote"] in text_of(
            result
        )
    numbers = [n for statement in data["statements"] for n in statement["citations"]]
    assert numbers == [citation["n"] for citation in data["citations"]]


def test_what_is_given_fits_the_schema_that_was_offered(server: McpServer, retriever: Retriever) -> None:
    tools = talk(server, lambda client: client.list_tools()).tools
    article_id = retriever.articles()[0][0].id
    asked = {"article_id": article_id, "question": QUESTION}
    for tool in tools:
        needed = {name: asked[name] for name in tool.input_schema["required"]}
        jsonschema.validate(given(server, tool.name, **needed), tool.output_schema)


def test_an_abstention_is_an_answer_that_says_so(server: McpServer) -> None:
    result = called(server, "answer_question", question="오늘 서울 날씨 어때?", k=3)
    data = result.structured_content
    assert not result.is_error and data["abstained"] is True
    assert data["citations"] == data["statements"] == [] and len(data["hits"]) == 3
    assert "찾지 못했습니다" in data["answer"] and data["answer"] in text_of(result)
    assert data["hits"][0]["text"] in text_of(result) and "답은 아니지만" in text_of(result)


def test_a_corrected_question_is_told_and_can_be_asked_as_typed(server: McpServer) -> None:
    for name in ("search_articles", "answer_question"):
        corrected = called(server, name, question="해인 클러수터 이름의 유래는?")
        assert corrected.structured_content["searched_as"] == QUESTION
        assert text_of(corrected).startswith(f"‘{QUESTION}’")
        assert given(server, name, question="해인 클러수터", correct=False)["searched_as"] is None


def test_filters_narrow_what_is_searched(server: McpServer, retriever: Retriever) -> None:
    def names(**filters: Any) -> set[str]:
        found = given(server, "search_articles", question="SKT 컨소시엄", k=20, **filters)
        return {hit["source"] for hit in found["hits"]}

    assert len(names()) > 1 and names(publisher=["근거 편집부"]) == names()
    assert names(source="skt-f*") == {"skt-full-stack-ai.md"} == names(source='["skt-f*"]')
    assert names(topic=["500B", "컨소시엄"]) == {"k-ai-consortia.md", "skt-500b-tech-conference.md"}
    assert names(since="2025-10", until="2025-10") == {"skt-500b-tech-conference.md"}
    assert names(since=2025, until=None) == {"skt-500b-tech-conference.md"} == names(until="2025")
    one = next(article for article, _ in retriever.articles() if article.source.endswith("k-ai-consortia.md"))
    assert names(article_id=one.id) == {"k-ai-consortia.md"}
    assert names(publisher="없는신문") == set()
    none = given(server, "answer_question", question="SKT 컨소시엄", publisher="없는신문")
    assert none["abstained"] and "조건에 맞는 기사가 없습니다" in none["answer"] and none["hits"] == []


def test_an_article_is_read_page_by_page_and_around_a_place(server: McpServer, retriever: Retriever) -> None:
    article = max((article for article, _ in retriever.articles()), key=lambda one: len(one.text))
    total, pages, offset = len(article.text), [], 0
    while offset is not None:
        page = given(server, "get_article", article_id=article.id, offset=offset, length=700)
        assert page["characters"] == total and page["end"] - page["start"] == len(page["text"]) <= 700
        pages.append(page["text"])
        offset = page["next_offset"]
    assert "".join(pages) == article.text and len(pages) == -(-total // 700)
    for around, start, end in ((1000, 950, 1050), (10, 0, 100), (total, total - 50, total)):
        part = given(server, "get_article", article_id=article.id, around=around, offset=0, length=100)
        assert (part["start"], part["end"]) == (start, end) and part["text"] == article.text[start:end]
    beyond = given(server, "get_article", article_id=article.id, offset=10**12)
    assert (beyond["start"], beyond["text"], beyond["next_offset"]) == (total, "", None)
    readable = text_of(called(server, "get_article", article_id=article.id, length=300))
    assert readable.endswith(article.text[:300]) and "offset=300" in readable and article.title in readable


def test_no_paragraph_floods_who_asks(tmp_path: Path) -> None:
    endless = ", ".join(f"가람 공장은 {n}번 창고에 부품을 쌓고" for n in range(1000))
    (tmp_path / "끝없는.txt").write_text(f"{endless} 다솜 항구로 배를 보낸다", encoding="utf-8")
    build_index([tmp_path / "끝없는.txt"], tmp_path / "index")
    retriever = Retriever.open(tmp_path / "index")
    server, text = build_mcp(lambda: retriever), retriever.articles()[0][0].text
    question = "가람 공장은 다솜 항구로 무엇을 보내나?"
    assert max(len(hit.passage.text) for hit in retriever.search(question)) > 9_000
    for name in ("search_articles", "answer_question"):
        result = called(server, name, question=question)
        data = result.structured_content
        assert len(text_of(result)) < 10_000 and len(json.dumps(data, ensure_ascii=False)) < 20_000
        for hit in data["hits"]:
            assert hit["text"] == text[hit["start"] : hit["end"]]
        for citation in data.get("citations", []):
            assert citation["quote"] == text[citation["start"] : citation["end"]]


def test_the_same_story_elsewhere_is_named(tmp_path: Path) -> None:
    story = "가람전자가 달내시에 반도체 공장을 짓는다고 28일 밝혔다. 공장에는 2027년까지 5000억원이 들어간다."
    for number, paper in enumerate(["강변신문", "한빛경제"]):
        head = f"---\ntitle: 공장 {number}\npublisher: {paper}\npublished: 2025-10-2{number}\nurl: https://127.0.0.1/{number}\n---\n\n"
        (tmp_path / f"{number}.md").write_text(head + story, encoding="utf-8")
    build_index(list(tmp_path.glob("*.md")), tmp_path / "index")
    retriever = Retriever.open(tmp_path / "index")
    server = build_mcp(lambda: retriever)
    result = called(server, "answer_question", question="가람전자 공장에는 얼마가 들어가나?")
    (citation,) = result.structured_content["citations"]
    (other,) = citation["duplicates"]
    assert {citation["publisher"], other["publisher"]} == {"강변신문", "한빛경제"}
    assert {citation["source"], other["source"]} == {"https://127.0.0.1/0", "https://127.0.0.1/1"}
    (line,) = [line for line in text_of(result).splitlines() if "같은 내용: " in line]
    assert f"{other['title']} ({other['publisher']}, {other['published']})" in line


def test_the_newest_generation_answers(tmp_path: Path) -> None:
    stories, folder = tmp_path / "stories", tmp_path / "index"
    write_edition(stories, 1)
    build_index([stories], folder)
    serving = Serving(Retriever.open(folder), lambda newest: newest)
    server = build_mcp(lambda: serving.current)
    first = given(server, "answer_question", question=FACTORY)
    write_edition(stories, 2)
    build_index([stories], folder)
    serving.look()
    second = given(server, "answer_question", question=FACTORY)
    assert (editions_in(first["answer"]), editions_in(second["answer"])) == ({"1"}, {"2"})
    assert second["citations"][0]["publisher"] == "2호 신문"
    assert "그런 기사가 없습니다" in refusal(
        server, "get_article", article_id=first["citations"][0]["article_id"]
    )


def test_calls_run_side_by_side_but_no_more_than_four_and_none_holds_up_the_rest(
    retriever: Retriever,
) -> None:
    running, most, held, changed = 0, 0, threading.Event(), threading.Condition()

    def newest() -> Retriever:
        nonlocal running, most
        with changed:
            running += 1
            most = max(most, running)
            changed.notify()
        held.wait(30)
        with changed:
            running -= 1
        return retriever

    def all_places_taken() -> bool:
        with changed:
            return changed.wait_for(lambda: running == AT_ONCE, 30)

    async def crowd(client: Client) -> list[CallToolResult]:
        results: list[CallToolResult] = []

        async def ask() -> None:
            results.append(await client.call_tool("answer_question", {"question": QUESTION}))

        async with anyio.create_task_group() as tasks:
            for _ in range(3 * AT_ONCE):
                tasks.start_soon(ask)
            assert await anyio.to_thread.run_sync(all_places_taken)
            with anyio.fail_after(10):
                assert len((await client.list_tools()).tools) == 3
            assert not results
            held.set()
        return results

    results = talk(build_mcp(newest), crowd)
    assert most == AT_ONCE and len(results) == 3 * AT_ONCE
    assert {text_of(result) for result in results} == {text_of(results[0])} and "해인사" in text_of(
        results[0]
    )


def test_who_asks_before_the_index_is_open_waits_for_it(retriever: Retriever) -> None:
    async def early() -> tuple[int, bool, CallToolResult]:
        opened = anyio.Event()

        def newest() -> Retriever:
            assert opened.is_set()
            return retriever

        async def run(work: Callable[[], CallToolResult]) -> CallToolResult:
            await opened.wait()
            return await anyio.to_thread.run_sync(work)

        async with Client(build_mcp(newest, run)) as client:
            offered = len((await client.list_tools()).tools)
            asked = asyncio.create_task(client.call_tool("answer_question", {"question": QUESTION}))
            done, _ = await asyncio.wait([asked], timeout=0.1)
            opened.set()
            return offered, bool(done), await asked

    offered, too_early, result = asyncio.run(early())
    assert offered == 3 and not too_early and "해인사" in text_of(result)


def test_the_document_says_what_is_offered(server: McpServer) -> None:
    document = (TOP / "docs" / "mcp.md").read_text(encoding="utf-8")
    for tool in talk(server, lambda client: client.list_tools()).tools:
        fields = [*tool.input_schema["properties"], *tool.output_schema["properties"]]
        unnamed = {"reporter", "topics", "characters", "text"}  # get_article's, which speak for themselves
        assert all(f"`{name}`" in document for name in [tool.name, *fields] if name not in unnamed)
    blocks = dict(re.findall(r"```(json|text)\n(.*?)```", document, re.S))
    (entry,) = json.loads(blocks["json"])["mcpServers"].values()
    assert command_line().parse_args(entry["args"]).command == "mcp"
    answered = called(server, "answer_question", question=QUESTION, topic=["GPUaaS"])
    assert text_of(answered) == blocks["text"].rstrip("\n")
