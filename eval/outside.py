"""Scores search on outside collections, and compares two settings by a paired test."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from eval.answers import AnswerScores, Judged, judge, score_answers
from eval.collections import Collection, OutsideQuestion
from eval.evaluate import Row
from eval.gold import credited
from eval.metrics import DEPTH, bootstrap_interval, randomisation_test, score_all
from eval.robustness import RobustnessReport, changed, evaluate_robustness
from index.articles import Article
from index.build import index_articles
from index.decoding import normalise
from index.errors import GeungeoError, IndexFormatError
from index.generations import FORMAT, is_index
from index.model_cache import cache_folder
from index.passages import Passage
from index.searching import Index
from rag.hits import Hit
from rag.progress import ProgressBars
from rag.questions.question import clean_question
from rag.ranking.candidates import Voices
from rag.retriever import Retriever

RUN_DEPTH = 100
COMPARED = ("recall@1", "recall@5", "MRR@10", "nDCG@10")
ALL = "all"
"""The category of every question, as outside collections have none."""
VOICES: tuple[Voices, ...] = ("hybrid", "lexical", "dense")

Rankings = dict[str, list[tuple[str, float]]]
"""For each question's id, entry ids with scores, best first."""


@dataclass(frozen=True, slots=True)
class OutsideReport:
    """What one run over an outside collection found."""

    collection: str
    entries: int
    questions: int
    rows: list[Row]
    sentence_holds_answer: float | None
    """Of the questions whose passage is ranked first, how many have a gold answer in its best sentence."""
    answers: AnswerScores
    comparison: dict[str, tuple[float, float, float]]
    """For each measure: the hybrid's mean, the compared run's, and the p-value of their difference."""
    rankings: Rankings

    def as_json(self) -> dict[str, object]:
        """The report as plain data, without the rankings."""
        return {
            "collection": self.collection,
            "entries": self.entries,
            "questions": self.questions,
            "rows": [
                {"system": row.system, "means": row.means, "intervals": row.intervals} for row in self.rows
            ],
            "sentence_holds_answer": self.sentence_holds_answer,
            "answers": asdict(self.answers),
            "comparison": self.comparison,
        }

    def table(self) -> str:
        """The report as text."""
        measures = list(self.rows[0].means)
        lines = [
            f"{self.collection}: {self.questions} questions, {self.entries} entries "
            "(95% bootstrap interval below each figure)",
            f"{'':20}" + "".join(f"{measure:>14}" for measure in measures),
        ]
        for row in self.rows:
            lines.append(f"{row.system:20}" + "".join(f"{row.means[measure]:>14.4f}" for measure in measures))
            intervals = (row.intervals[measure] for measure in measures)
            lines.append(" " * 20 + "".join(f"{f'{low:.3f}-{high:.3f}':>14}" for low, high in intervals))
        if self.sentence_holds_answer is not None:
            share = self.sentence_holds_answer
            lines.append(f"best sentence of a passage ranked first holds a gold answer: {share:.4f}")
        lines += self.answers.lines()
        for measure, (ours, theirs, p) in self.comparison.items():
            lines.append(f"{measure}: {ours:.4f} against {theirs:.4f} in the compared run, p = {p:.4f}")
        return "\n".join(lines)


def evaluate_outside(
    collection: Collection, compare: Path | None = None, depth: int = DEPTH
) -> OutsideReport:
    """Searches every question of the collection by each voice and by both.

    Args:
        collection: indexed on first use, each entry one passage, and kept in the cache by its content.
        compare: a TREC run file to test the hybrid's rankings against.
        depth: how long the hybrid's rankings are; a run is usually longer than what is scored.

    Raises:
        GeungeoError: nothing can be indexed, or the run file cannot be read.
    """
    compared = _read_run(compare) if compare else None
    retriever = open_outside(collection)
    gold = {question.id: question.relevant for question in collection.questions}
    found: dict[Voices, Rankings] = {voices: {} for voices in VOICES}
    holding: list[bool] = []
    judged: list[Judged] = []
    for question in tqdm(collection.questions, desc=collection.name, delay=1.0, file=sys.stderr):
        for voices in VOICES:
            hits = retriever.search(asked(question), depth if voices == "hybrid" else DEPTH, voices=voices)
            ranked = [
                (credited(hit, question.relevant, lambda one: one.article.source), hit.score) for hit in hits
            ]
            found[voices][question.id] = ranked
            if voices == "hybrid" and question.answers and ranked and ranked[0][0] in question.relevant:
                holding.append(_best_sentence_holds(hits[0], question))
        answer = retriever.answer(asked(question))
        judged.append(judge(ALL, question.relevant, False, question.answers, answer, _entry))
    scores = {
        voices: score_all({q: [entry for entry, _ in ranked] for q, ranked in rankings.items()}, gold)
        for voices, rankings in found.items()
    }
    rows = [
        Row(
            f"geungeo {voices}",
            {measure: sum(values) / len(values) for measure, values in scores[voices].items()},
            {measure: bootstrap_interval(values) for measure, values in scores[voices].items()},
        )
        for voices in VOICES
    ]
    return OutsideReport(
        collection.name, len(collection.articles), len(collection.questions), rows,
        sum(holding) / len(holding) if holding else None, score_answers(judged),
        _compare(scores["hybrid"], compared, gold) if compared is not None else {}, found["hybrid"],
    )  # fmt: skip


