"""The chat page's right-hand side: the passages behind an answer as cards, and whole articles to read."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from index.articles import Article, BlockKind
from index.passages import Span
from rag.answer import Answer, Citation
from rag.hits import Hit
from rag.page.markup import escape, marked

OPENED_NEAREST = 2
"""How many of the nearest passages lie open when there is no answer."""
MOST_COPIES = 8
"""How many other articles with the same passage its card names."""

KIND_LABELS: dict[BlockKind, str] = {
    "prose": "본문",
    "title": "제목",
    "deck": "부제",
    "heading": "소제목",
    "byline": "기자·날짜",
    "caption": "사진 설명",
    "image": "이미지",
    "copyright": "저작권",
    "related": "관련 기사",
    "hashtags": "해시태그",
    "share": "공유 단추",
    "subscribe": "구독 안내",
}


def sources(number: int, found: Answer) -> str:
    """The passages behind the answer of turn ``number``: the cited ones, then the other near ones."""
    if not found.hits:
        return ""
    cited = cited_by_passage(found)
    by_id = {hit.passage.id: hit for hit in found.hits}
    cards = [
        _card(card_id_of(number, marks[0].n), by_id[passage], marks)
        for passage, marks in cited.items()
        if passage in by_id
    ]
    others = [hit for hit in found.hits if hit.passage.id not in cited]
    first = max((citation.n for citation in found.citations), default=0) + 1
    near = "".join(
        _near(
            card_id_of(number, n),
            n,
            hit,
            opened=found.abstained and n <= OPENED_NEAREST,
            rated=not found.abstained,
        )
        for n, hit in enumerate(others, start=first)
    )
    heading = "관련 있을 수 있는 대목" if found.abstained else "근거"
    legend = _legend(bool(cards), any(hit.highlights for hit in found.hits))
    body = f'<h2 class="gg-heading">{heading}</h2>{legend}{"".join(cards)}'
    if near and cards:
        body += '<h3 class="gg-subheading">그 밖의 가까운 대목</h3>'
    return body + near


def source_group(number: int, inner: str, *, shown: bool) -> str:
    """The ``sources`` of turn ``number``, seen or waiting for a click on one of the turn's citations."""
    hidden = "" if shown else " hidden"
    return f'<section class="gg-sources" id="sources-{number}"{hidden}>{inner}</section>'


def cited_by_passage(found: Answer) -> dict[str, list[Citation]]:
    """The citations of each cited passage, by passage id, in order of their numbers."""
    cited: dict[str, list[Citation]] = {}
    for citation in found.citations:
        cited.setdefault(citation.passage.id, []).append(citation)
    return cited


def card_id_of(number: int, source: int) -> str:
    """The id of a source's card: of the turn, and of the number it is cited by."""
    return f"source-{number}-{source}"


def _legend(quotes: bool, words: bool) -> str:
    quote = '<mark class="gg-quote">답으로 인용한 문장</mark>' if quotes else ""
    word = '<b class="gg-word">질문과 같은 말</b>' if words else ""
    return f'<p class="gg-legend">{quote}{word}</p>'


def _card(card_id: str, hit: Hit, citations: Sequence[Citation]) -> str:
    """A cited passage, in full, under the numbers of all its quotations."""
    numbers = "·".join(str(citation.n) for citation in citations)
    return (
        f'<article class="gg-card" id="{card_id}" tabindex="-1" aria-label="출처 {numbers}">'
        f'<header><span class="gg-number">{numbers}</span><h3>{escape(hit.article.title)}</h3></header>'
        f"{_facts(hit.article)}{_also(hit.elsewhere)}{_body(hit, citations)}</article>"
    )


def _near(card_id: str, number: int, hit: Hit, *, opened: bool, rated: bool) -> str:
    """A passage that was found but not cited, folded up; ``rated`` says whether its scores are worth showing."""
    preview = escape(" ".join(hit.passage.text.split())[:90])
    return (
        f'<details class="gg-card gg-near" id="{card_id}"{" open" if opened else ""}>'
        f'<summary><span class="gg-number">{number}</span><h3>{escape(hit.article.title)}</h3>'
        f'<span class="gg-preview">{preview}</span></summary>'
        f"{_facts(hit.article)}{_also(hit.elsewhere)}{_body(hit, (), rated=rated)}</details>"
    )


def _body(hit: Hit, citations: Sequence[Citation], *, rated: bool = True) -> str:
    start = hit.passage.start
    quotes = [(citation.start, citation.end) for citation in citations]
    text = marked(hit.passage.text, [(a - start, b - start) for a, b in quotes], hit.highlights)
    # relative to the best passage: where nothing answers, the best is no measure
    scores = (("단어 일치", hit.lexical), ("의미 유사", hit.dense), ("답하는 문장", hit.sentence))
    meters = "".join(_meter(label, score) for label, score in scores) if rated else ""
    return (
        f'<p class="gg-text">{text}</p><footer><div class="gg-meters">{meters}</div>'
        f"{_open_article(hit.article, [(start, hit.passage.end), *quotes])}</footer>"
    )


