"""Questions with the evidence for their answers: asked with and without the passages that answer, left open, or off topic."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.collections import read_squad
from eval.gold import GoldQuestion, read_gold
from eval.listwise import Array
from eval.metrics import Flags
from eval.question_sets import HERE, QuestionSet
from index.searching import Allowed, Index
from rag.answering.evidence import Evidence, weigh
from rag.questions.question import Question
from rag.ranking.candidates import rank
from rag.ranking.folding import FURTHER, folded
from rag.retriever import Retriever

SEED = 3
"""Of the draw of KorQuAD's questions."""
ELSEWHERE = 100
"""How many of KorQuAD's questions are asked of a pile, which has no answer to them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions with what speaks for their answers."""

    name: str
    evidence: Array
    """Shape [questions, features]."""
    answerable: Flags
    """Whether the collection has the answer, shape [questions]."""
    right: Flags
    """Whether the passage found first is gold, shape [questions]."""


@dataclass(frozen=True, slots=True)
class Half:
    """What there is of one half, a or b."""

    twice: list[Asked]
    """Of KorQuAD, spoken and pile: every question with its passages there and with them taken out."""
    elsewhere: list[Asked]
    """The questions of one collection asked of another."""
    on_topic: list[Asked]
    """Of spoken and pile: questions about the collection's own subject that it leaves open."""
    off_topic: Asked
    """The pile's questions about something else."""


def asked_twice(chosen: QuestionSet) -> Asked:
    """Every question with its passages there and, right after it, with them taken out (copies of them are not)."""
    number_of = {item.passage.id: number for number, (item, _) in enumerate(chosen.passages)}
    rows, right = [], []
    for question, gold in zip(
        tqdm(chosen.questions, desc=chosen.name, delay=1.0, file=sys.stderr), chosen.gold, strict=True
    ):
        numbers = [number_of[passage] for passage in gold]
        without = np.ones(chosen.index.size, dtype=bool)
        without[numbers] = False
        for allowed in (None, without):
            evidence, first = _ask(chosen.index, question, allowed)
            rows.append(astuple(evidence))
            right.append(first in numbers)
    answerable = np.tile([True, False], len(chosen.questions))
    return Asked(chosen.name, np.array(rows), answerable, np.array(right))


def unanswered(name: str, index: Index, questions: Sequence[str]) -> Asked:
    """Questions that the collection leaves open."""
    retriever = Retriever(index)
    rows = [
        astuple(_ask(index, retriever.read(question))[0])
        for question in tqdm(questions, desc=name, delay=1.0, file=sys.stderr)
    ]
    none = np.zeros(len(rows), dtype=bool)
    return Asked(name, np.array(rows), none, none)


def as_asked(name: str, twice: Asked, open_ones: Sequence[Asked]) -> Asked:
    """A gold set as it is: its answerable questions with their passages there, and those it leaves open."""
    there = twice.answerable
    return Asked(
        name,
        np.vstack([twice.evidence[there], *(part.evidence for part in open_ones)]),
        np.concatenate([twice.answerable[there], *(part.answerable for part in open_ones)]),
        np.concatenate([twice.right[there], *(part.right for part in open_ones)]),
    )


def read_half(squad: Path, half: str, sample: int) -> Half:
    """The sets of one half, of KorQuAD ``sample`` questions. Raises GeungeoError where a file cannot be read."""
    collection = read_squad(squad)
    korquad = replace(
        QuestionSet.of_collection(collection.half(half).sampled(sample, SEED)), name=f"KorQuAD {half}"
    )
    spoken_gold = read_gold(HERE / "gold" / f"spoken-{half}.jsonl")
    spoken = replace(QuestionSet.of_collection(collection.asking_gold(spoken_gold)), name=f"spoken-{half}")
    pile_gold = read_gold(HERE / "gold" / f"pile-{half}.jsonl")
    pile = QuestionSet.of_gold(HERE / "gold" / f"pile-{half}.jsonl", HERE / "gold" / f"pile-{half}")
    strangers = [question.typed for question in korquad.questions[:ELSEWHERE]]
    return Half(
        twice=[asked_twice(korquad), asked_twice(spoken), asked_twice(pile)],
        elsewhere=[
            unanswered(f"KorQuAD {half} asked of pile-{half}", pile.index, strangers),
            unanswered(f"pile-{half} asked of KorQuAD", korquad.index, [q.typed for q in pile.questions]),
        ],
        on_topic=[
            unanswered(f"spoken-{half}, on topic", korquad.index, left_open(spoken_gold, "on_topic")),
            unanswered(f"pile-{half}, on topic", pile.index, left_open(pile_gold, "on_topic")),
        ],
        off_topic=unanswered(f"pile-{half}, off topic", pile.index, left_open(pile_gold, "off_topic")),
    )


def left_open(gold: Sequence[GoldQuestion], kind: str) -> list[str]:
    """The questions of a kind (``on_topic``, ``off_topic``) that have no answer."""
    return [q.question for q in gold if not q.answerable and q.category.endswith(kind)]


def _ask(index: Index, question: Question, allowed: Allowed | None = None) -> tuple[Evidence, int | None]:
    """The evidence for one question, as an answer weighs it, and the number of the passage found first."""
    candidates, pool = rank(index, question, 2 + FURTHER, "hybrid", allowed)
    distinct = [group[0] for group in folded(candidates, 2)]
    return weigh(index, question, distinct, pool), candidates[0].number if candidates else None
