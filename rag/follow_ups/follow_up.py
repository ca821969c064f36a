"""Completes a follow-up question from the conversation, by rules: ‘그럼 KT는?’ → ‘KT는 몇 명인가요?’.

Most questions stand on their own and are left alone. Completed is only what lacks a subject, points back (그 회사, 거기) or
asks for more of the same, and where nothing is found to complete it with, it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.analyzer import Analyzer
from rag.follow_ups.antecedents import Context
from rag.follow_ups.exchange import Exchange
from rag.follow_ups.lacking import could_have, is_attribute, is_fragment, is_part, lacks_subject, parts
from rag.follow_ups.names import Name, names_in
from rag.follow_ups.nouns import nouns
from rag.follow_ups.phrases import Parsed, Word, bare, mentions, with_tail
from rag.follow_ups.pointing import points, resolved

LONGEST = 40
"""Characters: a longer question says what it is about."""
LONGEST_COMPLETED = 120
"""Characters: what grows from turn to turn beyond this is about too much."""
LOOKED_BACK = 3
"""Exchanges in which the meaning of a demonstrative is sought, the last first."""

_TELL = r"(?:\s*(?:알려|말해|설명해|보여|얘기해|이야기해|해)\s*(?:줘|주세요|줄래|봐|주라)?요?)?"
MORE = re.compile(
    rf"(?:(?:조금|좀|더)\s*)*(?:더|자세히|자세하게|상세히|상세하게|구체적으로|계속|이어서|또)(?:\s*(?:더|자세히|자세하게))?{_TELL}"
    r"|(?:또\s*)?다른\s?(?:기사|내용|대목|출처|건|거|것|이야기|얘기)(?:는|도|은|에는)?(?:\s*(?:없어|있어|없나요|있나요|뭐야))?"
    r"|예를\s?(?:들면|들어)(?:\s*(?:줘|주세요))?|예시는"
)
"""Asks for more of the same."""
NUMBERED = re.compile(
    r"(?:(?P<figure>\d)번|(?P<word>첫|두|세|네)\s?번째)(?P<citation>\s?(?:출처|기사|인용|대목|근거|거|것|건))?(?:은|는|을|를|의|에)?"
    rf"(?P<more>(?:\s*(?:내용은?|좀|더|자세히))*{_TELL})"
)
"""Asks for more from one citation."""
COUNTED = re.compile(r"(?:몇|\d)\s?번")
"""What a question has that is followed by one about another number: 1번은? after 2번 버스는 몇 시에 와?"""
ORDINALS = {"첫": 1, "두": 2, "세": 3, "네": 4}
INSTEAD = re.compile(r"(?P<wrong>.+?)\s?(?:말고|아니라|아니고)\s+(?P<right>.+)")
REASON = re.compile(
    r"(?:그\s?)?(?:이유|까닭|원인)(?:는|은|가|이)?(?:\s*(?:뭐야|뭔데|뭐지|뭔가요|무엇인가요|뭐예요|뭐죠))?"
)
CHANGE = re.compile(r"^(?:늘|줄|오르|올랐|올라|내리|내렸|내려|떨어|높|낮|많|적|비싸|달라|바뀌|깎)")
"""Verbs that tell of an amount: what changes is the amount asked for, not the thing that has it."""
OPPOSITES = (
    ("찬성", "반대"),
    ("장점", "단점"),
    ("강점", "약점"),
    ("국비", "시비"),
    ("수입", "수출"),
    ("최고", "최저"),
)
LONE = (
    ("왜", "왜", "왜 그런가요?"), ("언제", "언제", "언제인가요?"), ("어디서", "어디서", "어디서인가요?"),
    ("어디에서", "어디에서", "어디에서인가요?"), ("어디", "어디에", "어디인가요?"), ("누가", "누가", "누가 했나요?"),
    ("누구", "누구를", "누구인가요?"), ("얼마", "얼마나", "얼마나 되나요?"), ("어떻게", "어떻게", "어떻게 되나요?"),
    ("무엇", "무엇을", "무엇인가요?"), ("뭐야", "무엇을", "무엇인가요?"),
)  # fmt: skip
"""Interrogatives that may be all that is asked: how they begin, how they take another's place, how they ask of a phrase."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A follow-up question in full."""

    text: str
    beyond: frozenset[str] = frozenset()
    """Ids of passages that were cited already: more of the same is looked for elsewhere."""
    article_id: str | None = None
    """The one article to look in, where one citation was pointed at."""


