"""Fits a product of logistic regressions, one after the other: the chance that several things all hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from eval.listwise import Array

RIDGE = 1e-3
STEPS = 200


@dataclass(frozen=True, slots=True)
class Gate:
    """One logistic regression."""

    weights: Array
    bias: float

    def chances(self, features: Array) -> Array:
        """The chance that what the gate stands for holds, 0..1, shape [questions]."""
        chances: Array = 1.0 / (1.0 + np.exp(-(features @ self.weights + self.bias)))
        return chances


@dataclass(frozen=True, slots=True)
class Sample:
    """Questions to fit on."""

    features: Array
    """Shape [questions, features]."""
    holds: Array
    """1 where everything holds, else 0; shape [questions]."""
    weight: float = 1.0
    """How much the sample counts beside the others, whatever its size."""
    others: Array | float = 1.0
    """The chance that all else holds, as the gates fitted before say, shape [questions]."""


def fit_gate(samples: Sequence[Sample]) -> Gate:
    """The gate under whose product with the others the samples are most likely; in each both classes weigh alike."""
    spread = np.vstack([sample.features for sample in samples]).std(axis=0) + 1e-9
    weights = torch.zeros(len(spread), dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    tensors = [
        (
            torch.from_numpy(sample.features / spread),
            torch.from_numpy(sample.holds),
            torch.from_numpy(np.broadcast_to(np.log(sample.others), len(sample.holds)).copy()),
            _balance(sample.holds) * sample.weight,
        )
        for sample in samples
    ]
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimiser.zero_grad()
        loss = RIDGE * weights.square().sum()
        for features, holds, others, importance in tensors:
            yes = (logsigmoid(features @ weights + bias) + others).clamp(max=-1e-12)
            no = torch.log(-torch.expm1(yes))
            loss = loss - (importance * (holds * yes + (1.0 - holds) * no)).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return Gate(weights.detach().numpy() / spread, float(bias.detach()))


def _balance(holds: Array) -> Tensor:
    share = holds.mean()
    if share in (0.0, 1.0):
        return torch.ones(len(holds), dtype=torch.float64)
    return torch.from_numpy(np.where(holds == 1.0, 0.5 / share, 0.5 / (1.0 - share)))
