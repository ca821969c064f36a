"""Word documents: paragraphs, headings, lists and tables in order; what is not the document's text is left out."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.boilerplate import find_blocks
from index.documents import Document
from index.docx_text import read_docx
from index.errors import ArticleError
from index.reading import read_article
from index.zip_reading import Zip
from tests.zip_files import packed, repacked, unpacked

TITLE = "가나시 새 도서관 문 연다"
LEAD = "가나시는 4일 새 도서관을 연다고 밝혔다. 도서관에는 좌석 200석과 서가 40개가 있으며 서고도 두었다."
END = "도서관은 매일 문을 열며 오후 8시에 닫는다. 관계자는 시간을 더 늘리겠다고 말했다."
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


EMPTY = saved(docx.Document())


def read(data: bytes) -> Document:
    return read_docx(Zip(data))


def body(xml: str) -> bytes:
    """A document whose body is this XML."""
    return repacked(EMPTY, document_xml=f'<w:document xmlns:w="{WORD}"><w:body>{xml}</w:body></w:document>')


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_an_article_from_a_document(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading(TITLE, level=0)
    document.add_paragraph(LEAD)
    document.add_heading("이용 시간", level=1)
    document.add_paragraph(END)
    for item in ("좌석 200석", "서가 40개"):
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ("층", "좌석", "1층", "200"), strict=True
    ):
        cell.text = text
    document.add_paragraph(LEAD.replace("도서관", "미술관"))
    document.core_properties.title = "제목 없음"
    document.core_properties.author = "홍길동"
    document.core_properties.created = datetime(2025, 3, 4)
    path = tmp_path / "기사.docx"
    path.write_bytes(saved(document))
    article = read_article(path)
    assert (article.title, article.reporter, article.published) == (TITLE, "홍길동", "2025-03-04")
    assert [(block.kind, article.text[block.start : block.end]) for block in article.blocks] == [
        ("title", TITLE),
        ("prose", LEAD),
        ("heading", "이용 시간"),
        ("prose", END),
        ("prose", "- 좌석 200석\n- 서가 40개"),
        ("prose", "층 | 좌석\n1층 | 200"),
        ("prose", LEAD.replace("도서관", "미술관")),
    ]


def test_what_the_text_says_comes_before_the_properties(tmp_path: Path) -> None:
    document = docx.Document()
    for text in (TITLE, "나다일보 김영희 기자 2025.03.05", LEAD, END):
        document.add_paragraph(text)
    document.core_properties.title = "보도자료 양식"
    document.core_properties.author = "홍길동"
    document.core_properties.created = datetime(2011, 1, 1)
    path = tmp_path / "기사.docx"
    path.write_bytes(saved(document))
    article = read_article(path)
    assert (article.title, article.reporter, article.published) == (TITLE, "김영희", "2025-03-05")


@pytest.mark.parametrize(
    ("xml", "lines"),
    [
        ("<w:p><w:r><w:t>가</w:t></w:r><w:del><w:r><w:delText>나</w:delText></w:r></w:del><w:ins><w:r><w:t>다</w:t></w:r></w:ins></w:p>", ["가다"]),
        ("<w:p><w:moveFrom><w:r><w:t>가</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>나</w:t></w:r></w:moveTo></w:p>", ["나"]),
        ("<w:p><w:r><w:t>가</w:t><w:commentReference/></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>나</w:t></w:r></w:p>", ["가"]),
        ("<w:p><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>나</w:t></w:r></w:p>", ["나"]),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>가</w:t></w:r></w:hyperlink></w:p>", ["가"]),
        (f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{p('가')}</w:sdtContent></w:sdt>", ["가"]),
        ("<w:p><w:r><w:t>가</w:t><w:tab/><w:t>나</w:t><w:br/><w:t>다</w:t></w:r></w:p>", ["가 나", "다"]),
        (f"<w:tbl><w:tr><w:tc>{p('가')}{p('나')}</w:tc></w:tr></w:tbl>", ["가", "나"]),
        (f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:tc>{p('가')}</w:tc><w:tc>{p('나')}{p('다')}</w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>", ["가 | 나 다"]),
        ("<w:p><w:r><w:ruby><w:rt><w:r><w:t>かな</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>가</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>", ["가"]),
    ],
    ids=["deletion", "move", "comment, hidden", "shown", "field, link", "control", "blanks", "frame", "row", "ruby"],
)  # fmt: skip
def test_the_text_is_what_a_reader_sees(xml: str, lines: list[str]) -> None:
    assert [line for line in read(body(xml + p("끝"))).text.split("\n") if line] == [*lines, "끝"]


def test_a_text_box_is_read_once_and_footnotes_stand_at_the_end() -> None:
    box = f"<w:txbxContent>{p('상자')}</w:txbxContent>"
    drawing = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    notes = (
        f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:type="separator">{p("줄")}</w:footnote>'
        f"<w:footnote>{p('각주')}</w:footnote></w:footnotes>"
    )
    data = body(f"<w:p><w:r><w:t>가</w:t></w:r>{drawing}</w:p>{p('나')}")
    parts: dict[str, str | bytes] = {**unpacked(data), "word/footnotes.xml": notes}
    assert read(packed(parts)).text == "가\n\n상자\n\n나\n\n각주"


def test_styles_in_a_ring_and_tables_of_contents() -> None:
    styles = (
        f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="a"><w:name w:val="X"/><w:basedOn w:val="b"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="Y"/><w:basedOn w:val="a"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
        '<w:style w:styleId="c"><w:name w:val="toc 1"/></w:style></w:styles>'
    )
    styled = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
    found = read(
        repacked(body(styled.format("c", "차례") + styled.format("a", "소제목") + p("글")), styles_xml=styles)
    )
    assert (found.text, found.known) == ("소제목\n\n글", {"소제목": "heading"})


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            '<!DOCTYPE x [<!ENTITY a "가"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
            + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 8}">' for n in range(1, 12)).replace("&b0;", "&b;")
            + f']><w:document xmlns:w="{WORD}"><w:body>{p("&b11;")}</w:body></w:document>',
            id="billion laughs",
        ),
        pytest.param(
            '<!DOCTYPE x [<!ENTITY a "가"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
            + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 8}">' for n in range(1, 12)).replace("&b0;", "&b;")
            + f']><w:document xmlns:w="{WORD}" x="&b11;"><w:body>{p("가")}</w:body></w:document>',
            id="in an attribute",
        ),
        pytest.param(
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            f'<w:document xmlns:w="{WORD}"><w:body>{p("가 &a;")}</w:body></w:document>',
            id="a file",
        ),
        pytest.param(
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
            f'<w:document xmlns:w="{WORD}"><w:body>{p("가")}</w:body></w:document>',
            id="the network",
        ),
        pytest.param("<w:document" + "<w:p>" * 100, id="not well-formed"),
        pytest.param(
            f'<w:document xmlns:w="{WORD}">' + "<w:p>" * 400 + "</w:p>" * 400 + "</w:document>", id="deep"
        ),
    ],
)
def test_entities_and_broken_xml_are_refused(document: str) -> None:
    with pytest.raises(ArticleError, match="고장 난 문서"):
        read(repacked(body(""), document_xml=document))


def test_no_entity_is_read_whatever_the_document_type(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("비밀", encoding="utf-8")
    document = (
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret.as_uri()}">]>'
        f'<w:document xmlns:w="{WORD}"><w:body>{p("가 &a;")}</w:body></w:document>'
    )
    from lxml import etree

    from index import xml_reading

    parsed = etree.fromstring(document.encode(), xml_reading.parser())
    assert "비밀" not in etree.tostring(parsed, encoding="unicode", method="text")


def test_a_document_without_text_or_without_a_body() -> None:
    with pytest.raises(ArticleError, match="글이 없는"):
        read(EMPTY)
    with pytest.raises(ArticleError, match="워드 문서가 아니거나"):
        read(packed({"a.txt": "가"}))


WHOLE = body(p(TITLE) + p(LEAD))
TAGS = re.findall("<[^>]+>", p("") + "<w:tbl><w:tr><w:tc></w:tr></w:tbl></w:tc><w:sdt></w:sdt>")


@settings(max_examples=100, deadline=None)
@example(WHOLE)
@given(
    st.one_of(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)).map(
            lambda change: WHOLE[: change[0]] + change[1] + WHOLE[change[0] + len(change[1]) :]
        ),
        st.lists(st.sampled_from([*TAGS, "가"]), max_size=20).map(lambda tags: body("".join(tags))),
        st.binary(max_size=200).map(lambda data: repacked(WHOLE, document_xml=data)),
    )
)  # fmt: skip
def test_any_bytes(data: bytes) -> None:
    with suppress(ArticleError):
        found = read(data)
        assert found.text.strip()
        find_blocks(found.text, known=found.known)
