"""What the tools give: quotations with all that a citation needs, as data and as text to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, Field

from index.articles import Article
from rag.answer import Answer, Citation, told_correction
from rag.answer_output import named_line
from rag.hits import Hit

LONGEST_TEXT = 3000
"""Characters of a passage or quotation that are given; few reach half of it, but there are paragraphs without an end."""
MOST_COPIES = 8
"""Other articles with the same passage that are named."""

NOTHING_FITS = "맞는 대목이 없습니다. 거르는 조건을 주었다면 넓혀 보세요."
NEAREST = "답은 아니지만 가장 가까운 대목:"


class Result(BaseModel):
    """What a tool gives."""

    def readable(self) -> str:
        """The same as text, for a model that is not shown the data."""
        raise NotImplementedError


class ArticleFacts(BaseModel):
    """Which article it is, as a citation names it."""

    article_id: str = Field(description="get_article에 줄 ID")
    title: str
    publisher: str | None
    published: str | None = Field(description="나온 날, ISO 8601")
    source: str = Field(description="웹 주소, 없으면 파일의 이름")

    @property
    def line(self) -> str:
        """The article in one line."""
        return named_line(self.title, self.publisher, self.published, self.source)


class Excerpt(ArticleFacts):
    """A stretch of an article: the characters ``start`` to ``end`` of its text, end exclusive."""

    start: int = Field(description="기사에서 첫 글자의 자리, 0부터")
    end: int = Field(description="마지막 글자 다음의 자리")
    duplicates: list[ArticleFacts] = Field(description="같은 내용을 실은 다른 기사. 또 하나의 근거는 아님")

    def lines(self, n: int, text: str) -> Iterator[str]:
        """Its number and article, where it stands, and its words."""
        yield f"[{n}] {self.line}"
        yield f"    article_id={self.article_id} start={self.start} end={self.end}"
        yield from (f"    > {line}" for line in text.split("\n"))
        if self.duplicates:
            yield f"    같은 내용: {'; '.join(one.line for one in self.duplicates)}"


class FoundPassage(Excerpt):
    """A passage that was found."""

    text: str = Field(description="기사의 글 그대로: 기사[start:end]")
    score: float = Field(description="이 검색 안에서만 견줄 수 있는 점수, 0..1")

    @classmethod
    def of(cls, hit: Hit) -> FoundPassage:
        """A hit; of a passage without an end the stretch around its best sentences."""
        whole = hit.passage.text
        first = max(0, min(hit.best_window[0] - LONGEST_TEXT // 4, len(whole) - LONGEST_TEXT))
        text = whole[first : first + LONGEST_TEXT]
        start = hit.passage.start + first
        return cls(
            **_facts(hit.article), start=start, end=start + len(text), duplicates=_others(hit.elsewhere),
            text=text, score=round(hit.score, 4),
        )  # fmt: skip


class CitedQuote(Excerpt):
    """A quotation of the answer."""

    n: int = Field(description="답에 적힌 번호 [n]")
    quote: str = Field(description="기사의 글 그대로: 기사[start:end]")

    @classmethod
    def of(cls, citation: Citation) -> CitedQuote:
        """A citation; of a quotation without an end its beginning."""
        quote = citation.quote[:LONGEST_TEXT]
        end = citation.start + len(quote)
        return cls(
            **_facts(citation.article), start=citation.start, end=end, duplicates=_others(citation.duplicates),
            n=citation.n, quote=quote,
        )  # fmt: skip


class Statement(BaseModel):
    """One thing that the articles say; its words are the first citation's quotation."""

    citations: list[int] = Field(description="인용의 번호")
    about: str | None = Field(description="여러 가지를 물었을 때, 그 가운데 무엇에 관한 것인지")
    differs: bool = Field(description="다른 기사와 수나 날짜가 다른지")


class SearchResult(Result):
    """The passages that fit a question best."""

    question: str
    searched_as: str | None = Field(description="질문을 고쳐서 찾았으면 고친 질문")
    hits: list[FoundPassage] = Field(description="맞는 대목, 가장 맞는 것부터")

    def readable(self) -> str:
        """The passages, each below its article."""
        lines = [*_told(self.searched_as), *_listed(self.hits)]
        return "\n".join(lines if self.hits else [*lines, NOTHING_FITS])


