"""Files and folders to articles: what is found, read, skipped and refused; Markdown and HTML."""

from __future__ import annotations

import os
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import formats, reading
from index.articles import Article
from index.errors import ArticleError
from index.finding import find_files
from index.html_text import read_page
from index.markdown import plain_markdown
from index.metadata import Metadata, split_front_matter
from index.reading import article_from_text, read_article, read_articles

TITLE = "가나시 새 도서관 문 연다"
LEAD = (
    "가나시는 4일 새 도서관을 연다고 밝혔다. 도서관에는 좌석 200석과 서가 40개가 있으며, "
    "지하에는 보존 서고를 두었다."
)
END = "도서관은 매일 문을 열며 오후 8시에 닫는다. 관계자는 이용자가 늘면 시간을 더 늘리겠다고 말했다."


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def blocks(article: Article) -> list[tuple[str, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


# -- Finding -----------------------------------------------------------------------------------------------
def test_a_folder_is_walked_in_order_without_hidden_and_other_files(tmp_path: Path) -> None:
    names = ["나.md", "가.txt", "다/라.HTML", "다/마.htm", "바.markdown"]
    for name in [*names, ".숨김.txt", ".git/x.txt", "표.csv", "다/그림.png"]:
        write(tmp_path / name, LEAD)
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == ["가.txt", "나.md", "바.markdown", "다/라.HTML", "다/마.htm"]


def test_files_are_taken_as_given_and_once(tmp_path: Path) -> None:
    note = write(tmp_path / "README", LEAD)
    assert find_files([note, str(note), tmp_path]) == [note]
    assert find_files([]) == []


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "밖/비밀.txt", LEAD)
    inside = write(tmp_path / "안/글.txt", LEAD)
    os.symlink(outside, tmp_path / "안/링크.txt")
    os.symlink(outside.parent, tmp_path / "안/폴더")
    os.symlink(tmp_path / "안", tmp_path / "안/고리")
    assert find_files([tmp_path / "안"]) == [inside]


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"없는 곳: .*없습니다"):
        find_files([tmp_path / "없는 곳"])


# -- Reading -----------------------------------------------------------------------------------------------
def test_bad_files_among_good_ones_are_skipped_and_reported(tmp_path: Path) -> None:
    good = write(tmp_path / "1.txt", f"{TITLE}\n\n{LEAD}")
    write(tmp_path / "2.txt", "")
    write(tmp_path / "3.txt", " \n\u200b\n")
    write(tmp_path / "4.txt", b"%PDF-1.4")
    write(tmp_path / "5.txt", f"{TITLE}\r\n\r\n{LEAD}\n")
    seen: list[tuple[int, int, str]] = []
    reading = read_articles([tmp_path], lambda number, count, path: seen.append((number, count, path.name)))
    assert [article.source for article in reading.articles] == [str(good)]
    assert [(Path(skip.path).name, skip.reason.split(":")[0]) for skip in reading.skipped] == [
        ("2.txt", "비어 있는 파일입니다"),
        ("3.txt", "글이 없습니다"),
        ("4.txt", "고장 난 PDF라 열 수 없습니다"),
        ("5.txt", "같은 내용의 기사를 이미 읽었습니다"),
    ]
    assert seen == [(number, 5, f"{number}.txt") for number in range(1, 6)]


def test_no_article_files(tmp_path: Path) -> None:
    write(tmp_path / "표.csv", "가,나")
    with pytest.raises(ArticleError, match=r"기사 파일\(\.txt \.md .*\.zip\)이 없습니다"):
        read_articles([tmp_path])


def test_nothing_readable_says_why(tmp_path: Path) -> None:
    write(tmp_path / "빈.txt", "")
    with pytest.raises(
        ArticleError, match=r"읽을 수 있는 기사가 없습니다 \(.*빈.txt: 비어 있는 파일입니다\)"
    ):
        read_articles([tmp_path])


@pytest.mark.parametrize(
    "make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff")]
)
def test_an_unreadable_file_is_named(tmp_path: Path, make: object) -> None:
    path = tmp_path / "기사.txt"
    assert callable(make)
    make(path)
    with pytest.raises(ArticleError) as caught:
        read_article(path)
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "관.txt")
    with pytest.raises(ArticleError, match="파일이 아닙니다"):
        read_article(tmp_path / "관.txt")


