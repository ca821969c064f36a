"""What speaks against a statement in its standing: what the passage cancels, only reports, guesses or asks for is no fact.

Each check gives a short reason, or None where it finds nothing.
"""

from __future__ import annotations

import re

from rag.writing.alignment import Alignment
from rag.writing.chunks import adjacent, repeats
from rag.writing.clauses import Sentence, Word
from rag.writing.paraphrases import LIGHT, NEUTRAL, SAYING

CANCELLING = frozenset(
    ["취소", "철회", "금지", "부인", "반박", "아니", "무산", "부결", "기각", "각하", "백지화", "포기", "거부", "거절", "중단", "중지", "보류",
     "폐기", "파기", "폐지", "저지", "실패", "막", "일축", "불허", "반려", "반대", "해제", "해지", "그만두", "접", "멈추", "제외", "빼", "부정",
     "번복", "놓치", "피하", "면하"]
)  # fmt: skip
"""Take back, forbid, deny or leave out what they govern."""
ASKING = frozenset(
    ["요구", "촉구", "요청", "주문", "당부", "제안", "건의", "권고", "호소", "검토", "고려", "논의", "바라", "원하", "미루"]
)  # fmt: skip
"""Govern what has not happened."""
_BEFORE = frozenset(["전", "옛", "구", "전직", "차기", "예비", "가짜", "허위", "명예"])
_AFTER = frozenset(
    ["후보", "후보자", "내정자", "대행", "직무대행", "권한대행", "출신", "지명자", "지망생", "당선인", "당선자", "예정자"]
)  # fmt: skip
_REPORTED = re.compile(r"(?:다|라|자|냐)(?:고|며|면서|는|던)$|(?:ㄴ다|단|란)$")
_GRANTED = re.compile(r"\s(?:점|사실|것|뜻)")
"""실패했다는 사실 is no rumour."""
_HEDGES = (
    (
        re.compile(
            r"\S+ (?:것|걸)(?:으)?로(?:도|만)? (?!나타|조사|확인|집계|밝혀|드러|판명|파악|기록|결정|정해|합의|했|하|됐|되)"
        ),
        re.compile(r"것으로|것이라|추정|예상|전망|관측|예측|보인다|보입니다|내다|가능성"),
    ),
    (
        re.compile(r"\S+ (?:\S{1,2} )?수(?:도|는|가|밖에)? [있없]"),
        re.compile(r"수(?:도|는|가|밖에)? [있없]|가능"),
    ),
    (
        re.compile(r"\S+기(?:는|가|도|엔|에는|조차)? (?:어렵|어려|힘들|힘든|쉽지|곤란|무리)"),
        re.compile(r"어렵|어려|힘들|힘든|쉽지|곤란|무리"),
    ),
    (
        re.compile(r"\S+지(?:는|도|가)? (?:모르|모른|미지수|불투명|불분명|의문|미정)"),
        re.compile(r"모르|모른|모릅|미지수|불투명|불분명|의문|미정"),
    ),
    (re.compile(r"\S+ (?:뻔|척|체)\s?(?:했|하|한)"), re.compile(r"(?:뻔|척|체)\s?(?:했|하|한)")),
    (re.compile(r"\S+ (?:것 같|듯|모양)"), re.compile(r"것 같|듯|모양")),
)
"""What follows a verb that is guessed, possible, hard, unsure or feigned, and what then must stand in the statement."""


def cancelled(pair: Alignment) -> str | None:
    """What takes back, forbids or denies a word in the passage's sentence must not be left out."""
    for word in pair.words:
        same = [] if word.time or word.core in LIGHT else pair.match(word)
        against = [_canceller(pair.told, other) for other in same]
        for one in against:
            if one and None not in against and not any(repeats(own, one) for own in pair.words):
                return f"cancelled {word.core}"
    return None


def _canceller(told: Sentence, word: Word) -> Word | None:
    """The word that a word is governed by, where it cancels."""
    for before, other in zip(told.words, told.words[1:], strict=False):
        stem = other.verb or other.core
        if other.start <= word.start or (other.verb is None and stem not in CANCELLING):
            continue
        more = before.surface.endswith(("뿐", "뿐만"))  # 현금뿐 아니라 현물도
        return other if stem in CANCELLING and other.segment == word.segment and not more else None
    return None


