"""What a question lacks that it cannot be asked alone: what its attribute is of, or its subject."""

from __future__ import annotations

import re

from rag.follow_ups.antecedents import Context
from rag.follow_ups.names import names_in
from rag.follow_ups.nouns import nouns
from rag.follow_ups.phrases import DEMONSTRATIVES, Parsed, Word

IDIOMATIC = ("문을",)
"""Objects that tell nothing of what a question is about: 언제 문을 열었어?"""
CLOCK = re.compile(r"(?:(?:오늘|지금|내일)은?\s)?(?:몇\s?시|며칠|무슨\s?요일)(?:이|야|예|인|\?|$)")
"""Asks for the time or the day."""


def is_fragment(asked: Parsed) -> bool:
    """Whether all there is is a short noun phrase (매개변수는?), or one noun with who, when or how much (대표는 누구야?)."""
    words, rest = asked.topic, asked.rest
    if not 1 <= len(words) <= 2 or not words[-1].is_noun or any(word.has("J") for word in words[:-1]):
        return False
    if words[0].morphemes[0].form in DEMONSTRATIVES:  # 그이름은?
        return False
    if not words[-1].is_topic and words[-1].tail not in ("도?", "도", "?"):
        return False
    relation = len(words) == 1 and words[0].plain in nouns("relation")
    if relation and len(rest) in (1, 2, 3):  # 규모는 얼마나 돼?
        return any(word.asks for word in rest) and not names_in(rest)
    if rest:
        copula = len(rest) == 1 or (len(rest) == 2 and rest[1].has("VCP"))
        single = len(words) == 1 and is_attribute(words[0])
        return single and copula and rest[0].asks and not rest[0].is_verb
    return words[0].is_noun or words[0].has("ETM")  # 반대하는 이유는?


def is_attribute(noun: Word) -> bool:
    """Whether a noun names what only is of something (매개변수, 대표, 건설비, 착공), so that it says too little alone."""
    return any(noun.plain in nouns(name) for name in ("relation", "post", "event"))


def could_have(last: Context, attribute: Word) -> bool:
    """Whether what the last question was about could have it: only companies have 매출, only places 인구."""
    kinds = {name.kind for name in last.names} | {last.asked_kind}
    if attribute.plain in nouns("civic"):
        return "place" in kinds
    return (
        attribute.plain not in nouns("corporate") or "organisation" in kinds or last.asks_for("organisation")
    )


def parts(word: Word) -> int:
    """Of how many nouns a word is made: one of several says for itself what it is about."""
    return sum(m.tag.startswith(("N", "SN", "SL", "SH")) for m in word.morphemes)


def is_part(asked: Parsed, last: Context) -> bool:
    """Whether it asks about one attribute of something without saying of what (매출은 왜 줄었어?, 대학은 어디 다녔어?)."""
    words, topic = asked.words, asked.topic
    if len(topic) != 1 or not topic[0].is_topic or len(words) > 3 or names_in(words):
        return False
    person = any(name.kind == "person" for name in last.names)
    ours = is_attribute(topic[0]) or (person and topic[0].plain in nouns("biography"))
    known = bool(last.names and last.owner) and could_have(last, topic[0])
    return ours and known and any(word.asks for word in asked.rest)


def lacks_subject(asked: Parsed) -> bool:
    """Whether it begins by asking (왜 기각됐어?, 몇 명이 옮겼어?) and names nothing that it could be about."""
    words = asked.words
    first = next((i for i, word in enumerate(words[:2]) if word.asks), None)
    if first is None or len(words) > 5 or names_in(words) or any(word.is_topic for word in words):
        return False
    if first == 1 and (words[0].is_verb or words[0].is_noun):
        return False
    chosen = words[first + 1 : first + 2] if _chooses(words[first]) else ()
    if CLOCK.match(asked.text) or (chosen and words[first].stem in ("어떤", "무슨", "어느")):
        return False  # 어떤 기업이 참여했어?
    after = words[first + 1 + len(chosen) :]
    return not any(word.is_noun and word.text not in IDIOMATIC for word in after)


def _chooses(word: Word) -> bool:
    """Whether an interrogative goes with the noun that follows: 몇 명, 어떤 기업, 얼마짜리 계약."""
    return word.morphemes[-1].tag in ("MM", "NR", "XSN")
