"""Terms: what BM25 counts, and where it stands in the text."""

from __future__ import annotations

from index.korean import analyze_all, morphemes
from index.terms import BIGRAM_JOINT, bigrams, content_terms, indexed_terms

TEXT = "KT는 2019년 한국어 모델 ‘KoBERT’를 직접 만들었다."


def test_particles_endings_and_punctuation_are_no_terms() -> None:
    forms = [term.form for term in content_terms(morphemes(TEXT))]
    assert {"kt", "2019", "한국어", "모델", "kobert", "만들"} <= set(forms)
    assert not {"는", "를", "었", "다", ".", "‘"} & set(forms)


def test_a_term_knows_where_it_stands() -> None:
    spans = {term.form: TEXT[term.start : term.end] for term in content_terms(morphemes(TEXT))}
    assert spans["kobert"] == "KoBERT"
    assert spans["만들"] == "만들"
    assert spans["kt"] == "KT"


def test_inflected_forms_share_a_term() -> None:
    first, second = (
        {term.form for term in content_terms(morphemes(text))}
        for text in ("모델을 만들었다.", "모델을 만드는 회사가 많다.")
    )
    assert {"모델", "만들"} <= first & second


def test_bigrams_join_neighbours_across_particles() -> None:
    forms = ["해인", "클러스터", "이름"]
    assert bigrams(forms) == [f"해인{BIGRAM_JOINT}클러스터", f"클러스터{BIGRAM_JOINT}이름"]
    assert indexed_terms(forms[:1], forms[1:]) == ["해인", "클러스터", "이름", bigrams(forms)[1]]


def test_analysis_of_many_texts_keeps_order_and_covers_every_sentence() -> None:
    texts = [TEXT, "둘째 글이다. 문장이 둘이다.", "셋"]
    analyses = list(analyze_all(texts))
    assert [len(analysis.sentences) for analysis in analyses] == [1, 2, 1]
    start, end = analyses[1].sentences[1]
    assert texts[1][start:end] == "문장이 둘이다."
    assert [m.form for m in analyses[0].morphemes] == [m.form for m in morphemes(TEXT)]
