"""Hangul documents (.hwpx): paragraphs and tables in order; what is not the document's text is left out."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.hwpx_text import read_hwpx
from index.reading import read_article
from index.zip_reading import Zip
from tests.zip_files import packed, repacked

TITLE = "가나시 새 도서관 문 연다"
LEAD = "가나시는 4일 새 도서관을 연다고 밝혔다. 도서관에는 좌석 200석과 서가 40개가 있으며 서고도 두었다."
END = "도서관은 매일 문을 열며 오후 8시에 닫는다. 관계자는 시간을 더 늘리겠다고 말했다."
SPACES = (
    'xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph"'
    ' xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head" xmlns:opf="http://www.idpf.org/2007/opf/"'
)
HEADER = f'<hh:head {SPACES}><hh:styles><hh:style id="0" name="바탕글"/><hh:style id="2" name="개요 1"/></hh:styles></hh:head>'
CONTENT = (
    f"<opf:package {SPACES}><opf:metadata><opf:title>제목 없음</opf:title>"
    '<opf:meta name="creator" content="text">홍길동</opf:meta>'
    '<opf:meta name="CreatedDate" content="text">2025-03-04T01:02:03Z</opf:meta></opf:metadata></opf:package>'
)


def p(inner: str, style: int = 0) -> str:
    return f'<hp:p styleIDRef="{style}"><hp:run charPrIDRef="0">{inner}</hp:run></hp:p>'


def t(text: str) -> str:
    return p(f"<hp:t>{text}</hp:t>")


def cell(*texts: str) -> str:
    return f"<hp:tc><hp:subList>{''.join(map(t, texts))}</hp:subList></hp:tc>"


def hwpx(*sections: str) -> bytes:
    parts: dict[str, str | bytes] = {
        "mimetype": "application/hwp+zip",
        "Contents/header.xml": HEADER,
        "Contents/content.hpf": CONTENT,
    }
    for number, section in enumerate(sections):
        parts[f"Contents/section{number}.xml"] = f"<hs:sec {SPACES}>{section}</hs:sec>"
    return packed(parts)


def lines(data: bytes) -> list[str]:
    return [line for line in read_hwpx(Zip(data)).text.split("\n") if line]


def test_an_article_from_a_document(tmp_path: Path) -> None:
    table = f"<hp:tbl><hp:tr>{cell('층')}{cell('좌석')}</hp:tr><hp:tr>{cell('1층')}{cell('200', '석')}</hp:tr></hp:tbl>"
    path = tmp_path / "기사.hwpx"
    path.write_bytes(
        hwpx(t(TITLE) + t(LEAD) + p("<hp:t>이용 시간</hp:t>", style=2) + t(END) + p(table), t(LEAD[::-1]))
    )
    article = read_article(path)
    assert (article.title, article.reporter, article.published) == (TITLE, "홍길동", "2025-03-04")
    assert [(block.kind, article.text[block.start : block.end]) for block in article.blocks] == [
        ("title", TITLE),
        ("prose", LEAD),
        ("heading", "이용 시간"),
        ("prose", END),
        ("prose", "층 | 좌석\n1층 | 200 석"),
        ("prose", LEAD[::-1]),
    ]


@pytest.mark.parametrize(
    ("section", "shown"),
    [
        (p("<hp:t>가<hp:tab/>나<hp:lineBreak/>다<hp:nbSpace/>라</hp:t>"), ["가 나", "다 라"]),
        (p("<hp:t>가<hp:markpenBegin/>나<hp:markpenEnd/>다</hp:t>"), ["가나다"]),
        (p("<hp:t>가<hp:deleteBegin/>나<hp:deleteEnd/>다<hp:insertBegin/>라<hp:insertEnd/></hp:t>"), ["가다라"]),
        (p(f"<hp:ctrl><hp:header><hp:subList>{t('머리말')}</hp:subList></hp:header></hp:ctrl><hp:t>가</hp:t>"), ["가"]),
        (p(f"<hp:ctrl><hp:hiddenComment><hp:subList>{t('메모')}</hp:subList></hp:hiddenComment></hp:ctrl><hp:t>가</hp:t>"), ["가"]),
        (p(f"<hp:t>가</hp:t><hp:rect><hp:drawText><hp:subList>{t('상자')}</hp:subList></hp:drawText></hp:rect>"), ["가", "상자"]),
        (p(f"<hp:t>가</hp:t><hp:ctrl><hp:footNote><hp:subList>{t('각주')}</hp:subList></hp:footNote></hp:ctrl>"), ["가", "각주"]),
        (p(f"<hp:tbl><hp:tr>{cell('가', '나')}</hp:tr></hp:tbl>"), ["가", "나"]),
    ],
    ids=["blanks", "marks", "deletion", "head", "comment", "text box", "footnote", "frame"],
)  # fmt: skip
def test_the_text_is_what_a_reader_sees(section: str, shown: list[str]) -> None:
    assert lines(hwpx(section)) == shown


def test_sections_are_in_the_order_of_their_numbers() -> None:
    assert lines(hwpx(*(t(f"{number}번") for number in range(12)))) == [f"{number}번" for number in range(12)]


def test_a_locked_document_and_one_without_text() -> None:
    lock = (
        '<odf:manifest xmlns:odf="o"><odf:file-entry><odf:encryption-data/></odf:file-entry></odf:manifest>'
    )
    with pytest.raises(ArticleError, match="암호가 걸린"):
        lines(repacked(hwpx(t("가")), **{"META-INF/manifest_xml": lock}))
    with pytest.raises(ArticleError, match="글이 없는"):
        lines(hwpx(t(" ")))
    with pytest.raises(ArticleError, match="고장 난 문서"):
        lines(repacked(hwpx(t("가")), section0_xml='<!DOCTYPE x [<!ENTITY a "나">]><x><p><t>&a;</t></p></x>'))


TAGS = re.findall("<[^>]+>", t("") + f"<hp:tbl><hp:tr>{cell('')}</hp:tr></hp:tbl><hp:deleteBegin/>")


@settings(max_examples=100, deadline=None)
@example(t("가"))
@given(st.lists(st.sampled_from([*TAGS, "가", " "]), max_size=20).map("".join))
def test_any_section(section: str) -> None:
    with suppress(ArticleError):
        assert lines(hwpx(section))
