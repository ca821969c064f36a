"""This project, as ``geungeo index`` builds and ``Retriever`` searches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.collections import entry_article
from eval.peers.system import DEPTH, Entry
from index.build import index_articles
from index.model_cache import DEFAULT_MODEL, STATIC_MODEL
from rag.retriever import Retriever


class Peer:
    """All settings are the defaults, but for the model where the static one is asked for."""

    distributions = ("geungeo",)

    def __init__(self, setting: str = "") -> None:
        self._model = STATIC_MODEL if setting == "static" else DEFAULT_MODEL
        self.settings = f"as installed, --model {self._model}"

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """See ``System``."""
        articles = [entry_article(entry.key, entry.title, entry.text) for entry in entries]
        index_articles(articles, folder, model=self._model, whole=True)

    def open(self, folder: Path) -> None:
        """See ``System``."""
        self._retriever = Retriever.open(folder)

    def search(self, question: str) -> list[str]:
        """See ``System``."""
        return [hit.article.source for hit in self._retriever.search(question, DEPTH)]
