"""Folds near-duplicates: the same wire story in several papers becomes one hit that lists the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from rag.hits import Hit
from rag.sameness import Reading, Shingle, repeats

FURTHER = 20
"""How many hits below the last one shown are still looked at for copies of those shown. With 60 of KorQuAD's paragraphs
in four versions each among the others, the first five hits list .968 of the versions with 0, .982 with 20, .985 with
80."""


def folded(hits: Iterable[Hit], k: int) -> list[Hit]:
    """The first ``k`` hits that do not repeat a better one, each with those that repeat it as its ``duplicates``.

    Args:
        hits: best first; no more of them are taken than needed.
        k: how many distinct hits, at least 1; there may be fewer.
    """
    groups: list[list[Hit]] = []
    readings: list[Reading] = []
    holding: dict[Shingle, list[int]] = defaultdict(list)
    """Which groups' first hits have a shingle."""
    further = FURTHER
    for hit in hits:
        reading = Reading(hit.passage.text, hit.terms, hit.sentences)
        sharing = sorted({group for shingle in reading.shingles for group in holding.get(shingle, ())})
        repeated = next((group for group in sharing if repeats(reading, readings[group])), None)
        if repeated is not None:
            groups[repeated].append(hit)
        elif len(groups) < k:
            for shingle in reading.shingles:
                holding[shingle].append(len(groups))
            groups.append([hit])
            readings.append(reading)
        if len(groups) == k:
            if not further:
                break
            further -= 1
    return [_one_hit(group) for group in groups]


def _one_hit(group: list[Hit]) -> Hit:
    """The best of the copies, of equally good ones the earliest published, with the others as its duplicates."""
    if len(group) == 1:
        return group[0]
    # hits come in order of score and passage number, and sorting keeps that order where the rest is equal
    first, *others = sorted(group, key=lambda hit: (-round(hit.score, 6), hit.article.published or "9999"))
    return replace(first, duplicates=tuple(others))
