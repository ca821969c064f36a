"""The public way in: open an index, search it, answer from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.articles import Article
from index.errors import QuestionError
from index.filters import Filters
from index.milvus.address import is_address
from index.searchable import Searchable
from index.searching import Index
from rag.answer import NO_MORE, Answer
from rag.answering.composing import LOOKED_AT, OF_EACH, Composer, Found, none_allowed
from rag.answering.evidence import weigh
from rag.answering.quoting import Quoter
from rag.answering.statements import Comparer
from rag.follow_ups.exchange import Exchange, as_meant
from rag.follow_ups.follow_up import FollowUps
from rag.hits import as_hit
from rag.questions.correction import Corrector
from rag.questions.parts import parts_of
from rag.questions.question import Question, read_question
from rag.ranking.candidates import Candidate, Pool, Voices, rank
from rag.ranking.folding import FURTHER, first_of, folded
from rag.ranking.rescoring import DEPTH
from rag.results import Hits, SearchResults

TOGETHER = 128
"""Questions whose vectors are computed at once: the encoder remembers twice as many."""


class Retriever:
    """Searches one index. Safe to share between threads."""

    def __init__(self, index: Searchable) -> None:
        self.index = index
        self._corrector = Corrector(index)
        self._follow_ups = FollowUps(index.analyzer)

    @classmethod
    def open(cls, index_dir: str | Path | None = None) -> Retriever:
        """Opens the index at ``index_dir`` (by default ``$GEUNGEO_INDEX`` or the user's data folder).

        What the first question needs (Kiwi, the encoder) is loaded here too, side by side.

        Args:
            index_dir: a folder, or ``milvus:URI`` (see ``index.milvus.address``).

        Raises:
            IndexNotFoundError: no index lies there.
            IndexFormatError: it is broken, or was made with another Kiwi, encoder or version.
            GeungeoError: the Milvus server cannot be reached.
        """
        index = _open(index_dir)
        wait_for_encoder = index.encoder.start_loading()
        _ = index.analyzer.kiwi
        wait_for_encoder()
        return cls(index)

    def read(self, question: str, *, correct: bool = True) -> Question:
        """The question as it is searched: cleaned, analysed and, unless switched off, its typos and spacing corrected.

        Raises:
            QuestionError: the question is blank, too long or no text.
        """
        return read_question(question, self.index.analyzer, self._corrector if correct else None)

    def search(
        self,
        question: str,
        k: int = 5,
        *,
        voices: Voices = "hybrid",
        filters: Filters | None = None,
        correct: bool = True,
        fold: bool = True,
    ) -> Hits:
        """The ``k`` passages that fit the question best, best first; fewer where the index holds fewer.

        Where the question names a time, passages that tell of that time are favoured (``rag.ranking.time_agreement``).

        Args:
            question: in Korean (any language the encoder knows will do).
            k: at least 1.
            voices: all searches, or the lexical ones (words, character pairs) or the dense one alone.
            filters: only passages of articles that meet these are searched; there may be none.
            correct: whether typos and spacing of the question are corrected (``read`` tells how).
            fold: make near-duplicates one hit, the best of them, with the others as its ``duplicates``.

        Raises:
            QuestionError: the question is blank, too long or no text, or ``k`` is not positive.
        """
        return self._search(self.read(question, correct=correct), k, voices, filters, fold).hits

    def search_many(
        self,
        questions: Iterable[str],
        k: int = 5,
        *,
        voices: Voices = "hybrid",
        filters: Filters | None = None,
        correct: bool = True,
        fold: bool = True,
    ) -> SearchResults:
        """The hits of ``search`` for each of many questions, in their order; their vectors are computed side by side.

        ``SearchResults.to_frame`` makes a table of them.

        Args:
            questions: any iterable of texts; a pandas Series gives the table its labels. The other arguments are those
                of ``search``.

        Raises:
            QuestionError: as ``search`` does. The question at fault (a missing value is one) is named by its number,
                and nothing is searched.
        """
        if isinstance(questions, str) or getattr(questions, "ndim", 1) != 1:
            raise QuestionError("질문 여럿을 목록이나 표의 한 열(Series)로 주세요.")
        labels = getattr(questions, "index", None)
        questions = list(questions)
        read = []
        for number, question in enumerate(questions, 1):
            try:
                read.append(self.read(question, correct=correct))
            except QuestionError as error:
                raise QuestionError(f"{number}번째 질문: {error}") from None
        found: list[Hits] = []
        for first in range(0, len(read), TOGETHER):
            some = read[first : first + TOGETHER]
            if voices != "lexical":
                self.index.encoder.encode_queries([question.text for question in some])
            found += [self._search(question, k, voices, filters, fold).hits for question in some]
        return SearchResults(found, questions, None if callable(labels) else labels)

    def answer(
        self,
        question: str,
        k: int = 5,
        *,
        filters: Filters | None = None,
        correct: bool = True,
        after: Sequence[Exchange] = (),
    ) -> Answer:
        """The sentences that answer the question, quoted and cited, or an abstention where the evidence is weak.

        Arguments and errors are those of ``search``. ``Answer.searched_as`` tells what the question was corrected to;
        where no article meets the filters the answer says so.

        Args:
            correct: whether typos are corrected and follow-ups completed; without, the question is asked as typed.
            after: the conversation so far, oldest first (``Answer.exchange``), from which a follow-up question is
                completed (``rag.follow_ups.follow_up``); ``Answer.completed_as`` tells to what.
        """
        read = self.read(question, correct=correct)
        if k < 1:
            raise QuestionError(f"k는 1 이상이어야 합니다 (받은 값 {k}).")
        completion = self._follow_ups.complete(as_meant(read.typed, read.text), after) if correct else None
        if completion is None:
            return self._answer(read, k, filters)
        article = self.article(completion.article_id) if completion.article_id else None
        if article:  # one that has left the index meanwhile does not narrow the search
            filters = replace(filters or Filters(), articles=[article.id])
        full = self.read(completion.text, correct=False)
        answer = self._answer(full, k, filters, completion.beyond)
        within = article.title if article else None
        return replace(answer, question=read.typed, completed_as=full.text, within=within)

    def _answer(
        self, question: Question, k: int, filters: Filters | None, beyond: Collection[str] = frozenset()
    ) -> Answer:
        """The answer from passages other than those ``beyond`` which it is to go."""
        found = self._search(question, max(k, LOOKED_AT), "hybrid", filters, beyond=beyond)
        if filters and not found.hits and not beyond:
            return none_allowed(question)
        quoter = Quoter(question, self.index.analyzer)
        composer = Composer(question, quoter, Comparer(question, quoter, self._idf))
        margin = None
        if beyond:  # scores are scaled to the best of what is left, which leads by much however poor it is
            margin = 0.0
        elif filters and found.best:
            margin = self._lead(question, found.best[0])
        evidence = weigh(self.index, question, found.best, found.pool, margin)
        parts = [] if beyond else self._parts(question, filters)
        answer = composer.answer(found.hits, k, evidence, parts)
        return replace(answer, text=NO_MORE) if beyond and answer.abstained else answer

    def _lead(self, question: Question, first: Candidate) -> float:
        """By how much a passage is ahead of all others of the collection, its copies aside; below 0 where it is behind."""
        candidates, _ = rank(self.index, question, DEPTH, "hybrid")
        groups = folded(candidates, len(candidates))
        own = next((group for group in groups if any(one.number == first.number for one in group)), None)
        rest = max((group[0].score for group in groups if group is not own), default=0.0)
        return (own[0].score if own else candidates[-1].score) - rest

    def _parts(self, question: Question, filters: Filters | None) -> list[Found]:
        """What a search for each of the things asked after finds, where there are several."""
        analyzer = self.index.analyzer
        found = []
        for part in parts_of(question.text, analyzer.morphemes(question.text)):
            read = self.read(part.question, correct=False)
            result = self._search(read, OF_EACH, "hybrid", filters)
            evidence = weigh(self.index, read, result.best, result.pool)
            forms = frozenset(term.form for term in analyzer.terms_of(part.core))
            found.append(Found(part, forms, result.hits, evidence.confidence))
        return found

    def _idf(self, forms: Sequence[str]) -> list[float]:
        return [float(value) for value in self.index.idf(forms)]

    def articles(self, filters: Filters | None = None) -> list[tuple[Article, int]]:
        """Every article of the index (that meets the filters) with the number of its passages."""
        return self.index.store.articles(filters)

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        return self.index.store.article(article_id)

    def _search(
        self,
        question: Question,
        k: int,
        voices: Voices,
        filters: Filters | None,
        fold: bool = True,
        beyond: Collection[str] = frozenset(),
    ) -> _Found:
        if k < 1:
            raise QuestionError(f"k는 1 이상이어야 합니다 (받은 값 {k}).")
        distinct = max(k, 2)  # confidence asks for the second, too
        most = distinct + FURTHER if fold else distinct
        allowed = self.index.allowed(filters, beyond)
        while True:
            candidates, pool = rank(self.index, question, most, voices, allowed)
            groups = folded(candidates, distinct) if fold else [[candidate] for candidate in candidates]
            if len(groups) == distinct or len(candidates) < most:
                break
            most *= 4  # where copies have taken the places of distinct passages, these lie deeper
        best = [group[0] for group in groups]
        groups = groups[:k]
        articles = iter(self.index.store.articles_of([c.stored.passage for group in groups for c in group]))
        hits = Hits(first_of([as_hit(c, next(articles), question) for c in group]) for group in groups)
        return _Found(hits, best, pool)


def _open(place: str | Path | None) -> Searchable:
    if not is_address(place):
        return Index.open(place)
    from index.milvus.searching import MilvusIndex

    return MilvusIndex.open(place)


@dataclass(frozen=True, slots=True)
class _Found:
    hits: Hits
    best: list[Candidate]
    """The best candidates, copies left out, at least two where there are so many."""
    pool: Pool