def test_a_file_over_the_limit_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "큰.txt"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)  # sparse
    monkeypatch.setattr(reading, "_articles", lambda *_: pytest.fail("loaded"))
    with pytest.raises(ArticleError, match=r"너무 큰 파일입니다\(2048MB\)"):
        read_article(path)


def test_of_a_file_that_is_larger_than_it_says_no_more_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "큰.pdf", "%PDF-1.7" + "가" * 1000)
    monkeypatch.setattr(formats, "MAX_LARGE", 1500)
    monkeypatch.setattr(Path, "stat", lambda self, **_: os.stat_result((0o100644, *[0] * 9)))
    with pytest.raises(ArticleError, match="너무 큰 파일입니다"):
        read_article(path)


def test_the_same_article_has_the_same_id_however_it_is_stored(tmp_path: Path) -> None:
    text = f"{TITLE}\n\n{LEAD}\n"
    stored = [
        write(tmp_path / "a.txt", text),
        write(tmp_path / "b.txt", text.encode("cp949")),
        write(tmp_path / "c.txt", text.replace("\n", "\r\n").encode("utf-16")),
        write(tmp_path / "d.txt", unicodedata.normalize("NFD", text)),
    ]
    articles = [read_article(path) for path in stored]
    assert len({article.id for article in articles}) == 1
    assert len(articles[0].id) == 12 and int(articles[0].id, 16) >= 0
    assert articles[0].id != article_from_text(text, source="a.txt", publisher="나다일보").id


def test_the_title_falls_back_on_the_files_name(tmp_path: Path) -> None:
    path = write(tmp_path / unicodedata.normalize("NFD", "회의록.txt"), LEAD)
    article = read_article(path)
    assert (article.title, blocks(article)) == ("회의록", [("prose", LEAD)])


def test_first_line_counts_the_blank_lines_cut_off(tmp_path: Path) -> None:
    article = read_article(write(tmp_path / "a.txt", f"\n \n\n  {LEAD}\n\n"))
    assert (article.first_line, article.text) == (4, f"  {LEAD}")


def test_text_from_elsewhere() -> None:
    article = article_from_text(
        f"{TITLE}\n\n{LEAD}",
        source="api",
        title="다른\n제목",
        publisher=" 나다일보 ",
        published="2025-03-04",
        topics=["책", ""],
    )
    assert (article.title, article.publisher, article.published) == ("다른 제목", "나다일보", "2025-03-04")
    assert (article.source, article.topics, article.first_line) == ("api", ("책",), 1)
    with pytest.raises(ArticleError):
        article_from_text(" \u200b\n", source="api")
    assert article_from_text("사과", source="").title == "사과"


@pytest.mark.parametrize(
    ("given", "day"), [("2025.3.4", "2025-03-04"), ("20250304", "2025-03-04"), ("봄", None)]
)
def test_a_given_day_is_written_as_all_days_are(given: str, day: str | None) -> None:
    assert article_from_text("사과가 붉다.", source="a.txt", published=given).published == day


# -- Front matter and Markdown -----------------------------------------------------------------------------
FRONT = """---
title: "가나시 새 도서관 문 연다"
publisher: 나다일보
date: 2025-03-04
author: [홍길동, 김영희]
link: https://nada.co.kr/1
tags:
  - 도서관
  - 가나시
based_on:
  title: 원래 기사
  publisher: 다라일보
---
"""


def test_front_matter(tmp_path: Path) -> None:
    article = read_article(
        write(tmp_path / "a.md", f"{FRONT}\n# {TITLE}\n\n{LEAD}\n\n## 이용 시간\n\n{END}\n")
    )
    assert (article.title, article.publisher, article.published) == (TITLE, "나다일보", "2025-03-04")
    assert (article.reporter, article.url) == ("홍길동·김영희", "https://nada.co.kr/1")
    assert (article.topics, article.first_line) == (("도서관", "가나시"), 15)
    assert blocks(article) == [
        ("title", f"# {TITLE}"),
        ("prose", LEAD),
        ("heading", "## 이용 시간"),
        ("prose", END),
    ]


