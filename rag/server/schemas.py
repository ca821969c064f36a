"""What the REST API takes and gives, with Korean examples for its page of documentation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from index.articles import Article
from index.filters import Filters
from index.listing import ListedArticle
from rag.answer import Answer
from rag.follow_ups.exchange import Cited, Exchange
from rag.hits import Hit
from rag.questions.question import LONGEST
from rag.writing.written import WrittenAnswer, cited_articles

MOST_HITS = 50
MOST_BEFORE = 20
"""Exchanges of a conversation that a question may come with: older ones are hardly ever meant."""
MOST_VALUES = 100
"""Values of a filter."""

DAY = r"^[0-9]{4}([-./][0-9]{1,2}){0,2}[.]?$"
Short = Annotated[str, Field(max_length=300)]
Id = Annotated[str, Field(max_length=200)]
LONGEST_TEXT = 20_000
"""Characters of a passage that comes back with a later question."""
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Pair = Annotated[list[int], Field(min_length=2, max_length=2)]
"""Of a span: the first character, and the one after the last."""


def _number(value: object) -> object:
    if isinstance(value, (bool, str)):
        raise ValueError("no number")
    return value


Whole = Annotated[int, BeforeValidator(_number)]
"""5 and 5.0, but neither "5" nor true."""
ASKED = "SKT 컨소시엄에서 반도체를 맡는 곳은?"


class Given(BaseModel):
    """Something sent to us: what we do not know is refused, so that a typing error is noticed."""

    model_config = ConfigDict(extra="forbid")


class FiltersIn(Given):
    """Which articles take part. Values of one kind are alternatives; an article has to meet every kind."""

    publishers: list[Short] = Field([], max_length=MOST_VALUES, description="매체 이름")
    since: str | None = Field(None, pattern=DAY, description="이날부터 나온 기사 (2025-08-31, 2025-08, 2025)")
    until: str | None = Field(
        None, pattern=DAY, description="이날까지 나온 기사 (그달, 그해의 마지막 날까지)"
    )
    sources: list[Short] = Field(
        [], max_length=MOST_VALUES, description="파일 경로나 웹 주소의 일부, 또는 *와 ?를 쓴 꼴"
    )
    topics: list[Short] = Field([], max_length=MOST_VALUES, description="기사가 밝힌 주제")
    articles: list[Id] = Field([], max_length=MOST_VALUES, description="기사의 ID")

    def filters(self) -> Filters:
        """As the retriever takes them. Raises QuestionError where a day is none."""
        return Filters(**self.model_dump())


class Asked(Given):
    """What every question says."""

    question: str = Field(max_length=LONGEST, description=f"질문 ({LONGEST:,}자까지)", examples=[ASKED])
    filters: FiltersIn | None = None
    correct: StrictBool = Field(True, description="오타와 띄어쓰기를 고쳐서 찾습니다")


class SearchIn(Asked):
    """A search."""

    k: Whole = Field(5, ge=1, le=MOST_HITS, description="찾을 대목의 수")
    voices: Literal["hybrid", "lexical", "dense"] = Field("hybrid", description="낱말과 뜻, 낱말만, 뜻만")
    fold: StrictBool = Field(True, description="같은 내용의 대목을 하나로 묶습니다")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": ASKED, "k": 3},
                {
                    "question": "해인 클러스터 이름의 유래는?",
                    "filters": {"publishers": ["머니투데이"], "since": "2025-08", "until": "2025-12"},
                },
            ]
        },
    )


class CitedIn(Given):
    """A citation of an earlier answer."""

    passage_id: Id
    article_id: Id
    quote: Text
    passage: Text
    copies: list[Id] = Field([], max_length=MOST_VALUES)


class ExchangeIn(Given):
    """An earlier question with what was cited: ``exchange`` of its answer, as it came."""

    question: str = Field(max_length=LONGEST)
    cited: list[CitedIn] = Field([], max_length=100)

    def exchange(self) -> Exchange:
        """As the retriever takes it."""
        return Exchange(
            self.question,
            tuple(
                Cited(one.passage_id, one.article_id, one.quote, one.passage, tuple(one.copies))
                for one in self.cited
            ),
        )


class AnswerIn(Asked):
    """A question to be answered."""

    k: Whole = Field(5, ge=1, le=20, description="답이 없을 때 보일 대목의 수")
    after: list[ExchangeIn] = Field(
        [], max_length=MOST_BEFORE, description="이어 묻는 질문이면 앞선 답들의 exchange, 오래된 것부터"
    )
    written: StrictBool = Field(
        True, description="언어 모델이 연결되어 있으면 그 말로도 쓰게 합니다 (인용은 그대로 옵니다)"
    )

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": ASKED},
                {
                    "question": "해인 클러스터 이름의 유래는?",
                    "filters": {"since": "2025"},
                    "written": False,
                },
            ]
        },
    )


# -- What is given back --------------------------------------------------------------------------------
class ArticleOut(BaseModel):
    """An article without its text."""

    id: str = Field(examples=["3f9c1b2a4d5e"])
    title: str
    publisher: str | None
    published: str | None = Field(description="나온 날 (YYYY-MM-DD)")
    source: str = Field(description="파일 경로")
    url: str | None

    @classmethod
    def of(cls, article: Article | ListedArticle) -> ArticleOut:
        """What is said of an article."""
        return cls(
            id=article.id, title=article.title, publisher=article.publisher, published=article.published,
            source=article.source, url=article.url,
        )  # fmt: skip


class WholeArticle(ArticleOut):
    """An article with its text; all offsets count its characters (Unicode code points)."""

    reporter: str | None
    topics: list[str]
    text: str
    prose: list[Pair] = Field(description="본문인 곳들의 [처음, 끝)")

    @classmethod
    def whole(cls, article: Article) -> WholeArticle:
        """All of an article."""
        prose = [[block.start, block.end] for block in article.blocks if block.kind == "prose"]
        return cls(
            **ArticleOut.of(article).model_dump(), reporter=article.reporter, topics=list(article.topics),
            text=article.text, prose=prose,
        )  # fmt: skip


class ArticleRow(ArticleOut):
    """An article in a list."""

    passages: int = Field(description="문단의 수")

    @classmethod
    def row(cls, listed: ListedArticle) -> ArticleRow:
        """A line of a list."""
        return cls(**ArticleOut.of(listed).model_dump(), passages=listed.passages)


class ArticlesOut(BaseModel):
    """A part of the list of articles, the newest first."""

    total: int = Field(description="모두 몇 건인지")
    articles: list[ArticleRow]


class CopyOut(BaseModel):
    """A passage of another article that says the same."""

    passage_id: str
    article: ArticleOut


class HitOut(BaseModel):
    """A passage that was found: ``article.text[start:end] == text``; other spans count the passage's own characters."""

    rank: int
    score: float = Field(description="0..1, 한 번의 검색 안에서만 견줄 수 있음")
    passage_id: str
    text: str
    start: int
    end: int
    article: ArticleOut
    highlights: list[Pair] = Field(description="질문의 낱말이 있는 곳들")
    best_sentence: Pair = Field(description="답에 가장 가까운 문장")
    duplicates: list[CopyOut]

    @classmethod
    def of(cls, hit: Hit, rank: int) -> HitOut:
        """A hit at its rank, from 1."""
        return cls(
            rank=rank, score=round(hit.score, 4), passage_id=hit.passage.id, text=hit.passage.text,
            start=hit.passage.start, end=hit.passage.end, article=ArticleOut.of(hit.article),
            highlights=[list(span) for span in hit.highlights], best_sentence=list(hit.best_sentence), duplicates=_copies(hit.duplicates),
        )  # fmt: skip


