"""An HTML page to the article's text, its metadata, and the kinds of lines that its tags give away."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree, html

from index.articles import BlockKind
from index.decoding import normalise
from index.documents import LONGEST_HEADING, Document, together
from index.errors import ArticleError
from index.metadata import Metadata, parse_date

_NO_TEXT = "HTML에서 글을 찾지 못했습니다: 본문을 텍스트(.txt)로 저장해 넣어 주세요"
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "svg", "button", "select", "textarea", "head")
_CHROME = ("nav", "footer", "aside", "form", "menu", "dialog")
_CAPTION_CLASS = re.compile(r"(?:^|[\s_-])(?:caption|img_?desc|photo_?desc|pic_?desc)(?:$|[\s_-])", re.I)
_BLOCKS = frozenset(
    """
    address article blockquote body dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav
    ol p pre section table tr ul
    """.split()  # noqa: SIM905
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BREAK = "\ue0b5"
"""Stands for <br> in text: a private character, so that it comes through whatever is done to the elements."""

_BODIES = (  # where Korean news pages keep the article's body
    "//*[@itemprop='articleBody']",
    "//*[@id='dic_area' or @id='articleBody' or @id='article_body' or @id='newsEndContents']",
    "//*[contains(concat(' ', @class, ' '), ' article_body ')]",
    "//*[contains(concat(' ', @class, ' '), ' article-body ')]",
)
_ARTICLES = ("//article", "//main")


def read_page(source: str) -> Document:
    """Read a whole page or a fragment of HTML.

    The text is what trafilatura takes for the article (favouring recall); where it finds nothing, or misses
    most of the paragraphs that the page's own article element holds, it is that element's text.

    Raises ArticleError for a page without text.
    """
    try:
        # Bytes: lxml refuses a str that declares an encoding, as XHTML pages do.
        tree = html.document_fromstring(
            source.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8", huge_tree=True)
        )
    except (etree.ParserError, ValueError):
        raise ArticleError(_NO_TEXT) from None
    metadata = _read_metadata(tree)
    _strip(tree)
    root = _article_element(tree)
    plain = list(_lines(root))
    if not plain:
        raise ArticleError(_NO_TEXT)
    lines = _by_trafilatura(root)
    if _loses_most(plain, lines):
        lines = plain
    known: dict[str, BlockKind] = {
        line: "heading" for line, tag in lines if tag in _HEADINGS and len(line) <= LONGEST_HEADING
    }
    kinds = {"li": "item", "tr": "row"}
    return Document(together([(line, kinds.get(tag, "")) for line, tag in lines]), metadata, known=known)


# -- Text ----------------------------------------------------------------------------------------------
def _strip(tree: html.HtmlElement) -> None:
    """Remove what is no text, and photo captions: they would be glued to the nearest paragraph."""
    etree.strip_elements(tree, *_UNSEEN, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for element in list(tree.iter("figcaption", "em", "span", "p", "div")):
        caption = element.tag == "figcaption" or _CAPTION_CLASS.search(element.get("class") or "")
        if caption and element.getparent() is not None and len(element.text_content()) <= 400:
            element.drop_tree()
    for element in list(tree.iter("br")):  # trafilatura runs lines together that only <br> sets apart
        element.tail = _BREAK + (element.tail or "")
        element.drop_tree()


def _article_element(tree: html.HtmlElement) -> html.HtmlElement:
    """The element that holds the article, or the whole page."""
    whole = 0
    for path in (*_BODIES, *_ARTICLES):
        found = [element for element in tree.xpath(path) if isinstance(element, html.HtmlElement)]
        if not found:
            continue
        longest = max(found, key=lambda element: len(element.text_content()))
        if path in _BODIES and len(longest.text_content().strip()) >= 100:
            return longest
        # Cards of other articles are <article> elements too.
        whole = whole or _prose_length(tree)
        if _prose_length(longest) * 2 > whole:
            return longest
    return tree


def _prose_length(root: html.HtmlElement) -> int:
    return sum(len(line) for line, _ in _lines(root) if len(line) >= 40)


def _lines(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Each line of text below ``root`` with the tag of the innermost block element it stands in."""
    words: list[str] = []
    where: list[str] = [""]
    skipped = 0  # depth of elements whose text is not the article's

    def flush() -> Iterator[tuple[str, str]]:
        for part in "".join(words).split(_BREAK):
            line = " ".join(normalise(part).split()).removesuffix(" |")
            if line:
                tag = "li" if "li" in where else where[-1]
                yield f"- {line}" if tag == "li" else line, tag
        words.clear()

    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            skipped += tag in _CHROME
            if tag in _BLOCKS:
                yield from flush()
                where.append(tag)
            if element.text and not skipped:
                words.append(element.text)
        else:
            skipped -= tag in _CHROME
            if tag in _BLOCKS:
                yield from flush()
                where.pop()
            if tag in ("td", "th"):
                words.append(" | ")
            if element.tail and not skipped and element is not root:
                words.append(element.tail)
    yield from flush()


