"""Near-duplicates: what folds into one hit, what never does, and that k hits are k distinct ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index import Article, Block, index_articles
from index.analyzer import Analyzer
from index.passages import cut
from index.stored import StoredPassage
from rag import Retriever
from rag.hits import Hit
from rag.ranking.candidates import Candidate
from rag.ranking.folding import first_of, folded
from rag.ranking.sameness import Reading, repeats

STORY = (
    "가람전자가 달내시에 반도체 공장을 짓는다고 28일 밝혔다. 공장에는 2027년까지 5000억원이 들어가며 1200명을 새로 뽑는다. "
    "김도윤 가람전자 대표는 NPU 생산을 두 배로 늘리겠다고 말했다. 달내시는 공장 터에 드는 세금을 5년 동안 받지 않는다. "
    "주민들은 공장이 들어서면 일자리가 늘어날 것으로 기대한다."
)
OTHER = (
    "물비늘시립도서관이 4월부터 밤 열 시까지 문을 연다. 퇴근길에 책을 빌리는 직장인이 늘었기 때문이다. "
    "야간 열람실의 좌석은 모두 120석이고 누리집에서 예약할 수 있다."
)
SENTENCES = STORY.split(". ")


def article(text: str, number: int = 0, publisher: str = "강변신문", published: str | None = None) -> Article:
    return Article(
        f"{number:012x}", f"{number}.txt", f"가람전자 공장 {number}", text, (Block(0, len(text), "prose"),),
        publisher=publisher, published=published,
    )  # fmt: skip


def stored(text: str) -> StoredPassage:
    return StoredPassage.of(cut([article(text)], whole=True)[0][0], Analyzer())


def reading(text: str) -> Reading:
    item = stored(text)
    return Reading(item.passage.text, item.terms, item.sentences)


def same(one: str, other: str) -> bool:
    """Whether either folds under the other; it must not depend on which is shown."""
    first, second = reading(one), reading(other)
    assert repeats(first, second) == repeats(second, first)
    return repeats(first, second)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        (" 주민들은 공장이 들어서면 일자리가 늘어날 것으로 기대한다.", ""),  # cut at the end
        ("기대한다.", "기대한다. 착공식은 다음 달에 열린다."),
        ("가람전자가 달내시에", "(달내=한빛통신) 이서연 기자 = 가람전자가 달내시에"),
        ("기대한다.", "기대한다. 이서연 기자"),
        ("공장에는 2027년까지", "공장엔 2027년까지"),
        ("5000억원이", "5,000억 원이"),
        ("NPU", "신경망처리장치(NPU)"),
        ("대표는 NPU", "대표는 ‘NPU’"),
        ("28일 밝혔다", "28일 전했다"),
        ("공장이 들어서면 일자리가", "일자리가"),
    ],
)
def test_an_edited_copy_is_the_same(old: str, new: str) -> None:
    assert old in STORY
    assert same(STORY, STORY.replace(old, new, 1))


def test_sentences_in_another_order_are_the_same() -> None:
    assert same(STORY, ". ".join([SENTENCES[1], SENTENCES[0], *SENTENCES[2:]]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5000억원", "7000억원"), ("5000억원", "5000만원"), ("5000억원", "5000억달러"), ("5000억원", "1조5000억원"),
        ("1200명", "1300명"), ("1200명", "1200여곳"), ("28일", "29일"), ("28일", "28년"), ("2027년", "2028년"),
        ("5년", "5년 6개월"), ("두 배", "세 배"), ("가람전자", "나래전자"), ("가람전자", "가람"),
        ("가람전자", "가람전자서비스"), ("달내시", "한빛시"), ("김도윤", "김도현"), ("김도윤", "박서준"),
        ("NPU", "GPU"), ("NPU", "LPU"), ("늘리겠다고", "줄이겠다고"), ("받지 않는다", "받는다"), ("짓는다고", "판다고"),
        ("대표", "부대표"), ("28일 밝혔다", "밝혔다"), ("28일", "28월 28일"), ("들어가며", "들어가지 않으며"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text,
        lambda text: text.removesuffix(" 주민들은 공장이 들어서면 일자리가 늘어날 것으로 기대한다."),
        lambda text: f"{text} 착공식은 다음 달에 열린다.",
        lambda text: f"(달내=한빛통신) 이서연 기자 = {text}",
    ],
    ids=["as it is", "cut", "added to", "signed"],
)
def test_another_figure_date_or_name_is_never_the_same(old: str, new: str, edit: object) -> None:
    assert old in STORY and callable(edit)
    assert not same(STORY, edit(STORY.replace(old, new, 1)))


def test_a_name_in_place_of_a_repeated_word_is_not_the_same() -> None:
    one = "장관은 일본과 일본 국민의 이름으로 사과한다고 말했다. 이 말은 회담이 끝난 뒤에 나왔다."
    assert not same(one, one.replace("일본과", "대한민국과"))


@pytest.mark.parametrize(
    ("old", "new"), [("#EndNow", "#EndYou"), ("-2.3%", "+2.3%"), ("▲0.5%", "▼0.5%"), ("않았다", "못했다")]
)
def test_hashtags_signs_and_negations_count(old: str, new: str) -> None:
    one = "지수는 지난달에 -2.3% 움직였고 이달에는 ▲0.5% 움직였다. 시민들은 #EndNow 운동을 벌였지만 이기지 않았다."
    assert old in one
    assert not same(one, one.replace(old, new))


def test_a_sentence_that_stands_twice_is_compared_twice() -> None:
    assert not same(f"{STORY} {STORY}", f"{STORY} {STORY.replace('5000억', '6000억')}")


def test_names_that_change_places_are_not_the_same() -> None:
    one = "가람전자는 올해 안에 나래상사를 사들이기로 했다. 두 회사는 28일 계약을 맺고 이 소식을 함께 알렸다."
    two = "나래상사는 올해 안에 가람전자를 사들이기로 했다. 두 회사는 28일 계약을 맺고 이 소식을 함께 알렸다."
    assert not same(one, two)


def test_a_moved_sentence_with_another_figure_is_not_the_same() -> None:
    moved = ". ".join([SENTENCES[1].replace("5000", "6000"), SENTENCES[0], *SENTENCES[2:]])
    assert not same(STORY, moved)


def test_a_passage_that_says_much_more_does_not_vanish_under_a_short_one() -> None:
    lead = reading(f"{SENTENCES[0]}.")
    assert repeats(lead, reading(STORY))
    assert not repeats(reading(STORY), lead)


def test_what_has_no_words_in_common_is_not_the_same() -> None:
    assert not same(STORY, OTHER)
    assert not same("…", "…")


def candidate(text: str, score: float, number: int) -> Candidate:
    return Candidate(number, stored(text), score, score, score, score, ())


def hit(text: str, score: float, number: int, published: str | None = None) -> Hit:
    item = stored(text)
    source = article(text, number, published=published)
    passage = replace(item.passage, id=f"{source.id}-1", article_id=source.id)
    return Hit(
        score=score, passage=passage, article=source, highlights=(), best_window=(0, len(text)), lexical=score,
        dense=score, sentence=score, sentences=(), terms=item.terms, window_cosines=(),
    )  # fmt: skip


def test_copies_follow_the_best_of_them_best_first() -> None:
    cut_short = STORY.rsplit(". ", 2)[0] + "."
    texts = [STORY, OTHER, cut_short, STORY]
    found = [candidate(text, 0.9 - number / 10, number) for number, text in enumerate(texts)]
    assert [[one.number for one in group] for group in folded(found, 2)] == [[0, 2, 3], [1]]


def test_of_equally_good_copies_the_earliest_is_shown_then_the_lower_number() -> None:
    dates = [None, "2025-03-05", "2025-03-04", "2025-03-04"]
    only = first_of([hit(STORY, 0.9, number, date) for number, date in enumerate(dates)])
    order = [one.article.source for one in (only, *only.duplicates)]
    assert order == ["2.txt", "3.txt", "1.txt", "0.txt"]
    # a better copy stays first, however late
    only = first_of([hit(STORY, 0.91, 1, "2025-03-05"), hit(STORY, 0.9, 2, "2025-03-04")])
    assert only.article.source == "1.txt"
    assert first_of([only]) == only


def test_no_more_are_read_than_needed() -> None:
    found = iter([candidate(STORY, 0.9, 1), *(candidate(OTHER, 0.5, number) for number in range(2, 100))])
    assert len(folded(found, 1)) == 1
    assert len(list(found)) > 50


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """120 papers with one story, two of them with another figure, and four other stories."""
    articles = [article(STORY, number, f"신문{number}") for number in range(120)]
    articles += [
        article(STORY.replace("5000억", "6000억"), 200, "틀린신문"),
        article(STORY.replace("5000억", "6000억"), 201),
    ]
    articles += [article(OTHER.replace("물비늘", name), 300 + n) for n, name in enumerate(["한빛", "달내"])]
    articles += [article(f"가람전자 공장 {name} 이야기가 실렸다.", 400 + n) for n, name in enumerate("갑을")]
    folder: Path = tmp_path_factory.mktemp("wire") / "index"
    index_articles(articles, folder, whole=True)
    return Retriever.open(folder)


QUESTION = "가람전자 공장에는 얼마가 들어가나?"


def test_k_hits_are_k_distinct_ones(wire: Retriever) -> None:
    hits = wire.search(QUESTION, k=5)
    assert len(hits) == 5 and len({hit.passage.text for hit in hits}) == 5
    shown = {hit.passage.text for hit in hits[:2]}
    assert shown == {STORY, STORY.replace("5000억", "6000억")}
    assert len(wire.search(QUESTION, k=50)) == 6
    ids = [one.passage.id for hit in wire.search(QUESTION, k=50) for one in (hit, *hit.duplicates)]
    assert len(ids) == len(set(ids)) == wire.index.size
    assert all(hit.duplicates == () for one in hits for hit in one.duplicates)


def test_folding_can_be_left_off(wire: Retriever) -> None:
    hits = wire.search(QUESTION, k=5, fold=False)
    assert len({hit.passage.text for hit in hits}) < 5
    assert all(hit.duplicates == () for hit in hits)


def test_an_answer_cites_no_copy_as_if_it_were_another_witness(wire: Retriever) -> None:
    answer = wire.answer(QUESTION)
    quotes = [citation.quote for citation in answer.citations]
    assert len(quotes) == len(set(quotes)) > 0
    assert answer.citations[0].duplicates == answer.hits[0].duplicates != ()


def test_seeds_are_not_folded(retriever: Retriever) -> None:
    for question in ("해인 클러스터 이름의 유래는?", "SK텔레콤 컨소시엄", "독자 AI 파운데이션 모델"):
        plain = retriever.search(question, k=20, fold=False)
        assert retriever.search(question, k=20) == plain
