"""The hits of one question, and those of many: lists that a notebook shows and a table takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from index.errors import GeungeoError
from rag.hits import Hit
from rag.records import Record, row

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    "number", "question", "rank", "score", "title", "publisher", "published", "source", "article_id", "passage_id",
    "start", "end", "text", "quote_start", "quote_end",
)  # fmt: skip
"""Of a record of ``SearchResults``, in order."""
NEEDS_PANDAS = "표로 만들려면 pandas가 필요합니다: pip install pandas"


class Hits(list[Hit]):
    """The hits of one question, best first: a list like any other, which a notebook shows as passages."""

    @overload
    def __getitem__(self, at: SupportsIndex, /) -> Hit: ...
    @overload
    def __getitem__(self, at: slice, /) -> Hits: ...
    def __getitem__(self, at: SupportsIndex | slice, /) -> Hit | Hits:
        return Hits(super().__getitem__(at)) if isinstance(at, slice) else super().__getitem__(at)

    def _repr_html_(self) -> str:
        """Its passages as a notebook shows them."""
        from rag.notebook import hits_html

        return hits_html(self)


class SearchResults(list[Hits]):
    """The hits of each of many questions, in their order: a list of lists, which turns into a table. Not to be changed.

    Args:
        found: the hits of each question.
        questions: the questions as they were given, as many.
        index: that of the pandas Series they came in, if they did.
    """

    def __init__(self, found: Iterable[Hits], questions: Sequence[str], index: Any = None) -> None:
        super().__init__(found)
        self.questions = tuple(questions)
        self._index = index

    def records(self) -> list[Record]:
        """A record for each hit, its keys ``COLUMNS``; a question without hits has none.

        ``number`` counts the questions and ``rank`` the hits of each, from 1. ``start`` and ``end`` say where the passage
        stands in its article's text, ``quote_start`` and ``quote_end`` where its best sentence stands in ``text``.
        """
        return [
            {"number": number, "question": question, "rank": rank, **row(hit)}
            for number, (question, hits) in enumerate(zip(self.questions, self, strict=True), 1)
            for rank, hit in enumerate(hits, 1)
        ]

    def to_frame(self) -> pandas.DataFrame:
        """The ``records`` as a table. Where the questions came as a Series, each row has the label of its question.

        Raises:
            GeungeoError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise GeungeoError(NEEDS_PANDAS) from None
        labels = None if self._index is None else self._index.repeat([len(hits) for hits in self])
        return pandas.DataFrame(self.records(), index=labels, columns=list(COLUMNS))

    def _repr_html_(self) -> str:
        """The questions with their passages as a notebook shows them."""
        from rag.notebook import results_html

        return results_html(self)
