"""Does a passage bear out a sentence? Decided without a language model, and rather too strictly than too kindly.

A sentence is borne out where one sentence of the passage says each of its statements: has its words, its numbers with
their units beside the same names, its names in the same roles, and says it is done, planned or denied as it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.analyzer import Analyzer
from rag.clauses import Sentence, Word, read_sentence, squash
from rag.paraphrases import LIGHT, NEUTRAL, SAYING, alike
from rag.quantities import Quantity

Texts = Sequence[str]
SUPERLATIVE = frozenset(["가장", "제일", "최고", "최대", "최소", "유일", "으뜸"])
CAUSE = ("때문", "까닭", "이유", "탓", "덕분", "인해", "원인", "므로")


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence may rest on: a passage, its article's title, and its sentences one by one."""

    text: str
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of comparing a sentence with the passages that it cites."""

    supported: bool
    citations: tuple[int, ...] = ()
    """The numbers of those that bear it out; passages cited beside them that do not are left out."""
    reason: str = ""
    """Why not, for those who tune it: the nearest any passage came."""


class Reader:
    """A passage read for comparing."""

    def __init__(self, source: Source, analyzer: Analyzer) -> None:
        self.source = source
        self._analyzer = analyzer
        self.squashed = squash(f"{source.title}\n{source.text}")

    @cached_property
    def sentences(self) -> list[Sentence]:
        return [read_sentence(text, self._analyzer) for text in self.source.sentences]

    @cached_property
    def context(self) -> frozenset[str]:
        """The forms of the passage and its title."""
        title = read_sentence(self.source.title, self._analyzer)
        return frozenset(
            form for sentence in (title, *self.sentences) for word in sentence.words for form in word.forms
        )


def clauses_of(sentence: Sentence) -> list[tuple[tuple[Word, ...], tuple[Quantity, ...]]]:
    """The statements joined in a sentence; one without a subject of its own has that of the one before."""
    numbers = sorted({word.segment for word in sentence.words})
    parts: list[tuple[tuple[Word, ...], tuple[Quantity, ...]]] = []
    subject: tuple[Word, ...] = ()
    pending: tuple[Word, ...] = ()
    pending_amounts: tuple[Quantity, ...] = ()
    for number in numbers:
        words = (*pending, *(word for word in sentence.words if word.segment == number))
        amounts = (
            *pending_amounts,
            *(one for one in sentence.amounts if sentence.segment_of(one.start) == number),
        )
        says = any(word.verb for word in words) or amounts
        if not says and number != numbers[-1]:  # an item of a list, or an adverb with a comma
            pending, pending_amounts = words, amounts
            continue
        pending, pending_amounts = (), ()
        own = _subject(words)
        parts.append((words if own or not subject else (*subject, *words), amounts))
        subject = own or subject
    return parts


def _chunks(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Each noun with the nouns that belong to it: 은하수랩스의 유하린 대표는."""
    found: list[tuple[Word, ...]] = []
    open_chunk: list[Word] = []
    for word in words:
        if open_chunk and not (open_chunk[-1].role == "of" or _adjacent(open_chunk[-1], word)):
            found.append(tuple(open_chunk))
            open_chunk = []
        if word.noun and word.verb is None:
            open_chunk.append(word)
        elif open_chunk:
            found.append(tuple(open_chunk))
            open_chunk = []
    return [*found, tuple(open_chunk)] if open_chunk else found


