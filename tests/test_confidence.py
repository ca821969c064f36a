"""Confidence: what it is fitted on, the fit, and that it does not depend on how many passages are asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval.confidence import Asked, asked_twice, fit_logistic, report, unanswered
from eval.metrics import area_under_roc
from eval.question_sets import SEEDS, QuestionSet
from rag import Retriever


@pytest.fixture(scope="module")
def twice(retriever: Retriever) -> Asked:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.question_sets.open_collection", lambda articles: retriever)
        every = QuestionSet.of_gold(*SEEDS)
    return asked_twice(replace(every, questions=every.questions[::4], gold=every.gold[::4]))


def test_without_its_passages_a_question_has_less_evidence(twice: Asked) -> None:
    there, gone = twice.evidence[::2], twice.evidence[1::2]
    assert twice.answerable[:4].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert there[:, 0].mean() > gone[:, 0].mean() and (there[:, 0] >= gone[:, 0] - 1e-6).all()
    np.testing.assert_allclose(there[:, 1], gone[:, 1])  # the collection's own subject
    weights, bias = fit_logistic([(twice, 1.0)])
    assert area_under_roc(twice.evidence @ weights + bias, twice.answerable == 1.0) > 0.6


def test_the_fit_finds_the_weights_that_made_the_data() -> None:
    draw = np.random.default_rng(0)
    evidence = draw.normal(size=(4000, 2)) * [1.0, 0.05]
    chances = 1 / (1 + np.exp(-(evidence @ [1.5, -20.0])))
    weights, bias = fit_logistic([(Asked("", evidence, (draw.random(4000) < chances).astype(float)), 1.0)])
    np.testing.assert_allclose(weights, [1.5, -20.0], rtol=0.2)
    assert abs(bias) < 0.2


def test_a_report_names_only_what_a_set_has(retriever: Retriever) -> None:
    open_ones = unanswered("김치", retriever.index, ["김치찌개를 맛있게 끓이는 방법은?"])
    assert open_ones.evidence.shape == (1, 4)
    line = report(open_ones, np.zeros(1), 0.5)
    assert "others 1.000" in line and "answerable" not in line and "AUROC" not in line


def test_confidence_does_not_depend_on_how_many_are_asked_for(retriever: Retriever) -> None:
    question = "해인 클러스터 이름의 유래는?"
    assert len({retriever.answer(question, k=k).confidence for k in (1, 2, 5, 40)}) == 1
    assert len(retriever.answer(question, k=1).hits) == 1
