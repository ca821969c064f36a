"""Fits a product of logistic regressions: a chance that several things, each judged by figures of its own, all hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from eval.listwise import Array

RIDGE = 1e-3
STEPS = 400
START = 1.0
"""The biases' first value: all gates half open."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One logistic regression."""

    weights: Array
    bias: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Questions to fit on."""

    features: Array
    """Shape [questions, features], those of the first gate first."""
    holds: Array
    """1 where all that the gates stand for holds, else 0; shape [questions]."""
    weight: float = 1.0
    """How much the sample counts beside the others, whatever its size."""


def fit_gates(samples: Sequence[Sample], sizes: Sequence[int]) -> list[Gate]:
    """The gates under whose product the samples are most likely; within a sample both classes weigh alike.

    Args:
        samples: what to fit on.
        sizes: how many features each gate has.
    """
    spread = np.vstack([sample.features for sample in samples]).std(axis=0) + 1e-9
    weights = torch.zeros(len(spread), dtype=torch.float64, requires_grad=True)
    biases = torch.full((len(sizes),), START, dtype=torch.float64, requires_grad=True)
    tensors = [
        (
            torch.from_numpy(one.features / spread),
            torch.from_numpy(one.holds),
            _balance(one.holds) * one.weight,
        )
        for one in samples
    ]
    optimiser = torch.optim.LBFGS([weights, biases], max_iter=STEPS, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimiser.zero_grad()
        loss = RIDGE * weights.square().sum()
        for features, holds, importance in tensors:
            parts = torch.split(features * weights, list(sizes), dim=1)
            logits = torch.stack([part.sum(dim=1) for part in parts], dim=1) + biases
            yes = logsigmoid(logits).sum(dim=1).clamp(max=-1e-12)
            no = torch.log(-torch.expm1(yes))
            loss = loss - (importance * (holds * yes + (1.0 - holds) * no)).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(step)  # type: ignore[no-untyped-call]
    each = np.split(weights.detach().numpy() / spread, np.cumsum(sizes)[:-1])
    return [Gate(own, float(bias)) for own, bias in zip(each, biases.detach(), strict=True)]


def product(gates: Sequence[Gate], features: Array) -> Array:
    """The chance that all hold, 0..1, shape [questions]."""
    parts = np.split(features, np.cumsum([len(gate.weights) for gate in gates])[:-1], axis=1)
    chances = [
        1.0 / (1.0 + np.exp(-(part @ gate.weights + gate.bias)))
        for gate, part in zip(gates, parts, strict=True)
    ]
    whole: Array = np.prod(chances, axis=0)
    return whole


def _balance(holds: Array) -> Tensor:
    share = holds.mean()
    if share in (0.0, 1.0):
        return torch.ones(len(holds), dtype=torch.float64)
    return torch.from_numpy(np.where(holds == 1.0, 0.5 / share, 0.5 / (1.0 - share)))