class AnswerResult(Result):
    """What the articles say to a question, or that they do not say it."""

    question: str
    searched_as: str | None = Field(description="질문을 고쳐서 찾았으면 고친 질문")
    abstained: bool = Field(description="기사에서 답을 찾지 못했으면 true")
    answer: str = Field(description="기사의 문장들, 뒤에 인용의 번호. 찾지 못했으면 그렇다는 한 문장")
    confidence: float = Field(description="가장 맞는 대목이 답일 확신, 0..1")
    statements: list[Statement]
    citations: list[CitedQuote]
    unanswered: list[str] = Field(description="물은 것 가운데 찾지 못한 것")
    hits: list[FoundPassage] = Field(description="찾은 대목. abstained이면 답은 아니지만 가장 가까운 대목")

    @classmethod
    def of(cls, answer: Answer) -> AnswerResult:
        """An answer, with no quotation longer than ``LONGEST_TEXT``."""
        text = answer.text
        for citation in answer.citations:
            if len(citation.quote) > LONGEST_TEXT:
                text = text.replace(citation.quote, f"{citation.quote[:LONGEST_TEXT]}…")
        statements = [
            Statement(citations=[one.n for one in said.citations], about=said.about, differs=said.differs)
            for said in answer.statements
        ]
        return cls(
            question=answer.question, searched_as=answer.searched_as, abstained=answer.abstained, answer=text,
            confidence=round(answer.confidence, 4), statements=statements,
            citations=[CitedQuote.of(citation) for citation in answer.citations],
            unanswered=list(answer.unanswered), hits=[FoundPassage.of(hit) for hit in answer.hits],
        )  # fmt: skip

    def readable(self) -> str:
        """The answer and its citations; the nearest passages where there is none."""
        lines = [*_told(self.searched_as), self.answer, ""]
        for citation in self.citations:
            lines += citation.lines(citation.n, citation.quote)
        if self.abstained and self.hits:
            lines += [NEAREST, *_listed(self.hits)]
        return "\n".join(lines).rstrip()


class ArticleResult(Result, ArticleFacts):
    """A stretch of an article, from its first line to its last all that a reader of it sees."""

    reporter: str | None
    topics: list[str]
    characters: int = Field(description="기사 전체의 글자 수")
    start: int = Field(description="기사에서 첫 글자의 자리, 0부터")
    end: int = Field(description="마지막 글자 다음의 자리")
    text: str = Field(description="기사의 글 그대로: 기사[start:end]")
    next_offset: int | None = Field(description="이어 읽을 offset. 끝이면 null")

    @classmethod
    def of(cls, article: Article, start: int, length: int) -> ArticleResult:
        """At most so many characters of an article from a place on, which may lie behind its end."""
        start = min(start, len(article.text))
        end = min(start + length, len(article.text))
        return cls(
            **_facts(article), reporter=article.reporter, topics=list(article.topics),
            characters=len(article.text), start=start, end=end, text=article.text[start:end],
            next_offset=end if end < len(article.text) else None,
        )  # fmt: skip

    def readable(self) -> str:
        """The article's facts, which part of it follows and how to read on, then the text as it is."""
        on = "끝까지" if self.next_offset is None else f"이어 읽기: offset={self.next_offset}"
        place = f"{self.characters}자 가운데 {self.start}-{self.end} ({on})"
        return f"{self.line}\narticle_id={self.article_id} {place}\n\n{self.text}"


def _facts(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        # what a model is told leaves this machine as often as not: no folders
        "source": article.url or article.source.replace("\\", "/").rsplit("/", 1)[-1],
    }


def _others(copies: Iterable[Hit]) -> list[ArticleFacts]:
    articles = {hit.article.id: hit.article for hit in copies}
    return [ArticleFacts.model_validate(_facts(one)) for one in list(articles.values())[:MOST_COPIES]]


def _told(searched_as: str | None) -> list[str]:
    correction = told_correction(searched_as)
    return [correction, ""] if correction else []


def _listed(hits: Sequence[FoundPassage]) -> Iterator[str]:
    for n, hit in enumerate(hits, 1):
        yield from hit.lines(n, hit.text)