def _by_trafilatura(root: html.HtmlElement) -> list[tuple[str, str]]:
    import trafilatura  # here, not above: it costs .3 s, which reading plain text need not pay

    page = html.Element("html")
    body = root.find("body")
    page.append(copy.deepcopy(root if body is None else body))
    document = trafilatura.bare_extraction(
        page, favor_recall=True, include_comments=False, include_formatting=True, include_tables=True
    )
    found = getattr(document, "body", None)
    if found is None:
        return []
    # Its own element names, put back into HTML's for _lines.
    names = {"head": "h2", "item": "li", "list": "ul", "quote": "blockquote", "row": "tr", "cell": "td"}
    for element in found.iter(*names):
        element.tag = names[element.tag]
    for element in found.iter("lb"):
        element.tail = _BREAK + (element.tail or "")
    return list(_lines(found))


def _loses_most(plain: list[tuple[str, str]], chosen: list[tuple[str, str]]) -> bool:
    """Are most of the page's paragraphs missing from the extracted lines?"""
    if not chosen:
        return True
    paragraphs = [line for line, tag in plain if tag not in ("li", "tr") and len(line) >= 40]
    taken = re.sub(r"\s+", "", "".join(line for line, _ in chosen))
    kept = sum(re.sub(r"\s+", "", line)[:30] in taken for line in paragraphs)
    return kept * 2 < len(paragraphs)


# -- Metadata ------------------------------------------------------------------------------------------
_PORTAL = re.compile(r"네이버|다음|naver|daum|nate|네이트|google|구글", re.I)
_NEWS_TYPES = frozenset(
    ("NewsArticle", "Article", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting")
)


def _read_metadata(tree: html.HtmlElement) -> Metadata:
    """Metadata from JSON-LD, then Open Graph and other ``meta`` elements, then the page's title."""
    meta: dict[str, str] = {}
    topics: list[str] = []
    for element in tree.iter("meta"):
        key = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        value = _clean(element.get("content"))
        if value:
            meta.setdefault(key, value)
            topics += [value] if key == "article:tag" else []
    publisher = meta.get("og:site_name") or meta.get("article:publisher")
    if publisher is None or _PORTAL.search(publisher) or publisher.startswith("http"):
        # On a portal's page the paper stands beside the portal's name: "아무일보 | 네이버".
        names = re.split(r"\s*[|:]\s*", meta.get("og:article:author") or meta.get("twitter:creator") or "")
        publisher = next((name for name in names if name and not _PORTAL.search(name)), None)
    stamp = tree.xpath("string((//*[@data-date-time]/@data-date-time | //time/@datetime)[1])")
    published = (
        meta.get("article:published_time") or meta.get("datepublished") or meta.get("date") or str(stamp)
    )
    author = meta.get("article:author") or meta.get("author") or meta.get("dable:author")
    author = None if author is None or author.startswith("http") or author == publisher else author
    keywords = [
        word.strip() for word in re.split(r"[,#]", meta.get("keywords") or meta.get("news_keywords") or "")
    ]
    of_page = Metadata(
        title=meta.get("og:title") or meta.get("twitter:title") or _page_title(tree, publisher),
        publisher=publisher,
        published=parse_date(published),
        reporter=_reporter(author),
        url=_clean(str(tree.xpath("string((//link[@rel='canonical']/@href)[1])"))) or meta.get("og:url"),
        topics=tuple(dict.fromkeys(topics or [word for word in keywords if word])),
    )
    of_page = of_page.or_else(Metadata(title=_clean(str(tree.xpath("string((//h1)[1])")))))
    return _read_json_ld(tree).or_else(of_page)


def _page_title(tree: html.HtmlElement, publisher: str | None) -> str | None:
    title = _clean(str(tree.xpath("string((//title)[1])")))
    if title and publisher:  # "제목 - 아무일보", "제목 | 정치 | 아무일보"
        title = re.split(rf"\s+[-|:<·–—]+\s+(?=[^-|]{{0,20}}(?:[-|]\s)?{re.escape(publisher)})", title)[0]
    return title


def _read_json_ld(tree: html.HtmlElement) -> Metadata:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            # Papers leave raw line ends inside strings: strict=False lets them pass.
            found = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _json_items(found):
            kinds = item.get("@type")
            if _NEWS_TYPES & set(kinds if isinstance(kinds, list) else [str(kinds)]):
                return Metadata(
                    title=_json_text(item.get("headline")),
                    publisher=_json_text(item.get("publisher")),
                    published=parse_date(_json_text(item.get("datePublished")) or ""),
                    reporter=_reporter(_json_text(item.get("author"))),
                )
    return Metadata()


def _json_items(found: Any) -> Iterator[dict[str, Any]]:
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (
                inner for inner in (graph if isinstance(graph, list) else []) if isinstance(inner, dict)
            )


def _json_text(value: Any) -> str | None:
    if isinstance(value, list):
        return "·".join(filter(None, map(_json_text, value[:5]))) or None
    if isinstance(value, dict):
        return _clean(value["name"]) if isinstance(value.get("name"), str) else None
    return _clean(value) if isinstance(value, str) else None


def _reporter(author: str | None) -> str | None:
    """A name without address and 기자; None for what is no name."""
    if author is None:
        return None
    name = re.sub(
        r"\s*[(<]?[\w.+-]+@[\w.-]+[)>]?|\s*(?:선임|전문|수석)?(?:기자|특파원)\s*", "", author
    ).strip(" ,·|")
    return name or None


def _clean(value: str | None) -> str | None:
    """A metadata value on one line, its entities decoded twice (papers encode them twice), or None."""
    return " ".join(normalise(unescape(value)).split()) or None if value else None
