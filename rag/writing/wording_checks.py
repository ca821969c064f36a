"""What speaks against a statement in its words: amounts, words, names, what is denied, done or planned.

Each check gives a short reason, or None where it finds nothing.
"""

from __future__ import annotations

import re

from rag.questions.quantities import Quantity
from rag.writing.alignment import DIGIT, Alignment
from rag.writing.chunks import adjacent, repeats, way
from rag.writing.clauses import Sentence, Word, quotations, squash
from rag.writing.paraphrases import LIGHT, NEUTRAL, SAYING

_SPEECH = 8
"""Characters of a quotation that is longer than a name."""
_LATIN = re.compile(r"[A-Za-z]{2,}")


def other_amounts(pair: Alignment) -> str | None:
    """Every amount stands there, as often, beside the same neighbour, and on the same side of a rise or fall."""
    for one, following in zip(pair.amounts, (*pair.amounts[1:], None), strict=False):
        same = pair.same(one)
        if len(same) < sum(one.equals(other) for other in pair.amounts):
            return f"number {one.value} {one.unit}"
        if following and _touch(pair.said.text, one, following):  # 2030년 12월
            there = [(this, that) for this in same for that in pair.same(following) if this.end <= that.start]
            if not any(_touch(pair.told.text, this, that) for this, that in there):
                return f"numbers apart {one.value} {one.unit}"
        side = way(pair.said, one)
        if side and all(way(pair.told, other) not in ("", side) for other in same):
            return f"from and to {one.value} {one.unit}"
    return None


def _touch(text: str, one: Quantity, following: Quantity) -> bool:
    return text[one.end : following.start].strip() == ""


def other_words(pair: Alignment) -> str | None:
    """Every word that says something stands there, or may be understood; and there is enough said to go by."""
    content = len(pair.amounts)
    for word in pair.words:
        if word.core in LIGHT or (word.verb in LIGHT and not word.noun):
            continue
        if (word.verb or word.core) in NEUTRAL and not word.time:
            if not _says(pair, word):
                return f"saying {word.core}"
        elif pair.match(word):
            content += 1
        elif word not in pair.borrowed:
            return f"word {word.core}"
    if content < 2 or len(pair.borrowed) > content:
        return "little said"
    return None


def _says(pair: Alignment, word: Word) -> bool:
    """Whether the passage's sentence tells what somebody said, or did not say."""
    return any(
        (other.verb or other.core) in SAYING and other.denied == word.denied for other in pair.told.words
    )


def other_said(pair: Alignment) -> str | None:
    """What is said to be done, planned or not so is said to be so there."""
    for word in pair.words:
        if word.verb is None or word.verb in NEUTRAL - {"하"}:
            continue
        same = [other for other in pair.match(word) if other.verb is not None]
        if not same:
            if word.denied or (word.status == "done" and word.verb not in LIGHT):
                return f"not said to be so: {word.verb}"
            continue
        states = {other.status for other in same}
        if all(other.denied != word.denied for other in same):
            return f"denied {word.verb}"
        if word.status == "done" and not states & {"done", "linked"}:
            return f"not done {word.verb}"
        if word.status == "linked" and states == {"open"}:
            return f"open {word.verb}"
        if word.status == "open" and "open" not in states:
            return f"not open {word.verb}"
        if word.decided and not any(other.decided for other in same):
            return f"not decided {word.verb}"
    return None


def other_quotes(pair: Alignment) -> str | None:
    """What stands in quotation marks or brackets stands in the passage letter for letter, and so do Latin names."""
    known = pair.grounds.squashed
    if any(squash(part) not in known for part in pair.said.quoted):
        return "quotation"
    if any(not _bracketed_there(pair, place, text) for place, text in pair.said.bracketed):
        return "brackets"
    latin = (name.lower() for name in _LATIN.findall(pair.said.raw))
    return next(
        (f"name {name}" for name in latin if name not in known and name not in pair.grounds.context), None
    )


def _bracketed_there(pair: Alignment, place: int, text: str) -> bool:
    """Whether the passage has what stands in brackets behind the same word; amounts are looked at by themselves."""
    if DIGIT.search(text):
        return squash(text) in pair.grounds.squashed
    head = _before(pair.said, place)
    return any(
        squash(other) == squash(text)
        and all(any(repeats(one, this) for this in _before(told, at)) for one in head)
        for told in pair.grounds.sentences
        for at, other in told.bracketed
    )


def _before(sentence: Sentence, place: int) -> list[Word]:
    """The word at a place, or the last before it, with the name that stands before a title: 이몽룡 의원."""
    last = [word for word in sentence.words if word.start <= place][-2:]
    return last if len(last) > 1 and adjacent(*last) else last[-1:]


def other_labels(pair: Alignment) -> str | None:
    """An amount with what it is of in brackets behind it is told with that: 65.1점(기술)."""
    for amount in pair.amounts:
        labels = [
            [text for place, text in pair.told.bracketed if place + 1 == one.end and not DIGIT.search(text)]
            for one in pair.same(amount)
        ]
        own = pair.said.squashed
        if labels and all(some and not any(squash(text) in own for text in some) for some in labels):
            return f"label {labels[0][0]}"
    return None


def other_order(pair: Alignment) -> str | None:
    """서울과 부산에서 각각 3명과 5명: which amount is whose is told by their order, so all of it must be kept."""
    if "각각" not in pair.told.text or len(pair.told.amounts) < 2:
        return None
    if not any("each" in other.manners for amount in pair.amounts for other in pair.same(amount)):
        return None
    own, theirs = (
        [(word.forms, word.role, word.verb) for word in words] for words in (pair.given, pair.told.words)
    )
    return None if own == theirs else "order"


def not_attributed(pair: Alignment) -> str | None:
    """What the passage only quotes somebody as saying is not told as a fact."""
    if pair.said.quoted or any((word.verb or word.core) in SAYING - {"하"} for word in pair.words):
        return None
    text = pair.told.text
    spans = [
        (start, end) for start, end in quotations(text) if text[start] in '“"' and end - start >= _SPEECH + 2
    ]
    matches = [pair.match(word) for word in pair.words]
    verbs = [[other for other in found if other.verb] for found in matches]
    telling = [found for found in verbs if found] or [found for found in matches if found]
    quoted = all(any(start <= one.start < end for one in found for start, end in spans) for found in telling)
    return "only said" if telling and quoted else None
