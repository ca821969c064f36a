"""Cuts an article into passages (paragraphs, the unit of retrieval) and windows (the unit of meaning)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.analyzer import Analyzer
from index.articles import Article
from index.korean import Analysis

SHORT = 60
"""Characters: a paragraph below this joins its neighbour, for it rarely says by itself what it is about."""
LONG = 1500
"""Characters: a paragraph above this is split at sentences (the longest of KorQuAD's has about 1,300)."""
LONGEST = 10_000
"""Characters: a paragraph above this is taken for several. Kiwi's time and memory grow faster than the length of a text:
100,000 sentences on one line would take it minutes."""
WINDOW = 80
"""Characters: a window is a run of whole sentences up to this; a longer sentence is a window by itself. Most windows
are one sentence: on half of KorQuAD dense recall@1 is .889 so, .859 with runs of up to 200 (the whole passage beside
the windows in both)."""

_STOP = re.compile(r"[.!?。…][\"'”’)\]]{0,4}\s")
_VISIBLE = re.compile(r"\S")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of an article: ``article.text[start:end]``."""

    id: str
    """``<article id>-<number>``: passages of an article are numbered from 1."""
    article_id: str
    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class CutPassage:
    """A passage with its analysis; spans count characters of the passage's text, not the article's."""

    passage: Passage
    analysis: Analysis
    windows: tuple[Span, ...]


def paragraph_spans(article: Article) -> list[Span]:
    """The spans of the article's prose paragraphs, very short ones joined to the paragraph before (else after).

    Only paragraphs with nothing but white space between them are joined: a caption or heading keeps them apart.
    Those beyond all measure are taken apart.
    """
    joined = _joined_paragraphs(article)
    return [span for start, end in joined for span in _stretches(article.text, start, end)]


def _joined_paragraphs(article: Article) -> list[Span]:
    joined: list[Span] = []
    blocks = article.blocks
    previous_is_prose = False
    for block in blocks:
        if block.kind != "prose":
            previous_is_prose = False
            continue
        is_short = block.end - block.start < SHORT
        last_is_short = bool(joined) and joined[-1][1] - joined[-1][0] < SHORT
        if previous_is_prose and (is_short or last_is_short) and block.end - joined[-1][0] <= LONG:
            joined[-1] = (joined[-1][0], block.end)
        else:
            joined.append((block.start, block.end))
        previous_is_prose = True
    return joined


def _stretches(text: str, start: int, end: int) -> Iterator[Span]:
    """A paragraph in stretches that are not too long, cut after a sentence, else between words, else anywhere."""
    while end - start > LONGEST:
        middle, most = start + LONGEST // 2, start + LONGEST
        stops = [stop.end() for stop in _STOP.finditer(text, middle, most)]
        cut_at = (
            stops[-1] if stops else max(text.rfind(" ", middle, most), text.rfind("\n", middle, most)) + 1
        )
        cut_at = cut_at or most
        yield start, start + len(text[start:cut_at].rstrip())
        after = _VISIBLE.search(text, cut_at, end)
        if after is None:
            return
        start = after.start()
    yield start, end


def sentence_runs(sentences: Sequence[Span], limit: int) -> list[Span]:
    """Runs of neighbouring sentences of at most ``limit`` characters each (or one longer sentence)."""
    runs: list[Span] = []
    for start, end in sentences:
        if runs and end - runs[-1][0] <= limit:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def cut(
    articles: Sequence[Article], analyzer: Analyzer | None = None, *, whole: bool = False
) -> list[list[CutPassage]]:
    """The passages of each article, in text order, with their sentences, morphemes and windows.

    Args:
        articles: the articles to cut.
        analyzer: with the user's dictionary, if there is one.
        whole: each article is one passage (for collections whose entries are passages already).
    """
    passages: dict[str, list[CutPassage]] = {article.id: [] for article in articles}
    for item in cut_one_by_one(articles, analyzer, whole=whole):
        passages[item.passage.article_id].append(item)
    return [passages[article.id] for article in articles]


def cut_one_by_one(
    articles: Sequence[Article], analyzer: Analyzer | None = None, *, whole: bool = False
) -> Iterator[CutPassage]:
    """The same, article by article, and nothing is kept: morphemes take a hundred times as much memory as the text."""
    spans: list[tuple[Article, Span]] = []
    for article in articles:
        for span in _whole_span(article) if whole else paragraph_spans(article):
            spans.append((article, span))
    analyses = (analyzer or Analyzer()).analyze_all(
        article.text[start:end] for article, (start, end) in spans
    )
    numbers = dict.fromkeys((article.id for article in articles), 0)
    for (article, (start, end)), analysis in zip(spans, analyses, strict=True):
        for piece_start, piece_end in _pieces(analysis, end - start, None if whole else LONG):
            text = article.text[start + piece_start : start + piece_end]
            number = numbers[article.id] = numbers[article.id] + 1
            passage = Passage(
                f"{article.id}-{number}", article.id, number, start + piece_start, start + piece_end, text
            )
            yield _cut_passage(passage, analysis, piece_start, piece_end)


def _whole_span(article: Article) -> list[Span]:
    stripped = article.text.strip()
    start = article.text.index(stripped)
    return [(start, start + len(stripped))] if stripped else []


def _pieces(analysis: Analysis, length: int, limit: int | None) -> list[Span]:
    """The paragraph itself, or, where it is too long, about equal runs of its sentences."""
    if limit is None or length <= limit or len(analysis.sentences) < 2:
        return [(0, length)]
    pieces = -(-length // limit)
    return sentence_runs(analysis.sentences, max(length // pieces + 1, limit // 2))


def _cut_passage(passage: Passage, analysis: Analysis, start: int, end: int) -> CutPassage:
    sentences = tuple((s - start, e - start) for s, e in analysis.sentences if start <= s and e <= end)
    morphemes = analysis.morphemes
    if (start, end) != (0, len(passage.text)):
        morphemes = tuple(
            type(m)(m.form, m.tag, m.start - start, m.end - start)
            for m in morphemes
            if start <= m.start < end
        )
    sentences = sentences or ((0, len(passage.text)),)
    return CutPassage(passage, Analysis(morphemes, sentences), tuple(sentence_runs(sentences, WINDOW)))
