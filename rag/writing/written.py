"""An answer in a language model's words, of which only those sentences count that their passages bear out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles import Article
from index.errors import LanguageModelError
from rag.answer import Answer
from rag.hits import Hit
from rag.retriever import Retriever
from rag.writing.language_model import CUT_OFF, EMPTY, LanguageModel, Settings
from rag.writing.model_text import cited_sentences, finished_part, without_reasoning
from rag.writing.prompt import messages, within_budget
from rag.writing.verification import Verifier

NOTHING_LEFT = "언어 모델이 쓴 문장은 모두 기사로 뒷받침되지 않아, 기사의 문장을 그대로 보입니다."
CHECKED = "언어 모델이 쓴 문장을 기사와 대조했습니다."
LEFT_OUT = " {count}문장은 뒷받침되지 않아 뺐습니다."
STOPPED = "언어 모델을 멈췄습니다."
UNEXPECTED = "언어 모델의 답을 다루다 문제가 생겼습니다."
FELL_BACK = "{why} 기사의 문장을 그대로 보입니다."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence of the model's, without its citations."""

    text: str
    citations: tuple[int, ...]
    """The numbers of the passages that bear it out; where none do, those that the model cited."""
    supported: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model has written so far, without its reasoning; nothing of it is checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What came of asking the model."""

    answer: Answer
    """The extractive answer, which it rests on and which stands where ``supported`` is empty."""
    sentences: tuple[WrittenSentence, ...] = ()
    why: str | None = None
    """One line of why the extractive answer is shown instead; None where the model's stands."""

    @property
    def supported(self) -> tuple[WrittenSentence, ...]:
        """The sentences that may be shown as the answer."""
        return tuple(sentence for sentence in self.sentences if sentence.supported)

    @property
    def unsupported(self) -> tuple[WrittenSentence, ...]:
        """Those that may not: their passages do not bear them out, or they cite none."""
        return tuple(sentence for sentence in self.sentences if not sentence.supported)

    @property
    def text(self) -> str:
        """The supported sentences with their numbers; the extractive answer's text where there are none."""
        return " ".join(f"{one.text} {_numbers(one.citations)}" for one in self.supported) or self.answer.text

    @property
    def remark(self) -> str:
        """What to tell the user of the checking, in one line."""
        if self.why:
            return self.why
        left_out = len(self.unsupported)
        return CHECKED + (LEFT_OUT.format(count=left_out) if left_out else "")


class Writer:
    """Has answers written by a language model, and checks them. Safe to share between threads."""

    def __init__(self, retriever: Retriever, model: LanguageModel) -> None:
        self._model = model
        self._verifier = Verifier(retriever.index.analyzer, retriever.index.encoder)

    @classmethod
    def from_environment(cls, retriever: Retriever) -> Writer | None:
        """A writer with the model of ``GEUNGEO_LLM_URL``, or None where that is not set."""
        settings = Settings.from_environment()
        return cls(retriever, LanguageModel(settings)) if settings else None

    def over(self, retriever: Retriever) -> Writer:
        """A writer with the same model over another index."""
        return Writer(retriever, self._model)

    def write(self, answer: Answer, stop: threading.Event | None = None) -> WrittenAnswer:
        """The answer as the model writes it; see ``stream``."""
        written = WrittenAnswer(answer)
        for step in self.stream(answer, stop):
            if isinstance(step, WrittenAnswer):
                written = step
        return written

    def stream(self, answer: Answer, stop: threading.Event | None = None) -> Iterator[Draft | WrittenAnswer]:
        """What the model writes, as it comes, and last the checked answer. Nothing goes wrong here that is raised.

        Args:
            answer: the extractive answer to the question; where it abstains the model is not asked.
            stop: once it is set the extractive answer comes next, as the last.
        """
        if answer.abstained:
            yield WrittenAnswer(answer)
            return
        try:
            yield from self._steps(answer, stop or threading.Event())
        except Exception:
            log.exception("what a language model wrote could not be checked")
            yield _fallen_back(answer, UNEXPECTED)

    def _steps(self, answer: Answer, stop: threading.Event) -> Iterator[Draft | WrittenAnswer]:
        passages = within_budget(numbered_passages(answer))
        text, why = "", None
        try:
            for piece in self._model.stream(messages(answer.in_full, passages), stop):
                text += piece
                yield Draft(without_reasoning(text))
        except LanguageModelError as error:
            why = str(error)
        text = without_reasoning(text)
        if why == CUT_OFF:
            text = finished_part(text)
        elif stop.is_set():
            why = why or STOPPED
        elif not text.strip():
            why = why or EMPTY  # all of it was reasoning
        if why and why != CUT_OFF:
            yield _fallen_back(answer, why)
            return
        sentences = self._checked(text, dict(passages))
        if any(sentence.supported for sentence in sentences):
            yield WrittenAnswer(answer, sentences)
        else:
            yield WrittenAnswer(answer, sentences, FELL_BACK.format(why=why) if why else NOTHING_LEFT)

    def _checked(self, text: str, passages: dict[int, Hit]) -> tuple[WrittenSentence, ...]:
        grounds = {
            number: self._verifier.grounds(
                hit.passage.text,
                hit.article.title,
                [hit.passage.text[start:end] for (start, end), _ in sorted(hit.sentences)],
            )
            for number, hit in passages.items()
        }
        checked = []
        for sentence, cited in cited_sentences(text):
            known = [number for number in cited if number in grounds]
            verdict = self._verifier.verify(sentence, [grounds[number] for number in known])
            numbers = tuple(known[at] for at in verdict.citations) if verdict.supported else cited
            checked.append(WrittenSentence(sentence, numbers, verdict.supported))
        return tuple(checked)


def _fallen_back(answer: Answer, why: str) -> WrittenAnswer:
    return WrittenAnswer(answer, (), FELL_BACK.format(why=why))


def numbered_passages(answer: Answer) -> list[tuple[int, Hit]]:
    """The passages behind an answer with the numbers of their cards: the cited ones first, then the others."""
    numbers: dict[str, int] = {}
    for citation in answer.citations:
        numbers.setdefault(citation.passage.id, citation.n)
    following = max((citation.n for citation in answer.citations), default=0) + 1
    hits = {hit.passage.id: hit for hit in answer.hits}
    cited = [(number, hits[passage]) for passage, number in numbers.items() if passage in hits]
    others = [hit for hit in answer.hits if hit.passage.id not in numbers]
    return [*cited, *enumerate(others, start=following)]


def cited_articles(
    answer: Answer, written: WrittenAnswer | None
) -> list[tuple[int, Article, str | None, tuple[Hit, ...]]]:
    """What the numbers of an answer, and of what was written above it, stand for.

    Each number with its article, the words quoted where the answer's text does not show them, and near-duplicates.
    """
    listed: list[tuple[int, Article, str | None, tuple[Hit, ...]]] = [
        (one.n, one.article, one.quote if at else None, one.duplicates)
        for statement in answer.statements
        for at, one in enumerate(statement.citations)
    ]
    known = {n for n, *_ in listed}
    cited = {n for sentence in written.supported for n in sentence.citations} if written else set()
    others = [(n, hit) for n, hit in numbered_passages(answer) if n in cited - known]
    return [*listed, *((n, hit.article, None, hit.elsewhere) for n, hit in sorted(others, key=_first))]


def _first(pair: tuple[int, Hit]) -> int:
    return pair[0]


def _numbers(citations: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in citations)
