"""BM25: our scores are rank-bm25's on the same terms."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Plus

from index.lexical import BIGRAM_WEIGHT, LexicalIndex, weighted
from index.lexical_writing import K1, B, LexicalWriter
from index.terms import bigrams, indexed_terms
from rag import Retriever
from rag.questions.question import read_question

WORDS = st.sampled_from(["해인", "클러스터", "이름", "유래", "모델", "sk", "500", "공개"])
DOCUMENTS = st.lists(st.lists(WORDS, min_size=1, max_size=12), min_size=1, max_size=12)


def oracle(documents: list[list[str]]) -> BM25Plus:
    """rank-bm25's BM25+ with delta 0: plain BM25 with the idf ln((N + 1) / df)."""
    return BM25Plus(documents, k1=K1, b=B, delta=0)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.lists(WORDS, max_size=6))
def test_scores_equal_rank_bm25(documents: list[list[str]], question: list[str]) -> None:
    ours = LexicalIndex.build(documents).term_scores(question)
    known = [word for word in question if any(word in document for document in documents)]
    expected = oracle(documents).get_scores(known) if known else np.zeros(len(documents))
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.lists(st.one_of(WORDS, st.just("없는")), max_size=6))
def test_a_match_is_a_share(documents: list[list[str]], question: list[str]) -> None:
    index = LexicalIndex.build([indexed_terms(document, []) for document in documents])

    def match(forms: list[str]) -> float:
        return index.match(forms, float(index.scores(forms).max(initial=0.0)))

    assert 0.0 <= match(question) <= 1.0
    assert (match(question) > 0) == bool(index.scores(question).any())
    if set(question) - {"없는"}:
        assert match([*question, "없는"]) <= match(question)


def test_scores_equal_rank_bm25_on_our_articles(retriever: Retriever) -> None:
    stored = [
        indexed_terms([term.form for term in item.terms], article.title_terms)
        for article in retriever.index.store.everything()
        for item in article.passages
    ]
    engine = oracle(stored)
    for question in (
        "해인 클러스터 이름의 유래는?",
        "A.X 4.0은 언제 공개됐나요?",
        "정예팀 다섯 곳",
        "없는말투성이질문",
    ):
        forms = read_question(question).forms
        ours = retriever.index.words.scores(forms)
        expected = engine.get_scores(list(forms)) + BIGRAM_WEIGHT * engine.get_scores(bigrams(forms))
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


def test_saved_and_loaded_scores_are_the_same(tmp_path: Path) -> None:
    documents = [["해인", "이름"], ["이름", "모델"], ["모델", "모델"]]
    built = LexicalIndex.build(documents)
    writer = LexicalWriter(tmp_path / "words")
    for document in documents:
        writer.add(document)
    writer.finish()
    loaded = LexicalIndex.load(tmp_path / "words", len(documents))
    np.testing.assert_array_equal(loaded.scores(["모델", "이름"]), built.scores(["모델", "이름"]))


def test_unknown_terms_score_nothing_and_weigh_most() -> None:
    index = LexicalIndex.build([["해인"], ["해인", "모델"]])
    assert not index.scores(["없는", "말"]).any()
    assert index.knows(["해인", "없는"]).tolist() == [True, False]
    rare, common, unknown = index.idf(["모델", "해인", "없는"])
    assert unknown == pytest.approx(rare) and rare > common


def test_a_collection_without_any_term_can_be_searched() -> None:
    index = LexicalIndex.build([[], []])
    assert index.scores(["해인"]).tolist() == [0.0, 0.0]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(WORDS, max_size=12), min_size=1, max_size=40),
    st.lists(WORDS, max_size=8),
    st.integers(1, 12),
    st.one_of(st.none(), st.randoms(use_true_random=False)),
    st.sampled_from([1, 10**9]),
    st.sampled_from([0, 10**4]),
)
def test_a_search_finds_what_scoring_everything_finds(
    documents: list[list[str]], question: list[str], k: int, chance: Random | None, rare: int, small: int
) -> None:
    """Leaving out what cannot matter changes nothing, ties included; ``rare`` 1 never leaves out, a huge one always asks."""
    index = LexicalIndex.build([indexed_terms(document, []) for document in documents])
    allowed = np.array([chance.random() < 0.5 for _ in documents]) if chance else None
    asked = weighted(question)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.lexical.RARE", rare)
        patch.setattr("index.lexical.SMALL", small)
        numbers, scores = index.search(asked, k, allowed)
        everything = np.arange(len(documents))
        expected = index.scores_of(asked, everything) * (1 if allowed is None else allowed)
    np.testing.assert_allclose(expected[numbers], index.all_scores(asked)[numbers], rtol=1e-5)
    best = [n for n in np.lexsort((everything, -expected)) if expected[n] > 0][:k]
    assert numbers.tolist() == best
    np.testing.assert_array_equal(scores, expected[best])


def test_a_build_that_spills_gives_the_same_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(5)
    documents = [[f"말{int(chance.paretovariate(1))}" for _ in range(30)] for _ in range(200)]
    whole = LexicalIndex.build(documents)
    monkeypatch.setattr("index.lexical_writing.ENTRIES_HELD", 100)
    monkeypatch.setattr("index.lexical_writing.HASHES_HELD", 10)
    spilled = LexicalIndex.build(documents)
    np.testing.assert_array_equal(spilled.terms, whole.terms)
    np.testing.assert_array_equal(spilled.term_scores(documents[0]), whole.term_scores(documents[0]))
