"""Confidence: the evidence it is made of, the fit, and that it does not depend on how many passages are asked for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from eval.confidence import report
from eval.evidence_sets import Asked, as_asked, asked_twice, unanswered
from eval.gates import Gate, Sample, fit_gate
from eval.metrics import area_under_roc
from eval.question_sets import SEEDS, QuestionSet
from rag import Retriever
from rag.answering.evidence import FULFILMENT, RELEVANCE, Evidence, weigh
from rag.questions.question import Question
from rag.ranking.candidates import rank


@pytest.fixture(scope="module")
def twice(retriever: Retriever) -> Asked:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.question_sets.open_collection", lambda articles: retriever)
        every = QuestionSet.of_gold(*SEEDS)
    return asked_twice(replace(every, questions=every.questions[::4], gold=every.gold[::4]))


def evidence(retriever: Retriever, question: Question) -> Evidence:
    candidates, pool = rank(retriever.index, question, 2, "hybrid")
    return weigh(retriever.index, question, candidates, pool)


def test_without_its_passages_a_question_has_less_evidence(twice: Asked) -> None:
    there, gone = twice.evidence[::2], twice.evidence[1::2]
    assert twice.answerable[:4].tolist() == [True, False, True, False]
    assert there[:, 0].mean() > gone[:, 0].mean() and (there[:, 0] >= gone[:, 0] - 1e-6).all()
    np.testing.assert_allclose(there[:, 1], gone[:, 1])  # the collection's own subject
    assert twice.right[::2].mean() > 0.7 and not twice.right[1::2].any()
    gate = fit_gate([Sample(twice.evidence, twice.answerable.astype(float))])
    assert area_under_roc(gate.chances(twice.evidence), twice.answerable) > 0.6


def test_the_fit_finds_the_gate_that_made_the_data() -> None:
    draw = np.random.default_rng(0)
    features = draw.normal(size=(4000, 2)) * [1.0, 0.05]
    made = Gate(np.array([1.5, -20.0]), 0.0)
    holds = (draw.random(4000) < made.chances(features)).astype(float)
    found = fit_gate([Sample(features, holds)])
    np.testing.assert_allclose(found.weights, made.weights, rtol=0.2)
    assert abs(found.bias) < 0.2


def test_a_second_gate_explains_what_the_first_leaves_open() -> None:
    draw = np.random.default_rng(0)
    features = draw.normal(size=(20_000, 2))
    first, second = Gate(np.array([2.0]), 1.0), Gate(np.array([-3.0]), 2.0)
    others = first.chances(features[:, :1])
    holds = (draw.random(20_000) < others * second.chances(features[:, 1:])).astype(float)
    share = holds.mean()
    both = [Sample(features[:, 1:], holds, others=others)]
    found = fit_gate(both)
    np.testing.assert_allclose(found.weights, second.weights, rtol=0.35)
    alone = fit_gate([Sample(features[:, 1:], holds)])
    assert abs(found.weights[0]) > abs(alone.weights[0]) and 0 < share < 1


def test_confidence_is_the_product_of_both_gates() -> None:
    values = (0.1, 0.8, 0.5, 0.2, 1.0, 0.3)
    (relevance, bias), (fulfilment, second_bias) = RELEVANCE, FULFILMENT
    logits = (
        sum(w * v for w, v in zip(relevance, values[:4], strict=True)) + bias,
        sum(w * v for w, v in zip(fulfilment, values[4:], strict=True)) + second_bias,
    )
    assert Evidence(*values).confidence == pytest.approx(math.prod(1 / (1 + math.exp(-z)) for z in logits))


def test_a_figure_that_is_asked_for_and_stands_nowhere_near_speaks_against_an_answer(
    retriever: Retriever,
) -> None:
    asked = evidence(retriever, retriever.read("해인 클러스터의 무게는 몇 톤인가요?"))
    other = evidence(retriever, retriever.read("해인 클러스터 이름의 유래는?"))
    assert asked.lacking == 1.0 and other.lacking == 0.0
    assert replace(asked, lacking=0.0).confidence > 2 * asked.confidence


def test_what_a_question_ends_on_counts_only_beside_its_subject(retriever: Retriever) -> None:
    told = evidence(retriever, retriever.read("해인 클러스터 이름의 유래는?"))
    untold = evidence(retriever, retriever.read("해인 클러스터 청소 업체의 휴가는?"))
    foreign = evidence(retriever, retriever.read("강아지 예방접종 청소 업체의 휴가는?"))
    assert untold.unsaid > max(told.unsaid, foreign.unsaid)


def test_a_corrected_question_ends_on_its_own_words(retriever: Retriever) -> None:
    typed = retriever.read("해인 클러수터 이름의 유래는?")
    assert typed.searched_as and typed.surplus > 0
    right = retriever.read("해인 클러스터 이름의 유래는?")
    assert typed.forms[: len(typed.forms) - typed.surplus] == right.forms and right.surplus == 0
    assert evidence(retriever, typed).unsaid == pytest.approx(evidence(retriever, right).unsaid)


def test_a_gold_set_as_asked_has_each_question_once(twice: Asked, retriever: Retriever) -> None:
    open_ones = unanswered("김치", retriever.index, ["김치찌개를 맛있게 끓이는 방법은?"])
    whole = as_asked("all", twice, [open_ones])
    assert len(whole.evidence) == len(twice.evidence) // 2 + 1
    assert whole.answerable[:-1].all() and not whole.answerable[-1] and not whole.right[-1]
    np.testing.assert_array_equal(whole.evidence[:-1], twice.evidence[::2])


def test_a_report_names_only_what_a_set_has(retriever: Retriever) -> None:
    open_ones = unanswered("김치", retriever.index, ["김치찌개를 맛있게 끓이는 방법은?"])
    assert open_ones.evidence.shape == (1, 6)
    line = report(open_ones, np.zeros(1), 0.5)
    assert "others 1.000" in line and "answerable" not in line and "AUROC" not in line


def test_confidence_does_not_depend_on_how_many_are_asked_for(retriever: Retriever) -> None:
    question = "해인 클러스터 이름의 유래는?"
    assert len({retriever.answer(question, k=k).confidence for k in (1, 2, 5, 40)}) == 1
    assert len(retriever.answer(question, k=1).hits) == 1
