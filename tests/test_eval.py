"""The eval: metrics agree with ir_measures, the gold sets hang together, the command prints what it says."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import ir_measures
import pytest
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

from eval.__main__ import main
from eval.gold import GoldQuestion, gold_passages, read_gold
from eval.metrics import area_under_roc, bootstrap_interval, precision_recall, score_all
from eval.question_sets import ORIGINALS, SEEDS
from index.errors import GeungeoError
from rag import Retriever

PAIRS = {"recall@1": Success @ 1, "recall@3": Success @ 3, "recall@5": Success @ 5, "recall@10": Success @ 10,
         "MRR@10": RR @ 10, "nDCG@10": nDCG @ 10}  # fmt: skip


def test_metrics_equal_those_of_ir_measures() -> None:
    draw = random.Random(5)
    passages = [f"p{n}" for n in range(30)]
    gold = {f"q{n}": set(draw.sample(passages, draw.randint(1, 5))) for n in range(40)}
    rankings = {question: draw.sample(passages, draw.randint(1, 10)) for question in gold}
    qrels = [Qrel(question, passage, 1) for question, relevant in gold.items() for passage in relevant]
    run = [
        ScoredDoc(question, passage, -float(rank))
        for question, ranking in rankings.items()
        for rank, passage in enumerate(ranking)
    ]
    theirs = {
        (str(m.measure), m.query_id): m.value for m in ir_measures.iter_calc(list(PAIRS.values()), qrels, run)
    }
    for name, values in score_all(rankings, gold).items():
        for question, value in zip(gold, values, strict=True):
            assert value == pytest.approx(theirs[str(PAIRS[name]), question], abs=1e-9), (name, question)


def test_a_question_without_a_ranking_scores_zero() -> None:
    assert score_all({}, {"q": {"p"}})["recall@10"] == [0.0]


def test_bootstrap_interval_holds_the_mean_and_narrows() -> None:
    few, many = [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0] * 50
    low, high = bootstrap_interval(few)
    assert low <= 0.75 <= high
    narrow = bootstrap_interval(many)
    assert narrow[1] - narrow[0] < high - low
    assert bootstrap_interval([1.0] * 5) == (1.0, 1.0)


def test_precision_and_recall() -> None:
    assert precision_recall([True, True, False, False], [True, False, True, False]) == (0.5, 0.5)
    assert precision_recall([False], [True]) == (0.0, 0.0)


def test_area_under_roc_counts_ties_by_half() -> None:
    assert area_under_roc([3.0, 2.0, 2.0, 1.0], [True, True, False, False]) == 0.875
    assert area_under_roc([1.0, 2.0], [True, False]) == 0.0
    with pytest.raises(ValueError, match="negative"):
        area_under_roc([1.0, 2.0], [True, True])


def test_the_gold_set_is_as_large_and_varied_as_promised() -> None:
    questions = read_gold(SEEDS[0])
    categories = Counter(question.category for question in questions)
    assert len(questions) >= 120
    assert sum(not question.answerable for question in questions) >= 25
    assert {"fact", "number", "date", "who", "list", "compare", "paraphrase", "typo", "multi"} <= set(
        categories
    )
    assert (
        len({question.id for question in questions}) == len({q.question for q in questions}) == len(questions)
    )
    assert all(question.answerable == bool(question.places) for question in questions)


def test_every_place_of_the_gold_is_a_passage_that_holds_an_answer(retriever: Retriever) -> None:
    check_places(SEEDS[0], retriever)


def test_the_same_for_the_originals(originals_retriever: Retriever) -> None:
    check_places(ORIGINALS[0], originals_retriever)


@pytest.mark.parametrize("pile", ["pile-a", "pile-b"])
def test_every_place_of_a_pile_is_a_line_and_some_line_holds_each_answer(pile: str) -> None:
    folder = SEEDS[0].parent
    questions = read_gold(folder / f"{pile}.jsonl")
    assert len(questions) == 200 and sum(question.answerable for question in questions) == 150
    for question in questions:
        places = (place.rsplit(":", 1) for place in question.places)
        lines = [
            (folder / pile / name).read_text(encoding="utf-8").splitlines()[int(number) - 1]
            for name, number in places
        ]
        assert all(line.strip() and line.strip() != "---" for line in lines), question.id
        assert all(any(span in line for line in lines) for span in question.answer_spans), question.id
        assert question.answerable == bool(lines) == bool(question.answer_spans)


def check_places(gold_file: Path, retriever: Retriever) -> None:
    stored = [
        (item.article, held.passage) for item in retriever.index.store.everything() for held in item.passages
    ]
    texts = {passage.id: passage.text for _, passage in stored}
    questions = read_gold(gold_file)
    gold = gold_passages(questions, stored)
    for question in questions:
        for span in question.answer_spans:
            assert any(span in texts[passage] for passage in gold[question.id]), (question.id, span)


def test_both_gold_sets_ask_the_same() -> None:
    seeds, originals = (
        {q.id: (q.question, q.category, q.answerable) for q in read_gold(path)}
        for path in (SEEDS[0], ORIGINALS[0])
    )
    assert seeds == originals


def test_gold_that_does_not_fit_the_articles_is_refused(retriever: Retriever, tmp_path: Path) -> None:
    stored = [
        (item.article, held.passage) for item in retriever.index.store.everything() for held in item.passages
    ]
    lost = GoldQuestion("q", "?", "fact", True, ("skt-ax-k1.md:9999",), "", ())
    with pytest.raises(GeungeoError, match="9999"):
        gold_passages([lost], stored)
    broken = tmp_path / "gold.jsonl"
    broken.write_text('{"id": "q1"}\n')
    with pytest.raises(GeungeoError, match=r"gold\.jsonl:1"):
        read_gold(broken)
    assert main(["--gold", str(tmp_path / "none.jsonl"), "--articles", str(tmp_path)]) == 2


def test_the_command_prints_the_documented_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "small.jsonl"
    lines = SEEDS[0].read_text(encoding="utf-8").splitlines()
    gold.write_text("\n".join([*lines[:6], *lines[-3:]]), encoding="utf-8")
    assert main(["--gold", str(gold), "--articles", str(SEEDS[1]), "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert {row["system"] for row in report["rows"]} >= {"geungeo hybrid", "geungeo BM25", "geungeo dense"}
    assert len(report["rows"]) == 7 and report["questions"] == 9 and report["answerable"] == 6
    assert report["answers"]["quotes_exact"] == 1.0
    assert main(["--gold", str(gold), "--articles", str(SEEDS[1]), "--misses"]) == 0
    assert "recall@1" in capsys.readouterr().out
