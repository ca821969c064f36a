"""An index is the same wherever it is kept: a folder and Milvus against brute force, and against each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import Article, Filters, build_index, index_articles, remove_articles
from index.errors import ArticleError
from index.milvus import building
from index.reading import read_articles
from index.searchable import Searchable
from rag import Hit, Retriever
from rag.ranking import candidates
from tests.brute_force import BruteForce, HashEncoder
from tests.conftest import SEEDS, TOP

GOLD = TOP / "eval" / "gold"
MODEL = "hashes"
KINDS = ("folder", "milvus")


@pytest.fixture(scope="module")
def encoder() -> Iterator[HashEncoder]:
    yield HashEncoder.register(MODEL)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    """Sixteen articles of three subjects, some with topics."""
    found = read_articles([SEEDS, GOLD / "pile-b"]).articles
    topics = [("컨소시엄", "AI"), (), ("전지",), ("AI", "Battery")]
    return [replace(article, topics=topics[i % 4]) for i, article in enumerate(found)]


@pytest.fixture(scope="module")
def questions() -> list[str]:
    found = []
    for name in ("seeds", "pile-b"):
        lines = (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        found += [json.loads(line)["question"] for line in lines]
    return found


@pytest.fixture(scope="module")
def stores(
    articles: list[Article], encoder: HashEncoder, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Retriever]:
    """A retriever over each kind of store, of the same articles."""
    folder = tmp_path_factory.mktemp("stores")
    places = {"folder": str(folder / "index"), "milvus": f"milvus:{folder / 'index.db'}"}
    index_articles(articles, places["folder"], model=MODEL)
    building.index_into(places["milvus"], articles, model=MODEL)
    return {kind: Retriever.open(place) for kind, place in places.items()}


@pytest.fixture(scope="module")
def oracle(articles: list[Article], encoder: HashEncoder) -> Retriever:
    return Retriever(BruteForce(articles, encoder))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, stores: dict[str, Retriever]) -> Retriever:
    return stores[request.param]


def same_ranking(ours: Sequence[Hit], theirs: Sequence[Hit]) -> None:
    """The same passages with the same scores; passages of equal scores may change places."""
    np.testing.assert_allclose([hit.score for hit in ours], [hit.score for hit in theirs], atol=2e-5)

    def order(hits: Sequence[Hit]) -> list[set[str]]:
        groups: list[set[str]] = []
        before = 2.0
        for hit in hits:
            if before - hit.score > 1e-4:
                groups.append(set())
            groups[-1].add(hit.passage.id)
            before = hit.score
        return groups[:-1]  # the last may be cut off in the midst of a tie

    assert order(ours) == order(theirs)


@pytest.mark.parametrize("voices", ["hybrid", "lexical", "dense"])
@pytest.mark.parametrize("beside", [False, True])
def test_ranking_is_that_of_brute_force(
    store: Retriever,
    oracle: Retriever,
    questions: list[str],
    voices: str,
    beside: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "SIDE_BY_SIDE", 0 if beside else 1 << 40)
    for question in questions[::80]:
        same_ranking(store.search(question, 10, voices=voices), oracle.search(question, 10, voices=voices))


@pytest.mark.slow
@pytest.mark.parametrize("voices", ["hybrid", "lexical", "dense"])
def test_ranking_is_that_of_brute_force_for_every_question(
    stores: dict[str, Retriever], oracle: Retriever, questions: list[str], voices: str
) -> None:
    for question in questions[::2]:
        same_ranking(
            stores["milvus"].search(question, 10, voices=voices), oracle.search(question, 10, voices=voices)
        )


FILTERS = [
    Filters(publishers=["한결일보"]),
    Filters(since="2025", until="2025-06"),
    Filters(until="2024-09"),
    Filters(topics=["전지", "없는 주제"]),
    Filters(sources="battery-"),
    Filters(publishers=["한결일보", "달빛신문"], since="2024-06", topics=["AI", "전지"], sources="pile-b"),
    Filters(publishers=["없는 매체"]),
    Filters(sources="없는 경로"),
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filtered_ranking_is_that_of_brute_force(
    store: Retriever, oracle: Retriever, filters: Filters
) -> None:
    question = "전고체 전지 기금의 지원을 받는 업체는 어디인가?"
    same_ranking(store.search(question, 10, filters=filters), oracle.search(question, 10, filters=filters))


def test_passages_left_out_take_no_part(store: Retriever, questions: list[str]) -> None:
    index = store.index
    forms = store.read(questions[30]).forms
    first, second = index.search_words(forms, 2)[0]
    passage = index.store.passages_alone([int(first)])[0].passage
    allowed = index.allowed(Filters(articles=[passage.article_id]), [passage.id, "없는-1"])
    left = index.search_words(forms, 100, allowed)[0]
    assert first not in left
    assert second in index.search_words(forms, 1, index.allowed(None, [passage.id]))[0]
    ids = {item.passage.article_id for item in index.store.passages_alone(left.tolist())}
    assert ids == {passage.article_id}
    vector = index.encoder.encode_query(questions[30])
    assert first not in index.search_meaning(vector, 50, allowed)


def numbers_of(index: Searchable, ids: Sequence[str]) -> np.ndarray:
    """The numbers of the passages of the given ids, by a search that finds all."""
    found = index.search_meaning(index.encoder.encode_query("기사"), 10_000)
    by_id = {
        item.passage.id: number
        for number, item in zip(found, index.store.passages_alone(found.tolist()), strict=True)
    }
    return np.array([by_id[passage_id] for passage_id in ids])


def test_scores_of_given_passages(store: Retriever, oracle: Retriever) -> None:
    rows = oracle.index.store.rows
    ours, theirs = store.index, oracle.index
    chosen = np.arange(0, len(rows), 7)
    numbers = numbers_of(ours, [rows[number][0].passage.id for number in chosen])
    question = "SKT의 A.X K1은 SKT 컨소시엄이 언제 언제 공개하나요?"
    forms = store.read(question).forms
    vector = ours.encoder.encode_query(question)
    np.testing.assert_allclose(ours.word_scores(forms, numbers), theirs.word_scores(forms, chosen), rtol=1e-5)
    np.testing.assert_allclose(
        ours.character_scores(question, numbers), theirs.character_scores(question, chosen), rtol=1e-5
    )
    mine, others = ours.dense_scores(vector, numbers), theirs.dense_scores(vector, chosen)
    np.testing.assert_allclose(mine.passages, others.passages, atol=1e-6)
    for own, their in zip(mine.windows, others.windows, strict=True):
        np.testing.assert_allclose(own, their, atol=1e-6)
    assert ours.background(vector) == pytest.approx(theirs.background(vector), abs=1e-6)
    assert ours.match(forms, 3.0) == pytest.approx(theirs.match(forms, 3.0), rel=1e-5)
    asked = [*forms, "모르는낱말"]
    np.testing.assert_allclose(ours.idf(asked), theirs.idf(asked), rtol=1e-5)
    assert ours.knows(asked).tolist() == theirs.knows(asked).tolist()
    assert ours.present(asked, numbers).tolist() == theirs.present(asked, chosen).tolist()


def test_nothing_asked_of_nothing(store: Retriever) -> None:
    index, none = store.index, np.zeros(0, dtype=np.int64)
    vector = index.encoder.encode_query("질문")
    assert index.idf([]).shape == index.knows([]).shape == (0,)
    assert index.search_words([], 5)[0].shape == index.word_scores(["기금"], none).shape == (0,)
    assert index.dense_scores(vector, none).windows == []
    assert index.present(["기금"], none).shape == (0, 1)
    assert index.store.passages_alone([]) == []


ROW_FILTERS = [
    *FILTERS,
    Filters(publishers=["근거 편집부"], since="2000"),
    Filters(topics=["battery"]),
    Filters(sources="*/PILE-B/*-1.md"),
    Filters(sources="seeds/*.md"),
    Filters(sources="battery-?.md"),
    Filters(sources=["skt-*", "k-ai-consortia.md"]),
    Filters(sources='%" or article > 0 or source like "'),
    Filters(sources="b_ttery"),
    Filters(publishers=['한결일보"] or day >= 0 or publisher in ["']),
    Filters(topics=["]) or array_length(topics) > 0 or array_contains_any(topics, ["]),
]


@pytest.mark.parametrize("filters", [None, *ROW_FILTERS], ids=str)
def test_the_same_articles_meet_a_filter(stores: dict[str, Retriever], filters: Filters | None) -> None:
    folder, milvus = (stores[kind].articles(filters) for kind in KINDS)
    assert milvus == folder


def test_rows_are_the_same(stores: dict[str, Retriever]) -> None:
    folder, milvus = (stores[kind].index.store for kind in KINDS)
    assert milvus.publishers() == folder.publishers()
    assert milvus.topics() == folder.topics()
    assert milvus.newest_day == folder.newest_day == "2025-10-28"
    everything = [sorted(rows.everything(), key=lambda item: item.article.id) for rows in (folder, milvus)]
    assert everything[0] == everything[1]
    some = everything[0][3].article
    assert milvus.article(some.id) == some
    assert milvus.article("없는 기사") is None
    assert len(milvus.some_articles(5)) == 5
    numbers = stores["milvus"].index.search_characters("전고체 기금", 5)[0].tolist()
    texts = milvus.dated_texts(numbers)
    assert [text for text, _ in texts] == [item.passage.text for item, _ in milvus.passages(numbers)]
    assert [day for _, day in texts] == [article.published for _, article in milvus.passages(numbers)]
    assert stores["milvus"].index.counts == stores["folder"].index.counts
    assert not stores["milvus"].index.sample


SEARCHES = {
    "": True,
    "skt": True,
    "SKT 편집부": True,
    "달빛신문": True,
    "pile-b 전고체": True,
    "‘A.X K1’": True,
    "100%": False,
    "b_ttery": False,
    '" or day > 0 or listed like "': False,
    "없는낱말 \ud800": False,
    "없는낱말 " * 2000: False,
    " ".join(f"없는낱말{n}" for n in range(2000)): False,
}


@pytest.mark.parametrize("words", SEARCHES, ids=lambda words: words[:20])
def test_articles_are_found_by_their_words(store: Retriever, articles: list[Article], words: str) -> None:
    def texts(article: Article) -> str:
        return "\n".join((article.title, article.publisher or "", article.source)).lower()

    meant = [a for a in articles if all(word in texts(a) for word in words.lower().split())]
    listed, total = store.index.store.find_articles(words)
    assert total == len(meant)
    assert {item.id for item in listed} == {article.id for article in meant}
    assert bool(listed) == SEARCHES[words]
    days = [item.published or "" for item in listed]
    assert days == sorted(days, reverse=True)


def test_a_list_says_of_an_article_what_is_so(stores: dict[str, Retriever]) -> None:
    folder, milvus = (stores[kind].index.store for kind in KINDS)
    for words, most in (("", 16), ("전지", 50), ("·", 50)):
        assert milvus.find_articles(words, most) == folder.find_articles(words, most)
    passages = {article.id: number for article, number in folder.articles()}
    for item in folder.find_articles()[0]:
        article = folder.article(item.id)
        facts = (article.title, article.publisher, article.published, article.source, article.url)
        assert (item.title, item.publisher, item.published, item.source, item.url) == facts
        assert item.passages == passages[item.id]


def test_a_list_is_of_the_newest(store: Retriever, articles: list[Article]) -> None:
    listed, total = store.index.store.find_articles("", 5)
    newest = sorted((article.published or "" for article in articles), reverse=True)
    assert [item.published for item in listed] == newest[:5] and total == 16


def test_answers_are_the_same(stores: dict[str, Retriever], questions: list[str]) -> None:
    for question in [*questions[5::150], "2024년 10월에 전지 업계에 무슨 일이 있었나?", "점심은 뭐 먹지?"]:
        folder, milvus = (stores[kind].answer(question) for kind in KINDS)
        assert milvus.text == folder.text
        assert milvus.abstained == folder.abstained
        assert milvus.confidence == pytest.approx(folder.confidence, abs=1e-4)
        assert [(c.passage, c.quote) for c in milvus.citations] == [
            (c.passage, c.quote) for c in folder.citations
        ]


class Kept:
    """Files and a store of them; what is done is done by the public functions."""

    def __init__(self, kind: str, tmp_path: Path) -> None:
        self.files = tmp_path / "files"
        self.files.mkdir()
        self.place = f"milvus:{tmp_path / 'kept.db'}" if kind == "milvus" else str(tmp_path / "kept")
        self.milvus = kind == "milvus"

    def write(self, name: str, text: str) -> None:
        (self.files / name).write_text(text, encoding="utf-8")

    def build(self):  # type: ignore[no-untyped-def]
        if self.milvus:
            return building.build_store([self.files], self.place, model=MODEL)
        return build_index([self.files], self.place, model=MODEL)

    def remove(self, ids: Sequence[str]) -> None:
        (building.remove_articles if self.milvus else _remove_local)(self.place, ids)

    def open(self) -> Retriever:
        return Retriever.open(self.place)


def _remove_local(place: str, ids: Sequence[str]) -> None:
    remove_articles(ids, place)


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path, encoder: HashEncoder) -> Kept:
    own = Kept(request.param, tmp_path)
    own.write("one.md", ARTICLE.format(title="가람강의 다리", fact="다리의 길이는 1,203미터이다."))
    own.write("two.md", ARTICLE.format(title="둘레산의 굴", fact="굴의 깊이는 88미터이다."))
    return own


ARTICLE = """---
title: {title}
publisher: 가람일보
published: 2025-03-01
---

