"""Passages and windows: paragraphs cut so that every span is the article's own text."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article
from index.passages import LONG, SHORT, WINDOW, cut, paragraph_spans, sentence_runs
from index.reading import article_from_text, read_articles

PARAGRAPH = "가나다 회사는 새로운 모델을 공개했다. 모델의 크기는 알려지지 않았다. 다만 내년에 더 큰 모델을 낸다고 한다."


def article(text: str) -> Article:
    return article_from_text(text, source="/tmp/article.txt")


def test_each_paragraph_is_a_passage() -> None:
    made = article(f"{PARAGRAPH}\n\n{PARAGRAPH[::-1]} {PARAGRAPH}\n")
    texts = [item.passage.text for item in cut([made])[0]]
    assert texts[0] == PARAGRAPH
    assert len(texts) == 2


def test_a_very_short_paragraph_joins_its_neighbour() -> None:
    short = "그는 웃었다."
    assert len(short) < SHORT
    made = article(f"{PARAGRAPH}\n\n{short}\n\n{PARAGRAPH}\n")
    texts = [item.passage.text for item in cut([made])[0]]
    assert texts == [f"{PARAGRAPH}\n\n{short}", PARAGRAPH]


def test_a_very_long_paragraph_is_split_at_sentences() -> None:
    made = article(
        " ".join(f"{n}번째 문장은 앞의 문장과 다른 이야기를 조금 더 길게 이어서 한다." for n in range(90))
    )
    passages = cut([made])[0]
    assert len(passages) > 1
    assert all(len(item.passage.text) <= LONG for item in passages)
    assert all(item.passage.text.endswith("한다.") for item in passages)
    whole = cut([made], whole=True)[0]
    assert [item.passage.text for item in whole] == [made.text]


def test_passages_of_the_originals_hold_all_their_prose_and_nothing_else(originals: Path) -> None:
    for made in read_articles([originals]).articles:
        spans = paragraph_spans(made)
        for block in made.blocks:
            inside = any(start <= block.start and block.end <= end for start, end in spans)
            assert inside == (block.kind == "prose"), (made.source, made.text[block.start : block.end])


@pytest.mark.parametrize("limit", [WINDOW, 10, 10_000])
def test_sentence_runs_cover_all_sentences_once(limit: int) -> None:
    sentences = [(0, 30), (31, 60), (62, 200), (201, 210)]
    runs = sentence_runs(sentences, limit)
    assert [s for s in sentences if not any(a <= s[0] and s[1] <= b for a, b in runs)] == []
    assert all(b - a <= limit or (a, b) in sentences for a, b in runs)
    assert all(first[1] <= second[0] for first, second in pairwise(runs))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([PARAGRAPH, "짧다.", "ABC 12%", "“말했다.” 끝 😀", "\u3000빈칸 둘  사이"]),
        min_size=1,
        max_size=6,
    )
)
def test_every_span_is_the_articles_text(paragraphs: list[str]) -> None:
    made = article("\n\n".join(paragraphs))
    for item in cut([made])[0]:
        passage = item.passage
        assert made.text[passage.start : passage.end] == passage.text
        for start, end in (*item.windows, *item.analysis.sentences):
            assert 0 <= start < end <= len(passage.text)
        covered = "".join(passage.text[a:b] for a, b in item.windows)
        assert "".join(covered.split()) == "".join(passage.text.split())
