"""What others do, over the same passages: rank-bm25 on white space or on all Kiwi forms, and RRF with dense."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from rank_bm25 import BM25Okapi

from eval.analyzers import all_forms
from eval.metrics import DEPTH
from index.encoder import Encoder, Vectors
from index.passages import Passage

RRF_K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), as LangChain uses it."""


class Baselines:
    """The baseline rankings of one collection's passages."""

    def __init__(self, passages: Sequence[Passage], encoder: Encoder) -> None:
        self._ids = [passage.id for passage in passages]
        self._texts = [passage.text for passage in passages]
        self._encoder = encoder

    def white_space(self, question: str) -> list[str]:
        """rank-bm25 over words as they stand."""
        return self._ranked(self._words.get_scores(question.split()))

    def forms(self, question: str) -> list[str]:
        """rank-bm25 over all Kiwi forms."""
        return self._ranked(self._forms.get_scores(all_forms(question)))

    def whole_dense(self, question: str) -> list[str]:
        """Whole passages by cosine, cut at the encoder's limit."""
        return self._ranked(self._dense_scores(question))

    def rrf(self, question: str) -> list[str]:
        """Reciprocal rank fusion of the last two: the usual LangChain ensemble."""
        fused = np.zeros(len(self._ids), dtype=np.float32)
        for scores in (self._forms.get_scores(all_forms(question)), self._dense_scores(question)):
            order = np.argsort(-np.asarray(scores), kind="stable")
            fused[order] += 1.0 / (RRF_K + 1 + np.arange(len(order)))
        return self._ranked(fused)

    def _dense_scores(self, question: str) -> Vectors:
        scores: Vectors = self._vectors @ self._encoder.encode_query(question)[0]
        return scores

    def _ranked(self, scores: Vectors) -> list[str]:
        return [self._ids[i] for i in np.argsort(-np.asarray(scores), kind="stable")[:DEPTH]]

    @cached_property
    def _words(self) -> BM25Okapi:
        return BM25Okapi([text.split() for text in self._texts])

    @cached_property
    def _forms(self) -> BM25Okapi:
        return BM25Okapi([all_forms(text) for text in self._texts])

    @cached_property
    def _vectors(self) -> Vectors:
        return self._encoder.encode_passages(self._texts)
