"""BM25 over terms (or pairs of characters): bm25s builds and scores, a sorted array of hashes stands in for its vocabulary.

The vocabulary of bm25s is a JSON dictionary, read whole on opening; bigrams make it millions of entries. Here a term
is its 64-bit hash and its column is the hash's place in a sorted, memory-mapped array, so opening costs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.terms import bigrams

if TYPE_CHECKING:
    import bm25s

K1 = 0.9
B = 0.4
BIGRAM_WEIGHT = 0.5
"""``K1``, ``B`` and this: chosen on one half of KorQuAD dev, split by article."""

ARRAYS = ("terms", "data", "indices", "indptr")

Scores = npt.NDArray[np.float32]


def term_hashes(terms: Iterable[str]) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each term (BLAKE2b: the same on every machine and run)."""
    digests = b"".join(
        hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest() for term in terms
    )
    return np.frombuffer(digests, dtype="<u8")


class LexicalIndex:
    """BM25 scores of every term in every passage, as a sparse matrix by columns (terms)."""

    def __init__(
        self,
        terms: npt.NDArray[np.uint64],
        data: Scores,
        indices: npt.NDArray[np.int32],
        indptr: npt.NDArray[np.int32],
        size: int,
    ) -> None:
        self.terms = terms
        self.size = size
        """How many passages."""
        self._engine = _engine()
        self._engine.scores = {"data": data, "indices": indices, "indptr": indptr, "num_docs": size}
        self._engine.nonoccurrence_array = None

    @classmethod
    def build(cls, passages: Sequence[Sequence[str]], k1: float = K1, b: float = B) -> LexicalIndex:
        """The index of passages given as lists of terms.

        The variant that Kamphuis et al. (ECIR 2020) call ATIRE, with the idf of BM25+ (Lv and Zhai, CIKM 2011),
        ln((N + 1) / df), which stays positive in a collection of two passages.
        """
        lengths = [len(terms) for terms in passages]
        hashes = term_hashes(term for terms in passages for term in terms)
        vocabulary, ids = np.unique(hashes, return_inverse=True)
        ends = np.cumsum(lengths) if lengths else np.zeros(0, dtype=np.int64)
        documents = [ids[end - length : end].tolist() for end, length in zip(ends, lengths, strict=True)]
        if not len(vocabulary):  # nothing but punctuation
            empty = np.zeros(0, dtype=np.int32)
            return cls(
                vocabulary, empty.astype(np.float32), empty, np.zeros(1, dtype=np.int32), len(passages)
            )
        engine = _engine(k1, b)
        engine.scores = engine.build_index_from_ids(
            list(range(len(vocabulary))), documents, show_progress=False
        )
        scores = engine.scores
        return cls(vocabulary, scores["data"], scores["indices"], scores["indptr"], len(passages))

    def save(self, folder: Path) -> None:
        """Writes the arrays as ``.npy`` files into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        scores = self._engine.scores
        for name, array in zip(ARRAYS, (self.terms, *(scores[name] for name in ARRAYS[1:])), strict=True):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Opens saved arrays, memory-mapped. Raises OSError or ValueError where they are missing or broken."""
        terms, data, indices, indptr = (
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS
        )
        if len(indptr) != len(terms) + 1 or len(data) != len(indices):
            raise ValueError("arrays of the lexical index do not fit each other")
        return cls(terms, data, indices, indptr, size)

    def scores(self, forms: Sequence[str], bigram_weight: float = BIGRAM_WEIGHT) -> Scores:
        """BM25 of a question's terms and bigrams for every passage, shape [passages]; 0 where none is shared.

        Args:
            forms: the question's content terms in order (their bigrams are formed here).
            bigram_weight: what a bigram's score counts beside a term's.
        """
        total = self.term_scores(forms)
        total += bigram_weight * self.term_scores(bigrams(forms))
        return total

    def match(self, forms: Sequence[str], best: float) -> float:
        """The ``best`` of a question's scores as a share of what none can exceed, 0..1.

        A term counts at most ``K1 + 1`` times its idf; one that no passage has counts as one that one passage has.
        """
        highest = (K1 + 1) * float(self.idf(forms).sum() + BIGRAM_WEIGHT * self.idf(bigrams(forms)).sum())
        return best / highest if highest else 0.0

    def term_scores(self, terms: Sequence[str]) -> Scores:
        """Plain BM25 of a list of terms for every passage, shape [passages]."""
        columns = self._columns(terms)
        known = columns[columns >= 0]
        if not len(known):
            return np.zeros(self.size, dtype=np.float32)
        scores: Scores = self._engine.get_scores_from_ids(known)
        return scores

    def idf(self, terms: Sequence[str]) -> Scores:
        """The idf of each term, ln((N + 1) / df); a term that no passage has counts as one that one passage has."""
        columns = self._columns(terms)
        indptr = self._engine.scores["indptr"]
        frequency = np.ones(len(columns), dtype=np.float32)
        known = columns >= 0
        frequency[known] = indptr[columns[known] + 1] - indptr[columns[known]]
        values: Scores = np.log((self.size + 1) / frequency).astype(np.float32)
        return values

    def knows(self, terms: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the terms some passage (or its title) has."""
        return self._columns(terms) >= 0

    def present(self, terms: Sequence[str], passages: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of the terms each of the passages (or its title) has, shape [passages, terms]."""
        indices, indptr = self._engine.scores["indices"], self._engine.scores["indptr"]
        found = np.zeros((len(passages), len(terms)), dtype=bool)
        for i, column in enumerate(self._columns(terms)):
            if column >= 0:
                having = indices[
                    indptr[column] : indptr[column + 1]
                ]  # ascending: bm25s counts passage by passage
                places = np.searchsorted(having, passages)
                found[:, i] = having[np.minimum(places, len(having) - 1)] == passages
        return found

    def _columns(self, terms: Sequence[str]) -> npt.NDArray[np.int64]:
        """The column of each term, -1 where it is unknown."""
        hashes = term_hashes(terms)
        places = np.searchsorted(self.terms, hashes)
        places[places == len(self.terms)] = 0
        found = self.terms[places] == hashes if len(self.terms) else np.zeros(len(hashes), dtype=bool)
        columns: npt.NDArray[np.int64] = np.where(found, places, -1)
        return columns


def _engine(k1: float = K1, b: float = B) -> bm25s.BM25:
    import bm25s

    return bm25s.BM25(k1=k1, b=b, method="atire", idf_method="bm25+")
