"""Fits how the dense voice's weight depends on the question.

``python -m eval.weighting --squad KORQUAD`` prints the constants of ``rag.ranking.fusion.dense_weight``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from eval.collections import read_squad
from eval.gold import read_gold
from eval.question_sets import HERE, QuestionSet
from eval.voices import characters, dense_voices, matches, product_words
from index.errors import GeungeoError
from rag.ranking.fusion import lead, lexical_score

STEPS = 100


class ScoredSet:
    """What the fit needs of one question set, as tensors."""

    def __init__(self, chosen: QuestionSet) -> None:
        lexical = lexical_score(product_words(chosen).scaled(), characters(chosen).scaled())
        self.lexical = torch.from_numpy(lexical)
        dense = dense_voices(chosen).mean().scaled()
        self.dense = torch.from_numpy(dense)
        self.matches = torch.tensor(matches(chosen))
        self.leads = torch.tensor([lead(row) for row in dense])
        ids = [item.passage.id for item, _ in chosen.passages]
        gold = np.array([[passage in relevant for passage in ids] for relevant in chosen.gold])
        self.others = torch.from_numpy(np.where(gold, 0.0, -np.inf).astype(np.float32))
        """Added to logits, leaves only the gold passages."""

    def loss(self, bias: Tensor, of_match: Tensor, of_lead: Tensor, sharpness: Tensor) -> Tensor:
        """The mean negative log-probability that a gold passage is drawn with a softmax of the fused scores."""
        weights = torch.sigmoid(bias + of_match * self.matches + of_lead * self.leads)[:, None]
        fused = weights * self.dense + (1 - weights) * self.lexical
        logits = torch.log_softmax(torch.exp(sharpness) * fused, dim=1)
        return -torch.logsumexp(logits + self.others, dim=1).mean()


def fit(sets: Sequence[QuestionSet]) -> tuple[float, float, float]:
    """The bias and the weights of match and lead that suit all sets best, each set weighing alike."""
    scored = [ScoredSet(chosen) for chosen in sets]
    parameters = [torch.tensor(start, requires_grad=True) for start in (0.0, 0.0, 0.0, 2.5)]
    optimiser = torch.optim.LBFGS(parameters, max_iter=STEPS, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimiser.zero_grad()
        total: Tensor = sum((part.loss(*parameters) for part in scored), torch.tensor(0.0))
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(step)  # type: ignore[no-untyped-call]
    bias, of_match, of_lead, _ = (parameter.item() for parameter in parameters)
    return bias, of_match, of_lead


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the constants; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.weighting", description="Fits the weight by question."
    )
    parser.add_argument("--squad", type=Path, required=True, metavar="FILE", help="KorQuAD 1.0 dev")
    options = parser.parse_args(arguments)
    try:
        collection = read_squad(options.squad)
        spoken = collection.asking_gold(read_gold(HERE / "gold" / "spoken-a.jsonl"))
        fitted = fit([QuestionSet.of_collection(part) for part in (collection.half("a"), spoken)])
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    for name, value in zip(("WEIGHT_BIAS", "MATCH_WEIGHT", "LEAD_WEIGHT"), fitted, strict=True):
        print(f"{name} = {value:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
