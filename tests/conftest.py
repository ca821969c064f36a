"""Fixtures shared by the tests: the original articles, and one index of our own articles for a whole run."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_visit import (  # noqa: F401 - for the tests of the page and of other doors
    address,
    browser,
    page_index,
    page_retriever,
    phone,
    visit,
)
from server_client import seeds_client, serve, two_articles  # noqa: F401 - for the tests of the server

from index import build_index
from rag import Retriever

TOP = Path(__file__).resolve().parents[1]
SEEDS = TOP / "seeds"
ORIGINALS = TOP.parent / "shared" / "seeds"
KORQUAD = TOP.parent / "shared" / "bench" / "korquad" / "KorQuAD_v1.0_dev.json"


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of ``seeds/``."""
    folder = tmp_path_factory.mktemp("seeds") / "index"
    build_index([SEEDS], folder)
    return folder


@pytest.fixture(scope="session")
def retriever(seeds_index: Path) -> Retriever:
    """A retriever over ``seeds/``."""
    return Retriever.open(seeds_index)


@pytest.fixture(scope="session")
def originals() -> Path:
    """The folder of the original articles; skips where it is absent."""
    if not ORIGINALS.is_dir():
        pytest.skip("the original articles are not ours to distribute: ../shared/seeds is absent")
    return ORIGINALS


@pytest.fixture(scope="session")
def originals_retriever(originals: Path, tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """A retriever over the original articles."""
    folder = tmp_path_factory.mktemp("originals") / "index"
    build_index([originals], folder)
    return Retriever.open(folder)
