"""A LlamaIndex retriever (``geungeo[llamaindex]``)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from index.filters import Filters
from rag.hits import Hit
from rag.records import article_json, metadata
from rag.retriever import Retriever

SHOWN = ("title", "publisher", "published")
"""Metadata shown to a language model, which may run elsewhere: not where a file lies here."""


class GeungeoRetriever(BaseRetriever):
    """Passages of a Geungeo index as LlamaIndex nodes, best first. Safe to share between threads.

    Of a ``QueryBundle`` only the text counts: the index embeds it itself. What a language model is shown of a node's
    metadata is what is known of ``SHOWN``.

    Args:
        retriever: an opened index; without it, that at ``index_dir`` is opened.
        index_dir: where the index lies, as ``Retriever.open`` takes it.
        k: how many nodes there are for a question, at least 1; fewer where the index holds fewer.
        filters: only articles that meet these are searched.
        correct: whether typos and spacing of the question are corrected.
        callback_manager: LlamaIndex's.
        verbose: LlamaIndex's.

    Raises:
        GeungeoError: the index cannot be opened (see ``Retriever.open``); in ``retrieve``, the question is at fault
            (``QuestionError``, see ``Retriever.search``).
    """

    def __init__(
        self,
        retriever: Retriever | None = None,
        *,
        index_dir: str | Path | None = None,
        k: int = 5,
        filters: Filters | None = None,
        correct: bool = True,
        callback_manager: CallbackManager | None = None,
        verbose: bool = False,
    ) -> None:
        self._retriever = retriever or Retriever.open(index_dir)
        self.k = k
        self.filters = filters
        self.correct = correct
        super().__init__(callback_manager=callback_manager, verbose=verbose)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._retriever.search(
            query_bundle.query_str, self.k, filters=self.filters, correct=self.correct
        )
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """In a worker thread."""
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(hit: Hit) -> TextNode:
    """A passage as a node of its article."""
    told = metadata(hit)
    article = article_json(hit.article)
    source = RelatedNodeInfo(node_id=hit.article.id, node_type=ObjectType.DOCUMENT, metadata=article)
    kept_back = [key for key, value in told.items() if key not in SHOWN or value is None]
    return TextNode(
        id_=hit.passage.id,
        text=hit.passage.text,
        start_char_idx=hit.passage.start,
        end_char_idx=hit.passage.end,
        metadata=told,
        excluded_llm_metadata_keys=kept_back,
        excluded_embed_metadata_keys=kept_back,
        relationships={NodeRelationship.SOURCE: source},
    )