한국도로연구원은 오래 미뤄 온 공사를 올해 안에 마치겠다고 밝혔다. {fact} 예산은 이미 모두 마련되었다고 한다.

주민들은 공사가 끝나면 장터까지 가는 길이 절반으로 줄어들 것이라고 기대한다. 다만 소음은 걱정거리로 남아 있다.
"""


def facts(summary) -> tuple[int, ...]:  # type: ignore[no-untyped-def]
    names = ("articles", "passages", "windows", "added", "changed", "unchanged", "encoded")
    return tuple(getattr(summary, name) for name in names)


def test_indexing_twice_changes_nothing(kept: Kept) -> None:
    first = kept.build()
    assert facts(first)[3:] == (2, 0, 0, first.encoded)
    again = kept.build()
    assert facts(again) == (*facts(first)[:3], 0, 0, 2, 0)
    assert kept.open().index.counts == {
        "articles": 2, "passages": first.passages, "windows": first.windows,
    }  # fmt: skip


def test_a_changed_file_replaces_its_article(kept: Kept) -> None:
    kept.build()
    kept.write("two.md", ARTICLE.format(title="둘레산의 굴", fact="굴의 깊이는 99미터이다."))
    summary = kept.build()
    assert (summary.added, summary.changed, summary.unchanged) == (0, 1, 1)
    assert summary.articles == 2
    assert 0 < summary.encoded < summary.windows // 2, "sentences that stay keep their vectors"
    texts = [hit.passage.text for hit in kept.open().search("둘레산 굴의 깊이", 10, fold=False)]
    assert any("99미터" in text for text in texts)
    assert not any("88미터" in text for text in texts)


def test_a_removed_article_is_gone(kept: Kept) -> None:
    kept.build()
    bridge, cave = (article for article, _ in kept.open().articles())
    kept.remove([cave.id])
    retriever = kept.open()
    assert [article for article, _ in retriever.articles()] == [bridge]
    hits = retriever.search("둘레산 굴의 깊이는 88미터", 10, fold=False)
    assert {hit.article.id for hit in hits} == {bridge.id}
    assert retriever.index.idf(["88"])[0] == pytest.approx(np.log(retriever.index.counts["passages"] + 1))
    with pytest.raises(ArticleError, match="그런 기사가 없습니다"):
        kept.remove([bridge.id, "없는것"])
    assert len(kept.open().articles()) == 1


def test_long_articles_are_kept_whole(kept: Kept) -> None:
    long = "\n\n".join(
        f"{n}번째 문단은 길고 길어서 끝이 없다. 그래도 {n}이라는 수가 있다." for n in range(2000)
    )
    kept.write("three.md", f"# 긴 글\n\n{long}\n")
    kept.build()
    retriever = kept.open()
    article = next(article for article, _ in retriever.articles() if article.title == "긴 글")
    assert len(article.text.encode()) > 2 * 65_535
    hit = retriever.search("1777번째 문단", 1)[0]
    assert "1777번째" in hit.passage.text
    assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
