"""What speaks against a statement in how its words hang together: who does what to whom, and which amount is whose.

Each check gives a short reason, or None where it finds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.questions.quantities import Quantity
from rag.writing.alignment import Alignment
from rag.writing.chunks import (
    alike_roles,
    anchor,
    chunks,
    doing,
    governing,
    placed,
    repeats,
    side_by_side,
    subjects_of,
    way,
)
from rag.writing.clauses import Word
from rag.writing.paraphrases import NEUTRAL, alike

SUPERLATIVE = frozenset(["가장", "제일", "최고", "최대", "최소", "유일", "으뜸"])
_OPPOSED: dict[str, frozenset[str]] = {
    "subject": frozenset(["object", "to"]),
    "topic": frozenset(["to"]),
    "object": frozenset(["subject", "to"]),
    "to": frozenset(["subject", "topic", "object"]),
}


_SIDES = frozenset(["보다", "로부터"])
_DOING = frozenset(["subject", "topic"])


def opposite_roles(pair: Alignment) -> str | None:
    """Who does it to whom: a word that is the subject of a verb here must not be its object there."""
    for word in pair.words:
        verb = governing(word, pair.words)
        if not word.noun or word.role not in _OPPOSED or verb is None or verb.passive:
            continue
        for other in pair.told.words:
            if other.noun and repeats(word, other) and other.role in _OPPOSED[word.role]:
                theirs = governing(other, pair.told.words)
                if theirs and (repeats(verb, theirs) or repeats(theirs, verb)):
                    return f"role {word.core}"
    return None


def other_side(pair: Alignment) -> str | None:
    """What is more than another must not be what the other is more than, nor giver taker: 보다, 로부터."""
    theirs = placed(pair.told.words)
    for word, role in placed(pair.given):
        roles = {its_role for other, its_role in theirs if repeats(word, other)}
        if (role in _SIDES and role not in roles and roles & _DOING) or (
            role in _DOING and roles and roles <= _SIDES
        ):
            return f"side {word.core}"
    return None


def other_subjects(pair: Alignment) -> str | None:
    """Whoever does something here must not do something else, and another do this, in the passage's sentence."""
    for verb in pair.words:
        before = [chunk for chunk in subjects_of(pair.words) if chunk[-1].start < verb.start]
        if verb.verb is None or not before:
            continue
        others = [_does_otherwise(pair, before[-1], other) for other in pair.match(verb)]
        if others and all(others):
            return f"subject {others[0]} of {verb.core}"
    return None


def _does_otherwise(pair: Alignment, own: Sequence[Word], verb: Word) -> str | None:
    """The word of a statement's subject that does something else than a verb of the passage's sentence."""
    theirs = subjects_of(pair.told.words)
    near = [
        chunk
        for chunk in theirs
        if chunk[-1].start < verb.start
        and any(word.segment == verb.segment for word in (*chunk[:1], chunk[-1]))
    ]
    # 갑은 을이 막았다고 비판했다: 을 is who does it
    nested = len(near) > 1 and near[-1][-1].role == "subject" and governing(verb, pair.told.words)
    near = near[-1:] if nested else near
    doing = [word for chunk in near for word in chunk if word.start < verb.start]
    others = [
        word
        for chunk in theirs
        for word in chunk
        if (nested and chunk not in near) or word.segment != verb.segment
    ]
    for word in own:
        elsewhere = any(repeats(word, other) for other in others)
        if doing and elsewhere and not any(repeats(word, other) for other in doing):
            return word.core
    return None


def exchanged_names(pair: Alignment) -> str | None:
    """Two names must not have changed places: A는 B를 where the passage has B는 A를."""
    own = [
        (word, role)
        for word, role in placed(pair.given)
        if word in pair.words and word not in pair.borrowed and not word.time and len(word.core) > 1
    ]
    theirs = placed(pair.told.words)
    found = [(word, role, there) for word, role in own if (there := _only(pair, word, theirs))]
    for at, (one, role, (that, its_role)) in enumerate(found):
        for other, others_role, (this, thats_role) in found[at + 1 :]:
            if (
                this.start < that.start
                and alike_roles(role, thats_role)
                and alike_roles(others_role, its_role)
            ):
                both = doing(that) and doing(this)
                if both and not (governing(that, pair.told.words) or governing(this, pair.told.words)):
                    continue  # 비중은 은하수랩스가 최고다, 은하수랩스는 비중이 최고다
                if not (side_by_side(pair.given, one, other) and side_by_side(pair.told.words, this, that)):
                    return f"exchanged {one.core} {other.core}"
    return None


def _only(pair: Alignment, word: Word, theirs: Sequence[tuple[Word, str]]) -> tuple[Word, str] | None:
    """The one word of the passage's sentence that repeats this, where there is but one."""
    found = [pair for pair in theirs if repeats(word, pair[0])]
    return found[0] if len(found) == 1 else None


def exchanged_amounts(pair: Alignment) -> str | None:
    """Nor may two amounts of a kind, unless each says what it is: from 1.04, to 0.93."""
    for at, one in enumerate(pair.amounts):
        for other in pair.amounts[at + 1 :]:
            ways = way(pair.said, one), way(pair.said, other)
            if one.unit != other.unit or one.value == other.value or "" not in ways:
                continue
            if min(this.start for this in pair.same(one)) > max(that.start for that in pair.same(other)):
                return f"exchanged {one.value} {other.value}"
    return None


