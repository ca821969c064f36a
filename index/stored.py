"""What an index keeps of an article: the article, its passages, and what was found in them when they were cut."""

from __future__ import annotations

from dataclasses import dataclass

from index.analyzer import Analyzer
from index.articles import Article
from index.passages import CutPassage, Passage, Span
from index.terms import PassageTerms


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what was found in it when it was indexed; spans count characters of ``passage.text``."""

    passage: Passage
    sentences: tuple[Span, ...]
    windows: tuple[Span, ...]
    terms: PassageTerms

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
