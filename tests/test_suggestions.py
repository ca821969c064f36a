"""Questions that a collection has an answer to: to begin with, and where it has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index import build_index
from rag import Retriever
from rag.suggestions import (
    MOST_EXAMPLES,
    MOST_REPHRASED,
    NAMED,
    example_questions,
    rephrasings,
    unknown_words,
)


def test_the_examples_can_be_answered(retriever: Retriever) -> None:
    examples = example_questions(retriever, retriever.index.store.some_articles(8))
    assert 3 <= len(examples) <= MOST_EXAMPLES
    assert not [example for example in examples if retriever.answer(example).abstained]
    assert all(
        re.search(r"[가-힣]’[은는] 무엇인가요\?$", example) for example in examples
    )  # not the sample's own


def test_articles_that_name_nothing_in_quotation_marks_have_examples_too(tmp_path: Path) -> None:
    text = "# 새벽들 딸기, 싱가포르 간다\n\n새벽들 딸기가 싱가포르로 수출된다. 첫 물량은 1~3톤이다.\n"
    (tmp_path / "딸기.md").write_text(text, encoding="utf-8")
    build_index([tmp_path / "딸기.md"], tmp_path / "index")
    retriever = Retriever.open(tmp_path / "index")
    (example,) = example_questions(retriever, retriever.index.store.some_articles(8))
    assert "새벽들 딸기" in example and not retriever.answer(example).abstained


def test_names_are_found_in_quotation_marks() -> None:
    text = "‘풀스택’과 “데스매치”, '해인' ‘500B’ ‘ 빈칸’ ‘아주 길어서 이름일 수가 없는 말’"
    assert NAMED.findall(text) == ["풀스택", "데스매치", "해인"]


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("김치찌개는 어떻게 끓이나요?", ["김치찌개"]),
        ("해인 클러스터 이름은?", []),
        ("해인 클러스터의 배당금은 얼마?", ["배당금"]),
        ("해인 클러스터와 김치찌개, 김치찌개", ["김치찌개"]),
    ],
)
def test_words_that_stand_in_no_article(retriever: Retriever, question: str, unknown: list[str]) -> None:
    assert unknown_words(retriever, question) == unknown


def test_what_is_offered_instead_has_an_answer_and_leaves_out_what_no_article_knows(
    retriever: Retriever,
) -> None:
    found = retriever.answer("김치찌개 해인 클러스터 이름의 유래는?")
    offered = rephrasings(retriever, found, unknown_words(retriever, found.in_full))
    assert 1 <= len(offered) <= MOST_REPHRASED and not any("김치찌개" in one for one in offered)
    assert offered[0] == "해인 클러스터 이름의 유래는?"
    assert not [one for one in offered if retriever.answer(one).abstained]
