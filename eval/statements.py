"""Statements as a language model writes them, right and wrong: how many of each the verification lets pass.

``python -m eval.statements`` scores the held-out set (``--half b``, the default) or the one on which the rules were chosen.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.analyzer import Analyzer
from index.articles import Article
from index.encoder import load_encoder
from index.errors import GeungeoError
from index.passages import CutPassage, cut
from index.reading import read_articles
from rag.writing.alignment import Grounds
from rag.writing.verification import Verdict, Verifier

TOP = Path(__file__).resolve().parents[1]
GOLD = Path(__file__).with_name("gold")
ARTICLES = {"a": (GOLD / "pile-a",), "b": (GOLD / "pile-b", TOP / "seeds")}
WRONG_SUPPORTED = 0.02
"""The share of wrong statements that may pass for supported; none of those with a wrong number."""
NUMBERS = frozenset(["number", "unit", "date", "mixture"])
"""The kinds of wrong that give a wrong number, or a right one to the wrong name."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with the places it cites (``file:line``) and whether they bear it out."""

    id: str
    text: str
    places: tuple[str, ...]
    right: bool
    kind: str
    """How it is right (verbatim, paraphrase, ...) or wrong (number, role swap, ...)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement and what the verification says of it."""

    statement: Statement
    verdict: Verdict
    faults: tuple[str, ...] = ()
    """What spoke against a right one that was refused."""


def read_statements(path: Path) -> list[Statement]:
    """The statements of a file, one JSON object a line.

    Raises:
        GeungeoError: the file cannot be read, or a line is no statement.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        fields = [json.loads(line) for line in lines if line.strip()]
        return [
            Statement(
                one["id"], one["statement"], tuple(one["passages"]), bool(one["right"]), str(one["kind"])
            )
            for one in fields
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GeungeoError(f"{path}: 읽을 수 없는 문장 목록입니다 ({error}).") from None


def judge(statements: Sequence[Statement], folders: Sequence[Path]) -> list[Judged]:
    """Each statement against the passages that it cites, of the articles in these folders."""
    analyzer = Analyzer()
    verifier = Verifier(analyzer, load_encoder())
    articles = read_articles(folders).articles
    places = _places(articles, cut(articles, analyzer), verifier)
    judged = []
    for statement in statements:
        for place in statement.places:
            if place not in places:
                raise GeungeoError(f"{statement.id}: {place}을(를) 담은 문단이 없습니다.")
        cited = [places[place] for place in statement.places]
        verdict = verifier.verify(statement.text, cited)
        refused = statement.right and not verdict.supported
        judged.append(Judged(statement, verdict, verifier.faults(statement.text, cited) if refused else ()))
    return judged


def _places(
    articles: Sequence[Article], cuts: Sequence[Sequence[CutPassage]], verifier: Verifier
) -> dict[str, Grounds]:
    """What stands at each line of each file."""
    places: dict[str, Grounds] = {}
    for article, passages in zip(articles, cuts, strict=True):
        for one in passages:
            passage = one.passage
            sentences = [passage.text[start:end] for start, end in one.analysis.sentences]
            grounds = verifier.grounds(passage.text, article.title, sentences)
            first = article.first_line + article.text.count("\n", 0, passage.start)
            last = article.first_line + article.text.count("\n", 0, passage.end)
            for line in range(first, last + 1):
                places[f"{Path(article.source).name}:{line}"] = grounds
    return places


def share(judged: Sequence[Judged], *, right: bool) -> float:
    """The share of right, or of wrong, statements that count as supported."""
    verdicts = [one.verdict.supported for one in judged if one.statement.right == right]
    return sum(verdicts) / max(len(verdicts), 1)


def wrong_numbers(judged: Sequence[Judged]) -> int:
    """How many statements with a wrong number count as supported."""
    return sum(one.verdict.supported for one in judged if one.statement.kind in NUMBERS)


def table(judged: Sequence[Judged]) -> str:
    """What passed, by kind, and the shares."""
    kinds = list(dict.fromkeys((one.statement.right, one.statement.kind) for one in judged))
    lines = []
    for right, kind in sorted(kinds, key=lambda pair: not pair[0]):
        own = [one.verdict.supported for one in judged if one.statement.kind == kind]
        lines.append(f"{'right' if right else 'wrong'}  {kind:<14} {sum(own):>3} of {len(own):>3} supported")
    lines += [
        f"right statements supported: {share(judged, right=True):.3f}",
        f"wrong statements supported: {share(judged, right=False):.3f}, with a wrong number {wrong_numbers(judged)}",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns 1 where more wrong statements pass than may."""
    parser = argparse.ArgumentParser(prog="python -m eval.statements", description=__doc__)
    parser.add_argument(
        "--half", choices=sorted(ARTICLES), default="b", help="a: chosen on; b: held out (default)"
    )
    parser.add_argument(
        "--misses", action="store_true", help="list what was judged wrongly (not for choosing on b)"
    )
    options = parser.parse_args(arguments)
    statements = read_statements(GOLD / f"statements-{options.half}.jsonl")
    judged = judge(statements, ARTICLES[options.half])
    print(table(judged))
    if options.misses:
        for one in judged:
            if one.verdict.supported != one.statement.right:
                about = one.statement
                print(
                    f"{about.id} {about.kind}: {about.text} {', '.join(about.places)} {'; '.join(one.faults)}"
                )
    passed = share(judged, right=False) <= WRONG_SUPPORTED and not wrong_numbers(judged)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
