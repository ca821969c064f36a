"""What an HTML page's head says of its article, and its JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import html

from index.decoding import normalise
from index.metadata import Metadata, parse_date

_LONGEST_VALUE = 2_000
"""Characters that are looked at of a value ..."""
_LONGEST_JSON = 1_000_000
"""... and of a script: JSON of brackets takes thirty times as much memory as it has characters."""
_PORTAL = re.compile(r"네이버|다음|naver|daum|nate|네이트|google|구글", re.I)
_NEWS_TYPES = frozenset(
    ("NewsArticle", "Article", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting")
)


def read_metadata(tree: html.HtmlElement) -> Metadata:
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
        source = script.text or ""
        if "ld+json" not in (script.get("type") or "") or len(source) > _LONGEST_JSON:
            continue
        try:
            # Papers leave raw line ends inside strings: strict=False lets them pass.
            found = json.loads(source, strict=False)
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
    return " ".join(normalise(unescape(value[:_LONGEST_VALUE])).split()) or None if value else None
