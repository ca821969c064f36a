"""A conversation as plain data: what the browser keeps of it, what its exports hold, and what its markup is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from index.articles import Article
from index.listing import ListedArticle
from index.passages import Span
from rag.answer import NO_MORE, NONE_ALLOWED, Answer, Citation
from rag.follow_ups.exchange import Exchange
from rag.hits import Hit
from rag.page.visit import Place
from rag.writing.written import WrittenAnswer, numbered_passages

MOST_COPIES = 8
"""How many other articles with the same passage its card names."""
MOST_RESTORED = 200
"""Turns that a browser may bring back."""

Spans = Annotated[tuple[Span, ...], Field(max_length=500)]
"""No passage has more to mark; what a browser brings back may."""
Outcome = Literal["answered", "not_found", "no_more", "none_allowed"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of an article wherever it is named."""

    id: str
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    file: str
    """The name of its file; the folders above it are the server's own business."""

    @classmethod
    def of(cls, article: Article | ListedArticle) -> Facts:
        """The facts of an article."""
        file = article.source.replace("\\", "/").rsplit("/", 1)[-1]
        return cls(article.id, article.title, article.publisher, article.published, article.url, file)

    @property
    def paper_and_day(self) -> str:
        """What to call it beside others that say the same."""
        return " · ".join(filter(None, (self.publisher or self.title, self.published)))


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article with the same passage."""

    article: Facts
    span: Span
    """Where the passage stands there, in characters of the article."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage behind an answer, or near to one."""

    numbers: tuple[int, ...]
    """Those it is cited by, of which the first is its card's; one of its own where it is not cited."""
    cited: bool
    article: Facts
    text: str
    start: int
    """Where the passage begins in the article, in characters."""
    quotes: Spans
    """The sentences quoted, in characters of ``text``, as ``words`` are."""
    words: Spans
    copies: tuple[Copy, ...]
    more_copies: int
    lexical: float
    dense: float
    sentence: float

    @property
    def number(self) -> int:
        """The number of its card."""
        return self.numbers[0]

    @property
    def scores(self) -> tuple[float, float, float]:
        """How well its words, its meaning and its best sentence fit, each 0..1 of the best passage."""
        return self.lexical, self.dense, self.sentence

    @property
    def span(self) -> Span:
        """Where it stands in its article, in characters."""
        return self.start, self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A statement of the answer, quoted."""

    quote: str
    numbers: tuple[int, ...]
    """Of its citations."""
    about: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A sentence that a language model wrote."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The answer in a language model's words, checked."""

    supported: tuple[WrittenLine, ...]
    left_out: tuple[str, ...]
    why: str | None
    """Why nothing of it stands, if so."""

    @classmethod
    def of(cls, found: WrittenAnswer) -> Written:
        """What is shown of a written answer."""
        supported = tuple(WrittenLine(one.text, one.citations) for one in found.supported)
        return cls(supported, tuple(one.text for one in found.unsupported), found.why)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is replied to a question: quotations with their sources, or that there are none."""

    outcome: Outcome
    quotations: tuple[Quotation, ...]
    sources: Annotated[tuple[Source, ...], Field(max_length=100)]
    """The cited ones first, then the other near ones."""
    unanswered: tuple[str, ...] = ()
    searched_as: str | None = None
    completed_as: str | None = None
    within: str | None = None
    confidence: float = 0.0
    unknown: tuple[str, ...] = ()
    """Words of the question that stand in no article, told where there is no answer."""
    suggestions: tuple[str, ...] = ()
    """Questions near to it that have an answer, offered where it has none."""
    written: Written | None = None

    @classmethod
    def of(cls, found: Answer, unknown: Sequence[str] = (), suggestions: Sequence[str] = ()) -> Reply:
        """What is shown of an answer."""
        outcome: Outcome = "answered"
        if found.abstained:
            outcome = "none_allowed" if found.text == NONE_ALLOWED else "not_found"
            outcome = "no_more" if found.text == NO_MORE else outcome
        quotations = tuple(
            Quotation(one.quote, tuple(citation.n for citation in one.citations), one.about, one.differs)
            for one in found.statements
        )
        return cls(
            outcome, quotations, _sources(found), found.unanswered,
            found.searched_as, found.completed_as, found.within, found.confidence,
            tuple(unknown), tuple(suggestions),
        )  # fmt: skip

    @property
    def abstained(self) -> bool:
        """Whether it is no answer."""
        return self.outcome != "answered"

    @property
    def differing(self) -> bool:
        """Whether articles give different figures or dates."""
        return any(one.differs for one in self.quotations)

    def source(self, number: int) -> Source | None:
        """The source with that number."""
        return next((one for one in self.sources if number in one.numbers), None)


def _sources(found: Answer) -> tuple[Source, ...]:
    cited: dict[str, list[Citation]] = {}
    for citation in found.citations:
        cited.setdefault(citation.passage.id, []).append(citation)
    return tuple(
        _source(number, hit, cited.get(hit.passage.id, [])) for number, hit in numbered_passages(found)
    )


def _source(number: int, hit: Hit, citations: Sequence[Citation]) -> Source:
    start = hit.passage.start
    copies = [
        Copy(Facts.of(one.article), (one.passage.start, one.passage.end))
        for one in hit.elsewhere[:MOST_COPIES]
    ]
    return Source(
        numbers=tuple(citation.n for citation in citations) or (number,),
        cited=bool(citations),
        article=Facts.of(hit.article),
        text=hit.passage.text,
        start=start,
        quotes=tuple((one.start - start, one.end - start) for one in citations),
        words=hit.highlights,
        copies=tuple(copies),
        more_copies=len(hit.elsewhere) - len(copies),
        lexical=hit.lexical,
        dense=hit.dense,
        sentence=hit.sentence,
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and the reply to it."""

    number: int
    """From 1 in each conversation."""
    question: str
    reply: Reply | None = None
    """None where there is a notice instead, and while it is being looked for."""
    notice: str = ""
    """What is wrong with the question, or that something failed."""
    narrowed: str = ""
    """The filters in force, in words; empty where there were none."""
    place: Place = "shared"
    """The collection that was asked."""
    exchange: Exchange | None = None
    """What later questions may refer to; None in a notice."""
    at: str = ""
    """When it was asked, ISO 8601."""
    draft: str | None = None
    """What a language model has written so far, not yet checked."""


Turns = tuple[Turn, ...]
_TURNS = TypeAdapter(tuple[Turn, ...])
_TURN = TypeAdapter(Turn)


def as_data(turn: Turn) -> dict[str, Any]:
    """A turn as JSON holds it."""
    data: dict[str, Any] = _TURN.dump_python(turn, mode="json", exclude={"draft"})
    return data


def from_data(kept: Any) -> Turns:
    """The turns of ``as_data``; none where the data are not what this version wrote."""
    try:
        turns = _TURNS.validate_python(kept, strict=False)
    except (ValidationError, RecursionError):
        return ()
    sound = all(one.reply is None or all(source.numbers for source in one.reply.sources) for one in turns)
    return turns[-MOST_RESTORED:] if sound else ()


def next_number(turns: Turns) -> int:
    """The number of the turn that follows."""
    return turns[-1].number + 1 if turns else 1
