"""What an evaluation must not fall below: run by ``.ci/run``."""

from __future__ import annotations

from collections.abc import Sequence

from eval.evaluate import Report

FLOORS = {
    "seeds.jsonl": {"recall@1": 0.78, "recall@5": 0.92, "MRR@10": 0.85},
    "originals.jsonl": {"recall@1": 0.76, "recall@5": 0.91, "MRR@10": 0.83},
}
"""The hybrid's recall, two to three points below what was measured (see the README)."""
ANSWER_FLOORS = {
    "seeds.jsonl": {
        "first_citation_gold": 0.76,
        "citation_precision": 0.76,
        "citation_recall": 0.75,
        "first_quote_holds": 0.65,
        "quotes_hold": 0.71,
        "abstention_auroc": 0.87,
    },
    "originals.jsonl": {
        "first_citation_gold": 0.74,
        "citation_precision": 0.74,
        "citation_recall": 0.71,
        "first_quote_holds": 0.69,
        "quotes_hold": 0.72,
        "abstention_auroc": 0.85,
    },
}
"""The same for the answers."""
AHEAD_IN = ("recall@1", "recall@5", "MRR@10", "nDCG@10")
"""Measures in which the hybrid must lead every baseline."""
ABSTAINED = {"unanswerable_off_topic": 0.98, "unanswerable_on_topic": 0.2}
"""Of the questions that the articles leave open, how many must be abstained from, by category."""
ANSWERABLE_ABSTAINED = 0.06


def check_floors(reports: Sequence[Report]) -> int:
    """Prints each floor with what was measured; returns 1 where one does not hold, else 0."""
    failed = 0
    for report in reports:
        for what, value, holds, floor in _checks(report):
            failed += not holds
            print(f"{'ok  ' if holds else 'FAIL'} {report.gold}: {what} {value:.3f} ({floor})")
    print(f"{failed} floors do not hold" if failed else "all floors hold")
    return 1 if failed else 0


def _checks(report: Report) -> list[tuple[str, float, bool, str]]:
    hybrid, *others = report.rows
    checks = []
    for measure, floor in FLOORS.get(report.gold, {}).items():
        value = hybrid.means[measure]
        checks.append((f"hybrid {measure}", value, value >= floor, f"at least {floor}"))
    for row in others:
        if row.system.startswith("geungeo"):
            continue
        for measure in AHEAD_IN:
            lead = hybrid.means[measure] - row.means[measure]
            checks.append((f"hybrid {measure} ahead of {row.system} by", lead, lead >= 0, "at least 0"))
    answers = report.answers
    checks.append(("quotations exact", answers.quotes_exact, answers.quotes_exact == 1.0, "1"))
    for measure, floor in ANSWER_FLOORS.get(report.gold, {}).items():
        value = getattr(answers, measure)
        checks.append((measure.replace("_", " "), value, value >= floor, f"at least {floor}"))
    for category, floor in ABSTAINED.items():
        value = answers.by_category.get(category, {"abstained": 1.0})["abstained"]
        checks.append((f"{category} abstained", value, value >= floor, f"at least {floor}"))
    wrongly = answers.answerable_abstained
    checks.append(
        ("answerable abstained", wrongly, wrongly <= ANSWERABLE_ABSTAINED, f"at most {ANSWERABLE_ABSTAINED}")
    )
    return checks
