"""Scores follow-up questions asked within conversations: as typed, completed, and written out by a person.

``python -m eval.conversations [--set a|b]``. The rules of ``rag.follow_ups.follow_up`` were made looking at a; b was written before
there were rules and is only reported. The questions of the gold sets, which stand on their own, are asked one after
another as well, and short ones that stand on their own after questions that they have nothing to do with
(``eval/gold/standing-a.jsonl``, ``-b``): none of them should be changed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from eval.evaluate import open_collection, stored_passages
from eval.gold import GoldQuestion, credited, gold_passages, read_gold
from eval.metrics import DEPTH, recall_at, reciprocal_rank
from eval.question_sets import HERE
from index.analyzer import Analyzer
from index.errors import GeungeoError
from rag.answer import Answer
from rag.follow_ups.exchange import Cited, Exchange
from rag.follow_ups.follow_up import FollowUps
from rag.retriever import Retriever

ARTICLES = {
    "seeds": HERE.parent / "seeds",
    "pile-a": HERE / "gold" / "pile-a",
    "pile-b": HERE / "gold" / "pile-b",
}
STANDING = "standing"
"""The kind of a turn that is no follow-up."""
ALONE = {"a": ("pile-a",), "b": ("seeds", "pile-b")}
"""The gold sets whose questions are asked one after another, by the set of conversations."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation."""

    gold: GoldQuestion
    """As typed; its category is the kind of follow-up, or ``STANDING``."""
    complete: str
    """As a person would ask it without the conversation."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation and the articles it is about."""

    id: str
    articles: str
    """A key of ``ARTICLES``."""
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over some turns."""

    recall_at_1: float
    recall_at_5: float
    mrr: float
    """At depth 10."""


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of follow-up did."""

    kind: str
    turns: int
    changed: int
    """How many were completed, rightly or not."""
    as_typed: Figures
    completed: Figures
    by_person: Figures


@dataclass(frozen=True, slots=True)
class ConversationReport:
    """All that was found on one set of conversations."""

    name: str
    conversations: int
    rows: list[Row]
    """By kind; the last over all follow-ups."""
    standing: int
    """Turns after the first that stand on their own,"""
    standing_changed: list[tuple[str, str]]
    """and those of them that were changed, with what to."""
    alone: int
    """Gold questions asked one after another,"""
    alone_changed: list[tuple[str, str]]
    """and those of them that were changed."""
    unrelated: int
    """Short standing questions, each asked after each of some others,"""
    unrelated_changed: list[tuple[str, str]]
    """and those of them that were changed."""

    def table(self) -> str:
        """The report as text."""
        lines = [
            f"conversations-{self.name}: {self.conversations} conversations; recall@1 / recall@5 / MRR@10",
            f"{'follow-ups':26}{'changed':>8}{'as typed':>22}{'completed':>22}{'by a person':>22}",
        ]
        for row in self.rows:
            cells = (
                f"{f.recall_at_1:.3f} / {f.recall_at_5:.3f} / {f.mrr:.3f}"
                for f in (row.as_typed, row.completed, row.by_person)
            )
            lines.append(
                f"{f'{row.kind} ({row.turns})':26}{row.changed:>8}" + "".join(f"{cell:>22}" for cell in cells)
            )
        for label, total, changed in (
            ("later turns that stand on their own", self.standing, self.standing_changed),
            ("gold questions one after another", self.alone, self.alone_changed),
            ("short questions after unrelated ones", self.unrelated, self.unrelated_changed),
        ):
            lines.append(f"{label}: {len(changed)} of {total} changed ({len(changed) / max(total, 1):.3f})")
            lines += [f"  {typed} → {full}" for typed, full in changed]
        return "\n".join(lines)


def read_conversations(path: Path) -> list[Talk]:
    """The conversations of a file (one JSON object a line).

    Raises:
        GeungeoError: the file cannot be read, or a line is no conversation.
    """
    talks = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in lines:
            fields = json.loads(line)
            turns = tuple(
                Turn(
                    GoldQuestion(
                        f"{fields['id']}-{n}",
                        turn["question"],
                        turn["kind"],
                        True,
                        tuple(turn["passages"]),
                        "",
                        (),
                    ),
                    turn["complete"],
                )
                for n, turn in enumerate(fields["turns"], start=1)
            )
            talks.append(Talk(fields["id"], fields["articles"], turns))
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError) as error:
        raise GeungeoError(f"{path}:{len(talks) + 1}: 대화가 아닙니다 ({error}).") from None
    return talks


