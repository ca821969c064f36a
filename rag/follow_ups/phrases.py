"""A question's words with their particles: which are names, interrogatives and verbs, and what the question is about."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from index.analyzer import Analyzer
from index.hangul import direction_particle, has_final
from index.korean import Morpheme
from rag.follow_ups.nouns import nouns
from rag.questions.question import ASKING

"""Forms that ask."""
DEMONSTRATIVES = ("그", "이", "저")
MARKS = "‘’'\"“”()[]<>《》〈〉「」·,"
VERBAL = ("VV", "VA", "VX", "XSV", "XSA", "VCN")
ATTACHED = ("J", "E", "VCP", "SF", "SP", "SS")
"""Prefixes of the tags of what is attached to a stem."""


@dataclass(frozen=True)
class Word:
    """What stands between two spaces: its stem, and what is attached to it (particles, copula, punctuation)."""

    stem: str
    tail: str
    morphemes: tuple[Morpheme, ...]

    @property
    def text(self) -> str:
        """The word as typed."""
        return self.stem + self.tail

    @cached_property
    def plain(self) -> str:
        """The stem without quotation marks and what stands in brackets."""
        return self.stem.split("(")[0].strip(MARKS)

    def has(self, *tags: str) -> bool:
        """Whether it holds a morpheme whose tag begins so."""
        return any(m.tag.startswith(tags) for m in self.morphemes)

    @cached_property
    def is_topic(self) -> bool:
        """Whether 은 or 는 marks it, and it is no verb (대해서는)."""
        return not self.is_verb and any(m.tag == "JX" and m.form in ("은", "는", "ᆫ") for m in self.morphemes)

    @cached_property
    def is_subject(self) -> bool:
        """Whether 이 or 가 marks it."""
        return self.has("JKS")

    @cached_property
    def is_owner(self) -> bool:
        """Whether 의 marks it."""
        return self.tail == "의"

    @cached_property
    def is_verb(self) -> bool:
        """Whether it holds a verb or an adjective."""
        return self.has(*VERBAL) and not self.has("ETN")

    @cached_property
    def asks(self) -> bool:
        """Whether it is an interrogative, alone or with what it asks about."""
        return any(m.form in ASKING for m in self.morphemes)

    @cached_property
    def is_noun(self) -> bool:
        """Whether it is a noun, a name, a number or what goes with one (첫, 총), with or without particles."""
        if self.is_verb or self.asks or self.has("NP") or self.stem in DEMONSTRATIVES:
            return False
        return self.has("N", "SL", "SH", "SN", "XR", "MM", "ETN")

    @cached_property
    def is_named(self) -> bool:
        """Whether it holds a name: a proper noun, Latin letters that are no unit, or what no dictionary has."""
        return any(
            m.tag == "NNP"
            or (m.tag == "SL" and not (m.form.islower() and len(m.form) <= 2))
            or (m.tag.startswith("NN") and not m.listed)
            for m in self.morphemes
        )

    @cached_property
    def is_numbered(self) -> bool:
        """Whether it begins with a figure: 4.0, 1호선."""
        return self.stem[:1].isdigit()


def words_of(text: str, found: Sequence[Morpheme]) -> tuple[Word, ...]:
    """The words of a text, given its morphemes."""
    words: list[Word] = []
    runs = list(re.finditer(r"\S+", text))
    starts = [m.start for m in found]
    bounds = [(bisect_left(starts, run.start()), bisect_left(starts, run.end())) for run in runs]
    inside = [tuple(found[first:last]) for first, last in bounds]
    for at, (run, own) in enumerate(zip(runs, inside, strict=True)):
        noun_follows = at + 1 < len(runs) and bool(inside[at + 1]) and inside[at + 1][0].tag.startswith("NN")
        end = _stem_end(own, run.start(), run.end(), noun_follows)
        words.append(Word(text[run.start() : end], text[end : run.end()], own))
    return tuple(words)


def _stem_end(inside: Sequence[Morpheme], start: int, end: int, noun_follows: bool) -> int:
    for at in range(len(inside), 0, -1):
        m = inside[at - 1]
        # 로 before another particle or before a noun ends a name that no dictionary has (누리온에어로가)
        ends_name = m.form == "로" and at >= 2 and not inside[at - 2].listed
        if not m.tag.startswith(ATTACHED) or (ends_name and (at < len(inside) or noun_follows)):
            # Kiwi takes the 의 of a name that it does not know for a part of it
            swallowed = not m.listed and m.form.endswith("의") and len(m.form) > 3
            return min(m.end - swallowed, end)
    return start if inside else end


_POLITE = re.compile(r"(?<=[은는도])요(?=\W*$)")


@dataclass(frozen=True)
class Parsed:
    """A question in words, without the openers (그럼, 아니) it begins with."""

    words: tuple[Word, ...]

    @classmethod
    def of(cls, text: str, analyzer: Analyzer) -> Parsed:
        """The question analysed."""
        text = _POLITE.sub("", text)
        words = words_of(text, analyzer.morphemes(text))
        if len(words) == 2 and words[0].is_topic and words[1].text.startswith(("어때", "어떤가", "어떨까")):
            words = words[:1]  # KT는 어때? is KT는?
        first = 0
        while first < len(words) - 1 and words[first].text.rstrip(",.?! ") in nouns("opener"):
            first += 1
        return cls(words[first:])

    @cached_property
    def text(self) -> str:
        """The question."""
        return joined(self.words)

    @cached_property
    def plain(self) -> str:
        """The question without its mark."""
        return self.text.rstrip("?!.~ ")

    @cached_property
    def topic_end(self) -> int:
        """How many words lead up to and include the topic (or the subject of 귀항호가 뭐야?); 0 where there is none."""
        marked = [i for i, word in enumerate(self.words, 1) if word.is_noun]
        topics = [i for i in marked if self.words[i - 1].is_topic]
        if topics:
            return topics[-1]
        return next((i for i in marked if self.words[i - 1].is_subject and self.words[i : i + 1]
                     and self.words[i].asks), 0)  # fmt: skip

    @cached_property
    def topic(self) -> tuple[Word, ...]:
        """All that leads up to the topic, which is the last; the first noun phrase where none is marked."""
        if self.topic_end:
            return self.words[: self.topic_end]
        end = 0
        while end < len(self.words) and self.words[end].is_noun:
            end += 1
            if self.words[end - 1].tail not in ("", "의"):
                break
        return self.words[:end]

    @cached_property
    def head(self) -> tuple[Word, ...]:
        """The topic's noun phrase: its last nouns with nothing but 의 between them."""
        return noun_phrase(self.topic, len(self.topic))

    @cached_property
    def rest(self) -> tuple[Word, ...]:
        """What is said or asked of the topic."""
        return self.words[len(self.topic) :]

    def wants(self, form: str) -> bool:
        """Whether an interrogative of that form is in it."""
        return any(m.form.startswith(form) for word in self.words for m in word.morphemes)


