"""Searches of many questions at once, in tables too."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas
import pytest

from index.errors import GeungeoError, QuestionError
from rag import Filters, Hit, Hits, Retriever, SearchResults
from rag.results import COLUMNS

QUESTIONS = ["해인 클러스터 이름의 유래는?", "KoBERT는 언제 나왔나", "업스테이지의 모델 크기"]


def ids(results: list[Hits]) -> list[list[str]]:
    return [[hit.passage.id for hit in hits] for hits in results]


@pytest.mark.parametrize(
    "given",
    [
        list,
        tuple,
        iter,
        dict.fromkeys,
        np.array,
        pandas.Series,
        pandas.Index,
        lambda questions: pandas.Series(questions, dtype="category"),
    ],
)
def test_questions_come_in_any_iterable(
    retriever: Retriever, given: Callable[[list[str]], Iterable[str]]
) -> None:
    found = retriever.search_many(given(QUESTIONS), 2)
    assert isinstance(found, SearchResults) and found == retriever.search_many(QUESTIONS, 2)
    assert ids(found) == ids([retriever.search(question, 2) for question in QUESTIONS])
    assert list(found.to_frame()["question"].unique()) == QUESTIONS


@pytest.mark.parametrize("given", ["질문", pandas.DataFrame({"질문": QUESTIONS}), np.array([QUESTIONS])])
def test_what_is_no_list_of_questions_is_refused(retriever: Retriever, given: Any) -> None:
    with pytest.raises(QuestionError, match="목록이나 표의 한 열"):
        retriever.search_many(given)


@pytest.mark.parametrize(
    "column",
    [
        [*QUESTIONS[:2], None],
        pandas.Series([*QUESTIONS[:2], float("nan")], index=[7, 8, 9]),
        pandas.Series([*QUESTIONS[:2], None], dtype="string"),
        pandas.Series([*QUESTIONS[:2], 3], dtype=object),
    ],
)
def test_a_missing_value_is_named_by_its_number(retriever: Retriever, column: Any) -> None:
    with pytest.raises(QuestionError, match=r"^3번째 질문: 질문은 글자여야 합니다"):
        retriever.search_many(column)


def test_a_record_for_each_hit(retriever: Retriever) -> None:
    found = retriever.search_many(QUESTIONS, 3)
    records: list[dict[str, Any]] = found.records()
    assert [(one["number"], one["rank"]) for one in records] == [(n, r) for n in (1, 2, 3) for r in (1, 2, 3)]
    for record, hit in zip(records, (hit for hits in found for hit in hits), strict=True):
        assert tuple(record) == COLUMNS
        assert record["question"] == QUESTIONS[record["number"] - 1]
        assert record["text"] == hit.article.text[record["start"] : record["end"]]
        assert (record["score"], record["passage_id"]) == (hit.score, hit.passage.id)
        start, end = record["quote_start"], record["quote_end"]
        assert hit.passage.text[start:end] == hit.passage.text[slice(*hit.sentences[0][0])]
    assert json.loads(json.dumps(records)) == records
    first = records[0]
    assert "‘해인사’에서" in first["text"][first["quote_start"] : first["quote_end"]]


def test_a_table_has_the_records_as_rows(retriever: Retriever) -> None:
    found = retriever.search_many(QUESTIONS, 2)
    frame = found.to_frame()
    assert tuple(frame.columns) == COLUMNS and list(frame.index) == list(range(6))
    assert frame.astype(object).where(frame.notna(), None).to_dict("records") == found.records()
    assert frame["number"].dtype == "int64" and frame["score"].dtype == "float64"


def test_a_table_keeps_the_labels_of_the_series(retriever: Retriever) -> None:
    table = pandas.DataFrame({"질문": QUESTIONS}, index=pandas.Index(["ㄱ", "ㄴ", "ㄷ"], name="번호"))
    frame = retriever.search_many(table["질문"], 2).to_frame()
    assert list(frame.index) == ["ㄱ", "ㄱ", "ㄴ", "ㄴ", "ㄷ", "ㄷ"] and frame.index.name == "번호"
    joined = table.join(frame)
    assert (joined["질문"] == joined["question"]).all() and len(joined) == 6
    pairs = pandas.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["set", "n"])
    frame = retriever.search_many(pandas.Series(QUESTIONS, index=pairs), 1).to_frame()
    assert frame.index.equals(pairs) and frame.index.names == ["set", "n"]


def test_questions_without_hits_have_no_rows(retriever: Retriever) -> None:
    column = pandas.Series(QUESTIONS, index=[5, 6, 7])
    nothing = retriever.search_many(column, filters=Filters(publishers="없는신문"))
    assert nothing == [[], [], []] and nothing.records() == []
    assert tuple(nothing.to_frame().columns) == COLUMNS and nothing.to_frame().empty
    assert retriever.search_many([]).to_frame().empty
    some = retriever.search_many(["zxqv", QUESTIONS[0]], 2, voices="lexical")
    assert list(some.to_frame()["number"]) == [2, 2]


def test_without_pandas_one_line_says_what_to_install(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = retriever.search_many(QUESTIONS, 1)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(GeungeoError, match="pip install pandas") as caught:
        found.to_frame()
    assert "\n" not in str(caught.value) and len(found.records()) == 3


def test_hits_are_a_list_like_any_other(retriever: Retriever) -> None:
    hits = retriever.search(QUESTIONS[0], 4)
    assert isinstance(hits, Hits) and isinstance(hits, list) and hits == list(hits)
    assert isinstance(hits[0], Hit) and hits[-1] == list(hits)[-1]
    assert isinstance(hits[1:3], Hits) and hits[1:3] == list(hits)[1:3] and hits[::-1] == list(reversed(hits))
    assert sorted(hits, key=lambda hit: hit.score) == hits[::-1]


def test_results_can_be_pickled(retriever: Retriever) -> None:
    found = retriever.search_many(pandas.Series(QUESTIONS, index=[3, 2, 1]), 2)
    again = pickle.loads(pickle.dumps(found))
    assert ids(again) == ids(found) and again.questions == found.questions
    pandas.testing.assert_frame_equal(again.to_frame(), found.to_frame())


def test_what_is_printed_holds_passages_not_whole_articles(retriever: Retriever) -> None:
    hits = retriever.search(QUESTIONS[0])
    assert all(hit.passage.text[:40] in repr(hits) for hit in hits)
    assert len(repr(hits)) < 3 * sum(len(hit.passage.text) for hit in hits) + 5_000
    assert all(hit.article.text[:200] not in repr(hits) for hit in hits)
