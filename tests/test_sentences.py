"""Which sentence answers: what a question wants, the features of sentences, and the second look at passages."""

from __future__ import annotations

import numpy as np
import pytest

from eval.listwise import Choice, fit_listwise
from index.terms import character_bigrams
from rag import Retriever
from rag.questions.wanted import Wanted
from rag.ranking.candidates import rank
from rag.ranking.rescoring import DEPTH
from rag.ranking.sentences import FEATURES, SentenceRanker


@pytest.mark.parametrize(
    ("question", "holds", "not_holds"),
    [
        ("착공은 언제인가?", "착공은 내년 상반기다.", "착공은 미뤄졌다."),
        ("2025년 8월 착공한 공장은 몇 월에 문을 여나?", "공장은 12월에 문을 연다.", "2025년 8월 착공했다."),
    ],
)
def test_dates(question: str, holds: str, not_holds: str) -> None:
    wanted = Wanted(question)
    assert wanted.date and wanted.has_date(holds) and not wanted.has_date(not_holds)


@pytest.mark.parametrize(
    ("question", "holds", "not_holds"),
    [
        ("GPU는 몇 장인가?", "GPU 1만 장을 댄다.", "예산은 2000억 원이다."),
        ("지원금은 얼마인가?", "2000억 원을 댄다.", "GPU 1만 장을 댄다."),
        ("시험선 길이", "시험선은 3.2km다.", "시험선 옆 주민 34명이 산다."),
        ("한 편성 정원", "한 편성에 210명이 탄다.", "34편성을 들여온다."),
        ("성능은 몇 퍼센트인가?", "95% 이상이다.", "95점 이상이다."),
        ("컨소시엄은 몇 곳인가?", "다섯 곳을 뽑았다.", "다섯 달이 걸렸다."),
    ],
)
def test_units(question: str, holds: str, not_holds: str) -> None:
    wanted = Wanted(question)
    assert wanted.has_unit(holds) and not wanted.has_unit(not_holds)


def test_what_the_question_says_itself_is_no_answer() -> None:
    wanted = Wanted("500B 모델을 만드는 데 얼마가 드나?")
    assert not wanted.has_amount("500B 모델이다.") and wanted.has_amount("500B 모델에 30억 원이 든다.")


def test_reasons() -> None:
    assert Wanted("왜 늦어졌나?").has_reason("태풍 때문에 늦어졌다.")
    assert not Wanted("누가 늦췄나?").has_reason("태풍 때문에 늦어졌다.")


@pytest.mark.parametrize(
    "question", ["해인 클러스터 이름의 유래는?", "정부는 GPU를 몇 장 지원하나요?", "A.X 4.0은 언제 나왔나?"]
)
def test_features_of_many_passages_are_those_of_each_sentence(retriever: Retriever, question: str) -> None:
    """Against the plain definition, one sentence at a time."""
    read = retriever.read(question)
    candidates, pool = rank(retriever.index, read, DEPTH, "hybrid")
    idf = retriever.index.words.idf(read.forms).tolist()
    ranker = SentenceRanker(read, idf, pool.background)
    passages = [candidate.stored for candidate in candidates]
    rows = ranker.features(passages, [candidate.cosines for candidate in candidates])
    mass, letters = dict(zip(read.forms, idf, strict=True)), set(character_bigrams(read.text))

    def share(forms: set[str]) -> float:
        return sum(mass[form] for form in forms) / sum(mass.values())

    for candidate, found in zip(candidates, rows, strict=True):
        stored = candidate.stored
        assert found.shape == (len(stored.sentences), len(FEATURES))
        own = [{t.form for t in stored.terms if a <= t.start < b} & set(mass) for a, b in stored.sentences]
        windows = list(zip(stored.windows, candidate.cosines, strict=True))
        for i, (start, end) in enumerate(stored.sentences):
            sentence = stored.passage.text[start:end]
            expected = [
                share(own[i]),
                share(own[i - 1] - own[i]) if i else 0.0,
                share(own[i + 1] - own[i]) if i + 1 < len(own) else 0.0,
                sum(pair in sentence.lower() for pair in letters) / len(letters),
                max(cosine for (a, b), cosine in windows if a <= start < b) - pool.background,
                ranker.wanted.has_date(sentence),
                ranker.wanted.has_amount(sentence),
                ranker.wanted.has_unit(sentence),
                ranker.wanted.has_reason(sentence),
            ]
            np.testing.assert_allclose(found[i], expected, atol=1e-5)


def test_sentences_come_best_first_and_signals_make_the_score(retriever: Retriever) -> None:
    hits = retriever.search("해인 클러스터 이름의 유래는?", k=5)
    start, end = hits[0].sentences[0][0]
    assert "해인사" in hits[0].passage.text[start:end]
    for hit in hits:
        scores = [score for _, score in hit.sentences]
        assert scores == sorted(scores, reverse=True)
        assert hit.signals is not None and hit.score == pytest.approx(hit.signals.score)
    assert all(hit.signals is None for hit in retriever.search("해인", k=5, voices="lexical"))


def test_a_linear_score_is_fitted_so_that_the_right_ones_come_first() -> None:
    draw = np.random.default_rng(0)
    true = np.array([2.0, -1.0, 0.0])
    choices = []
    for _ in range(300):
        features = draw.normal(size=(8, 3)) * [1.0, 5.0, 0.1]
        chances = np.exp(features @ true)
        right = np.zeros(8, dtype=bool)
        right[draw.choice(8, p=chances / chances.sum())] = True
        choices.append(Choice(features, right))
    fitted = fit_listwise([choices, [*choices[:50], Choice(np.ones((2, 3)), np.zeros(2, dtype=bool))]])
    np.testing.assert_allclose(fitted[:2], true[:2], rtol=0.25)
    assert abs(fitted[2]) * 0.1 < 0.3
