"""The table of pieces: a question gets the tokens that sentencepiece gives it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.model_cache import prepared
from index.tokenizing import (
    QuestionTokenizer,
    TokenizerLike,
    UnigramTokenizer,
    load_question_tokenizer,
    load_tokenizer,
)
from index.unigram import PieceTable, write_pieces

LETTERS = st.characters(exclude_categories=["Cs"])


@cache
def _tokenizers() -> tuple[TokenizerLike, TokenizerLike]:
    folder, _ = prepared()
    return load_question_tokenizer(folder), load_tokenizer(folder)


@given(st.text(LETTERS, max_size=80) | st.text("가나다 ㄱ▁ab1漢\n", max_size=80))
@example("query: 해인 클러스터 이름의 유래는?")
@example("뷁뛟쀍 ㄸㅓ 😀😀😀 <s></s><unk>")
@example("")
@settings(max_examples=400, deadline=None)
def test_a_question_is_cut_into_the_pieces_that_sentencepiece_finds(text: str) -> None:
    table, whole = _tokenizers()
    assert isinstance(table, QuestionTokenizer) and isinstance(whole, UnigramTokenizer)
    assert table.ids(text) == whole.ids(text)


def test_a_vocabulary_that_a_table_cannot_hold_is_left_to_sentencepiece(tmp_path: Path) -> None:
    assert not write_pieces(tmp_path, [(5, "가", -1.0), (6, "가", -2.0)], 0, 2, 3)
    assert not write_pieces(tmp_path, [(5, "가" * 65, -1.0)], 0, 2, 3)
    assert not list(tmp_path.iterdir())


def test_the_likeliest_pieces_are_found_and_neighbouring_unknown_letters_are_one(tmp_path: Path) -> None:
    pieces = [(5, "가", -1.0), (6, "나", -1.0), (7, "다", -4.0), (8, "가나", -1.5), (9, "나다", -2.0)]
    assert write_pieces(tmp_path, pieces, 0, 2, 3)
    table = PieceTable(tmp_path)
    assert table.ids("가나다") == [0, 5, 9, 2]
    assert table.ids("가나") == [0, 8, 2]
    assert table.ids("xy가z") == [0, 3, 5, 3, 2]
