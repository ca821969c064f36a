"""Edits a passage by rule: as another paper prints the same story, and so that it is another story.

Every edit takes a random generator, a passage and another passage to borrow from, and gives the new text, or None where
the passage has nothing to edit that way.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise

from index.korean import Morpheme, morphemes
from index.passages import Span
from index.spelling import table_lines
from index.stored import StoredPassage

Edit = Callable[[random.Random, StoredPassage, StoredPassage], str | None]

BYLINES = (
    "(서울=한빛통신) {} 기자 = ", "[한빛일보={} 기자] ", "【세종=강변뉴스】{} 기자 = ", "강변신문 {} 기자 | ",
    "[한빛경제 {} 기자]",
)  # fmt: skip
REPORTERS = ("김민수", "이서연", "박지훈", "최유진", "정하늘", "남궁혁", "선우은")
PARTICLES = {"은": "이", "는": "가", "이": "은", "가": "는", "을": "", "를": ""}
QUOTES = str.maketrans("‘’“”\"'《》", "''\"\"”’「」")
SAYING = ("밝혔다", "말했다", "전했다", "설명했다", "덧붙였다")
OPPOSITES = (
    ("증가", "감소"), ("상승", "하락"), ("높", "낮"), ("찬성", "반대"), ("승리", "패배"),
    ("시작", "종료"), ("확대", "축소"), ("흑자", "적자"), ("많", "적"), ("최초", "최후"), ("이전", "이후"),
)  # fmt: skip
INVENTED = ("가온테크", "리벨리오", "오르빗소프트", "김도윤", "문채린", "하람전자", "누리시", "백두산업")
"""Names that no dictionary knows."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DATE = re.compile(r"(\d+)(년|월|일)")
_LATIN = re.compile(r"[A-Za-z]{2,}")


def _sentences(passage: StoredPassage) -> list[str]:
    return [passage.passage.text[start:end] for start, end in passage.sentences]