def other_verbs(pair: Alignment) -> str | None:
    """What is said with a verb here must not be said with another verb in the passage's sentence."""
    doing = [word for words in (pair.given, pair.told.words) for one in subjects_of(words) for word in one]
    places = [
        (word.core, word.start, word.segment, {other.segment for other in pair.match(word) if other not in doing})
        for word in pair.words
        if word.noun and not word.verb and not word.time and word not in doing and word not in pair.borrowed
    ] + [
        (str(one.value), one.start, pair.said.segment_of(one.start),
         {pair.told.segment_of(other.start) for other in pair.same(one)})
        for one in pair.amounts
    ]  # fmt: skip
    for name, start, segment, theirs in places:
        verb = next((word for word in pair.words if word.start > start and word.verb), None)
        if verb is None or verb.segment != segment or verb.verb in NEUTRAL:
            continue
        verbs = {other.segment for other in pair.match(verb) if other.verb}
        busy = {word.segment for word in pair.told.words if word.verb}
        if theirs and verbs and not theirs & verbs and theirs <= busy:
            return f"apart {name} {verb.core}"
    return None


def other_doer(pair: Alignment) -> str | None:
    """What is understood must not be who does it where the passage names another who does."""
    if not pair.borrowed:
        return None
    for amount in pair.amounts:
        beside = [word for one in pair.same(amount) for word in anchor(pair.told, one)]
        if beside and not any(repeats(own, word) for own in pair.words for word in beside):
            return f"beside {beside[-1].core}"
    used = {pair.told.segment_of(one.start) for amount in pair.amounts for one in pair.same(amount)}
    used |= {other.segment for word in pair.words if word.verb for other in pair.match(word)}
    theirs = subjects_of(pair.told.words)
    near = [chunk for chunk in theirs if not used or chunk[-1].segment in used]
    near = near or [chunk for chunk in theirs if chunk[-1].segment <= max(used)]
    if any(word in pair.borrowed for chunk in subjects_of(pair.words) for word in chunk):
        strange = next((chunk for chunk in near if _has_none(pair, chunk)), None)
        if strange:
            return f"another subject {strange[-1].core}"
    return None


def other_names(pair: Alignment) -> str | None:
    """달포 앞바다 where the passage has 강포항 앞바다: a name of another sentence put before the same word."""
    theirs = chunks(pair.told.words)
    for chunk in chunks(pair.given):
        if not any(word in pair.borrowed for word in chunk):
            continue
        same = [one for one in theirs if any(repeats(word, other) for word in chunk for other in one)]
        if same and not any(all(any(repeats(w, o) for w in chunk) for o in one) for one in same):
            return f"other {same[0][0].core}"
    return None


def _has_none(pair: Alignment, chunk: Sequence[Word]) -> bool:
    return not any(repeats(own, word) for own in pair.words for word in chunk)


def other_owners(pair: Alignment) -> str | None:
    """An amount, or 가장, must stand beside the name that it stands beside in the passage."""
    for amount in pair.amounts:
        segments = {pair.told.segment_of(one.start) for one in pair.same(amount)}
        rivals = [
            one
            for one in pair.told.amounts
            if one.unit == amount.unit and pair.told.segment_of(one.start) not in segments
        ]
        if fault := _taken(pair, amount.start, segments, rivals) or _taken_beside(pair, amount):
            return fault
    for word in pair.words:
        if word.core in SUPERLATIVE:
            same = {other.segment for other in pair.told.words if alike(other.core, word.core)}
            rivals = [one for one in pair.told.amounts if pair.told.segment_of(one.start) not in same]
            if fault := _taken(pair, word.start, same, rivals):
                return fault
    return None


def _taken_beside(pair: Alignment, amount: Quantity) -> str | None:
    """매출은 5천억 원 where the passage has 매출 3조 원 영업이익 5천억 원, without a comma between."""
    same = pair.same(amount)
    owners = [word for one in same for word in anchor(pair.told, one)]
    for rival in pair.told.amounts:
        if rival.unit != amount.unit or rival in same or not owners:
            continue
        if not any(owner.start > rival.start for owner in owners):
            continue  # both are of one thing: from 3, to 5
        for owner in anchor(pair.told, rival):
            own = [word for word in pair.words if word.noun and repeats(word, owner)]
            if own and not any(repeats(word, other) for word in pair.words for other in owners):
                return f"owner {own[0].core}"
    return None


def _taken(pair: Alignment, place: int, there: set[int], rivals: Sequence[Quantity]) -> str | None:
    """Whether a word beside an amount here stands beside another of the same kind in the passage."""
    beside = [
        word
        for word in pair.words
        if word.noun
        and word.segment == pair.said.segment_of(place)
        and word not in pair.borrowed
        and not (word.role == "to" and word.start > place)
    ]
    for rival in rivals:
        for owner in anchor(pair.told, rival):
            for word in beside:
                if repeats(word, owner) and not any(
                    other.segment in there and repeats(word, other) for other in pair.told.words
                ):
                    return f"owner {word.core}"
    return None
