"""Passages that tell of the time asked about are favoured: articles of other years that say the same in the same words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index import build_index
from rag import Retriever
from rag.questions.dates import dates_in
from rag.ranking import time_agreement
from rag.ranking.time_agreement import PUBLISHED_SHARE, date_agreement, favour, reference_day

FACTORY = "가람전자가 지난 8월 {}에서 배터리 공장을 착공했다. 공장은 내년 상반기에 가동한다."
FESTIVAL = "달빛축제가 올해 말 {}에서 열린다. 등불을 띄우는 행사도 마련된다."
LIBRARY = "한빛도서관의 대출 권수가 지난달 {}권으로 집계됐다. 책을 빌린 사람도 함께 늘었다."
BRIDGE = "세움건설은 28일 {} 공사를 마쳤다고 밝혔다. 다리는 곧 개통한다."
ARTICLES = {
    "factory-2023": ("2023-09-10", FACTORY.format("서해시")),
    "factory-2024": ("2024-09-10", FACTORY.format("남촌시")),
    "factory-2025": ("2025-09-10", FACTORY.format("북평시")),
    "festival-2023": ("2023-10-20", FESTIVAL.format("강둑")),
    "festival-2024": ("2024-10-20", FESTIVAL.format("숲길")),
    "festival-2025": ("2025-10-20", FESTIVAL.format("항구")),
    "library-8": ("2025-09-03", LIBRARY.format("3100")),
    "library-9": ("2025-10-03", LIBRARY.format("4200")),
    "library-10": ("2025-11-03", LIBRARY.format("5300")),
    "bridge-5": ("2025-05-28", BRIDGE.format("달내교")),
    "bridge-7": ("2025-07-28", BRIDGE.format("물비늘교")),
    "theatre-then": ("2025-06-01", "한빛극장은 2020년 4월 불이 나 문을 닫았다. 무대가 모두 탔다."),
    "theatre-now": ("2025-04-11", "한빛극장은 이달 문을 다시 열었다. 무대를 새로 꾸몄다."),
    "theatre-2020": ("2020-04-02", "한빛극장은 무대의 조명을 모두 바꾸었다. 문을 여는 시간도 늘렸다."),
}  # fmt: skip
"""The day of publication and the text; the newest article is of 3 November 2025."""

QUESTIONS = {
    "가람전자가 지난 8월 배터리 공장을 착공한 곳은?": "factory-2025",
    "가람전자가 8월에 배터리 공장을 착공한 곳은 어디인가요?": "factory-2025",
    "올해 8월 가람전자 배터리 공장을 착공한 곳은?": "factory-2025",
    "가람전자가 2024년 8월 배터리 공장을 착공한 곳은?": "factory-2024",
    "가람전자가 작년 8월 배터리 공장을 착공한 곳은?": "factory-2024",
    "지난해 하반기에 가람전자가 배터리 공장을 착공한 곳은?": "factory-2024",
    "2024년 3분기 가람전자의 배터리 공장 착공": "factory-2024",
    "재작년 8월에 가람전자가 착공한 배터리 공장은?": "factory-2023",
    "가람전자가 2023년 8월 착공한 배터리 공장은 어디인가요?": "factory-2023",
    "내년 상반기에 가동하는 가람전자의 배터리 공장은?": "factory-2025",
    "2025년 상반기에 가동하는 가람전자의 배터리 공장은?": "factory-2024",
    "지난해 상반기에 가동한 가람전자의 배터리 공장은?": "factory-2023",
    "올해 말 달빛축제가 열리는 곳은?": "festival-2025",
    "달빛축제가 올해 열리는 곳은 어디인가요?": "festival-2025",
    "지난해 말 달빛축제가 열린 곳은?": "festival-2024",
    "2024년 12월 달빛축제가 열린 곳은?": "festival-2024",
    "작년 달빛축제가 열린 곳은?": "festival-2024",
    "2023년 말 달빛축제가 열린 곳은?": "festival-2023",
    "2023년 달빛축제는 어디에서 열렸나요?": "festival-2023",
    "한빛도서관의 8월 대출 권수는?": "library-8",
    "한빛도서관의 2025년 9월 대출 권수는?": "library-9",
    "지난 9월 한빛도서관의 대출 권수는 몇 권인가요?": "library-9",
    "지난달 한빛도서관의 대출 권수는?": "library-10",
    "한빛도서관의 10월 대출 권수는?": "library-10",
    "5월 28일에 세움건설이 공사를 마친 다리는?": "bridge-5",
    "7월에 세움건설이 공사를 마쳤다고 밝힌 다리는?": "bridge-7",
    "2020년 4월 한빛극장에 무슨 일이 있었나요?": "theatre-then",
    "올해 4월 한빛극장에 무슨 일이 있었나요?": "theatre-now",
}  # fmt: skip


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("years")
    (folder / "articles").mkdir()
    for name, (published, text) in ARTICLES.items():
        head = f"---\ntitle: {text.split()[0]} 소식\npublished: {published}\n---\n\n"
        (folder / "articles" / f"{name}.md").write_text(f"{head}{text}\n", encoding="utf-8")
    build_index([folder / "articles"], folder / "index")
    return Retriever.open(folder / "index")


def first(retriever: Retriever, question: str) -> str:
    return Path(retriever.search(question, 5)[0].article.source).stem


MISSED = "올해 4월 한빛극장에 무슨 일이 있었나요?"
"""The words "4월" of an article about another year outweigh the right article's "이달"."""


