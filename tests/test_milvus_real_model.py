"""The default model in both stores: every question about our own articles, the same first ten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.milvus.building import build_store
from rag import Retriever
from tests.conftest import SEEDS, TOP


@pytest.mark.slow
def test_the_gold_questions_are_answered_alike(retriever: Retriever, tmp_path: Path) -> None:
    place = f"milvus:{tmp_path / 'seeds.db'}"
    build_store([SEEDS], place)
    milvus = Retriever.open(place)
    lines = (TOP / "eval" / "gold" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    for question in [json.loads(line)["question"] for line in lines][::2]:
        ours, theirs = milvus.search(question, 10), retriever.search(question, 10)
        assert [hit.passage.id for hit in ours] == [hit.passage.id for hit in theirs], question
        assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in theirs], abs=2e-5)
