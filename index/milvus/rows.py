"""Articles and passages in Milvus, read by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import Any

from index.articles import Article
from index.errors import GeungeoError, QuestionError
from index.filters import Filters
from index.listing import ListedArticle, newest_first, words_of
from index.milvus.batching import batched
from index.milvus.conditions import NOTHING, Allowed, Sources, Words, among, day_text, facts
from index.milvus.connection import MOST_HITS, PAGE, Connection
from index.milvus.forms import as_article, as_passage, joined
from index.milvus.keys import key_of
from index.milvus.remembering import Remembered
from index.milvus.schema import Collections
from index.milvus.statistics import count
from index.milvus.versions import STRONG, connected
from index.passages import Passage
from index.stored import StoredArticle, StoredPassage

MOST_OF_SOURCES = 50_000
"""Articles that a pattern of sources may fit: their keys are part of each search's condition, a megabyte of it."""
AT_ONCE = 64
"""Articles read at a time with all their passages."""

Row = dict[str, Any]


class MilvusRows:
    """Reads the articles of one version. Safe to share between threads."""

    def __init__(self, connection: Connection, collections: Collections) -> None:
        self._connection = connection
        self._names = collections
        self._lists: Remembered[str, list[tuple[str, int]]] = Remembered()
        self._days: Remembered[str, int] = Remembered()

    @classmethod
    def open(cls, place: str) -> MilvusRows:
        """The articles of the index at ``milvus:URI``; errors as ``index.milvus.searching.MilvusIndex.open``."""
        connection, collections, _ = connected(place)
        return cls(connection, collections)

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, Article]]:
        """The passages of the given numbers with their articles, in the order given."""
        found = self.passages_alone(numbers)
        return list(zip(found, self.articles_of([item.passage for item in found]), strict=True))

    def passages_alone(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The same without their articles."""
        return [as_passage(joined(row["payload"])) for row in self._numbered(numbers, ["payload"])]

    def articles_of(self, passages: Sequence[Passage]) -> list[Article]:
        """The article of each passage."""
        found = self._articles_by_key(dict.fromkeys(key_of(passage.article_id) for passage in passages))
        return [found[key_of(passage.article_id)] for passage in passages]

    def dated_texts(self, numbers: Sequence[int]) -> list[tuple[str, str | None]]:
        """The texts of the passages of the given numbers and their articles' dates, in the order given."""
        rows = self._numbered(numbers, ["payload", "day"])
        return [(joined(row["payload"])["text"], day_text(row["day"])) for row in rows]

    @property
    def newest_day(self) -> str | None:
        """The latest date of publication, None where no article has one; some minutes old at most."""
        return day_text(self._days.ask("newest", self._newest_day))

    def _newest_day(self) -> int:
        return next(iter(self._latest("", 1, "day")), 0)

    def _latest(self, condition: str, most: int, field: str) -> list[int]:
        """A field of the newest articles that meet a condition.

        Milvus knows no order, but nearest neighbours: ``latest`` is a vector as long as the day is late.
        """
        hits = self._connection.read(
            "search", self._names.articles, data=[[1.0, 0.0]], anns_field="latest", limit=most, filter=condition,
            output_fields=[field], search_params={"metric_type": "IP"},
        )[0]  # fmt: skip
        return [int(hit["entity"][field]) for hit in hits]

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        rows = self._rows("articles", among("article", [key_of(article_id)]), ["payload"])
        return as_article(joined(rows[0]["payload"]))[0] if rows else None

    def articles(self, filters: Filters | None = None) -> list[tuple[Article, int]]:
        """Every article (that meets the filters) with the number of its passages, in order of source."""
        condition = self.allowed(filters).condition if filters else ""
        rows = self._connection.all_rows(self._names.articles, condition, ["payload", "passages"])
        found = [(as_article(joined(row["payload"]))[0], int(row["passages"])) for row in rows]
        return sorted(found, key=lambda item: (item[0].source, item[0].id))

    def find_articles(
        self, words: str = "", most: int = 50, skip: int = 0
    ) -> tuple[list[ListedArticle], int]:
        """The newest articles whose title, publisher or source holds all the words, and how many there are in all.

        As ``index.searchable.Rows``, but where not all articles of a day find a place, the server chooses among them.
        """
        asked = Words(words_of(words))
        upto = most + skip
        if upto > MOST_HITS:
            raise QuestionError(f"목록은 {MOST_HITS:,}건까지 볼 수 있습니다. 낱말로 좁혀 주세요.")
        keys, total = self._newest(asked.condition(), upto) if asked.exact else self._newest_held(asked, upto)
        rows = self._rows("articles", among("article", keys), ["payload", "passages"]) if keys else []
        listed = (
            ListedArticle.of(as_article(joined(row["payload"]))[0], int(row["passages"])) for row in rows
        )
        return newest_first(listed)[skip:], total

    def _newest(self, condition: str, most: int) -> tuple[list[int], int]:
        """The keys of the newest articles that meet a condition, and how many do."""
        found = self._latest(condition, most, "article")
        return found, count(self._connection, self._names.articles, condition)

    def _newest_held(self, asked: Words, most: int) -> tuple[list[int], int]:
        """The same for words that no condition can say: reads the titles of all that may hold them."""
        fields = ["article", "day", "listed"]
        held = [
            (row["day"], row["article"])
            for row in self._connection.all_rows(self._names.articles, asked.condition(), fields, page=10_000)
            if asked.held_by(row["listed"])
        ]
        return [key for _, key in nlargest(most, held)], len(held)

    def some_articles(self, most: int) -> list[Article]:
        """At most so many articles; keys are hashes, so the first rows are from all over the index."""
        rows = self._rows("articles", "", ["payload"], limit=most)
        return [as_article(joined(row["payload"]))[0] for row in rows]

    def publishers(self) -> list[tuple[str, int]]:
        """Each publisher with the number of its articles, the most frequent first; some minutes old at most."""
        return self._lists.ask("publisher_name", lambda: self._counted("publisher_name"))

    def topics(self) -> list[tuple[str, int]]:
        """Each topic with the number of articles that name it, as ``publishers``."""
        return self._lists.ask("topic_names", lambda: self._counted("topic_names"))

    def _counted(self, field: str) -> list[tuple[str, int]]:
        """Milvus cannot group, so this reads the field of every article."""
        counts: Counter[str] = Counter()
        for row in self._connection.all_rows(self._names.articles, "", [field], page=10_000):
            value = row[field]
            counts.update([value] if isinstance(value, str) else value)
        del counts[""]
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def everything(self) -> Iterator[StoredArticle]:
        """Every article with its passages, in no order that means anything; up to the last write."""
        fields = ["article", "payload"]
        rows = self._connection.all_rows(self._names.articles, "", fields, AT_ONCE, **STRONG)
        for batch in batched(rows, AT_ONCE):
            passages: dict[int, list[StoredPassage]] = {row["article"]: [] for row in batch}
            condition = among("article", passages)
            for row in self._connection.all_rows(self._names.passages, condition, fields, PAGE, **STRONG):
                passages[row["article"]].append(as_passage(joined(row["payload"])))
            for row in batch:
                article, title_terms = as_article(joined(row["payload"]))
                own = sorted(passages[row["article"]], key=lambda item: item.passage.number)
                yield StoredArticle(article, title_terms, tuple(own))

    def allowed(self, filters: Filters) -> Allowed:
        """What passages and windows have to meet to be of articles that meet the filters.

        Raises:
            GeungeoError: a pattern of sources fits too many articles to name them all.
        """
        conditions = facts(filters)
        if filters.sources:
            found = self._of_sources(Sources(filters.sources), conditions)
            conditions = [among("article", found) if found else NOTHING]
        return Allowed(" and ".join(f"({condition})" for condition in conditions))

    def _of_sources(self, sources: Sources, conditions: list[str]) -> list[int]:
        """The keys of the articles that fit the patterns and meet the other conditions, too."""
        condition = " and ".join(f"({text})" for text in [*conditions, sources.condition()])
        found: list[int] = []
        for row in self._connection.all_rows(
            self._names.articles, condition, ["article", "source", "url"], page=10_000
        ):
            if sources.fit(row["source"], row["url"]):
                found.append(row["article"])
            if len(found) > MOST_OF_SOURCES:
                raise GeungeoError(
                    f"경로나 주소의 조건에 맞는 기사가 {MOST_OF_SOURCES:,}건이 넘습니다. 더 좁은 조건을 주세요."
                )
        return found

    def _articles_by_key(self, keys: dict[int, None]) -> dict[int, Article]:
        rows = self._rows("articles", among("article", keys), ["article", "payload"]) if keys else []
        if len(rows) < len(keys):
            raise changed()
        return {row["article"]: as_article(joined(row["payload"]))[0] for row in rows}

    def _numbered(self, numbers: Sequence[int], fields: list[str]) -> list[Row]:
        """The rows of the passages of the given numbers, in the order given."""
        if not len(numbers):
            return []
        rows = self._rows("passages", among("passage", numbers), ["passage", *fields])
        by_number = {row["passage"]: row for row in rows}
        try:
            return [by_number[int(number)] for number in numbers]
        except KeyError:
            raise changed() from None

    def _rows(self, kind: str, condition: str, fields: list[str], **options: Any) -> list[Row]:
        return self._connection.rows(getattr(self._names, kind), condition, fields, **options)


def changed() -> GeungeoError:
    """What a search found has been removed before it was read."""
    return GeungeoError("찾는 동안 색인이 바뀌었습니다. 다시 물어 주세요.")
