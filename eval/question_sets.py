"""A question set: questions, the index they are asked of, and which of its passages answer each."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.collections import Collection, read_beir, read_squad
from eval.evaluate import open_collection
from eval.gold import gold_passages, read_gold
from eval.metrics import DEPTH
from eval.outside import asked, open_outside
from index.articles import Article
from index.errors import GeungeoError
from index.searchable import Scores
from index.searching import Index
from index.stored import StoredPassage
from rag.questions.question import Question
from rag.retriever import Retriever

HERE = Path(__file__).resolve().parent
SEEDS = (HERE / "gold" / "seeds.jsonl", HERE.parent / "seeds")
ORIGINALS = (HERE / "gold" / "originals.jsonl", HERE.parents[1] / "shared" / "seeds")
"""The gold sets that come with the project and their articles; the originals are not ours to distribute."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with an answer among the passages of one index."""

    name: str
    index: Index
    passages: list[tuple[StoredPassage, Article]]
    """By passage number."""
    questions: list[Question]
    """As a search reads them, typos corrected."""
    gold: list[dict[str, int]]
    """For each question, the ids of the passages that answer it, with their grades."""
    answers: list[tuple[str, ...]]
    """For each question the texts of its gold answers, where the set has them."""

    @classmethod
    def of_collection(cls, collection: Collection) -> QuestionSet:
        """The questions of an outside collection. Raises GeungeoError where it has none."""
        retriever = open_outside(collection)
        index = _on_this_machine(retriever)
        passages = _passages(index)
        by_entry = {article.source: item.passage.id for item, article in passages}
        gold = [
            {by_entry[entry]: grade for entry, grade in question.relevant.items() if entry in by_entry}
            for question in collection.questions
        ]
        questions = [retriever.read(asked(question)) for question in collection.questions]
        answers = [question.answers for question in collection.questions]
        return cls(collection.name, index, passages, questions, gold, answers)._with_questions()

    @classmethod
    def of_gold(cls, gold: Path, articles: Path) -> QuestionSet:
        """The answerable questions of a gold file. Raises GeungeoError where it has none."""
        retriever = open_collection(articles)
        index = _on_this_machine(retriever)
        passages = _passages(index)
        answerable = [question for question in read_gold(gold) if question.answerable]
        places = gold_passages(answerable, [(article, item.passage) for item, article in passages])
        questions = [retriever.read(question.question) for question in answerable]
        relevant = [dict.fromkeys(places[question.id], 1) for question in answerable]
        answers = [question.answer_spans for question in answerable]
        return cls(gold.stem, index, passages, questions, relevant, answers)._with_questions()

    def ranked(self, scores: Scores) -> list[list[str]]:
        """The ids of each question's ten best passages by scores of shape [questions, passages].

        Equal ones are in order of passage number, as in a search; scores of -inf take no part.
        """
        ids = [item.passage.id for item, _ in self.passages]
        best = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        return [
            [ids[number] for number in order if row[number] > -np.inf]
            for row, order in zip(scores, best, strict=True)
        ]

    def _with_questions(self) -> QuestionSet:
        if not self.questions:
            raise GeungeoError(f"{self.name}: 정답이 있는 질문이 하나도 없습니다.")
        return self


def _on_this_machine(retriever: Retriever) -> Index:
    """Voices are looked into one by one, which only a folder's index lets one do."""
    assert isinstance(retriever.index, Index)
    return retriever.index


def _passages(index: Index) -> list[tuple[StoredPassage, Article]]:
    return [(item, stored.article) for stored in index.store.everything() for item in stored.passages]


def add_set_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose a question set."""
    parser.add_argument("--gold", type=Path, metavar="FILE", help="gold questions (JSON lines)")
    parser.add_argument("--articles", type=Path, metavar="DIR", help="the articles the gold is about")
    parser.add_argument(
        "--squad", type=Path, metavar="FILE", help="a SQuAD/KorQuAD file instead of gold questions"
    )
    parser.add_argument("--beir", type=Path, metavar="DIR", help="a BEIR folder instead of gold questions")
    parser.add_argument(
        "--sample", type=int, metavar="N", help="with these: only N questions, drawn at random"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of that draw (default 0)")
    parser.add_argument(
        "--half", choices=("a", "b"), help="with these: only questions about one half of the titles"
    )


def check_set_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Ends the program where the options do not go together."""
    if not (options.squad or options.beir) and (options.gold is None) != (options.articles is None):
        parser.error("--gold goes with --articles, --squad or --beir")


def outside_collection(options: argparse.Namespace) -> Collection | None:
    """The outside collection that was chosen, or None where the questions are gold ones about articles.

    Raises:
        GeungeoError: it cannot be read, or a gold question is about something else.
    """
    if not options.squad and not options.beir:
        return None
    collection = read_squad(options.squad) if options.squad else read_beir(options.beir)
    if options.gold:
        collection = collection.asking_gold(read_gold(options.gold))
    if options.half:
        collection = collection.half(options.half)
    return collection.sampled(options.sample, options.seed)


def gold_sets(options: argparse.Namespace) -> list[tuple[Path, Path]]:
    """The gold files that were chosen, each with its folder of articles; by default all that are here."""
    if options.gold is not None:
        return [(options.gold, options.articles)]
    return [pair for pair in (SEEDS, ORIGINALS) if pair[1].is_dir()]


def chosen_sets(options: argparse.Namespace) -> Iterator[QuestionSet]:
    """The question sets that were chosen. Raises GeungeoError where one cannot be read."""
    collection = outside_collection(options)
    if collection is not None:
        yield QuestionSet.of_collection(collection)
        return
    for gold, articles in gold_sets(options):
        yield QuestionSet.of_gold(gold, articles)
