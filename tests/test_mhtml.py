"""Saved pages (.mhtml, .mht): the page in them is read as HTML, with its address."""

from __future__ import annotations

import base64
import quopri
import re
from contextlib import suppress
from email.header import Header
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.mhtml_text import read_mhtml
from index.reading import read_article

TITLE = "가나시 새 도서관 문 연다"
LEAD = "가나시는 4일 새 도서관을 연다고 밝혔다. 도서관에는 좌석 200석과 서가 40개가 있으며 서고도 두었다."
END = "도서관은 매일 문을 열며 오후 8시에 닫는다. 관계자는 시간을 더 늘리겠다고 말했다."
PAGE = f"<!DOCTYPE html><html><head></head><body><article><p>{LEAD}</p><p>{END}</p></article></body></html>"
MARK = "----MultipartBoundary--abc.DEF(1)----"


def part(
    content: bytes, kind: str = "text/html", coding: str = "quoted-printable", *, ends: str = "\r\n"
) -> bytes:
    coded = {
        "quoted-printable": quopri.encodestring(content),
        "base64": base64.encodebytes(content),
        "binary": content,
    }[coding]
    head = f"Content-Type: {kind}{ends}Content-Transfer-Encoding: {coding}{ends}Content-Location: cid:x{ends}{ends}"
    return head.encode() + coded


def saved(
    *parts: bytes, address: str = "https://nada.example/1", ends: str = "\r\n", kind: str = "related"
) -> bytes:
    head = ends.join(
        [
            "From: <Saved by Blink>",
            f"Snapshot-Content-Location: {address}",
            f"Subject: {Header(TITLE, 'utf-8').encode(linesep=ends)}",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/{kind};{ends}\ttype="text/html";{ends}\tboundary="{MARK}"',
            ends,
        ]
    )
    split = f"{ends}--{MARK}{ends}".encode()
    return head.encode() + split + split.join(parts) + f"{ends}--{MARK}--{ends}".encode()


WHOLE = saved(part(PAGE.encode(), coding="base64"))


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "binary"])
@pytest.mark.parametrize("ends", ["\r\n", "\n"])
@pytest.mark.parametrize("suffix", [".mhtml", ".mht", ".MHT"])
def test_an_article_from_a_saved_page(tmp_path: Path, coding: str, ends: str, suffix: str) -> None:
    picture = part(b"\x89PNG\r\n\x1a\n" * 100, "image/png", "base64", ends=ends)
    frame = part(b"<p>" + "광고 문구가 들어 있는 틀이다. 기사가 아니다.".encode() * 20 + b"</p>", ends=ends)
    path = tmp_path / f"저장{suffix}"
    path.write_bytes(saved(part(PAGE.encode(), coding=coding, ends=ends), picture, frame, ends=ends))
    article = read_article(path)
    assert (article.title, article.url) == (TITLE, "https://nada.example/1")
    assert [article.text[b.start : b.end] for b in article.blocks if b.kind == "prose"] == [LEAD, END]


def test_the_pages_own_words_come_before_those_of_the_file() -> None:
    page = PAGE.replace(
        "<head>",
        '<head><meta property="og:title" content="다른 제목"><link rel="canonical" href="https://a.example/2">',
    )
    found = read_mhtml(saved(part(page.encode())))
    assert (found.metadata.title, found.metadata.url) == ("다른 제목", "https://a.example/2")


@pytest.mark.parametrize("subject", ["=?utf\ufffd8?b?6rCA?=", "=?utf-8?b?*?=", "=?x?q?a?="])
def test_a_subject_that_is_wrongly_encoded_is_no_title(subject: str) -> None:
    data = re.sub(rb"Subject: .*?\r\n(?=MIME)", f"Subject: {subject}\r\n".encode(), WHOLE, flags=re.S)
    assert subject.encode() in data and LEAD in read_mhtml(data).text


def test_an_old_page_in_another_encoding_one_level_down() -> None:
    inner = saved(part(PAGE.encode("cp949"), 'text/html; charset="ks_c_5601-1987"'), kind="alternative")
    head, _, rest = inner.partition(b"\r\n\r\n")
    outer = saved(head.replace(MARK.encode(), b"inner") + b"\r\n\r\n" + rest.replace(MARK.encode(), b"inner"))
    assert LEAD in read_mhtml(outer).text


@pytest.mark.parametrize(
    "data",
    [
        b"From: <Saved by Blink>",
        b"From: <Saved by Blink>\r\n\r\n" + PAGE.encode(),
        saved(part(b"\x89PNG", "image/png", "base64")),
        saved(part(PAGE.encode())).replace(MARK.encode(), b"", 1),
        saved(part(b"")),
    ],
    ids=["head only", "no type", "no page", "no mark", "empty"],
)
def test_what_is_no_saved_page_is_one_clear_line(data: bytes) -> None:
    with pytest.raises(ArticleError) as caught:
        read_mhtml(data)
    assert "\n" not in str(caught.value)


@settings(max_examples=100, deadline=None)
@example(WHOLE)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=20)).map(
            lambda change: WHOLE[: change[0]] + change[1] + WHOLE[change[0] + len(change[1]) :]
        ),
        st.binary(max_size=100).map(lambda inner: saved(inner)),
        st.text(max_size=100).map(lambda value: WHOLE.replace(b"multipart/related", value.encode())),
        st.text(max_size=100).map(lambda value: WHOLE.replace(b"=?utf-8?b?", value.encode())),
    )
)
def test_any_bytes(data: bytes) -> None:
    with suppress(ArticleError):
        assert read_mhtml(data).text.strip()


def test_parts_are_looked_through_to_a_certain_number_and_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    def around(inner: bytes, mark: str) -> bytes:
        head = f'Content-Type: multipart/mixed; boundary="{mark}"\r\n\r\n--{mark}\r\n'
        return head.encode() + inner + f"\r\n--{mark}--\r\n".encode()

    page = part(PAGE.encode())
    assert LEAD in read_mhtml(around(around(page, "in"), "out")).text
    with pytest.raises(ArticleError, match="저장된 웹페이지"):
        read_mhtml(around(around(around(page, "in"), "between"), "out"))
    many = saved(*[part(b"x", "image/png")] * 5, page)
    assert LEAD in read_mhtml(many).text
    monkeypatch.setattr("index.mhtml_text._MAX_PARTS", 5)
    with pytest.raises(ArticleError, match="저장된 웹페이지"):
        read_mhtml(many)
