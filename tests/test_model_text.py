"""A model's text: read without its reasoning, as sentences with their numbers, and in time, whatever it is."""

from __future__ import annotations

import pytest

from rag.writing.language_model import MOST_CHARACTERS
from rag.writing.model_text import cited_sentences, finished_part, without_reasoning


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("가람은 크다 [1]. 나루는 작다. [2]", [("가람은 크다.", (1,)), ("나루는 작다.", (2,))]),
        ("가람은 크다[1][2].", [("가람은 크다.", (1, 2))]),
        ("- **가람**은 크다 [1, 3]\n- 나루는 작다 [2]", [("가람은 크다", (1, 3)), ("나루는 작다", (2,))]),
        ("1. 가람은 크다 [1].\n\n가람은 크다 [2].", [("가람은 크다.", (1, 2))]),
        (
            "‘가람’은 크다 [1]. ‘나루’ 3.1은 작다 [2].",
            [("‘가람’은 크다.", (1,)), ("‘나루’ 3.1은 작다.", (2,))],
        ),
        ('그는 "크다. 작다." 했다 [1]', [('그는 "크다. 작다." 했다', (1,))]),
        ("[1] . \n", []),
        # the number before its sentence
        ("[1] 가람은 크다. [2] 나루는 작다.", [("가람은 크다.", (1,)), ("나루는 작다.", (2,))]),
        ("[1]: 가람은 크다.\n[2]: 나루는 작다.", [("가람은 크다.", (1,)), ("나루는 작다.", (2,))]),
        (
            "[1]에 따르면 가람은 크다. 문단 [2]에 따르면, 나루는 작다.",
            [("가람은 크다.", (1,)), ("나루는 작다.", (2,))],
        ),
        ("가람은 [1]에 따르면 크다.", [("가람은 크다.", (1,))]),
        ("가람은 나루의 기사 [1]. 나루는 작다.", [("가람은 나루의 기사.", (1,)), ("나루는 작다.", ())]),
        ("가람은 크다 [1]. [2]에서는 작다.", [("가람은 크다.", (1,)), ("에서는 작다.", (2,))]),
        # after it
        ("가람은 크다.[1]나루는 작다.[2]", [("가람은 크다.", (1,)), ("나루는 작다.", (2,))]),
        ("가람은 크다. [1][2] 나루는 작다. [3]", [("가람은 크다.", (1, 2)), ("나루는 작다.", (3,))]),
        ("가람은 크다.\n[1]\n나루는 작다.", [("가람은 크다.", (1,)), ("나루는 작다.", ())]),
        ("[1]\n가람은 크다.", [("가람은 크다.", (1,))]),
        # several in one
        ("가람은 크다 [1-3]. 나루는 작다 [문단 2].", [("가람은 크다.", (1, 2, 3)), ("나루는 작다.", (2,))]),
        (
            "가람은 크다 [기사 1, 기사 3]. 나루는 작다 [1-999].",
            [("가람은 크다.", (1, 3)), ("나루는 작다.", (1, 999))],
        ),
        # dates
        ("가람은 2025. 10. 28. 나루에 왔다 [1].", [("가람은 2025. 10. 28. 나루에 왔다.", (1,))]),
        ("10. 28. 가람이 왔다 [1].", [("10. 28. 가람이 왔다.", (1,))]),
        (
            "그날은 2025. 10. 28 [1]. 나루는 작다 [2].",
            [("그날은 2025. 10. 28.", (1,)), ("나루는 작다.", (2,))],
        ),
    ],
)
def test_a_models_text_is_read_as_sentences_with_their_numbers(
    text: str, sentences: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert cited_sentences(text) == sentences


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<think>가람일까?</think>나루다.", "나루다."),
        ("<THINKING>\n가람일까?\n</THINKING>\n나루다.", "\n나루다."),
        ("가람일까?</think>나루다.", "나루다."),
        ("나루다.<think>가람일까?", "나루다."),
        ("나루다.<think>하나</think> 둘.<think>셋", "나루다. 둘."),
        ("나루다.<thi", "나루다."),
        ("<think>가람</thin", ""),
        ("3 < 4다. <b>", "3 < 4다. <b>"),
    ],
)
def test_reasoning_is_no_part_of_the_text(text: str, kept: str) -> None:
    assert without_reasoning(text) == kept


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("가람은 크다 [1]. 나루는", "가람은 크다 [1]."),
        ("가람은 크다. [문단 1] 나루는", "가람은 크다. [문단 1]"),
        ("- 가람은 크다 [1]\n- 나루는", "- 가람은 크다 [1]\n"),
        ("가람은 크다 [1]. 나루는 2025. 10.", "가람은 크다 [1]."),
        ("나루는 3.", ""),
    ],
)
def test_of_a_text_cut_off_the_finished_sentences_are_kept(text: str, finished: str) -> None:
    assert finished_part(text) == finished


@pytest.mark.parametrize(
    "unit", [".", "\n", " ", "[1", "[1-999]", "[1,", "가. ", "1. ", '"가. ', "<think>", "__", "#"]
)
def test_no_text_makes_the_patterns_go_back_over_it(unit: str) -> None:
    # a pattern that does needs minutes for these; what is asserted is what they are read as
    text = f"가람은 크다 [1].\n{unit * (40 * MOST_CHARACTERS // len(unit))}x"
    if unit in {"가. ", '"가. ', "[1-999]"}:
        text = text[:MOST_CHARACTERS]  # no longer ones are let in; these take time that grows with its square
    assert cited_sentences(text)[0][0] == "가람은 크다." and finished_part(text).startswith(
        "가람은 크다 [1]."
    )
    assert without_reasoning(text).startswith("가람은 크다 [1].")
