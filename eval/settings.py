"""The settings that the ablation compares, in groups; the first of each group is the product's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from eval.analyzers import (
    all_forms,
    asked_plain_forms,
    compound_parts,
    noun_pairs,
    plain_forms,
    white_space,
)  # fmt: skip
from eval.baselines import RRF_K
from eval.metrics import ndcg
from eval.question_sets import QuestionSet
from eval.voices import DenseVoices, Voice, Words, characters, dense_voices, product_weights, product_words
from index.searchable import Scores
from rag.ranking.candidates import rank
from rag.ranking.fusion import convex_combination, lexical_score
from rag.ranking.rescoring import DEPTH, Signals

WEIGHTS = tuple(round(0.1 * step, 1) for step in range(11))
PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table before it is measured."""

    group: str
    name: str
    scores: Scores
    """Shape [questions, passages]; -inf where a passage is not found at all."""


def fused(lexical: Scores, dense: Scores, weights: Scores | float) -> Scores:
    """The product's fusion of two scaled voices [questions, passages], with one weight or one for each question."""
    rows = zip(lexical, dense, np.broadcast_to(weights, len(lexical)), strict=True)
    return np.stack([convex_combination(words, meaning, float(weight)) for words, meaning, weight in rows])


def settings(chosen: QuestionSet) -> Iterator[Setting]:
    """All settings, group by group. In the hybrid each question's weight is that of the product throughout."""
    words, pairs = product_words(chosen).scaled(), characters(chosen).scaled()
    lexical = lexical_score(words, pairs)
    meaning = dense_voices(chosen)
    dense = meaning.mean().scaled()
    weights = product_weights(chosen, dense)

    terms = {f"content + bigrams + character pairs ({PRODUCT})": lexical} | term_settings(
        chosen, words, pairs
    )
    for name, scores in terms.items():
        yield Setting("terms, lexical voices alone", name, np.where(scores > 0, scores, -np.inf))
    for name, scores in terms.items():
        yield Setting("terms, in the hybrid", name, fused(scores, dense, weights))

    yield Setting("BM25 constants, in the hybrid", f"k1 .9, b .4, bigrams .5, characters .3 ({PRODUCT})",
                  fused(lexical, dense, weights))  # fmt: skip
    for name, scores in constants(chosen, words, pairs):
        yield Setting("BM25 constants, in the hybrid", name, fused(scores, dense, weights))

    windows = {f"best window of 80 + whole passage ({PRODUCT})": dense} | window_settings(chosen, meaning)
    for name, scores in windows.items():
        yield Setting("windows, dense voice alone", name, scores)
    for name, scores in windows.items():
        yield Setting("windows, in the hybrid", name, fused(lexical, scores, weights))

    yield from fusions(chosen, lexical, meaning.mean(), weights)
    yield from second_looks(chosen)


def term_settings(chosen: QuestionSet, words: Scores, pairs: Scores) -> dict[str, Scores]:
    """The lexical score with other terms; ``words`` and ``pairs`` are the product's scaled voices."""

    def mixed(setting: Words, characters_too: Scores = pairs) -> Scores:
        return lexical_score(setting.voice(chosen).scaled(), characters_too)

    return {
        "white space": Words(white_space, white_space, bigram_weight=0).voice(chosen).scaled(),
        "all Kiwi forms": Words(all_forms, all_forms, bigram_weight=0).voice(chosen).scaled(),
        "content": Words(bigram_weight=0).voice(chosen).scaled(),
        "content + bigrams": words,
        "content + character pairs": mixed(Words(bigram_weight=0)),
        "character pairs": pairs,
        "product + parts of compounds": mixed(Words(parts=compound_parts)),
        "product + syllable pairs of long nouns": mixed(Words(parts=noun_pairs)),
        "product without titles": mixed(Words(title=False), characters(chosen, title=False).scaled()),
        "product without table of spellings": mixed(Words(plain_forms, asked_plain_forms)),
    }


def constants(chosen: QuestionSet, words: Scores, pairs: Scores) -> Iterator[tuple[str, Scores]]:
    """The lexical score with other constants, one changed at a time."""
    for k1, b in ((0.6, 0.4), (1.2, 0.4), (0.9, 0.2), (0.9, 0.75), (1.2, 0.75), (1.5, 0.75)):
        yield f"k1 {k1}, b {b}", lexical_score(Words(k1=k1, b=b).voice(chosen).scaled(), pairs)
    for weight in (0.25, 1.0):
        yield f"bigrams {weight}", lexical_score(Words(bigram_weight=weight).voice(chosen).scaled(), pairs)
    for share in (0.0, 0.15, 0.45, 0.6):
        yield f"characters {share}", lexical_score(words, pairs, share)


