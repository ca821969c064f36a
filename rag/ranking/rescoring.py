"""Puts the passage that answers before the one that only speaks of the same: a second look at the best candidates.

A passage is worth what its best sentence is worth as an answer (``rag.ranking.sentences``), beside its fused score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.ranking.candidates import Candidate

DEPTH = 30
"""Candidates looked at again; those after them keep their order."""
SENTENCE_SPAN = 20.0
"""A sentence that scores so much is as good as they come."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage, each 0..1."""

    fused: float
    """The fused score of words, pairs of characters and meaning."""
    sentence: float
    """The score of its best sentence as an answer."""

    @property
    def score(self) -> float:
        """Their weighted mean, 0..1."""
        return (1.0 - SENTENCE_WEIGHT) * self.fused + SENTENCE_WEIGHT * self.sentence


SENTENCE_WEIGHT = 0.52
"""``python -m eval.signals`` fits it, with ``rag.ranking.sentences.WEIGHTS``. Coverage by the whole passage, the question's
figures, and what the passage before names where this one goes on with "이어" or "그는" were tried as further signals: beside a
dense weight by question they got weights of .23, -1.16 and 0 against 10 for these two."""


def rescored(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, fused scores best first, in the order of a second look at the first ``DEPTH``."""
    first, rest = candidates[:DEPTH], candidates[DEPTH:]
    looked_at = []
    for candidate in first:
        sentence = min(max(candidate.sentences[0][1] / SENTENCE_SPAN, 0.0), 1.0)
        signals = Signals(candidate.score, sentence)
        looked_at.append(replace(candidate, score=signals.score, signals=signals))
    looked_at.sort(key=lambda candidate: (-candidate.score, candidate.number))
    if rest:  # below the last that was looked at, in their own order
        floor = looked_at[-1].score
        share = floor / max(first[-1].score, 1e-9)
        looked_at += [replace(candidate, score=min(candidate.score * share, floor)) for candidate in rest]
    return looked_at
