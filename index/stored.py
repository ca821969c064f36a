"""What an index keeps of an article: the article, its passages, and what was found in them when they were cut."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.analyzer import Analyzer
from index.articles import Article
from index.passages import CutPassage, Passage, Span
from index.terms import PassageTerms


@dataclass(frozen=True)
class StoredPassage:
    """A passage with what was found in it when it was indexed; spans count characters of ``passage.text``."""

    passage: Passage
    sentences: tuple[Span, ...]
    windows: tuple[Span, ...]
    terms: PassageTerms

    @cached_property
    def sentence_starts(self) -> npt.NDArray[np.int64]:
        """Where each sentence begins, shape [sentences]."""
        return np.array([start for start, _ in self.sentences], dtype=np.int64)

    @cached_property
    def windows_of_sentences(self) -> tuple[int, ...]:
        """For each sentence the number of the window that it begins in."""
        starts = [start for start, _ in self.windows]
        return tuple(max(bisect_right(starts, start) - 1, 0) for start, _ in self.sentences)

    @classmethod
    def of(cls, cut: CutPassage, analyzer: Analyzer) -> StoredPassage:
        """The stored form of a passage just cut."""
        return cls(
            cut.passage,
            cut.analysis.sentences,
            cut.windows,
            PassageTerms.of(analyzer.terms(cut.analysis.morphemes)),
        )


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article, the forms of its title's terms, and its passages."""

    article: Article
    title_terms: tuple[str, ...]
    passages: tuple[StoredPassage, ...]
    copies: tuple[str, ...] = ()
    """Other sources with the same content."""
