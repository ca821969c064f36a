"""The static model: distilled from the default encoder, and searched with."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import index.static_model
from index.articles import Article
from index.build import index_articles
from index.encoder import _encoders
from index.model_cache import STATIC_MODEL, read_card
from index.reading import article_from_text
from index.static_model import CONSTANT, StaticEncoder, distil, whitened
from rag import Retriever
from rag.ranking.candidates import gather


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> StaticEncoder:
    """Distilled of some thousand pieces: all 100,000 take minutes."""
    folder = tmp_path_factory.mktemp("static")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index.static_model, "PIECES", re.compile("▁?[가-힣]{2}"))
        distil(folder)
    card = read_card(folder)
    assert card is not None and card.runtime == "static"
    return StaticEncoder(folder, card)


def test_vectors_have_length_one_and_lie_about_the_constant(encoder: StaticEncoder) -> None:
    texts = ["회사 직원들의 주말 여행", "새로운 기술 개발", "역사 속의 전쟁", "음악 방송 프로그램"]
    vectors = encoder.encode_passages(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    cosines = (vectors @ vectors.T)[np.triu_indices(len(texts), 1)]
    assert abs(float(cosines.mean()) - CONSTANT) < 0.03
    np.testing.assert_allclose(
        np.concatenate([encoder.encode_query(text) for text in texts]), vectors, atol=1e-6
    )


def test_related_words_are_nearer_than_unrelated_ones(encoder: StaticEncoder) -> None:
    question, near, far = encoder.encode_passages(["전쟁 군대", "전투 군사", "음악 노래"])
    assert float(question @ near) > float(question @ far) + 0.01


def test_a_text_of_unknown_pieces_is_no_error(encoder: StaticEncoder) -> None:
    vectors = encoder.encode_passages(["", "Ω≈ç√∫", "회사"])
    assert np.isfinite(vectors).all()
    assert vectors[0, 0] == 1.0
    assert encoder.encode_passages([]).shape == (0, encoder.card.dimensions)


def test_whitened_vectors_have_variance_one_and_no_correlation() -> None:
    draw = np.random.default_rng(3)
    vectors = (draw.normal(size=(500, 6)) @ draw.normal(size=(6, 6)) + 5.0).astype(np.float32)
    weights = draw.random(500)
    turned = whitened(vectors, weights)[:, 1:]
    shares = (weights / weights.sum())[:, None]
    np.testing.assert_allclose((turned * shares).sum(axis=0), 0.0, atol=1e-4)
    np.testing.assert_allclose((turned * shares).T @ turned, np.eye(5), atol=1e-3)


def test_an_index_is_built_and_searched_with_it(
    encoder: StaticEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_encoders, STATIC_MODEL, encoder)
    index_articles(
        [_article("전쟁", "군대가 국경으로 이동했다."), _article("음악", "방송에서 노래를 불렀다.")],
        tmp_path,
        model=STATIC_MODEL,
    )
    retriever = Retriever.open(tmp_path)
    assert retriever.index.encoder is encoder
    assert retriever.search("군사 작전", 1, voices="dense")[0].article.title == "전쟁"
    assert retriever.search("노래를 부른 곳은?", 1)[0].article.title == "음악"


def test_a_static_models_voice_weighs_less(
    encoder: StaticEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_encoders, STATIC_MODEL, encoder)
    index_articles([_article("전쟁", "군대가 국경으로 이동했다.")], tmp_path, model=STATIC_MODEL)
    retriever = Retriever.open(tmp_path)
    pool = gather(retriever.index, retriever.read("군대는 어디로 이동했나?"), 10, "hybrid")
    assert pool.static
    lexical, dense = np.array([1.0, 0.2], dtype=np.float32), np.array([0.0, 1.0], dtype=np.float32)
    apart = replace(pool, lexical=lexical, dense=dense, static=False).fused
    nearer = replace(pool, lexical=lexical, dense=dense).fused
    assert (np.abs(nearer - lexical) < np.abs(apart - lexical)).all()


def _article(title: str, text: str) -> Article:
    return article_from_text(text, source=f"{title}.txt", title=title)
