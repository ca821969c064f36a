"""LangChain: ``EnsembleRetriever`` of a Kiwi ``BM25Retriever`` and FAISS with ``HuggingFaceEmbeddings``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from kiwipiepy import Kiwi
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings

from eval.peers.system import CANDIDATES, DEPTH, Entry, weights_folder, with_title

CONTENT = ("N", "V", "M", "XR", "SL", "SN", "SH")
"""Tags of the morphemes that are kept: without particles and endings."""


class Peer:
    """As Korean guides to LangChain set it up, but for particles and endings, which they keep, and the weights."""

    distributions = (
        "langchain-classic", "langchain-community", "langchain-huggingface", "sentence-transformers",
        "rank-bm25", "faiss-cpu", "kiwipiepy",
    )  # fmt: skip
    settings = (
        "BM25Retriever(preprocess_func=Kiwi, content morphemes), FAISS; EnsembleRetriever(weights=[.7, .3])"
    )

    def __init__(self, setting: str = "") -> None:
        self._all = setting == "all"
        share = {"even": 0.5, "meaning": 0.3}.get(setting, 0.7)
        self._weights = [share, 1.0 - share]

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """FAISS keeps itself; ``BM25Retriever`` cannot be saved, so its terms are, which spares Kiwi on opening."""
        documents = [
            Document(page_content=with_title(entry), metadata={"key": entry.key}) for entry in entries
        ]
        FAISS.from_documents(documents, self._embeddings).save_local(str(folder / "faiss"))
        terms = [self._terms(document.page_content) for document in documents]
        rows = [[entry.key, with_title(entry), own] for entry, own in zip(entries, terms, strict=True)]
        (folder / "terms.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    def open(self, folder: Path) -> None:
        """See ``System``."""
        rows = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        by_text = {text: terms for _, text, terms in rows}
        words = BM25Retriever.from_documents(
            [Document(page_content=text, metadata={"key": key}) for key, text, _ in rows],
            preprocess_func=by_text.__getitem__,
        )
        words.preprocess_func = self._terms
        words.k = CANDIDATES
        vectors = FAISS.load_local(
            str(folder / "faiss"), self._embeddings, allow_dangerous_deserialization=True
        )
        near = vectors.as_retriever(search_kwargs={"k": CANDIDATES})
        self._retriever = EnsembleRetriever(retrievers=[words, near], weights=self._weights, id_key="key")

    def search(self, question: str) -> list[str]:
        """See ``System``."""
        return [document.metadata["key"] for document in self._retriever.invoke(question)[:DEPTH]]

    @cached_property
    def _embeddings(self) -> HuggingFaceEmbeddings:
        return HuggingFaceEmbeddings(
            model_name=weights_folder(),
            model_kwargs={"device": "cpu"},
            encode_kwargs={"prompt": "passage: ", "normalize_embeddings": True},
            query_encode_kwargs={"prompt": "query: ", "normalize_embeddings": True},
        )

    @cached_property
    def _kiwi(self) -> Kiwi:
        return Kiwi()

    def _terms(self, text: str) -> list[str]:
        tokens = self._kiwi.tokenize(text)
        return [token.form for token in tokens if self._all or token.tag.startswith(CONTENT)]