def window_settings(chosen: QuestionSet, product: DenseVoices) -> dict[str, Scores]:
    """The scaled dense score with other windows; ``product`` are the product's voices."""
    long = dense_voices(chosen, 200)
    titled = dense_voices(chosen, prefix=lambda article: f"{article.title}\n")
    found = {
        "whole passage": product.whole,
        "best window of 80": product.best,
        "best window of 200": long.best,
        "best window of 200 + whole passage": long.mean(),
        "product, title before each text": titled.mean(),
    }
    if any(article.published for _, article in chosen.passages):
        dated = dense_voices(chosen, prefix=lambda article: f"{article.published or ''}\n".lstrip())
        found["product, date before each text"] = dated.mean()
    return {name: voice.scaled() for name, voice in found.items()}


def fusions(chosen: QuestionSet, lexical: Scores, meaning: Voice, weights: Scores) -> Iterator[Setting]:
    """Other ways to make one score of the two; ``lexical`` is scaled, ``meaning`` as the search gives it."""
    group = "fusion"
    dense = meaning.scaled()
    yield Setting(group, f"floors known, weight by question ({PRODUCT})", fused(lexical, dense, weights))
    yield Setting(group, "lexical only", np.where(lexical > 0, lexical, -np.inf))
    yield Setting(group, "dense only", dense)
    yield Setting(group, f"RRF({RRF_K})", reciprocal_ranks(lexical) + reciprocal_ranks(dense))
    grid = [fused(lexical, dense, weight) for weight in WEIGHTS]
    for weight, scores in list(zip(WEIGHTS, grid, strict=True))[1:-1]:
        yield Setting(group, f"floors known, weight {weight}", scores)
    lowest = Voice(meaning.scores, meaning.scores.min(axis=1)).scaled()
    for weight in WEIGHTS[4:9]:
        yield Setting(group, f"floor the lowest passage, weight {weight}", fused(lexical, lowest, weight))
    for weight in WEIGHTS[2:9]:
        scores = (1 - weight) * standardised(lexical) + weight * standardised(meaning.scores)
        yield Setting(group, f"z-scores, weight {weight}", scores)
    yield Setting(group, "the best of these weights for each question", best_of(chosen, grid))


def reciprocal_ranks(scores: Scores) -> Scores:
    """What each passage of a voice adds in reciprocal rank fusion; nothing where the voice does not find it."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), axis=1)
    values: Scores = np.where(scores > 0, 1.0 / (RRF_K + 1 + ranks), 0.0).astype(np.float32)
    return values


def standardised(scores: Scores) -> Scores:
    """Each question's scores with mean 0 and standard deviation 1 (all 0 where they are equal)."""
    spread = np.maximum(scores.std(axis=1, keepdims=True), 1e-6)
    values: Scores = (scores - scores.mean(axis=1, keepdims=True)) / spread
    return values


def best_of(chosen: QuestionSet, grid: Sequence[Scores]) -> Scores:
    """For each question the scores with the best nDCG@10: what a weight chosen by knowing the answer would reach."""
    gains = [
        [ndcg(ranking, gold) for ranking, gold in zip(chosen.ranked(scores), chosen.gold, strict=True)]
        for scores in grid
    ]
    best = np.argmax(np.array(gains), axis=0)
    return np.stack([grid[which][question] for question, which in enumerate(best)])


def second_looks(chosen: QuestionSet) -> Iterator[Setting]:
    """The second look at the best candidates, and each of its signals alone."""
    group = "second look"
    names = [field.name for field in fields(Signals)]
    shape = len(chosen.questions), len(chosen.passages)
    first = np.full(shape, -np.inf, dtype=np.float32)
    signals = np.zeros((*shape, len(names)), dtype=np.float32)
    for row, question in enumerate(chosen.questions):
        for candidate in rank(chosen.index, question, DEPTH, "hybrid")[0]:
            if candidate.signals is not None:
                first[row, candidate.number] = candidate.score
                signals[row, candidate.number] = astuple(candidate.signals)
    yield Setting(group, f"both signals ({PRODUCT})", first)
    found = np.isfinite(first)
    for i, name in enumerate(names):
        yield Setting(group, f"{name} alone", np.where(found, signals[..., i], -np.inf))
