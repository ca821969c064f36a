"""Articles on their way, in a file: what BM25 needs of all of them is known before the first one is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType

from index.milvus.forms import Fields, article_fields, as_article, as_passage, passage_fields
from index.stored import StoredArticle
from index.terms import character_bigrams, indexed_terms


class Spool:
    """Keeps articles in a temporary file, and counts their terms."""

    def __init__(self) -> None:
        self._file = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed on leaving)
        self.passages = 0
        self.words = 0
        """Terms of all passages, as BM25 counts them."""
        self.characters = 0
        """Pairs of characters of all passages."""

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, stored: StoredArticle) -> None:
        """Keeps an article."""
        line: Fields = {
            "article": article_fields(stored),
            "passages": [passage_fields(item) for item in stored.passages],
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.passages += len(stored.passages)
        for item in stored.passages:
            self.words += len(indexed_terms(item.terms.forms, stored.title_terms))
            self.characters += len(character_bigrams(f"{stored.article.title} {item.passage.text}"))

    def __iter__(self) -> Iterator[StoredArticle]:
        self._file.seek(0)
        for line in self._file:
            fields = json.loads(line)
            article, title_terms = as_article(fields["article"])
            passages = tuple(as_passage(passage) for passage in fields["passages"])
            yield StoredArticle(article, title_terms, passages)
