"""Vectors of a collection, multiplied to measure search at scale."""

from __future__ import annotations

import numpy as np
import pytest

from eval.scale.multiplied import multiplied


def a_collection() -> np.ndarray:
    """Vectors that share a direction, as those of sentence encoders do."""
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(3000, 48)) * np.linspace(0.05, 0.3, 48) + np.eye(48)[0] * 2
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_first_part_is_the_collection_and_all_rows_have_length_one() -> None:
    vectors = a_collection()
    parts = list(multiplied(vectors, 3))
    assert len(parts) == 3
    np.testing.assert_array_equal(parts[0], vectors)
    for part in parts:
        assert part.shape == vectors.shape
        assert part.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, rtol=1e-5)


def test_the_seed_decides() -> None:
    vectors = a_collection()
    one, same, other = (list(multiplied(vectors, 2, seed))[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)


def test_copies_differ_and_lie_near_their_rows_within_the_same_distribution() -> None:
    vectors = a_collection()
    _, one, other = multiplied(vectors, 3)
    own, between, unrelated = (
        float(np.median((a * b).sum(axis=1))) for a, b in ((one, vectors), (one, other), (one, vectors[::-1]))
    )
    assert unrelated < between < own < 1
    background = float(np.median((vectors * vectors[::-1]).sum(axis=1)))
    assert unrelated == pytest.approx(background, abs=0.02)
    np.testing.assert_allclose(one.mean(axis=0), vectors.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(np.cov(one.T), np.cov(vectors.T), atol=0.005)


def test_a_spread_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="spread"):
        next(multiplied(a_collection(), 2, spread=0.8))
