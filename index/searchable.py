"""What a search asks of an index, wherever its passages are kept: one machine's folder, or Milvus."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.analyzer import Analyzer
from index.articles import Article
from index.encoder import Encoder, Vectors
from index.filters import Filters
from index.listing import ListedArticle
from index.passages import Passage
from index.stored import StoredArticle, StoredPassage

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
"""Passages are told apart by numbers, which hold as long as the index is open."""
Allowed = Any
"""Which passages take part in a search, in a form that only the index that gave it understands."""


@dataclass(frozen=True, slots=True)
class DenseScores:
    """How near passages are to a question, by cosine."""

    passages: Scores
    """The mean of each passage's best window and of the whole passage, shape [passages asked for]."""
    windows: list[Scores]
    """For each passage, the cosines of its windows in text order, the whole passage left out."""


class Rows(Protocol):
    """Articles and passages, read by row."""

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, Article]]:
        """The passages of the given numbers with their articles, in the order given."""

    def passages_alone(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The same without their articles: a tenth of the work."""

    def articles_of(self, passages: Sequence[Passage]) -> list[Article]:
        """The article of each passage."""

    def dated_texts(self, numbers: Sequence[int]) -> list[tuple[str, str | None]]:
        """The texts of the passages of the given numbers and their articles' dates, in the order given."""

    @property
    def newest_day(self) -> str | None:
        """The latest date of publication, None where no article has one."""

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""

    def articles(self, filters: Filters | None = None) -> list[tuple[Article, int]]:
        """Every article (that meets the filters) with the number of its passages, in the order indexed."""

    def find_articles(
        self, words: str = "", most: int = 50, skip: int = 0
    ) -> tuple[list[ListedArticle], int]:
        """The newest articles whose title, publisher or source holds all the words, and how many there are in all.

        In order of ``index.listing.newest_first``; no article's text is read to find it.

        Args:
            words: parted by white space; parts of words will do, and Latin letters may have either case. Without any,
                every article is meant.
            most: how many to list.
            skip: how many to leave out before those.
        """

    def some_articles(self, most: int) -> list[Article]:
        """At most so many articles from all over the index, without reading the whole of a large one."""

    def publishers(self) -> list[tuple[str, int]]:
        """Each publisher with the number of its articles, the most frequent first."""

    def topics(self) -> list[tuple[str, int]]:
        """Each topic with the number of articles that name it, the most frequent first."""

    def everything(self) -> Iterator[StoredArticle]:
        """Every article with its passages, in the order indexed."""


class Searchable(Protocol):
    """An opened index; safe to share between threads."""

    @property
    def analyzer(self) -> Analyzer:
        """What made its terms, and makes those of questions."""

    @property
    def encoder(self) -> Encoder:
        """What made its vectors. Raises IndexFormatError where this machine's has other weights."""

    @property
    def store(self) -> Rows:
        """Its articles and passages."""

    @property
    def counts(self) -> dict[str, int]:
        """How many ``articles``, ``passages`` and ``windows``."""

    @property
    def sample(self) -> bool:
        """Whether it holds nothing but the articles that come with the program."""

    def allowed(self, filters: Filters | None, beyond: Collection[str] = ()) -> Allowed | None:
        """The passages of the articles that meet the filters; None, which costs nothing, where all do.

        Args:
            filters: what is asked of the articles.
            beyond: ids of passages that take no part; unknown ones are ignored.
        """

    def search_words(
        self, forms: Sequence[str], k: int, allowed: Allowed | None = None
    ) -> tuple[Numbers, Scores]:
        """The ``k`` best passages by BM25 over terms, best first, with their scores.

        Args:
            forms: the question's content terms in order.
            k: how many; passages without any of the terms are not returned.
            allowed: the passages that take part.
        """

    def search_characters(
        self, question: str, k: int, allowed: Allowed | None = None
    ) -> tuple[Numbers, Scores]:
        """The same by BM25 over pairs of characters."""

    def search_meaning(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> Numbers:
        """The passages of the ``k`` windows nearest to a question's vector (shape [1, dimensions]), best first."""

    def word_scores(self, forms: Sequence[str], passages: Numbers) -> Scores:
        """What ``search_words`` scores the given passages, shape [passages]; 0 for one without any of the terms."""

    def character_scores(self, question: str, passages: Numbers) -> Scores:
        """What ``search_characters`` scores the given passages, shape [passages]."""

    def dense_scores(self, vector: Vectors, passages: Numbers) -> DenseScores:
        """The exact cosines of a question with the windows of the given passages."""

    def background(self, vector: Vectors) -> float:
        """The collection's mean of dense scores: what a passage that has nothing to do with the question has."""

    def match(self, forms: Sequence[str], best: float) -> float:
        """The ``best`` score by words as a share of what none can exceed, 0..1."""

    def idf(self, forms: Sequence[str]) -> Scores:
        """The idf of each term, ln((N + 1) / df); a term that no passage has counts as one that one passage has."""

    def knows(self, terms: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the terms some passage (or its title) has."""

    def present(self, terms: Sequence[str], passages: Numbers) -> npt.NDArray[np.bool_]:
        """Which of the terms each of the passages (or its title) has, shape [passages, terms]."""
