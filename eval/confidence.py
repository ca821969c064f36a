"""Fits the confidence of an answer and its threshold, and reports on held-out questions how far they can be trusted.

``python -m eval.confidence --squad KORQUAD`` prints ``rag.answering.evidence.RELEVANCE``, ``FULFILMENT`` and ``ABSTAIN_BELOW``, fitted
on half a of KorQuAD, ``spoken-a`` and ``pile-a``, then what they do on the halves b and on the gold sets. Every answerable
question is asked twice, with the passages that answer it and with these taken out of the collection; off topic are the
questions of one collection asked of another; on topic those that the sets leave open.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from eval.calibration import reliability_table, risk_table
from eval.evidence_sets import Asked, Half, as_asked, asked_twice, left_open, read_half, unanswered
from eval.gates import Gate, Sample, fit_gate
from eval.gold import read_gold
from eval.metrics import Flags, Scores, area_under_roc
from eval.question_sets import ORIGINALS, SEEDS, QuestionSet
from index.errors import GeungeoError
from rag.answering.evidence import RELEVANCE, Evidence

SAMPLE = 500
"""Questions drawn of each half of KorQuAD."""
GIVEN_UP = 0.04
"""The threshold is the mean over the sets fitted on of the score below which this share of the answerable ones lies."""
TWICE_WEIGHTS = (3.0, 1.0, 1.0)
"""How much KorQuAD, spoken and pile count: about as their questions are many."""
ELSEWHERE_WEIGHT = 0.5
ON_TOPIC_WEIGHT = 0.5
"""How much each set of such questions counts. The more those on topic count, the more of them are abstained from, and
the worse the confidence tells a question with its passages from the same without them: of half a of KorQuAD, AUROC .937
with .25, .934 with this, .931 with 1."""
OF_RELEVANCE = len(RELEVANCE[0])
"""How many features of the evidence, the first ones, are of the first gate."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """What is fitted."""

    relevance: Gate
    fulfilment: Gate

    def of(self, part: Asked) -> Scores:
        """The confidence of each question's answer, shape [questions]."""
        first, second = np.split(part.evidence, [OF_RELEVANCE], axis=1)
        return self.relevance.chances(first) * self.fulfilment.chances(second)


def fit(half: Half) -> Confidence:
    """Both gates, the second with the first as it is.

    Relevance is not fitted on the questions left open on topic: the passages speak of what they ask.
    """
    weighted = list(zip(half.twice, TWICE_WEIGHTS, strict=True))
    weighted += [(part, ELSEWHERE_WEIGHT) for part in half.elsewhere]
    relevance = fit_gate([_sample(part, weight, slice(OF_RELEVANCE)) for part, weight in weighted])
    weighted += [(part, ON_TOPIC_WEIGHT) for part in half.on_topic]
    return Confidence(
        relevance,
        fit_gate(
            [
                replace(
                    _sample(part, weight, slice(OF_RELEVANCE, None)),
                    others=relevance.chances(part.evidence[:, :OF_RELEVANCE]),
                )
                for part, weight in weighted
            ]
        ),
    )


def fit_threshold(confidence: Confidence, parts: Sequence[Asked]) -> float:
    """The confidence below which to abstain."""
    chances = [confidence.of(part)[part.answerable] for part in parts]
    threshold = np.mean([np.quantile(np.log(own / (1.0 - own)), GIVEN_UP) for own in chances])
    return float(1.0 / (1.0 + np.exp(-threshold)))


def _sample(part: Asked, weight: float, features: slice) -> Sample:
    return Sample(part.evidence[:, features], part.answerable.astype(np.float64), weight)


def report(part: Asked, confidence: Scores, threshold: float) -> str:
    """One line: how many are abstained from, and how well confidence tells answerable questions."""
    yes, below = part.answerable, confidence < threshold
    line = f"{part.name:28}"
    line += f" abstained: answerable {below[yes].mean():.3f}," if yes.any() else " abstained:" + " " * 18
    line += f" others {below[~yes].mean():.3f}" if (~yes).any() else ""
    return line + (f", AUROC {area_under_roc(confidence, yes):.3f}" if 0 < yes.mean() < 1 else "")


def _gold_set(gold: Path, articles: Path) -> tuple[Asked, list[Asked]]:
    """A gold set asked twice, and what it leaves open."""
    chosen, questions = QuestionSet.of_gold(gold, articles), read_gold(gold)
    return asked_twice(chosen), [
        unanswered(f"{chosen.name}, {kind.replace('_', ' ')}", chosen.index, left_open(questions, kind))
        for kind in ("on_topic", "off_topic")
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the constants and the report; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(prog="python -m eval.confidence", description="Fits the confidence.")
    parser.add_argument("--squad", type=Path, required=True, metavar="FILE", help="KorQuAD 1.0 dev")
    parser.add_argument(
        "--held-out",
        type=int,
        default=SAMPLE,
        metavar="N",
        help=f"questions drawn of half b of KorQuAD, to report on (default {SAMPLE})",
    )
    options = parser.parse_args(arguments)
    try:
        a, b = read_half(options.squad, "a", SAMPLE), read_half(options.squad, "b", options.held_out)
        golds = [_gold_set(*gold) for gold in (SEEDS, ORIGINALS) if gold[1].is_dir()]
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    confidence = fit(a)
    threshold = fit_threshold(confidence, a.twice)
    names = iter(field.name for field in fields(Evidence))
    for constant, gate in (("RELEVANCE", confidence.relevance), ("FULFILMENT", confidence.fulfilment)):
        weights = ", ".join(f"{next(names)} {value:.2f}" for value in gate.weights)
        print(f"{constant}: {weights}; bias {gate.bias:.2f}")
    print(f"ABSTAIN_BELOW: {threshold:.3f}\n")

    for half in (a, b):
        for part in (*half.twice, *half.elsewhere, *half.on_topic, half.off_topic):
            print(report(part, confidence.of(part), threshold))
    for twice, open_ones in golds:
        for part in (twice, *open_ones):
            print(report(part, confidence.of(part), threshold))

    whole = [as_asked(f"{half.twice[2].name}, all", half.twice[2], [half.on_topic[1], half.off_topic])
             for half in (a, b)]  # fmt: skip
    whole += [as_asked(f"{twice.name}, all", twice, open_ones) for twice, open_ones in golds]

    def graded(parts: Sequence[Asked]) -> list[tuple[str, Scores, Flags, Flags]]:
        return [(part.name, confidence.of(part), part.answerable, part.right) for part in parts]

    print("\nreliability, asked twice\n" + reliability_table(graded([*a.twice, *b.twice])))
    print("\nrisk at coverage\n" + risk_table(graded([*a.twice, *b.twice, *whole])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
