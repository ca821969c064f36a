"""Haystack: a pipeline of in-memory BM25 and embedding retrievers with its joiner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from eval.peers.system import CANDIDATES, DEPTH, SYLLABLE_PAIRS, Entry, weights_folder, with_title

WORDS = r"(?u)\b\w+\b"
"""Its default."""


class Peer:
    """Its BM25, too, takes a pattern for tokens and no analyzer."""

    distributions = ("haystack-ai", "sentence-transformers-haystack")
    settings = "InMemoryDocumentStore(bm25_tokenization_regex=pairs of syllables); DocumentJoiner(distribution_based_rank_fusion)"

    def __init__(self, setting: str = "") -> None:
        self._pattern = WORDS if setting == "words" else SYLLABLE_PAIRS
        self._mode = "reciprocal_rank_fusion" if setting == "ranks" else "distribution_based_rank_fusion"

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """See ``System``."""
        store = InMemoryDocumentStore(
            bm25_tokenization_regex=self._pattern, embedding_similarity_function="cosine"
        )
        embedder = SentenceTransformersDocumentEmbedder(
            model=weights_folder(), prefix="passage: ", normalize_embeddings=True, progress_bar=False
        )
        documents = [Document(id=entry.key, content=with_title(entry)) for entry in entries]
        store.write_documents(embedder.run(documents=documents)["documents"])
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> None:
        """See ``System``."""
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        pipeline = Pipeline()
        pipeline.add_component(
            "embedder",
            SentenceTransformersTextEmbedder(
                model=weights_folder(), prefix="query: ", normalize_embeddings=True, progress_bar=False
            ),
        )
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=CANDIDATES))
        pipeline.add_component("near", InMemoryEmbeddingRetriever(store, top_k=CANDIDATES))
        pipeline.add_component("joiner", DocumentJoiner(join_mode=self._mode, top_k=DEPTH))
        pipeline.connect("embedder.embedding", "near.query_embedding")
        pipeline.connect("words", "joiner")
        pipeline.connect("near", "joiner")
        self._pipeline = pipeline

    def search(self, question: str) -> list[str]:
        """See ``System``."""
        found = self._pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
        return [document.id for document in found["joiner"]["documents"]]
