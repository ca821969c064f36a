"""Outside collections to measure on: SQuAD/KorQuAD JSON and BEIR folders."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import GoldQuestion
from index.articles import Article, Block
from index.decoding import normalise
from index.errors import GeungeoError

KORQUAD = Path(__file__).resolve().parents[2] / "shared" / "bench" / "korquad" / "KorQuAD_v1.0_dev.json"
"""Where the data for measuring lie beside the project."""


@dataclass(frozen=True, slots=True)
class OutsideQuestion:
    """A question with the entries of its collection that answer it.

    ``relevant`` maps the entry's id to its grade (1 where the collection does not grade); ``answers`` are the gold
    answers' texts, empty where the collection has none.
    """

    id: str
    text: str
    relevant: dict[str, int]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """Entries, each searched as one passage, and questions about them."""

    name: str
    articles: list[Article]
    """One article an entry; its ``source`` is the entry's id."""
    questions: list[OutsideQuestion]

    def sampled(self, count: int | None, seed: int) -> Collection:
        """The same entries with ``count`` questions drawn at random."""
        if count is None or count >= len(self.questions):
            return self
        drawn = random.Random(seed).sample(range(len(self.questions)), count)
        return self.asking([self.questions[i] for i in sorted(drawn)])

    def asking(self, questions: Sequence[OutsideQuestion]) -> Collection:
        """The same entries with other questions."""
        return Collection(self.name, self.articles, list(questions))

    def half(self, which: str) -> Collection:
        """The same entries with the questions about half ``a`` or ``b`` of the titles, split at random (seed 7).

        Settings are chosen on half a and reported on half b, so that no article is on both sides.
        """
        titles = sorted({article.title.replace(" ", "_") for article in self.articles})
        random.Random(7).shuffle(titles)
        first = set(titles[: len(titles) // 2])
        in_first = {article.source: article.title.replace(" ", "_") in first for article in self.articles}
        wanted = which == "a"
        return self.asking([q for q in self.questions if in_first[next(iter(q.relevant))] == wanted])

    def asking_gold(self, gold: Sequence[GoldQuestion]) -> Collection:
        """The same entries with the answerable gold questions, whose places are ids of entries.

        Raises:
            GeungeoError: a place is no entry of this collection.
        """
        entries = {article.source for article in self.articles}
        for question in gold:
            for place in question.places:
                if place not in entries:
                    raise GeungeoError(f"{question.id}: {place}은(는) {self.name}에 없는 글입니다.")
        return self.asking(
            [
                OutsideQuestion(q.id, q.question, dict.fromkeys(q.places, 1), q.answer_spans)
                for q in gold
                if q.answerable
            ]
        )


def read_squad(path: Path) -> Collection:
    """A SQuAD 1.x JSON file (KorQuAD 1.0 is one): each different paragraph is an entry, titled by its article.

    Raises:
        GeungeoError: the file cannot be read or has another shape.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        articles: dict[str, Article] = {}
        questions = []
        for group in data:
            for paragraph in group["paragraphs"]:
                context = paragraph["context"]
                entry = hashlib.sha256(context.encode()).hexdigest()[:16]
                if entry not in articles:
                    articles[entry] = entry_article(entry, group.get("title", "").replace("_", " "), context)
                for asked in paragraph["qas"]:
                    answers = tuple(dict.fromkeys(answer["text"] for answer in asked.get("answers", ())))
                    if not asked.get("is_impossible"):
                        questions.append(
                            OutsideQuestion(str(asked["id"]), asked["question"], {entry: 1}, answers)
                        )
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GeungeoError(
            f"{path}: SQuAD 형식의 JSON이 아닙니다 ({type(error).__name__}: {error})."
        ) from None
    return Collection(path.stem, list(articles.values()), questions)


def read_beir(folder: Path) -> Collection:
    """A BEIR folder: ``corpus.jsonl``, ``queries.jsonl``, ``qrels/test.tsv``; queries without a qrel are left out.

    Raises:
        GeungeoError: a file is missing or has another shape.
    """
    articles = []
    for number, row in _rows(folder / "corpus.jsonl"):
        try:
            text = row.get("text") or row.get("title") or ""
            if text.strip():
                articles.append(entry_article(str(row["_id"]), row.get("title") or "", text))
        except (KeyError, AttributeError, TypeError):
            raise GeungeoError(f"{folder / 'corpus.jsonl'}:{number}: _id와 text가 있어야 합니다.") from None
    relevant: dict[str, dict[str, int]] = {}
    path = folder / "qrels" / "test.tsv"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    for number, line in enumerate(lines, start=1):
        fields = line.split("\t")
        if len(fields) != 3 or not fields[2].strip().lstrip("-").isdigit():
            if number == 1 or not line.strip():
                continue  # the header
            raise GeungeoError(f"{path}:{number}: query-id, corpus-id, score 세 칸이어야 합니다.")
        if int(fields[2]) > 0:
            relevant.setdefault(fields[0], {})[fields[1]] = int(fields[2])
    questions = []
    for number, row in _rows(folder / "queries.jsonl"):
        if not isinstance(row, dict) or "_id" not in row or "text" not in row:
            raise GeungeoError(f"{folder / 'queries.jsonl'}:{number}: _id와 text가 있어야 합니다.")
        if str(row["_id"]) in relevant:
            questions.append(OutsideQuestion(str(row["_id"]), row["text"], relevant[str(row["_id"])]))
    if not questions or not articles:
        raise GeungeoError(f"{folder}: 정답이 있는 질문이나 글이 하나도 없습니다.")
    return Collection(folder.name, articles, questions)


def entry_article(entry: str, title: str, text: str) -> Article:
    """An entry as an article that is all prose; its id comes from the entry's, as two may have the same content."""
    shown = normalise(text)
    start = len(shown) - len(shown.lstrip())
    block = Block(start, len(shown.rstrip()), "prose")
    return Article(hashlib.sha256(entry.encode()).hexdigest()[:12], entry, normalise(title), shown, (block,))


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, json.loads(line)
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    except ValueError as error:
        raise GeungeoError(f"{path}: JSON 줄이 아닙니다 ({error}).") from None
