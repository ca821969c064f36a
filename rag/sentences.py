"""How well each sentence of a passage answers a question: what ranks passages ranks the sentences to quote, too."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.passages import Span
from index.store import StoredPassage
from index.terms import character_bigrams
from rag.question import Question
from rag.wanted import Wanted

Features = npt.NDArray[np.float64]

FEATURES = ("terms", "before", "after", "characters", "cosine", "date", "amount", "unit", "reason")
"""The share of the question's idf mass in the sentence itself; what the sentence before and the one after have of it
beyond that; the share of its pairs of characters; the cosine of the sentence's window above the collection's mean; and
whether the sentence holds a date, an amount, an amount in the unit, a reason where such is asked for."""
WEIGHTS = np.array([6.36, 4.33, 1.65, 1.09, 23.9, 3.29, 1.83, 2.03, 1.45])


class SentenceRanker:
    """Scores sentences for one question."""

    def __init__(self, question: Question, idf: Sequence[float], background: float) -> None:
        """Takes the idf of each of the question's forms, and the collection's mean dense score for the question."""
        self.wanted = Wanted(question.text)
        self._idf: dict[str, float] = dict(zip(question.forms, map(float, idf), strict=True))
        self._total = sum(self._idf.values()) or 1.0
        self._letters = tuple(dict.fromkeys(character_bigrams(question.text)))
        self._background = background

    def rank(self, stored: StoredPassage, cosines: Sequence[float]) -> tuple[tuple[Span, float], ...]:
        """The sentences of a passage with their scores, best first.

        Args:
            stored: the passage.
            cosines: of each of its windows to the question.
        """
        scores = self.features(stored, cosines) @ WEIGHTS
        ranked = zip(stored.sentences, scores.tolist(), strict=True)
        return tuple(sorted(ranked, key=lambda item: (-item[1], item[0])))

    def features(self, stored: StoredPassage, cosines: Sequence[float]) -> Features:
        """What ``FEATURES`` names, shape [sentences, features]."""
        text, sentences = stored.passage.text, stored.sentences
        starts = [start for start, _ in sentences]
        own: list[set[str]] = [set() for _ in sentences]
        for position, form in enumerate(stored.terms.forms):
            if form in self._idf:
                own[max(bisect_right(starts, int(stored.terms.spans[position, 0])) - 1, 0)].add(form)
        nearest = [-1.0] * len(sentences)
        for (start, end), cosine in zip(stored.windows, cosines, strict=True):
            for i in range(max(bisect_right(starts, start) - 1, 0), len(sentences)):
                if starts[i] >= end:
                    break
                nearest[i] = max(nearest[i], float(cosine))
        rows = np.zeros((len(sentences), len(FEATURES)))
        for i, (start, end) in enumerate(sentences):
            sentence = text[start:end]
            folded = sentence.lower()
            rows[i] = (
                self._share(own[i]),
                self._share(own[i - 1] - own[i]) if i else 0.0,
                self._share(own[i + 1] - own[i]) if i + 1 < len(own) else 0.0,
                sum(pair in folded for pair in self._letters) / (len(self._letters) or 1),
                nearest[i] - self._background,
                self.wanted.has_date(sentence),
                self.wanted.has_amount(sentence),
                self.wanted.has_unit(sentence),
                self.wanted.has_reason(sentence),
            )
        return rows

    def _share(self, forms: set[str]) -> float:
        return sum(self._idf[form] for form in forms) / self._total
