"""Corrupted questions: deterministic, each kind as named, measured beside the clean ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.corruption import KINDS, corrupt
from eval.robustness import evaluate_robustness

QUESTION = "SKT의 클러스터에는 GPU 5,000억 원어치가 들어갔나요?"


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_the_same_seed_gives_the_same_slips(kind: str) -> None:
    first, second = corrupt(QUESTION, kind, 3), corrupt(QUESTION, kind, 3)
    assert first == second and first[0] != QUESTION
    assert first[1] in KINDS


def test_another_seed_gives_others() -> None:
    assert len({corrupt(QUESTION, "keys", seed)[0] for seed in range(10)}) > 5


def test_spaces_only_move() -> None:
    for kind in ("no-spaces", "wrong-spaces"):
        for seed in range(20):
            assert corrupt(QUESTION, kind, seed)[0].replace(" ", "") == QUESTION.replace(" ", "")
    assert " " not in corrupt(QUESTION, "no-spaces", 0)[0]


def test_names_and_numbers_are_written_otherwise() -> None:
    changed, _ = corrupt(QUESTION, "spelling", 0)
    assert "에스케이티" in changed and "지피유" in changed and "5천억" in changed
    assert corrupt("이름의 유래는?", "spelling", 0)[0] == "이름의 유래는?"


def test_endings_become_spoken() -> None:
    spoken = {corrupt("모델은 언제 공개됐습니까?", "colloquial", seed)[0].rstrip("?") for seed in range(12)}
    assert any(question.endswith(("됐어", "됐어요", "됐지", "됐더라")) for question in spoken)


def test_a_drop_is_measured() -> None:
    def search(question: str, correct: bool) -> tuple[list[str], bool]:
        return (["right"] if " " in question or correct else ["wrong"]), correct

    questions = {"q1": "이름의 유래는?", "q2": "모델의 크기는?"}
    report = evaluate_robustness("x", questions, {q: {"right"} for q in questions}, search, "no-spaces", 0)
    (row,) = report.rows
    assert (row.kind, row.questions) == ("no-spaces", 2)
    assert (row.clean.recall_at_1, row.corrupted.recall_at_1, row.corrupted_corrected.recall_at_1) == (
        1,
        0,
        1,
    )
    assert (row.corrupted.touched, row.corrupted_corrected.touched) == (0, 1)
    assert "no-spaces (2)" in report.table()


def test_the_command_measures_a_gold_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.evaluate.cache_folder", lambda: tmp_path / "cache")
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text(
        "나래 학교는 산 중턱에 있다. 학생은 모두 삼백 명이고 교장은 김하늘이다.\n", encoding="utf-8"
    )
    gold = tmp_path / "gold.jsonl"
    rows = [
        {"id": "q1", "question": "나래 학교의 교장은 누구인가?", "category": "fact", "answerable": True, "passages": ["a.txt:1"]},
        {"id": "q2", "question": "날씨는?", "category": "off", "answerable": False, "passages": []},
    ]  # fmt: skip
    gold.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    arguments = ["--gold", str(gold), "--articles", str(articles), "--corrupt", "no-spaces", "--json"]
    assert main(arguments) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert [row["questions"] for row in report["rows"]] == [1]
    assert report["rows"][0]["corrupted_corrected"]["recall_at_1"] == 1.0
