"""An index in Milvus and its searches: the same scores as those of an index in a folder (``index.searching``)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from index.analyzer import Analyzer
from index.encoder import Encoder, Vectors, load_encoder
from index.errors import IndexFormatError
from index.filters import Filters
from index.lexical import BIGRAM_WEIGHT
from index.lexical_writing import K1
from index.milvus.conditions import Allowed, among
from index.milvus.connection import MOST_HITS, Connection
from index.milvus.keys import dimensions, key_of
from index.milvus.remembering import Remembered
from index.milvus.rows import MilvusRows, changed
from index.milvus.schema import Collections
from index.milvus.statistics import Statistics, TermField, count
from index.milvus.versions import About, connected
from index.milvus.weights import SparseVector, added, question_weights
from index.searchable import DenseScores, Numbers, Scores
from index.terms import bigrams, character_bigrams

LEAST_EF = 512
"""HNSW's candidates; twice the number of windows asked for where that is more."""

FIELD_OF: dict[TermField, str] = {"terms": "words", "pairs": "characters"}
"""The sparse vectors in which the terms of a field are weighed."""


class MilvusIndex:
    """One version of an index, opened for reading; safe to share between threads."""

    def __init__(self, connection: Connection, collections: Collections, about: About) -> None:
        self.about = about
        self.analyzer = Analyzer(about.entries)
        self.store = MilvusRows(connection, collections)
        self._connection = connection
        self._names = collections
        self._statistics = Statistics(connection, collections.passages)
        self._sizes: Remembered[str, int] = Remembered()
        self._mean = np.array(about.mean, dtype=np.float32)

    @classmethod
    def open(cls, place: str) -> MilvusIndex:
        """Opens the index at ``milvus:URI``.

        Raises:
            IndexNotFoundError: there is none of that name.
            IndexFormatError: it is of another format, or was made with another Kiwi.
            GeungeoError: the server cannot be reached, or pymilvus is missing.
        """
        index = cls(*connected(place))
        about = index.about
        here = index.analyzer.versions()
        if about.analyzer != here:
            raise IndexFormatError(
                f"{place}: 다른 형태소 분석기로 만든 색인입니다 (색인 {_versions(about.analyzer)}, "
                f"이 컴퓨터 {_versions(here)}). 'geungeo index --store {place}'로 다시 만드세요."
            )
        return index

    @property
    def counts(self) -> dict[str, int]:
        """How many ``articles``, ``passages`` and ``windows``; some minutes old at most."""
        return {kind: self._size(kind) for kind in ("articles", "passages", "windows")}

    def _size(self, kind: str) -> int:
        return self._sizes.ask(kind, lambda: count(self._connection, getattr(self._names, kind)))

    @property
    def sample(self) -> bool:
        """Never: the articles that come with the program are put into folders only."""
        return False

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder the vectors were made with.

        Raises:
            IndexFormatError: the model of that name has other weights here.
        """
        encoder = load_encoder(self.about.encoder["model"])
        if encoder.card.fingerprint != self.about.encoder["fingerprint"]:
            place = self._connection.address
            raise IndexFormatError(
                f"{place}: 이 색인의 임베딩 모델({encoder.card.model})이 이 컴퓨터의 것과 다릅니다. "
                f"'geungeo index --store {place}'로 다시 만드세요."
            )
        return encoder

    def allowed(self, filters: Filters | None, beyond: Collection[str] = ()) -> Allowed | None:
        """The passages of the articles that meet the filters; None, which costs nothing, where all do.

        Args:
            filters: what is asked of the articles; sources cost a round trip, the others none.
            beyond: ids of passages that take no part; unknown ones are ignored.
        """
        allowed = self.store.allowed(filters) if filters else None
        if not beyond:
            return allowed
        others = f"not ({among('passage', map(key_of, beyond))})"
        return Allowed((allowed or Allowed("")).also(others))

    def search_words(
        self, forms: Sequence[str], k: int, allowed: Allowed | None = None
    ) -> tuple[Numbers, Scores]:
        """The ``k`` best passages by BM25 over terms, best first, with their scores (see ``index.searchable``)."""
        return self._best("terms", self._words(forms), k, allowed.condition if allowed else "")

    def search_characters(
        self, question: str, k: int, allowed: Allowed | None = None
    ) -> tuple[Numbers, Scores]:
        """The same by BM25 over pairs of characters."""
        return self._best("pairs", self._characters(question), k, allowed.condition if allowed else "")

    def word_scores(self, forms: Sequence[str], passages: Numbers) -> Scores:
        """What ``search_words`` scores the given passages, shape [passages]; 0 for one without any of the terms."""
        return self._scores("terms", self._words(forms), passages)

    def character_scores(self, question: str, passages: Numbers) -> Scores:
        """What ``search_characters`` scores the given passages, shape [passages]."""
        return self._scores("pairs", self._characters(question), passages)

    def match(self, forms: Sequence[str], best: float) -> float:
        """The ``best`` score by words as a share of what none can exceed, 0..1."""
        highest = (K1 + 1) * float(self.idf(forms).sum() + BIGRAM_WEIGHT * self.idf(bigrams(forms)).sum())
        return best / highest if highest else 0.0

    def idf(self, forms: Sequence[str]) -> Scores:
        """The idf of each term; a term that no passage has counts as one that one passage has."""
        if not forms:
            return np.zeros(0, dtype=np.float32)
        places = dimensions(forms)
        known = self._statistics.idf("terms", places)
        unknown = self._statistics.unknown_idf()
        return np.array([known.get(place, unknown) for place in places], dtype=np.float32)

    def knows(self, terms: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the terms (not bigrams) some passage or its title has, or had when it was indexed."""
        if not terms:
            return np.zeros(0, dtype=bool)
        places = dimensions(terms)
        rows = self._connection.rows(self._names.terms, among("term", set(places)), ["term"])
        found = {row["term"] for row in rows}
        return np.array([place in found for place in places], dtype=bool)

    def present(self, terms: Sequence[str], passages: Numbers) -> npt.NDArray[np.bool_]:
        """Which of the terms each of the passages (or its title) has, shape [passages, terms]."""
        places = dimensions(terms)
        rows = self._connection.rows(self._names.passages, among("passage", passages), ["passage", "terms"])
        having = {row["passage"]: frozenset(row["terms"]) for row in rows}
        found = [[place in having.get(int(number), ()) for place in places] for number in passages]
        return np.array(found, dtype=bool).reshape(len(passages), len(terms))

    def search_meaning(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> Numbers:
        """The passages of the ``k`` windows nearest to a question's vector (shape [1, dimensions]), best first."""
        condition, ef = allowed.condition if allowed else "", max(LEAST_EF, 2 * k)
        hits = self._search(self._names.windows, "vector", vector[0].tolist(), k, condition, ef=ef)
        found = list(dict.fromkeys(hit["entity"]["passage"] for hit in hits))
        if not found:
            return np.zeros(0, dtype=np.int64)
        # windows are written before their passage and removed after it
        rows = self._connection.rows(self._names.passages, among("passage", found), ["passage"])
        there = {row["passage"] for row in rows}
        return np.array([number for number in found if number in there], dtype=np.int64)

    def dense_scores(self, vector: Vectors, passages: Numbers) -> DenseScores:
        """The exact cosines of a question with the windows of the given passages, whose vectors are fetched."""
        if not len(passages):
            return DenseScores(np.zeros(0, dtype=np.float32), [])
        condition, fields = among("passage", passages), ["passage", "ordinal", "vector"]
        rows = self._connection.rows(self._names.windows, condition, fields)
        rows.sort(key=lambda row: row["ordinal"])
        vectors: dict[int, list[Sequence[float]]] = {int(number): [] for number in passages}
        for row in rows:
            vectors[row["passage"]].append(row["vector"])
        if not all(vectors.values()):
            raise changed()
        cosines = [np.array(own, dtype=np.float32) @ vector[0] for own in vectors.values()]
        # the last of several rows is the whole passage, no window
        windows = [own[: len(own) - (len(own) > 1)] for own in cosines]
        means = [(own.max() + all_of[-1]) / 2 for own, all_of in zip(windows, cosines, strict=True)]
        return DenseScores(np.array(means, dtype=np.float32), windows)

    def background(self, vector: Vectors) -> float:
        """The collection's mean of dense scores when this version was made."""
        return float(vector[0] @ self._mean)

    def _words(self, forms: Sequence[str]) -> SparseVector:
        """A question's terms and, at their weight, its bigrams."""
        pairs = bigrams(forms)
        idf = self._statistics.idf("terms", dimensions([*forms, *pairs]))
        return added(question_weights(forms, idf), question_weights(pairs, idf, BIGRAM_WEIGHT))

    def _characters(self, question: str) -> SparseVector:
        pairs = character_bigrams(question)
        return question_weights(pairs, self._statistics.idf("pairs", dimensions(pairs)))

    def _best(
        self, field: TermField, weights: SparseVector, k: int, condition: str
    ) -> tuple[Numbers, Scores]:
        """The ``k`` passages of the highest scores, best first, equal ones in order of number, and those scores."""
        if not weights:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        hits = self._search(self._names.passages, FIELD_OF[field], weights, k, condition)
        numbers = np.array([hit["entity"]["passage"] for hit in hits], dtype=np.int64)
        scores = np.array([hit["distance"] for hit in hits], dtype=np.float32)
        order = np.lexsort((numbers, -scores))
        return numbers[order], scores[order]

    def _scores(self, field: TermField, weights: SparseVector, passages: Numbers) -> Scores:
        """The scores of the given passages, shape [passages]."""
        if not len(passages):
            return np.zeros(0, dtype=np.float32)
        numbers, scores = self._best(field, weights, len(passages), among("passage", passages))
        found = dict(zip(numbers.tolist(), scores.tolist(), strict=True))
        return np.array([found.get(number, 0.0) for number in passages.tolist()], dtype=np.float32)

    def _search(
        self, collection: str, field: str, vector: Any, k: int, condition: str, **params: int
    ) -> list[dict[str, Any]]:
        """The nearest rows by inner product, best first, with their passages."""
        (hits,) = self._connection.read(
            "search", collection, data=[vector], anns_field=field, limit=min(k, MOST_HITS), filter=condition,
            output_fields=["passage"], search_params={"metric_type": "IP", "params": params},
        )  # fmt: skip
        return list(hits)


def _versions(analyzer: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(analyzer.items()))