@cache
def _retriever(articles: str) -> Retriever:
    return open_collection(ARTICLES[articles])


def _scores(answer: Answer, gold: set[str]) -> tuple[float, float, float]:
    ranking = [credited(hit, gold, lambda one: one.passage.id) for hit in answer.hits]
    return recall_at(1, ranking, gold), recall_at(5, ranking, gold), reciprocal_rank(ranking, gold)


def evaluate_conversations(name: str, talks: Sequence[Talk], seed: int = 0) -> ConversationReport:
    """Asks every turn of every conversation after what the program itself made of the turns before it.

    Args:
        name: of the set, a key of ``ALONE``.
        talks: the conversations.
        seed: of the order in which the gold questions are asked.
    """
    scored: dict[str, list[tuple[bool, list[tuple[float, float, float]]]]] = {}
    standing = 0
    standing_changed = []
    for talk in talks:
        retriever = _retriever(talk.articles)
        gold = gold_passages([turn.gold for turn in talk.turns], stored_passages(retriever))
        before: list[Exchange] = []
        for turn in talk.turns:
            typed = turn.gold.question
            answer = retriever.answer(typed, DEPTH, after=before)
            if turn.gold.category == STANDING:
                standing += bool(before)
                if answer.completed_as is not None:
                    standing_changed.append((typed, answer.completed_as))
            else:
                answers = (retriever.answer(typed, DEPTH), answer, retriever.answer(turn.complete, DEPTH))
                row = [_scores(one, gold[turn.gold.id]) for one in answers]
                scored.setdefault(turn.gold.category, []).append((answer.completed_as is not None, row))
            before.append(answer.exchange)
    rows = [_row(kind, scored[kind]) for kind in sorted(scored)]
    rows.append(_row("all", [turn for turns in scored.values() for turn in turns]))
    alone, alone_changed = _alone(ALONE[name], seed)
    unrelated, unrelated_changed = after_unrelated(HERE / "gold" / f"standing-{name}.jsonl")
    return ConversationReport(
        name, len(talks), rows, standing, standing_changed, alone, alone_changed, unrelated, unrelated_changed
    )


def _alone(sets: Sequence[str], seed: int) -> tuple[int, list[tuple[str, str]]]:
    """How many gold questions there are, and which are changed when they are asked one after another in a drawn order."""
    total, changed = 0, []
    for name in sets:
        questions = [question.question for question in read_gold(HERE / "gold" / f"{name}.jsonl")]
        random.Random(seed).shuffle(questions)
        before: list[Exchange] = []
        for question in questions:
            answer = _retriever(name).answer(question, after=before)
            before = [*before, answer.exchange][-3:]
            if answer.completed_as is not None:
                changed.append((question, answer.completed_as))
        total += len(questions)
    return total, changed


def after_unrelated(path: Path) -> tuple[int, list[tuple[str, str]]]:
    """How many pairs there are of a short standing question and one before it, and which are changed.

    A line of the file has either ``before`` and what was ``said`` in answer to it, or ``standing``.

    Raises:
        GeungeoError: the file cannot be read, or has another line.
    """
    follow_ups = FollowUps(Analyzer())
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        before = [
            Exchange(line["before"], (Cited("", "", line["said"], line["said"]),) if line["said"] else ())
            for line in lines
            if "before" in line
        ]
        standing = [line["standing"] for line in lines if "before" not in line]
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError) as error:
        raise GeungeoError(f"{path}: 홀로 서는 질문의 목록이 아닙니다 ({error}).") from None
    changed = [
        (f"{one.question} {question}", completion.text)
        for question in standing
        for one in before
        if (completion := follow_ups.complete(question, [one]))
    ]
    return len(before) * len(standing), changed


def _row(kind: str, turns: Sequence[tuple[bool, list[tuple[float, float, float]]]]) -> Row:
    columns = zip(*(row for _, row in turns), strict=True)
    means = [
        Figures(*(sum(values) / len(turns) for values in zip(*column, strict=True))) for column in columns
    ]
    return Row(kind, len(turns), sum(changed for changed, _ in turns), *means)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the evaluation; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.conversations", description="Scores follow-up questions."
    )
    parser.add_argument("--set", choices=tuple(ALONE), help="only one set (default: both)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of the order of the gold questions (default 0)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    try:
        reports = [
            evaluate_conversations(
                name, read_conversations(HERE / "gold" / f"conversations-{name}.jsonl"), options.seed
            )
            for name in ([options.set] if options.set else ALONE)
        ]
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(report.table() for report in reports))
    return 0


if __name__ == "__main__":
    sys.exit(main())
