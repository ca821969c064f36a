"""Cuts articles for an index: into passages with their sentences, windows and terms, some articles at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from index.analyzer import Analyzer
from index.articles import Article
from index.passages import cut
from index.stored import StoredArticle, StoredPassage

AT_ONCE = 64
"""Articles that Kiwi is given at a time: enough for all cores, few enough to hold in memory."""


def cut_articles(
    articles: Iterable[Article], analyzer: Analyzer, *, whole: bool = False
) -> Iterator[StoredArticle]:
    """What an index keeps of each article, in order; one without prose has no passages.

    Args:
        articles: read only as fast as the results are taken.
        analyzer: with the user's dictionary, if there is one.
        whole: each article is one passage.
    """
    coming = iter(articles)
    while batch := list(islice(coming, AT_ONCE)):
        for article, passages in zip(batch, cut(batch, analyzer, whole=whole), strict=True):
            title = tuple(term.form for term in analyzer.terms_of(article.title))
            yield StoredArticle(article, title, tuple(StoredPassage.of(item, analyzer) for item in passages))
