"""The ablation: its product row is the product, its parts are what they say, the command prints its table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import torch

from eval.ablation import ablate, main
from eval.analyzers import compound_parts, content_forms, noun_pairs, plain_forms
from eval.question_sets import SEEDS, QuestionSet
from eval.settings import (
    PRODUCT,
    WEIGHTS,
    Setting,
    best_of,
    fused,
    reciprocal_ranks,
    settings,
    standardised,
)  # fmt: skip
from eval.vectors import text_vectors
from eval.voices import Words, dense_voices, product_words
from eval.weighting import ScoredSet, fit
from index.errors import GeungeoError
from rag import Retriever
from rag.ranking.candidates import CANDIDATES, Voices, gather


@pytest.fixture(scope="module")
def chosen(retriever: Retriever, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuestionSet]:
    """Every third gold question about ``seeds/``, asked of the index that the other tests use."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.question_sets.open_collection", lambda articles: retriever)
        patch.setattr("eval.vectors.cache_folder", lambda: cache)
        every = QuestionSet.of_gold(*SEEDS)
        yield replace(every, questions=every.questions[::3], gold=every.gold[::3])


@pytest.fixture(scope="module")
def rows(chosen: QuestionSet) -> list[Setting]:
    return list(settings(chosen))


def test_the_product_row_is_what_a_search_gives(
    chosen: QuestionSet, rows: list[Setting], retriever: Retriever
) -> None:
    of_group = {group: next(found).scores for group, found in groupby(rows, key=lambda row: row.group)}
    searches: dict[str, Voices] = {
        "terms, lexical voices alone": "lexical",
        "windows, dense voice alone": "dense",
        "second look": "hybrid",
    }
    for group, voices in searches.items():
        ours = chosen.ranked(of_group[group])
        for question, ranking in zip(chosen.questions, ours, strict=True):
            hits = retriever.search(question.typed, 10, voices=voices)
            assert ranking == [hit.passage.id for hit in hits], (group, question.text)


def test_the_fused_rows_are_what_the_second_look_is_given(
    chosen: QuestionSet, rows: list[Setting], retriever: Retriever
) -> None:
    of_group = {group: next(found).scores for group, found in groupby(rows, key=lambda row: row.group)}
    for group in ("terms, in the hybrid", "fusion"):
        for question, ranking in zip(chosen.questions, chosen.ranked(of_group[group]), strict=True):
            pool = gather(retriever.index, question, CANDIDATES, "hybrid")
            best = pool.numbers[pool.ordered(pool.fused, 10)].tolist()
            assert ranking == [item.passage.id for item in retriever.index.store.passages_alone(best)]


def test_every_group_begins_with_the_product(rows: list[Setting], chosen: QuestionSet) -> None:
    shape = len(chosen.questions), len(chosen.passages)
    for group, found in groupby(rows, key=lambda row: row.group):
        names = [row.name for row in found]
        assert PRODUCT in names[0] and len(names) == len(set(names)), group
    assert all(row.scores.shape == shape for row in rows)


def test_words_built_here_score_as_the_index_does(chosen: QuestionSet) -> None:
    ours, theirs = Words().voice(chosen), product_words(chosen)
    assert (
        np.mean(np.isclose(ours.scores, theirs.scores, rtol=1e-4).all(axis=1)) > 0.9
    )  # Kiwi reads long texts by sentences
    assert not np.array_equal(Words(bigram_weight=0).voice(chosen).scores, ours.scores)


def test_windows_cut_here_have_the_vectors_of_the_index(chosen: QuestionSet) -> None:
    index = chosen.index
    texts = index.store.window_texts(range(index.size))
    vectors = text_vectors([text for own in texts.values() for text in own], index)
    np.testing.assert_array_equal(vectors, index.dense.rows(np.arange(index.dense.size)))


def test_longer_windows_keep_the_whole_passages(chosen: QuestionSet) -> None:
    short, long = dense_voices(chosen), dense_voices(chosen, 200)
    np.testing.assert_allclose(short.whole.scores, long.whole.scores, atol=1e-5)
    assert not np.allclose(short.best.scores, long.best.scores)
    titled = dense_voices(chosen, prefix=lambda article: f"{article.title}\n")
    assert not np.allclose(short.whole.scores, titled.whole.scores, atol=1e-3)


def test_compounds_come_apart_into_nouns_only() -> None:
    assert compound_parts("세계보건기구가 포르투갈에서 회의를 열었다") == ["세계", "보건", "기구"]
    assert noun_pairs("세계보건기구는 회의를 열었다") == ["세계", "계보", "보건", "건기", "기구"]


def test_the_table_of_spellings_can_be_left_out() -> None:
    text = "인공지능 모델"
    assert content_forms(text) == ["ai", "모델"]
    assert plain_forms(text) == ["인공", "지능", "모델"]


def test_other_fusions() -> None:
    lexical = np.array([[0.0, 1.0, 0.5]], dtype=np.float32)
    np.testing.assert_allclose(reciprocal_ranks(lexical), [[0.0, 1 / 61, 1 / 62]], rtol=1e-6)
    z = standardised(lexical)
    assert z.mean() == pytest.approx(0.0, abs=1e-6) and z.std() == pytest.approx(1.0)
    assert not standardised(np.ones((1, 3), dtype=np.float32)).any()


def test_no_weight_does_better_than_the_best_for_each_question(
    chosen: QuestionSet, rows: list[Setting]
) -> None:
    lexical, dense = rows[0].scores.clip(0), dense_voices(chosen).mean().scaled()
    grid = [fused(lexical, dense, weight) for weight in WEIGHTS]

    def found_first(scores: np.ndarray) -> int:
        return sum(
            ranking[0] in gold for ranking, gold in zip(chosen.ranked(scores), chosen.gold, strict=True)
        )

    assert found_first(best_of(chosen, grid)) >= max(found_first(scores) for scores in grid)


def test_the_fitted_weight_fits_better_than_none(chosen: QuestionSet) -> None:
    fitted = fit([chosen])
    scored = ScoredSet(chosen)

    def loss(*constants: float) -> float:
        """At the sharpness that suits these constants."""
        return min(
            scored.loss(*map(torch.tensor, (*constants, sharpness))).item()
            for sharpness in np.arange(1.0, 5.0, 0.1).tolist()
        )

    assert loss(*fitted) < loss(0.0, 0.0, 0.0)


def test_the_command_prints_a_table_or_json(
    chosen: QuestionSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "few.jsonl"
    gold.write_text("\n".join(SEEDS[0].read_text(encoding="utf-8").splitlines()[:8]), encoding="utf-8")
    command = ["--gold", str(gold), "--articles", str(SEEDS[1])]
    assert main([*command, "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)
    assert table["asked"] == 8 and table["passages"] == len(chosen.passages)
    for _, found in groupby(table["rows"], key=lambda row: row["group"]):
        first, *others = found
        assert first["p"] is None and all(0 < row["p"]["recall@1"] <= 1 for row in others)
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert all(row["setting"] in printed for row in table["rows"])


def test_a_set_too_large_for_the_memory_is_refused(
    chosen: QuestionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.ablation.LARGEST", 100)
    with pytest.raises(GeungeoError, match="--sample"):
        ablate(chosen)


def test_a_set_without_an_answerable_question_is_refused(tmp_path: Path, chosen: QuestionSet) -> None:
    gold = tmp_path / "none.jsonl"
    fields = {"id": "q", "question": "?가", "category": "x", "answerable": False, "passages": []}
    gold.write_text(json.dumps(fields), encoding="utf-8")
    assert main(["--gold", str(gold), "--articles", str(SEEDS[1])]) == 2
