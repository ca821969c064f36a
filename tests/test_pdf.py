"""PDFs: paragraphs put together again from lines, columns and pages; what is refused; hostile files."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import pdf_text, pdf_worker
from index.boilerplate import find_blocks
from index.errors import ArticleError
from index.line_joins import join_lines
from index.pdf_layout import Line, paragraphs, without_running_heads
from index.pdf_text import read_pdf
from index.reading import read_article
from tests import pdf_files
from tests.pdf_files import assembled, pdf, stream

TITLE = "가나시 새 도서관 문 연다"
TEXTS = (
    "가나시는 4일 새 도서관을 연다고 밝혔다. 도서관에는 좌석 200석과 서가 40개가 있으며, 지하에는 보존 서고를 "
    "두었다. 서고에는 책 10만 권이 들어간다고 한다.",
    "도서관은 매일 문을 열며 오후 8시에 닫는다. 관계자는 이용자가 늘면 시간을 더 늘리겠다고 말했다. 어린이 열람실은 "
    "1층에, 카페는 2층에 있다.",
    "건물은 낡은 공장을 고쳐 지었다. 설계를 맡은 건축가는 벽돌을 그대로 남겼다고 설명했다. 개관 첫날에는 작가와의 "
    "만남도 열린다.",
)


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize("layout", [{}, {"gap": 0, "indent": 10}], ids=["apart", "indented"])
@pytest.mark.parametrize("turned", [False, True])
def test_paragraphs_are_as_they_were_written(layout: dict[str, float], turned: bool) -> None:
    lines = [(60.0, 810.0, 20.0, TITLE), *pdf_files.paragraphs(TEXTS, **layout)]  # type: ignore[arg-type]
    found = read_pdf(pdf([lines], turned=turned))
    assert lines_of(found.text) == [TITLE, *TEXTS]
    assert found.metadata.title == TITLE


def test_columns_are_read_one_after_the_other() -> None:
    left = pdf_files.paragraphs(TEXTS[:1], width=23, left=50) + pdf_files.paragraphs(
        TEXTS[1:2], width=23, left=50, top=600
    )
    middle = [line for line in left if line[1] < 560]
    right = [
        (320.0, 780 - 16 * n, 10.0, line[3]) for n, line in enumerate(middle)
    ]  # the paragraph goes on beside
    lines = [line for line in left if line[1] >= 560] + right
    assert lines_of(read_pdf(pdf([lines])).text) == list(TEXTS[:2])


def test_a_paragraph_goes_on_on_the_next_page_without_what_stands_at_the_pages_edges() -> None:
    body = pdf_files.paragraphs(TEXTS)
    pages = []
    for number, part in enumerate((body[:4], body[4:]), start=1):
        moved = [(left, 780.0 - 16 * n, size, text) for n, (left, _, size, text) in enumerate(part)]
        head, foot = (60.0, 820.0, 8.0, "나다연구원 소식지"), (290.0, 20.0, 8.0, f"- {number} -")
        pages.append([head, *moved, foot])
    assert lines_of(read_pdf(pdf(pages)).text)[1] == TEXTS[1]
    assert "소식지" not in read_pdf(pdf(pages)).text and "- 1 -" not in read_pdf(pdf(pages)).text


@pytest.mark.parametrize(
    "edge",
    [
        "3",
        "- 3 -",
        "3쪽",
        "3 / 12",
        "p. 3",
        "24. 11. 23. 오전 1:44 제목 - 나다일보",
        "11/23/26, 1:44 AM 제목",
        "나다 자료 1/1",
    ],
)
def test_a_single_page_has_no_number_and_no_hour_of_printing(edge: str) -> None:
    assert lines_of(read_pdf(pdf([[*pdf_files.paragraphs(TEXTS), (60, 20, 8, edge)]])).text) == list(TEXTS)


@pytest.mark.parametrize("last", ["2025년 3월", "모두 40명이다", "3층"])
def test_the_last_line_of_a_page_is_text_where_it_is_no_number(last: str) -> None:
    assert last in read_pdf(pdf([[*pdf_files.paragraphs(TEXTS), (60, 20, 10, last)]])).text


def test_headings_items_and_rows() -> None:
    lines: list[pdf_files.Line] = [
        (60, 800, 10, TEXTS[0][:40]),
        (60, 770, 14, "이용 시간"),
        (60, 740, 10, "• 평일은 오후 8시까지"),
        (60, 724, 10, "• 주말은 오후 6시까지"),
        (60, 690, 10, "층"), (200, 690, 10, "좌석"),
        (60, 674, 10, "1층"), (200, 674, 10, "200석"),
    ]  # fmt: skip
    found = read_pdf(pdf([lines]))
    assert found.text.endswith("• 평일은 오후 8시까지\n• 주말은 오후 6시까지\n\n층 | 좌석\n1층 | 200석")
    assert found.known == {"이용 시간": "heading"}


def test_an_article_from_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "도서관.pdf"
    byline = (60.0, 790.0, 10.0, "나다일보 홍길동 기자 2025.03.04")
    path.write_bytes(
        pdf(
            [[(60, 815, 20, TITLE), byline, *pdf_files.paragraphs(TEXTS, top=760)]],
            {"Title": "Microsoft Word - 문서1", "Author": "admin", "CreationDate": "D:20200101"},
        )
    )
    article = read_article(path)
    assert (article.title, article.published, article.reporter) == (TITLE, "2025-03-04", "홍길동")
    assert article.publisher == "나다일보"
    prose = [article.text[block.start : block.end] for block in article.blocks if block.kind == "prose"]
    assert prose == list(TEXTS)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (
            {"Title": TITLE, "Author": "홍길동", "CreationDate": "D:20250304101112+09'00'"},
            (TITLE, "홍길동", "2025-03-04"),
        ),
        ({"Title": "untitled", "Author": "user"}, (None, None, None)),
        ({"Title": "제목 없음", "Author": "Administrator"}, (None, None, None)),
        ({"Title": "보도자료.hwp", "Author": "HP"}, (None, None, None)),
        ({"CreationDate": "D:20250304", "Producer": "Skia/PDF m156"}, (None, None, None)),  # printed that day
        ({"CreationDate": "어제"}, (None, None, None)),
    ],
)
def test_properties_that_can_be_an_articles(
    properties: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    claimed = read_pdf(pdf([pdf_files.paragraphs(TEXTS)], properties)).claimed
    assert (claimed.title, claimed.reporter, claimed.published) == expected


# -- Lines that break inside words -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["도서관에는 좌석 200석과 서", "가 40개가 있다."], "도서관에는 좌석 200석과 서가 40개가 있다."),
        (["관계자는 시간을 늘리겠다고", "말했다."], "관계자는 시간을 늘리겠다고 말했다."),
        (["새 시스템을 도입했", "다. 모두 반겼다."], "새 시스템을 도입했다. 모두 반겼다."),
        (["표현형 모델(A.X", "4.0)을 공개했다."], "표현형 모델(A.X 4.0)을 공개했다."),
        (["추진공학과 교수", "(57)는 웃었다."], "추진공학과 교수(57)는 웃었다."),
        (["‘BX\u00ad", "Hopper’가 날았다."], "‘BX-Hopper’가 날았다."),
        (["the infor\u00ad", "mation age"], "the information age"),
        (["그는 웃었다. ", "그리고 떠났", "다."], "그는 웃었다. 그리고 떠났다."),  # the file has its spaces
    ],
)
def test_lines_are_joined_with_a_space_between_words(lines: list[str], text: str) -> None:
    assert join_lines([lines]) == [text]


def test_what_the_document_writes_elsewhere_decides() -> None:
    name = "누리온"
    together = [f"{name}에어로는 올해 공장을 지었다.", f"투자는 {name}", "에어로가 맡는다."]
    apart = [f"{name} 에어로는 올해 공장을 지었다.", f"투자는 {name}", "에어로가 맡는다."]
    assert join_lines([together[:1], together[1:]])[1] == "투자는 누리온에어로가 맡는다."
    assert join_lines([apart[:1], apart[1:]])[1] == "투자는 누리온 에어로가 맡는다."


@given(
    st.lists(st.lists(st.text(alphabet="가다 a1.(-\u00ad", max_size=12), min_size=1, max_size=4), max_size=4)
)
def test_no_character_is_lost_in_joining(groups: list[list[str]]) -> None:
    joined = join_lines(groups)
    for lines, text in zip(groups, joined, strict=True):
        assert re.sub("[ \u00ad-]", "", "".join(lines)) == re.sub("[ \u00ad-]", "", text)


@given(
    st.lists(
        st.tuples(
            *(st.floats(-1e4, 1e4) for _ in range(3)),
            st.floats(0, 100),
            st.floats(0, 100),
            st.sampled_from(["가", "다.", "- a", "1"]),
        ),
        max_size=20,
    )
)
def test_no_line_is_lost_however_it_stands(rows: list[tuple[float, float, float, float, float, str]]) -> None:
    page = [Line(1, *row) for row in rows]
    assert [line for group in paragraphs([page])[0] for line in group.lines] == page
    assert all(line in page for line in without_running_heads([page])[0])


# -- What is refused ----------------------------------------------------------------------------------------------
def empty(pages: int) -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    kids = b"3 0 R " * pages
    return assembled(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids), page]
    )


LOCKED = assembled(
    [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>", b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"11" * 32, b"22" * 32)],
    b"/Encrypt 3 0 R/ID[<00><00>]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.4", "고장 난 PDF"),
        (b"%PDF-1.7\n" + b"\0\xff" * 500, "고장 난 PDF"),
        (pdf([pdf_files.paragraphs(TEXTS)])[:300], "고장 난 PDF"),
        (LOCKED, "암호가 걸린 PDF"),
        (empty(3), "글자가 없는 PDF"),
        (empty(10_000), "쪽이 너무 많은 PDF입니다\\(10,000쪽\\): 2,000쪽 이하로"),
        (pdf([[(60, 780, 10, "\ue000\ue001\ue002\ue003 가")]]), "글자를 알아볼 수 없는 PDF"),
    ],
    ids=["cut", "rubbish", "half", "locked", "scanned", "pages", "no letters"],
)  # fmt: skip
def test_what_cannot_be_read_is_one_clear_line(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        read_pdf(data)
    assert "\n" not in str(caught.value)


def test_too_much_text(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf([pdf_files.paragraphs(TEXTS)] * 3)
    for limit, most in (("MAX_CHARACTERS", 300), ("MAX_LINES", 10)):
        with monkeypatch.context() as patch:
            patch.setattr(pdf_worker, limit, most)
            assert list(pdf_worker.read(data))[-1] == {"error": "characters", "number": 2}
    with pytest.raises(ArticleError, match="1쪽부터"):
        raise ArticleError(pdf_text._refusal("characters", 1))


def page_of(content: bytes, *objects: bytes, entries: bytes = b"") -> bytes:
    """A page whose content may draw the form ``/X``, which is the first of the objects."""
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    tree = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    return assembled([*tree, page, stream(content, entries), font, *objects])


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 6 0 R>>>>"


def test_a_page_that_draws_itself_for_ever_ends_and_ends_nothing_else() -> None:
    with pytest.raises(ArticleError, match="너무 오래 걸리거나"):
        read_pdf(page_of(b"/X Do", stream(b"/X Do /X Do", FORM)))
    assert lines_of(read_pdf(pdf([pdf_files.paragraphs(TEXTS)])).text) == list(TEXTS)


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looping = tmp_path / "looping.py"
    looping.write_text("while True: pass")
    monkeypatch.setattr(pdf_worker, "__file__", str(looping))
    monkeypatch.setattr(pdf_text, "MAX_SECONDS", 0.5)
    with pytest.raises(ArticleError, match="너무 오래 걸리거나"):
        read_pdf(b"%PDF-1.4")


def test_the_program_that_reads_bounds_itself() -> None:
    resource = pytest.importorskip("resource", reason="no such limits on this system")
    import subprocess
    import sys

    shown = "import resource as r; print(r.getrlimit(r.RLIMIT_AS)[0], r.getrlimit(r.RLIMIT_CPU)[0])"
    code = f"import sys; sys.path.append({str(Path(pdf_worker.__file__).parent)!r}); import pdf_worker; pdf_worker.limit_itself(); {shown}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(pdf_worker.MAX_MEMORY), str(pdf_worker.MAX_SECONDS)]
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] != pdf_worker.MAX_SECONDS, "not this process"


@settings(max_examples=25, deadline=None)
@example(pdf([pdf_files.paragraphs(TEXTS)]))
@given(
    st.one_of(
        st.binary(max_size=200).map(lambda data: b"%PDF-1.7\n" + data),
        st.tuples(st.integers(0, 1500), st.binary(min_size=1, max_size=8)).map(
            lambda change: (
                (whole := pdf([pdf_files.paragraphs(TEXTS)]))[: change[0]]
                + change[1]
                + whole[change[0] + len(change[1]) :]
            )
        ),
    )
)
def test_any_bytes(data: bytes) -> None:
    with suppress(ArticleError):
        found = read_pdf(data)
        assert found.text.strip()
        find_blocks(found.text, known=found.known)
