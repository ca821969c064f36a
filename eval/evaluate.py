"""Runs every system over a gold set and scores it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from eval.answers import AnswerScores, Judged, judge, score_answers
from eval.baselines import Baselines
from eval.gold import GoldQuestion, credited, gold_passages, needs_all
from eval.metrics import DEPTH, bootstrap_interval, mean, score_all
from eval.robustness import RobustnessReport, changed, evaluate_robustness
from index.articles import Article
from index.build import index_articles
from index.errors import GeungeoError
from index.generations import FORMAT, is_index
from index.model_cache import cache_folder
from index.passages import Passage
from index.reading import read_articles
from rag.progress import ProgressBars
from rag.ranking.candidates import Voices
from rag.retriever import Retriever


@dataclass(frozen=True, slots=True)
class Row:
    """One system's scores: the mean over questions and its 95% bootstrap interval, by measure."""

    system: str
    means: dict[str, float]
    intervals: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Report:
    """All that one evaluation found."""

    gold: str
    articles: int
    passages: int
    questions: int
    answerable: int
    rows: list[Row]
    by_category: dict[str, dict[str, float]]
    """The hybrid's measures for each category, with ``questions``, its size."""
    answers: AnswerScores
    misses: list[dict[str, object]]
    """The answerable questions whose first hit is no gold passage."""

    def as_json(self) -> dict[str, object]:
        """The report as plain data."""
        return asdict(self)


def open_collection(articles: Path) -> Retriever:
    """A retriever over the articles of a folder, indexed once for each content and program.

    Raises:
        GeungeoError: no articles there.
    """
    reading = read_articles([articles])
    for skipped in reading.skipped:
        raise GeungeoError(f"{skipped.path}: {skipped.reason}")
    ids = "".join(sorted(article.id for article in reading.articles))
    folder = cache_folder() / "eval" / hashlib.sha256(f"{FORMAT} {ids}".encode()).hexdigest()[:16]
    with ProgressBars() as bars:
        index_articles([] if is_index(folder) else reading.articles, folder, progress=bars)
    return Retriever.open(folder)


def evaluate(name: str, questions: Sequence[GoldQuestion], retriever: Retriever) -> Report:
    """Scores BM25, dense and hybrid search, the baselines, and the answers."""
    stored = stored_passages(retriever)
    gold = {q: g for q, g in gold_passages(questions, stored).items() if g}
    text_of = {question.id: question.question for question in questions}
    gold_of = {text_of[question]: relevant for question, relevant in gold.items()}
    baselines = Baselines([passage for _, passage in stored], retriever.index.encoder)

    def ours(voices: Voices) -> Callable[[str], list[str]]:
        return lambda question: [
            credited(hit, gold_of[question], lambda one: one.passage.id)
            for hit in retriever.search(question, DEPTH, voices=voices)
        ]

    systems: dict[str, Callable[[str], list[str]]] = {
        "geungeo hybrid": ours("hybrid"),
        "geungeo BM25": ours("lexical"),
        "geungeo dense": ours("dense"),
        "rank-bm25, white space": baselines.white_space,
        "rank-bm25, all Kiwi forms": baselines.forms,
        "dense, whole passages": baselines.whole_dense,
        "RRF of the last two": baselines.rrf,
    }
    rows, scores, rankings = [], {}, {}
    for system, search in tqdm(systems.items(), desc=name, delay=1.0):
        rankings[system] = {question: search(text_of[question]) for question in gold}
        scores[system] = score_all(rankings[system], gold)
        means = {measure: mean(values) for measure, values in scores[system].items()}
        intervals = {measure: bootstrap_interval(values) for measure, values in scores[system].items()}
        rows.append(Row(system, means, intervals))

    hybrid = scores["geungeo hybrid"]
    order = list(gold)
    members: dict[str, list[int]] = {}
    for question in questions:
        if question.id in gold:
            members.setdefault(question.category, []).append(order.index(question.id))
    by_category = {
        category: {"questions": float(len(places))}
        | {measure: mean([values[i] for i in places]) for measure, values in hybrid.items()}
        for category, places in members.items()
    }
    misses: list[dict[str, object]] = [
        {"id": q, "question": text_of[q], "found": rankings["geungeo hybrid"][q][:3], "gold": sorted(gold[q])}
        for q, hit in zip(order, hybrid["recall@1"], strict=True)
        if not hit
    ]
    articles = len({article.id for article, _ in stored})
    return Report(
        name, articles, len(stored), len(questions), len(gold), rows, by_category,
        score_answers(_judged(questions, gold, stored, retriever)), misses,
    )  # fmt: skip


def evaluate_corrupted(
    name: str, questions: Sequence[GoldQuestion], retriever: Retriever, kind: str, seed: int
) -> RobustnessReport:
    """Asks the answerable questions as they are and corrupted, with correction off and on (see ``eval.robustness``)."""

    def search(question: str, correct: bool) -> tuple[list[str], bool]:
        hits = retriever.search(question, DEPTH, correct=correct)
        return [hit.passage.id for hit in hits], changed(retriever, question, correct)

    gold = {q: g for q, g in gold_passages(questions, stored_passages(retriever)).items() if g}
    asked = {question.id: question.question for question in questions}
    return evaluate_robustness(name, asked, gold, search, kind, seed)


def stored_passages(retriever: Retriever) -> list[tuple[Article, Passage]]:
    """Every passage of an index with its article."""
    return [
        (item.article, passage.passage)
        for item in retriever.index.store.everything()
        for passage in item.passages
    ]


def _judged(
    questions: Sequence[GoldQuestion],
    gold: dict[str, set[str]],
    stored: Sequence[tuple[Article, Passage]],
    retriever: Retriever,
) -> list[Judged]:
    """Every question's answer beside its gold."""
    texts = {passage.id: passage.text for _, passage in stored}
    return [
        judge(
            question.category,
            relevant := gold.get(question.id, set()),
            needs_all(question, [texts[passage] for passage in relevant]),
            question.answer_spans,
            retriever.answer(question.question),
            lambda passage, article: passage.id,
        )
        for question in questions
    ]
