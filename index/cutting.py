"""Cuts articles for an index: into passages with their sentences, windows and terms, some articles at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from index.analyzer import Analyzer
from index.articles import Article
from index.passages import cut_one_by_one
from index.stored import StoredArticle, StoredPassage

AT_ONCE = 64
"""Articles that Kiwi is given at a time: enough for all cores, few enough to hold in memory ..."""
MOST_TEXT = 500_000
"""... unless they have so many characters together."""


def cut_articles(
    articles: Iterable[Article], analyzer: Analyzer, *, whole: bool = False
) -> Iterator[StoredArticle]:
    """What an index keeps of each article, in order; one without prose has no passages.

    Args:
        articles: read only as fast as the results are taken.
        analyzer: with the user's dictionary, if there is one.
        whole: each article is one passage.
    """
    for batch in _batches(articles):
        passages: dict[str, list[StoredPassage]] = {article.id: [] for article in batch}
        for item in cut_one_by_one(batch, analyzer, whole=whole):
            passages[item.passage.article_id].append(StoredPassage.of(item, analyzer))
        for article in batch:
            title = tuple(term.form for term in analyzer.terms_of(article.title))
            yield StoredArticle(article, title, tuple(passages[article.id]))


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) == AT_ONCE or sum(len(one.text) for one in batch) >= MOST_TEXT:
            yield batch
            batch = []
    if batch:
        yield batch
