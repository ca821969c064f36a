"""How well each sentence of a passage answers a question: what ranks passages ranks the sentences to quote, too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.passages import Span
from index.stored import StoredPassage
from index.terms import character_bigrams
from rag.questions.question import Question
from rag.questions.wanted import Wanted

Features = npt.NDArray[np.float64]

FEATURES = ("terms", "before", "after", "characters", "cosine", "date", "amount", "unit", "reason")
"""The share of the question's idf mass in the sentence itself; what the sentence before and the one after have of it
beyond that; the share of its pairs of characters; the cosine of the sentence's window above the collection's mean; and
whether the sentence holds a date, an amount, an amount in the unit, a reason where such is asked for."""
WEIGHTS = np.array([6.39, 4.60, 1.35, 1.52, 23.25, 4.62, 1.80, 2.30, 1.54])
"""``python -m eval.signals`` fits them on half a of KorQuAD dev, ``eval/gold/spoken-a.jsonl`` and
``eval/gold/pile-a.jsonl``, each weighing alike."""

Ranked = tuple[tuple[Span, float], ...]
"""A passage's sentences with their scores, best first."""


class SentenceRanker:
    """Scores sentences for one question."""

    def __init__(self, question: Question, idf: Sequence[float], background: float) -> None:
        """Takes the idf of each of the question's forms, and the collection's mean dense score for the question."""
        self.wanted = Wanted(question.text)
        self._places = {form: place for place, form in enumerate(dict.fromkeys(question.forms))}
        weights = dict(zip(question.forms, idf, strict=True))
        mass = np.array([weights[form] for form in self._places], dtype=np.float64)
        self._mass = mass / max(mass.sum(), 1e-9)
        letters = character_bigrams(question.text)
        self._letters = np.unique(np.array([_pairs_of(pair)[0] for pair in letters], dtype=np.uint64))
        self._background = background

    def rank(self, passages: Sequence[StoredPassage], cosines: Sequence[Sequence[float]]) -> list[Ranked]:
        """The sentences of each passage, best first.

        Args:
            passages: any number.
            cosines: for each of them, those of its windows to the question.
        """
        ranked: list[Ranked] = []
        for stored, rows in zip(passages, self.features(passages, cosines), strict=True):
            scored = zip(stored.sentences, (rows @ WEIGHTS).tolist(), strict=True)
            ranked.append(tuple(sorted(scored, key=lambda item: (-item[1], item[0]))))
        return ranked

    def features(
        self, passages: Sequence[StoredPassage], cosines: Sequence[Sequence[float]]
    ) -> list[Features]:
        """What ``FEATURES`` names for each passage, shape [sentences, features]; all passages at once, for speed."""
        if not passages:
            return []
        counts = [len(stored.sentences) for stored in passages]
        offsets = np.cumsum([0, *(len(stored.passage.text) + 1 for stored in passages)])[:-1]
        starts = np.concatenate([stored.sentence_starts for stored in passages]) + np.repeat(offsets, counts)
        """Where each sentence begins in all texts joined."""
        firsts = np.cumsum([0, *counts])
        own = self._terms(passages, offsets, starts)
        first, last = np.zeros(len(starts), dtype=bool), np.zeros(len(starts), dtype=bool)
        first[firsts[:-1]], last[firsts[1:] - 1] = True, True
        rows = np.zeros((len(starts), len(FEATURES)))
        rows[:, 0] = own @ self._mass
        rows[1:, 1] = (own[:-1] & ~own[1:]) @ self._mass
        rows[first, 1] = 0.0
        rows[:-1, 2] = (own[1:] & ~own[:-1]) @ self._mass
        rows[last, 2] = 0.0
        rows[:, 3] = self._characters("\n".join(stored.passage.text for stored in passages), starts)
        nearest = (
            own_cosines[window]
            for stored, own_cosines in zip(passages, cosines, strict=True)
            for window in stored.windows_of_sentences
        )
        rows[:, 4] = np.fromiter(nearest, dtype=np.float64, count=len(rows)) - self._background
        self._answers(passages, rows)
        return np.split(rows, firsts[1:-1])

    def _terms(
        self, passages: Sequence[StoredPassage], offsets: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """Which of the question's forms each sentence has, shape [sentences, forms]."""
        characters: list[int] = []
        places: list[int] = []
        place_of = self._places.get
        for stored, offset in zip(passages, offsets.tolist(), strict=True):
            spans = stored.terms.spans
            for at, place in enumerate(map(place_of, stored.terms.forms)):
                if place is not None:
                    characters.append(offset + int(spans[at, 0]))
                    places.append(place)
        own = np.zeros((len(starts), len(self._places)), dtype=bool)
        own[np.maximum(np.searchsorted(starts, characters, side="right") - 1, 0), places] = True
        return own

    def _characters(self, text: str, starts: npt.NDArray[np.int64]) -> Features:
        """The share of the question's pairs of characters that each sentence has, shape [sentences]."""
        pairs = _pairs_of(text)
        shared = np.flatnonzero(np.isin(pairs, self._letters))
        sentences = np.maximum(np.searchsorted(starts, shared, side="right") - 1, 0)
        had = np.zeros((len(starts), len(self._letters)), dtype=bool)
        had[sentences, np.searchsorted(self._letters, pairs[shared])] = True
        share: Features = had.sum(axis=1) / max(len(self._letters), 1)
        return share

    def _answers(self, passages: Sequence[StoredPassage], rows: Features) -> None:
        """Fills in whether the sentences hold what is asked for."""
        wanted = self.wanted
        tests = (
            (wanted.date, wanted.has_date), (wanted.amount, wanted.has_amount),
            (wanted.unit is not None, wanted.has_unit), (wanted.reason, wanted.has_reason),
        )  # fmt: skip
        for column, (asked, holds) in enumerate(tests, start=5):
            if asked:
                rows[:, column] = [
                    holds(stored.passage.text[start:end])
                    for stored in passages
                    for start, end in stored.sentences
                ]


def _pairs_of(text: str) -> npt.NDArray[np.uint64]:
    """Each pair of neighbouring characters, lower-cased, as a number, in text order."""
    codes = np.frombuffer(_folded(text).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    return (codes[:-1] << np.uint64(32)) | codes[1:]


def _folded(text: str) -> str:
    """Lower case, of the same length: the few letters that grow stay as they are."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
