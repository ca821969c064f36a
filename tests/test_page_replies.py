"""The chat page's markup: marking, escaping, citations, cards, whole articles, contrast of its colours."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from html_tags import Tags

from index import Article, Block, Passage
from index.articles import BlockKind, Skipped
from index.listing import ListedArticle
from rag.answer import NOT_FOUND, Answer, Citation, Statement
from rag.collection import Added, Progress
from rag.hits import Hit
from rag.markup import web_host
from rag.page import cards, reader, replies, shelf
from rag.page.layout import as_record
from rag.page.markup import marked
from rag.page.turns import MOST_COPIES, Facts, Reply, Turn, Written, WrittenLine
from rag.page.words.english import ENGLISH
from rag.page.words.korean import KOREAN

HOSTILE = "<script>hack()</script><img src=x onerror=\"hack()\"> '~~줄~~' ${hack()} {{hack}} &amp; **굵게**"
TITLE_LINE, BODY, COPYRIGHT = "강을 건너는 다리", "다리는 봄에 열린다. 길이는 1~2km다.", "무단 전재 금지"
TEXT = f"{TITLE_LINE}\n\n{BODY}\n\n{COPYRIGHT}"
START = TEXT.index(BODY)
PAGE = Path(replies.__file__).parent
STYLE = PAGE / "style" / "frame.css"


def article(**changes: Any) -> Article:
    blocks = (
        Block(0, len(TITLE_LINE), "title"),
        Block(START, START + len(BODY), "prose"),
        Block(len(TEXT) - len(COPYRIGHT), len(TEXT), "copyright"),
    )
    fields: dict[str, Any] = {
        "id": "0123456789ab", "source": "기사/다리.txt", "title": TITLE_LINE, "text": TEXT, "blocks": blocks,
        "publisher": "강변신문", "published": "2025-03-04",
    }  # fmt: skip
    return Article(**fields | changes)


def hit(number: int = 1, **changes: Any) -> Hit:
    passage = Passage(f"0123456789ab-{number}", "0123456789ab", number, START, START + len(BODY), BODY)
    fields: dict[str, Any] = {
        "score": 0.9, "passage": passage, "article": article(), "highlights": ((0, 2),),
        "best_window": (0, 11), "lexical": 0.5, "dense": 1.0, "sentence": 0.25, "sentences": (((0, 11), 1.0), ((12, len(BODY)), 0.5)),
        "terms": (), "window_cosines": (),
    }  # fmt: skip
    return Hit(**fields | changes)


def answered(*hits: Hit) -> Answer:
    """The first sentence of the first hit, cited."""
    first = hits[0]
    citation = Citation(1, first.passage, first.article, BODY[:11], START, START + 11)
    return Answer("언제 열리나", f"{BODY[:11]} [1]", (Statement((citation,)),), False, 0.9, hits)


def abstained(*hits: Hit) -> Answer:
    return Answer("누가 지었나", NOT_FOUND, (), True, 0.1, hits)


def replied(number: int, found: Answer, **changes: Any) -> str:
    return replies.turn(KOREAN, shown(number, found, **changes))


def sourced(number: int, found: Answer) -> str:
    turn = shown(number, found)
    assert turn.reply
    return cards.sources(KOREAN, turn, turn.reply)


def shown(number: int, found: Answer, **changes: Any) -> Turn:
    return Turn(number, found.question, Reply.of(found), **changes)


def listed(one: Article) -> str:
    return cards.facts(KOREAN, Facts.of(one))


def test_words_lie_inside_the_quote_and_the_text_is_unchanged() -> None:
    markup = marked("가나다라마바", quotes=[(1, 4)], words=[(0, 2), (3, 5)])
    assert markup == (
        '<b class="gg-word">가</b><mark class="gg-quote"><b class="gg-word">나</b>다'
        '<b class="gg-word">라</b></mark><b class="gg-word">마</b>바'
    )


def test_spans_beyond_the_text_are_cut_off_and_empty_ones_ignored() -> None:
    assert marked("가나", quotes=[(-5, 1), (2, 2)], words=[(7, 9)]) == '<mark class="gg-quote">가</mark>나'


def test_spans_count_characters_of_the_text_not_of_its_escaped_form() -> None:
    assert marked("<&가", words=[(2, 3)]) == '&lt;&amp;<b class="gg-word">가</b>'


def test_an_answer_quotes_and_cites() -> None:
    tags = Tags(replied(3, answered(hit(), hit(2))))
    (cite,) = tags.of_class("gg-cite")
    assert cite["href"] == "#source-3-1" and "강을 건너는 다리" in (cite["aria-label"] or "")
    assert (
        BODY[:11] in tags.text
        and "강변신문 · 2025-03-04" in tags.text
        and "근거 1곳 · 가까운 대목 1곳" in tags.text
    )


def test_a_card_lists_the_other_papers_each_to_be_opened_at_the_passage() -> None:
    other = hit(2, article=article(id="ba9876543210", publisher=HOSTILE, published=None))
    nameless = hit(3, article=article(id="cccccccccccc", publisher=None))
    found = answered(hit(duplicates=(other, nameless)), hit(4, duplicates=(other,)))
    tags = Tags(sourced(1, found))
    assert len(tags.of_class("gg-card")) == len(tags.of_class("gg-also")) == 2
    openers = tags.of_class("gg-open")[1:]  # the first is the card's title
    assert [one["data-article"] for one in openers[:2]] == ["ba9876543210", "cccccccccccc"]
    assert openers[0]["data-spans"] == f"{START}-{START + len(BODY)}"
    assert (
        HOSTILE in tags.text and "강을 건너는 다리 · 2025-03-04" in tags.text and "script" not in tags.stack
    )
    assert not any(name == "script" for name, _ in tags.elements)
    assert "gg-also" not in sourced(1, answered(hit()))
    many = Tags(sourced(1, answered(hit(duplicates=(other,) * 10))))
    assert len(many.of_class("gg-open")) == MOST_COPIES + 2 and "외 2곳" in many.text


def test_the_cited_passage_comes_first_with_its_quote_marked_and_the_others_are_folded() -> None:
    # the best hit is not the cited one
    markup = sourced(3, Answer("", "", answered(hit(2)).statements, False, 0.9, (hit(1), hit(2))))
    tags = Tags(markup)
    shown = tags.of_class("gg-card")
    assert [card["id"] for card in shown] == ["source-3-1", "source-3-2"]
    assert [name for name, attrs in tags.elements if attrs in shown] == ["article", "details"]
    assert "open" not in shown[1]
    quote = re.search(r'</header>.*?<mark class="gg-quote">(.*?)</mark>', markup, re.DOTALL)
    assert quote and re.sub("<.*?>", "", quote[1]) == BODY[:11]
    labels = [attrs["aria-label"] for attrs in tags.of_class("gg-meter")]
    assert labels == ["단어 일치 50%", "의미 유사 100%", "답하는 문장 25%"] * 2


@pytest.mark.parametrize("reply", [answered, abstained])
def test_a_correction_is_told_with_the_way_to_search_as_typed(reply: Any) -> None:
    found = replace(reply(hit()), question=HOSTILE, searched_as="다리는 언제 여나")
    tags = Tags(replied(3, found))
    assert "‘다리는 언제 여나’로 고쳐서 찾았습니다." in tags.text
    (button,) = tags.of_class("gg-as-typed")
    assert button["data-question"] == HOSTILE
    assert not Tags(replied(3, reply(hit()))).of_class("gg-as-typed")


def test_two_quotations_of_one_passage_lead_to_its_one_card() -> None:
    found = answered(hit(), hit(2))
    second = Citation(2, found.citations[0].passage, article(), BODY[12:], START + 12, START + len(BODY))
    found = Answer(found.question, "", (*found.statements, Statement((second,))), False, 0.9, found.hits)
    cites = Tags(replied(3, found)).of_class("gg-cite")
    assert [cite["href"] for cite in cites] == ["#source-3-1", "#source-3-1"]
    sources = sourced(3, found)
    assert [card["id"] for card in Tags(sources).of_class("gg-card")] == ["source-3-1", "source-3-3"]
    assert '<span class="gg-number">1·2</span>' in sources


def test_an_abstention_looks_different_and_its_passages_are_headed_so() -> None:
    found = abstained(hit(1), hit(2), hit(3))
    reply, sources = Tags(replied(1, found)), Tags(sourced(1, found))
    assert NOT_FOUND in reply.text and reply.of_class("gg-abstention") and not reply.of_class("gg-answer")
    assert sources.text.startswith("관련 있을 수 있는 대목") and not sources.of_class("gg-quote")
    assert not sources.of_class("gg-meter")  # 100% of a best that does not answer would mislead
    assert ["open" in card for card in sources.of_class("gg-card")] == [True, True, False]
    assert "대목" not in Tags(replied(1, abstained())).text
    offered = replace(Reply.of(found), unknown=("김치",), suggestions=("다리는 언제 열리나?",))
    tags = Tags(replies.turn(KOREAN, Turn(1, "?", offered, narrowed="강변신문")))
    assert "나오지 않는 말: ‘김치’" in tags.text
    buttons = [(one["data-question"], "data-wide" in one) for one in tags.of_class("gg-ask")]
    assert buttons == [("다리는 언제 열리나?", False), ("?", True)]


def test_nothing_in_an_article_or_a_question_becomes_markup() -> None:
    text = f"{HOSTILE} 끝."
    hostile = article(
        title=HOSTILE, text=text, blocks=(Block(0, len(text), "caption"),),
        publisher=HOSTILE, published=HOSTILE,
        source=f"x/{HOSTILE.replace('/', '')}", url=f"https://example.com/{HOSTILE}",
    )  # fmt: skip
    passage = Passage("0123456789ab-1", "0123456789ab", 1, 0, len(text), text)
    bad = hit(article=hostile, passage=passage, highlights=((1, 7), (20, 40)))
    cited = Citation(1, passage, hostile, text[3:30], 3, 30)
    found = Answer(HOSTILE, "", (Statement((cited,), HOSTILE, True),), False, 1.0, (bad,))
    near = abstained(bad, hit(2, article=article(source=hostile.source, title=HOSTILE)))
    pages = [
        replied(1, found, narrowed=HOSTILE), sourced(1, found),
        sourced(2, near), reader.whole_article(KOREAN, hostile, (0, 20), [(5, 9)]),
        listed(hostile), replies.notice(HOSTILE), replies.examples([HOSTILE]),
        replies.turn(KOREAN, Turn(1, HOSTILE, draft=HOSTILE, reply=replace(
            Reply.of(found), unanswered=(HOSTILE,), searched_as=HOSTILE, written=Written(
                (WrittenLine(HOSTILE, (1,)),), (), HOSTILE)))),
        replies.turn(KOREAN, Turn(1, HOSTILE, reply=replace(
            Reply.of(near), unknown=(HOSTILE,), suggestions=(HOSTILE,), completed_as=HOSTILE, within=HOSTILE))),
        shelf.listed(KOREAN, [ListedArticle("a", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 3)], 1, "own", HOSTILE, removable=True),
        shelf.listed(KOREAN, [], 0, "own", HOSTILE, removable=True),
        shelf.progress(KOREAN, Progress("read", 1, 2, HOSTILE)),
        shelf.added(KOREAN, Added((), (HOSTILE,), (Skipped(HOSTILE, HOSTILE),), 1.0)),
        shelf.removed(KOREAN, HOSTILE), shelf.news(HOSTILE), shelf.trouble(HOSTILE), as_record({"question": HOSTILE}),
    ]  # fmt: skip
    for markup in pages:
        tags = Tags(markup)
        assert not {"script", "img", "s", "del", "strong", "em"} & {tag for tag, _ in tags.elements}
        assert not [name for _, attrs in tags.elements for name in attrs if name.startswith("on")]
        told = tags.text + " ".join(value or "" for _, attrs in tags.elements for value in attrs.values())
        assert "<script>" in told or text[3:30] in told


def test_what_a_model_wrote_in_vain_is_struck_out_and_is_only_text() -> None:
    reply = replace(Reply.of(answered(hit())), written=Written((), (HOSTILE, "둘"), None))
    tags = Tags(replies.turn(KOREAN, Turn(1, "?", reply)))
    assert [name for name, _ in tags.elements].count("s") == 2 and HOSTILE in tags.text
    assert "2문장은 뒷받침되지 않아 뺐습니다." in tags.text and "script" not in {
        name for name, _ in tags.elements
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://news.example.com/1?a=1", "news.example.com"),
        ("http://example.com", "example.com"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt://example.com/%0aalert(1)", None),
        ("data:text/html,hello", None),
        ("//example.com/1", None),
        ("https://[broken", None),
        ("https://", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, host: str | None) -> None:
    markup = listed(article(url=url))
    links = [attrs for tag, attrs in Tags(markup).elements if tag == "a"]
    assert web_host(url) == host
    assert [link["href"] for link in links] == ([url] if host else [])
    assert ("다리.txt" in markup) == (host is None)


def test_a_whole_article_keeps_all_its_text_greys_what_is_no_prose_and_marks_the_passage() -> None:
    markup = reader.whole_article(KOREAN, article(), (START, START + 11), [(START, START + 3)])
    tags = Tags(markup)
    for part in (TITLE_LINE, BODY, COPYRIGHT):
        assert part in tags.text
    assert [len(tags.of_class(name)) for name in ("gg-block", "gg-grey", "gg-here")] == [3, 2, 1]
    assert '<span class="gg-passage"><mark class="gg-quote">다리는</mark> 봄에 열린다.</span>' in markup
    assert not Tags(reader.whole_article(KOREAN, article())).of_class("gg-passage")


def test_every_kind_of_block_has_a_label() -> None:
    assert set(KOREAN.kinds) == set(ENGLISH.kinds) == set(get_args(BlockKind))


def test_a_long_question_is_shortened_and_a_lone_surrogate_can_be_sent() -> None:
    echoed = Tags(replies.turn(KOREAN, Turn(1, "가" * 500))).text
    assert echoed.startswith("가" * replies.LONGEST_ECHO + "…" + KOREAN.pending)
    replies.turn(KOREAN, Turn(1, "가\ud800", notice="\udfff")).encode("utf-8")


PAIRS = [
    ("ink", "paper"), ("ink", "surface"), ("ink", "sunk"), ("ink", "word"), ("ink", "passage"),
    ("ink", "line"), ("muted", "paper"), ("muted", "surface"), ("muted", "sunk"), ("accent", "paper"),
    ("accent", "surface"), ("accent", "sunk"), ("on-accent", "accent"),
    ("on-quote", "quote"), ("on-quote", "quote-word"),
    ("grey", "surface"), ("warn", "warn-ground"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", [":root", ".dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5 : 1."""
    block = STYLE.read_text(encoding="utf-8").split(f"{scheme} {{")[1].split("}")[0]
    colours = dict(re.findall(r"--gg-([\w-]+): #([0-9a-f]{6});", block))

    def luminance(colour: str) -> float:
        channels = [int(colours[colour][i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for text, ground in PAIRS:
        dark, light = sorted((luminance(text), luminance(ground)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    shipped = [*PAGE.rglob("*.js"), *PAGE.rglob("*.py"), *PAGE.rglob("*.css")]
    assert len(shipped) > 15
    for path in shipped:
        found = re.findall(
            r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s'\"]*|@import|url\(", path.read_text("utf-8")
        )
        assert [address for address in found if "www.w3.org/2000/svg" not in address] == []
