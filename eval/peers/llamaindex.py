"""LlamaIndex: ``QueryFusionRetriever`` of its ``BM25Retriever`` and its vector index."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

from eval.peers.system import CANDIDATES, DEPTH, SYLLABLE_PAIRS, Entry, weights_folder, with_title

WORDS = r"(?u)\b\w\w+\b"
"""Its default."""


class Peer:
    """Its BM25 takes a pattern for tokens, no analyzer: pairs of syllables find more Korean than words do."""

    distributions = (
        "llama-index-core", "llama-index-retrievers-bm25", "llama-index-embeddings-huggingface",
    )  # fmt: skip
    settings = "BM25Retriever(token_pattern=pairs of syllables), VectorStoreIndex; QueryFusionRetriever(relative_score)"

    def __init__(self, setting: str = "") -> None:
        self._pattern = WORDS if setting == "words" else SYLLABLE_PAIRS
        self._mode = FUSION_MODES.RECIPROCAL_RANK if setting == "ranks" else FUSION_MODES.RELATIVE_SCORE

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """See ``System``."""
        nodes = [TextNode(id_=entry.key, text=with_title(entry)) for entry in entries]
        VectorStoreIndex(nodes, embed_model=self._embedding).storage_context.persist(str(folder / "vectors"))
        words = BM25Retriever.from_defaults(
            nodes=nodes, language="ko", skip_stemming=True, token_pattern=self._pattern
        )
        words.persist(str(folder / "words"))

    def open(self, folder: Path) -> None:
        """See ``System``."""
        storage = StorageContext.from_defaults(persist_dir=str(folder / "vectors"))
        index = load_index_from_storage(storage, embed_model=self._embedding)
        words = BM25Retriever.from_persist_dir(str(folder / "words"))
        words.token_pattern, words.skip_stemming = self._pattern, True  # it does not keep them
        words.similarity_top_k = min(CANDIDATES, len(words.corpus))  # more is an error
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=CANDIDATES), words],
            llm=MockLLM(),
            mode=self._mode,
            similarity_top_k=DEPTH,
            num_queries=1,
            use_async=False,
        )

    def search(self, question: str) -> list[str]:
        """See ``System``."""
        return [found.node.node_id for found in self._retriever.retrieve(question)]

    @cached_property
    def _embedding(self) -> HuggingFaceEmbedding:
        return HuggingFaceEmbedding(
            model_name=weights_folder(),
            device="cpu",
            query_instruction="query: ",
            text_instruction="passage: ",
            embed_batch_size=32,
        )
