"""Filters: what each kind lets through, that filtered search is exact, and what bad ones say."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import Filters, QuestionError, build_index
from rag import Retriever
from rag.answer import NONE_ALLOWED
from rag.questions.question import read_question
from rag.ranking.candidates import CANDIDATES, gather
from rag.ranking.fusion import convex_combination, dense_weight, lead, lexical_score, scaled

ARTICLES = {
    "강변/다리.md": ("강변신문", "2024-08-05", "[교통, 다리]", "달내강에 보행교가 놓인다. 다리의 길이는 410m이다."),
    "강변/공원.md": ("강변신문", "2025-08-31", "[공원]", "달내강 둔치에 공원이 열린다. 보행교와 이어지는 길도 놓인다."),
    "바다/등대.md": ("SEA 타임스", "2025-12-01", "[교통]", "무인도의 등대가 새로 칠해졌다. 등대의 높이는 21m이다."),
    "바다/[사진] 항구.md": ("SEA 타임스", "2025-01-01", "[]", "항구에 보행교가 놓인다. 다리의 길이는 90m이다."),
    "소식.md": (None, None, "[다리]", "새 다리의 이름을 주민 투표로 정한다. 다리는 내년에 열린다."),
}  # fmt: skip
QUESTION = "보행교의 길이는 얼마인가요?"


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("filters")
    for name, (publisher, published, topics, text) in ARTICLES.items():
        facts = {"title": f"{text[:12]}", "publisher": publisher, "published": published, "topics": topics}
        head = "".join(f"{key}: {value}\n" for key, value in facts.items() if value)
        if name == "소식.md":
            head += "url: https://news.example.com/local/1\n"
        path = folder / "기사" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{head}---\n\n{text}\n", encoding="utf-8")
    build_index([folder / "기사"], folder / "index")
    return Retriever.open(folder / "index")


def names(retriever: Retriever, **kinds: Any) -> set[str]:
    """The articles that meet the filters, by file name; the same by listing, and by searching for everything."""
    filters = Filters(**kinds)
    listed = {Path(article.source).stem for article, _ in retriever.articles(filters)}
    found = {Path(hit.article.source).stem for hit in retriever.search(QUESTION, 100, filters=filters)}
    assert listed == found
    return listed


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"publishers": "강변신문"}, {"다리", "공원"}),
        ({"publishers": ["sea  타임스"]}, {"등대", "[사진] 항구"}),
        ({"publishers": ["강변신문", "SEA 타임스"]}, {"다리", "공원", "등대", "[사진] 항구"}),
        ({"publishers": "강변"}, set()),
        ({"since": "2025"}, {"공원", "등대", "[사진] 항구"}),
        ({"until": "2025-01"}, {"다리", "[사진] 항구"}),
        ({"since": "2025-08", "until": "2025-08"}, {"공원"}),
        ({"since": "2025-08-31", "until": "2025.12.1."}, {"공원", "등대"}),
        ({"until": "9999"}, {"다리", "공원", "등대", "[사진] 항구"}),
        ({"topics": "교통"}, {"다리", "등대"}),
        ({"topics": ["#공원", "다리"]}, {"다리", "공원", "소식"}),
        ({"sources": "강변/"}, {"다리", "공원"}),
        ({"sources": "[사진]"}, {"[사진] 항구"}),
        ({"sources": "바다/*항구.md"}, {"[사진] 항구"}),
        ({"sources": "항구.md*"}, set()),
        ({"sources": "다리.??"}, {"다리"}),
        ({"sources": "다?.md"}, {"다리"}),
        ({"sources": "news.EXAMPLE.com"}, {"소식"}),
        ({"sources": "https://*/local/*"}, {"소식"}),
        ({"sources": unicodedata.normalize("NFD", "등대")}, {"등대"}),
        ({"sources": ["등대", "소식"]}, {"등대", "소식"}),
        ({"publishers": "강변신문", "topics": "교통"}, {"다리"}),
        ({"publishers": "강변신문", "topics": "교통", "since": "2025"}, set()),
        ({"publishers": "\ud800", "topics": "\udfff", "sources": "\ud800*"}, set()),
        ({"publishers": "'; DROP TABLE articles; --", "sources": "%_'\""}, set()),
    ],
)
def test_each_kind_lets_through_what_it_says(
    dated: Retriever, kinds: dict[str, Any], expected: set[str]
) -> None:
    assert names(dated, **kinds) == expected


def test_without_filters_everything_is_searched(dated: Retriever) -> None:
    assert not Filters() and not Filters(publishers=["", " "], since="", until=" ", topics="#")
    assert dated.index.allowed(None) is None and dated.index.allowed(Filters()) is None
    assert dated.search(QUESTION, filters=Filters()) == dated.search(QUESTION)


@pytest.mark.parametrize(
    "day", ["어제", "2025-13", "2025-02-30", "25-01-01", "2025-8-", "20250801", "0000", "²025"]
)
@pytest.mark.parametrize("end", ["since", "until"])
def test_a_bad_day_is_refused_in_one_line(end: str, day: str) -> None:
    with pytest.raises(QuestionError, match="날짜를 읽을 수 없습니다") as caught:
        Filters(**{end: day})
    assert "\n" not in str(caught.value) and repr(day) in str(caught.value)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(QuestionError, match=r"2025-09-01.*2025-08-31"):
        Filters(since="2025-09", until="2025-08")


def test_years_and_months_mean_the_whole_of_them() -> None:
    assert (Filters(since="2024").since, Filters(until="2024").until) == ("2024-01-01", "2024-12-31")
    assert (Filters(since="2024-2").since, Filters(until="2024-2").until) == ("2024-02-01", "2024-02-29")


def test_equal_filters_are_equal_however_they_are_written() -> None:
    assert Filters(publishers="가", since="2025") == Filters(publishers=["가", "가 "], since="2025-01-01")
    assert len({Filters(topics="#가"), Filters(topics=["가"])}) == 1


@pytest.mark.parametrize("voices", ["hybrid", "lexical", "dense"])
def test_a_filtered_search_is_exact(retriever: Retriever, voices: Any) -> None:
    """The ranking that fusing the scores of all allowed passages gives, not what is left of the global one."""
    index = retriever.index
    question = "정예팀 컨소시엄은 어떤 모델을 만드나"
    filters = Filters(sources="skt-a*")
    allowed = np.array([Path(item.article.source).name.startswith("skt-a") for item in index.store.everything()
                        for _ in item.passages])  # fmt: skip
    np.testing.assert_array_equal(index.allowed(filters), allowed)
    assert 0 < allowed.sum() < len(allowed) / 2
    read = read_question(question)
    everything = np.arange(index.size)
    words, characters = (
        index.word_scores(read.forms, everything),
        index.character_scores(question, everything),
    )
    vector = index.encoder.encode_query(question)
    cosines = index.dense_scores(vector, everything).passages
    numbers = np.flatnonzero(allowed)
    lexical = lexical_score(*(scaled(part[allowed], 0, part[allowed].max()) for part in (words, characters)))
    dense = scaled(cosines[allowed], index.background(vector), cosines[allowed].max())
    fused = convex_combination(
        lexical, dense, dense_weight(index.match(read.forms, float((words * allowed).max())), lead(dense))
    )
    scores = {"hybrid": fused, "lexical": lexical, "dense": dense}[voices]
    order = np.lexsort((numbers, -scores))[:8]
    pool = gather(index, read, CANDIDATES, voices, index.allowed(filters))
    found = pool.ordered({"hybrid": pool.fused, "lexical": pool.lexical, "dense": pool.dense}[voices], 8)
    assert pool.numbers[found].tolist() == numbers[order].tolist()
    best = {item.passage.id for item, _ in index.store.passages(numbers.tolist())}
    hits = retriever.search(question, 8, voices=voices, filters=filters)
    assert len(hits) == 8 and best.issuperset(hit.passage.id for hit in hits)
    if voices != "hybrid":
        np.testing.assert_allclose([hit.score for hit in hits], scores[order], atol=1e-6)


def test_nearest_windows_are_those_among_the_allowed(retriever: Retriever) -> None:
    dense = retriever.index.dense
    vector = retriever.index.encoder.encode_query(QUESTION)
    allowed = np.zeros(dense.size, dtype=bool)
    allowed[3::7] = True
    cosines = np.where(allowed, dense.cosines(vector, np.arange(dense.size)), -2)
    rows, found = dense.search(vector, 5, allowed)
    np.testing.assert_array_equal(rows, np.argsort(-cosines)[:5])
    np.testing.assert_allclose(found, cosines[rows], atol=1e-6)
    assert len(dense.search(vector, dense.size, allowed)[0]) == allowed.sum()
    assert not len(dense.search(vector, 5, np.zeros(dense.size, dtype=bool))[0])


def test_where_no_article_meets_the_filters_nothing_is_found_and_the_answer_says_why(
    dated: Retriever,
) -> None:
    nobody = Filters(publishers="없는신문")
    assert dated.search(QUESTION, filters=nobody) == []
    answer = dated.answer(QUESTION, filters=nobody)
    assert answer.abstained and answer.text == NONE_ALLOWED and not answer.hits and answer.confidence == 0.0


def test_an_answer_comes_from_the_allowed_articles(dated: Retriever) -> None:
    assert "410m" in dated.answer(QUESTION, filters=Filters(until="2024")).text
    answer = dated.answer(QUESTION, filters=Filters(publishers="SEA 타임스"))
    assert "90m" in answer.text and "410m" not in answer.text
    assert {hit.article.publisher for hit in answer.hits} == {"SEA 타임스"}


def test_publishers_and_topics_are_counted(dated: Retriever) -> None:
    assert dated.index.store.publishers() == [("SEA 타임스", 2), ("강변신문", 2)]
    assert dated.index.store.topics() == [("교통", 2), ("다리", 2), ("공원", 1)]


def test_filters_do_not_read_the_articles_themselves(dated: Retriever) -> None:
    """The texts lie in the articles table: the mask has to come from the index over the facts alone."""
    for filters in (
        Filters(publishers="가", sources="나", topics="다"),
        Filters(since="2025"),
        Filters(topics="다"),
    ):
        condition, values = filters.condition()
        rows = dated.index.store._all(
            f"EXPLAIN QUERY PLAN SELECT number FROM articles WHERE {condition}", values
        )
        plan = [row[-1] for row in rows if " articles" in row[-1]]
        assert plan and all("COVERING INDEX articles_by_facts" in step for step in plan), rows


@pytest.mark.parametrize("words", ["", "다리", "강변 100%"])
def test_nor_does_a_list_of_articles(dated: Retriever, words: str) -> None:
    store, asked = dated.index.store, []
    store._lists._connection.set_trace_callback(asked.append)
    store.find_articles(words)
    store._lists._connection.set_trace_callback(None)
    assert asked
    for query in asked:
        plan = [row[-1] for row in store._lists.all(f"EXPLAIN QUERY PLAN {query}", [])]
        assert any("COVERING INDEX articles_by_facts" in step or "_by_id" in step for step in plan), plan


@pytest.mark.parametrize("question", ["안녕하세요", "훈민정음 반포 연도", "김치찌개 맛있게 끓이는 법"])
def test_what_a_filter_leaves_is_no_surer_an_answer(retriever: Retriever, question: str) -> None:
    for source in sorted({article.source for article, _ in retriever.articles()}):
        assert retriever.answer(question, filters=Filters(sources=[source])).abstained, source


def test_single_articles_and_passages_left_out(dated: Retriever) -> None:
    one, other, *_ = (article for article, _ in dated.articles())
    assert names(dated, articles=one.id) == {Path(one.source).stem}
    assert names(dated, articles=[one.id, other.id]) == {Path(one.source).stem, Path(other.source).stem}
    assert names(dated, articles=["nobody"]) == set()
    allowed = dated.index.allowed(Filters(articles=one.id))
    passages = dated.search(QUESTION, 100, filters=Filters(articles=one.id))
    left = dated.index.allowed(Filters(articles=one.id), [hit.passage.id for hit in passages] + ["nobody"])
    assert allowed is not None and allowed.sum() == len(passages) > 0
    assert left is not None and not left.any()
