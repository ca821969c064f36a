"""Multiplies a real collection's texts, to measure search at sizes that no collection at hand has."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from index.articles import Article, Block
from index.passages import Passage, Span
from index.stored import StoredArticle, StoredPassage
from index.terms import PassageTerms

REPLACED = 0.4
"""Of a copy's nouns so many are others: copies are no near-duplicates of each other, and new pairs of words come up as
they do in a collection that grows."""
NOUN = re.compile(r"[가-힣]{2,}")

PARAGRAPHS_APART = "\n\n"


class Multiplier:
    """A collection as it is, and as many altered copies of it as are asked for; the same for the same seed."""

    def __init__(self, articles: Sequence[StoredArticle], seed: int = 0) -> None:
        self._articles = articles
        self._seed = seed
        self._nouns = [
            form
            for article in articles
            for item in article.passages
            for form, text in zip(item.terms.forms, _surfaces(item), strict=True)
            if form == text and NOUN.fullmatch(form)
        ]
        """Every occurrence, so that frequent nouns are drawn often."""

    def copies(self, passages: int) -> Iterator[StoredArticle]:
        """The collection, then copies, until there are so many passages; sources are in order."""
        made, copy = 0, 0
        while made < passages:
            draw = random.Random(f"{self._seed} {copy}")
            for number, article in enumerate(self._articles):
                own = article.passages[: passages - made]
                if own:
                    made += len(own)
                    yield self._copy(replace(article, passages=own), f"{copy:06}-{number:04}", copy, draw)
            copy += 1

    def _copy(self, original: StoredArticle, name: str, copy: int, draw: random.Random) -> StoredArticle:
        article_id = hashlib.sha256(name.encode()).hexdigest()[:12]
        texts: list[str] = []
        passages: list[StoredPassage] = []
        at = 0
        for ordinal, item in enumerate(original.passages, start=1):
            text, sentences, windows, terms = self._altered(item, draw) if copy else _as_it_is(item)
            passage = Passage(f"{article_id}-{ordinal}", article_id, ordinal, at, at + len(text), text)
            passages.append(StoredPassage(passage, sentences, windows, terms))
            texts.append(text)
            at += len(text) + len(PARAGRAPHS_APART)
        blocks = tuple(Block(item.passage.start, item.passage.end, "prose") for item in passages)
        article = Article(article_id, name, original.article.title, PARAGRAPHS_APART.join(texts), blocks)
        return StoredArticle(article, original.title_terms, tuple(passages))

    def _altered(
        self, item: StoredPassage, draw: random.Random
    ) -> tuple[str, tuple[Span, ...], tuple[Span, ...], PassageTerms]:
        """A passage with some of its nouns replaced; every span is moved along."""
        text = item.passage.text
        pieces: list[str] = []
        forms: list[str] = []
        spans = item.terms.spans.astype(np.int64)
        moved = spans.copy()
        borders, shifts = [0], [0]
        last, shift = 0, 0
        for number, (form, (start, end)) in enumerate(zip(item.terms.forms, spans.tolist(), strict=True)):
            moved[number] += shift
            if (
                start >= last
                and form == text[start:end]
                and NOUN.fullmatch(form)
                and draw.random() < REPLACED
            ):
                form = draw.choice(self._nouns)
                pieces += (text[last:start], form)
                shift += len(form) - (end - start)
                moved[number, 1] = moved[number, 0] + len(form)
                borders.append(end)
                shifts.append(shift)
                last = end
            forms.append(form)
        pieces.append(text[last:])

        def along(spans: tuple[Span, ...]) -> tuple[Span, ...]:
            places = np.array(spans, dtype=np.int64)
            places += np.array(shifts)[np.searchsorted(borders, places, side="right") - 1]
            return tuple((int(start), int(end)) for start, end in places)

        terms = PassageTerms(tuple(forms), moved.astype(np.int32))
        return "".join(pieces), along(item.sentences), along(item.windows), terms


def _as_it_is(item: StoredPassage) -> tuple[str, tuple[Span, ...], tuple[Span, ...], PassageTerms]:
    return item.passage.text, item.sentences, item.windows, item.terms


def _surfaces(item: StoredPassage) -> list[str]:
    return [item.passage.text[start:end] for start, end in item.terms.spans.tolist()]
