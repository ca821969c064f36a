"""Composes an answer without a language model: the sentences that answer best, quoted exactly, one line a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from rag.answer import DIFFERING, NONE_ALLOWED, NOT_FOUND, NOT_TOLD, Answer, Citation, Statement
from rag.answering.evidence import ABSTAIN_BELOW, Evidence
from rag.answering.quoting import Quotation, Quoter
from rag.answering.statements import Comparer, names
from rag.hits import Hit
from rag.questions.dates import expressions
from rag.questions.parts import Part
from rag.questions.question import Question
from rag.ranking.rescoring import SENTENCE_SPAN, SENTENCE_WEIGHT
from rag.ranking.sameness import Wording, restates

MOST_STATEMENTS = 3
MOST_LISTED = 6
"""Statements of an answer at most, and where a list or a comparison is asked for."""
MOST_AGREEING = 2
"""Citations of a statement beside the one quoted."""
LOOKED_AT = 8
"""Hits whose sentences may be quoted."""
OF_EACH = 5
"""Hits for each of several things asked after."""
WORTH_CITING = 0.95
"""A further passage is quoted where its search score reaches this share of the best's, and its sentence comes this far
from the weakest of all to the best. On pile-a, .85 instead gives 2 points more answers in some quotation (.687 for .667) and
3 points fewer citations that are gold (.777 for .805)."""
NEARLY = 0.75
"""A passage that gives a list where one is asked for comes first where its score reaches this share of the best's;
chosen on the 12 of pile-a that ask for one."""
OF_ITEM = 0.5
"""What is quoted for one of several things asked after, or its passage, names it at least so well (``named``)."""
NAMED_ITSELF, NAMED_AROUND = 0.06, 0.12
"""What it counts beside a hit's score that the sentence, or its passage, names the thing; chosen by looking at
the 20 questions of pile-a that ask after several: their figures hardly tell values apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for one of several things asked after found."""

    part: Part
    forms: frozenset[str]
    """Of the item's name."""
    hits: Sequence[Hit]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Draft:
    """A statement before its citations have numbers."""

    quotations: tuple[Quotation, ...]
    about: str | None = None
    differs: bool = False


