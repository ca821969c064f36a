"""Whether a confidence can be taken at its word (reliability), and what abstaining by it saves (risk and coverage)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import Flags, Scores

BINS = 10
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
Graded = tuple[str, Scores, Flags, Flags]
"""A question set: its name, and for each question the confidence, whether it has an answer, and whether the first
citation is right, each of shape [questions]."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in ``[low, high)``; the last bin takes in 1."""

    low: float
    high: float
    questions: int
    confidence: float
    """Their mean confidence; 0 where there are none."""
    right: float
    """The share of them that is right; 0 where there are none."""


def reliability(confidence: Scores, right: Flags, bins: int = BINS) -> list[Bin]:
    """How often the answers of each degree of confidence are right: ``bins`` of equal width over 0..1."""
    places = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    found = []
    for place in range(bins):
        inside = places == place
        count = int(inside.sum())
        found.append(
            Bin(
                place / bins,
                (place + 1) / bins,
                count,
                float(confidence[inside].mean()) if count else 0.0,
                float(right[inside].mean()) if count else 0.0,
            )
        )
    return found


def calibration_error(bins: list[Bin]) -> float:
    """The expected calibration error: the mean distance of confidence and right share (Naeini et al., AAAI 2015)."""
    questions = sum(one.questions for one in bins)
    return sum(one.questions * abs(one.confidence - one.right) for one in bins) / max(questions, 1)


def risks(confidence: Scores, right: Flags) -> Scores:
    """The share of wrong answers among the most confident 1, 2, ... of them, shape [questions].

    The risk-coverage curve (El-Yaniv and Wiener, JMLR 2010); its mean is the area under it. Of equally confident ones
    each counts as their mean, so that their order does not matter.
    """
    order = np.argsort(-confidence, kind="stable")
    _, tied, sizes = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    wrong = np.bincount(tied, weights=~right[order]) / sizes
    curve: Scores = np.cumsum(wrong[tied]) / np.arange(1, len(order) + 1)
    return curve


def reliability_table(sets: Sequence[Graded]) -> str:
    """For each set and bin, the questions, their mean confidence, the share with an answer and the share cited right."""
    lines = []
    for name, confidence, answerable, right in sets:
        answered, cited = reliability(confidence, answerable), reliability(confidence, right)
        lines.append(
            f"{name} ({len(confidence)}): calibration error {calibration_error(answered):.3f} "
            f"(has an answer), {calibration_error(cited):.3f} (first citation right)"
        )
        lines.append("    " + "".join(f"{one.low:>8.1f}-{one.high:.1f}" for one in answered))
        for label, values in (
            ("n", [f"{one.questions}" for one in answered]),
            ("conf", [f"{one.confidence:.2f}" if one.questions else "" for one in answered]),
            ("has", [f"{one.right:.2f}" if one.questions else "" for one in answered]),
            ("cite", [f"{one.right:.2f}" if one.questions else "" for one in cited]),
        ):
            lines.append(f"{label:4}" + "".join(f"{value:>12}" for value in values))
    return "\n".join(lines)


def risk_table(sets: Sequence[Graded]) -> str:
    """For each set the share of wrong first citations among the most confident share of the answers, and the area."""
    lines = [f"{'':28}" + "".join(f"{coverage:>8.0%}" for coverage in COVERAGES) + f"{'area':>8}"]
    for name, confidence, _, right in sets:
        curve = risks(confidence, right)
        at = [curve[max(round(coverage * len(curve)), 1) - 1] for coverage in COVERAGES]
        lines.append(f"{name:28}" + "".join(f"{risk:>8.3f}" for risk in [*at, curve.mean()]))
    return "\n".join(lines)
