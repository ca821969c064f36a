"""Gold questions: what is asked, which passages answer it, and reading them from a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.articles import Article
from index.decoding import normalise
from index.errors import GeungeoError
from index.passages import Passage
from rag.hits import Hit

OF_SEVERAL_PARTS = ("list", "compare", "multi")
"""Categories whose questions ask for several things, each of which is one of ``answer_spans``."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the places that answer it.

    ``places`` are ``file:line`` (the file's name, the 1-based line of the file); a passage is gold where it covers
    one of these lines. So gold does not depend on how articles are cut into passages.
    """

    id: str
    question: str
    category: str
    answerable: bool
    places: tuple[str, ...]
    answer: str
    answer_spans: tuple[str, ...]
    """Short strings, any of which marks the answer in a quoted sentence; may be empty."""


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions of a gold file (one JSON object a line).

    Raises:
        GeungeoError: the file cannot be read, or a line is no gold question.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GeungeoError(f"{path}: 읽을 수 없습니다 ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise GeungeoError(f"{path}: UTF-8이 아닙니다. UTF-8로 저장하세요.") from None
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            question = GoldQuestion(
                id=fields["id"], question=fields["question"], category=fields["category"],
                answerable=bool(fields["answerable"]), places=tuple(fields["passages"]),
                answer=fields.get("answer", ""), answer_spans=tuple(fields.get("answer_spans", ())),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise GeungeoError(f"{path}:{number}: 정답 문항이 아닙니다 ({error}).") from None
        questions.append(question)
    return questions


def credited(hit: Hit, gold: Collection[str], id_of: Callable[[Hit], str]) -> str:
    """The id that a hit counts as: that of a gold passage folded into it, else its own."""
    return next((id_of(one) for one in (hit, *hit.duplicates) if id_of(one) in gold), id_of(hit))


def gold_passages(
    questions: Sequence[GoldQuestion], passages: Sequence[tuple[Article, Passage]]
) -> dict[str, set[str]]:
    """For each question's id, the ids of the passages that cover one of its places.

    Raises:
        GeungeoError: a place is covered by no passage: the gold and the articles do not belong together.
    """
    covering: dict[str, set[str]] = {}
    for article, passage in passages:
        name = Path(article.source).name
        first = article.first_line + article.text.count("\n", 0, passage.start)
        last = article.first_line + article.text.count("\n", 0, passage.end)
        for line in range(first, last + 1):
            covering.setdefault(f"{name}:{line}", set()).add(passage.id)
    gold: dict[str, set[str]] = {}
    for question in questions:
        for place in question.places:
            if place not in covering:
                raise GeungeoError(
                    f"{question.id}: {place}을(를) 담은 문단이 없습니다. 정답과 기사가 맞지 않습니다."
                )
        gold[question.id] = set().union(*(covering[place] for place in question.places))
    return gold


def needs_all(question: GoldQuestion, texts: Collection[str]) -> bool:
    """Whether it takes all gold passages to answer, or any one of them.

    It takes all where several things are asked for and no one of the passages holds the whole answer.

    Args:
        question: its ``answer_spans`` are then the parts of the answer.
        texts: those of its gold passages.
    """
    spans = [normalise(span) for span in question.answer_spans]
    return question.category in OF_SEVERAL_PARTS and not any(
        all(span in text for span in spans) for text in texts
    )
