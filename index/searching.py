"""An opened index and its two searches, by words and by meaning."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.analyzer import Analyzer, shared_analyzer
from index.dense import DenseIndex, Vectors
from index.encoder import Encoder, load_encoder
from index.errors import IndexFormatError
from index.filters import Filters
from index.generations import (
    Manifest,
    current_generation,
    default_index_dir,
    rebuild,
    serving_name,
    stored_dictionary,
)
from index.lexical import LexicalIndex, weighted
from index.searchable import DenseScores, Numbers, Scores
from index.store import Store
from index.terms import character_bigrams
from index.windows import Windows

Allowed = npt.NDArray[np.bool_]
"""Which passages take part in a search, shape [passages]."""


class Index:
    """One generation of an index, opened for reading; safe to share between threads."""

    def __init__(self, folder: Path, manifest: Manifest, analyzer: Analyzer) -> None:
        self.folder = folder
        self.manifest = manifest
        self.analyzer = analyzer
        passages = manifest.counts["passages"]
        try:
            self.store = Store(folder / "articles.sqlite")
            self.words = LexicalIndex.load(folder / "words", passages)
            self.characters = LexicalIndex.load(folder / "characters", passages)
            self.windows = Windows.load(folder, passages)
            self.dense = DenseIndex.load(folder)
            self._mean: Vectors = np.load(folder / "mean.npy", allow_pickle=False)
        except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
            raise IndexFormatError(
                f"{folder}: 색인을 열 수 없습니다 ({str(error).splitlines()[0][:200]}). "
                f"{rebuild(folder.parent.parent)}"
            ) from None
        if not self.dense.size == len(self.windows) == manifest.counts["windows"]:
            raise IndexFormatError(
                f"{folder}: 벡터와 문단의 수가 맞지 않습니다. {rebuild(folder.parent.parent)}"
            )

    @classmethod
    def open(cls, index_dir: str | Path | None = None) -> Index:
        """Opens the index at ``index_dir`` (by default ``$GEUNGEO_INDEX`` or the user's data folder).

        Raises:
            IndexNotFoundError: no index lies there.
            IndexFormatError: it is broken, of another format, or was made with another Kiwi or encoder.
        """
        place = Path(index_dir) if index_dir is not None else default_index_dir()
        name = serving_name(place)
        try:
            return cls._open(place)
        except IndexFormatError:
            if serving_name(place) == name:
                raise
            return cls._open(place)  # two builds have ended while it was being opened: once more

    @classmethod
    def _open(cls, place: Path) -> Index:
        folder, manifest = current_generation(place)
        analyzer = shared_analyzer(stored_dictionary(folder))
        here = analyzer.versions()
        if manifest.analyzer != here:
            raise IndexFormatError(
                f"{place}: 다른 형태소 분석기로 만든 색인입니다 (색인 {_versions(manifest.analyzer)}, "
                f"이 컴퓨터 {_versions(here)}). 'geungeo index 폴더 --index {place}'로 다시 만드세요."
            )
        return cls(folder, manifest, analyzer)

    @property
    def size(self) -> int:
        """How many passages."""
        return self.words.size

    @property
    def counts(self) -> dict[str, int]:
        """How many ``articles``, ``passages`` and ``windows``."""
        return self.manifest.counts

    @property
    def sample(self) -> bool:
        """Whether it holds nothing but the articles that come with the program."""
        return self.manifest.sample

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder the vectors were made with.

        Raises:
            IndexFormatError: the model of that name has other weights here.
        """
        encoder = load_encoder(self.manifest.encoder["model"])
        if encoder.card.fingerprint != self.manifest.encoder["fingerprint"]:
            raise IndexFormatError(
                f"{self.folder}: 이 색인의 임베딩 모델({encoder.card.model})이 이 컴퓨터의 것과 다릅니다. "
                "'geungeo index 폴더'로 다시 만드세요."
            )
        return encoder

    def allowed(self, filters: Filters | None, beyond: Collection[str] = ()) -> Allowed | None:
        """The passages of the articles that meet the filters; None, which costs nothing, where all do.

        Args:
            filters: what is asked of the articles.
            beyond: ids of passages that take no part; unknown ones are ignored.
        """
        allowed = self.store.passages_of(filters) if filters else None
        if beyond:
            allowed = np.ones(self.size, dtype=bool) if allowed is None else allowed
            allowed[self.store.numbers_of(beyond)] = False
        return allowed

    def search_words(
        self, forms: Sequence[str], k: int, allowed: Allowed | None = None
    ) -> tuple[Numbers, Scores]:
        """The ``k`` best passages by BM25 over terms, best first, with their scores.

        Args:
            forms: the question's content terms in order.
            k: how many; passages without any of the terms are not returned.
            allowed: the passages that take part.
        """
        return self.words.search(weighted(forms), k, allowed)

    def search_characters(
        self, question: str, k: int, allowed: Allowed | None = None
    ) -> tuple[Numbers, Scores]:
        """The same by BM25 over pairs of characters."""
        return self.characters.search([(character_bigrams(question), 1.0)], k, allowed)

    def word_scores(self, forms: Sequence[str], passages: Numbers) -> Scores:
        """What ``search_words`` scores the given passages, shape [passages]; 0 for one without any of the terms."""
        return self.words.scores_of(weighted(forms), passages)

    def character_scores(self, question: str, passages: Numbers) -> Scores:
        """What ``search_characters`` scores the given passages, shape [passages]."""
        return self.characters.scores_of([(character_bigrams(question), 1.0)], passages)

    def match(self, forms: Sequence[str], best: float) -> float:
        """The ``best`` score by words as a share of what none can exceed, 0..1."""
        return self.words.match(forms, best)

    def idf(self, forms: Sequence[str]) -> Scores:
        """The idf of each term; a term that no passage has counts as one that one passage has."""
        return self.words.idf(forms)

    def knows(self, terms: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the terms some passage (or its title) has."""
        return self.words.knows(terms)

    def present(self, terms: Sequence[str], passages: Numbers) -> npt.NDArray[np.bool_]:
        """Which of the terms each of the passages (or its title) has, shape [passages, terms]."""
        return self.words.present(terms, passages)

    def search_meaning(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> Numbers:
        """The passages of the ``k`` windows nearest to a question's vector (shape [1, dimensions]), best first."""
        rows, _ = self.dense.search(vector, k, None if allowed is None else allowed[self.windows.passages])
        passages = self.windows.passages[rows].astype(np.int64)
        _, first = np.unique(passages, return_index=True)
        return passages[np.sort(first)]

    def dense_scores(self, vector: Vectors, passages: Numbers) -> DenseScores:
        """The exact cosines of a question with the windows of the given passages."""
        rows = self.windows.rows_of(passages)
        cosines = self.dense.cosines(vector, rows)
        lengths = self.windows.firsts[passages + 1] - self.windows.firsts[passages]
        ends = np.cumsum(lengths)
        whole = cosines[ends - 1]
        proper = cosines.copy()
        proper[ends[lengths > 1] - 1] = -np.inf  # the last of several rows is the whole passage, no window
        best = np.maximum.reduceat(proper, ends - lengths) if len(ends) else whole
        spans = zip((ends - lengths).tolist(), (ends - (lengths > 1)).tolist(), strict=True)
        windows = [cosines[first:end] for first, end in spans]
        return DenseScores((best + whole) / 2, windows)

    def background(self, vector: Vectors) -> float:
        """The collection's mean of dense scores: what a passage that has nothing to do with the question has."""
        return float(vector[0] @ self._mean)


def _versions(analyzer: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(analyzer.items()))
