"""Multiplied collections are sound ones, and the scale benchmark runs on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.scale.synthetic import Multiplier
from index import Index
from index.stored import StoredArticle
from rag import Retriever


@pytest.fixture(scope="module")
def base(retriever: Retriever) -> list[StoredArticle]:
    return list(retriever.index.store.everything())


def test_copies_are_sound_articles(base: list[StoredArticle]) -> None:
    copies = list(Multiplier(base).copies(300))
    assert sum(len(article.passages) for article in copies) == 300
    assert [article.article.source for article in copies] == sorted(
        article.article.source for article in copies
    )
    assert len({article.article.id for article in copies}) == len(copies)
    for article in copies:
        for item in article.passages:
            passage = item.passage
            assert article.article.text[passage.start : passage.end] == passage.text
            spans = [*item.sentences, *item.windows, *item.terms.spans.tolist()]
            assert all(0 <= start < end <= len(passage.text) for start, end in spans)


def test_the_first_copy_is_the_collection_itself_and_the_others_differ(base: list[StoredArticle]) -> None:
    own = [item.passage.text for article in base for item in article.passages]
    copied = [
        item.passage.text for article in Multiplier(base).copies(3 * len(own)) for item in article.passages
    ]
    assert copied[: len(own)] == own
    assert not set(own) & set(copied[len(own) :]) and len(set(copied)) > 2.9 * len(own)


@pytest.mark.slow
def test_the_benchmark_builds_and_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from eval.scale.building import build
    from eval.scale.plot import main as plot
    from eval.scale.searching import measure

    texts = [
        f"{name} 회사는 올해 바닷가에 새 공장을 지었다. 직원은 {100 + n}명이다. 공장장은 {name}시에서 태어났다."
        for n, name in enumerate(("가람", "나래", "다솜", "라온", "마루", "바다"))
    ]
    data = [
        {
            "title": text.split()[0],
            "paragraphs": [
                {
                    "context": text,
                    "qas": [{"id": text[:2], "question": f"{text[:2]} 회사의 직원은 몇 명인가?",
                             "answers": [{"text": "직원은", "answer_start": text.index("직원은")}]}],
                }
            ],
        }
        for text in texts
    ]  # fmt: skip
    squad = tmp_path / "squad.json"
    squad.write_text(json.dumps({"data": data}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.scale.building.ENCODED", 10)
        built = build(squad, tmp_path / "index", 50)
    assert built["passages"] == Index.open(tmp_path / "index").size == 50
    found = measure(squad, tmp_path / "index")
    assert found["recall"] == {"windows": 1.0, "passages": 1.0, "hybrid": 1.0}
    assert found["memory_mb"]["resident"] > 0 and found["search_ms"]["p95"] >= found["search_ms"]["p50"] > 0
    runs = tmp_path / "runs.jsonl"
    runs.write_text(json.dumps({"build": built, "search": found}) + "\n", encoding="utf-8")
    assert plot([str(runs), str(tmp_path / "scale.svg")]) == 0
    assert (tmp_path / "scale.svg").stat().st_size > 1000
    assert plot([str(tmp_path / "none"), str(tmp_path / "x.svg")]) == 2
