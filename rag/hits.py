"""What a search returns: passages with their scores and the words that matched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from index.articles import Article
from index.passages import Passage, Span
from index.terms import PassageTerms
from rag.questions.question import Question
from rag.ranking.candidates import Candidate
from rag.ranking.rescoring import Signals


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Spans count characters of ``passage.text``, end exclusive."""

    score: float
    """0..1, comparable within one search only."""
    passage: Passage
    article: Article
    highlights: tuple[Span, ...]
    """The words of the passage that match the question, inflected forms too."""
    best_window: Span
    """The run of sentences nearest to the question in meaning."""
    lexical: float
    """How well words and character pairs match, 0..1, relative to the best passage of this search."""
    dense: float
    """How near the meaning is, 0..1, likewise."""
    sentence: float
    """How well its best sentence answers, 0..1, likewise."""
    sentences: tuple[tuple[Span, float], ...] = field(repr=False)
    """The sentences with how well each answers, best first."""
    terms: PassageTerms = field(repr=False)
    window_cosines: tuple[tuple[Span, float], ...] = field(repr=False)
    """Each window with its cosine to the question."""
    signals: Signals | None = None
    """What the score of a hybrid search is made of."""
    duplicates: tuple[Hit, ...] = ()
    """Hits that say the same, as other papers print it (see ``rag.ranking.folding``), best first; they have none themselves."""

    @property
    def best_sentence(self) -> Span:
        """The sentence that answers best."""
        return self.sentences[0][0]

    @property
    def elsewhere(self) -> tuple[Hit, ...]:
        """Those of the duplicates that stand in other articles than this one."""
        return tuple(hit for hit in self.duplicates if hit.article.id != self.article.id)

    def _repr_html_(self) -> str:
        """The passage as a notebook shows it."""
        from rag.notebook import hit_html

        return hit_html(self)


def as_hit(candidate: Candidate, article: Article, question: Question) -> Hit:
    """A ranked candidate as a hit."""
    stored = candidate.stored
    windows = tuple(zip(stored.windows, candidate.cosines, strict=True))
    return Hit(
        score=candidate.score,
        passage=stored.passage,
        article=article,
        highlights=matching_spans(stored.terms, question.telling_forms),
        best_window=max(windows, key=lambda window: window[1])[0],
        lexical=candidate.lexical,
        dense=candidate.dense,
        sentence=candidate.sentence,
        signals=candidate.signals,
        sentences=candidate.sentences,
        terms=stored.terms,
        window_cosines=windows,
    )


def matching_spans(terms: PassageTerms, forms: Collection[str]) -> tuple[Span, ...]:
    """The spans of the terms whose form is among ``forms``, touching ones merged, in text order."""
    wanted = set(forms)
    merged: list[Span] = []
    matching = np.fromiter((form in wanted for form in terms.forms), dtype=bool, count=len(terms))
    for start, end in terms.spans[matching].tolist():
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
