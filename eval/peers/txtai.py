"""txtai: one ``Embeddings`` with ``hybrid``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from txtai import Embeddings

from eval.peers.system import DEPTH, Entry, weights_folder, with_title


class Peer:
    """Its tokens can be n-grams of letters, by an option of its own."""

    distributions = ("txtai",)
    settings = "Embeddings(hybrid=True, scoring=bm25, normalize=True, tokenizer={ngrams: 2})"

    def __init__(self, setting: str = "") -> None:
        self._tokenizer = {} if setting == "words" else {"tokenizer": {"ngrams": 2}}
        self._normalize = setting != "ranks"

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """See ``System``."""
        embeddings = Embeddings(
            path=weights_folder(),
            instructions={"query": "query: ", "data": "passage: "},
            scoring={"method": "bm25", "terms": True, "normalize": self._normalize, **self._tokenizer},
            hybrid=True,
            gpu=False,
        )
        embeddings.index((entry.key, with_title(entry), None) for entry in entries)
        embeddings.save(str(folder / "index"))

    def open(self, folder: Path) -> None:
        """See ``System``."""
        self._embeddings = Embeddings()
        self._embeddings.load(str(folder / "index"))

    def search(self, question: str) -> list[str]:
        """See ``System``."""
        return [key for key, _ in self._embeddings.search(question, DEPTH)]
