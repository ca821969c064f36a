"""Answer scores: cases counted by hand, and what a copy of a gold passage is worth."""

from __future__ import annotations

import pytest

from eval.answers import Judged, judge, score_answers
from eval.gold import GoldQuestion, needs_all
from index.articles import Article
from index.passages import Passage
from index.terms import PassageTerms
from rag.answer import Answer, Citation, Statement
from rag.hits import Hit

TEXT = "가람은 2019년에 문을 열었다. 직원은 120명이다."


def article(name: str) -> Article:
    return Article(name, f"{name}.md", name, TEXT, ())


def passage(name: str) -> Passage:
    return Passage(name, name, 0, 0, len(TEXT), TEXT)


def cited(n: int, name: str, start: int, end: int, *copies: str, quote: str = "") -> Citation:
    hits = tuple(
        Hit(0.5, passage(copy), article(copy), (), (0, 1), 0.5, 0.5, 0.5, (), PassageTerms.of([]), ())
        for copy in copies
    )
    return Citation(n, passage(name), article(name), quote or TEXT[start:end], start, end, hits)


def answer(*citations: Citation, confidence: float = 0.9) -> Answer:
    return Answer("?", "", tuple(Statement((one,)) for one in citations), not citations, confidence, ())


def judged(
    given: Answer,
    *gold: str,
    all_needed: bool = False,
    spans: tuple[str, ...] = ("120명",),
    category: str = "fact",
) -> Judged:
    return judge(category, gold, all_needed, spans, given, lambda passage, article: passage.id)


FOUND = TEXT.index("직원")


def test_every_measure_is_what_counting_by_hand_gives() -> None:
    two = answer(cited(1, "p1", 0, 10), cited(2, "p2", FOUND, len(TEXT)), confidence=0.8)
    scores = score_answers(
        [
            judged(two, "p2"),  # second citation right and telling
            judged(
                answer(cited(1, "p1", FOUND, len(TEXT)), confidence=0.6), "p1", "p3"
            ),  # one of two will do
            judged(answer(confidence=0.1), "p1", category="who"),  # wrongly abstained
            judged(answer(cited(1, "p1", 0, 10), confidence=0.7), category="open"),  # wrongly answered
            judged(answer(confidence=0.05), category="open"),
        ]
    )
    assert scores.first_citation_gold == pytest.approx(1 / 3)
    assert scores.citation_precision == pytest.approx(2 / 3)
    assert scores.citation_recall == pytest.approx(2 / 3)
    assert scores.first_quote_holds == pytest.approx(1 / 3) and scores.quotes_hold == pytest.approx(2 / 3)
    assert scores.quotes_exact == 1.0
    assert scores.answerable_abstained == pytest.approx(1 / 3)
    assert (scores.abstention_precision, scores.abstention_recall) == (0.5, 0.5)
    assert scores.abstention_auroc == pytest.approx(4 / 6)  # .8 > .7, .05; .6 > .05; .1 > .05
    assert scores.by_category["fact"]["first_citation_gold"] == 0.5
    assert scores.by_category["open"] == {"questions": 2.0, "abstained": 0.5}
    printed = "\n".join(scores.lines())
    assert "AUROC 0.667" in printed and "fact (2)" in printed


def test_where_all_passages_are_needed_recall_is_their_share() -> None:
    given = answer(cited(1, "p1", 0, 10), cited(2, "p9", 0, 10))
    assert judged(given, "p1", "p2", all_needed=True).recall == 0.5
    assert judged(given, "p1", "p2").recall == 1.0
    assert judged(given, "p2", "p3", all_needed=True).recall == 0.0


def test_a_copy_of_a_gold_passage_counts_as_gold() -> None:
    folded = judged(answer(cited(1, "p1", 0, 10, "p2", "p3")), "p2", "p3", all_needed=True)
    assert folded.cited == (True,) and folded.recall == 1.0


def test_a_quotation_that_is_not_the_text_is_noticed() -> None:
    one = judged(answer(cited(1, "p1", 0, 3, quote="가락은")), "p1")
    assert one.exact == (False,) and score_answers([one]).quotes_exact == 0.0


def test_what_a_set_does_not_tell_is_not_scored() -> None:
    scores = score_answers([judged(answer(cited(1, "p1", 0, 10)), "p1", spans=())])
    assert scores.first_quote_holds is None and scores.quotes_hold is None and scores.abstention_auroc is None
    assert "first_quote_holds" not in scores.by_category["fact"]


def test_all_passages_are_needed_only_where_none_holds_the_whole_answer() -> None:
    question = GoldQuestion("q", "?", "list", True, (), "", ("가람", "나래"))
    assert needs_all(question, ["가람이 있다.", "나래가 있다."])
    assert not needs_all(question, ["가람과 나래가 있다.", "나래가 있다."])
    of_one_part = GoldQuestion("q", "?", "fact", True, (), "", ("가람", "나래"))
    assert not needs_all(of_one_part, ["가람이 있다.", "나래가 있다."])
