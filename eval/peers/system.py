"""What every measured system does: build an index of passages, open it, and rank passages for a question."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from index.model_cache import DEFAULT_MODEL, prepared

DEPTH = 10
"""Passages that each system returns."""
CANDIDATES = 30
"""Passages that each of a peer's two retrievers puts forward, to be fused: its own default would be 2 to 10."""
SYLLABLE_PAIRS = r"(?u)(?=([^\W_]{2}))"
"""Tokens for a system that takes a pattern but no function: every pair of neighbouring letters, which is what search
engines without a Korean analyzer do."""


class Entry(NamedTuple):
    """One passage to be searched."""

    key: str
    title: str
    text: str


class System(Protocol):
    """One system with its settings; ``build`` and ``open`` are called in processes of their own."""

    distributions: Sequence[str]
    """What has to be installed for it."""
    settings: str
    """How it is set up, in words."""

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """Makes an index and saves it in an empty folder."""

    def open(self, folder: Path) -> None:
        """Opens it."""

    def search(self, question: str) -> list[str]:
        """The keys of the best ``DEPTH`` entries, best first."""


SYSTEMS = ("geungeo", "geungeo-static", "langchain", "llamaindex", "haystack", "txtai")
"""The compared ones."""
ALTERNATIVES = (
    "langchain-all", "langchain-even", "langchain-meaning", "llamaindex-words", "llamaindex-ranks",
    "haystack-words", "haystack-ranks", "txtai-words", "txtai-ranks",
)  # fmt: skip
"""Other settings of theirs; those of ``SYSTEMS`` rank best on half a of KorQuAD dev (``--half a --recall-only``)."""


def load_system(name: str) -> System:
    """The system of a module of this package, or that with a setting (``SYSTEM-SETTING``); imports its libraries."""
    module, _, setting = name.partition("-")
    peer = importlib.import_module(f"eval.peers.{module}").Peer
    system: System = peer(setting) if setting else peer()
    return system


def weights_folder() -> str:
    """The default encoder's weights as a sentence-transformers model: every peer runs these."""
    return str(prepared(DEFAULT_MODEL)[0] / "source")


def with_title(entry: Entry) -> str:
    """What peers index of a passage, as they have no field for the title: both."""
    return f"{entry.title}\n{entry.text}" if entry.title else entry.text
