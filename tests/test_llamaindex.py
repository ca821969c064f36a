"""The LlamaIndex retriever: the contract of LlamaIndex's own retrievers, and its use in what is built on them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.callbacks import CallbackManager, CBEventType, LlamaDebugHandler
from llama_index.core.callbacks.schema import EventPayload
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent, RetrievalStartEvent
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever, RecursiveRetriever
from llama_index.core.schema import (
    IndexNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    TextNode,
)
from page_visit import BRIDGE
from pydantic import Field

from index.errors import IndexNotFoundError, QuestionError
from rag import Filters, Retriever
from rag.integrations.llamaindex import GeungeoRetriever

QUESTION = "해인 클러스터 이름의 유래는?"


def ids(nodes: list[NodeWithScore]) -> list[str]:
    return [node.node_id for node in nodes]


def test_it_retrieves_what_a_search_finds(page_retriever: Retriever, page_index: Path) -> None:
    hits = page_retriever.search(QUESTION, k=3)
    retriever = GeungeoRetriever(page_retriever, k=3)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve(QUESTION)
    assert ids(found) == [hit.passage.id for hit in hits]
    assert [node.score for node in found] == [hit.score for hit in hits]
    assert retriever.retrieve(QueryBundle(QUESTION)) == found
    assert GeungeoRetriever(index_dir=page_index, k=3).retrieve(QUESTION) == found


async def test_coroutines_find_the_same(page_retriever: Retriever) -> None:
    retriever = GeungeoRetriever(page_retriever)
    assert await retriever.aretrieve(QUESTION) == retriever.retrieve(QUESTION)
    assert await retriever.aretrieve(QueryBundle(BRIDGE)) == retriever.retrieve(BRIDGE)


def test_a_node_is_the_passage_and_tells_where_it_stands(page_retriever: Retriever) -> None:
    for found in GeungeoRetriever(page_retriever).retrieve(BRIDGE):
        node = found.node
        assert isinstance(node, TextNode)
        source = node.relationships[NodeRelationship.SOURCE]
        assert node.source_node == source and node.ref_doc_id == source.node_id
        article = page_retriever.article(source.node_id)
        assert article is not None
        assert node.text == article.text[node.start_char_idx : node.end_char_idx]
        assert source.metadata["title"] == node.metadata["title"] == article.title
        assert node.metadata["passage_id"] == node.node_id
        assert TextNode.from_dict(json.loads(json.dumps(node.to_dict()))) == node
        assert pickle.loads(pickle.dumps(node)) == node


def test_a_language_model_is_shown_whose_words_they_are_and_no_more(page_retriever: Retriever) -> None:
    node = GeungeoRetriever(page_retriever, k=1).retrieve("한빛시립도서관은 몇 시까지 문을 여나요?")[0].node
    for mode in (MetadataMode.LLM, MetadataMode.EMBED):
        assert node.get_content(mode).splitlines()[:5] == [
            "title: 한빛시립도서관, 밤 열 시까지 문 연다",
            "publisher: 한빛일보",
            "published: 2025-03-04",
            "",
            node.text.splitlines()[0],
        ]
    assert "highlights" in node.get_content(MetadataMode.ALL)
    undated = GeungeoRetriever(page_retriever, filters=Filters(publishers="강변신문"), k=1).retrieve(BRIDGE)[
        0
    ]
    assert undated.metadata["published"] is None
    assert undated.node.get_content(MetadataMode.LLM).startswith(
        f"title: 달내강에 걷는 다리 놓인다\npublisher: 강변신문\n\n{undated.text[:20]}"
    )


def test_filters_and_correction(page_retriever: Retriever) -> None:
    found = GeungeoRetriever(page_retriever, filters=Filters(publishers="한빛경제")).retrieve(BRIDGE)
    assert {node.metadata["publisher"] for node in found} == {"한빛경제"}
    assert GeungeoRetriever(page_retriever, filters=Filters(publishers="없는신문")).retrieve(BRIDGE) == []
    slip = "해인 클러수터 이름의 유래는?"
    for correct in (True, False):
        found = GeungeoRetriever(page_retriever, correct=correct).retrieve(slip)
        assert [node.score for node in found] == [
            hit.score for hit in page_retriever.search(slip, correct=correct)
        ]


def test_errors_are_our_own(page_retriever: Retriever, tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="비어 있습니다"):
        GeungeoRetriever(page_retriever).retrieve(" ")
    with pytest.raises(QuestionError, match="1 이상"):
        GeungeoRetriever(page_retriever, k=0).retrieve(QUESTION)
    with pytest.raises(IndexNotFoundError):
        GeungeoRetriever(index_dir=tmp_path)


class Kept(BaseEventHandler):
    """Keeps the events."""

    events: list[Any] = Field(default_factory=list)

    def handle(self, event: Any, **_: Any) -> None:
        self.events.append(event)


def test_callbacks_and_events_tell_of_each_retrieval(page_retriever: Retriever) -> None:
    debug, kept = LlamaDebugHandler(print_trace_on_end=False), Kept()
    dispatcher = get_dispatcher()
    dispatcher.add_event_handler(kept)
    try:
        found = GeungeoRetriever(page_retriever, callback_manager=CallbackManager([debug])).retrieve(QUESTION)
    finally:
        dispatcher.event_handlers.remove(kept)
    ((start, end),) = debug.get_event_pairs(CBEventType.RETRIEVE)
    assert start.payload[EventPayload.QUERY_STR] == QUESTION
    assert end.payload[EventPayload.NODES] == found
    began, ended = (
        event for event in kept.events if isinstance(event, RetrievalStartEvent | RetrievalEndEvent)
    )
    assert began.str_or_query_bundle == QUESTION and ended.nodes == found


def test_a_query_engine_answers_from_its_nodes(page_retriever: Retriever) -> None:
    engine = RetrieverQueryEngine.from_args(GeungeoRetriever(page_retriever, k=2), llm=MockLLM())  # echoes
    response = engine.query(BRIDGE)
    assert "410m" in str(response) and "title: " in str(response)
    assert ids(response.source_nodes) == ids(GeungeoRetriever(page_retriever, k=2).retrieve(BRIDGE))


@pytest.mark.parametrize("use_async", [False, True])
def test_it_is_fused_with_others(page_retriever: Retriever, use_async: bool) -> None:
    both = [
        GeungeoRetriever(page_retriever, k=3, filters=Filters(publishers=name))
        for name in ("한빛경제", "한빛일보")
    ]
    fused = QueryFusionRetriever(
        both, llm=MockLLM(), num_queries=1, mode="reciprocal_rerank", similarity_top_k=4, use_async=use_async
    )
    each = [ids(retriever.retrieve(BRIDGE)) for retriever in both]
    found = ids(fused.retrieve(BRIDGE))
    assert set(found[:2]) == {each[0][0], each[1][0]} and set(found) <= {*each[0], *each[1]}


def test_it_is_entered_from_another(page_retriever: Retriever) -> None:
    inner = GeungeoRetriever(page_retriever, k=2)

    class Outer(BaseRetriever):
        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return [NodeWithScore(node=IndexNode(text="기사", index_id="articles"), score=1.0)]

    recursive = RecursiveRetriever("outer", retriever_dict={"outer": Outer(), "articles": inner})
    assert ids(recursive.retrieve(BRIDGE)) == ids(inner.retrieve(BRIDGE))
    entered = Outer(object_map={"articles": inner})
    assert ids(entered.retrieve(BRIDGE)) == ids(inner.retrieve(BRIDGE))