def evaluate_corrupted(collection: Collection, kind: str, seed: int) -> RobustnessReport:
    """Searches every question as it is and corrupted, with correction off and on (see ``eval.robustness``)."""
    retriever = open_outside(collection)

    def search(question: str, correct: bool) -> tuple[list[str], bool]:
        hits = retriever.search(question, DEPTH, correct=correct)
        return [hit.article.source for hit in hits], changed(retriever, question, correct)

    typed = {question.id: asked(question) for question in collection.questions}
    gold = {question.id: question.relevant for question in collection.questions}
    return evaluate_robustness(collection.name, typed, gold, search, kind, seed)


def asked(question: OutsideQuestion) -> str:
    """A collection's question as typed; one that cannot be asked (too long, say) is cut, never skipped."""
    try:
        return clean_question(question.text)
    except GeungeoError:
        return clean_question(f"질문 {question.text[:1000]}")


def _best_sentence_holds(hit: Hit, question: OutsideQuestion) -> bool:
    start, end = hit.sentences[0][0]
    sentence = hit.passage.text[start:end]
    return any(normalise(answer) in sentence for answer in question.answers)


def _entry(passage: Passage, article: Article) -> str:
    """The id of an entry, which is its article's source."""
    return article.source


def _compare(
    ours: Mapping[str, Sequence[float]], run: Mapping[str, list[str]], gold: Mapping[str, Mapping[str, int]]
) -> dict[str, tuple[float, float, float]]:
    theirs = score_all(run, gold)
    return {
        measure: (
            sum(ours[measure]) / len(gold),
            sum(theirs[measure]) / len(gold),
            randomisation_test(ours[measure], theirs[measure]),
        )
        for measure in COMPARED
    }


def open_outside(collection: Collection) -> Retriever:
    """A retriever over the entries of a collection, indexed once for each content and program."""
    key = hashlib.sha256(str(FORMAT).encode())
    for article in collection.articles:
        key.update(f"{article.source}\0{article.title}\0{article.text}\0".encode("utf-8", "surrogatepass"))
    folder = cache_folder() / "eval" / key.hexdigest()[:16]
    with ProgressBars() as bars:
        try:
            if is_index(folder):
                return Retriever(Index.open(folder))
        except IndexFormatError:
            pass  # of another version: made anew
        index_articles(collection.articles, folder, whole=True, progress=bars)
    return Retriever(Index.open(folder))


def write_run(path: Path, rankings: Rankings) -> None:
    """Writes rankings in TREC's run format: question, Q0, entry, rank, score, tag."""
    with path.open("w", encoding="utf-8") as file:
        for question, ranked in rankings.items():
            for rank, (entry, score) in enumerate(ranked, start=1):
                file.write(f"{question} Q0 {entry} {rank} {score:.6f} geungeo\n")


def _read_run(path: Path) -> dict[str, list[str]]:
    ranked: dict[str, list[tuple[float, int, str]]] = {}
    number = 0
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            number += 1
            question, _, entry, rank, score, _ = line.split()
            ranked.setdefault(question, []).append((-float(score), int(rank), entry))
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    except ValueError:
        raise GeungeoError(f"{path}:{number}: TREC run 형식(여섯 칸)이 아닙니다.") from None
    return {question: [entry for _, _, entry in sorted(rows)] for question, rows in ranked.items()}
