"""Floors: what falls below one is told, and fails the command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.answers import AnswerScores
from eval.evaluate import Report, Row
from eval.floors import ABSTAINED, ANSWER_FLOORS, ANSWERABLE_ABSTAINED, FLOORS, check_floors

MEASURES = ("recall@1", "recall@5", "MRR@10", "nDCG@10")


def met() -> Report:
    """A report that meets every floor to the letter."""
    hybrid = Row("geungeo hybrid", dict.fromkeys(MEASURES, 0.9) | FLOORS["seeds.jsonl"], {})
    worse = Row("another", dict.fromkeys(MEASURES, 0.1), {})
    by_category = {category: {"abstained": floor} for category, floor in ABSTAINED.items()}
    answers = AnswerScores(
        **ANSWER_FLOORS["seeds.jsonl"],
        quotes_exact=1.0,
        answerable_abstained=ANSWERABLE_ABSTAINED,
        abstention_precision=0.0,
        abstention_recall=0.0,
        by_category=by_category,
    )
    return Report("seeds.jsonl", 1, 1, 1, 1, [hybrid, worse], {}, answers, [])


def test_floors_that_are_just_met_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_floors([met()]) == 0
    assert "all floors hold" in capsys.readouterr().out


@pytest.mark.parametrize("measure", sorted(ANSWER_FLOORS["seeds.jsonl"]))
def test_each_answer_measure_has_its_floor(measure: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = met()
    lower = {measure: ANSWER_FLOORS["seeds.jsonl"][measure] - 0.01}
    assert check_floors([replace(report, answers=replace(report.answers, **lower))]) == 1
    assert f"FAIL seeds.jsonl: {measure.replace('_', ' ')}" in capsys.readouterr().out


def test_abstaining_too_seldom_or_too_often_fails() -> None:
    report = met()
    seldom = {category: {"abstained": floor - 0.01} for category, floor in ABSTAINED.items()}
    assert check_floors([replace(report, answers=replace(report.answers, by_category=seldom))]) == 1
    often = replace(report.answers, answerable_abstained=ANSWERABLE_ABSTAINED + 0.01)
    assert check_floors([replace(report, answers=often)]) == 1
