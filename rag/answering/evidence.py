"""How well the passages found bear a question out: the confidence that the best of them answers it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from index.model_cache import DEFAULT_MODEL
from index.searchable import Searchable
from rag.questions.asked_figure import lacks_figure
from rag.questions.question import LIGHT_VERBS, Question
from rag.ranking.candidates import Candidate, Pool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for there being an answer, and what against it."""

    similarity: float
    """The dense score of the passage nearest to the question in meaning, above ``topicality``."""
    topicality: float
    """The collection's mean dense score for the question: how near the question is to the articles' subject."""
    coverage: float
    """The share of the question's idf mass that stands in the best passage or its article's title, 0..1."""
    margin: float
    """By how much the best passage's score exceeds the next one's, 0..1."""
    lacking: float
    """1 where a kind of figure is asked for that stands neither in the best sentence nor beside it, else 0."""
    unsaid: float
    """How far the best passage has what the question begins with, but not what it ends on, 0..1: in Korean the subject
    comes first and what is asked of it last."""

    @property
    def confidence(self) -> float:
        """How sure it is, 0..1, that the best passage answers the question: that it speaks of what is asked, and that
        it says what is asked, each a logistic regression. A probability where half of the questions asked have an
        answer, as of those it is fitted on."""
        values = astuple(self)
        logits = (
            bias + sum(weight * values[place] for place, weight in enumerate(weights, start=first))
            for first, weights, bias in ((0, *RELEVANCE), (len(RELEVANCE[0]), *FULFILMENT))
        )
        return math.prod(1.0 / (1.0 + math.exp(-logit)) for logit in logits)


NO_EVIDENCE = Evidence(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

RELEVANCE = ((31.54, 68.76, 2.56, 5.87), -58.91)
"""Weights of similarity, topicality, coverage and margin, and the bias."""
FULFILMENT = ((-2.97, -2.28), 2.48)
"""Weights of lacking and unsaid, and the bias."""
ABSTAIN_BELOW = 0.104
"""``python -m eval.confidence`` fits these and tells what they do; ``docs/abstention.md`` has what it told."""

ENDING = 2
"""Of a question's terms so many are what it ends on."""
EMPTY_WORDS = frozenset(
    [
        "사람", "이름", "것", "곳", "해", "때", "날짜", "시기", "이유", "나라", "지역", "기관", "회사", "까닭", "원인", "방법",
        "인물", "말", "뜻", "의미", "내용", "명칭", "용어", "단어", "날", "일", "수", "점", "등", "이", "그", "저", "및", "년",
        "월", "모두", "중", "가운데", "각각", "때문", "위치", "장소", "종류", "데", "쪽", "받", "나오", "이르", "부르", "불리",
    ]
)  # fmt: skip
"""Name the kind of answer or nothing at all: passages that answer need not have them."""

STAND_IN_COSINES = (0.05, 0.79)
"""Similarity and topicality that stand in for those of any encoder but the bundled one, whose cosines lie elsewhere:
with these, and no margin, shared words decide: a question is abstained from whose best passage has less than .37 of its
idf mass."""


def weigh(
    index: Searchable,
    question: Question,
    candidates: Sequence[Candidate],
    pool: Pool,
    margin: float | None = None,
) -> Evidence:
    """The evidence that the ranked candidates give, of which the first two count, and the pool they come from.

    Where these are not of the whole collection, ``margin`` says by how much the first is ahead of all others in it:
    what is left of it by a filter is ahead of nothing.
    """
    if not candidates:
        return NO_EVIDENCE
    first = candidates[0]
    idf = index.idf(question.forms)
    present = index.present(question.forms, np.array([first.number]))[0]
    similarity, topicality = float(pool.cosines.passages.max()) - pool.background, pool.background
    if margin is None:
        margin = first.score - (candidates[1].score if len(candidates) > 1 else 0.0)
    if index.encoder.card.model != DEFAULT_MODEL:
        similarity, topicality = STAND_IN_COSINES
        margin = 0.0
    return Evidence(
        similarity=similarity,
        topicality=topicality,
        coverage=_share(idf, present),
        margin=margin,
        lacking=float(lacks_figure(question.text, _around_best_sentence(first))),
        unsaid=_unsaid(question, idf, present),
    )


def _around_best_sentence(candidate: Candidate) -> str:
    """The sentence that answers best and its neighbours."""
    spans = sorted(span for span, _ in candidate.sentences)
    best = spans.index(candidate.sentences[0][0])
    near = spans[max(best - 1, 0) : best + 2]
    return candidate.stored.passage.text[near[0][0] : near[-1][1]]


def _unsaid(question: Question, idf: npt.NDArray[np.float32], present: npt.NDArray[np.bool_]) -> float:
    own = question.forms[: len(question.forms) - question.surplus]
    telling = [
        place for place, form in enumerate(own) if form not in EMPTY_WORDS and form not in LIGHT_VERBS
    ] or list(range(len(own)))
    ending = telling[-ENDING:]
    beginning = telling[:-ENDING] or telling
    return _share(idf[beginning], present[beginning]) * (1.0 - _share(idf[ending], present[ending]))


def _share(idf: npt.NDArray[np.float32], present: npt.NDArray[np.bool_]) -> float:
    """The share of the terms' idf mass that is present, 0..1; 0 of no terms."""
    return float(idf[present].sum()) / max(float(idf.sum()), 1e-9)
