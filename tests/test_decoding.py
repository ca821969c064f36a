"""Bytes to text: encodings are told apart or refused, and what nobody sees is removed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import decoding
from index.decoding import decode, normalise
from index.errors import ArticleError

KOREAN = "국립도서관은 4일 새 열람실을 열었다고 밝혔다. “책은 곁에 있어야 한다”며 웃었다."
JAPANESE = "これは日本語の文章です。今日は天気がいい。東京都に住んでいます。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp949", "euc_kr"])
def test_korean_in_its_encodings(encoding: str) -> None:
    assert decode(KOREAN.encode(encoding)) == KOREAN


@pytest.mark.parametrize(
    "text", ["똠방각하 펲시", "“AI”…", "plain ASCII", "大韓民國은 民主共和國이다", "ㅋㅋㅋ"]
)
def test_short_and_rare_texts_in_cp949(text: str) -> None:
    assert decode(text.encode("cp949")) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", JAPANESE),
        ("shift_jis", "こんにちは"),
        ("euc_jp", JAPANESE),
        ("gb2312", "今天天气很好，我们去公园散步。这是中文的文章。"),
        ("big5", "今天天氣很好，我們去公園散步。這是中文的文章。"),
        ("latin-1", "déjà vu"),
        ("latin-1", "Größe"),
        ("koi8-r", "Это русский текст, который мы читаем сегодня"),
    ],
)
def test_other_encodings_are_refused_rather_than_mangled(encoding: str, text: str) -> None:
    with pytest.raises(ArticleError, match="인코딩"):
        decode(text.encode(encoding))


def test_a_page_declares_its_encoding() -> None:
    page = f'<html><head><meta charset="shift_jis"></head><body>{JAPANESE}</body></html>'
    assert decode(page.encode("shift_jis"), html=True) == page
    cut = KOREAN.encode("cp949") * 50 + "가".encode("cp949")[:1]
    page_bytes = b'<meta http-equiv="Content-Type" content="text/html; charset=euc-kr">' + cut
    assert KOREAN in decode(page_bytes, html=True), "one bad byte does not lose a page"
    wrong = f"<meta charset=utf-8>{KOREAN}".encode("cp949")
    assert KOREAN in decode(wrong, html=True)
    western = f"<meta charset=iso-8859-1>{KOREAN}".encode("cp949")
    assert KOREAN in decode(western, html=True)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "비어"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "압축"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "hwp"),
        (b"\x89PNG\r\n\x1a\n", "그림"),
        (b"abc\x00def", "이진"),
        (b"\x01\x02\x03abc", "제어 문자"),
        (b"\xff\xfea", "UTF-16"),
    ],
)
def test_what_is_no_text(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        decode(data)
    assert "\n" not in str(caught.value)


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 10)
    with pytest.raises(ArticleError, match="너무 큰"):
        decode(b"a" * 11)


def test_normalise() -> None:
    assert normalise(unicodedata.normalize("NFD", KOREAN)) == KOREAN
    assert normalise("가\r\n나\r다\u2028라") == "가\n나\n다\n라"
    assert normalise("\ufeff가\u200b나\u00ad다\u00a0라\t마\u3000바") == "가나다 라 마 바"
    assert normalise("가\x07나\ud800") == "가나\ufffd"


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not [char for char in once if char.isspace() and char not in " \n"]


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_text_or_an_article_error(data: bytes, html: bool) -> None:
    try:
        assert isinstance(decode(data, html=html), str)
    except ArticleError as error:
        assert str(error) and "\n" not in str(error)
