"""What an assistant is told where a call cannot be answered: one line each, and nothing of the inside."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp_types import INVALID_PARAMS, CallToolResult

from index import GeungeoError
from rag import Retriever
from rag.mcp_server.installed import require_mcp
from rag.mcp_server.server import McpServer, build_mcp
from tests.mcp_calls import refusal, talk


@pytest.fixture(scope="module")
def server(retriever: Retriever) -> McpServer:
    return build_mcp(lambda: retriever)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("search_articles", {"question": "   "}, "질문이 비어 있습니다"),
        ("answer_question", {"question": "가" * 2001}, "2,001자"),
        ("answer_question", {"question": "?!"}, "글자가 없습니다"),
        ("answer_question", {}, "question: 꼭 있어야 합니다"),
        ("answer_question", {"question": None}, "question: 꼭 있어야 합니다"),
        ("search_articles", {"question": "질문", "k": 0}, "k: 1 이상이어야 합니다 (받은 값 0)"),
        ("search_articles", {"question": "질문", "k": 21}, "k: 20 이하여야 합니다 (받은 값 21)"),
        ("answer_question", {"question": "질문", "k": "다섯"}, "k: 정수여야 합니다"),
        ("answer_question", {"question": "질문", "publishers": ["신문"]}, "publishers: 그런 인자는 없습니다"),
        ("answer_question", {"question": "질문", "since": "어제"}, "날짜를 읽을 수 없습니다"),
        ("search_articles", {"question": "질문", "since": "2026", "until": "2025"}, "늦습니다"),
        ("search_articles", {"question": "질문", "topic": [["가"]]}, "topic: 글이어야 합니다"),
        ("get_article", {"article_id": "없는 것"}, "그런 기사가 없습니다"),
        ("get_article", {"article_id": "a", "around": -1}, "around: 0 이상이어야 합니다"),
        ("get_article", {"article_id": "a", "length": 10**6}, "length: 20000 이하여야 합니다"),
    ],
)  # fmt: skip
def test_bad_arguments_are_the_tool_s_error_in_one_line(
    server: McpServer, name: str, arguments: dict[str, Any], told: str
) -> None:
    line = refusal(server, name, **arguments)
    assert told in line and len(line) < 300


def test_an_unknown_tool_is_the_protocol_s_error(server: McpServer) -> None:
    async def ask(client: Client) -> str:
        with pytest.raises(MCPError) as raised:
            await client.call_tool("delete_articles", {})
        assert raised.value.code == INVALID_PARAMS
        return raised.value.message

    assert "answer_question" in talk(server, ask)


def test_an_unexpected_error_is_logged_and_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Retriever:
        raise RuntimeError("열쇠는 1234")

    with caplog.at_level(logging.ERROR):
        line = refusal(build_mcp(broken), "answer_question", question="질문")
    assert "예상하지 못한 오류" in line and "1234" not in line
    assert "answer_question" in caplog.text and "열쇠는 1234" in caplog.text


def test_what_the_library_raises_on_purpose_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def away() -> Retriever:
        raise GeungeoError("Milvus 서버에 연결하지 못했습니다.\n주소를 확인하세요.")

    line = refusal(build_mcp(away), "search_articles", question="질문")
    assert line == "Milvus 서버에 연결하지 못했습니다. 주소를 확인하세요." and not caplog.records


def test_who_finds_no_place_is_told_so(retriever: Retriever) -> None:
    async def full(_: Callable[[], CallToolResult]) -> CallToolResult:
        raise GeungeoError("지금은 물음이 많습니다. 조금 뒤에 다시 불러 주세요.")

    line = refusal(build_mcp(lambda: retriever, full), "search_articles", question="질문")
    assert line.startswith("지금은 물음이 많습니다")


def test_without_the_package_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    require_mcp()
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    with pytest.raises(GeungeoError, match=r"pip install 'geungeo\[mcp\]'"):
        require_mcp()