def not_realised(pair: Alignment) -> str | None:
    """개최를 요구했다 does not say 개최한다."""
    for word in pair.words:
        same = pair.match(word) if word.noun and word.verb and word.verb not in NEUTRAL else []
        if not same or any(other.verb for other in same):
            continue
        governing = [
            next((one for one in pair.told.words if one.start > other.start and one.verb), None)
            for other in same
        ]
        if all(
            one and one.verb in ASKING and not any(repeats(own, one) for own in pair.words)
            for one in governing
        ):
            return f"not realised {word.core}"
    return None


def not_certain(pair: Alignment) -> str | None:
    """What the passage only guesses, holds possible or calls hard is not told as a fact."""
    for word in pair.words:
        same = [other for other in pair.match(word) if other.verb] if word.verb else []
        for there, here in _HEDGES:
            hedged = [there.match(pair.told.text, other.start) for other in same]
            if same and all(hedged) and not here.search(pair.said.text):
                return f"not certain {word.core}"
    return None


def only_reported(pair: Alignment) -> str | None:
    """What stands under ~다고 or ~다는 in the passage's sentence is told as said, and ~달라고 요구 as asked for."""
    attributed = "따르면" in pair.said.text or any(
        (word.verb or word.core) in SAYING - {"하"} or _reports(pair.said, word) for word in pair.given
    )
    for word in pair.words:
        if word.core in LIGHT or word.verb in NEUTRAL:
            continue
        same = pair.match(word)
        same = [other for other in same if other.verb] or (same if _predicate(pair.said, word) else [])
        reports = [_report_over(pair.told, other) for other in same]
        if not same or not all(reports):
            continue
        if not attributed:
            return f"only reported {word.core}"
        asked = [_asking(pair.told, report) for report in reports if report]
        if all(one and not any(repeats(own, one) for own in pair.words) for one in asked):
            return f"only asked for {word.core}"
    return None


def _predicate(said: Sentence, word: Word) -> bool:
    """Whether a sentence ends in a word: 사실입니다, 성공했습니다."""
    return word is said.words[-1]


def _reports(sentence: Sentence, word: Word) -> bool:
    """Whether a word ends what somebody says; 나라는 is a noun with its particle."""
    told = word.verb is not None or (not word.role and word.end - word.start > len(word.core))
    return (
        told
        and bool(_REPORTED.search(word.surface))
        and not (word.surface.endswith("는") and _GRANTED.match(sentence.text, word.end))
    )


def _report_over(told: Sentence, word: Word) -> Word | None:
    """The end of the reported speech that a word stands in: not beyond the subject of another statement."""
    for other in told.words:
        if other.start < word.start:
            continue
        if other.segment != word.segment and other.role in ("subject", "topic"):
            return None
        if _reports(told, other):
            return other
    return None


def _asking(told: Sentence, report: Word) -> Word | None:
    """The verb of asking after the end of reported speech."""
    after = next((one for one in told.words if one.start > report.start and one.verb), None)
    return after if after and after.verb in ASKING else None


def other_standing(pair: Alignment) -> str | None:
    """전 대표 is no 대표, and 시장 후보 no 시장."""
    own = {word.core for word in pair.given}
    for word in pair.words:
        same = pair.match(word) if word.noun and not word.verb else []
        standing = [_standing(pair.told, other) for other in same]
        if standing and all(one and one not in own for one in standing):
            return f"standing {word.core}"
    return None


def _standing(told: Sentence, word: Word) -> str:
    """What says that somebody is not, or not yet, what a word says; 3년 전 대표 has none."""
    at = told.words.index(word)
    if at and told.words[at - 1].core in _BEFORE and adjacent(told.words[at - 1], word):
        place = told.words[at - 1].start
        if not any(0 <= place - one.end <= 1 for one in told.amounts):
            return told.words[at - 1].core
    if at + 1 < len(told.words) and told.words[at + 1].core in _AFTER and adjacent(word, told.words[at + 1]):
        return told.words[at + 1].core
    return ""
