"""Scores answers: what they cite, what they quote, and when they abstain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from eval.metrics import area_under_roc, mean, precision_recall
from index.articles import Article
from index.decoding import normalise
from index.passages import Passage
from rag.answer import Answer, Citation

COLUMNS = {
    "first_citation_gold": "first gold",
    "citation_precision": "precision",
    "citation_recall": "recall",
    "first_quote_holds": "first holds",
    "quotes_hold": "any holds",
    "abstained": "abstained",
}
"""Measures of a category, and their short names in a table."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer beside its question's gold."""

    category: str
    answerable: bool
    abstained: bool
    confidence: float
    cited: tuple[bool, ...]
    """For each citation whether it cites a gold passage, in order."""
    recall: float
    """The share of the gold that is cited: of the passages where all are needed, else 1 where one of them is."""
    exact: tuple[bool, ...]
    """For each citation whether the quotation stands in its article to the letter."""
    holds: tuple[bool, ...] | None
    """For each citation whether the quotation holds the gold answer; None where the set does not tell the answer."""


@dataclass(frozen=True, slots=True)
class AnswerScores:
    """How the answers to a question set did. A question that was wrongly abstained from has no right citation."""

    first_citation_gold: float
    """Of the questions with an answer, how many got one whose first citation is a gold passage."""
    citation_precision: float
    """Of all citations given to questions with an answer, how many cite a gold passage."""
    citation_recall: float
    """Of the questions with an answer, the mean share of their gold that is cited (``Judged.recall``)."""
    quotes_exact: float
    """Of all citations, how many are the article's text to the letter."""
    first_quote_holds: float | None
    """Of the questions whose gold answer is known, how many have it in the first quotation."""
    quotes_hold: float | None
    """The same for any of the quotations."""
    answerable_abstained: float
    """Of the questions with an answer, how many were abstained from."""
    abstention_precision: float
    """Of the questions abstained from, how many have no answer."""
    abstention_recall: float
    """Of the questions without an answer, how many were abstained from."""
    abstention_auroc: float | None
    """The chance that a question with an answer gets more confidence than one without; None where one kind is missing."""
    by_category: dict[str, dict[str, float]]
    """For each category ``questions``, its size, ``abstained``, and where its questions have an answer the first,
    second, third and both quotation measures above."""

    def lines(self) -> list[str]:
        """The scores as text."""
        holds = (
            f"; sentence holds the answer: first {self.first_quote_holds:.3f}, any {self.quotes_hold:.3f}"
            if self.first_quote_holds is not None
            else ""
        )
        others = (
            f", of the others {self.abstention_recall:.3f}, precision {self.abstention_precision:.3f}, "
            f"AUROC {self.abstention_auroc:.3f}"
            if self.abstention_auroc is not None
            else ""
        )
        lines = [
            f"answers: first citation gold {self.first_citation_gold:.3f}, "
            f"citation precision {self.citation_precision:.3f}, recall {self.citation_recall:.3f}{holds}; "
            f"quotations exact {self.quotes_exact:.3f}",
            f"abstention: of the answerable {self.answerable_abstained:.3f}{others}",
        ]
        if len(self.by_category) < 2:
            return lines
        lines.append(f"{'':28}" + "".join(f"{short:>12}" for short in COLUMNS.values()))
        for category, scores in self.by_category.items():
            figures = (f"{scores[name]:.3f}" if name in scores else "" for name in COLUMNS)
            label = f"{category} ({scores['questions']:.0f})"
            lines.append(f"{label:28}" + "".join(f"{one:>12}" for one in figures))
        return lines


def judge(
    category: str,
    gold: Collection[str],
    all_needed: bool,
    spans: Sequence[str],
    answer: Answer,
    id_of: Callable[[Passage, Article], str],
) -> Judged:
    """One answer beside its gold.

    Args:
        category: the question's.
        gold: the ids of the passages that answer; none where the question has no answer.
        all_needed: whether it takes all of them, or any one of them.
        spans: strings any of which marks the answer in a quotation; none where they are not known.
        answer: what was answered.
        id_of: the id by which ``gold`` knows a passage.
    """
    ids = [_stands_for(citation, id_of) for citation in answer.citations]
    found = set(gold).intersection(*[set().union(*ids)])
    marks = [normalise(span) for span in spans]
    return Judged(
        category=category,
        answerable=bool(gold),
        abstained=answer.abstained,
        confidence=answer.confidence,
        cited=tuple(not own.isdisjoint(gold) for own in ids),
        recall=len(found) / len(gold) if gold and all_needed else float(bool(found)),
        exact=tuple(one.article.text[one.start : one.end] == one.quote for one in answer.citations),
        holds=tuple(any(mark in one.quote for mark in marks) for one in answer.citations) if marks else None,
    )


def score_answers(judged: Sequence[Judged]) -> AnswerScores:
    """What the answers to a question set are worth."""
    answerable = [one for one in judged if one.answerable]
    abstained, open_ones = [one.abstained for one in judged], [not one.answerable for one in judged]
    precision, recall = precision_recall(abstained, open_ones)
    measures = _measures(answerable)
    members: dict[str, list[Judged]] = {}
    for one in judged:
        members.setdefault(one.category, []).append(one)
    return AnswerScores(
        first_citation_gold=measures["first_citation_gold"],
        citation_precision=measures["citation_precision"],
        citation_recall=measures["citation_recall"],
        quotes_exact=mean([exact for one in judged for exact in one.exact], empty=1.0),
        first_quote_holds=measures.get("first_quote_holds"),
        quotes_hold=measures.get("quotes_hold"),
        answerable_abstained=mean([one.abstained for one in answerable]),
        abstention_precision=precision,
        abstention_recall=recall,
        abstention_auroc=area_under_roc(
            [one.confidence for one in judged], [one.answerable for one in judged]
        )
        if 0 < len(answerable) < len(judged)
        else None,
        by_category={
            category: {"questions": float(len(own)), "abstained": mean([one.abstained for one in own])}
            | (_measures(own) if own[0].answerable else {})
            for category, own in members.items()
        },
    )


def _measures(answerable: Sequence[Judged]) -> dict[str, float]:
    told = [one.holds for one in answerable if one.holds is not None]
    measures = {
        "first_citation_gold": mean([any(one.cited[:1]) for one in answerable]),
        "citation_precision": mean([cites for one in answerable for cites in one.cited]),
        "citation_recall": mean([one.recall for one in answerable]),
    }
    if told:
        measures["first_quote_holds"] = mean([any(holds[:1]) for holds in told])
        measures["quotes_hold"] = mean([any(holds) for holds in told])
    return measures


def _stands_for(citation: Citation, id_of: Callable[[Passage, Article], str]) -> set[str]:
    """The ids a citation counts as: its passage's and those of the passages folded into it."""
    copies = ((hit.passage, hit.article) for hit in citation.duplicates)
    return {id_of(passage, article) for passage, article in [(citation.passage, citation.article), *copies]}
