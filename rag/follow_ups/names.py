"""The names in a text (people, organisations, things, places), by how they are written and what stands by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.hangul import is_syllable
from rag.follow_ups.nouns import Kind, nouns
from rag.follow_ups.phrases import MARKS, Word

PLACES = ("시", "군", "면", "읍", "동", "구")
"""What the names of places end in."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name among words: the words ``[first, last)`` make it up."""

    first: int
    last: int
    kind: Kind
    text: str
    tail: str
    """What is attached to its last word."""


def is_personal(stem: str) -> bool:
    """Whether a word could be a Korean's full name: a surname and two syllables."""
    return len(stem) in (3, 4) and all(map(is_syllable, stem)) and stem[:-2] in nouns("surname")


def is_title(word: Word) -> bool:
    """Whether people are called by the word: 대표, 사업단장; but 날씨 is no 씨."""
    titles = tuple(title for title in nouns("title") if len(title) > 1)
    return word.is_noun and (word.plain in nouns("title") or word.plain.endswith(titles))


def _is_person(word: Word) -> bool:
    """Whether a word before a title could be a name: no common noun (반도체 시장) and no place (성남시 시장)."""
    common = all(m.tag == "NNG" and m.listed for m in word.morphemes)
    return is_personal(word.stem) and not common and not word.stem.endswith(("시", "군", "구"))


def names_in(words: Sequence[Word]) -> list[Name]:
    """The names among words, in order."""
    people = _people(words)
    found: list[Name] = []
    at = 0
    while at < len(words):
        last = at + 1
        if at in people:
            found.append(people[at])
            # of "유하린 은하수랩스 대표" the organisation is a name too
            last = people[at].last if people[at].last - at == 2 else last
        elif words[at].is_noun and words[at].is_named and any(map(str.isalpha, words[at].plain)):
            last = _run_end(words, at)
            text = " ".join(word.plain for word in words[at:last])
            found.append(
                Name(at, last, _kind(words[at:last], text), text, words[last - 1].tail.lstrip(MARKS))
            )
        at = last
    return found


def _people(words: Sequence[Word]) -> dict[int, Name]:
    """People by the place of their name: the nearest before a title, with at most three words between."""
    people: dict[int, Name] = {}
    for end, word in enumerate(words):
        if not is_title(word):
            continue
        for at in range(end - 1, max(end - 5, -1), -1):
            if words[at].tail or words[at].stem != words[at].plain:
                break
            if _is_person(words[at]):
                people[at] = Name(at, end + 1, "person", f"{words[at].stem} {word.plain}", word.tail)
                break
    return people


def _run_end(words: Sequence[Word], at: int) -> int:
    """Where a name of several words ends: Latin words and version numbers belong together (A.X 4.0, LG AI연구원)."""
    last = at + 1
    while last < len(words) and not words[last - 1].tail and words[last].is_noun:
        one, other = words[last - 1].plain, words[last].plain
        version = other.replace(".", "").isdigit() and ("." in other or _has_latin(one))
        if not version and not (one[-1:].isascii() and other[:1].isascii() and words[last].is_named):
            break
        last += 1
    return last


def _kind(words: Sequence[Word], text: str) -> Kind:
    if words[0].stem[:1] in "‘'“\"" or (_has_latin(text) and any(map(str.isdigit, text))):
        return "thing"
    return "place" if len(words) == 1 and len(text) > 1 and text.endswith(PLACES) else "organisation"


def _has_latin(text: str) -> bool:
    return any(c.isascii() and c.isalpha() for c in text)
