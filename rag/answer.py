"""What an answer is: statements quoted from the articles, each with its citations, or an abstention."""

from __future__ import annotations

from dataclasses import dataclass

from index.articles import Article
from index.hangul import direction_particle
from index.passages import Passage
from rag.follow_ups.exchange import Cited, Exchange, as_meant
from rag.hits import Hit

NOT_FOUND = "이 기사들에서는 답을 찾지 못했습니다."
NO_MORE = "더 나온 대목이 없습니다."
"""Where more was asked for, beyond what was cited already."""
NONE_ALLOWED = "거르는 조건에 맞는 기사가 없습니다."
DIFFERING = "기사마다 다릅니다. 무엇을 두고 한 말인지, 언제 나왔는지 견주어 보세요."
NOT_TOLD = "{item}: 기사에서 찾지 못했습니다."
CORRECTED = "‘{text}’{particle} 고쳐서 찾았습니다."
COMPLETED = "‘{text}’{particle} 이어서 찾았습니다."
COMPLETED_WITHIN = "‘{text}’{particle} 이어서, 기사 ‘{title}’에서만 찾았습니다."


def told_correction(searched_as: str | None) -> str | None:
    """What to tell the user of a corrected question; None where it was searched as typed."""
    if searched_as is None:
        return None
    return CORRECTED.format(text=searched_as, particle=direction_particle(searched_as))


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and where it stands: ``article.text[start:end] == quote``."""

    n: int
    """Its number in the answer, from 1."""
    passage: Passage
    article: Article
    quote: str
    start: int
    end: int
    duplicates: tuple[Hit, ...] = ()
    """Passages of other articles that say the same as this one, as ``Hit.duplicates``: no further evidence."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the articles say, in the words of one of them."""

    citations: tuple[Citation, ...]
    """The one quoted, then those that say the same in other words."""
    about: str | None = None
    """Which of the things asked after it is about, where there are several: "1단계", "네이버"."""
    differs: bool = False
    """It gives another figure or date than the other statements that are so marked."""

    @property
    def quote(self) -> str:
        """Its words."""
        return self.citations[0].quote

    @property
    def text(self) -> str:
        """Its words, followed by the numbers of its citations; where articles differ, by the paper and the day, too."""
        about = f"{self.about}: " if self.about else ""
        origin = f" ({self.origin})" if self.differs else ""
        return f"{about}{self.quote} {self.marks}{origin}"

    @property
    def marks(self) -> str:
        """The numbers of its citations, in brackets."""
        return "".join(f"[{citation.n}]" for citation in self.citations)

    @property
    def origin(self) -> str:
        """The paper and the day of what is quoted."""
        article = self.citations[0].article
        return " ".join(filter(None, (article.publisher, article.published))) or article.title


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they do not say it."""

    question: str
    text: str
    """The statements, one a line, each followed by the numbers of its citations in brackets, after a line that says so
    where articles differ, and before one for each thing of which nothing was found; or one sentence saying that nothing was found."""
    statements: tuple[Statement, ...]
    abstained: bool
    confidence: float
    """How sure it is, 0..1, that the best passage answers the question (see ``rag.answering.evidence``)."""
    hits: tuple[Hit, ...]
    """The passages found, best first, and after them those cited that lie deeper; when abstaining, those that come
    nearest."""
    searched_as: str | None = None
    """What the question was corrected to before it was searched; None where it was searched as typed."""
    unanswered: tuple[str, ...] = ()
    """Of several things asked after, those of which nothing was found."""
    completed_as: str | None = None
    """What a follow-up question was completed to, from the conversation; None where it stands on its own."""
    within: str | None = None
    """The title of the one article that was searched, where a follow-up question pointed at a citation."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of all statements, in order of their numbers."""
        return tuple(citation for statement in self.statements for citation in statement.citations)

    @property
    def differing(self) -> bool:
        """Whether articles give different figures or dates."""
        return any(statement.differs for statement in self.statements)

    @property
    def in_full(self) -> str:
        """The question as it was answered: corrected, or completed from the conversation."""
        return self.completed_as or self.searched_as or self.question

    @property
    def correction(self) -> str | None:
        """What to tell the user of the correction, if there was one."""
        return told_correction(self.searched_as)

    @property
    def completion(self) -> str | None:
        """What to tell the user of the completion, if there was one."""
        if self.completed_as is None:
            return None
        told = COMPLETED_WITHIN if self.within else COMPLETED
        particle = direction_particle(self.completed_as)
        return told.format(text=self.completed_as, particle=particle, title=self.within)

    @property
    def exchange(self) -> Exchange:
        """What later questions of the conversation may refer to."""
        cited = tuple(
            Cited(
                citation.passage.id,
                citation.article.id,
                citation.quote,
                citation.passage.text,
                tuple(copy.passage.id for copy in citation.duplicates),
            )
            for citation in self.citations
        )
        asked = self.completed_as or as_meant(self.question, self.searched_as or self.question)
        return Exchange(asked, cited)

    def _repr_html_(self) -> str:
        """The answer with its sources as a notebook shows it."""
        from rag.notebook import answer_html

        return answer_html(self)
