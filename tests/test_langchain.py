"""The LangChain retriever: LangChain's own standard tests, and what they do not ask."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.load import dumps
from langchain_core.runnables import ConfigurableField, RunnableLambda
from langchain_tests.integration_tests import RetrieversIntegrationTests
from page_visit import ARTICLES, BRIDGE
from pydantic import ValidationError

from index.errors import IndexNotFoundError, QuestionError
from rag import Filters, Retriever
from rag.integrations.langchain import GeungeoRetriever

QUESTION = "해인 클러스터 이름의 유래는?"


class TestStandard(RetrieversIntegrationTests):
    """Whatever LangChain asks of a retriever."""

    @pytest.fixture(autouse=True)
    def _index(self, seeds_index: Path) -> None:
        self.index_dir = seeds_index

    @property
    def retriever_constructor(self) -> type[GeungeoRetriever]:
        return GeungeoRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"index_dir": self.index_dir}

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


def test_a_document_is_the_passage_and_tells_where_it_stands(page_retriever: Retriever) -> None:
    hits = page_retriever.search(BRIDGE, k=3)
    documents = GeungeoRetriever(retriever=page_retriever, k=3).invoke(BRIDGE)
    assert [document.id for document in documents] == [hit.passage.id for hit in hits]
    for document, hit in zip(documents, hits, strict=True):
        told = document.metadata
        article = page_retriever.article(told["article_id"])
        assert article is not None
        assert document.page_content == article.text[told["start"] : told["end"]] == hit.passage.text
        assert (told["passage_id"], told["score"]) == (hit.passage.id, hit.score)
        assert (told["title"], told["publisher"], told["published"]) == (
            article.title,
            article.publisher,
            article.published,
        )
        assert [tuple(span) for span in told["highlights"]] == list(hit.highlights)
        assert json.loads(json.dumps(told)) == told
    assert documents[0].metadata["highlights"]


def test_metadata_name_the_web_address_else_the_file_and_the_copies(page_retriever: Retriever) -> None:
    retriever = GeungeoRetriever(retriever=page_retriever, k=5)
    library = retriever.invoke("한빛시립도서관은 몇 시까지 문을 여나요?")[0]
    assert library.metadata["source"] == "https://news.example.com/library"
    bridge = retriever.invoke(BRIDGE)[0]
    (copy,) = bridge.metadata["duplicates"]
    assert {bridge.metadata["publisher"], copy["publisher"]} == {"강변신문", "한빛경제"}
    assert Path(bridge.metadata["source"]).name in ARTICLES
    article = page_retriever.article(copy["article_id"])
    assert article and "410m" in article.text[copy["start"] : copy["end"]]


def test_filters_and_correction_are_those_of_the_retriever_or_of_the_call(page_retriever: Retriever) -> None:
    retriever = GeungeoRetriever(retriever=page_retriever, filters=Filters(publishers="한빛경제"))

    def papers(**given: Any) -> set[str]:
        return {document.metadata["publisher"] for document in retriever.invoke(BRIDGE, **given)}

    assert papers() == {"한빛경제"}
    assert papers(filters=Filters(publishers="한빛일보")) == {"한빛일보"}
    assert "강변신문" in papers(filters=Filters())
    assert retriever.invoke(BRIDGE, filters=Filters(publishers="없는신문")) == []
    slip = "해인 클러수터 이름의 유래는?"
    asked = GeungeoRetriever(retriever=page_retriever, k=3)
    as_typed = [hit.score for hit in page_retriever.search(slip, 3, correct=False)]
    corrected = [hit.score for hit in page_retriever.search(slip, 3)]
    assert as_typed != corrected
    assert [one.metadata["score"] for one in asked.invoke(slip)] == corrected
    assert [one.metadata["score"] for one in asked.invoke(slip, correct=False)] == as_typed


async def test_coroutines_find_the_same_with_the_same_arguments(page_retriever: Retriever) -> None:
    retriever = GeungeoRetriever(retriever=page_retriever)
    assert await retriever.ainvoke(QUESTION) == retriever.invoke(QUESTION)
    assert await retriever.ainvoke(QUESTION, k=2) == retriever.invoke(QUESTION, k=2)
    both = await retriever.abatch([QUESTION, BRIDGE])
    assert both == retriever.batch([QUESTION, BRIDGE]) == [retriever.invoke(q) for q in (QUESTION, BRIDGE)]


def test_it_is_a_part_of_a_chain(page_retriever: Retriever) -> None:
    def titles(documents: list[Document]) -> list[str]:
        return [document.metadata["title"] for document in documents]

    retriever = GeungeoRetriever(retriever=page_retriever, k=2)
    chain = retriever.bind(k=1) | RunnableLambda(titles)
    assert chain.invoke(BRIDGE) == titles(retriever.invoke(BRIDGE))[:1]
    assert len((retriever | RunnableLambda(titles)).batch([BRIDGE, QUESTION])[1]) == 2
    adjustable = retriever.configurable_fields(k=ConfigurableField(id="k"))
    assert len(adjustable.with_config(configurable={"k": 4}).invoke(QUESTION)) == 4


class Heard(BaseCallbackHandler):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_retriever_start(self, serialized: Any, query: str, **_: Any) -> None:
        self.told.append(query)

    def on_retriever_end(self, documents: Any, **_: Any) -> None:
        self.told.append(documents)

    def on_retriever_error(self, error: BaseException, **_: Any) -> None:
        self.told.append(error)


def test_a_question_at_fault_raises_our_own_error_and_the_callbacks_hear_of_it(
    page_retriever: Retriever,
) -> None:
    retriever, heard = GeungeoRetriever(retriever=page_retriever), Heard()
    with pytest.raises(QuestionError, match="비어 있습니다"):
        retriever.invoke("  ", {"callbacks": [heard]})
    assert heard.told[0] == "  " and isinstance(heard.told[1], QuestionError)
    documents = retriever.invoke(QUESTION, {"callbacks": [heard]})
    assert heard.told[2:] == [QUESTION, documents]
    with pytest.raises(QuestionError, match="글자여야"):
        retriever.invoke({"question": QUESTION})  # type: ignore[arg-type]
    with pytest.raises(QuestionError, match="1 이상"):
        retriever.invoke(QUESTION, k=0)
    with pytest.raises(TypeError, match="top_k"):
        retriever.invoke(QUESTION, top_k=3)


def test_what_it_is_made_of_is_checked(page_retriever: Retriever, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        GeungeoRetriever(retriever=page_retriever, k=0)
    with pytest.raises(ValidationError, match="Filters"):
        GeungeoRetriever(retriever=page_retriever, filters={"publishers": "한빛경제"})
    with pytest.raises(ValidationError, match="index_dir"):
        GeungeoRetriever(index_dir=3)
    with pytest.raises(IndexNotFoundError):
        GeungeoRetriever(index_dir=tmp_path)


def test_the_place_is_pickled_not_the_index(page_retriever: Retriever, page_index: Path) -> None:
    retriever = GeungeoRetriever(index_dir=page_index, k=2, filters=Filters(publishers="한빛경제"))
    pickled = pickle.dumps(retriever)
    assert len(pickled) < 10_000
    again = pickle.loads(pickled)
    assert again.invoke(BRIDGE) == retriever.invoke(BRIDGE) and again.k == 2
    with pytest.raises(TypeError, match="index_dir"):
        pickle.dumps(GeungeoRetriever(retriever=page_retriever))
    assert "GeungeoRetriever" in dumps(retriever)  # LangChain writes it down as what it cannot load
