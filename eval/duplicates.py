"""Measures the folding of near-duplicates: ``python -m eval.duplicates --squad FILE [--half a]``.

Copies are made by rule, with a fixed seed, from real paragraphs, as papers edit a wire story; so are passages that only
look like copies, in which one figure, date or name is another; and all different paragraphs are compared with each
other. The threshold was chosen on half a, half b reports.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from tqdm import tqdm

from eval.collections import Collection, entry_article, read_squad
from eval.edits import COPIES, OTHERS, Edit
from index.analyzer import Analyzer
from index.errors import GeungeoError
from index.passages import cut
from index.stored import StoredPassage
from rag.ranking.sameness import COVERED, Reading, Shingle, contradict, repeats, shingles

SEED = 20
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MEASURES = ("coverage", "containment", "resemblance", "coverage, 1 term")
NEAREST = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages with how much they share by each of ``MEASURES``; the first would be folded under the second."""

    shared: tuple[float, ...]
    contradicts: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the measurement; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.duplicates", description="Measures the folding of near-duplicates."
    )
    parser.add_argument("--squad", type=Path, required=True, metavar="FILE", help="a SQuAD/KorQuAD file")
    parser.add_argument("--half", choices=("a", "b"), default="b", help="of its titles (default b)")
    parser.add_argument("--nearest", action="store_true", help="also show the most similar real paragraphs")
    options = parser.parse_args(arguments)
    try:
        passages = half_of(read_squad(options.squad), options.half)
    except GeungeoError as error:
        print(f"eval.duplicates: {error}", file=sys.stderr)
        return 2
    print(f"{options.squad.stem}, half {options.half}: {len(passages)} paragraphs, seed {SEED}\n")
    print(_tables(made_pairs(passages, COPIES, SEED), made_pairs(passages, OTHERS, SEED + 1)))
    print(_real(passages, options.nearest))
    return 0


def half_of(collection: Collection, half: str) -> list[StoredPassage]:
    """The paragraphs of one half of the titles, analysed."""
    wanted = {entry for question in collection.half(half).questions for entry in question.relevant}
    chosen = [article for article in collection.articles if article.source in wanted]
    return [StoredPassage.of(own[0], Analyzer()) for own in cut(chosen, whole=True) if own]


def reading(passage: StoredPassage) -> Reading:
    """A passage as folding reads it."""
    return Reading(passage.passage.text, passage.terms, passage.sentences)


def made_pairs(
    passages: Sequence[StoredPassage], edits: Mapping[str, Edit], seed: int
) -> dict[str, list[Pair]]:
    """For each edit, every passage it applies to with its edited self, each as the copy of the other."""
    draw = random.Random(seed)
    texts: list[tuple[str, int, str]] = []
    for name, edit in edits.items():
        for number, passage in enumerate(passages):
            edited = edit(draw, passage, draw.choice(passages))
            if edited and edited != passage.passage.text:
                texts.append((name, number, edited))
    articles = [entry_article(str(n), "", text) for n, (_, _, text) in enumerate(texts)]
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for (name, number, _), own in tqdm(
        zip(texts, cut(articles, whole=True), strict=True), total=len(texts), delay=1.0, file=sys.stderr
    ):
        made, original = StoredPassage.of(own[0], Analyzer()), passages[number]
        pairs[name] += [_pair(made, original), _pair(original, made)]
    return pairs


def _pair(copy: StoredPassage, shown: StoredPassage) -> Pair:
    one, other = reading(copy), reading(shown)
    both = len(one.shingles & other.shingles)
    words, others_words = (shingles(item.terms.forms, 1) for item in (copy, shown))
    return Pair(
        (
            both / len(one.shingles),
            both / min(len(one.shingles), len(other.shingles)),
            both / len(one.shingles | other.shingles),
            len(words & others_words) / len(words),
        ),
        contradict(one.sentences, other.sentences),
    )


def _tables(copies: Mapping[str, list[Pair]], others: Mapping[str, list[Pair]]) -> str:
    lines = []
    for title, wanted, groups in (("copies folded", True, copies), ("other stories folded", False, others)):
        lines.append(f"{title:30}{'pairs':>8}" + "".join(f"{f'>={t}':>8}" for t in THRESHOLDS))
        for name, pairs in groups.items():
            lines.append(f"{name:30}{len(pairs):>8}" + _shares(pairs, 0))
        everything = [pair for pairs in groups.values() for pair in pairs]
        for measure, name in enumerate(MEASURES):
            lines.append(f"{f'all, {name}':30}{len(everything):>8}" + _shares(everything, measure))
        if not wanted:
            lines.append(
                f"{'all, shingles alone':30}{len(everything):>8}" + _shares(everything, 0, alone=True)
            )
        lines.append("")
    return "\n".join(lines)


def _shares(pairs: Sequence[Pair], measure: int, *, alone: bool = False) -> str:
    """At each threshold the share of pairs that would be folded; ``alone``, without comparing what they say."""
    folded = (
        sum(pair.shared[measure] >= threshold and (alone or not pair.contradicts) for pair in pairs)
        for threshold in THRESHOLDS
    )
    return "".join(f"{count / len(pairs):>8.4f}" for count in folded)


def _real(passages: Sequence[StoredPassage], nearest: bool) -> str:
    """How different paragraphs of the collection fare, and which come nearest."""
    readings = [reading(passage) for passage in passages]
    found = sorted(_overlapping(readings), reverse=True)
    folded = [
        (share, a, b) for share, a, b in found if share >= COVERED and repeats(readings[a], readings[b])
    ]
    pairs = len(passages) * (len(passages) - 1)
    lines = [
        f"different paragraphs: {pairs} ordered pairs; "
        + ", ".join(f"{sum(share >= t for share, _, _ in found)} share {t}" for t in THRESHOLDS)
        + f"; folded {len(folded)}"
    ]
    shown = {pair: None for pair in [*folded, *(found[:NEAREST] if nearest else ())]}
    for share, a, b in shown:
        verdict = "folded" if (share, a, b) in folded else "kept apart"
        lines += [f"{share:.3f} {verdict}", *(f"    {passages[n].passage.text}" for n in (a, b))]
    return "\n".join(lines)


def _overlapping(readings: Sequence[Reading]) -> Iterator[tuple[float, int, int]]:
    """Every two that share a shingle, as (share of the first's, first, second)."""
    holding: dict[Shingle, list[int]] = defaultdict(list)
    for number, one in enumerate(readings):
        for shingle in one.shingles:
            holding[shingle].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holding.values():
        shared.update(combinations(numbers, 2))
    for (a, b), count in shared.items():
        yield count / len(readings[a].shingles), a, b
        yield count / len(readings[b].shingles), b, a


if __name__ == "__main__":
    sys.exit(main())
