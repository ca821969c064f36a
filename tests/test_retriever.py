"""The Python API: what a search and an answer promise."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from index.errors import QuestionError
from rag import Retriever
from rag.answer import NOT_FOUND
from rag.answering.composing import MOST_LISTED
from rag.answering.evidence import ABSTAIN_BELOW, STAND_IN_COSINES, Evidence
from rag.questions.question import LONGEST, clean_question, read_question
from rag.ranking.candidates import CANDIDATES, gather
from rag.ranking.fusion import convex_combination, dense_weight, lead, lexical_score, scaled

QUESTION = "해인 클러스터 이름의 유래는?"


def test_the_passage_that_answers_comes_first(retriever: Retriever) -> None:
    hits = retriever.search(QUESTION, k=5)
    assert "해인사" in hits[0].passage.text
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0.0 <= hit.score <= 1.0 for hit in hits)
    assert hits[0].article.title and hits[0].article.publisher and hits[0].article.source.endswith(".md")


def test_highlights_mark_inflected_forms(retriever: Retriever) -> None:
    hit = retriever.search("A.X 4.0을 공개한 때", k=1)[0]
    marked = {hit.passage.text[start:end] for start, end in hit.highlights}
    assert any("4.0" in word for word in marked)
    assert all(0 <= start < end <= len(hit.passage.text) for start, end in hit.highlights)
    start, end = hit.best_window
    assert hit.passage.text[start:end] in hit.passage.text


def test_one_voice_can_speak_alone(retriever: Retriever) -> None:
    lexical = retriever.search(QUESTION, k=3, voices="lexical")
    dense = retriever.search(QUESTION, k=3, voices="dense")
    assert all(hit.score == pytest.approx(hit.lexical) for hit in lexical)
    assert all(hit.score == pytest.approx(hit.dense) for hit in dense)
    assert not retriever.search("zxqv", k=3, voices="lexical")


def test_candidates_are_enough(retriever: Retriever) -> None:
    """Fusing the candidates gives the ranking that fusing scores of every passage gives."""
    index = retriever.index
    for question in (QUESTION, "국가대표 AI 사업의 최종 두 팀은 언제 정해지나", "업스테이지 100B"):
        read = read_question(question)
        vector = index.encoder.encode_query(question)
        everything = np.arange(index.size)
        words, characters = (
            index.word_scores(read.forms, everything),
            index.character_scores(question, everything),
        )
        cosines = index.dense_scores(vector, everything).passages
        lexical = lexical_score(scaled(words, 0, words.max()), scaled(characters, 0, characters.max()))
        dense = scaled(cosines, index.background(vector), cosines.max())
        fused = convex_combination(
            lexical, dense, dense_weight(index.match(read.forms, words.max()), lead(dense))
        )
        best = np.lexsort((everything, -fused))[:10]
        pool = gather(index, read, CANDIDATES, "hybrid")
        assert pool.numbers[pool.ordered(pool.fused, 10)].tolist() == best.tolist()


def test_the_second_look_does_not_depend_on_how_many_are_asked_for(retriever: Retriever) -> None:
    for question in (QUESTION, "컨소시엄에 참여한 기업은 몇 곳인가", "지난 8월 정부가 고른 정예팀"):
        deep = [(hit.passage.id, hit.score) for hit in retriever.search(question, k=40)]
        assert [score for _, score in deep] == sorted((score for _, score in deep), reverse=True)
        for k in (1, 5, 30):
            assert [(hit.passage.id, hit.score) for hit in retriever.search(question, k=k)] == deep[:k]


def test_more_than_there_is_gives_all_there_is(retriever: Retriever) -> None:
    assert len(retriever.search(QUESTION, k=10_000)) <= retriever.index.size
    assert len(retriever.search(QUESTION, k=1)) == 1


@pytest.mark.parametrize("question", ["", "  \n", "\x00\x07", "?!…", "😀😀", "가" * 100_000])
def test_a_question_that_asks_nothing_is_refused_in_one_line(retriever: Retriever, question: str) -> None:
    for ask in (retriever.search, retriever.answer):
        with pytest.raises(QuestionError) as caught:
            ask(question)
        assert str(caught.value) and "\n" not in str(caught.value)


def test_a_question_is_cleaned() -> None:
    assert clean_question(" 해인\x00은\t무엇\u200b인가?\n") == "해인은 무엇인가?"
    assert clean_question("가" * LONGEST)
    assert clean_question("\u1112\u1162인 😀") == "해인 😀"


def test_k_must_be_positive(retriever: Retriever) -> None:
    with pytest.raises(QuestionError, match="1 이상"):
        retriever.search(QUESTION, k=0)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "정예팀 다섯 곳은?",
        "KoBERT는 언제 나왔나",
        "zzz qqq 해인",
        "KT",
        "A.X",
        "KoBERT와 KoGPT2 중 먼저 나온 것은?",
        "정부 예산은 얼마인가?",
    ],
)
def test_every_citation_is_the_articles_text(retriever: Retriever, question: str) -> None:
    answer = retriever.answer(question)
    assert 0.0 <= answer.confidence <= 1.0
    assert answer.hits
    assert answer.abstained == (not answer.citations)
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len(answer.statements) <= MOST_LISTED
    assert {citation.passage.id for citation in answer.citations} <= {hit.passage.id for hit in answer.hits}
    for statement in answer.statements:
        assert f"{statement.quote} [{statement.citations[0].n}]" in answer.text
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
        assert citation.passage.start <= citation.start < citation.end <= citation.passage.end


def test_the_answer_quotes_the_sentence_that_answers(retriever: Retriever) -> None:
    answer = retriever.answer(QUESTION)
    assert not answer.abstained and "‘해인사’에서" in answer.citations[0].quote


@pytest.mark.parametrize(
    "question", ["오늘 서울 날씨 어때?", "김치찌개 맛있게 끓이는 법", "파이썬 리스트 정렬 방법"]
)
def test_a_question_about_something_else_is_not_answered(retriever: Retriever, question: str) -> None:
    answer = retriever.answer(question)
    assert answer.abstained and answer.text == NOT_FOUND and not answer.citations and answer.hits


def test_threads_get_the_hits_that_one_gets(retriever: Retriever) -> None:
    questions = [
        QUESTION,
        "KoBERT는 언제 나왔나",
        "업스테이지의 모델 크기",
        "트웰브랩스는 누구와 손잡았나",
    ] * 3
    alone = [[hit.passage.id for hit in retriever.search(question)] for question in questions]
    found: dict[int, list[str]] = {}

    def ask(n: int) -> None:
        found[n] = [hit.passage.id for hit in retriever.search(questions[n])]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n] for n in range(len(questions))] == alone


def test_articles_can_be_listed_and_opened(retriever: Retriever) -> None:
    listed = retriever.articles()
    assert len(listed) == 4 and sum(passages for _, passages in listed) == retriever.index.size
    article = listed[0][0]
    assert retriever.article(article.id) == article
    assert retriever.article("0" * 12) is None


def test_scaled_scores_lie_between_floor_and_best() -> None:
    scores = np.array([0.2, 0.5, 0.8], dtype=np.float32)
    np.testing.assert_allclose(scaled(scores, 0.5, 0.8), [0.0, 0.0, 1.0], atol=1e-6)
    assert not scaled(scores, 0.8, 0.8).any()


def test_a_silent_voice_leaves_the_word_to_the_other() -> None:
    silent, loud = np.zeros(2, dtype=np.float32), np.array([0.3, 1.0], dtype=np.float32)
    np.testing.assert_array_equal(convex_combination(silent, loud, 0.5), loud)
    np.testing.assert_array_equal(convex_combination(loud, silent, 0.5), loud)
    np.testing.assert_allclose(convex_combination(loud, loud, 0.7), loud)


def test_the_weight_follows_the_voice_that_is_sure() -> None:
    said, unsaid = dense_weight(0.5, 0.1), dense_weight(0.1, 0.1)
    assert 0 < said < unsaid < dense_weight(0.1, 0.4) < 1


def test_lead_is_the_gap_to_the_second() -> None:
    assert lead(np.array([0.2, 1.0, 0.7], dtype=np.float32)) == pytest.approx(0.3)
    assert lead(np.array([1.0, 1.0], dtype=np.float32)) == 0.0
    assert lead(np.ones(1, dtype=np.float32)) == 1.0
    assert lead(np.zeros(0, dtype=np.float32)) == 0.0


def test_with_another_encoder_shared_words_decide() -> None:
    assert Evidence(*STAND_IN_COSINES, 0.0, 0.0, 0.0, 0.0).confidence < ABSTAIN_BELOW
    assert Evidence(*STAND_IN_COSINES, 1.0, 0.1, 0.0, 0.0).confidence > ABSTAIN_BELOW


def test_many_questions_find_what_each_finds(retriever: Retriever) -> None:
    questions = ["해인 클러스터 이름의 유래는?", "반도체 공장은 어디에 짓나?", "해인 클러스터 이름의 유래는?"]
    for voices in ("hybrid", "lexical", "dense"):
        many = retriever.search_many(questions, 3, voices=voices)
        each = [retriever.search(question, 3, voices=voices) for question in questions]
        assert [[hit.passage.id for hit in hits] for hits in many] == [
            [h.passage.id for h in hits] for hits in each
        ]
    assert retriever.search_many([]) == []
    with pytest.raises(QuestionError, match="2번째"):
        retriever.search_many(["질문", "  "])