def test_line_numbers_lead_back_to_the_file(tmp_path: Path) -> None:
    comment, code = "<!-- 편집자\n메모 -->", "```\n코드\n```"
    source = f"{FRONT}\n\n# {TITLE}\n\n{comment}\n**{LEAD}** [링크](https://x.kr)\n\n{code}\n> {END}\n"
    article = read_article(write(tmp_path / "a.md", source))
    for number, line in enumerate(article.text.split("\n"), article.first_line):
        if line.strip():
            assert line.split()[-1].strip("#") in source.split("\n")[number - 1]
    assert f"{LEAD} 링크" in article.text and "메모" not in article.text and "\n" + END in article.text


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("---\ntitle: SKT: 모두의 AI\ndate: 2025-03-04\n---\n", "SKT: 모두의 AI"),  # not YAML, yet clear
        ("---\ntitle: 제목\ndate: 2025-99-99\n---\n", "제목"),
        ("---\ntitle: [1, 2\n---\n", "[1, 2"),
        (f"---\ntitle: 제목\ntags: {'[' * 3000}\n---\n", "제목"),  # deeper than Python calls itself
    ],
)
def test_front_matter_with_faults(front: str, title: str) -> None:
    metadata, rest, first_line = split_front_matter(front + LEAD)
    assert (metadata.title, rest, first_line) == (title, LEAD, front.count("\n") + 1)
    assert metadata.published in (None, "2025-03-04")


@pytest.mark.parametrize(
    "text", ["---\n그저 줄\n---\n글", "---\ntitle: 끝나지 않는다\n", "---\n---\n글", "글\n---\na: 1\n---\n"]
)
def test_what_is_no_front_matter_stays_text(text: str) -> None:
    assert split_front_matter(text) == (Metadata(), text, 1)


@given(st.text(alphabet="a가:-[]{}&*!|>'\"#\n ", max_size=60))
def test_any_front_matter(inner: str) -> None:
    text = f"---\n{inner}\n---\n{LEAD}"
    _, rest, first_line = split_front_matter(text)
    assert text.endswith(rest) and text.count("\n") - rest.count("\n") == first_line - 1


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**굵게** *기울여* __굵게__ _기울여_ ~~지움~~ `코드`", "굵게 기울여 굵게 기울여 지움 코드"),
        ("[글](https://a.kr/b_c_d '제목')과 [또][1], <https://a.kr>", "글과 또, https://a.kr"),
        ("글 ![그림](a.png) 글", "글  글"),
        ("![그림](a.png)", "![그림](a.png)"),
        ("3*4*5와 snake_case_name, 3~5명, 2~3일", "3*4*5와 snake_case_name, 3~5명, 2~3일"),
        (r"\*별표\* &amp; <b>굵게</b><br>", "*별표* & 굵게"),
        ("> > 인용", "인용"),
        ("- 항목\n1. 항목\n| 가 | 나 |", "- 항목\n1. 항목\n| 가 | 나 |"),
        ("```py\n**그대로**\n```", "\n**그대로**\n"),
    ],
)
def test_inline_markdown(markdown: str, plain: str) -> None:
    assert plain_markdown(markdown) == plain


@given(st.text(alphabet="*_`~[]()<>!&#-> a가\n\\", max_size=80))
def test_markdown_keeps_its_lines(text: str) -> None:
    assert plain_markdown(text).count("\n") == text.count("\n")


# -- HTML --------------------------------------------------------------------------------------------------
TEASER = "<p>다른 기사의 첫 문장이 여기에 온다. 그 뒤는 눌러야 보인다. 이 문장은 길다.</p>"
PAGE = f"""<!doctype html><html><head><meta charset="utf-8"><title>{TITLE} - 나다일보</title>
<meta property="og:title" content="{TITLE} &amp;quot;누구나&amp;quot;">
<meta property="og:site_name" content="나다일보">
<meta property="article:published_time" content="2025-03-04T10:20:00+09:00">
<meta name="author" content="홍길동 기자 hong@nada.co.kr"><link rel="canonical" href="https://nada.co.kr/1">
<meta name="keywords" content="도서관, 가나시"><script>var 스크립트;</script>
<style>.x{{color:red}}</style></head>
<body><nav><a href="/">홈</a> <a href="/p">정치</a></nav><article><h1>{TITLE} "누구나"</h1>
<figure><img src="a.jpg"><figcaption>새 열람실의 모습</figcaption></figure><p>{LEAD}</p><h3>이용 시간</h3>
<p>{END}<br>{LEAD}</p><ul><li>좌석 200석</li><li>서가 40개</li></ul>
<table><tr><th>층</th><th>좌석</th></tr><tr><td>1층</td><td>200</td></tr></table></article>
<aside><h4>많이 본 뉴스</h4><p>{END}</p></aside><footer>저작권자 ⓒ 나다일보</footer></body></html>"""


