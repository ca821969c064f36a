"""Spellings of the same become one, and other words stay as they are."""

from __future__ import annotations

import pytest

from index.korean import morphemes
from index.spelling import respell
from index.terms import content_terms


@pytest.mark.parametrize(
    ("form", "common"),
    [
        ("에스케이", ("sk",)), ("에스케이텔레콤", ("sk", "텔레콤")), ("엘지", ("lg",)), ("SK텔레콤", ("sk", "텔레콤")), ("케이티", ("kt",)),
        ("엔씨소프트", ("nc", "소프트")), ("지피유", ("지피유",)), ("5,000", ("5000",)), ("KoBERT", ("kobert",)),
        ("비디오", ("비디오",)), ("오이", ("오이",)), ("엔비디아", ("엔비디아",)), ("아이디어", ("아이디어",)),
        ("에이스", ("에이스",)), ("1,2", ("1,2",)), ("엘리베이터", ("엘리베이터",)),
    ],
)  # fmt: skip
def test_respell(form: str, common: tuple[str, ...]) -> None:
    assert respell(form) == common


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SKT", "SK텔레콤"), ("에스케이", "SK"), ("SK텔레콤", "SKT"), ("인공지능", "AI"), ("LLM", "거대 언어모델"),
        ("파라메터", "매개변수"), ("과기정통부", "과학기술정보통신부"), ("95%", "95퍼센트"), ("5,000억", "5000억"),
        ("5천억", "5,000억"), ("500B", "5000억"), ("3.5B", "35억"), ("1천500억", "1,500억"), ("3백만", "300만"),
        ("8천 명", "8,000명"), ("95 프로", "95%"), ("갯수", "개수"), ("몇일", "며칠"), ("엘엘엠", "LLM"), ("메세지", "메시지"),
    ],
)  # fmt: skip
def test_spellings_of_the_same_have_the_same_terms(one: str, other: str) -> None:
    first, second = ([term.form for term in content_terms(morphemes(text))] for text in (one, other))
    assert first == second and first


def test_a_respelt_term_keeps_its_place() -> None:
    text = "어제 SK텔레콤이 인공지능을 공개했다."
    spans = {term.form: text[term.start : term.end] for term in content_terms(morphemes(text))}
    assert spans["skt"] == "SK텔레콤"
    assert spans["ai"] == "인공지능"


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("B200", ["b", "200"]), ("500 B", ["500", "b"]), ("1.5천", None), ("2B 연필", ["20", "억", "연필"]),
        ("5천억", ["5000", "억"]), ("2천15", ["2015"]),
    ],
)  # fmt: skip
def test_only_whole_numbers_are_multiplied_out(text: str, forms: list[str] | None) -> None:
    found = [term.form for term in content_terms(morphemes(text))]
    assert found == forms if forms else "1.5" in found
