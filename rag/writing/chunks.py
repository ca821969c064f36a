"""Which words of a sentence belong together, which say the same as words of another, and what an amount is of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.questions.quantities import Quantity
from rag.writing.clauses import Sentence, Word, squash
from rag.writing.paraphrases import alike

_FROM_OR_TO = re.compile(r"\s?(에서|부터|보다|으로|로|까지)")


def chunks(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Each noun with the nouns that belong to it: 은하수랩스의 유하린 대표는."""
    found: list[tuple[Word, ...]] = []
    open_chunk: list[Word] = []
    for word in words:
        if open_chunk and not (open_chunk[-1].role == "of" or adjacent(open_chunk[-1], word)):
            found.append(tuple(open_chunk))
            open_chunk = []
        if word.noun and word.verb is None:
            open_chunk.append(word)
        elif open_chunk:
            found.append(tuple(open_chunk))
            open_chunk = []
    return [*found, tuple(open_chunk)] if open_chunk else found


def subjects_of(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The chunks that say who or what."""
    return [chunk for chunk in chunks(words) if chunk[-1].role in ("subject", "topic")]


def subject(words: Sequence[Word]) -> tuple[Word, ...]:
    """The first of them."""
    return next(iter(subjects_of(words)), ())


def adjacent(one: Word, following: Word) -> bool:
    """Whether a word without particle belongs to the noun after it: 한별스페이스 팀이."""
    return not one.role and one.end - one.start == len(one.core) and following.start - one.end <= 2


def doing(word: Word) -> bool:
    """Whether it says who or what."""
    return word.role in ("subject", "topic")


def placed(words: Sequence[Word]) -> list[tuple[Word, str]]:
    """The nouns, each with the role of the chunk it stands in: 배수연 of 배수연 본부장이 is a subject."""
    placed: list[tuple[Word, str]] = []
    for at, word in enumerate(words):
        if not word.noun:
            continue
        last = at
        while last + 1 < len(words) and words[last + 1].noun and adjacent(words[last], words[last + 1]):
            last += 1
        placed.append((word, words[last].role))
    return placed


def side_by_side(words: Sequence[Word], one: Word, other: Word) -> bool:
    """Whether two words stand side by side, as a name and a company's before a title."""
    first, last = sorted((words.index(one), words.index(other)))
    return last - first == 1 and adjacent(words[first], words[last])


def alike_roles(one: str, other: str) -> bool:
    """은 and 이 mark what is spoken of alike."""
    return one == other or {one, other} == {"subject", "topic"}


def governing(word: Word, words: Sequence[Word]) -> Word | None:
    """The next verb."""
    return next((other for other in words if other.start > word.start and other.verb is not None), None)


def counted(word: Word, amounts: Iterable[Quantity]) -> bool:
    """Whether a word is no more than (a part of) an amount."""
    return any(one.start <= word.start and word.start + len(word.core) <= one.end for one in amounts)


def anchor(sentence: Sentence, amount: Quantity) -> list[Word]:
    """The words that say what an amount is of: those before it in its item of the list, else those after it."""
    segment = sentence.segment_of(amount.start)
    own = [
        word
        for word in sentence.words
        if word.segment == segment and word.noun and not counted(word, sentence.amounts)
    ]
    before = [word for word in own if word.start < amount.start]
    if not before:
        return own[:1]
    if any(before[-1].start <= word.start < amount.start and word.verb for word in sentence.words):
        return []  # 공급하는 1270억 원
    chunk = [before[-1]]
    for word in reversed(before[:-1]):
        if word.verb is not None or not (word.role == "of" or adjacent(word, chunk[0])):
            break
        chunk.insert(0, word)
    return chunk


def way(sentence: Sentence, amount: Quantity) -> str:
    """Whether an amount is what something rises or falls from, or to."""
    found = _FROM_OR_TO.match(sentence.text, amount.end)
    if not found:
        return ""
    return "from" if found[1] in ("에서", "부터", "보다") else "to"


def runs(words: Sequence[Word]) -> list[tuple[str, tuple[Word, ...]]]:
    """Up to four words that stand together with no particle between, as one: however a name is spaced."""
    found: list[tuple[str, tuple[Word, ...]]] = []
    for at in range(len(words)):
        for last in range(at, min(at + 4, len(words))):
            if last > at and not adjacent(words[last - 1], words[last]):
                break
            run = tuple(words[at : last + 1])
            found.append((squash("".join(word.core for word in run)), run))
    return found


def repeats(word: Word, other: Word) -> bool:
    """Whether a word of the passage says what a word of the sentence says."""
    if word.verb is not None and not word.noun:
        return other.verb is not None and alike(word.verb, other.verb)
    if word.core == other.core or (word.forms and word.forms <= other.forms and word.prefix == other.prefix):
        return True
    if word.noun and other.noun and _same_name(word, other):
        return True
    if other.name and word.core == other.name:
        return True  # 권도현 시장, 권 시장
    return alike(word.core, other.verb if other.verb and not other.noun else other.core)


def _same_name(word: Word, other: Word) -> bool:
    """Whether two words are one name of which a syllable was once taken for a particle: 누리온에어로, 누리온에어 + 로."""
    shorter, longer = sorted((word, other), key=lambda one: len(one.core))
    return (
        len(shorter.core) > 2
        and len(longer.core) == len(shorter.core) + 1
        and longer.core.startswith(shorter.core)
        and shorter.surface.startswith(longer.core)
    )
