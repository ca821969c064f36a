"""The searches once more, in the plainest way: every passage is scored by the formulas. And a cheap encoder."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

import index.encoder
from index.analyzer import Analyzer
from index.articles import Article
from index.cutting import cut_articles
from index.encoder import Encoder, Vectors
from index.filters import Filters
from index.model_cache import ModelCard
from index.passages import Passage
from index.searchable import DenseScores, Numbers, Scores
from index.stored import StoredArticle, StoredPassage

K1, B, BIGRAM_SHARE = 0.9, 0.4, 0.5


class HashEncoder(Encoder):
    """Vectors of hashed pairs of characters: no model to load, but near texts have near vectors."""

    def __init__(self, name: str = "hashes", dimensions: int = 48) -> None:
        super().__init__(Path(), ModelCard(name, f"{name}-{dimensions}", dimensions, 512, "", "", "openvino"))
        self.encoded = 0

    @classmethod
    def register(cls, name: str = "hashes", dimensions: int = 48) -> HashEncoder:
        """One that ``load_encoder`` knows by its name."""
        encoder = cls(name, dimensions)
        index.encoder._encoders[name] = encoder
        return encoder

    def start_loading(self) -> Callable[[], None]:
        return lambda: None

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        self.encoded += len(texts)
        return np.array([self._encode_one(text) for text in texts], dtype=np.float32).reshape(
            len(texts), self.card.dimensions
        )

    def _encode_one(self, text: str) -> Vectors:
        vector = np.full(self.card.dimensions, 0.05)
        for pair in pairwise(text):
            digest = hashlib.blake2b("".join(pair).encode(), digest_size=4).digest()
            vector[int.from_bytes(digest[:3], "little") % len(vector)] += 1 if digest[3] % 4 else -0.5
        found: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
        return found

    def encode_query(self, question: str) -> Vectors:
        return self._encode_one(question)[np.newaxis]


@dataclass
class Table:
    """BM25 by the book over lists of terms."""

    passages: list[Counter[str]]

    @cached_property
    def frequency(self) -> Counter[str]:
        return Counter(term for counts in self.passages for term in counts)

    def idf(self, term: str) -> float:
        return math.log((len(self.passages) + 1) / max(self.frequency[term], 1))

    def scores(self, terms: Sequence[str]) -> Scores:
        average = sum(counts.total() for counts in self.passages) / len(self.passages)
        frequency, total = self.frequency, len(self.passages)
        found = []
        for counts in self.passages:
            norm = K1 * (1 - B + B * counts.total() / average)
            found.append(
                sum(
                    math.log((total + 1) / frequency[term]) * counts[term] * (K1 + 1) / (counts[term] + norm)
                    for term in terms
                    if counts[term]
                )
            )
        return np.array(found, dtype=np.float32)


def pairs_of(sequence: Sequence[str]) -> list[str]:
    return ["\x1f".join(pair) for pair in pairwise(sequence)]


def letters_of(text: str) -> list[str]:
    return ["".join(pair) for word in text.lower().split() for pair in pairwise(word)]


class Shelf:
    """The rows that ranking asks for."""

    def __init__(self, stored: Sequence[StoredArticle]) -> None:
        self.rows = [(item, article) for article in stored for item in article.passages]
        self._articles = {article.article.id: article.article for article in stored}

    def passages_alone(self, numbers: Sequence[int]) -> list[StoredPassage]:
        return [self.rows[number][0] for number in numbers]

    def articles_of(self, passages: Sequence[Passage]) -> list[Article]:
        return [self._articles[passage.article_id] for passage in passages]

    def dated_texts(self, numbers: Sequence[int]) -> list[tuple[str, str | None]]:
        rows = [self.rows[number] for number in numbers]
        return [(item.passage.text, stored.article.published) for item, stored in rows]

    @property
    def newest_day(self) -> str | None:
        return max((day for day in (a.published for a in self._articles.values()) if day), default=None)


class BruteForce:
    """An index as ``index.searchable`` wants it."""

    def __init__(self, articles: Sequence[Article], encoder: Encoder) -> None:
        self.analyzer = Analyzer()
        self.encoder = encoder
        stored = [item for item in cut_articles(articles, self.analyzer) if item.passages]
        self.store = Shelf(stored)
        rows = self.store.rows
        self.words = Table(
            [
                Counter([*i.terms.forms, *pairs_of(i.terms.forms), *a.title_terms, *pairs_of(a.title_terms)])
                for i, a in rows
            ]
        )
        self.letters = Table([Counter(letters_of(f"{a.article.title} {i.passage.text}")) for i, a in rows])
        self.vectors = [
            encoder.encode_passages([i.passage.text[start:end] for start, end in i.windows]) for i, _ in rows
        ]
        self.whole = encoder.encode_passages([i.passage.text for i, _ in rows])
        self.counts = {"passages": len(rows)}

    def allowed(self, filters: Filters | None, beyond: Collection[str] = ()) -> np.ndarray | None:
        def meets(article: Article) -> bool:
            day, asked = article.published, filters or Filters()
            return (
                (not asked.publishers or article.publisher in asked.publishers)
                and (not asked.topics or bool(set(article.topics) & set(asked.topics)))
                and (not asked.articles or article.id in asked.articles)
                and (not asked.since or bool(day and day >= asked.since))
                and (not asked.until or bool(day and day <= asked.until))
                and (not asked.sources or any(part in article.source for part in asked.sources))
            )

        return np.array([meets(a.article) and i.passage.id not in beyond for i, a in self.store.rows])

    def _word_scores(self, forms: Sequence[str]) -> Scores:
        return self.words.scores(forms) + BIGRAM_SHARE * self.words.scores(pairs_of(forms))

    def _best(self, scores: Scores, k: int, allowed: np.ndarray | None) -> tuple[Numbers, Scores]:
        scores = scores if allowed is None else scores * allowed
        order = np.array(
            sorted(np.flatnonzero(scores > 0), key=lambda n: (-scores[n], n))[:k], dtype=np.int64
        )
        return order, scores[order]

    def search_words(self, forms, k, allowed=None):  # type: ignore[no-untyped-def]
        return self._best(self._word_scores(forms), k, allowed)

    def search_characters(self, question, k, allowed=None):  # type: ignore[no-untyped-def]
        return self._best(self.letters.scores(letters_of(question)), k, allowed)

    def search_meaning(self, vector: Vectors, k: int, allowed: np.ndarray | None = None) -> Numbers:
        found = []
        for number, (own, whole) in enumerate(zip(self.vectors, self.whole, strict=True)):
            if allowed is None or allowed[number]:
                rows = [*own, whole] if len(own) > 1 else own
                found += [(float(row @ vector[0]), number) for row in rows]
        best = sorted(found, key=lambda pair: -pair[0])[:k]
        return np.array(list(dict.fromkeys(number for _, number in best)), dtype=np.int64)

    def word_scores(self, forms: Sequence[str], passages: Numbers) -> Scores:
        return self._word_scores(forms)[passages]

    def character_scores(self, question: str, passages: Numbers) -> Scores:
        return self.letters.scores(letters_of(question))[passages]

    def dense_scores(self, vector: Vectors, passages: Numbers) -> DenseScores:
        windows = [self.vectors[number] @ vector[0] for number in passages]
        whole = [
            float(self.whole[number] @ vector[0]) if len(self.vectors[number]) > 1 else own[0]
            for number, own in zip(passages, windows, strict=True)
        ]
        means = [(own.max() + all_of) / 2 for own, all_of in zip(windows, whole, strict=True)]
        return DenseScores(np.array(means, dtype=np.float32), windows)

    def background(self, vector: Vectors) -> float:
        windows = np.concatenate(self.vectors).mean(axis=0)
        whole = np.array([self.whole[n] if len(own) > 1 else own[0] for n, own in enumerate(self.vectors)])
        return float(vector[0] @ (windows + whole.mean(axis=0)) / 2)

    def match(self, forms: Sequence[str], best: float) -> float:
        highest = (K1 + 1) * (self.idf(forms).sum() + BIGRAM_SHARE * self.idf(pairs_of(forms)).sum())
        return best / highest if highest else 0.0

    def idf(self, forms: Sequence[str]) -> Scores:
        return np.array([self.words.idf(form) for form in forms], dtype=np.float32)

    def knows(self, terms: Sequence[str]) -> np.ndarray:
        return np.array([self.words.frequency[term] > 0 for term in terms], dtype=bool)

    def present(self, terms: Sequence[str], passages: Numbers) -> np.ndarray:
        rows = [[self.words.passages[number][term] > 0 for term in terms] for number in passages]
        return np.array(rows, dtype=bool).reshape(len(passages), len(terms))
