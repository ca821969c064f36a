"""Rows of half-precision numbers, read from their file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from index.half_rows import HalfRows, single

VALUES = np.random.default_rng(0).normal(size=(300, 24)).astype(np.float16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "rows.npy", VALUES)
    return tmp_path / "rows.npy"


def test_every_finite_half_is_the_same_single() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    np.testing.assert_array_equal(single(finite), finite.astype(np.float32))


@pytest.mark.parametrize(
    "numbers", [[], [0], [299], [7, 8, 9], [9, 8, 7], [5, 5, 6], [0, 299, 1, 2, 100], list(range(300))]
)
@pytest.mark.parametrize("read", [True, False])
def test_rows_come_in_the_order_asked_for(
    path: Path, numbers: list[int], read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not read:  # as on Windows
        monkeypatch.delattr(os, "pread")
    rows = HalfRows(path)
    found = rows[np.array(numbers, dtype=np.int64)]
    assert len(rows) == 300 and found.dtype == np.float32
    np.testing.assert_array_equal(found, VALUES[numbers])


def test_a_file_cut_short_after_it_was_opened_is_an_error(path: Path) -> None:
    rows = HalfRows(path)
    os.truncate(path, path.stat().st_size - 10)
    np.testing.assert_array_equal(rows[np.array([298])], VALUES[[298]])
    with pytest.raises(OSError, match=r"rows\.npy"):
        rows[np.array([1, 298, 299])]


def test_other_files_are_refused(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("text", b"no array")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError):
            HalfRows(tmp_path / name)
    np.save(tmp_path / "wrong.npy", VALUES.astype(np.float32))
    with pytest.raises(ValueError, match="float32"):
        HalfRows(tmp_path / "wrong.npy")
