"""The search by vector: exact in a small collection, nominated and then exact in a large one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import dense
from index.dense import DenseIndex, Vectors, create_vectors

K = 10
DIMENSIONS = 64


def unit(vectors: np.ndarray) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def structured(rows: int, seed: int = 0) -> Vectors:
    """Vectors around 200 centres of their own."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(200, DIMENSIONS))
    noise = draw.normal(size=(rows, DIMENSIONS))
    return unit(centres[draw.integers(0, len(centres), rows)] + 0.7 * noise)


VECTORS = structured(6000)
QUESTIONS = structured(50, seed=1)


def written(folder: Path, vectors: Vectors) -> Path:
    folder.mkdir(exist_ok=True)
    create_vectors(folder, *vectors.shape)[:] = vectors
    DenseIndex.write(folder)
    return folder


def nearest(question: Vectors, allowed: np.ndarray | None = None) -> list[int]:
    """By brute force."""
    cosines = VECTORS.astype(np.float64) @ question
    if allowed is not None:
        cosines[~allowed] = -2
    return np.argsort(-cosines)[:K].tolist()


def recall(index: DenseIndex, allowed: np.ndarray | None = None) -> float:
    """Of the ten nearest by brute force, how many are found among thirty, and rank among its ten best."""
    shares = []
    for question in QUESTIONS:
        rows, cosines = index.search(question[None], 3 * K, allowed)
        assert len(rows) == len(set(rows.tolist())) == 3 * K
        assert (np.diff(cosines) <= 0).all()
        assert allowed is None or allowed[rows].all()
        shares.append(len({*rows[:K].tolist()} & {*nearest(question, allowed)}) / K)
    return float(np.mean(shares))


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an index that counts as large."""
    monkeypatch.setattr(dense, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(dense, "ALLOWED_EXACT", 500)
    monkeypatch.setattr(dense, "PROBES", 32)
    return written(tmp_path / "large", VECTORS)


def test_a_small_collection_is_searched_exactly(tmp_path: Path) -> None:
    folder = written(tmp_path / "small", VECTORS)
    assert [path.name for path in folder.iterdir()] == [dense.EXACT]
    index = DenseIndex.load(folder)
    np.testing.assert_array_equal(index.rows(np.arange(index.size)), VECTORS)
    for question in QUESTIONS:
        rows, cosines = index.search(question[None], K)
        assert rows.tolist() == nearest(question)
        np.testing.assert_allclose(cosines, VECTORS[rows] @ question, rtol=1e-5)


def test_a_small_collection_is_searched_exactly_under_a_filter(tmp_path: Path) -> None:
    index = DenseIndex.load(written(tmp_path / "small", VECTORS))
    allowed = np.random.default_rng(2).random(len(VECTORS)) < 0.1
    for question in QUESTIONS:
        for k in (K, 10_000):
            rows, cosines = index.search(question[None], k, allowed)
            expected = np.where(allowed, VECTORS @ question, -np.inf)
            assert rows.tolist() == np.argsort(-expected, kind="stable")[: min(k, allowed.sum())].tolist()
            np.testing.assert_array_equal(cosines, index.cosines(question[None], rows))
    assert len(index.search(QUESTIONS[:1], K, np.zeros(len(VECTORS), dtype=bool))[0]) == 0


def test_a_vector_that_was_changed_is_compared_anew(tmp_path: Path) -> None:
    index = DenseIndex.load(written(tmp_path / "small", VECTORS))
    vector = QUESTIONS[:1].copy()
    index.search(vector, K)
    vector[:] = QUESTIONS[1:2]
    assert index.search(vector, K)[0].tolist() == nearest(QUESTIONS[1])


def test_a_vector_of_another_layout_is_compared_all_the_same(tmp_path: Path) -> None:
    index = DenseIndex.load(written(tmp_path / "small", VECTORS))
    apart = np.repeat(QUESTIONS[:1].astype(np.float64), 2, axis=1)[:, ::2]
    assert index.search(apart, K)[0].tolist() == nearest(QUESTIONS[0])


def test_a_large_collection_is_searched_nearly_exactly(large: Path) -> None:
    assert {path.name for path in large.iterdir()} == {dense.VECTORS, dense.NEAREST}
    assert recall(DenseIndex.load(large)) >= 0.95


def test_a_large_collection_keeps_half_precision(large: Path) -> None:
    index = DenseIndex.load(large)
    rows = np.array([5, 3, 5999], dtype=np.int64)
    assert index.rows(rows).dtype == np.float32
    np.testing.assert_array_equal(index.rows(rows), VECTORS[rows].astype(np.float16).astype(np.float32))
    question = QUESTIONS[:1]
    np.testing.assert_allclose(index.cosines(question, rows), VECTORS[rows] @ question[0], atol=1e-3)
    found, cosines = index.search(question, K)
    np.testing.assert_allclose(cosines, index.cosines(question, found), rtol=1e-6)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_a_filter_leaves_the_best_of_what_is_allowed(large: Path, share: float) -> None:
    allowed = np.random.default_rng(2).random(len(VECTORS)) < share
    assert (allowed.sum() <= dense.ALLOWED_EXACT) == (share < 0.1)
    assert recall(DenseIndex.load(large), allowed) >= (0.999 if share < 0.1 else 0.95)


def test_a_filter_far_from_the_question_still_yields_as_many_as_asked(large: Path) -> None:
    question = QUESTIONS[0]
    allowed = VECTORS @ question < np.quantile(VECTORS @ question, 0.15)
    index = DenseIndex.load(large)
    rows, _ = index.search(question[None], 600, allowed)
    assert len(rows) == 600
    assert allowed[rows].all()


def test_all_rows_can_be_asked_for(large: Path) -> None:
    index = DenseIndex.load(large)
    assert sorted(index.search(QUESTIONS[:1], 10_000)[0].tolist()) == list(range(len(VECTORS)))


def test_nothing_allowed_nothing_found(large: Path) -> None:
    index = DenseIndex.load(large)
    rows, cosines = index.search(QUESTIONS[:1], K, np.zeros(index.size, dtype=bool))
    assert len(rows) == len(cosines) == 0
    assert len(index.cosines(QUESTIONS[:1], rows)) == 0


def test_a_moved_folder_opens(large: Path, tmp_path: Path) -> None:
    moved = large.rename(tmp_path / "elsewhere")
    assert recall(DenseIndex.load(moved)) >= 0.95


def test_the_same_vectors_make_the_same_files(large: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "again", VECTORS)
    for name in (dense.VECTORS, dense.NEAREST):
        assert (large / name).read_bytes() == (again / name).read_bytes()


@pytest.mark.parametrize("name", [dense.VECTORS, dense.NEAREST])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.98])
def test_a_truncated_file_is_refused(large: Path, name: str, kept: float) -> None:
    path = large / name
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises((OSError, ValueError, RuntimeError)):
        DenseIndex.load(large)


def test_files_of_two_indexes_are_refused(large: Path) -> None:
    create_vectors(large, len(VECTORS) - 1, DIMENSIONS)[:] = VECTORS[1:]
    with pytest.raises(ValueError, match="5999"):
        DenseIndex.load(large)


def test_a_missing_file_is_refused(large: Path) -> None:
    (large / dense.VECTORS).unlink()
    with pytest.raises(OSError):
        DenseIndex.load(large)
    (large / dense.NEAREST).unlink()
    with pytest.raises(RuntimeError):
        DenseIndex.load(large)
