"""Texts made to do harm: endless lines, lines without end, marks without number, and what patterns would try a billion ways."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import cutting, metadata_values, passages, reading
from index.analyzer import Analyzer
from index.articles import Article
from index.cutting import cut_articles
from index.decoding import composed
from index.documents import MAX_CHARACTERS, document_of
from index.errors import ArticleError
from index.markdown import plain_markdown
from index.metadata import Metadata
from index.passages import LONGEST, cut, paragraph_spans
from index.reading import article_from_text, read_file

STORY = "가람 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있고 직원은 모두 근처에 산다. "
TOP = Path(__file__).resolve().parents[1]


def article(text: str) -> Article:
    return article_from_text(text, source="글.txt")


# -- Long paragraphs ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [STORY * 700, STORY.replace(".", "") * 700, "가" * 25_000, "가" + " " * 30_000 + "나", '"' * 25_000],
    ids=["one line", "no stop", "no space", "spaces", "quotation marks"],
)
def test_a_paragraph_beyond_measure_is_several(text: str) -> None:
    made = article(text)
    spans = paragraph_spans(made)
    assert len(spans) > 1 and all(0 < end - start <= LONGEST for start, end in spans)
    assert "".join("".join(made.text[start:end].split()) for start, end in spans) == "".join(text.split())


def test_it_is_cut_after_a_sentence_else_between_words() -> None:
    made = article(STORY * 700)
    assert {made.text[end - 1 : end + 1] for _, end in paragraph_spans(made)[:-1]} == {". "}
    made = article(STORY.replace(".", "") * 700)
    assert {made.text[end] for _, end in paragraph_spans(made)[:-1]} == {" "}


def test_kiwi_is_given_no_more_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    class Watching(Analyzer):
        def analyze_all(self, texts):  # type: ignore[no-untyped-def]
            for text in texts:
                lengths.append(len(text))
                yield from super().analyze_all([text])

    made = article(STORY * 500)
    found = cut([made], Watching())[0]
    assert lengths and max(lengths) <= LONGEST
    assert all(item.passage.text == made.text[item.passage.start : item.passage.end] for item in found)
    assert [item.passage.number for item in found] == list(range(1, len(found) + 1))


def test_few_articles_are_cut_at_once_where_they_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_TEXT", 1_000)
    sizes: list[int] = []
    one_by_one = cutting.cut_one_by_one

    def watching(articles, *given, **named):  # type: ignore[no-untyped-def]
        sizes.append(len(articles))
        return one_by_one(articles, *given, **named)

    monkeypatch.setattr(cutting, "cut_one_by_one", watching)
    made = [article(f"{n}번째 {STORY * size}") for n, size in enumerate((1, 1, 100, 100, 1))]
    stored = list(cut_articles(made, Analyzer()))
    assert sizes == [3, 1, 1]
    assert [one.article for one in stored] == made and all(one.passages for one in stored)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from(["가", " ", ". ", "\n", "나다라마 바", "“"]), max_size=60), st.integers(2, 12)
)
def test_no_letter_is_lost_however_short_the_measure(parts: list[str], longest: int) -> None:
    text = "".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passages, "LONGEST", longest)
        start = len(text) - len(text.lstrip())
        spans = list(passages._stretches(text, start, len(text.rstrip()))) if text.strip() else []
    assert all(
        0 < end - start <= longest and text[start:end].strip() == text[start:end] for start, end in spans
    )
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


# -- Limits --------------------------------------------------------------------------------------------------------
def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINES", 10)
    assert article("\n".join("가나다" for _ in range(11)))
    with pytest.raises(ArticleError, match="줄이 너무 많은 글입니다: 10줄 이하로"):
        article("\n".join("가나다" for _ in range(12)))


def test_a_document_is_no_longer_than_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = ((STORY * 1000, "") for _ in iter(int, 1))
    with pytest.raises(ArticleError, match="글이 너무 긴 문서"):
        document_of(endless, Metadata(), Metadata())
    assert MAX_CHARACTERS >= 20 * 1024 * 1024 / 3, "as many as a file of text may have"


def test_what_a_file_says_of_itself_is_cut_short(tmp_path: Path) -> None:
    topics = ", ".join(f"주제{n}" for n in range(1000))
    path = tmp_path / "글.md"
    path.write_text(f"---\ntitle: {'제' * 10_000}\nauthor: {'홍' * 10_000}\ntags: {topics}\n---\n{STORY}")
    (made,) = read_file(path).articles
    longest = metadata_values.LONGEST_VALUE
    assert (made.title, made.reporter) == ("제" * longest, "홍" * longest)
    assert len(made.topics) == metadata_values.MOST_TOPICS


def test_marks_are_limited_before_they_are_put_in_order() -> None:
    assert composed("é" + "가" + "각") == unicodedata.normalize("NFC", "é가각")
    marked = "a" + "\u0301\u0323" * 10
    assert composed(marked) == unicodedata.normalize("NFC", marked)
    assert len(composed("가a" + "\u0301\u0323" * 1000 + "나")) < 40
    assert composed("—" * 100 + "…" * 100) == "—" * 100 + "…" * 100


def test_every_mark_is_among_what_is_looked_through() -> None:
    marks = "".join(chr(n) for n in range(0x110000) if unicodedata.combining(chr(n)))
    assert len(composed(marks)) <= 31 * 2


# -- Time --------------------------------------------------------------------------------------------------------------
TEXTS = {  # of each so much that more than linear time would be minutes
    "buttons": "\n".join(["글자 " * 60 + "끝", "댓글 " * 60 + "끝", "글자 크기 " * 30 + "끝"]),
    "emphasis": "**가 " * 200_000,
    "comments": "<!--" * 200_000,
    "marks": "a" + "\u0301\u0323" * 300_000,
    "lines": "가\n" * 400_000,
    "newlines": "가" + "\n" * 3_000_000 + "나",
    "a name": "---\ntitle: " + "제" * 1_000_000 + "\n---\n" + STORY,
    "brackets": "---\ntags: " + "[" * 100_000 + "\n---\n" + STORY,
    "quotations": "---\n" + "- '" * 100_000 + "\n---\n" + STORY,
    "addresses": "a@b." * 200_000,
    "a caption": "▲사진=가 나 다 제공\n" * 30_000,
    "bylines": "홍길동 기자 a@b.kr\n" * 30_000,
    "links": "[가](나" * 200_000,
}
RUN = """
import sys
from index import pdf_worker
from index.reading import _articles
from index.errors import ArticleError
from tests.test_hostile_texts import TEXTS
pdf_worker.limit_itself(3 * 1024**3, 60)
for suffix in (".md", ".txt"):
    try:
        list(_articles(TEXTS[sys.argv[1]].encode(), suffix, "글" + suffix, []))
    except ArticleError as error:
        print(error)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_much_of_the_same_ends(name: str) -> None:
    """In a process that may take a minute of the processor, which linear time is far from."""
    pytest.importorskip("resource", reason="no such limits on this system")
    done = subprocess.run([sys.executable, "-c", RUN, name], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_markdown_reads_marks_as_before() -> None:
    assert plain_markdown("**가 **나** 다** ~~라~~ __마 __") == "가 **나 다** 라 __마 __"
    assert plain_markdown("가<!-- 메모 -->나<!--\n메모\n-->다") == "가나\n\n다"
