"""Questions that a collection has an answer to: to begin with, and in the place of one that it has none to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from index.articles import Article
from index.filters import Filters
from index.hangul import has_final
from rag.answer import Answer
from rag.questions.question import ASKING
from rag.retriever import Retriever

MOST_EXAMPLES = 5
MOST_TRIED = 30
"""Candidates for an example tried out; each costs some 15 ms."""
MOST_REPHRASED = 3
MOST_REPHRASINGS_TRIED = 6
FEWEST_WORDS = 2
"""A question without its unknown words has at least so many before its last, or it asks nothing any more."""

SAMPLE_QUESTIONS = (
    "해인 클러스터 이름의 유래는?",
    "독자 AI 파운데이션 모델 정예팀 다섯 곳은 어디인가요?",
    "A.X 4.0은 언제 공개됐나요?",
    "업스테이지가 만들고 있는 모델의 크기는?",
    "에이닷 전화의 가입자는 몇 명인가요?",
    "정부는 올해 얼마를 지원하나요?",
    "리벨리온은 컨소시엄에서 무엇을 맡나요?",
)
NOUNS = ("NNG", "NNP", "SL", "SH")
SHORTEST_SUBJECT = 3
"""Characters; what is shorter tells too little to ask about."""
NAMED = re.compile(r"[‘'“\"]([가-힣A-Za-z0-9][가-힣A-Za-z0-9 .·-]{0,13}[가-힣])[’'”\"]")
"""What an article sets in quotation marks: names and coinages mostly, good to ask about."""


def example_questions(retriever: Retriever, articles: Sequence[Article]) -> list[str]:
    """Questions to begin with, each of which the collection has an answer to."""
    if retriever.index.sample:
        candidates = list(SAMPLE_QUESTIONS)
    else:
        named = [dict.fromkeys(NAMED.findall(f"{article.title}\n{article.text}")) for article in articles]
        # the first name of every article before the second of any
        candidates = _about(name for row in zip_longest(*named) for name in row if name)
        candidates += [
            f"{subject}에 대해 알려 주세요."
            for article in articles
            if (subject := _subject(retriever, article))
        ]
    return _answerable(retriever, candidates, MOST_EXAMPLES, MOST_TRIED)


def _subject(retriever: Retriever, article: Article) -> str | None:
    """What an article's title begins with: its first nouns in a row, as they stand there."""
    title = article.title
    found: list[tuple[int, int]] = []
    for one in retriever.index.analyzer.morphemes(title):
        if one.tag.startswith(NOUNS):
            if found and title[found[-1][1] : one.start].strip():
                break
            found.append((one.start, one.end))
        elif found:
            break
    subject = title[found[0][0] : found[-1][1]] if found else ""
    return subject if len(subject) >= SHORTEST_SUBJECT else None


def unknown_words(retriever: Retriever, question: str) -> list[str]:
    """The nouns and foreign words of a question that stand in no article, as they were typed."""
    nouns = [one for one in retriever.index.analyzer.morphemes(question) if one.tag.startswith(NOUNS)]
    words: list[tuple[int, int]] = []
    for one in nouns:
        forms = [term.form for term in retriever.index.analyzer.terms([one])]
        if not forms or ASKING.issuperset(forms) or retriever.index.knows(forms).any():
            continue
        if words and words[-1][1] == one.start:
            words[-1] = (words[-1][0], one.end)
        else:
            words.append((one.start, one.end))
    return list(dict.fromkeys(question[start:end] for start, end in words))


def rephrasings(
    retriever: Retriever, found: Answer, unknown: Sequence[str], filters: Filters | None = None
) -> list[str]:
    """Questions near to one without an answer that have one: without its unknown words, or about what is nearest.

    Args:
        retriever: what was asked.
        found: an abstention.
        unknown: the question's ``unknown_words``.
        filters: those that were in force.
    """
    *words, last = found.in_full.split()  # the last says what is asked
    strange = [word for word in words if any(one in word for one in unknown)]
    known = [word for word in words if word not in strange]
    shorter = [" ".join([*known, last])] if strange and len(known) >= FEWEST_WORDS else []
    names = dict.fromkeys(name for hit in found.hits for name in NAMED.findall(hit.passage.text))
    candidates = [*shorter, *_about(names)]
    return _answerable(retriever, candidates, MOST_REPHRASED, MOST_REPHRASINGS_TRIED, filters)


def _answerable(
    retriever: Retriever, candidates: Iterable[str], most: int, tried: int, filters: Filters | None = None
) -> list[str]:
    """The first candidates that have an answer, at most so many of so many tried."""
    answerable: list[str] = []
    for candidate in list(dict.fromkeys(candidates))[:tried]:
        if len(answerable) == most:
            break
        if not retriever.answer(candidate, filters=filters).abstained:
            answerable.append(candidate)
    return answerable


def _about(names: Iterable[str]) -> list[str]:
    return [f"‘{name}’{'은' if has_final(name) else '는'} 무엇인가요?" for name in names]
