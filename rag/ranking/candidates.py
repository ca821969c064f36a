"""From a question to ranked candidates: the searches, their fusion, and a second look at the best."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from index.searchable import Allowed, DenseScores, Numbers, Searchable
from index.stored import StoredPassage
from rag.questions.question import Question
from rag.ranking.fusion import (
    STATIC_SHARE,
    Scores,
    convex_combination,
    dense_weight,
    lead,
    lexical_score,
    scaled,
)
from rag.ranking.rescoring import DEPTH, Signals, rescored
from rag.ranking.sentences import Ranked, SentenceRanker
from rag.ranking.time_agreement import favour

Voices = Literal["hybrid", "lexical", "dense"]

CANDIDATES = 100
"""How many passages each lexical search puts forward; the dense one, the passages of three times as many windows."""

SIDE_BY_SIDE = 30_000
"""Passages from which on the searches run side by side: with fewer, waking a thread takes what it saves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage on its way to become a hit."""

    number: int
    stored: StoredPassage
    score: float
    lexical: float
    dense: float
    sentence: float
    """How well its best sentence answers, as a share of the best of all."""
    cosines: tuple[float, ...]
    """Of its windows to the question."""
    sentences: Ranked = ()
    """Its sentences with how well each answers, best first."""
    signals: Signals | None = None
    """What its score is made of, where it was looked at twice."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What the searches put forward, passages in order of number; every array has shape [passages]."""

    numbers: Numbers
    lexical: Scores
    dense: Scores
    cosines: DenseScores
    match: float
    """The best passage's score by words as a share of the highest there could be."""
    background: float
    """The collection's mean dense score for the question."""
    static: bool = False
    """Whether the dense scores are a static model's."""

    @property
    def fused(self) -> Scores:
        """Both voices as one."""
        weight = dense_weight(self.match, lead(self.dense))
        return convex_combination(self.lexical, self.dense, STATIC_SHARE * weight if self.static else weight)

    def ordered(self, scores: Scores, most: int) -> npt.NDArray[np.intp]:
        """The positions of the ``most`` best by ``scores``; equal scores in order of passage number, everywhere."""
        return np.lexsort((self.numbers, -scores))[:most]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="geungeo-search")


def gather(
    index: Searchable, question: Question, depth: int, voices: Voices, allowed: Allowed | None = None
) -> Pool:
    """The best ``depth`` allowed passages of each search (of three times as many windows, for the dense one)."""

    def lexical_searches() -> tuple[tuple[Numbers, Scores], tuple[Numbers, Scores]]:
        return (
            index.search_words(question.forms, depth, allowed),
            index.search_characters(question.text, depth, allowed),
        )

    vector = index.encoder.encode_query(question.text)  # takes all cores by itself
    beside = _threads().submit(lexical_searches) if index.counts["passages"] >= SIDE_BY_SIDE else None
    by_meaning = index.search_meaning(vector, 3 * depth, allowed)
    found = beside.result() if beside else lexical_searches()
    (by_words, best_words), (by_characters, best_characters) = found
    by_letters = np.union1d(by_words, by_characters)
    chosen = {"lexical": by_letters, "dense": np.sort(by_meaning)}.get(voices)
    numbers = np.union1d(by_letters, by_meaning) if chosen is None else chosen
    cosines = index.dense_scores(vector, numbers)
    background = index.background(vector)
    best_word, best_character = (float(scores.max(initial=0.0)) for scores in (best_words, best_characters))
    lexical = lexical_score(
        scaled(index.word_scores(question.forms, numbers), 0.0, best_word),
        scaled(index.character_scores(question.text, numbers), 0.0, best_character),
    )
    dense = scaled(cosines.passages, background, float(cosines.passages.max(initial=background)))
    match = index.match(question.forms, best_word)
    static = index.encoder.card.runtime == "static"
    return Pool(numbers, lexical, dense, cosines, match, background, static)


def rank(
    index: Searchable,
    question: Question,
    k: int,
    voices: Voices,
    allowed: Allowed | None = None,
) -> tuple[list[Candidate], Pool]:
    """The ``k`` best of the allowed passages, best first, and the pool they come from."""
    pool = gather(index, question, max(CANDIDATES, k), voices, allowed)
    scores = {"lexical": pool.lexical, "dense": pool.dense}.get(voices)
    if scores is None:
        scores = favour(question.text, index.store, pool.numbers, pool.fused)
    order = pool.ordered(scores, max(k, DEPTH) if voices == "hybrid" else k)
    stored = index.store.passages_alone(pool.numbers[order].tolist())
    ranker = SentenceRanker(question, index.idf(question.forms).tolist(), pool.background)
    cosines = [tuple(pool.cosines.windows[i].tolist()) for i in order]
    ranked = ranker.rank(stored, cosines)
    best = max((sentences[0][1] for sentences in ranked), default=0.0)
    candidates = [
        Candidate(
            int(pool.numbers[i]), item, float(scores[i]), float(pool.lexical[i]), float(pool.dense[i]),
            max(sentences[0][1], 0.0) / max(best, 1e-9), own, sentences,
        )
        for i, item, own, sentences in zip(order, stored, cosines, ranked, strict=True)
    ]  # fmt: skip
    if voices == "hybrid":
        candidates = rescored(candidates)
    return candidates[:k], pool
