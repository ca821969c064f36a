"""Corrupts questions by rule, the way people mistype and misspell them; the same seed gives the same slips."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from index.hangul import from_keys, is_syllable, letters, neighbours, syllable, to_keys
from index.korean import morphemes, shared_kiwi
from index.spelling import LETTERS

PER_SLIP = 20
"""Characters: a question gets one slip, and one more for every so many characters."""

SAME_SOUND = {
    "ㅐ": "ㅔ", "ㅔ": "ㅐ", "ㅒ": "ㅖ", "ㅖ": "ㅔ", "ㅚ": "ㅙㅞ", "ㅙ": "ㅚㅞ", "ㅞ": "ㅙㅚ", "ㄲ": "ㄱ", "ㄶ": "ㄴㅎ", "ㅀ": "ㄹ",
    "ㄺ": "ㄱ", "ㄻ": "ㅁ", "ㄼ": "ㄹㅂ", "ㅄ": "ㅂ", "ㅆ": "ㅅ", "ㅅ": "ㅆㄷ", "ㄷ": "ㅅ", "ㅌ": "ㅅㄷ", "ㅈ": "ㅅ", "ㅊ": "ㅅㅈ", "ㅍ": "ㅂ",
    "ㅋ": "ㄱ", "ㄵ": "ㄴ",
}  # fmt: skip
"""Vowels and final consonants, each with those that sound like it."""

MISSPELT = {
    "개수": "갯수", "며칠": "몇일", "어떻게": "어떡게", "데이터": "데이타", "콘텐츠": "컨텐츠", "메시지": "메세지", "파라미터": "파라메터",
    "프로그램": "프로그렘", "리더십": "리더쉽", "센터": "센타", "역할": "역활", "로켓": "로케트", "디지털": "디지탈", "굳이": "구지",
    "희한": "희안", "텔레비전": "텔레비젼", "메커니즘": "매커니즘", "애플리케이션": "어플리케이션", "캐릭터": "케릭터", "비즈니스": "비지니스",
}  # fmt: skip
"""Words with a spelling that many take for right."""

HANGUL_LETTERS = {latin: name for name, latin in reversed(LETTERS.items())} | {"r": "알", "c": "씨"}
ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z]{2,5}(?![A-Za-z])")
THOUSANDS = re.compile(r"(\d),?000(?=[만억조])")
GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
UNGROUPED = re.compile(r"(?<![\d.])\d{5,}|\d{4}(?=[만억조명원개])")
PERCENT = re.compile(r"%|퍼센트")

DROPPED = ("이", "가", "은", "는", "을", "를", "의")
PREDICATE = ("VV", "VA", "VX", "VCP", "EP", "XSV", "XSA", "EF", "EC")
OPENERS = ("근데 ", "혹시 ", "그 ", "", "")


def no_spaces(question: str, draw: random.Random) -> str:
    """All white space left out."""
    return "".join(question.split())


def wrong_spaces(question: str, draw: random.Random) -> str:
    """Spaces left out, moved by a syllable, or put into a word."""
    words = question.split()
    out = words[0]
    for word in words[1:]:
        slip = draw.random()
        if slip < 0.3:
            out += word
        elif slip < 0.5 and len(word) > 2:
            out += word[0] + " " + word[1:]
        else:
            out += " " + word
    if draw.random() < 0.5 or out == question:
        inside = [i for i in range(1, len(out)) if is_syllable(out[i - 1]) and is_syllable(out[i])]
        if inside:
            at = draw.choice(inside)
            out = out[:at] + " " + out[at:]
    return out


def sound_slips(question: str, draw: random.Random) -> str:
    """Vowels and final consonants written as others that sound alike, 의 as 에."""
    spellings = {i: _sounding_like(c) for i, c in enumerate(question) if is_syllable(c)}
    sites = [i for i, others in spellings.items() if others]
    out = list(question)
    for i in draw.sample(sites, min(_slips(question), len(sites))):
        out[i] = draw.choice(spellings[i])
    return "".join(out)


def key_slips(question: str, draw: random.Random) -> str:
    """A key beside the right one, one left out, one pressed twice, or two in the wrong order."""
    out = question
    for _ in range(_slips(question)):
        sites = [i for i, c in enumerate(out) if is_syllable(c)]
        if not sites:
            return out
        # only the syllable's own keys: those of its neighbours are composed anew around it
        at = draw.choice(sites)
        keys = to_keys(out[at])
        out = from_keys(to_keys(out[:at]) + _mistyped(keys, draw) + to_keys(out[at + 1 :]))
    return out


def colloquial(question: str, draw: random.Random) -> str:
    """Particles left out, and the formal ending of a question made a spoken one."""
    text = question.rstrip(" ?.!")
    found = morphemes(text)
    ending = next((i for i in reversed(range(len(found))) if found[i].tag in ("EF", "EC")), 0)
    first = ending
    while (
        first
        and found[first - 1].tag in PREDICATE
        and " " not in text[found[first - 1].start : found[ending].end]
    ):
        first -= 1
    if ending and found[ending].end == len(text) and first < ending:
        copula = found[ending - 1].tag == "VCP"
        spoken = draw.choice(("야", "죠", "더라") if copula else ("어", "어요", "지", "더라"))
        tail = [(m.form, m.tag) for m in found[first:ending]] + [(spoken, "EF")]
        at = found[first].start
        text = text[:at] + str(shared_kiwi().join(tail))
        found = found[:first]
    elif found and found[-1].tag.startswith(("N", "J", "SL")):
        if found[-1].tag.startswith("J"):
            text, found = text[: found[-1].start], found[:-1]
        text += draw.choice((" 뭐야", " 알려줘", " 뭐임"))
    for morpheme in reversed(found):
        before_space = text[morpheme.end : morpheme.end + 1] == " "
        if morpheme.tag.startswith("J") and morpheme.form in DROPPED and before_space and draw.random() < 0.6:
            text = text[: morpheme.start] + text[morpheme.end :]
    return draw.choice(OPENERS) + text + draw.choice(("?", ""))


def other_spellings(question: str, draw: random.Random) -> str:
    """Numbers, percentages and Latin names written otherwise, and common misspellings; none where there is no site."""
    out = THOUSANDS.sub(r"\1천", question)
    out = GROUPED.sub(lambda found: found[0].replace(",", ""), out)
    if out == question:
        out = UNGROUPED.sub(lambda found: f"{int(found[0]):,}", out)
    out = PERCENT.sub(lambda found: draw.choice(("프로", "퍼센트" if found[0] == "%" else "%")), out)
    out = ACRONYM.sub(lambda found: "".join(HANGUL_LETTERS[letter] for letter in found[0].lower()), out)
    for right, wrong in MISSPELT.items():
        out = out.replace(right, wrong)
    return out


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "no-spaces": no_spaces,
    "wrong-spaces": wrong_spaces,
    "sound": sound_slips,
    "keys": key_slips,
    "colloquial": colloquial,
    "spelling": other_spellings,
}


def corrupt(question: str, kind: str, seed: int) -> tuple[str, str]:
    """The corrupted question and the kind of its corruption.

    Args:
        question: as it should be typed.
        kind: one of ``KINDS``, or ``all``: one of those that change the question, drawn at random.
        seed: of all that is drawn; each question draws for itself, so its neighbours do not matter.
    """
    draw = random.Random(f"{seed} {kind} {question}")
    if kind != "all":
        return KINDS[kind](question, draw), kind
    for candidate in draw.sample(list(KINDS), len(KINDS)):
        changed = KINDS[candidate](question, draw)
        if changed != question:
            return changed, candidate
    return question, "none"


def _slips(question: str) -> int:
    return 1 + len(question) // PER_SLIP


def _sounding_like(character: str) -> list[str]:
    if character == "의":
        return ["에"]
    initial, vowel, final = letters(character)
    return [syllable(initial, other, final) for other in SAME_SOUND.get(vowel, "")] + [
        syllable(initial, vowel, other) for other in SAME_SOUND.get(final, "")
    ]


def _mistyped(keys: str, draw: random.Random) -> str:
    """The keys of one syllable with one slip."""
    at = draw.randrange(len(keys))
    before, key, after = keys[:at], keys[at], keys[at + 1 :]
    slip = draw.choice(("beside", "beside", "missing", "twice", "swapped"))
    if slip == "missing":
        return before + after
    if slip == "twice":
        return before + key + key + after
    if slip == "swapped" and after:
        return before + after[0] + key + after[1:]
    return before + draw.choice(neighbours(key)) + after
