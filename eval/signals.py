"""Fits the second look: what makes a sentence an answer, and what makes a passage the one that answers.

``python -m eval.signals --squad KORQUAD`` prints ``rag.ranking.sentences.WEIGHTS`` and ``rag.ranking.rescoring.SENTENCE_WEIGHT``, fitted on
half a of KorQuAD, ``eval/gold/spoken-a.jsonl`` and ``eval/gold/pile-a.jsonl``, each weighing alike.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eval.collections import read_squad
from eval.gold import read_gold
from eval.listwise import Array, Choice, fit_listwise
from eval.question_sets import HERE, QuestionSet
from index.decoding import normalise
from index.errors import GeungeoError
from rag.ranking.candidates import Candidate, rank
from rag.ranking.rescoring import DEPTH, SENTENCE_SPAN, Signals
from rag.ranking.sentences import FEATURES, SentenceRanker


class LookedAt:
    """The candidates of every question of a set, with the features of their sentences."""

    def __init__(self, chosen: QuestionSet) -> None:
        self._chosen = chosen
        self._found: list[tuple[list[Candidate], list[Array]]] = []
        for question in tqdm(chosen.questions, desc=chosen.name, delay=1.0, file=sys.stderr):
            candidates, pool = rank(chosen.index, question, DEPTH, "hybrid")
            idf = chosen.index.words.idf(question.forms).tolist()
            ranker = SentenceRanker(question, idf, pool.background)
            features = ranker.features(
                [one.stored for one in candidates], [one.cosines for one in candidates]
            )
            self._found.append((candidates, features))

    def sentences(self) -> list[Choice]:
        """For each question the sentences of the best passage that answers it; right are those with a gold answer."""
        choices = []
        for (candidates, features), gold, answers in zip(
            self._found, self._chosen.gold, self._chosen.answers, strict=True
        ):
            for candidate, rows in zip(candidates, features, strict=True):
                if candidate.stored.passage.id in gold and answers:
                    text, spans = candidate.stored.passage.text, candidate.stored.sentences
                    right = [any(normalise(a) in text[start:end] for a in answers) for start, end in spans]
                    choices.append(Choice(rows, np.array(right)))
                    break
        return choices

    def passages(self, sentence_weights: Array) -> list[Choice]:
        """For each question its candidates with their signals, the sentences scored by ``sentence_weights``."""
        names = [field.name for field in fields(Signals)]
        choices = []
        for (candidates, features), gold in zip(self._found, self._chosen.gold, strict=True):
            rows = np.array([astuple(one.signals) for one in candidates if one.signals], dtype=np.float64)
            best = np.array([(own @ sentence_weights).max() for own in features])
            rows[:, names.index("sentence")] = np.clip(best / SENTENCE_SPAN, 0.0, 1.0)
            right = [one.stored.passage.id in gold for one in candidates]
            choices.append(Choice(rows, np.array(right)))
        return choices


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the constants; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(prog="python -m eval.signals", description="Fits the second look.")
    parser.add_argument("--squad", type=Path, required=True, metavar="FILE", help="KorQuAD 1.0 dev")
    options = parser.parse_args(arguments)
    try:
        collection = read_squad(options.squad)
        spoken = collection.asking_gold(read_gold(HERE / "gold" / "spoken-a.jsonl"))
        sets = [QuestionSet.of_collection(part) for part in (collection.half("a"), spoken)]
        sets.append(QuestionSet.of_gold(HERE / "gold" / "pile-a.jsonl", HERE / "gold" / "pile-a"))
    except GeungeoError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    looked_at = [LookedAt(chosen) for chosen in sets]
    of_sentences = fit_listwise([each.sentences() for each in looked_at])
    of_passages = fit_listwise([each.passages(of_sentences) for each in looked_at])
    named = (f"{name} {value:.2f}" for name, value in zip(FEATURES, of_sentences, strict=True))
    print("rag.ranking.sentences.WEIGHTS:", ", ".join(named))
    fused, sentence = of_passages
    print(f"rag.ranking.rescoring.SENTENCE_WEIGHT: {sentence / (fused + sentence):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
