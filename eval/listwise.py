"""Fits the weights of a linear score by which the right ones of a list should come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

STEPS = 200
RIDGE = 1e-3
"""Keeps weights that the lists say little about near 0."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """One list to choose from."""

    features: Array
    """Shape [items, features]."""
    right: npt.NDArray[np.bool_]
    """Which items are right, shape [items]."""


def fit_listwise(sets: Sequence[Sequence[Choice]]) -> Array:
    """The weights that make the right items most likely under a softmax of the scores, each set weighing alike.

    ListNet's top-one loss (Cao et al., ICML 2007), minimised by L-BFGS over features of equal spread. Lists without a
    right item say nothing and are left out.

    Args:
        sets: at least one list with a right item in each.

    Returns:
        One weight a feature, for the features as they are.
    """
    kept = [[choice for choice in choices if choice.right.any()] for choices in sets]
    spread = np.vstack([choice.features for choices in kept for choice in choices]).std(axis=0) + 1e-9
    padded = [_padded(choices, spread) for choices in kept]
    weights = torch.zeros(len(spread), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=STEPS, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimiser.zero_grad()
        loss = RIDGE * weights.square().sum()
        for features, missing, wrong in padded:
            logits = torch.log_softmax(features @ weights + missing, dim=1)
            loss = loss - torch.logsumexp(logits + wrong, dim=1).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(step)  # type: ignore[no-untyped-call]
    fitted: Array = weights.detach().numpy() / spread
    return fitted


def _padded(choices: Sequence[Choice], spread: Array) -> tuple[Tensor, Tensor, Tensor]:
    """Features [lists, items, features], and what leaves out missing items and wrong ones [lists, items]."""
    longest = max(len(choice.right) for choice in choices)
    features = np.zeros((len(choices), longest, len(spread)))
    missing = np.full((len(choices), longest), -1e9)
    wrong = np.full((len(choices), longest), -1e9)
    for row, choice in enumerate(choices):
        count = len(choice.right)
        features[row, :count] = choice.features / spread
        missing[row, :count] = 0.0
        wrong[row, :count][choice.right] = 0.0
    return torch.from_numpy(features), torch.from_numpy(missing), torch.from_numpy(wrong)
