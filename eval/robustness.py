"""Scores search on questions as people type them: clean and corrupted, with correction off and on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from tqdm import tqdm

from eval.corruption import corrupt
from eval.metrics import recall_at, reciprocal_rank
from rag.retriever import Retriever

Search = Callable[[str, bool], tuple[list[str], bool]]
"""Of a question and whether it may be corrected: the ranking, and whether the question was changed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over some questions."""

    recall_at_1: float
    recall_at_5: float
    mrr: float
    """At depth 10."""
    touched: float
    """The share of the questions that were changed before they were searched."""


@dataclass(frozen=True, slots=True)
class RobustnessRow:
    """How search did on the questions of one kind of corruption."""

    kind: str
    questions: int
    clean: Figures
    clean_corrected: Figures
    corrupted: Figures
    corrupted_corrected: Figures


@dataclass(frozen=True, slots=True)
class RobustnessReport:
    """The rows of every kind, the last over all questions."""

    collection: str
    seed: int
    rows: list[RobustnessRow]

    def as_json(self) -> dict[str, object]:
        """The report as plain data."""
        return asdict(self)

    def table(self) -> str:
        """The report as text."""
        lines = [
            f"{self.collection}: recall@1 / recall@5 / MRR@10 (share of questions changed), corruption seed {self.seed}",
            f"{'kind (questions)':22}"
            + "".join(
                f"{name:>31}" for name in ("clean", "clean, correcting", "corrupted", "corrupted, correcting")
            ),
        ]
        for row in self.rows:
            columns = (row.clean, row.clean_corrected, row.corrupted, row.corrupted_corrected)
            cells = (
                f"{f.recall_at_1:.3f} / {f.recall_at_5:.3f} / {f.mrr:.3f} ({f.touched:.2f})" for f in columns
            )
            lines.append(f"{f'{row.kind} ({row.questions})':22}" + "".join(f"{cell:>31}" for cell in cells))
        return "\n".join(lines)


def changed(retriever: Retriever, question: str, correct: bool) -> bool:
    """Whether the retriever changes the question before searching it."""
    return retriever.read(question, correct=correct).searched_as is not None


def evaluate_robustness(
    name: str,
    questions: Mapping[str, str],
    gold: Mapping[str, Mapping[str, int] | set[str]],
    search: Search,
    kind: str,
    seed: int,
) -> RobustnessReport:
    """Asks every question of ``gold`` as it is and corrupted, each with correction off and on.

    Args:
        name: of the collection, for the report.
        questions: the text of each question, by its id.
        gold: the ids of what answers each question.
        search: what is measured.
        kind: of the corruption, as ``corrupt`` takes it.
        seed: of the corruption.
    """
    scores: dict[str, list[list[tuple[float, float, float, float]]]] = {}
    for question in tqdm(gold, desc=name, delay=1.0, file=sys.stderr):
        typed, drawn = corrupt(questions[question], kind, seed)
        asked = [(text, correct) for text in (questions[question], typed) for correct in (False, True)]
        scored = []
        for text, correct in asked:
            ranking, was_changed = search(text, correct)
            relevant = gold[question]
            scored.append(
                (
                    recall_at(1, ranking, relevant),
                    recall_at(5, ranking, relevant),
                    reciprocal_rank(ranking, relevant),
                    float(was_changed),
                )
            )
        scores.setdefault(drawn, []).append(scored)
    rows = [_row(drawn, scores[drawn]) for drawn in sorted(scores)]
    if len(rows) > 1:
        rows.append(_row("all", [scored for group in scores.values() for scored in group]))
    return RobustnessReport(name, seed, rows)


def _row(kind: str, scored: Sequence[Sequence[tuple[float, float, float, float]]]) -> RobustnessRow:
    clean, clean_corrected, corrupted, corrupted_corrected = (
        Figures(*(sum(values) / len(scored) for values in zip(*column, strict=True)))
        for column in zip(*scored, strict=True)
    )
    return RobustnessRow(kind, len(scored), clean, clean_corrected, corrupted, corrupted_corrected)
