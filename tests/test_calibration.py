"""Reliability and risk-coverage, against cases counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.calibration import calibration_error, reliability, risks


def test_reliability_counts_each_question_in_its_bin() -> None:
    bins = reliability(np.array([0.1, 0.3, 0.8, 1.0]), np.array([False, True, True, True]), bins=2)
    assert [(one.low, one.high, one.questions) for one in bins] == [(0.0, 0.5, 2), (0.5, 1.0, 2)]
    assert [one.confidence for one in bins] == pytest.approx([0.2, 0.9])
    assert [one.right for one in bins] == [0.5, 1.0]
    assert calibration_error(bins) == pytest.approx((2 * 0.3 + 2 * 0.1) / 4)


def test_a_bin_without_questions_weighs_nothing() -> None:
    bins = reliability(np.array([0.95]), np.array([True]))
    assert bins[0].questions == 0 and calibration_error(bins) == pytest.approx(0.05)


def test_risk_rises_as_less_confident_answers_are_given() -> None:
    confidence = np.array([0.2, 0.9, 0.6, 0.4])
    right = np.array([False, True, False, True])
    assert risks(confidence, right).tolist() == pytest.approx([0.0, 1 / 2, 1 / 3, 2 / 4])


def test_the_order_of_equally_confident_answers_does_not_matter() -> None:
    confidence = np.array([0.5, 0.5, 0.5, 0.5])
    for right in ([True, True, False, False], [False, True, False, True]):
        assert risks(confidence, np.array(right)).tolist() == pytest.approx([0.5] * 4)