def _replaced(text: str, span: Span, new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def cut_short(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """Without its last sentences, a third of them at most."""
    own = _sentences(passage)
    return " ".join(own[: -draw.randint(1, len(own) // 3)]) if len(own) >= 3 else None


def sentence_added(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With a sentence of another passage."""
    own = _sentences(passage)
    if len(own) < 2:
        return None
    own.insert(draw.randint(1, len(own)), draw.choice(_sentences(other)))
    return " ".join(own)


def sentences_swapped(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """Two neighbouring sentences in the other order."""
    own = _sentences(passage)
    if len(own) < 3:
        return None
    at = draw.randrange(len(own) - 1)
    own[at : at + 2] = [own[at + 1], own[at]]
    return " ".join(own)


def byline_added(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With the reporter's line before the lead, or after the end."""
    reporter = draw.choice(REPORTERS)
    if draw.random() < 0.3:
        return f"{passage.passage.text} {reporter} 기자"
    return draw.choice(BYLINES).format(reporter) + passage.passage.text


def particles_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With three particles changed or left out."""
    text = passage.passage.text
    places = [m for m in morphemes(text) if m.tag in ("JX", "JKS", "JKO") and m.form in PARTICLES]
    if not places:
        return None
    for place in sorted(draw.sample(places, min(3, len(places))), key=lambda m: -m.start):
        text = _replaced(text, (place.start, place.end), PARTICLES[place.form])
    return text


def respelt(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With names in another spelling of ``index/spellings.txt``, or large figures with or without commas."""
    text = passage.passage.text
    for line in table_lines():
        spellings = [part.strip() for part in line.split("#")[0].split(",") if part.strip()]
        for spelling in spellings:
            whole = re.compile(rf"(?<![가-힣A-Za-z]){re.escape(spelling)}(?=[\s,.)’”은는이가을를의에와과]|$)")
            if whole.search(text):
                text = whole.sub(draw.choice([one for one in spellings if one != spelling]), text)
                break
    if text == passage.passage.text:
        text = re.sub(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])", r"\1\2", text)
    if text == passage.passage.text:
        text = re.sub(r"(?<![\d.,])(\d)(\d{3})(?=명|원|개|마리|억|만|톤|달러)", r"\1,\2", text)
    return text if text != passage.passage.text else None


def quotes_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With other quotation marks."""
    text = passage.passage.text.translate(QUOTES)
    return text if text != passage.passage.text else None


def spaces_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With figures and their units, and one noun in twenty and the next, written together or apart."""
    text = re.sub(r"(\d[만억조]*) (명|원|개|년|월|일|달러)", r"\1\2", passage.passage.text)
    found = [m for m in morphemes(text) if m.tag in ("NNG", "NNP")]
    for one, following in reversed(list(pairwise(found))):
        if text[one.end : following.start] in ("", " ") and draw.random() < 0.05:
            gap = " " if one.end == following.start else ""
            text = _replaced(text, (one.end, following.start), gap)
    return text if text != passage.passage.text else None


def words_dropped(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """Without 10 to 30% of its words; figures, Latin names, negations and the ends of sentences stay."""
    words = passage.passage.text.split()
    plain = [at for at, word in enumerate(words) if not re.search(r"[0-9A-Za-z.,]|않|못|아니|안$", word)]
    count = min(len(plain), round(len(words) * draw.uniform(0.1, 0.3)))
    gone = set(draw.sample(plain, count))
    return " ".join(word for at, word in enumerate(words) if at not in gone) if gone else None


def saying_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With another verb of saying (밝혔다, 말했다)."""
    text = passage.passage.text
    places = [m.span() for m in re.finditer(rf"(?<![가-힣])({'|'.join(SAYING)})", text)]
    if not places:
        return None
    span = draw.choice(places)
    return _replaced(text, span, draw.choice([verb for verb in SAYING if verb != text[span[0] : span[1]]]))


COPIES: dict[str, Edit] = {
    "cut short": cut_short, "sentence added": sentence_added, "sentences swapped": sentences_swapped,
    "byline added": byline_added, "particles changed": particles_changed, "respelt": respelt,
    "quotes changed": quotes_changed, "spaces changed": spaces_changed, "words dropped": words_dropped,
    "saying changed": saying_changed,
}  # fmt: skip
"""As papers edit the same story."""


def number_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With one digit of one number another."""
    text = passage.passage.text
    places = [m.span() for m in _NUMBER.finditer(text)]
    if not places:
        return None
    start, end = draw.choice(places)
    at = draw.choice([at for at in range(start, end) if text[at].isdigit()])
    return _replaced(text, (at, at + 1), draw.choice([d for d in "123456789" if d != text[at]]))


def date_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With another year, month or day, or its unit changed (3월, 3일)."""
    text = passage.passage.text
    places = list(_DATE.finditer(text))
    if not places:
        return None
    place = draw.choice(places)
    if draw.random() < 0.2:
        return _replaced(text, place.span(2), draw.choice([u for u in "년월일" if u != place[2]]))
    return _replaced(text, place.span(1), str(int(place[1]) + draw.choice((1, 2, 10))))


def name_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With one Hangul name of another passage, or one that no dictionary knows, for one of its own."""
    text = passage.passage.text
    names = _names(text)
    foreign = [m.form for m in _names(other.passage.text) if m.form not in text] + list(INVENTED)
    if not names:
        return None
    name = draw.choice(names)
    return _replaced(text, (name.start, name.end), draw.choice(foreign))


def latin_changed(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With one letter of a Latin name another."""
    text = passage.passage.text
    places = [m.span() for m in _LATIN.finditer(text)]
    if not places:
        return None
    start, end = draw.choice(places)
    at = draw.randrange(start, end)
    return _replaced(text, (at, at + 1), "Q" if text[at].upper() != "Q" else "Z")


def names_swapped(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With two names of one sentence changing places."""
    text = passage.passage.text
    pairs = []
    for start, end in passage.sentences:
        own = [m for m in _names(text) if start <= m.start < end]
        pairs += [(a, b) for a in own for b in own if a.end < b.start and a.form != b.form]
    if not pairs:
        return None
    a, b = draw.choice(pairs)
    return text[: a.start] + b.form + text[a.end : b.start] + a.form + text[b.end :]


def reversed_(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With one word turned into its opposite (증가, 감소)."""
    text = passage.passage.text
    found = [
        (m, there)
        for m in morphemes(text)
        for one, two in OPPOSITES
        for here, there in ((one, two), (two, one))
        if m.form == here and m.tag[:2] in ("NN", "VV", "VA") and text[m.start : m.end] == here
    ]
    if not found:
        return None
    place, opposite = draw.choice(found)
    return _replaced(text, (place.start, place.end), opposite)


def negated(draw: random.Random, passage: StoredPassage, other: StoredPassage) -> str | None:
    """With one sentence that ends in 했다 denied."""
    text = passage.passage.text
    places = [m.span() for m in re.finditer(r"(?<=[가-힣])(하였다|했다)(?=\.)", text)]
    return _replaced(text, draw.choice(places), "하지 않았다") if places else None


def _names(text: str) -> list[Morpheme]:
    return [m for m in morphemes(text) if m.tag == "NNP" and m.end - m.start >= 2]


OTHERS: dict[str, Edit] = {
    "number changed": number_changed, "date changed": date_changed, "name changed": name_changed,
    "Latin name changed": latin_changed, "names swapped": names_swapped, "opposite": reversed_, "negated": negated,
}  # fmt: skip
"""Another story that reads like the same."""
