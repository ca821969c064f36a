"""Splits a question that asks after several things: "A와 B는 각각 몇 명?" → "A는 몇 명?" and "B는 몇 명?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.korean import Morpheme
from rag.questions.question import ASKING

MOST_PARTS = 4
"""Each is searched for."""
NOMINAL = (
    "NN", "NR", "SL", "SN", "SH", "XSN", "XPN", "XR", "W_", "SO", "SB", "SSO", "SSC", "SW", "MM", "JKG",
)  # fmt: skip
"""Prefixes of the tags that names and noun phrases are made of."""
NAMES = ("NNP", "SL", "SN")
AND = frozenset(["와", "과", "랑", "이랑", "하고", "및"])
ONE_BY_ONE = re.compile(
    r"각각|각자|비교|차이|어떻게\s?(?:다르|다른|달랐|달라)|어떤\s?점[이에]|닮|공통|둘\s?다"
)
"""Says that things joined by 와 are asked after one by one, and not as one."""
WHICH = re.compile(
    r"^[가-힣]{0,2}\s?(?:중에서?|중|가운데서?)\s|(?:어느|누가|어디|뭐|무엇)\S*\s(?:\S+\s)?(?:더|먼저)\s"
)
"""Asks to choose between them."""
WITH = frozenset(
    ["각각", "각자", "공통점", "비교", "차이", "대화", "협력", "함께", "같이", "다르", "같", "관련", "경쟁", "별도", "달리", "연결"]
)  # fmt: skip
"""What follows a 와 that joins nothing: "블루스와 공통점이 많은"."""
ASKED_TOGETHER = re.compile(r"(?:[은는이가을를])?\s*(?:알려|말해|정리|[?？]|$)")
"""What follows things that are asked after by naming them: "인원수와 점수를 알려"."""
PERIODS = frozenset(["때", "뒤", "후", "전", "동안", "이후", "당시"])


Phrase = tuple[int, int]
"""The first and the last word of a noun phrase."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things asked after."""

    item: str | None
    """What tells it from the others: "1단계", "김도연 본부장"; None where it is a clause of its own."""
    question: str
    """The question that asks after it alone."""
    core: str = ""
    """Those of its words that are names or have them; all of it where none has."""
    is_name: bool = False
    """Whether it has a name."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word between spaces: where it lies, and its morphemes."""

    start: int
    end: int
    morphemes: tuple[Morpheme, ...]

    @property
    def stem_end(self) -> int:
        """Where its nominal part ends, before any particle."""
        end = self.start
        for morpheme in self.morphemes:
            if not morpheme.tag.startswith(NOMINAL) or morpheme.tag == "JKG":
                break
            end = morpheme.end
        return end

    @property
    def nominal(self) -> bool:
        """Whether it is nouns and names only."""
        return all(m.tag.startswith(NOMINAL) for m in self.morphemes)

    @property
    def joins(self) -> bool:
        """Whether it is joined to the next noun phrase by 와 or a comma."""
        last = self.morphemes[-1]
        return self.stem_end > self.start and (
            (last.tag in ("JC", "JKB") and last.form in AND) or (last.tag == "SP" and last.form in ",·/")
        )

    def has(self, tags: tuple[str, ...]) -> bool:
        return any(m.tag.startswith(tags) for m in self.morphemes)


def parts_of(text: str, morphemes: Sequence[Morpheme]) -> tuple[Part, ...]:
    """The things a question asks after, each with a question of its own; none where it asks one thing.

    Args:
        text: the question.
        morphemes: of that text.
    """
    return _clauses(text, morphemes) or _joined(text, morphemes)


def _clauses(text: str, morphemes: Sequence[Morpheme]) -> tuple[Part, ...]:
    """Two questions in one sentence: "무엇이고, … 어떻게 고쳤나?"; the second keeps what the first is about."""
    asking = [
        one.start
        for one, after in zip_longest(morphemes, morphemes[1:])
        if one is not None and one.form in ASKING and not (after and after.tag in ("VV", "XSV"))
    ]
    for morpheme in morphemes:
        joined = morpheme.tag == "EC" and morpheme.form in ("고", "며", "이고", "으며")
        if not joined or not any(start < morpheme.start for start in asking):
            continue
        if not any(start >= morpheme.end for start in asking):
            continue
        first, second = text[: morpheme.start], text[morpheme.end :].strip(" ,")
        topic = _topic(first, morphemes, next(start for start in asking if start < morpheme.start))
        return Part(None, first + "?"), Part(None, f"{topic} {second}".strip())
    return ()


def _topic(first: str, morphemes: Sequence[Morpheme], asked: int) -> str:
    """What the first of two clauses is about: all before the topic or subject particle of what is asked."""
    particles = [
        m
        for m in morphemes
        if m.start < asked and (m.tag == "JKS" or (m.form in ("은", "는") and m.tag == "JX"))
    ]
    return first[: particles[-1].start] if particles else ""


