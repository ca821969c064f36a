"""A PDF to the article's text, with its paragraphs put together again from lines, columns and pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index import pdf_worker
from index.articles import BlockKind
from index.decoding import normalise
from index.documents import LONGEST_HEADING, Document, together
from index.errors import ArticleError
from index.line_joins import join_lines
from index.metadata import Metadata
from index.pdf_layout import (
    Line,
    Paragraph,
    common_size,
    is_item,
    paragraphs,
    without_running_heads,
)
from index.properties import claimed_metadata

MAX_SECONDS = pdf_worker.MAX_SECONDS + 60
"""To wait for the program that reads the lines: what its time on the processor may be, and more on a busy machine."""
_TITLE = 1.25
"""Type so many times the size of the text's, at the top of the first page, is the title's."""
_HEADING = 1.1
_LONGEST_TITLE = 200

_HOPELESS = "읽는 데 너무 오래 걸리거나 기억 공간이 너무 많이 드는 PDF입니다: 본문을 텍스트(.txt)로 저장해 넣어 주세요"
_BROKEN = "고장 난 PDF라 열 수 없습니다: 다시 내려받거나 다시 저장해 넣어 주세요"
_NO_TEXT = "글자가 없는 PDF입니다(스캔한 그림인 듯합니다): 문자 인식(OCR)을 거쳐 넣어 주세요"
_NO_LETTERS = (
    "글자를 알아볼 수 없는 PDF입니다(글꼴에 글자 정보가 없습니다): 본문을 텍스트(.txt)로 저장해 넣어 주세요"
)


def read_pdf(data: bytes) -> Document:
    """Read a PDF.

    Raises ArticleError for one that is broken or encrypted, has too many pages or no text, or takes too long.
    """
    properties, pages = _read_lines(data)
    found, keeps_words = paragraphs(without_running_heads(pages))
    joined = join_lines([[line.text for line in item.lines] for item in found], keeps_words=keeps_words)
    texts = [normalise(text) for text in joined]
    shown = [(item, text) for item, text in zip(found, texts, strict=True) if text.strip()]
    if not shown:
        raise ArticleError(_NO_TEXT)
    _refuse_unreadable("".join(text for _, text in shown))
    kinds = ["item" if is_item(text) else "row" if " | " in text else "" for _, text in shown]
    body = common_size(line for item, _ in shown for line in item.lines)
    known: dict[str, BlockKind] = {
        text: "heading"
        for (item, text), kind in zip(shown, kinds, strict=True)
        if item.size >= _HEADING * body and len(text) <= LONGEST_HEADING and not kind
    }
    claimed = _claimed(properties)
    title = _title(shown, body, claimed.title)
    lines = [(text, kind) for (_, text), kind in zip(shown, kinds, strict=True)]
    return Document(together(lines), Metadata(title=title), claimed, known)


# -- Lines -----------------------------------------------------------------------------------------------
def _read_lines(data: bytes) -> tuple[dict[str, str], list[list[Line]]]:
    """The document's properties, and the lines of each page."""
    # -P: it must not find this folder's modules in place of the standard library's
    command = [sys.executable, "-P", str(Path(pdf_worker.__file__))]
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        raise ArticleError(_HOPELESS) from None
    values = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    if not values or "end" not in values[-1]:
        raise ArticleError(_refusal(**values[-1]) if values else _HOPELESS)
    properties, *pages = values[:-1]
    lines = [[_line(number, row) for row in page["lines"]] for number, page in enumerate(pages, start=1)]
    return properties["properties"], lines


def _line(page: int, row: Sequence[Any]) -> Line:
    left, right, base, size, head, text = row
    return Line(page, left, right, base, size, head, text)


def _refusal(error: str, number: int) -> str:
    if error == "locked":
        return "암호가 걸린 PDF입니다: 암호를 풀어 저장한 뒤 넣어 주세요"
    if error == "pages":
        return f"쪽이 너무 많은 PDF입니다({number:,}쪽): {pdf_worker.MAX_PAGES:,}쪽 이하로 나누어 넣어 주세요"
    if error == "characters":
        return f"글이 너무 긴 PDF입니다({number:,}쪽부터 넘칩니다): 나누어 넣어 주세요"
    return _BROKEN


def _refuse_unreadable(text: str) -> None:
    """Fonts that do not say which letter a shape is give signs of private use, or none."""
    shown = re.sub(r"\s", "", text)
    unknown = len(re.findall("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]", shown))
    if not shown or unknown * 5 > len(shown):
        raise ArticleError(_NO_LETTERS)


# -- Text ------------------------------------------------------------------------------------------------
def _title(shown: Sequence[tuple[Paragraph, str]], body: float, claimed: str | None) -> str | None:
    """The title: that of the properties where the first page has it, else the first line of large type there."""
    first = shown[0][0].lines[0].page
    top = [(item, text) for item, text in shown if item.lines[0].page == first]
    if claimed and any(_bare(text) == _bare(claimed) for _, text in top):
        return claimed
    for item, text in top[:6]:
        if item.size >= _TITLE * body and len(text) <= _LONGEST_TITLE and re.search(r"\w", text):
            return text
    return None


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


# -- Properties --------------------------------------------------------------------------------------------
_PRINTED = re.compile(r"skia|chrom|mozilla|firefox|quartz|cairo|print|ghostscript|webkit|wkhtml", re.I)


def _claimed(properties: dict[str, Any]) -> Metadata:
    made = re.match(r"D:(\d{8})", properties.get("CreationDate", ""))
    printed = _PRINTED.search(f"{properties.get('Creator', '')} {properties.get('Producer', '')}")
    day = made[1] if made and not printed else None  # a page's printing says nothing of the article's day
    return claimed_metadata(properties.get("Title"), properties.get("Author"), day)