class SearchOut(BaseModel):
    """The passages that fit a question best, best first."""

    question: str
    searched_as: str | None = Field(description="고쳐서 찾았으면 그 질문")
    hits: list[HitOut]


class StatementOut(BaseModel):
    """One thing that the articles say, in the words of one of them."""

    quote: str
    citations: list[int] = Field(description="인용의 번호들 (citations의 n)")
    about: str | None = Field(description="여럿을 물었으면 그중 무엇에 대한 것인지")
    differs: bool = Field(description="기사마다 다르게 전하는 것인지")


class CitationOut(BaseModel):
    """A quotation and where it stands: ``article.text[start:end] == quote``."""

    n: int
    quote: str
    start: int
    end: int
    passage_id: str
    article: ArticleOut
    duplicates: list[CopyOut]


class SentenceOut(BaseModel):
    """A sentence of a language model, checked against the passages it cites."""

    text: str
    citations: list[int]
    supported: bool


class SourceOut(BaseModel):
    """What a number in a written answer stands for."""

    n: int
    article: ArticleOut


class WrittenOut(BaseModel):
    """An answer in a language model's words, checked; ``sources`` are what its numbers stand for."""

    text: str
    remark: str
    sentences: list[SentenceOut]
    sources: list[SourceOut]

    @classmethod
    def of(cls, written: WrittenAnswer) -> WrittenOut:
        """What the model wrote, and what came of checking it."""
        sentences = [
            SentenceOut(text=one.text, citations=list(one.citations), supported=one.supported)
            for one in written.sentences
        ]
        sources = [
            SourceOut(n=n, article=ArticleOut.of(article))
            for n, article, _, _ in cited_articles(written.answer, written)
        ]
        return cls(text=written.text, remark=written.remark, sentences=sentences, sources=sources)


