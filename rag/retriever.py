"""The public way in: open an index, search it, answer from it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from index.articles import Article
from index.errors import QuestionError
from index.korean import shared_kiwi
from index.searching import Index
from rag.answer import Answer, answer_from
from rag.evidence import weigh
from rag.folding import FURTHER, folded
from rag.fusion import DENSE_WEIGHT, convex_combination, lexical_score, scaled
from rag.hits import Hit, matching_spans
from rag.question import Question, read_question

Voices = Literal["hybrid", "lexical", "dense"]

CANDIDATES = 100
"""How many passages each lexical search puts forward; the dense one, the passages of three times as many windows."""


class Retriever:
    """Searches one index. Safe to share between threads."""

    def __init__(self, index: Index, *, dense_weight: float = DENSE_WEIGHT) -> None:
        self.index = index
        self.dense_weight = dense_weight

    @classmethod
    def open(cls, index_dir: str | Path | None = None) -> Retriever:
        """Opens the index at ``index_dir`` (by default ``$GEUNGEO_INDEX`` or the user's data folder).

        What the first question needs (Kiwi, the encoder) is loaded here too, side by side.

        Raises:
            IndexNotFoundError: no index lies there.
            IndexFormatError: it is broken, or was made with another Kiwi, encoder or version.
        """
        index = Index.open(index_dir)
        wait_for_encoder = index.encoder.start_loading()
        shared_kiwi()
        wait_for_encoder()
        return cls(index)

    def search(self, question: str, k: int = 5, *, voices: Voices = "hybrid", fold: bool = True) -> list[Hit]:
        """The ``k`` passages that fit the question best, best first; fewer where the index holds fewer.

        Args:
            question: in Korean (any language the encoder knows will do).
            k: at least 1.
            voices: all searches, or the lexical ones (words, character pairs) or the dense one alone.
            fold: make near-duplicates one hit, the best of them, with the others as its ``duplicates``.

        Raises:
            QuestionError: the question is blank, too long or no text, or ``k`` is not positive.
        """
        return self._search(read_question(question), k, voices, fold)[0]

    def answer(self, question: str, k: int = 5) -> Answer:
        """The sentences that answer the question, quoted and cited, or an abstention where the evidence is weak.

        Raises:
            QuestionError: as ``search``.
        """
        read = read_question(question)
        hits, background = self._search(read, k, "hybrid")
        evidence = weigh(self.index, read, hits, background)
        idf = dict(zip(read.forms, self.index.words.idf(read.forms).tolist(), strict=True))
        return answer_from(read, hits, evidence, idf)

    def articles(self) -> list[tuple[Article, int]]:
        """Every article of the index with the number of its passages."""
        return self.index.store.articles()

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        return self.index.store.article(article_id)

    def _search(
        self, question: Question, k: int, voices: Voices, fold: bool = True
    ) -> tuple[list[Hit], float]:
        """The hits, and the collection's mean dense score for the question."""
        if k < 1:
            raise QuestionError(f"k는 1 이상이어야 합니다 (받은 값 {k}).")
        depth, batch, before = max(CANDIDATES, k), k + FURTHER if fold else k, 0
        while True:
            ranked, found, background = self._ranked(question, depth, batch, voices)
            hits = folded(ranked, k) if fold else list(islice(ranked, k))
            # where copies have taken the places of distinct passages, these lie deeper
            if len(hits) == k or not fold or found == before:
                return hits, background
            depth, before = 4 * depth, found

    def _ranked(
        self, question: Question, depth: int, batch: int, voices: Voices
    ) -> tuple[Iterator[Hit], int, float]:
        """The candidates of searches of that depth, best first, read ``batch`` at a time; how many; the mean score."""
        index = self.index
        by_words, word_scores = index.search_words(question.forms, depth)
        by_characters, character_scores = index.search_characters(question.text, depth)
        vector = index.encoder.encode_query(question.text)
        by_meaning = index.search_meaning(vector, 3 * depth)
        by_letters = np.union1d(by_words, by_characters)
        chosen = {"lexical": by_letters, "dense": np.sort(by_meaning)}.get(voices)
        candidates = np.union1d(by_letters, by_meaning) if chosen is None else chosen
        cosines = index.dense_scores(vector, candidates)
        background = index.background(vector)
        lexical = lexical_score(
            scaled(word_scores[candidates], 0.0, float(word_scores.max(initial=0.0))),
            scaled(character_scores[candidates], 0.0, float(character_scores.max(initial=0.0))),
        )
        dense = scaled(cosines.passages, background, float(cosines.passages.max(initial=background)))
        scores = {"lexical": lexical, "dense": dense}.get(voices)
        if scores is None:
            scores = convex_combination(lexical, dense, self.dense_weight)
        # equal scores in order of passage number: the same question gives the same ranking everywhere
        order = np.lexsort((candidates, -scores))

        def hits() -> Iterator[Hit]:
            for first in range(0, len(order), batch):
                places = order[first : first + batch]
                stored = index.store.passages(candidates[places].tolist())
                for position, (item, article) in zip(places, stored, strict=True):
                    windows = tuple(zip(item.windows, cosines.windows[position].tolist(), strict=True))
                    yield Hit(
                        score=float(scores[position]),
                        passage=item.passage,
                        article=article,
                        highlights=matching_spans(item.terms, question.telling_forms),
                        best_window=max(windows, key=lambda window: window[1])[0],
                        lexical=float(lexical[position]),
                        dense=float(dense[position]),
                        sentences=item.sentences,
                        terms=item.terms,
                        window_cosines=windows,
                    )

        return hits(), len(order), background
