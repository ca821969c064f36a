"""A question as typed → a question to search with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from index.analyzer import Analyzer
from index.errors import QuestionError
from index.terms import Term
from rag.questions.correction import Corrector

LONGEST = 2000
"""Characters. The encoder sees some 1,000 of them; what is longer is a document pasted by mistake."""


INTERROGATIVES = frozenset(
    ["무엇", "뭐", "누구", "어디", "언제", "어떻", "어떻게", "왜", "어떤", "어느", "몇", "얼마", "얼마나"]
)
"""Say what is asked for, not what the answer's passage says: no terms of a question."""

ASKING = INTERROGATIVES | {"무슨", "며칠"}
"""All that shows that something is asked for."""

LIGHT_VERBS = frozenset(
    [
        "하",
        "되",
        "있",
        "없",
        "대하",
        "위하",
        "통하",
        "따르",
        "관하",
        "의하",
        "말하",
        "알리",
        "알",
        "주",
        "보",
        "않",
        "지",
        "싶",
    ]
)
"""Match nearly everywhere: searched for like all others, but not highlighted."""


@dataclass(frozen=True, slots=True)
class Question:
    """A cleaned question as it is searched, the forms of its content terms in order, and how it was typed."""

    text: str
    """Corrected where it was in doubt."""
    forms: tuple[str, ...]
    typed: str
    surplus: int = 0
    """How many of the last forms are only in what was typed, not in the corrected text."""

    @property
    def searched_as(self) -> str | None:
        """The corrected text where it is not what was typed."""
        return self.text if self.text != self.typed else None

    @property
    def telling_forms(self) -> frozenset[str]:
        """The forms worth highlighting in a passage."""
        return frozenset(self.forms) - LIGHT_VERBS


def clean_question(text: str) -> str:
    """The question in NFC, control characters and surplus white space removed.

    Raises:
        QuestionError: it is blank, too long, or holds no letter or digit.
    """
    if not isinstance(text, str):
        raise QuestionError("질문은 글자여야 합니다.")
    if len(text) > LONGEST:
        raise QuestionError(f"질문이 너무 깁니다 ({len(text):,}자). {LONGEST:,}자 안으로 줄여 주세요.")
    visible = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    cleaned = " ".join(visible.split())
    if not cleaned:
        raise QuestionError("질문이 비어 있습니다. 알고 싶은 것을 적어 주세요.")
    if not any(character.isalnum() for character in cleaned):
        raise QuestionError("질문에 글자가 없습니다. 알고 싶은 것을 글로 적어 주세요.")
    return cleaned


def read_question(
    text: str, analyzer: Analyzer | None = None, corrector: Corrector | None = None
) -> Question:
    """A cleaned and analysed question, corrected where a corrector is given.

    A corrected question is searched by the terms of both: a wrong correction then loses little.

    Raises:
        QuestionError: as ``clean_question`` does.
    """
    typed = clean_question(text)
    analyzer = analyzer or Analyzer()
    found = analyzer.morphemes(typed)
    forms = _forms(analyzer.terms(found))
    corrected = corrector.correct(typed, found) if corrector else typed
    if corrected == typed:
        return Question(typed, forms, typed)
    mended = _forms(analyzer.terms_of(corrected))
    surplus = tuple(form for form in forms if form not in mended)
    return Question(corrected, (*mended, *surplus), typed, len(surplus))


def _forms(terms: Iterable[Term]) -> tuple[str, ...]:
    return tuple(term.form for term in terms if term.form not in INTERROGATIVES)
