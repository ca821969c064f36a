"""An HTML page to the article's text, its metadata, and the kinds of lines that its tags give away."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from itertools import chain, islice, takewhile

from lxml import etree, html

from index.articles import BlockKind
from index.decoding import normalise
from index.documents import LONGEST_HEADING, Document, together
from index.errors import ArticleError
from index.html_metadata import read_metadata
from index.html_parsing import NO_TEXT, ODD, Page, parse_page
from index.html_worker import lines_elsewhere

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
TaggedLine = tuple[str, str]
"""A line of text, and the name of the innermost block element that it stands in."""
MODEST_ELEMENTS, MODEST_CHARACTERS, MODEST_DEPTH = 3_000, 20_000, 100
"""Of an article that is read here; what is larger is left to a program of its own. Most articles have a tenth of it."""
MAX_DEPTH = 256
"""How deep a page's elements may be nested for it to be looked through for its article and for captions: trafilatura takes
8 s for 900 tables in each other, 8 kB."""
_BREAK = "\ue0b5"
"""Stands for <br> in text: a private character, so that it comes through whatever is done to the elements."""
_GONE = "GONE"
"""The name that elements get which are to be removed; the parser gives none in capitals."""

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

    Raises ArticleError for a page without text, or with more elements than any honest page has.
    """
    page = parse_page(source)
    metadata = read_metadata(page.root)
    root = _article_of(page)
    lines = list(_lines(root))
    if not lines:
        raise ArticleError(NO_TEXT)
    if _is_modest(page, root, lines):
        lines = _better(root, lines)
    elif page.depth <= MAX_DEPTH:
        lines = lines_elsewhere(source) or lines
    known: dict[str, BlockKind] = {
        line: "heading" for line, tag in lines if tag in _HEADINGS and len(line) <= LONGEST_HEADING
    }
    kinds = {"li": "item", "tr": "row"}
    return Document(together([(line, kinds.get(tag, "")) for line, tag in lines]), metadata, known=known)


def article_lines(source: str) -> list[TaggedLine]:
    """The lines of a page's article, whatever its size. It is ``html_worker`` that calls this."""
    root = _article_of(parse_page(source))
    return _better(root, list(_lines(root)))


def _is_modest(page: Page, root: html.HtmlElement, lines: list[TaggedLine]) -> bool:
    """Is the article small enough for trafilatura, which may take time by the square of its size?"""
    characters = sum(len(line) for line, _ in lines)
    elements = sum(1 for _ in islice(root.iter(), MODEST_ELEMENTS + 1))
    return characters <= MODEST_CHARACTERS and elements <= MODEST_ELEMENTS and page.depth <= MODEST_DEPTH


def _better(root: html.HtmlElement, plain: list[TaggedLine]) -> list[TaggedLine]:
    """The lines that trafilatura takes for the article's, or all where it misses most."""
    found = _by_trafilatura(root)
    return plain if _loses_most(plain, found) else found


# -- Text ----------------------------------------------------------------------------------------------
def _article_of(page: Page) -> html.HtmlElement:
    """The element that holds the article, or the whole page; what is no text is removed from the page."""
    tree = page.root
    etree.strip_elements(tree, *_UNSEEN, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    if page.odd:
        _remove_odd(tree)
    if page.depth > MAX_DEPTH:  # each of these elements would be looked through for each that it stands in
        _write_breaks(tree)
        return tree
    _remove_captions(tree)
    _write_breaks(tree)
    return _article_element(tree)


def _remove_odd(tree: html.HtmlElement) -> None:
    """Remove the characters that lxml parses, but takes for an error where it is given them."""
    for element in tree.iter():
        element.text = ODD.sub("", element.text or "") or None
        element.tail = ODD.sub("", element.tail or "") or None


def _remove_captions(tree: html.HtmlElement) -> None:
    """Remove photo captions: they would be glued to the nearest paragraph."""
    for element in tree.iter("figcaption", "em", "span", "p", "div"):
        caption = element.tag == "figcaption" or _CAPTION_CLASS.search(element.get("class") or "")
        if caption and element.getparent() is not None and len(element.text_content()) <= 400:
            element.tag = _GONE
    # All at once: one by one, each removal would copy the text collected so far.
    etree.strip_elements(tree, _GONE, with_tail=False)


def _write_breaks(tree: html.HtmlElement) -> None:
    """Put a sign into the text for each <br>: trafilatura runs lines together that only <br> sets apart."""
    for element in tree.iter("br"):
        before, above = element.getprevious(), element.getparent()
        if above is None or (before is not None and before.tag == "br"):
            continue
        texts = [(above.text if before is None else before.tail) or ""]
        for after in chain([element], takewhile(lambda other: other.tag == "br", element.itersiblings())):
            texts += [_BREAK, after.tail or ""]
        if before is None:
            above.text = "".join(texts)
        else:
            before.tail = "".join(texts)
    etree.strip_elements(tree, "br")


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


def _lines(root: etree._Element) -> Iterator[TaggedLine]:
    """Each line of text below ``root`` with the tag of the innermost block element it stands in."""
    words: list[str] = []
    where: list[str] = [""]
    items = 0  # depth of lists' items
    skipped = 0  # and of elements whose text is not the article's

    def flush() -> Iterator[TaggedLine]:
        for part in "".join(words).split(_BREAK):
            line = " ".join(normalise(part).split()).removesuffix(" |")
            if line:
                tag = "li" if items else where[-1]
                yield f"- {line}" if tag == "li" else line, tag
        words.clear()

    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            skipped += tag in _CHROME
            if tag in _BLOCKS:
                yield from flush()
                where.append(tag)
                items += tag == "li"
            if element.text and not skipped:
                words.append(element.text)
        else:
            skipped -= tag in _CHROME
            if tag in _BLOCKS:
                yield from flush()
                items -= where.pop() == "li"
            if tag in ("td", "th"):
                words.append(" | ")
            if element.tail and not skipped and element is not root:
                words.append(element.tail)
    yield from flush()


def _by_trafilatura(root: html.HtmlElement) -> list[TaggedLine]:
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


def _loses_most(plain: list[TaggedLine], chosen: list[TaggedLine]) -> bool:
    """Are most of the page's paragraphs missing from the extracted lines?"""
    if not chosen:
        return True
    paragraphs = [line for line, tag in plain if tag not in ("li", "tr") and len(line) >= 40]
    taken = re.sub(r"\s+", "", "".join(line for line, _ in chosen))
    kept = sum(re.sub(r"\s+", "", line)[:30] in taken for line in paragraphs)
    return kept * 2 < len(paragraphs)
