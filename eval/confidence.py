"""Fits the confidence of an answer and its threshold, and reports on held-out questions how far they can be trusted.

``python -m eval.confidence --squad KORQUAD`` prints ``rag.evidence.WEIGHTS``, ``BIAS`` and ``ABSTAIN_BELOW``, fitted on
half a of KorQuAD, ``spoken-a`` and ``pile-a``, then what they do on the halves b and on the gold sets. Every answerable question
is asked twice, with the passages that answer it and with these taken out of the collection; off topic are the questions
of one collection asked of another.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from eval.collections import read_squad
from eval.gold import GoldQuestion, read_gold
from eval.listwise import Array
from eval.metrics import area_under_roc
from eval.question_sets import HERE, ORIGINALS, SEEDS, QuestionSet
from index.errors import GeungeoError
from index.searching import Allowed, Index
from rag.evidence import Evidence, weigh
from rag.question import read_question
from rag.ranking import rank

SAMPLE, SEED = 500, 3
"""Questions drawn of each half of KorQuAD."""
GIVEN_UP = 0.04
"""The threshold is the mean over the sets fitted on of the score below which this share of the answerable ones lies."""
RIDGE = 1e-3
STEPS = 200
OFF_TOPIC_WEIGHT = 0.5
"""How much a set of off-topic questions counts beside one that is asked twice."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions with what speaks for their answers."""

    name: str
    evidence: Array
    """Shape [questions, features]."""
    answerable: Array
    """1 where the collection has the answer, else 0; shape [questions]."""


def evidence_of(index: Index, text: str, allowed: Allowed | None = None) -> tuple[float, ...]:
    """The evidence for one question, as an answer weighs it (near-duplicates apart)."""
    question = read_question(text, index.analyzer)
    candidates, pool = rank(index, question, 2, "hybrid", allowed)
    return astuple(weigh(index, question, candidates, pool))


def asked_twice(chosen: QuestionSet) -> Asked:
    """Every question with its passages there and with them taken out."""
    number_of = {item.passage.id: number for number, (item, _) in enumerate(chosen.passages)}
    rows, answerable = [], []
    for question, gold in zip(
        tqdm(chosen.questions, desc=chosen.name, delay=1.0, file=sys.stderr), chosen.gold, strict=True
    ):
        without = np.ones(chosen.index.size, dtype=bool)
        without[[number_of[passage] for passage in gold]] = False
        rows += [
            evidence_of(chosen.index, question.typed),
            evidence_of(chosen.index, question.typed, without),
        ]
        answerable += [1.0, 0.0]
    return Asked(f"{chosen.name}, with and without its passages", np.array(rows), np.array(answerable))


def unanswered(name: str, index: Index, questions: Sequence[str]) -> Asked:
    """Questions that the collection leaves open."""
    rows = [evidence_of(index, question) for question in tqdm(questions, desc=name, delay=1.0)]
    return Asked(name, np.array(rows), np.zeros(len(rows)))


