"""The eval of follow-up questions: its conversations, and what it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.conversations import STANDING, after_unrelated, evaluate_conversations, main, read_conversations
from index.errors import GeungeoError

GOLD = Path(__file__).resolve().parents[1] / "eval" / "gold"


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_conversations_are_many_and_a_third_of_the_turns_stand_alone(name: str) -> None:
    talks = read_conversations(GOLD / f"conversations-{name}.jsonl")
    kinds = [turn.gold.category for talk in talks for turn in talk.turns]
    assert len(talks) >= 40 and len(kinds) >= 120 and kinds.count(STANDING) >= len(kinds) / 3
    assert all(2 <= len(talk.turns) <= 5 and talk.turns[0].gold.category == STANDING for talk in talks)
    assert all(
        (turn.complete == turn.gold.question) == (turn.gold.category == STANDING)
        for talk in talks
        for turn in talk.turns
    )


def test_turns_are_scored_by_kind_after_those_before_them() -> None:
    talks = [
        talk for talk in read_conversations(GOLD / "conversations-a.jsonl") if talk.id in ("ca01", "ca02")
    ]
    report = evaluate_conversations("a", talks)
    assert [(row.kind, row.turns, row.changed) for row in report.rows] == [
        ("attribute", 1, 1), ("demonstrative", 2, 2), ("replacement", 2, 2), ("all", 5, 5),
    ]  # fmt: skip
    total = report.rows[-1]
    assert total.completed.recall_at_1 > total.as_typed.recall_at_1
    assert report.standing == 1 and report.standing_changed == [] and report.alone == 200
    assert "all (5)" in report.table() and "0 of 1 changed" in report.table()


def test_short_questions_after_unrelated_ones_are_hardly_ever_changed() -> None:
    pairs, changed = after_unrelated(GOLD / "standing-a.jsonl")
    assert pairs >= 600 and len(changed) <= 0.02 * pairs, changed


def test_what_is_no_list_of_standing_questions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "standing.jsonl").write_text('{"before": "왜?"}\n', encoding="utf-8")
    with pytest.raises(GeungeoError, match="홀로 서는"):
        after_unrelated(tmp_path / "standing.jsonl")


@pytest.mark.slow
def test_completed_questions_find_nearly_what_a_persons_find() -> None:
    report = evaluate_conversations("a", read_conversations(GOLD / "conversations-a.jsonl"))
    total = report.rows[-1]
    assert total.turns == sum(row.turns for row in report.rows[:-1]) == 89
    assert total.completed.recall_at_5 >= total.by_person.recall_at_5 - 0.05
    assert total.completed.recall_at_1 >= total.as_typed.recall_at_1 + 0.2
    assert report.standing_changed == [] and len(report.alone_changed) <= 0.02 * report.alone


@pytest.mark.parametrize(
    "line", ["{}", "[]", '{"id": "x", "articles": "seeds", "turns": [{"question": "?"}]}']
)
def test_what_is_no_conversation_is_refused(tmp_path: Path, line: str) -> None:
    good = json.dumps({"id": "x", "articles": "seeds", "turns": []})
    file = tmp_path / "talks.jsonl"
    file.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(GeungeoError, match=":2: 대화가 아닙니다"):
        read_conversations(file)
    with pytest.raises(GeungeoError, match="읽을 수 없습니다"):
        read_conversations(tmp_path / "nothing.jsonl")


def test_the_command_knows_its_sets() -> None:
    with pytest.raises(SystemExit):
        main(["--set", "c"])
