"""The ablation command: every part of the search on and off. ``python -m eval.ablation [--squad FILE] [--json]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from tqdm import tqdm

from eval.metrics import randomisation_test, score_all
from eval.question_sets import QuestionSet, add_set_options, check_set_options, chosen_sets
from eval.settings import Setting, settings
from index.errors import GeungeoError

SHOWN = ("recall@1", "recall@5", "MRR@10", "nDCG@10")
TESTED = ("recall@1", "nDCG@10")

LARGEST = 20_000_000
"""Questions times passages: some forty arrays of that size are held at once, 4 bytes each."""


@dataclass(frozen=True, slots=True)
class AblationRow:
    """How one setting did."""

    group: str
    setting: str
    means: dict[str, float]
    p: dict[str, float] | None
    """By measure, the p-value of a paired randomisation test against the first setting of the group, the product's;
    that one has none."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """One question set's table."""

    questions: str
    asked: int
    passages: int
    rows: list[AblationRow]

    def table(self) -> str:
        """The rows as text, by group."""
        lines = [
            f"{self.questions}: {self.asked} questions, {self.passages} passages "
            "(p: paired randomisation test against the group's first row)"
        ]
        for row in self.rows:
            if row.p is None:
                heads = [*SHOWN, *(f"p {measure}" for measure in TESTED)]
                lines += ["", f"{row.group:50}" + "".join(f"{head:>12}" for head in heads)]
            figures = "".join(f"{row.means[measure]:>12.4f}" for measure in SHOWN)
            tests = "".join(f"{row.p[measure]:>12.4f}" for measure in TESTED) if row.p else ""
            lines.append(f"  {row.setting:48}{figures}{tests}")
        return "\n".join(lines)


def ablate(chosen: QuestionSet) -> Ablation:
    """Measures every setting on one question set. Raises GeungeoError where it is too large to hold in memory."""
    if len(chosen.questions) * len(chosen.passages) > LARGEST:
        most = LARGEST // len(chosen.passages)
        raise GeungeoError(
            f"{chosen.name}: 문단 {len(chosen.passages):,}개에는 질문을 {most:,}개까지만 견줄 수 있습니다. "
            "--sample로 줄여 주세요."
        )
    rows: list[AblationRow] = []
    product: dict[str, list[float]] = {}
    for setting in tqdm(settings(chosen), desc=chosen.name, delay=1.0, file=sys.stderr):
        values = measured(chosen, setting)
        first = not rows or rows[-1].group != setting.group
        if first:
            product = values
        means = {measure: float(np.mean(values[measure])) for measure in SHOWN}
        tests = {measure: randomisation_test(values[measure], product[measure]) for measure in TESTED}
        rows.append(AblationRow(setting.group, setting.name, means, None if first else tests))
    return Ablation(chosen.name, len(chosen.questions), len(chosen.passages), rows)


def measured(chosen: QuestionSet, setting: Setting) -> dict[str, list[float]]:
    """Each measure's value for every question."""
    rankings = {str(n): ranking for n, ranking in enumerate(chosen.ranked(setting.scores))}
    return score_all(rankings, {str(n): gold for n, gold in enumerate(chosen.gold)})


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table for each question set; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.ablation", description="Scores search with each of its parts on and off."
    )
    add_set_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    check_set_options(parser, options)
    try:
        tables: Iterable[Ablation] = [ablate(chosen) for chosen in chosen_sets(options)]
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([asdict(table) for table in tables], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(table.table() for table in tables))
    return 0


if __name__ == "__main__":
    sys.exit(main())
