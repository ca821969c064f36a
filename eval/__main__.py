"""The eval command: ``python -m eval [--gold FILE --articles DIR] [--json]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from eval import outside
from eval.collections import Collection
from eval.corruption import KINDS
from eval.evaluate import Report, evaluate, evaluate_corrupted, open_collection
from eval.floors import check_floors
from eval.gold import read_gold
from eval.metrics import DEPTH
from eval.question_sets import add_set_options, check_set_options, gold_sets, outside_collection
from eval.robustness import RobustnessReport
from index.errors import GeungeoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the evaluation; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Scores retrieval and answers on gold questions."
    )
    add_set_options(parser)
    parser.add_argument("--run", type=Path, metavar="FILE", help="with these: write the hybrid's TREC run")
    parser.add_argument(
        "--compare", type=Path, metavar="RUN", help="with these: test against an earlier TREC run"
    )
    parser.add_argument(
        "--corrupt",
        choices=(*KINDS, "all"),
        help="only score the questions clean and corrupted by rule, with correction off and on; "
        "all: each in one way, drawn at random",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--floors", action="store_true", help="only check that nothing fell below its floor")
    parser.add_argument("--misses", action="store_true", help="also list the questions missed at rank 1")
    options = parser.parse_args(arguments)
    check_set_options(parser, options)
    try:
        collection = outside_collection(options)
        if collection is not None:
            return _outside(collection, options)
        if options.corrupt:
            return _print_corrupted(
                [
                    evaluate_corrupted(
                        gold.name, read_gold(gold), open_collection(articles), options.corrupt, options.seed
                    )
                    for gold, articles in gold_sets(options)
                ],
                options.json,
            )
        reports = []
        for gold, articles in gold_sets(options):
            reports.append(evaluate(gold.name, read_gold(gold), open_collection(articles)))
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    if options.floors:
        return check_floors(reports)
    if options.json:
        print(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(_table(report, options.misses) for report in reports))
    return 0


def _outside(collection: Collection, options: argparse.Namespace) -> int:
    if options.corrupt:
        corrupted = outside.evaluate_corrupted(collection, options.corrupt, options.seed)
        return _print_corrupted([corrupted], options.json)
    report = outside.evaluate_outside(
        collection, options.compare, outside.RUN_DEPTH if options.run else DEPTH
    )
    if options.run:
        outside.write_run(options.run, report.rankings)
    print(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if options.json else report.table())
    return 0


def _print_corrupted(reports: Sequence[RobustnessReport], as_json: bool) -> int:
    if as_json:
        print(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(report.table() for report in reports))
    return 0


def _table(report: Report, misses: bool) -> str:
    measures = list(report.rows[0].means)
    lines = [
        f"{report.gold}: {report.answerable} answerable of {report.questions} questions, "
        f"{report.articles} articles, {report.passages} passages (95% bootstrap interval below each figure)",
        f"{'':28}" + "".join(f"{measure:>14}" for measure in measures),
    ]
    for row in report.rows:
        lines.append(f"{row.system:28}" + "".join(f"{row.means[measure]:>14.3f}" for measure in measures))
        intervals = (row.intervals[measure] for measure in measures)
        lines.append(" " * 28 + "".join(f"{f'{low:.2f}-{high:.2f}':>14}" for low, high in intervals))
    lines += ["", "geungeo hybrid by category"]
    for category, scores in report.by_category.items():
        label = f"{category} ({scores['questions']:.0f})"
        lines.append(f"{label:28}" + "".join(f"{scores[measure]:>14.3f}" for measure in measures))
    lines += ["", *report.answers.lines()]
    if misses:
        lines += [
            "",
            *(
                f"{miss['id']} {miss['question']} found {miss['found']} gold {miss['gold']}"
                for miss in report.misses
            ),
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
