"""Puts what they stand for in the place of a question's demonstratives: 그 회사, 그 사람, 거기, 그건, 그중, 둘 다."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.follow_ups.antecedents import Context
from rag.follow_ups.names import is_title
from rag.follow_ups.nouns import kind_of, nouns
from rag.follow_ups.phrases import ATTACHED, Word, bare, with_tail

PLACES = ("거기", "그곳", "그쪽")
PEOPLE = ("그분", "그녀", "그이")
CONTRACTED = {
    "그건": "는", "이건": "는", "그걸": "를", "이걸": "를", "그게": "가", "이게": "가", "그거": "", "이거": "", "그것": "", "이것": "",
}  # fmt: skip
"""It, with the particle that it holds."""
HE = {"그는": "는", "그가": "가", "그의": "의", "그들은": "는", "그들이": "가"}
AMONG = ("그중", "이중에")
"""이중 without a particle is more often double (이중 규제는?)."""

Meant = tuple[str, int]
"""What a demonstrative stands for, with its particles, and how many words it takes."""


def resolved(words: Sequence[Word], context: Sequence[Context]) -> str | None:
    """The question with the names meant; None where nothing points back or it points at nothing that is known.

    Args:
        words: of the question.
        context: the exchanges before it, the last first.
    """
    said: list[str] = []
    changed = False
    at = 0
    while at < len(words):
        meant = _meant(words, at, context)
        if meant is None:
            if words[at].is_named and not changed:
                return None  # what it points at may stand in the question itself
            said.append(words[at].text)
            at += 1
        else:
            said.append(meant[0])
            changed, at = True, at + meant[1]
    return " ".join(said) if changed else None


def points(words: Sequence[Word]) -> bool:
    """Whether a question points at something named before it."""
    return any(
        any(_is_pointer(word, form) for form in (*PLACES, *PEOPLE, *CONTRACTED, "그중"))
        or (word.stem == "그" and word.has("MM", "IC"))
        for word in words[:2]
    )


def _is_pointer(word: Word, form: str) -> bool:
    """Whether a word is the demonstrative with nothing but particles or a copula after it (no 이건희, no 그이름)."""
    if not word.text.startswith(form) or not word.morphemes:
        return False
    end = word.morphemes[0].start + len(form)
    return all(m.end <= end or (m.start >= end and m.tag.startswith(ATTACHED)) for m in word.morphemes)


def _meant(words: Sequence[Word], at: int, context: Sequence[Context]) -> Meant | None:
    text, last = words[at].text, context[0]
    following = words[at + 1] if at + 1 < len(words) else None
    if any(_is_pointer(words[at], form) for form in ("그중", "이중")) and text.startswith(AMONG):
        phrase = bare(last.question.topic)
        return (f"{phrase} 중", 1) if phrase else None
    if text == "그때":
        return (f"{last.owner} 때", 1) if last.owner else None
    if text == "둘" or (text == "그" and following and following.stem == "둘"):
        return _both(words, at, context)
    if text in ("그", "이", "저", "해당") and following and following.is_noun:
        if text in ("이", "저") and is_title(following):
            return None  # 이 팀장: a surname
        return _with_noun(following, context) if following.plain not in nouns("unpointed") else None
    if text in HE:
        return _first(context, "person", HE[text])
    for pointer in (*PLACES, *PEOPLE, *CONTRACTED):
        tail = text[len(pointer) :]
        if not _is_pointer(words[at], pointer) or (CONTRACTED.get(pointer) and re.match("[가-힣]", tail)):
            continue
        if pointer in CONTRACTED:
            return _it(CONTRACTED[pointer] + tail, last)
        return _first(context, "person" if pointer in PEOPLE else "place", tail)
    return None


def _first(context: Sequence[Context], kind: str, tail: str) -> Meant | None:
    """The person or place of the last exchange that has one."""
    for one in context:
        if kind == "person":
            found = one.stand_in("person")
        else:
            # a company asked for is a place to be asked about, too: 거기 대표는?
            found = (
                one.answered("organisation") if one.asked_kind == "organisation" else one.stand_in("place")
            )
        if found:
            return with_tail(found, tail), 1
    return None


def _with_noun(noun: Word, context: Sequence[Context]) -> Meant | None:
    kind = kind_of(noun.plain)
    for one in context:
        if kind and kind != "matter":
            found = one.stand_in(kind, noun.plain)
        else:
            found = (
                one.asked_about("matter", noun.plain) if kind or noun.plain in one.exchange.question else None
            )
        if found:
            return with_tail(found, noun.tail), 2
    return None


def _it(tail: str, last: Context) -> Meant | None:
    """The thing that was asked for by name, else what the last question is about."""
    found = (last.answered("thing") if last.asks_for("thing") else None) or last.owner
    return (with_tail(found, tail), 1) if found else None


def _both(words: Sequence[Word], at: int, context: Sequence[Context]) -> Meant | None:
    """The two names that the last questions were about."""
    named = list(dict.fromkeys(name.text for one in context for name in one.names))[:2]
    if len(named) < 2:
        return None
    used = 2 if words[at].text == "그" else 1
    return f"{with_tail(named[1], '와')} {named[0]} {words[at + used - 1].text}", used