@pytest.mark.parametrize(
    "question",
    [pytest.param(q, marks=[pytest.mark.xfail(strict=True)] if q == MISSED else []) for q in QUESTIONS],
)
def test_the_article_of_the_time_asked_about_comes_first(years: Retriever, question: str) -> None:
    assert first(years, question) == QUESTIONS[question]


def test_words_alone_do_not_tell_the_years_apart(years: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_agreement, "DATE_WEIGHT", 0.0)
    right = sum(first(years, question) == expected for question, expected in QUESTIONS.items())
    assert right <= len(QUESTIONS) / 2


def test_a_question_that_names_no_time_is_ranked_as_without(
    years: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "가람전자가 배터리 공장을 착공한 곳은?"
    before = years.search(question, 10)
    monkeypatch.setattr(time_agreement, "DATE_WEIGHT", 1.0)
    assert years.search(question, 10) == before
    scores = np.array([0.4, 0.9], dtype=np.float32)
    assert favour(question, years.index.store, np.arange(2), scores) is scores


def test_only_the_best_are_read_and_nothing_leaves_its_range(
    years: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, numbers = years.index.store, np.arange(years.index.size)
    scores = np.random.default_rng(0).random(len(numbers), dtype=np.float32)
    question = "작년 8월과 올해 말에 무슨 일이 있었나요?"
    everything = favour(question, store, numbers, scores)
    assert not np.array_equal(np.argsort(-everything), np.argsort(-scores))
    assert everything.min() >= 0 and everything.max() <= 1
    assert not len(favour(question, store, numbers[:0], scores[:0]))
    monkeypatch.setattr(time_agreement, "CONSIDERED", 3)
    few = favour(question, store, numbers, scores)
    read = np.argsort(-scores)[:3]
    np.testing.assert_allclose(few[read], everything[read])
    rest = np.setdiff1d(numbers, read)
    np.testing.assert_allclose(few[rest], scores[rest] / (1 + time_agreement.DATE_WEIGHT), rtol=1e-6)


AUGUST = dates_in("2025년 8월", None)[0]


@pytest.mark.parametrize(
    ("told", "published", "agreement"),
    [
        ("2025년 8월 4일", None, 1.0),
        ("2025년 8월", None, 1.0),
        ("2025년", None, 31 / 365),
        ("2025년 3분기", None, 31 / 92),
        ("2024년 8월", None, 0.0),
        ("2024년과 2025년 8월 31일", None, 1.0),
        ("", date(2025, 8, 31), PUBLISHED_SHARE),
        ("", date(2025, 9, 1), 0.0),
        ("2020년 4월", date(2025, 8, 1), PUBLISHED_SHARE),
        ("2025년 8월", date(2026, 1, 1), 1.0),
        ("", None, 0.0),
    ],
)
def test_agreement_is_the_share_of_the_days_told_that_was_asked_for(
    told: str, published: date | None, agreement: float
) -> None:
    assert date_agreement([AUGUST], dates_in(told, published), published) == pytest.approx(agreement)


def test_of_several_times_asked_for_each_counts_alike() -> None:
    asked = dates_in("2024년 8월과 2025년 8월", None)
    assert date_agreement(asked, dates_in("2025년 8월 3일", None), None) == 0.5
    assert date_agreement([], dates_in("2025년 8월", None), date(2025, 8, 1)) == 0.0


def test_a_question_is_seen_from_the_newest_article_but_not_from_the_future(
    years: Retriever, retriever: Retriever
) -> None:
    store = years.index.store
    assert reference_day(store, date(2031, 5, 5)) == date(2025, 11, 3)
    assert reference_day(store, date(2024, 5, 5)) == date(2024, 5, 5)
    assert reference_day(retriever.index.store, date(2031, 5, 5)) == date(2025, 10, 28)


def test_without_any_dated_article_a_question_is_seen_from_today(tmp_path: Path) -> None:
    (tmp_path / "글.txt").write_text("가람전자가 지난 8월 공장을 착공했다고 밝혔다.", encoding="utf-8")
    build_index([tmp_path / "글.txt"], tmp_path / "index")
    store = Retriever.open(tmp_path / "index").index.store
    assert store.newest_day is None and reference_day(store, date(2031, 5, 5)) == date(2031, 5, 5)
    assert reference_day(store) <= date.today()