def test_an_html_page(tmp_path: Path) -> None:
    article = read_article(write(tmp_path / "a.html", PAGE))
    assert (article.title, article.publisher, article.published) == (
        f'{TITLE} "누구나"',
        "나다일보",
        "2025-03-04",
    )
    assert (article.reporter, article.url, article.topics) == (
        "홍길동",
        "https://nada.co.kr/1",
        ("도서관", "가나시"),
    )
    assert blocks(article) == [
        ("title", f'{TITLE} "누구나"'),
        ("prose", LEAD),
        ("heading", "이용 시간"),
        ("prose", END),
        ("prose", LEAD),
        ("prose", "- 좌석 200석\n- 서가 40개"),
        ("prose", "층 | 좌석\n1층 | 200"),
    ]


def test_a_portals_page_set_with_br_alone(tmp_path: Path) -> None:
    page = (
        f'<html><head><meta charset="euc-kr"><meta property="og:title" content="{TITLE}">'
        '<meta property="og:site_name" content="네이버 뉴스">'
        '<meta property="og:article:author" content="나다일보 | 네이버">'
        '</head><body><div>메뉴</div><span data-date-time="2025-03-04 10:20:12">2025.03.04.</span>'
        f'<article id="dic_area">{LEAD}<em class="img_desc">열람실의 모습.</em>'
        f"<br><br>{END}<br>{LEAD}<br><br>"
        "홍길동 기자 hong@nada.co.kr</article><div>구독하세요</div></body></html>"
    )
    article = read_article(write(tmp_path / "a.html", page.encode("cp949")))
    assert (article.publisher, article.published, article.reporter) == ("나다일보", "2025-03-04", "홍길동")
    assert blocks(article) == [
        *(("prose", text) for text in (LEAD, END, LEAD)),
        ("byline", "홍길동 기자 hong@nada.co.kr"),
    ]


def test_json_ld() -> None:
    data = """{"@graph": [{"@type": "WebSite", "name": "w"}, {"@type": ["NewsArticle"],
      "headline": "새 도서관",
      "datePublished": "2025-03-04T01:00:00Z", "author": [{"name": "홍길동 기자"}, {"name": "김영희"}],
      "publisher": {"name": "나다일보"}, "articleBody": "줄\n바꿈"}]}"""
    scripts = "".join(f'<script type="application/ld+json">{text}</script>' for text in ("{깨진", data))
    found = read_page(
        f"<html><head><title>x</title>{scripts}</head><body><p>{LEAD}</p></body></html>"
    ).metadata
    assert (found.title, found.publisher, found.published) == ("새 도서관", "나다일보", "2025-03-04")
    assert found.reporter == "홍길동·김영희"


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{LEAD}</p><p>{END}</p>",
        f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{LEAD}</p><p>{END}</p></body></html>',
        f"<body><div><div>{LEAD}</div><div>{END}</div></div></body>",
        f'<body><div id="articleBody"><p>{LEAD}</p><p>{END}</p></div><div>{TEASER * 20}</div></body>',
        f"{LEAD}<br>{END}",
    ],
    ids=["fragment", "XHTML", "div", "teasers", "no block elements"],
)
def test_paragraphs_of_a_page(page: str) -> None:
    assert [line for line in read_page(page).text.split("\n") if line] == [LEAD, END]


@pytest.mark.parametrize(
    "page", ["<html></html>", "<script>1</script>", "<!-- x -->", "<body><img src=a.png></body>"]
)
def test_a_page_without_text(page: str) -> None:
    with pytest.raises(ArticleError, match="HTML"):
        read_page(page)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div>",
                "<br>",
                "<table><tr><td>",
                "<li>",
                "<h2>",
                "</",
                "<!--",
                "&#0;",
                "가 나",
                LEAD,
            ]
        ),
        max_size=30,
    )
)
def test_any_html(parts: list[str]) -> None:
    with suppress(ArticleError):
        assert read_page("".join(parts)).text.strip()


@pytest.mark.parametrize("claimed", ["javascript:alert(1)", "/news/1", "https://"])
def test_an_address_that_leads_nowhere_is_no_source(claimed: str) -> None:
    made = article_from_text("가람 회사는 새 공장을 지었다.", source="a.html", url=claimed)
    assert made.url is None
    assert (
        article_from_text("가람 회사", source="a", url="https://example.com/1").url == "https://example.com/1"
    )