def _subjects_of(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The chunks that say who or what."""
    return [chunk for chunk in _chunks(words) if chunk[-1].role in ("subject", "topic")]


def _subject(words: Sequence[Word]) -> tuple[Word, ...]:
    """The first of them."""
    return next(iter(_subjects_of(words)), ())


def _adjacent(one: Word, following: Word) -> bool:
    """Whether a word without particle belongs to the noun after it: 한별스페이스 팀이."""
    return not one.role and one.end - one.start == len(one.core) and following.start - one.end <= 2


class Comparison:
    """One statement of a sentence against one sentence of a passage; ``fault`` is what speaks against it, or None."""

    def __init__(
        self, words: Sequence[Word], amounts: Sequence[Quantity], said: Sentence, told: Sentence, reader: Reader
    ) -> None:
        self.amounts = amounts
        self.said = said
        self.told = told
        self.reader = reader
        self.given = words
        self.words = [word for word in words if not _counted(word, amounts)]
        self.borrowed: list[Word] = []
        """Words that the sentence of the passage leaves to be understood from its neighbours."""

    def fault(self) -> str | None:
        checks: tuple[Callable[[], str | None], ...] = (
            self._amounts, self._words, self._verbs, self._roles, self._borrowed, self._owners, self._quotes,
        )  # fmt: skip
        return next((found for check in checks if (found := check())), None)

    def _amounts(self) -> str | None:
        for one, following in zip(self.amounts, (*self.amounts[1:], None), strict=False):
            same = self._same(one)
            if len(same) < sum(one.equals(other) for other in self.amounts):
                return f"number {one.value} {one.unit}"
            if following and self.said.text[one.end : following.start].strip() == "":  # 2030년 12월
                if not any(
                    self.told.text[this.end : that.start].strip() == ""
                    for this in same
                    for that in self._same(following)
                    if this.end <= that.start
                ):
                    return f"numbers apart {one.value} {one.unit}"
            way = _way(self.said, one)
            if way and all(_way(self.told, other) not in ("", way) for other in same):
                return f"from and to {one.value} {one.unit}"
        return None

    def _same(self, amount: Quantity) -> list[Quantity]:
        """The amounts of the passage's sentence that equal this one."""
        return [other for other in self.told.amounts if amount.equals(other)]

    def _words(self) -> str | None:
        content = 0
        for word in self.words:
            if word.core in LIGHT or (word.verb in LIGHT and not word.noun):
                continue
            if (word.verb or word.core) in NEUTRAL and not word.time:
                if not any(
                    (other.verb or other.core) in SAYING and other.denied == word.denied for other in self.told.words
                ):
                    return f"saying {word.core}"
                continue
            if self._match(word):
                content += 1
            elif self._may_be_understood(word):
                self.borrowed.append(word)
            else:
                return f"word {word.core}"
        if content + len(self.amounts) < 2 or len(self.borrowed) > content + len(self.amounts):
            return "little said"
        return None

    def _match(self, word: Word) -> list[Word]:
        """The words of the passage's sentence that this one repeats."""
        found = [other for other in self.told.words if _repeats(word, other)]
        if _DIGIT.search(word.core):  # 노트4
            return [other for other in found if other.core == word.core]
        if found or not word.noun:
            return found
        squashed = squash(word.core)
        if len(squashed) > 1 and _within(squashed, self.told.squashed):  # spelt with other spaces
            return [other for other in self.told.words if squash(other.core) in squashed] or list(
                self.told.words[:1]
            )
        return []

    def _may_be_understood(self, word: Word) -> bool:
        """Whether the passage or its title has the word elsewhere: who is spoken of may be left out, not what is done."""
        if not word.noun or word.verb or word.time or word.role not in _LEFT_OUT or _DIGIT.search(word.core):
            return False
        squashed = squash(word.core)
        if word.forms and word.forms <= self.reader.context:
            return True
        return (len(squashed) > 1 and squashed in self.reader.squashed) or any(
            alike(word.core, form) for form in self.reader.context
        )

    def _verbs(self) -> str | None:
        for word in self.words:
            if word.verb is None or word.verb in NEUTRAL - {"하"}:
                continue
            same = [other for other in self._match(word) if other.verb is not None]
            if not same:
                if word.denied or (word.status == "done" and word.verb not in LIGHT):
                    return f"not said to be so: {word.verb}"
                continue
            if all(other.denied != word.denied for other in same):
                return f"denied {word.verb}"
            if word.status == "done" and all(other.status not in ("done", "linked") for other in same):
                return f"not done {word.verb}"
            if word.status == "linked" and all(other.status == "open" for other in same):
                return f"open {word.verb}"
            if word.status == "open" and all(other.status != "open" for other in same):
                return f"not open {word.verb}"
            if word.decided and not any(other.decided for other in same):
                return f"not decided {word.verb}"
        return None

    def _roles(self) -> str | None:
        """Who does it to whom: a word that is the subject of a verb here must not be its object there."""
        for word in self.words:
            verb = _governing(word, self.words)
            if not word.noun or word.role not in _OPPOSED or verb is None or verb.passive:
                continue
            for other in self.told.words:
                if other.noun and _repeats(word, other) and other.role in _OPPOSED[word.role]:
                    theirs = _governing(other, self.told.words)
                    if theirs and (_repeats(verb, theirs) or _repeats(theirs, verb)):
                        return f"role {word.core}"
        return self._subjects()

    def _subjects(self) -> str | None:
        """Whoever does something here must not do something else, and another do this, in the passage's sentence."""
        theirs = _subjects_of(self.told.words)
        for verb in self.words:
            before = [chunk for chunk in _subjects_of(self.words) if chunk[-1].start < verb.start]
            if verb.verb is None or not before:
                continue
            for other in self._match(verb):
                doing = [
                    word for one in theirs for word in one
                    if word.start < other.start and (word.segment == other.segment or one[-1].segment == other.segment)
                ]  # fmt: skip
                others = [word for one in theirs for word in one if word.segment != other.segment]
                for own in before[-1]:
                    elsewhere = any(_repeats(own, word) for word in others)
                    if doing and elsewhere and not any(_repeats(own, word) for word in doing):
                        return f"subject {own.core} of {verb.core}"
        return self._exchanged()

    def _exchanged(self) -> str | None:
        """Two names must not have changed places: A는 B를 where the passage has B는 A를."""
        own = [
            (word, role)
            for word, role in _placed(self.given)
            if word in self.words and word not in self.borrowed and not word.time and len(word.core) > 1
        ]
        theirs = _placed(self.told.words)
        found = [(word, role, there) for word, role in own if (there := self._only(word, theirs))]
        for at, (one, role, (that, its_role)) in enumerate(found):
            for other, others_role, (this, thats_role) in found[at + 1 :]:
                if this.start < that.start and _alike_roles(role, thats_role) and _alike_roles(others_role, its_role):
                    both = _doing(that) and _doing(this)
                    if both and not (_governing(that, self.told.words) or _governing(this, self.told.words)):
                        continue  # 비중은 은하수랩스가 최고다, 은하수랩스는 비중이 최고다
                    if not (_one_chunk(self.given, one, other) and _one_chunk(self.told.words, this, that)):
                        return f"exchanged {one.core} {other.core}"
        return self._amounts_exchanged() or self._apart()

    def _amounts_exchanged(self) -> str | None:
        for at, one in enumerate(self.amounts):
            for other in self.amounts[at + 1 :]:
                ways = _way(self.said, one), _way(self.said, other)
                if one.unit == other.unit and one.value != other.value and "" in ways:
                    if min(a.start for a in self._same(one)) > max(a.start for a in self._same(other)):
                        return f"exchanged {one.value} {other.value}"
        return None

    def _apart(self) -> str | None:
        """What is said with a verb here must not be said with another verb in the passage's sentence."""
        doing = [word for words in (self.given, self.told.words) for one in _subjects_of(words) for word in one]
        places = [
            (word.core, word.start, word.segment, {other.segment for other in self._match(word) if other not in doing})
            for word in self.words
            if word.noun and not word.verb and not word.time and word not in doing and word not in self.borrowed
        ] + [
            (str(one.value), one.start, self.said.segment_of(one.start),
             {self.told.segment_of(other.start) for other in self._same(one)})
            for one in self.amounts
        ]  # fmt: skip
        for name, start, segment, theirs in places:
            verb = next((word for word in self.words if word.start > start and word.verb), None)
            if verb is None or verb.segment != segment or verb.verb in NEUTRAL:
                continue
            verbs = {other.segment for other in self._match(verb) if other.verb}
            busy = {word.segment for word in self.told.words if word.verb}
            if theirs and verbs and not theirs & verbs and theirs <= busy:
                return f"apart {name} {verb.core}"
        return None

    def _only(self, word: Word, theirs: Sequence[tuple[Word, str]]) -> tuple[Word, str] | None:
        """The one word of the passage's sentence that repeats this, where there is but one."""
        found = [pair for pair in theirs if _repeats(word, pair[0])]
        return found[0] if len(found) == 1 else None

    def _borrowed(self) -> str | None:
        """What is understood must not be who does it where the passage names another who does."""
        if not self.borrowed:
            return None
        for amount in self.amounts:
            beside = [word for one in self._same(amount) for word in _anchor(self.told, one)]
            if beside and not any(_repeats(own, word) for own in self.words for word in beside):
                return f"beside {beside[-1].core}"
        used = {self.told.segment_of(one.start) for amount in self.amounts for one in self._same(amount)}
        used |= {other.segment for word in self.words if word.verb for other in self._match(word)}
        theirs = _subjects_of(self.told.words)
        near = [chunk for chunk in theirs if not used or chunk[-1].segment in used]
        near = near or [chunk for chunk in theirs if chunk[-1].segment <= max(used)]
        if any(word in self.borrowed for chunk in _subjects_of(self.words) for word in chunk):
            strange = next((chunk for chunk in near if self._has_none(chunk)), None)
            if strange:
                return f"another subject {strange[-1].core}"
        return self._other_chunk()

    def _other_chunk(self) -> str | None:
        """달포 앞바다 where the passage has 강포항 앞바다: a name of another sentence put before the same word."""
        theirs = _chunks(self.told.words)
        for chunk in _chunks(self.given):
            if not any(word in self.borrowed for word in chunk):
                continue
            same = [one for one in theirs if any(_repeats(word, other) for word in chunk for other in one)]
            if same and not any(all(any(_repeats(w, o) for w in chunk) for o in one) for one in same):
                return f"other {same[0][0].core}"
        return None

    def _has_none(self, chunk: Sequence[Word]) -> bool:
        return not any(_repeats(own, word) for own in self.words for word in chunk)

    def _owners(self) -> str | None:
        """An amount, or 가장, must stand beside the name that it stands beside in the passage."""
        for amount in self.amounts:
            segments = {self.told.segment_of(one.start) for one in self._same(amount)}
            rivals = [
                one
                for one in self.told.amounts
                if one.unit == amount.unit and self.told.segment_of(one.start) not in segments
            ]
            if fault := self._taken(amount.start, segments, rivals):
                return fault
        for word in self.words:
            if word.core in SUPERLATIVE:
                same = {other.segment for other in self.told.words if alike(other.core, word.core)}
                rivals = [one for one in self.told.amounts if self.told.segment_of(one.start) not in same]
                if fault := self._taken(word.start, same, rivals):
                    return fault
        return None

    def _taken(self, place: int, there: set[int], rivals: Sequence[Quantity]) -> str | None:
        """Whether a word beside an amount here stands beside another of the same kind in the passage."""
        beside = [
            word
            for word in self.words
            if word.noun
            and word.segment == self.said.segment_of(place)
            and word not in self.borrowed
            and not (word.role == "to" and word.start > place)
        ]
        for rival in rivals:
            for anchor in _anchor(self.told, rival):
                for word in beside:
                    if _repeats(word, anchor) and not any(
                        other.segment in there and _repeats(word, other) for other in self.told.words
                    ):
                        return f"owner {word.core}"
        return None

    def _quotes(self) -> str | None:
        """What stands in quotation marks must stand in the passage letter for letter, and so must Latin names."""
        if any(squash(part) not in self.reader.squashed for part in (*self.said.quoted, *self.said.bracketed)):
            return "quotation"
        latin = (name.lower() for name in _LATIN.findall(self.said.raw))
        return next((f"name {name}" for name in latin if not self._known(name)), None)

    def _known(self, name: str) -> bool:
        return name in self.reader.squashed or name in self.reader.context


_OPPOSED: dict[str, frozenset[str]] = {
    "subject": frozenset(["object", "to"]),
    "topic": frozenset(["to"]),
    "object": frozenset(["subject", "to"]),
    "to": frozenset(["subject", "topic", "object"]),
}
_LATIN = re.compile(r"[A-Za-z]{2,}")
_DIGIT = re.compile(r"\d")
_LEFT_OUT = frozenset(["subject", "topic", "of", ""])
_FROM_OR_TO = re.compile(r"\s?(에서|부터|보다|으로|로|까지)")


def _way(sentence: Sentence, amount: Quantity) -> str:
    """Whether an amount is what something rises or falls from, or to."""
    found = _FROM_OR_TO.match(sentence.text, amount.end)
    if not found:
        return ""
    return "from" if found[1] in ("에서", "부터", "보다") else "to"


def _doing(word: Word) -> bool:
    return word.role in ("subject", "topic")


def _placed(words: Sequence[Word]) -> list[tuple[Word, str]]:
    """The nouns, each with the role of the chunk it stands in: 배수연 of 배수연 본부장이 is a subject."""
    placed: list[tuple[Word, str]] = []
    for at, word in enumerate(words):
        if not word.noun:
            continue
        last = at
        while last + 1 < len(words) and words[last + 1].noun and _adjacent(words[last], words[last + 1]):
            last += 1
        placed.append((word, words[last].role))
    return placed


def _one_chunk(words: Sequence[Word], one: Word, other: Word) -> bool:
    """Whether two words stand side by side, as a name and a company's before a title."""
    first, last = sorted((words.index(one), words.index(other)))
    return last - first == 1 and _adjacent(words[first], words[last])


def _alike_roles(one: str, other: str) -> bool:
    return one == other or {one, other} == {"subject", "topic"}


def _governing(word: Word, words: Sequence[Word]) -> Word | None:
    """The next verb."""
    return next((other for other in words if other.start > word.start and other.verb is not None), None)


def _anchor(sentence: Sentence, amount: Quantity) -> list[Word]:
    """The words that say what an amount is of: those before it in its item of the list, else those after it."""
    segment = sentence.segment_of(amount.start)
    own = [
        word
        for word in sentence.words
        if word.segment == segment and word.noun and not _counted(word, sentence.amounts)
    ]
    before = [word for word in own if word.start < amount.start]
    if not before:
        return own[:1]
    if any(before[-1].start <= word.start < amount.start and word.verb for word in sentence.words):
        return []  # 공급하는 1270억 원
    chunk = [before[-1]]
    for word in reversed(before[:-1]):
        if word.verb is not None or not (word.role == "of" or _adjacent(word, chunk[0])):
            break
        chunk.insert(0, word)
    return chunk


def _counted(word: Word, amounts: Iterable[Quantity]) -> bool:
    """Whether a word is no more than (a part of) an amount."""
    return any(one.start <= word.start and word.start + len(word.core) <= one.end for one in amounts)


def _repeats(word: Word, other: Word) -> bool:
    """Whether a word of the passage says what a word of the sentence says."""
    if word.verb is not None and not word.noun:
        return other.verb is not None and alike(word.verb, other.verb)
    if word.core == other.core or (word.forms and word.forms <= other.forms):
        return True
    if word.noun and other.noun and _same_name(word, other):
        return True
    if len(other.core) == 1 and len(word.core) == 3 and word.core.startswith(other.core) and other.noun:
        return True  # 권도현 시장, 권 시장
    return alike(word.core, other.verb if other.verb and not other.noun else other.core)


def _within(word: str, text: str) -> bool:
    """Whether a text has a word, and not only what denies it: 상장사, 비상장사."""
    return re.search(rf"(?<![비불무미]){re.escape(word)}", text) is not None


def _same_name(word: Word, other: Word) -> bool:
    """Whether two words are one name of which a syllable was once taken for a particle: 누리온에어로, 누리온에어 + 로."""
    shorter, longer = sorted((word, other), key=lambda one: len(one.core))
    return (
        len(shorter.core) > 2
        and len(longer.core) == len(shorter.core) + 1
        and longer.core.startswith(shorter.core)
        and shorter.surface.startswith(longer.core)
    )


class Verifier:
    """Compares sentences with passages."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def reader(self, source: Source) -> Reader:
        return Reader(source, self._analyzer)

    def verify(self, sentence: str, sources: Sequence[Reader]) -> Verdict:
        said = read_sentence(sentence, self._analyzer)
        alone = [n for n, reader in enumerate(sources) if self._borne_out(said, [reader]) is not None]
        if alone:
            return Verdict(True, tuple(alone))
        if len(sources) > 1 and (used := self._borne_out(said, sources)):
            return Verdict(True, tuple(sorted(used)))
        faults = [
            Comparison(words, amounts, said, told, reader).fault()
            for words, amounts in [(said.words, said.amounts), *clauses_of(said)]
            for reader in sources
            for told in reader.sentences
        ]
        return Verdict(False, (), "; ".join(filter(None, faults)))

    def _borne_out(self, said: Sentence, sources: Sequence[Reader]) -> set[int] | None:
        """Which of the sources bear out the whole sentence, or its statements one by one; None where they do not."""
        for n, reader in enumerate(sources):
            for told in reader.sentences:
                if Comparison(said.words, said.amounts, said, told, reader).fault() is None:
                    return {n}
        parts = clauses_of(said)
        if len(parts) < 2:
            return None
        used: set[int] = set()
        resting: set[str] = set()
        for words, amounts in parts:
            bearing = next(
                (
                    (n, told.raw)
                    for n, reader in enumerate(sources)
                    for told in reader.sentences
                    if Comparison(words, amounts, said, told, reader).fault() is None
                ),
                None,
            )
            if bearing is None:
                return None
            used.add(bearing[0])
            resting.add(bearing[1])
        # what one sentence says it says as a whole: taken one by one, its statements could have changed parts
        return used if len(resting) > 1 else None
