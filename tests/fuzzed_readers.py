"""What is fuzzed: each reader with valid samples of its input, tokens that matter to it, and what it must keep to."""

from __future__ import annotations

import atexit
import io
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx

from eval.gold import read_gold
from index import html_text, korean, pdf_text, pdf_worker
from index.analyzer import Analyzer
from index.articles import Article
from index.dictionary import read_dictionary
from index.errors import ArticleError
from index.metadata_values import LONGEST_ADDRESS, LONGEST_VALUE, MOST_TOPICS
from index.passages import LONGEST, paragraph_spans
from index.reading import _articles, article_from_text
from rag.incoming import harmless, read_pasted
from rag.questions.asked_figure import lacks_figure
from rag.questions.dates import dates_in
from rag.questions.parts import parts_of
from rag.questions.quantities import quantities
from rag.questions.question import read_question
from tests import pdf_files, test_docx, test_hwpx, test_mhtml, test_reading
from tests.zip_files import packed, unpacked

LEAD = "가나시는 4일 새 도서관을 연다고 밝혔다. 도서관에는 좌석 200석과 서가 40개가 있으며 서고도 두었다."
END = "도서관은 매일 문을 열며 오후 8시에 닫는다. 관계자는 “시간을 더 늘리겠다”고 말했다."
TITLE = "가나시 새 도서관 문 연다"


@dataclass(frozen=True)
class Reader:
    """Something that is given what strangers bring."""

    name: str
    samples: Sequence[bytes]
    tokens: Sequence[str]
    """That mean something to it."""
    read: Callable[[bytes], None]
    """Raises a GeungeoError for what cannot be read, and AssertionError where what it gives breaks a promise."""
    prepare: Callable[[], object] = lambda: None
    """Is called once in each process."""
    may_end: bool = False
    """May it end its process? It has one of its own in earnest."""