def _also(duplicates: Sequence[Hit]) -> str:
    """The other articles with the same passage, each to be opened there."""
    openers = "".join(
        _open_article(hit.article, [(hit.passage.start, hit.passage.end)], _paper_and_date(hit.article))
        for hit in duplicates[:MOST_COPIES]
    )
    unnamed = len(duplicates) - MOST_COPIES
    more = f"<span>외 {unnamed:,}곳</span>" if unnamed > 0 else ""
    return f'<p class="gg-also"><span>같은 내용</span>{openers}{more}</p>' if openers else ""


def _paper_and_date(article: Article) -> str:
    return " · ".join(filter(None, (article.publisher or article.title, article.published)))


def _facts(article: Article) -> str:
    """Publisher, date and place of an article in one line."""
    facts = [f"<span>{escape(fact)}</span>" for fact in (article.publisher, article.published) if fact]
    return f'<p class="gg-facts">{"".join(facts)}{_place(article)}</p>'


def _place(article: Article) -> str:
    """A link to the article where it came from the web, else its file's name."""
    host = web_host(article.url)
    if article.url and host:
        href = escape(article.url.strip())
        return f'<a href="{href}" target="_blank" rel="noopener noreferrer">{escape(host)} ↗</a>'
    name = article.source.replace("\\", "/").rsplit("/", 1)[-1]
    return f"<span>{escape(name)}</span>"


def web_host(url: str | None) -> str | None:
    """The host of an ``http`` or ``https`` address, or None for any other."""
    try:
        parts = urlsplit((url or "").strip())
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def _meter(label: str, value: float) -> str:
    percent = round(100 * min(max(value, 0.0), 1.0))
    return (
        f'<span class="gg-meter" role="img" aria-label="{label} {percent}%" '
        f'title="이 질문에 가장 잘 맞는 대목을 100%로 본 값: {percent}%"><span>{label}</span>'
        f'<i><i style="width:{percent}%"></i></i><b>{percent}%</b></span>'
    )


def _open_article(article: Article, spans: Sequence[Span], label: str = "기사 전체 보기") -> str:
    """The button that opens an article; the first span is the passage to mark, the others are quotations."""
    given = " ".join(f"{start}-{end}" for start, end in spans)
    return (
        f'<button type="button" class="gg-open" data-article="{escape(article.id)}" data-spans="{given}">'
        f"{escape(label)}</button>"
    )


def collection(articles: Sequence[Article], total: int) -> str:
    """Some of the articles searched, each to be opened; what stands in the sources' place at first."""
    rows = "".join(f"<li>{_open_article(one, (), one.title)}{_facts(one)}</li>" for one in articles)
    more = f'<p class="gg-more">그 밖에 {total - len(articles):,}편</p>' if total > len(articles) else ""
    heading = '<h2 class="gg-heading">찾아볼 기사</h2>'
    return f'<section class="gg-collection">{heading}<ul>{rows}</ul>{more}</section>'


def whole_article(article: Article, passage: Span | None = None, quotes: Sequence[Span] = ()) -> str:
    """An article from its first line to its last, with what is no prose greyed and a passage of it marked.

    Args:
        article: the article.
        passage: what to mark, in characters of its text.
        quotes: sentences of it to mark more strongly.
    """
    blocks = []
    for block in article.blocks:
        inside = [(start - block.start, end - block.start) for start, end in quotes]
        region = [(passage[0] - block.start, passage[1] - block.start)] if passage else []
        here = passage is not None and block.start < passage[1] and passage[0] < block.end
        names = (
            ["gg-block", f"gg-is-{block.kind}"] + ["gg-here"] * here + ["gg-grey"] * (block.kind != "prose")
        )
        label = "" if block.kind == "prose" else f'<small class="gg-kind">{KIND_LABELS[block.kind]}</small>'
        text = marked(article.text[block.start : block.end], inside, passages=region)
        blocks.append(f'<p class="{" ".join(names)}">{label}{text}</p>')
    head = f"<h2>{escape(article.title)}</h2>{_facts(article)}"
    return f'<header>{head}</header><div class="gg-reader-text">{"".join(blocks)}</div>'


def reader() -> str:
    """The window in which whole articles open, still empty."""
    bar = '<div class="gg-reader-bar">기사 전체<button type="button" class="gg-close">닫기</button></div>'
    body = '<div class="gg-reader-body" tabindex="0"></div>'
    return f'<dialog class="gg-reader" aria-label="기사 전체">{bar}{body}</dialog>'