def _joined(text: str, morphemes: Sequence[Morpheme]) -> tuple[Part, ...]:
    """Noun phrases joined by 와, 과 or commas, where something says that each is asked after."""
    words = _words(text, morphemes)
    for at, word in enumerate(words[:-1]):
        joint = word.morphemes[-1]
        if not word.joins or words[at + 1].morphemes[0].form in WITH:
            continue
        first = _begin(words, at)
        phrases = [(first, at)]
        while first > 0 and words[first - 1].joins and words[first - 1].morphemes[-1].tag == "SP":
            last = first - 1
            first = _begin(words, last)
            phrases.insert(0, (first, last))
        following = at + 1
        while True:
            end = _finish(words, following)
            phrases.append((following, end))
            if end + 1 >= len(words) or not words[end].joins:
                break
            following = end + 1
        if not _asks_each(text, words, phrases, joint.tag != "JC"):
            continue
        return _split(text, words, phrases)
    return ()


def _words(text: str, morphemes: Sequence[Morpheme]) -> list[_Word]:
    words = []
    for found in re.finditer(r"\S+", text):
        own = tuple(m for m in morphemes if found.start() <= m.start < found.end())
        if own:
            words.append(_Word(found.start(), found.end(), own))
    return words


def _begin(words: Sequence[_Word], last: int) -> int:
    """The first word of the noun phrase that ends with word ``last``."""
    first = last
    while first > 0 and words[first - 1].nominal and words[first - 1].morphemes[-1].form not in PERIODS:
        first -= 1
    return first


def _finish(words: Sequence[_Word], first: int) -> int:
    """The last word of the noun phrase that begins with word ``first``; its genitives belong to it."""
    last = first
    while last + 1 < len(words) and words[last].nominal and not _stops(words[last + 1]):
        last += 1
    return last


def _stops(word: _Word) -> bool:
    return word.morphemes[0].tag in ("MAG", "NNB") or word.morphemes[0].form in ("가운데", "사이", *ASKING)


def _asks_each(text: str, words: Sequence[_Word], phrases: Sequence[Phrase], uncertain: bool) -> bool:
    """Whether the joined things are asked after one by one."""
    last = words[phrases[-1][1]]
    rest = text[last.stem_end :]
    if ONE_BY_ONE.search(text, words[phrases[-1][0]].start) or (
        not uncertain and WHICH.search(rest.lstrip())
    ):
        return True
    if uncertain or _genitive(words, phrases[-1]) > _genitive(words, phrases[0]):
        return False  # the child of both: 핀과 사이브의 아들은 누구
    return ASKED_TOGETHER.match(rest) is not None


def _genitive(words: Sequence[_Word], phrase: Phrase) -> bool:
    return any(word.morphemes[-1].tag == "JKG" for word in words[phrase[0] : phrase[1] + 1])


def _split(text: str, words: Sequence[_Word], phrases: Sequence[Phrase]) -> tuple[Part, ...]:
    """One question for each phrase, which stands in the place of them all."""
    first, last = phrases[-1]
    if _genitive(words, phrases[-1]) and not _genitive(words, phrases[0]):
        # of "A와 B의 생각은" the head belongs to both
        last = next(at for at in range(first, last + 1) if words[at].morphemes[-1].tag == "JKG")
    begin = words[phrases[0][0]].start
    after = re.sub(r"^\s*(?:중에서?|중|가운데서?|사이에?)\s", " ", text[words[last].stem_end :])
    phrases = [*phrases[:-1], (first, last)]
    shared = _shared(text, words, phrases)
    parts: list[Part] = []
    for start, end in phrases[:MOST_PARTS]:
        own = [word for word in words[start : end + 1] if parts or word.start >= begin + len(shared)]
        item = text[own[0].start : words[end].stem_end] if own else ""
        if not item:
            return ()
        asked = f"{text[:begin]}{shared}{item}{after}"
        named = [text[word.start : word.stem_end] for word in own if word.has(NAMES)]
        parts.append(Part(item, asked, " ".join(named) or item, bool(named)))
    return tuple(parts) if len({part.item for part in parts}) > 1 else ()


def _shared(text: str, words: Sequence[_Word], phrases: Sequence[Phrase]) -> str:
    """What the first phrase says for the others, too: in "A의 인원수와 점수", "A의"."""
    first, last = phrases[0]
    if _genitive(words, (phrases[1][0], phrases[1][1] - 1)):
        return ""
    for at in range(last - 1, first - 1, -1):
        if words[at].morphemes[-1].tag == "JKG":
            return text[words[first].start : words[at].end] + " "
    others = words[phrases[1][0] : phrases[1][1] + 1]
    named = any(word.has(NAMES) for word in others)
    if last > first and (len(others) == 1 or words[first].has(NAMES)) and not named:
        return text[words[first].start : words[last].start]
    return ""