# -- Promises ----------------------------------------------------------------------------------------------------
def keeps_its_promises(article: Article) -> None:
    """What ``Article``, ``Block`` and ``Passage`` promise."""
    text, blocks = article.text, article.blocks
    assert re.fullmatch("[0-9a-f]{12}", article.id)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]", text), (
        "no control characters"
    )
    assert text.strip() and blocks
    for block in blocks:
        shown = text[block.start : block.end]
        assert 0 <= block.start < block.end <= len(text) and shown == shown.strip()
    assert all(one.end <= two.start for one, two in pairwise(blocks)), "in order, without overlap"
    outside = [text[one.end : two.start] for one, two in pairwise(blocks)]
    assert not "".join([text[: blocks[0].start], *outside, text[blocks[-1].end :]]).strip(), "all is covered"
    spans = paragraph_spans(article)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert all(end - start <= LONGEST for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    values = (article.title, article.publisher, article.reporter, article.url, *article.topics)
    for value in values:
        assert value is None or (value.strip() == value != "" and "\n" not in value), repr(value)
        assert value is None or not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", value), repr(value)
        assert value is None or len(value) <= max(LONGEST_VALUE, LONGEST_ADDRESS * (value == article.url)), (
            len(value)
        )
    assert len(article.topics) <= MOST_TOPICS
    assert article.published is None or date.fromisoformat(article.published)
    assert article.url is None or article.url.lower().startswith(("http://", "https://"))
    assert article.first_line >= 1


def _read_file(suffix: str, data: bytes) -> None:
    """As ``reading.read_file``, but from memory."""
    skipped: list[Any] = []
    articles = list(_articles(data, suffix, f"파일{suffix}", skipped))
    for article in articles:
        keeps_its_promises(article)
    again = list(_articles(data, suffix, f"파일{suffix}", [])) if len(data) % 16 == 0 else articles
    assert again == articles, "the same file is the same articles"
    for item in skipped:
        assert item.reason.isprintable() and item.path.isprintable(), item


def _read_text(data: bytes) -> None:
    """A text as an API gives it, with all that may be told of it."""
    text = data.decode("utf-8", "surrogateescape")
    parts = (text.split("|") * 6)[:6]
    made = article_from_text(
        text, source=parts[0], title=parts[1], publisher=parts[2], published=parts[3], reporter=parts[4], url=parts[5]
    )  # fmt: skip
    keeps_its_promises(made)


def _read_pasted(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = read_pasted(text, text[:50] if len(text) % 2 else None)
    for article in found.articles:
        keeps_its_promises(article)
        name = harmless(text[:300])
        assert name.isprintable() and ".." not in name.split("/") and not name.startswith("/")


def _kiwi_of_its_own() -> None:
    """The threads of a Kiwi that was loaded before do not live in a forked process."""
    _left.append(korean._kiwi)  # to the end: it would wait for its threads
    korean._kiwi = None


_left: list[object] = []


# -- What is read in programs of their own is read here -------------------------------------------------------------
def _without_programs() -> None:
    _kiwi_of_its_own()

    def lines(source: str) -> list[tuple[str, str]]:
        try:
            return html_text.article_lines(source)
        except Exception:
            return []

    def run(command: object, *, input: bytes, **_: object) -> object:
        try:
            printed = [json.dumps(value) for value in pdf_worker.read(input)]
        except MemoryError:
            return SimpleNamespace(returncode=1, stdout=b"")
        return SimpleNamespace(returncode=0, stdout="\n".join(printed).encode())

    setattr(html_text, "lines_elsewhere", lines)  # noqa: B010 - mypy knows it is a function
    pdf_text.subprocess = SimpleNamespace(  # type: ignore[assignment]
        run=run, PIPE=0, DEVNULL=0, TimeoutExpired=TimeoutError
    )


# -- What is asked ------------------------------------------------------------------------------------------------
_analyzer = Analyzer()


def _ask(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    question = read_question(text, _analyzer)
    assert question.text.strip() == question.text != "" and question.text.isprintable()
    _talk(question.text.encode())


def _talk(data: bytes) -> None:
    """What is looked for in questions and in the sentences of articles alike."""
    try:
        text = article_from_text(data.decode("utf-8", "replace"), source="글").text[:1500]
    except ArticleError:
        return
    for written in (date(2025, 3, 4), None):
        for first, last in dates_in(text, written):
            assert first <= last
    for one in quantities(text):
        assert text[one.start : one.end].strip()
    lacks_figure(text, text)
    parts_of(text, _analyzer.morphemes(text))


def _file_reader(read: Callable[[Path], object], data: bytes) -> None:
    path = _folder() / "파일"
    path.write_bytes(data)
    read(path)


def _folder() -> Path:
    global _made
    if _made is None:
        _made = Path(tempfile.mkdtemp(prefix="geungeo-fuzz-"))
        atexit.register(shutil.rmtree, _made, ignore_errors=True)
    return _made


_made: Path | None = None


# -- Samples -------------------------------------------------------------------------------------------------------
def _document() -> bytes:
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = TITLE, "홍길동"
    made.add_heading(TITLE, level=0)
    made.add_paragraph(LEAD)
    made.add_heading("이용 시간", level=1)
    made.add_paragraph("좌석 200석", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for row in table.rows:
        for cell in row.cells:
            cell.text = "칸"
    made.add_paragraph(END)
    out = io.BytesIO()
    made.save(out)
    members = unpacked(out.getvalue())
    styles = members["word/styles.xml"].decode()
    used = re.findall(
        '(?s)<w:style [^>]*w:styleId="(?:Title|Heading1|ListBullet|Normal)".*?</w:style>', styles
    )
    members["word/styles.xml"] = (
        styles[: styles.index(">", styles.index("<w:styles")) + 1] + "".join(used) + "</w:styles>"
    ).encode()
    members["word/footnotes.xml"] = (
        f'<w:footnotes xmlns:w="{test_docx.WORD}"><w:footnote>{test_docx.p(END)}</w:footnote></w:footnotes>'.encode()
    )
    kept = (
        "[Content_Types].xml",
        "word/document.xml",
        "word/styles.xml",
        "word/footnotes.xml",
        "docProps/core.xml",
    )
    return packed({name: members[name] for name in kept})


FRONT = f"---\ntitle: {TITLE}\npublisher: 나다일보\ndate: 2025-03-04\nauthors: [홍길동, 김영희]\ntags: 도서관, 가나시\n---\n"
NEWS = (
    f"{TITLE}\n\n입력 2025.03.04. 오전 10:20\n홍길동 기자 hong@nada.co.kr\n\n[사진=나다일보]\n\n(가나=나다일보) 홍길동 기자 = {LEAD}\n\n"
    f"◆이용 시간\n{END}\n\n▲ 새 도서관의 모습. 나다일보 제공\n\n홍길동 기자 hong@nada.co.kr\n\n#도서관 #가나시\n\n"
    "[관련기사]\n▶ 다른 기사\n\n저작권자 ⓒ 나다일보 무단전재 및 재배포 금지\n"
)
MARKDOWN = (
    f"{FRONT}\n# {TITLE}\n\n**{LEAD}** [링크](https://x.kr 'ㄱ') *기울임* ~~지움~~ `코드` <b>굵게</b> &amp;\n\n"
    f"![그림](a.png)\n\n<!-- 메모 -->\n\n```py\n코드\n```\n\n> {END}\n\n| 가 | 나 |\n|---|---|\n| 1 | 2 |\n\n- 항목\n1. 항목\n"
)
PAGE = test_reading.PAGE.replace(
    "</head>",
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"제목","author":[{"name":"홍길동 기자"}],'
    '"publisher":{"name":"나다일보"},"datePublished":"2025-03-04T10:20:00+09:00","@graph":[{}]}</script></head>',
)
PORTAL = (
    f'<div id="dic_area">{LEAD}<br><br><span class="end_photo_org"><em class="img_desc">사진</em></span>{END}<br>'
    + (f"<strong>이용</strong><br><table><tr><td>가<td>나</table></div><!-- {LEAD} --><![CDATA[x]]><?x y?>")
)
HWPX = test_hwpx.hwpx(
    test_hwpx.p(f"<hp:t>{TITLE}</hp:t>", 2) + test_hwpx.t(LEAD),
    test_hwpx.t(f"{END}<hp:tab/><hp:lineBreak/><hp:deleteBegin/>지움<hp:deleteEnd/>")
    + test_hwpx.p(f"<hp:tbl><hp:tr>{test_hwpx.cell('가', '나')}{test_hwpx.cell('다')}</hp:tr></hp:tbl>"),
)
SAVED = [
    test_mhtml.saved(
        test_mhtml.part(test_mhtml.PAGE.encode(), coding=coding), test_mhtml.part(b"x", "image/png")
    )
    for coding in ("quoted-printable", "base64", "binary")
]
PDF = [
    pdf_files.pdf([pdf_files.paragraphs([TITLE, LEAD, END] * 2)], {"Title": TITLE, "CreationDate": "D:20250304"}),
    pdf_files.pdf([[*pdf_files.paragraphs([LEAD] * 5), (300, 20, 9, f"- {n} -")] for n in (1, 2, 3)]),
    pdf_files.pdf([[*pdf_files.paragraphs([LEAD] * 3), *pdf_files.paragraphs([END] * 3, left=320)]], turned=True),
    pdf_files.pdf([[(60, 700, 10, "가"), (200, 700, 10, "나"), (60, 680, 10, "다"), (200, 680, 10, "라")]]),
]  # fmt: skip
ZIPS = [
    packed(
        {"가.txt": NEWS, "폴더/나.md": MARKDOWN, "다.html": PAGE, "라.docx": _document(), "마.hwpx": HWPX}
    ),
    packed({"가.txt": NEWS, "안.zip": packed({"나.txt": NEWS}), ".숨김.txt": "x", "바.mhtml": SAVED[0]}),
]
QUESTIONS = [
    "A.X 4.0은 언제 공개됐나요?", "해인클러스터이름의유래는?", "네이버와 카카오의 차이는?", "1단계와 2단계에서 각각 얼마?",
    "2024년 9월 3일부터 지난달까지 5천억 원 이상 95%", "SKT의 매개변수 3조 4천500만 개는 몇 배인가", "올해 상반기와 내년 2분기, 3일 전",
]  # fmt: skip

# -- Tokens --------------------------------------------------------------------------------------------------------
ODD = [
    "\0", "\ufeff", "\u200b", "\u202e", "\u2028", "\ud800", "\U0010ffff", "\u0301\u0323", "\ue0b5", "\x1b[31m", "\x85", "\ufffe", "\u1100\u1161",
    "ﷺ", "İ", "ß", "①", "²", "٣", "ㅋ", "漢", "😀", "　", "\t", "\n", "\n\n", "\r\n", " ", "가", "다. ", "…", "9" * 30, "|", "-1",
]  # fmt: skip
TEXT = [
    "---\n", "...\n", "title: ", "date: 2025-99-99\n", "tags: [", "&a *a", "!!python/object:os.system ", "<<: *a\n", "? ", "'", '"', "# ",
    "홍길동 기자 ", "a@b.kr", "[사진=", "ⓒ", "무단전재 금지", "▲", "◆", "[관련기사]", "#가 ", "=", "(서울=연합뉴스)", "2025.13.45. 오전 99:99",
    "제공", "입력", "\u3000", "- ", "http://", "구독", ".jpg", "사진",
]  # fmt: skip
INLINE = [
    "**", "__", "~~", "*", "_", "`", "```\n", "![", "](", "[", "]", "(", ")", "<!--", "-->", "> ", "\\", "&#0;", "&#x110000;", "&lt;br&gt;", "|",
]  # fmt: skip
HTML = [
    "<br>", "<p>", "</p>", "<div>", "<table><tr><td>", "<li>", "<ul>", "<h2>", "<b>", "<a href='", "<script>", "</script>", "<style>", "<!--", "-->",
    "<![CDATA[", "<?", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "&#0;", "&#xd800;", "&#99999999;", "&amp", "<svg><foreignObject>", "<frameset>",
    "<template>", "<select>", "<textarea>", "<title>", "<plaintext>", "<base>", "<article>", "itemprop=articleBody", "class=caption", "<figcaption>",
    "<meta property='og:title' content='", "<meta charset=euc-kr>", '<script type="application/ld+json">{"@type":["NewsArticle"],"headline":[[', "<math>",
    "<html a=b>", "<body>", "<x:y z:w=1>", "<p a=1 a=2>", "<time datetime=9999-99-99>", "<strong>", "<blockquote>", "<pre>", "<hr>", "<img>", "<dl><dd>",
]  # fmt: skip
XML = [
    "<!DOCTYPE x>", "<!ENTITY a 'b'>", "&a;", "&amp;", "<![CDATA[", "]]>", "<?x y?>", "<!--", "-->", "&#0;", "&#x9;", "<?xml version='1.1'?>", "xmlns:w=''",
    "<w:p>", "</w:p>", "<w:tbl>", "<w:tr>", "<w:tc>", "<w:t>", "<w:sdt>", "<w:del>", "<w:br/>", "<w:txbxContent>", "<w:vanish/>", "<w:numPr/>", 'w:val="',
    "<w:footnote>", "<w:basedOn w:val='a'/>", "<w:outlineLvl w:val='²'/>",
    "<hp:p>", "</hp:p>", "<hp:t>", "<hp:tbl>", "<hp:tr>", "<hp:tc>", "<hp:subList>", "<hp:run>", "<hp:deleteBegin/>", "<hp:lineBreak/>", "styleIDRef='2'",
    "<a:b xmlns:a='", 'encoding="utf-16"', "standalone='maybe'",
]  # fmt: skip
MHTML = [
    "\r\n\r\n", "\n\n", "Content-Type: text/html\r\n", "Content-Type: multipart/related; boundary=", "Content-Transfer-Encoding: ", "base64", "quoted-printable",
    "x-uuencode", "begin 644 a\n", "=?utf-8?b?", "=?x?q?=", "=\r\n", "=3D", "--", f"--{test_mhtml.MARK}", "charset=", "Subject: ", "\r", ";", "boundary*0=", "%00'",
]  # fmt: skip
PDFS = [
    "endobj", "endstream", "stream\n", "<<", ">>", "[", "]", "(", ")", "/Kids[3 0 R 2 0 R]", "/Parent 3 0 R", "/Length 99999999", "0 0 R", "3 0 R", "xref", "trailer",
    "/Type/Pages", "/Rotate 91", "/MediaBox[0 0 0 0]", "/MediaBox[-1e30 0 1e30 1]", " Tj ", " TJ ", " Tm ", " Tf ", "BT ", "ET ", " q ", " Q ", " cm ", " Do ", "1e38 ",
    "-1 ", "nan", "<d800>", "<ffff>", "<0000>", "/Filter/FlateDecode", "/Filter/LZWDecode", "/Encrypt 3 0 R", "0 0 0 0 0 0", "%PDF-1.7\n", "%%EOF", "startxref\n0",
]  # fmt: skip
ZIP_TOKENS = [
    "PK\x01\x02",
    "PK\x03\x04",
    "PK\x05\x06",
    "PK\x06\x06",
    "PK\x06\x07",
    "PK\x07\x08",
    "../",
    "/",
    "\\",
    "C:",
    ".zip",
    ".docx",
    "word/document.xml",
]
ASKED = [
    "년", "월", "일", "지난", "오늘", "내년", "99999", "0", "억", "조", "천", "만", "%", "몇", "얼마", "각각", "와 ", "과 ", "또는 ", "?", "그 회사", "부터 ", "까지", "이상",
    "분기", "반기", "세기", "년대", "13월", "32일", "29일", "2월 ", "전", "후", "~", "1/0", ".", ",", "-", "퍼센트", "열두", "스물", "달러",
]  # fmt: skip
WORDS = [",", "#", ", ,", "가, 나", "\u2028", "=", "가" * 51, "\x0c", "\x1c"]
JSON = [
    '"',
    "{",
    "}",
    "[",
    "]",
    "null",
    "1e999",
    "NaN",
    '"id":',
    '"passages":',
    '"question":',
    "\\ud800",
    "9" * 5000,
    "true",
    ":",
    ",",
]
GOLD = [
    json.dumps(
        {"id": "1", "question": "무엇?", "category": "fact", "answerable": True, "passages": ["가.txt:3"], "answer": "답", "answer_spans": ["답"]}
    ).encode()
]  # fmt: skip


def _of_file(
    name: str, suffix: str, samples: Sequence[bytes], tokens: Sequence[str], may_end: bool = False
) -> Reader:
    return Reader(name, samples, [*ODD, *tokens], partial(_read_file, suffix), _without_programs, may_end)


_ALL = (
    _of_file(
        "text",
        ".txt",
        [NEWS.encode(), NEWS.encode("cp949"), NEWS.encode("utf-16"), (FRONT + NEWS).encode()],
        TEXT,
    ),
    _of_file("markdown", ".md", [MARKDOWN.encode()], [*TEXT, *INLINE]),
    _of_file(
        "html",
        ".html",
        [PAGE.encode(), PORTAL.encode(), PAGE.replace("utf-8", "euc-kr").encode("cp949")],
        HTML,
    ),
    _of_file("mhtml", ".mhtml", SAVED, [*MHTML, *HTML]),
    _of_file("docx", ".docx", [_document()], [*XML, *ZIP_TOKENS]),
    _of_file("hwpx", ".hwpx", [HWPX], [*XML, *ZIP_TOKENS]),
    _of_file("pdf", ".pdf", PDF, PDFS, may_end=True),
    _of_file("zip", ".zip", ZIPS, [*ZIP_TOKENS, *XML, *TEXT]),
    Reader(
        "pasted",
        [NEWS.encode(), PAGE.encode(), FRONT.encode()],
        [*ODD, *TEXT, *HTML],
        _read_pasted,
        _without_programs,
    ),
    Reader(
        "given",
        [f"{LEAD}|{TITLE}|나다|2025.3.4|홍|http://a.kr".encode()],
        [*ODD, *TEXT, "http://[", "//", "|"],
        _read_text,
    ),
    Reader("front matter", [FRONT.encode()], [*ODD, *TEXT], partial(_read_file, ".md")),
    Reader(
        "dictionary",
        ["가람빛둘레  # 이름\n강변로봇, GB로봇, 지비봇\n".encode()],
        [*ODD, *WORDS],
        partial(_file_reader, read_dictionary),
    ),
    Reader("gold", GOLD, [*ODD, *JSON], partial(_file_reader, read_gold)),
    Reader("question", [question.encode() for question in QUESTIONS], [*ODD, *ASKED], _ask, _kiwi_of_its_own),
    Reader(
        "sentence", [NEWS.encode(), LEAD.encode(), *map(str.encode, QUESTIONS)], [*ODD, *ASKED, *TEXT], _talk
    ),
)
READERS = {reader.name: replace(reader) for reader in _ALL}
