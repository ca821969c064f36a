"""Which format a file is of: by its first bytes where they tell, else by its suffix."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index import formats
from index.errors import ArticleError
from index.finding import find_files
from index.formats import SHOWN_SUFFIXES, SUFFIXES, format_in, format_of, limit_of
from index.reading import read_article, read_file
from tests import pdf_files
from tests.zip_files import packed

STORY = "가람 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있고 직원은 모두 근처에 산다."


@pytest.mark.parametrize(
    ("head", "suffix", "found"),
    [
        ("글", ".txt", "text"),
        ("글", ".md", "markdown"),
        ("글", ".markdown", "markdown"),
        ("글", ".HTML", "html"),
        ("글", ".mht", "mhtml"),
        ("글", "", "text"),
        ("", ".zip", "zip"),
        ("%PDF-1.7", ".txt", "pdf"),
        ("\n%PDF-1.7", ".pdf", "pdf"),
        ("\n%PDF-1.7", ".txt", "text"),
        ("PK\x03\x04", ".txt", "zip"),
        ("PK\x03\x04", ".hwpx", "zip"),
        ("PK\x05\x06", ".zip", "zip"),
        ("From: <Saved by Blink>", ".html", "mhtml"),
    ],
)
def test_a_format(head: str, suffix: str, found: str) -> None:
    assert format_of(head.encode(), suffix) == found


@pytest.mark.parametrize(
    ("head", "suffix", "reason"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            ".docx",
            "예전 형식이거나 암호가 걸린 .*: .docx나 .hwpx, PDF로 저장해",
        ),
        (b"HWP Document File", ".hwpx", "예전 한글"),
        (b"hello", ".pdf", "이름은 .pdf이지만 그 형식이 아닙니다"),
        (b"hello", ".zip", "이름은 .zip이지만 그 형식이 아닙니다"),
    ],
)
def test_a_name_that_belies_the_file(head: bytes, suffix: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        format_of(head, suffix)


def test_documents_that_are_zips() -> None:
    assert format_in(["[Content_Types].xml", "word/document.xml"]) == "docx"
    assert format_in(["word/document2.xml"]) == "docx"
    assert format_in(["mimetype", "Contents/section0.xml"]) == "hwpx"
    assert format_in(["기사.txt", "워드/word/document.xml.txt"]) is None


def test_a_folder_is_searched_for_every_format_that_is_shown(tmp_path: Path) -> None:
    assert set(SHOWN_SUFFIXES.split()) < set(SUFFIXES)
    names = sorted(f"글{suffix}" for suffix in SUFFIXES)
    for name in [*names, "~$글.docx", "글.xlsx"]:
        (tmp_path / name).write_text("글", encoding="utf-8")
    assert [path.name for path in find_files([tmp_path])] == names


def test_a_file_is_read_by_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "기사.txt"
    path.write_bytes(pdf_files.pdf([pdf_files.paragraphs([STORY])]))
    assert read_article(path).text == STORY


def test_every_format_has_its_own_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit_of("text") == limit_of("html") < limit_of("pdf") == limit_of("zip") == limit_of("mhtml")
    monkeypatch.setattr(formats, "MAX_LARGE", 100)
    path = tmp_path / "큰.zip"
    path.write_bytes(packed({"가.txt": STORY * 10}))
    with pytest.raises(ArticleError, match=r"큰.zip: 너무 큰 파일입니다\("):
        read_article(path)


def test_an_upload_has_the_source_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "3f2a.pdf"
    path.write_bytes(pdf_files.pdf([pdf_files.paragraphs([STORY])]))
    (article,) = read_file(path, "올린 글.pdf").articles
    assert (article.source, article.title) == ("올린 글.pdf", "올린 글")


def test_plain_text_is_read_without_what_reads_the_others(tmp_path: Path) -> None:
    (tmp_path / "글.md").write_text(STORY, encoding="utf-8")
    code = (
        f"import sys; from index.reading import read_file; assert read_file({str(tmp_path / '글.md')!r}).articles; "
        "print([name for name in ('lxml', 'trafilatura', 'pypdfium2', 'kiwipiepy', 'email.parser') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
