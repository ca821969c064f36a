"""The searches of one question set as arrays: every passage's score for every question, with parts on and off.

All pieces are the product's; only here they score every passage, where a search scores the candidates that one of its
voices puts forward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eval.analyzers import Analyzer, asked_forms, content_forms
from eval.question_sets import QuestionSet
from eval.vectors import question_vectors, text_vectors
from index.articles import Article
from index.lexical import BIGRAM_WEIGHT, LexicalIndex
from index.lexical_writing import K1, B
from index.passages import WINDOW, sentence_runs
from index.searchable import Scores
from index.stored import StoredPassage
from index.terms import bigrams, character_bigrams
from index.windows import Windows, embedded_spans
from rag.ranking.fusion import dense_weight, lead, scaled

Prefix = Callable[[Article], str]


@dataclass(frozen=True, slots=True)
class Voice:
    """The scores of one search."""

    scores: Scores
    """Shape [questions, passages]."""
    floors: Scores
    """What a passage that has nothing to do with the question has, shape [questions]."""

    def scaled(self) -> Scores:
        """Each question's scores from its floor to its best passage as 0..1, as the product scales them."""
        rows = zip(self.scores, self.floors, strict=True)
        return np.stack([scaled(row, float(floor), float(row.max(initial=floor))) for row, floor in rows])


@dataclass(frozen=True, slots=True)
class Words:
    """A setting of the voice of words. The defaults are the product's."""

    passage: Analyzer = content_forms
    question: Analyzer = asked_forms
    parts: Analyzer | None = None
    """Terms beside these, which form no bigrams."""
    bigram_weight: float = BIGRAM_WEIGHT
    """0: bigrams are not indexed either."""
    title: bool = True
    k1: float = K1
    b: float = B

    def voice(self, chosen: QuestionSet) -> Voice:
        """BM25 of every passage for every question."""
        index = LexicalIndex.build(
            [self._indexed(item, article) for item, article in chosen.passages], self.k1, self.b
        )
        rows = []
        for question in chosen.questions:
            row = index.scores(self.question(question.text), self.bigram_weight)
            if self.parts:
                row += index.term_scores(self.parts(question.text))
            rows.append(row)
        return lexical_voice(rows)

    def _indexed(self, item: StoredPassage, article: Article) -> list[str]:
        terms: list[str] = []
        for text in (item.passage.text, article.title) if self.title else (item.passage.text,):
            forms = self.passage(text)
            terms += forms
            terms += bigrams(forms) if self.bigram_weight else ()
            terms += self.parts(text) if self.parts else ()
        return terms


def product_words(chosen: QuestionSet) -> Voice:
    """The words' scores of the index itself."""
    return lexical_voice([chosen.index.words.scores(question.forms) for question in chosen.questions])


def product_weights(chosen: QuestionSet, dense: Scores) -> Scores:
    """The weight that the product gives to the scaled dense voice, shape [questions]."""
    pairs = zip(matches(chosen), dense, strict=True)
    return np.array([dense_weight(match, lead(row)) for match, row in pairs], dtype=np.float32)


def matches(chosen: QuestionSet) -> list[float]:
    """How much of each question the passage that says most of it says in its words, 0..1."""
    words = chosen.index.words
    return [
        words.match(question.forms, float(words.scores(question.forms).max(initial=0.0)))
        for question in chosen.questions
    ]


def characters(chosen: QuestionSet, *, title: bool = True) -> Voice:
    """BM25 over pairs of characters; of the index itself, or of one without titles."""
    index = chosen.index.characters
    if not title:
        index = LexicalIndex.build([character_bigrams(item.passage.text) for item, _ in chosen.passages])
    return lexical_voice(
        [index.term_scores(character_bigrams(question.text)) for question in chosen.questions]
    )


def lexical_voice(rows: list[Scores]) -> Voice:
    """The voice of BM25 scores, one row a question: their floor is 0."""
    return Voice(np.stack(rows), np.zeros(len(rows), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class DenseVoices:
    """The two voices of meaning: each passage's best window, and the whole passage."""

    best: Voice
    whole: Voice

    def mean(self) -> Voice:
        """The mean of the two, which the product takes."""
        scores: Scores = (self.best.scores + self.whole.scores) / np.float32(2)
        floors: Scores = (self.best.floors + self.whole.floors) / np.float32(2)
        return Voice(scores, floors)


def dense_voices(chosen: QuestionSet, size: int = WINDOW, prefix: Prefix | None = None) -> DenseVoices:
    """The voices of meaning over windows of at most ``size`` characters, with a text before each window.

    The product's windows and no prefix take the vectors of the index; others are encoded on first use.
    """
    index = chosen.index
    windows = index.windows
    if size == WINDOW and prefix is None:
        vectors = index.dense.rows(np.arange(index.dense.size))
    else:
        recut = [
            StoredPassage(
                item.passage, item.sentences, tuple(sentence_runs(item.sentences, size)), item.terms
            )
            for item, _ in chosen.passages
        ]
        spans = [embedded_spans(item.windows, len(item.passage.text)) for item in recut]
        windows = Windows.of(map(len, spans))
        texts = [
            item.passage.text[start:end] for item, own in zip(recut, spans, strict=True) for start, end in own
        ]
        if prefix is not None:
            owners = (chosen.passages[number][1] for number in windows.passages)
            texts = [f"{prefix(article)}{text}" for article, text in zip(owners, texts, strict=True)]
        vectors = text_vectors(texts, index)
    asked = question_vectors([question.text for question in chosen.questions], index)
    cosines = asked @ vectors.T
    whole = cosines[:, windows.lasts]
    proper = cosines[:, windows.proper]
    firsts = np.searchsorted(windows.passages[windows.proper], np.arange(index.size))
    best = np.maximum.reduceat(proper, firsts, axis=1)
    return DenseVoices(Voice(best, proper.mean(axis=1)), Voice(whole, whole.mean(axis=1)))