class AnswerOut(BaseModel):
    """What the articles say to a question, quoted and cited, or that they do not say it."""

    question: str
    searched_as: str | None
    completed_as: str | None = Field(description="이어 묻는 질문이면 무엇으로 채워 찾았는지")
    answer: str = Field(
        description="한 줄에 한 마디와 인용의 번호; 못 찾았으면 그렇다는 한 문장",
        examples=["반도체는 리벨리온이 맡는다. [1]"],
    )
    abstained: bool = Field(description="이 기사들에 답이 없다고 보았는지")
    confidence: float
    statements: list[StatementOut]
    unanswered: list[str] = Field(description="여럿을 물었으면 그중 찾지 못한 것들")
    citations: list[CitationOut]
    hits: list[HitOut]
    exchange: ExchangeIn = Field(description="이어 물을 때 after에 넣을 것")
    written: Annotated[WrittenOut | None, Field(description="언어 모델이 쓴 답 (연결되어 있을 때만)")] = None

    @classmethod
    def of(cls, answer: Answer, written: WrittenAnswer | None = None) -> AnswerOut:
        """An answer, with that of a language model where there is one."""
        return cls(
            question=answer.question,
            searched_as=answer.searched_as,
            completed_as=answer.completed_as,
            answer=answer.text,
            abstained=answer.abstained,
            confidence=round(answer.confidence, 4),
            statements=[
                StatementOut(
                    quote=one.quote, citations=[citation.n for citation in one.citations], about=one.about,
                    differs=one.differs,
                )
                for one in answer.statements
            ],
            unanswered=list(answer.unanswered),
            citations=[
                CitationOut(
                    n=one.n, quote=one.quote, start=one.start, end=one.end, passage_id=one.passage.id,
                    article=ArticleOut.of(one.article), duplicates=_copies(one.duplicates),
                )
                for one in answer.citations
            ],
            hits=[HitOut.of(hit, rank) for rank, hit in enumerate(answer.hits, 1)],
            exchange=_exchange(answer),
            written=WrittenOut.of(written) if written else None,
        )  # fmt: skip


def _copies(duplicates: tuple[Hit, ...]) -> list[CopyOut]:
    return [CopyOut(passage_id=hit.passage.id, article=ArticleOut.of(hit.article)) for hit in duplicates]


def _exchange(answer: Answer) -> ExchangeIn:
    exchange = answer.exchange
    cited = [
        CitedIn(
            passage_id=one.passage_id, article_id=one.article_id, quote=one.quote[:LONGEST_TEXT],
            passage=one.passage[:LONGEST_TEXT],
            copies=list(one.copies[:MOST_VALUES]),
        )
        for one in exchange.cited
    ]  # fmt: skip
    return ExchangeIn(question=exchange.question, cited=cited)


class SkippedOut(BaseModel):
    """A file that was not taken."""

    name: str
    reason: str


class JobOut(BaseModel):
    """Articles on their way into the index: how far they are, or what has become of them."""

    job: str
    state: Literal["working", "done", "failed"]
    stage: Annotated[str | None, Field(description="read, wait, cut, arrange, encode")] = None
    done: int = 0
    total: int = 0
    added: list[ArticleRow] = []
    known: Annotated[list[str], Field(description="같은 내용이 이미 있는 것들")] = []
    skipped: list[SkippedOut] = []
    error: str | None = None


class RemovedOut(BaseModel):
    """An article that was taken out."""

    removed: ArticleOut


class Health(BaseModel):
    """That the server runs."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Whether the server answers questions just now, and of how much."""

    ready: bool
    reason: str | None = None
    articles: int | None = None
    passages: int | None = None


class ProblemOut(BaseModel):
    """Why a request could not be met, in one line that says what to do."""

    detail: str = Field(examples=["질문이 비어 있습니다. 알고 싶은 것을 적어 주세요."])
    request_id: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": ProblemOut, "description": "요청을 읽을 수 없습니다"},
    401: {"model": ProblemOut, "description": "로그인하거나 토큰을 보내야 합니다"},
    403: {"model": ProblemOut, "description": "다른 사이트에서 온 요청이거나, 할 수 없는 일입니다"},
    408: {"model": ProblemOut, "description": "요청이 끝까지 오지 않았습니다"},
    413: {"model": ProblemOut, "description": "보낸 것이 너무 큽니다"},
    422: {"model": ProblemOut, "description": "질문이나 조건이 잘못되었습니다"},
    429: {"model": ProblemOut, "description": "너무 많은 요청이 기다리고 있습니다 (Retry-After)"},
    503: {"model": ProblemOut, "description": "지금은 답할 수 없습니다 (Retry-After)"},
}