def noun_phrase(words: Sequence[Word], end: int) -> tuple[Word, ...]:
    """The nouns before a place, with nothing but 의 between them."""
    first = end
    while first and words[first - 1].is_noun and (first == end or words[first - 1].tail in ("", "의")):
        first -= 1
    return tuple(words[first:end])


def mentions(text: str, phrase: str) -> bool:
    """Whether a text has the phrase, not merely as the end of another word (KT in SKT)."""
    return bool(phrase) and re.search(rf"(?<!\w){re.escape(phrase)}", text) is not None


def joined(words: Sequence[Word]) -> str:
    """Words as text."""
    return " ".join(word.text for word in words)


def bare(words: Sequence[Word]) -> str:
    """Words as text, without what is attached to the last."""
    return " ".join([*(word.text for word in words[:-1]), *(word.stem for word in words[-1:])])


_FORMS = {
    form: pair
    for pair in (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"), ("이랑", "랑"), ("이야", "야"))
    for form in pair
}  # fmt: skip
_FITTED = re.compile(r"(?:은|는|이|가|을|를|과|와|이야|야)(?![가-힣])|으로|로|이랑|랑")
CLOSED = "lmnrLMNR013678"
"""Letters and digits whose names end in a consonant."""


def with_tail(text: str, tail: str) -> str:
    """The text with particles attached, the first in the form that fits the text's last sound."""
    found = _FITTED.match(tail)
    if not found:
        return text + tail
    last = text[-1:]
    closed = has_final(last) or (bool(last) and last in CLOSED)
    if found[0] in ("으로", "로"):
        closed = direction_particle(text) != "로"
    return text + _FORMS[found[0]][0 if closed else 1] + tail[found.end() :]