def fit_logistic(sets: Sequence[tuple[Asked, float]]) -> tuple[Array, float]:
    """Weights and bias of a logistic regression; in each set both classes weigh alike, each set as much as is said."""
    spread = np.vstack([part.evidence for part, _ in sets]).std(axis=0) + 1e-9
    weights = torch.zeros(len(spread), dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    tensors = [
        (
            torch.from_numpy(part.evidence / spread),
            torch.from_numpy(part.answerable),
            _balance(part.answerable) * weight,
        )
        for part, weight in sets
    ]
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimiser.zero_grad()
        loss = RIDGE * weights.square().sum()
        for evidence, answerable, importance in tensors:
            loss = loss + torch.nn.functional.binary_cross_entropy_with_logits(
                evidence @ weights + bias, answerable, importance
            )
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return weights.detach().numpy() / spread, float(bias.detach())


def _balance(answerable: Array) -> Tensor:
    share = answerable.mean()
    if share in (0.0, 1.0):
        return torch.ones(len(answerable), dtype=torch.float64)
    return torch.from_numpy(np.where(answerable == 1.0, 0.5 / share, 0.5 / (1.0 - share)))


def report(part: Asked, confidence: Array, threshold: float) -> str:
    """One line: how many are abstained from, and how well confidence tells answerable questions."""
    yes, below = part.answerable == 1.0, confidence < threshold
    line = f"{part.name:52}"
    line += f" abstained: answerable {below[yes].mean():.3f}," if yes.any() else " abstained:" + " " * 18
    line += f" others {below[~yes].mean():.3f}" if (~yes).any() else ""
    return line + (f", AUROC {area_under_roc(confidence, yes):.3f}" if 0 < yes.mean() < 1 else "")


def _half(squad: Path, half: str) -> tuple[list[tuple[Asked, float]], list[Asked]]:
    """The sets of one half to fit on, with their weights, and those only to report on."""
    collection = read_squad(squad)
    korquad = QuestionSet.of_collection(collection.half(half).sampled(SAMPLE, SEED))
    korquad = replace(korquad, name=f"KorQuAD {half}")
    spoken_gold = read_gold(HERE / "gold" / f"spoken-{half}.jsonl")
    spoken = QuestionSet.of_collection(collection.asking_gold(spoken_gold))
    spoken = replace(spoken, name=f"spoken-{half}")
    pile_gold = read_gold(HERE / "gold" / f"pile-{half}.jsonl")
    pile = QuestionSet.of_gold(HERE / "gold" / f"pile-{half}.jsonl", HERE / "gold" / f"pile-{half}")
    twice = [asked_twice(korquad), asked_twice(spoken), asked_twice(pile)]
    elsewhere = [question.typed for question in korquad.questions[:100]]
    off_topic = [
        unanswered(f"KorQuAD {half} asked of pile-{half}", pile.index, elsewhere),
        unanswered(f"pile-{half} asked of KorQuAD", korquad.index, [q.typed for q in pile.questions]),
    ]
    open_ones = [
        unanswered(f"spoken-{half}, left open on topic", korquad.index, _open(spoken_gold, "")),
        unanswered(f"pile-{half}, left open on topic", pile.index, _open(pile_gold, "on_topic")),
        unanswered(f"pile-{half}, off topic", pile.index, _open(pile_gold, "off_topic")),
    ]
    return [*((part, 1.0) for part in twice), *((part, OFF_TOPIC_WEIGHT) for part in off_topic)], open_ones


def _open(gold: Sequence[GoldQuestion], kind: str) -> list[str]:
    return [q.question for q in gold if not q.answerable and q.category.endswith(kind)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the constants and the report; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(prog="python -m eval.confidence", description="Fits the confidence.")
    parser.add_argument("--squad", type=Path, required=True, metavar="FILE", help="KorQuAD 1.0 dev")
    options = parser.parse_args(arguments)
    try:
        fitted_on, open_a = _half(options.squad, "a")
        held_out, open_b = _half(options.squad, "b")
        golds = [(gold, QuestionSet.of_gold(*gold)) for gold in (SEEDS, ORIGINALS) if gold[1].is_dir()]
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    weights, bias = fit_logistic(fitted_on)
    logits = [
        part.evidence[part.answerable == 1.0] @ weights + bias
        for part, _ in fitted_on
        if part.answerable.any()
    ]
    threshold = float(np.mean([np.quantile(of_set, GIVEN_UP) for of_set in logits]))
    names = [field.name for field in fields(Evidence)]
    print("WEIGHTS:", ", ".join(f"{name} {value:.2f}" for name, value in zip(names, weights, strict=True)))
    print(f"BIAS: {bias:.2f}  ABSTAIN_BELOW: {1 / (1 + np.exp(-threshold)):.3f}\n")
    reported = [part for part, _ in fitted_on] + open_a + [part for part, _ in held_out] + open_b
    for (path, _), chosen in golds:
        questions = read_gold(path)
        reported.append(asked_twice(chosen))
        for kind in ("on_topic", "off_topic"):
            reported.append(
                unanswered(f"{chosen.name}, left open {kind}", chosen.index, _open(questions, kind))
            )
    for part in reported:
        print(report(part, part.evidence @ weights + bias, threshold))
    return 0


if __name__ == "__main__":
    sys.exit(main())