class Composer:
    """Composes the answer to one question."""

    def __init__(self, question: Question, quoter: Quoter, comparer: Comparer) -> None:
        self._question = question
        self._quoter = quoter
        self._comparer = comparer

    def answer(self, hits: Sequence[Hit], shown: int, evidence: Evidence, parts: Sequence[Found]) -> Answer:
        """The answer that the hits give.

        Args:
            hits: what was found, best first.
            shown: how many of them go with the answer.
            evidence: what the first of them is worth.
            parts: what was found for each of the things asked after, where there are several.
        """
        question, confidence = self._question, evidence.confidence
        near = tuple(hits[:shown])
        if not hits or confidence < ABSTAIN_BELOW:
            return Answer(question.typed, NOT_FOUND, (), True, confidence, near, question.searched_as)
        drafts = self._of_parts(hits, parts) or self._of_one(hits)
        unanswered = _unanswered(parts)
        statements = _numbered(drafts)
        lines = [DIFFERING] * any(statement.differs for statement in statements)
        lines += [statement.text for statement in statements]
        lines += [NOT_TOLD.format(item=item) for item in unanswered]
        there = {hit.passage.id for hit in near}
        cited = {one.hit.passage.id: one.hit for draft in drafts for one in draft.quotations}
        further = (hit for passage, hit in cited.items() if passage not in there)
        return Answer(
            question.typed, "\n".join(lines), statements, False, confidence, (*near, *further),
            question.searched_as, unanswered,
        )  # fmt: skip

    def _of_one(self, hits: Sequence[Hit]) -> list[_Draft]:
        """The statements of an answer to a question after one thing."""
        hits = self._listing_first(hits[:LOOKED_AT])
        first, *rest = self._quoter.telling(hits[0])
        others = [self._quoter.best(hit) for hit in hits[1:]]
        versions = self._versions(first, others)
        if versions:
            return versions
        agreeing = [other for other in others if self._comparer.same(first, other)][:MOST_AGREEING]
        drafts = [_Draft((first, *agreeing)), *(_Draft((quotation,)) for quotation in rest)]
        if self._quoter.wanted.listing and self._quoter.enumerates(first):
            return drafts  # it is all there
        most = MOST_LISTED if self._quoter.wanted.listing else MOST_STATEMENTS
        weakest = min(quotation.lowest for quotation in (first, *others[: MOST_STATEMENTS - 1]))
        said = [wording for quotation in (first, *rest, *agreeing) for wording in _wordings(quotation)]
        for other in others[: most - 1]:
            if len(drafts) == most or other in agreeing:
                continue
            near = other.hit.score >= WORTH_CITING * hits[0].score
            strong = other.score - weakest >= WORTH_CITING * (first.score - weakest)
            wordings = _wordings(other)
            # one story in two papers is no second witness
            if near and strong and not any(restates(one, two) for one in wordings for two in said):
                drafts.append(_Draft((other,)))
                said += wordings
        return drafts[:most]

    def _listing_first(self, hits: Sequence[Hit]) -> Sequence[Hit]:
        """The hits, and where a list is asked for, the best that gives one first, if it is nearly as good as any."""
        if not self._quoter.wanted.listing:
            return hits
        near = [hit for hit in hits if hit.score >= NEARLY * hits[0].score]
        listing = next((hit for hit in near if self._quoter.enumerates(self._quoter.best(hit))), hits[0])
        return [listing, *(hit for hit in hits if hit is not listing)]

    def _versions(self, first: Quotation, others: Sequence[Quotation]) -> list[_Draft]:
        """What the articles say that give different figures or dates, those that agree together; none where all do."""
        groups = [[first]]
        for other in others:
            of = next((group for group in groups if self._comparer.same(group[0], other)), None)
            if of is not None:
                of.append(other)
            elif all(self._comparer.apart(group[0], other) for group in groups):
                groups.append([other])
        if len(groups) < 2:
            return []
        return [_Draft(tuple(group[: 1 + MOST_AGREEING]), differs=True) for group in groups[:MOST_STATEMENTS]]

    def _of_parts(self, hits: Sequence[Hit], parts: Sequence[Found]) -> list[_Draft]:
        """One statement for each of the things asked after; one that tells of several stands once."""
        chosen: list[tuple[Quotation, list[str]]] = []
        for found, own in zip(parts, _distinguishing(parts), strict=True):
            rivals = [other.part.core for other in parts if other is not found and other.part.item]
            quotation = self._of_part(found, own, rivals)
            if quotation is None:
                continue
            abouts = next((abouts for one, abouts in chosen if one.overlaps(quotation)), None)
            if abouts is None:
                abouts = []
                chosen.append((quotation, abouts))
            abouts += [found.part.item] if found.part.item else []
        drafts = [
            # what tells of all needs no name
            _Draft((quotation,), ", ".join(abouts) if 0 < len(abouts) < len(parts) else None)
            for quotation, abouts in chosen
        ]
        first = self._quoter.best(hits[0])
        if drafts and not any(draft.quotations[0].hit.passage.id == first.hit.passage.id for draft in drafts):
            drafts.insert(0, _Draft((first,)))
        return drafts[:MOST_LISTED]

    def _of_part(self, found: Found, own: frozenset[str], rivals: Sequence[str]) -> Quotation | None:
        """What answers for one of the things asked after, which it names, or at least its passage or article does."""
        if found.confidence < ABSTAIN_BELOW or not found.hits:
            return None
        item, named = found.part.core, self._comparer.named
        if found.part.item is None:
            return self._quoter.best(found.hits[0])
        best, most = None, 0.0
        for hit in found.hits:
            around = max(
                named(item, own, hit.passage.text, frozenset(hit.terms.forms)),
                named(item, own, hit.article.title),
            )
            for quotation in self._quoter.sentences(hit):
                itself = named(item, own, quotation.text, quotation.forms)
                other = itself < 1.0 and any(names(rival, quotation.text) for rival in rivals)
                if max(around, itself) < OF_ITEM or other:
                    continue
                worth = hit.score + SENTENCE_WEIGHT * (quotation.score - hit.sentences[0][1]) / SENTENCE_SPAN
                worth += NAMED_ITSELF * itself + NAMED_AROUND * around
                if worth > most:
                    best, most = quotation, worth
        return best


def _unanswered(parts: Sequence[Found]) -> tuple[str, ...]:
    """The names asked after that stand in nothing that was found, whole or in part; times apart, for which there are
    other words."""
    untold = []
    for found, own in zip(parts, _distinguishing(parts), strict=True):
        part = found.part
        if part.item is None or not part.is_name or any(True for _ in expressions(part.item)):
            continue
        there = any(
            names(part.core, text)
            or own & frozenset(hit.terms.forms)
            or any(form in hit.article.title for form in own)
            for hit in found.hits
            for text in (hit.passage.text, hit.article.title)
        )
        untold += [] if there else [part.item]
    return tuple(untold)


def _distinguishing(parts: Sequence[Found]) -> list[frozenset[str]]:
    """The forms of each item that no other has; all of its own where it has none such."""
    return [
        part.forms.difference(*(other.forms for other in parts if other is not part)) or part.forms
        for part in parts
    ]


def none_allowed(question: Question) -> Answer:
    """The abstention where no article meets the filters."""
    return Answer(question.typed, NONE_ALLOWED, (), True, 0.0, (), question.searched_as)


def _numbered(drafts: Iterable[_Draft]) -> tuple[Statement, ...]:
    """The statements with their citations, numbered from 1 through all of them."""
    numbers = count(1)
    return tuple(
        Statement(
            tuple(_citation(next(numbers), quotation) for quotation in draft.quotations),
            draft.about,
            draft.differs,
        )
        for draft in drafts
    )


def _citation(n: int, quotation: Quotation) -> Citation:
    hit, (start, end) = quotation.hit, quotation.span
    passage = hit.passage
    return Citation(
        n, passage, hit.article, quotation.text, passage.start + start, passage.start + end, hit.elsewhere
    )


def _wordings(quotation: Quotation) -> list[Wording]:
    """Its sentences as far as the meaning hangs on them."""
    hit, (start, end) = quotation.hit, quotation.span
    return [
        Wording.of(hit.passage.text, hit.terms, sentence)
        for sentence, _ in hit.sentences
        if start <= sentence[0] < end
    ]
