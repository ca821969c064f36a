"""Outside collections: SQuAD and BEIR files are read, scored and compared."""

from __future__ import annotations

import json
from pathlib import Path

import ir_measures
import pytest
from ir_measures import Qrel, ScoredDoc, nDCG

from eval.__main__ import main
from eval.collections import read_beir, read_squad
from eval.metrics import ndcg, randomisation_test
from index.errors import GeungeoError

ENTRIES = {
    "d1": ("가람 공장", "가람 회사는 올해 바닷가에 새 공장을 지었다. 직원은 120명이다."),
    "d2": ("나래 학교", "나래 학교는 산 중턱에 있다. 학생은 300명이고 교장은 김하늘이다."),
    "d3": ("다솜 식당", "다솜 식당은 국수를 판다. 점심마다 줄이 길다."),
}
QUESTIONS = {"q1": ("직원은 몇 명인가?", "d1"), "q2": ("학생은 몇 명이고 교장은 누구인가?", "d2")}


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": key, "title": title, "text": text} for key, (title, text) in ENTRIES.items()]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    asked = [{"_id": key, "text": text} for key, (text, _) in QUESTIONS.items()]
    asked.append({"_id": "q9", "text": "정답이 없는 질문"})
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in asked), encoding="utf-8")
    lines = [
        "query-id\tcorpus-id\tscore",
        *(f"{key}\t{entry}\t1" for key, (_, entry) in QUESTIONS.items()),
        "q1\td3\t0",
    ]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    asked = {"d1": ("q1", "120명"), "d2": ("q2", "김하늘")}
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {"id": asked[key][0], "question": QUESTIONS[asked[key][0]][0],
                         "answers": [{"text": asked[key][1], "answer_start": text.index(asked[key][1])}]}
                    ] if key in asked else [],
                }
            ],
        }
        for key, (title, text) in ENTRIES.items()
    ]  # fmt: skip
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Collections are indexed anew in each test; the prepared model stays where it is."""
    monkeypatch.setattr("eval.outside.cache_folder", lambda: tmp_path / "cache")


def test_beir_is_read(beir: Path) -> None:
    collection = read_beir(beir)
    assert [article.source for article in collection.articles] == list(ENTRIES)
    assert {question.id: question.relevant for question in collection.questions} == {
        "q1": {"d1": 1},
        "q2": {"d2": 1},
    }
    assert len(collection.sampled(1, 3).questions) == 1 and collection.sampled(1, 3) == collection.sampled(
        1, 3
    )


def test_both_kinds_are_scored_written_and_compared(
    beir: Path, squad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run.txt"
    assert main(["--beir", str(beir), "--run", str(run), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["entries"] == 3 and report["questions"] == 2
    assert {row["system"]: row["means"]["recall@1"] for row in report["rows"]}["geungeo hybrid"] == 1.0
    assert report["sentence_holds_answer"] is None
    assert [line.split()[:4] for line in run.read_text().splitlines() if line.split()[3] == "1"] == [
        ["q1", "Q0", "d1", "1"], ["q2", "Q0", "d2", "1"],
    ]  # fmt: skip
    assert main(["--beir", str(beir), "--compare", str(run)]) == 0
    assert "p = 1.0000" in capsys.readouterr().out
    assert main(["--squad", str(squad), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["rows"][0]["means"]["recall@1"] == 1.0 and report["sentence_holds_answer"] == 1.0


def test_halves_share_no_title_and_leave_no_question_out(squad: Path) -> None:
    collection = read_squad(squad)
    halves = [{question.id for question in collection.half(which).questions} for which in "ab"]
    assert not halves[0] & halves[1] and halves[0] | halves[1] == {"q1", "q2"}


def test_gold_questions_can_be_asked_of_a_collection(
    squad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = read_squad(squad).articles[0].source
    gold = {
        "id": "g1",
        "question": "공장에서 일하는 사람은?",
        "category": "spoken",
        "answerable": True,
        "passages": [entry],
    }
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(gold), encoding="utf-8")
    assert main(["--squad", str(squad), "--gold", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 1
    path.write_text(json.dumps(gold | {"passages": ["nowhere"]}), encoding="utf-8")
    assert main(["--squad", str(squad), "--gold", str(path)]) == 2


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_or_broken_file_is_named(name: str, beir: Path) -> None:
    (beir / name).write_text(
        "no json\tno columns\nnor\there\n" if name.endswith("tsv") else "{", encoding="utf-8"
    )
    with pytest.raises(GeungeoError, match=Path(name).name):
        read_beir(beir)
    (beir / name).unlink()
    with pytest.raises(GeungeoError, match=Path(name).name):
        read_beir(beir)


def test_a_file_that_is_no_squad_is_refused(tmp_path: Path) -> None:
    for content in ("[]", '{"data": [{}]}', "{"):
        (tmp_path / "x.json").write_text(content)
        with pytest.raises(GeungeoError, match=r"x\.json"):
            read_squad(tmp_path / "x.json")
    assert main(["--squad", str(tmp_path / "none.json")]) == 2


def test_graded_ndcg_equals_that_of_ir_measures() -> None:
    gold, ranking = {"a": 3, "b": 1, "c": 2}, ["b", "x", "a", "y"]
    qrels = [Qrel("q", entry, grade) for entry, grade in gold.items()]
    run = [ScoredDoc("q", entry, -float(rank)) for rank, entry in enumerate(ranking)]
    assert ndcg(ranking, gold) == pytest.approx(
        ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10]
    )


def test_randomisation_test_tells_a_difference_from_none() -> None:
    assert randomisation_test([1.0] * 20, [1.0] * 20) == 1.0
    assert randomisation_test([1.0] * 20, [0.0] * 20) < 0.001
    assert randomisation_test([1.0, 0.0] * 10, [0.0, 1.0] * 10) > 0.5