class FollowUps:
    """Completes questions. Safe to share between threads."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def complete(self, question: str, before: Sequence[Exchange]) -> Completion | None:
        """The question in full, or None where it stands on its own.

        Args:
            question: a cleaned question.
            before: the conversation so far, oldest first.
        """
        if not before or len(question) > LONGEST:
            return None
        asked = Parsed.of(question, self._analyzer)
        if MORE.fullmatch(asked.plain):
            return Completion(before[-1].question, _cited(before[-1].question, before))
        if numbered := NUMBERED.fullmatch(asked.plain):
            told = numbered["citation"] or numbered["more"] or not COUNTED.search(before[-1].question)
            return _of_citation(numbered, before) if told else None
        if len(before[-1].question) > LONGEST_COMPLETED:
            return None
        context = [
            Context(exchange, self._analyzer)
            for exchange in reversed(before[-LOOKED_BACK:])
            if len(exchange.question) <= LONGEST_COMPLETED
        ]
        # what was itself left in the air tells nothing
        context = [one for one in context if not points(one.question.words)] or context[:1]
        text = self._completed(asked, context)
        return Completion(text) if text and text != question and len(text) <= LONGEST_COMPLETED else None

    def _completed(self, asked: Parsed, context: Sequence[Context]) -> str | None:
        last = context[0]
        if REASON.fullmatch(asked.plain):
            return _with_interrogative(last, "왜", "왜 그런가요?")
        if corrected := self._corrected(asked, last):
            return corrected
        if pointed := resolved(asked.words, context):
            return pointed
        if len(asked.words) == 1 and asked.words[0].asks:
            for start, word, whole in LONE:
                if asked.plain.startswith(start):
                    return _with_interrogative(last, word, whole)
        if is_fragment(asked):
            return _of_fragment(asked, last)
        if is_part(asked, last):
            return f"{last.owner}, {asked.text}"
        return _with_subject(asked, last) if lacks_subject(asked) else None

    def _corrected(self, asked: Parsed, last: Context) -> str | None:
        """‘아니 KT 말고 LG’: the last question, of the other."""
        found = INSTEAD.fullmatch(asked.plain)
        if not found:
            return None
        right = Parsed.of(found["right"], self._analyzer).words
        if not all(word.is_noun for word in right):
            return None
        if mentions(last.exchange.question, found["wrong"]):
            return _exchanged(last.exchange.question, found["wrong"], bare(right))
        return _in_place_of(right, last)


def _cited(question: str, before: Sequence[Exchange]) -> frozenset[str]:
    """The passages cited so far for a question asked again and again, and their copies."""
    cited = [cited for one in before if one.question == question for cited in one.cited]
    return frozenset(passage for one in cited for passage in (one.passage_id, *one.copies))


def _of_citation(numbered: re.Match[str], before: Sequence[Exchange]) -> Completion | None:
    """More from the article of one citation of the last answer that has any."""
    n = int(numbered["figure"]) if numbered["figure"] else ORDINALS[numbered["word"]]
    last = next((one for one in reversed(before) if one.cited), None)
    if last is None or not 1 <= n <= len(last.cited):
        return None
    return Completion(last.question, _cited(last.question, before), last.cited[n - 1].article_id)


def _with_interrogative(last: Context, word: str, whole: str) -> str | None:
    """The last question with its interrogative exchanged; where that was its predicate, ``whole`` asked of the topic."""
    words = last.question.words
    at = next((i for i, one in enumerate(words) if one.asks), None)
    if at is not None:
        # 몇 명이, 어떤 기업이: with what it counts or chooses
        end = at + 2 if words[at].morphemes[-1].tag in ("MM", "NR") else at + 1
        if end < len(words) and not any(one.has("VCP") for one in words[at:end]):
            return " ".join([*(w.text for w in words[:at]), word, *(w.text for w in words[end:])])
    topic = last.question.topic
    return f"{with_tail(bare(topic), '는')} {whole}" if topic else None


def _of_fragment(asked: Parsed, last: Context) -> str | None:
    """‘KT는?’, ‘매개변수는?’: the last question of another thing, or another question about the same."""
    words, phrase = asked.topic, bare(asked.topic)
    if not asked.rest:
        if mentions(last.exchange.question, phrase):
            return None
        if replaced := _in_place_of(words, last):
            return replaced
    if (
        any(word.is_named for word in words)
        or parts(words[-1]) > 2
        or any(parts(word) > 1 for word in words[:-1])
        or not (is_attribute(words[-1]) and could_have(last, words[-1]))
    ):
        return None
    # a question for a company is followed by one about the company that the answer names
    kind = last.asked_kind
    named = (
        last.answered(kind, last.asked_noun) if kind and kind != "matter" and last.asks_for(kind) else None
    )
    owner = named or last.owner
    return f"{owner}의 {asked.text}" if owner else None


def _with_subject(asked: Parsed, last: Context) -> str | None:
    """The question asked of what the last was about."""
    if not last.question.topic:
        return None
    if any(word.stem.startswith("그렇") for word in asked.words):
        return f"{last.exchange.question} {asked.text}"
    topic, head = last.question.topic, last.question.head
    relation = bool(head) and head[-1].plain in nouns("relation")
    amount = any(CHANGE.match(word.stem) for word in asked.words)
    about = last.owner if relation and last.owner and not amount else bare(topic)
    return f"{with_tail(about, '는')} {asked.text}"


def _in_place_of(words: Sequence[Word], last: Context) -> str | None:
    """The last question with the new thing in place of the one that it is like; None where there is none like it."""
    question, phrase = last.question, bare(words)
    for one, other in (*OPPOSITES, *((b, a) for a, b in OPPOSITES)):
        if words[-1].plain == one and mentions(question.text, other):
            return _exchanged(question.text, other, one)
    if len(words) == 1 and words[0].is_numbered:  # 0.9 for 1.0, 2호선 for 1호선
        unit = words[0].stem.lstrip("0123456789.")
        alike = [
            i for i, w in enumerate(question.words) if w.is_numbered and w.stem.lstrip("0123456789.") == unit
        ]
        return _put(question, alike[0], alike[0] + 1, phrase) if alike else None
    new = names_in(words)
    if not new:
        return _same_head(words, last)
    if new[0].kind != "person" and not all(word.is_named or word.is_numbered for word in words):
        return _same_head(words, last)
    if target := _alike(new[0], last):
        return _put(question, target.first, target.last, phrase)
    end = next((i for i, word in enumerate(question.topic, 1) if word.is_owner), 0)
    return _put(question, 0, end, phrase) if end else None


def _same_head(words: Sequence[Word], last: Context) -> str | None:
    """‘대륜ES 주가는?’ after ‘한빛셀 주가는 얼마나 올랐어?’, ‘최종 평가는?’ after ‘사업의 2차 평가는 언제야?’."""
    head, end = last.question.head, len(last.question.topic)
    if len(head) < 2 or len(words) < 2 or not head[-1].plain.endswith(words[-1].plain):
        return None
    replaced = len(head) if any(word.is_named for word in words) else len(words)
    return _put(last.question, end - replaced, end, bare(words)) if replaced <= len(head) else None


def _alike(new: Name, last: Context) -> Name | None:
    """The name in the last question that a new one replaces: of the same kind, rather in the topic, rather the last."""
    end = last.question.topic_end
    return max(
        last.names, key=lambda name: (name.kind == new.kind, name.first < end, name.first), default=None
    )


def _put(question: Parsed, first: int, last: int, phrase: str) -> str:
    """The question with other words in a place, the particle made to fit."""
    words = question.words
    new = with_tail(phrase, words[last - 1].tail)
    return " ".join([*(w.text for w in words[:first]), new, *(w.text for w in words[last:])])


def _exchanged(question: str, old: str, new: str) -> str:
    """The question with one piece exchanged, the particle after it made to fit."""
    before, after = re.split(rf"(?<!\w){re.escape(old)}", question, maxsplit=1)
    tail = re.match(r"\S*", after)
    end = tail.end() if tail else 0
    return before + with_tail(new, after[:end]) + after[end:]
