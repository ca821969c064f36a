"""How well the passages found bear a question out: the confidence that one of them answers it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass

from index.korean import morphemes
from index.searching import Index
from index.terms import bigrams, character_bigrams, content_terms
from rag.hits import Hit
from rag.question import Question


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the best passage offers; each share is of the question's idf mass, 0..1."""

    similarity: float
    """Its cosine to the question above the collection's mean."""
    coverage: float
    """Share of the question's terms that stand in it or its article's title."""
    window_coverage: float
    """The same for its best window alone."""
    bigram_coverage: float
    """Share of the question's bigrams that stand in it."""
    unknown: float
    """Share of the question's terms that no passage of the collection has."""
    character_coverage: float
    """Share of the question's character pairs that stand in it or its article's title."""

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the best passage answers the question."""
        logit = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, astuple(self), strict=True))
        return 1.0 / (1.0 + math.exp(-logit))


NO_EVIDENCE = Evidence(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

WEIGHTS = (10.04, 1.97, 0.90, 1.66, 3.48, 1.24)
BIAS = -3.78
"""Logistic regression on half A of KorQuAD dev and ``eval/gold/spoken-a.jsonl``, in equal parts: every question asked
with its passage in the collection and with it taken out, of the whole half, of piles of ten articles and of single
ones. On half B the area under the ROC curve is .927, .946 and .954. It is .49 to .55 on ``spoken-b.jsonl``, whose
unanswerable questions share more words with the passages than the answerable ones do: these features cannot tell."""

ABSTAIN_BELOW = 0.15
"""On half B, .1 to .2% of the answered KorQuAD questions fall below and 6% of the spoken ones (in piles of ten articles);
of the KorQuAD questions whose passage was taken out, 22 to 50%."""


def weigh(index: Index, question: Question, hits: Sequence[Hit], best_cosine: float, background: float) -> Evidence:
    """The evidence that the first of ``hits`` gives."""
    if not hits:
        return NO_EVIDENCE
    hit = hits[0]
    lexical = index.words
    forms = question.forms
    weights = lexical.idf(forms).tolist()
    known = lexical.knows(forms).tolist()
    total = sum(weights) or 1.0
    title = {term.form for term in content_terms(morphemes(hit.article.title))}
    own = [term.form for term in hit.terms]
    pairs = bigrams(forms)
    letters = character_bigrams(question.text)
    in_windows = [
        share(forms, weights, {term.form for term in hit.terms if start <= term.start < end})
        for (start, end), _ in hit.window_cosines
    ]
    return Evidence(
        similarity=max((cosine for _, cosine in hit.window_cosines), default=best_cosine) - background,
        coverage=share(forms, weights, title.union(own)),
        window_coverage=max(in_windows, default=0.0),
        bigram_coverage=share(pairs, lexical.idf(pairs).tolist(), set(bigrams(own))),
        unknown=sum(weight for weight, is_known in zip(weights, known, strict=True) if not is_known) / total,
        character_coverage=share(
            letters,
            index.characters.idf(letters).tolist(),
            set(character_bigrams(f"{hit.article.title} {hit.passage.text}")),
        ),
    )


def share(terms: Sequence[str], weights: Sequence[float], found: Collection[str]) -> float:
    """The share of the terms' weight that is among ``found``; 0 where there are no terms."""
    total = sum(weights)
    if total <= 0:
        return 0.0
    return sum(weight for term, weight in zip(terms, weights, strict=True) if term in found) / total
