"""What an exchange was about, and the name in its question or answer that 그 회사, 그 사람 or 거기 stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise, zip_longest

from index.analyzer import Analyzer
from rag.follow_ups.exchange import Exchange
from rag.follow_ups.names import PLACES, Name, is_personal, is_title, names_in
from rag.follow_ups.nouns import KINDS, Kind, kind_of, nouns
from rag.follow_ups.phrases import Parsed, Word, bare, mentions, noun_phrase, words_of

MADE = re.compile(r"^(?:개발|제작|설계|제조|생산|공개|출시|공급|발명|만들|만든|내놓|내놨|짓|지었)")
"""Verbs of making something."""
MOST_READ = 2_000
"""Characters of a passage in which a name is sought."""


class Context:
    """One exchange in words."""

    def __init__(self, exchange: Exchange, analyzer: Analyzer) -> None:
        self.exchange = exchange
        self._analyzer = analyzer
        self.question = Parsed.of(exchange.question, analyzer)

    @cached_property
    def names(self) -> list[Name]:
        """The names in the question."""
        return names_in(self.question.words)

    @cached_property
    def quotes(self) -> list[tuple[Word, ...]]:
        """The quotations in words."""
        return [self._words(cited.quote) for cited in self.exchange.cited]

    @cached_property
    def passage(self) -> tuple[Word, ...]:
        """The first cited passage in words."""
        return self._words(self.exchange.cited[0].passage) if self.exchange.cited else ()

    def _words(self, text: str) -> tuple[Word, ...]:
        text = text[:MOST_READ]
        return words_of(text, self._analyzer.morphemes(text))

    @cached_property
    def owner(self) -> str:
        """What the question is about, without what it asks of that: 한빛셀 of ‘한빛셀의 시제품 에너지 밀도는?’."""
        topic, head = self.question.topic, self.question.head
        if chosen := self._chosen_object():
            return chosen
        if apart := next((i for i, word in enumerate(topic, 1) if word.tail == ","), 0):
            return bare(topic[:apart])  # as a completion says it: 유하린 대표, 대학은 어디 다녔어?
        owned = [i for i, word in enumerate(head, 1) if word.is_owner]
        if owned and not any(word.is_named for word in head[owned[-1] :]):
            return bare(_without_relations(head[: owned[-1]]))
        stripped = _without_relations(head)
        if any(word.is_named for word in stripped):
            return bare(stripped)
        return bare((*topic[: len(topic) - len(head)], *stripped))

    def _chosen_object(self) -> str | None:
        """대한궤도 베트남 계약 of ‘대한궤도는 베트남과 무슨 계약을 맺었어?’, which is about the contract."""
        words = self.question.words
        for which, what in pairwise(words):
            if (
                which.stem in ("무슨", "어떤", "어느")
                and what.tail in ("을", "를")
                and what.plain not in nouns("organisation")
            ):
                nouns_before = [word.plain for word in words[: words.index(which)] if word.is_noun]
                return " ".join([*nouns_before, what.plain])
        return None

    @cached_property
    def asked_kind(self) -> Kind | None:
        """The kind of thing that the question asks to be named, where the noun that it asks for tells."""
        head, rest = self.question.head, self.question.rest
        if not head or any(word.is_named for word in head) or len(rest) > 1 or (rest and not rest[0].asks):
            return None
        return kind_of(self.asked_noun)

    @property
    def asked_noun(self) -> str:
        """The noun that the question asks to be named: 엔진 of ‘엔진 이름이 뭐야?’."""
        nouns_asked = [word.plain for word in self.question.head if word.plain != "이름"]
        return nouns_asked[-1] if nouns_asked else ""

    def asks_for(self, kind: Kind) -> bool:
        """Whether the question asks for something of a kind, so that the answer names it."""
        question = self.question
        if kind == "person":
            titled = bool(question.head) and is_title(question.head[-1]) and len(question.rest) < 2
            return not any(name.kind == "person" for name in self.names) and (
                question.wants("누구") or titled
            )
        if question.wants("누구") or kind == "matter":
            return False
        which = any(
            words[0].stem in ("어느", "어떤", "무슨") and kind_of(words[1].plain) == kind
            for words in pairwise(question.words)
        )
        if which or self.asked_kind == kind or (kind in ("organisation", "place") and question.wants("어디")):
            return True
        return kind == "thing" and bool(question.head) and question.head[-1].plain.endswith("이름")

    def answered(self, kind: Kind, noun: str = "") -> str | None:
        """The name of a kind that the answer gives and the question does not have."""
        known = self.exchange.question
        if kind == "thing" and (entitled := self._entitled(noun or self.asked_noun)):
            return entitled
        if len(noun) > 1:  # 갯마을병원 for 병원
            for word in (word for words in self.quotes for word in words):
                if word.plain.endswith(noun) and word.plain != noun and not mentions(known, word.plain):
                    return word.plain
        others: list[str] = []
        for words in self._told():
            for name in names_in(words):
                if name.kind != kind or mentions(known, name.text):
                    continue
                # what a sentence is about, or whose it is, rather than what else it mentions
                if name.tail in ("이", "가", "은", "는", "의"):
                    return name.text
                # 구자영 가온교통시민모임 사무처장은: what someone is the head of
                if name.tail or (name.last < len(words) and is_title(words[name.last])):
                    others.append(name.text)
        return others[0] if others else None

    def _told(self) -> Iterator[Sequence[Word]]:
        """The quotations, then the first one's whole passage, analysed only where they are needed."""
        yield from self.quotes
        yield self.passage

    def _entitled(self, noun: str) -> str | None:
        """반디 엔진, where the answer has it, for the name of an 엔진."""
        for words in self.quotes:
            for before, word in pairwise(words):
                if word.plain == noun and before.is_noun and not before.tail:
                    return f"{before.plain} {noun}"
        return None

    def asked_about(self, kind: Kind, noun: str = "") -> str | None:
        """The phrase that ends in the noun, or the name of a kind, that the question has."""
        words = self.question.words
        for end, word in enumerate(words, 1):
            if noun and word.is_noun and word.plain.endswith(noun):
                phrase = noun_phrase(words, end)
                chosen = end > len(phrase) and words[end - len(phrase) - 1].asks
                if not chosen and (len(phrase) > 1 or word.plain != noun):
                    return bare(phrase)
        if kind == "person":
            titled = next((name.text for name in self.names if name.kind == "person"), None)
            return titled or self._untitled()
        if kind == "matter":
            return self.owner or None
        return next((name.text for name in self.names if name.kind == kind), None)

    def _untitled(self) -> str | None:
        """A full name without a title (이태훈은 누구야?), which no noun follows as it does a place (신항동 회장)."""
        words = self.question.words
        for word, following in zip_longest(words, words[1:]):
            lone = word.tail or following is None or not following.is_noun
            place = word.plain.endswith(PLACES) and not self.question.wants("누구")
            if word.is_noun and word.is_named and is_personal(word.plain) and lone and not place:
                return word.plain
        return None

    @property
    def _made(self) -> bool:
        """Whether it asks who made something: what it is about is then no organisation, the answer may name one."""
        made = any(MADE.match(word.stem) for word in self.question.rest)
        return made and self.question.wants("누구")

    def stand_in(self, kind: Kind, noun: str = "") -> str | None:
        """What a demonstrative with that noun means after this exchange."""
        if kind == "organisation" and self._made:
            return self.answered(kind, noun)
        if self.asks_for(kind):
            return self.answered(kind, noun) or self.asked_about(kind, noun)
        found = self.asked_about(kind, noun)
        if found is None and kind != "place":
            found = self.answered(kind, noun)
        named = any(name.kind in ("person", "organisation") for name in self.names)
        return self.owner if found is None and not named and _fits(self.owner, kind) else found


def _fits(owner: str, kind: Kind) -> bool:
    """Whether what a question is about could be of a kind, as far as its last noun tells."""
    noun = owner.split()[-1] if owner else ""
    own = next((one for one in KINDS if noun.endswith(tuple(n for n in nouns(one) if len(n) > 1))), None)
    if not noun or noun.endswith(tuple(n for n in nouns("relation") if len(n) > 1)):
        return False
    match kind:
        case "organisation":
            return own == kind
        case "place":
            return own in (kind, "matter", "organisation", None)
        case "thing":
            return own in (kind, None)
    return False


def _without_relations(head: Sequence[Word]) -> Sequence[Word]:
    """한빛셀 of ‘한빛셀 주가’ and ‘한빛셀 대표’; ‘유하린 대표’ is a person and stays."""
    while len(head) > 1 and (
        head[-1].plain in nouns("relation")
        or (head[-1].plain in nouns("title") and not is_personal(head[-2].plain))
    ):
        head = head[:-1]
    return head
