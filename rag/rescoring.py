"""Puts the passage that answers before the one that only speaks of the same: a second look at the best candidates.

Each signal is a figure between 0 and 1 that can be told in words; their weighted mean is the score of a hit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from index.searching import Index
from rag.question import Question
from rag.wanted import Wanted

if TYPE_CHECKING:
    from rag.ranking import Candidate

DEPTH = 30
"""Candidates looked at again; those after them keep their order."""

GOES_ON = re.compile(
    r"[\"“'‘]?(?:이어|또한|또|그는|그가|그의|그러면서|그러나|하지만|한편|특히|아울러|이에|이를|이와|이 [가-힣]+[은는이가]|"
    r"[가-힣]{1,2} (?:담당|의장|대표|센터장|실장|랩장|전무|상무|교수|장관|차관|회장|사장|원장|부사장|위원장|팀장|본부장|소장|시장|단장)[은는이가에의])"
)
"""How a passage begins that goes on about whom or what the one before it has named."""

SENTENCE_SPAN = 20.0
"""A sentence that scores so much is as good as they come."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage, each 0..1."""

    fused: float
    """The fused score of words, pairs of characters and meaning."""
    sentence: float
    """The score of its best sentence as an answer."""
    coverage: float
    """The share of the question's idf mass that stands in the passage or its article's title."""
    carried: float
    """What the passage before adds to that, where this one goes on about what that one has named."""
    figures: float
    """The share of the question's figures that stand in the passage; 0 where it names none."""

    @property
    def score(self) -> float:
        """Their weighted mean, 0..1."""
        values: tuple[float, ...] = astuple(self)
        weighted: float = np.dot(WEIGHTS, values) / sum(WEIGHTS)
        return float(weighted)


WEIGHTS = (9.84, 11.0, 1.46, 10.48, 0.65)


def rescored(
    index: Index, question: Question, wanted: Wanted, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates, fused scores best first, in the order of a second look at the first ``DEPTH``."""
    first, rest = candidates[:DEPTH], candidates[DEPTH:]
    scored = [
        replace(candidate, score=signals.score, signals=signals)
        for candidate, signals in zip(first, _signals(index, question, wanted, first), strict=True)
    ]
    scored.sort(key=lambda candidate: (-candidate.score, candidate.number))
    if rest:  # below the last that was looked at, in their own order
        share = scored[-1].score / max(first[-1].score, 1e-9)
        scored += [
            replace(candidate, score=min(candidate.score * share, scored[-1].score)) for candidate in rest
        ]
    return scored


def _signals(
    index: Index, question: Question, wanted: Wanted, candidates: Sequence[Candidate]
) -> list[Signals]:
    idf = index.words.idf(question.forms)
    mass = idf / max(float(idf.sum()), 1e-9)
    numbers = np.array([candidate.number for candidate in candidates], dtype=np.int64)
    here = index.words.present(question.forms, numbers)
    before = index.words.present(question.forms, np.maximum(numbers - 1, 0))
    found = []
    for i, candidate in enumerate(candidates):
        passage = candidate.stored.passage
        goes_on = passage.number > 1 and GOES_ON.match(passage.text) is not None
        found.append(
            Signals(
                fused=candidate.score,
                sentence=min(max(candidate.sentences[0][1] / SENTENCE_SPAN, 0.0), 1.0),
                coverage=float(mass[here[i]].sum()),
                carried=float(mass[before[i] & ~here[i]].sum()) if goes_on else 0.0,
                figures=wanted.share_of_figures(passage.text),
            )
        )
    return found
