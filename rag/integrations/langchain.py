"""A LangChain retriever (``geungeo[langchain]``)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import run_in_executor
from pydantic import Field, InstanceOf

from index.filters import Filters
from rag.hits import Hit
from rag.records import metadata
from rag.retriever import Retriever


class GeungeoRetriever(BaseRetriever):
    """Passages of a Geungeo index as LangChain documents, best first. Safe to share between threads.

    ``invoke``, ``ainvoke`` and ``bind`` take ``k``, ``filters`` (empty ones lift the retriever's) and ``correct``, too.
    What a document's metadata hold is told in ``rag.records.metadata``. A retriever that knows its ``index_dir`` can be
    pickled; it opens the index anew where it is unpickled.

    Raises:
        GeungeoError: the index cannot be opened (see ``Retriever.open``); a question is at fault (``QuestionError``,
            see ``Retriever.search``: as it is, for its message is fit to show).
        pydantic.ValidationError: ``k`` is not positive, or a field of another type.
    """

    index_dir: Path | str | None = None
    """Where the index lies, as ``Retriever.open`` takes it."""
    retriever: InstanceOf[Retriever] = Field(
        default_factory=lambda given: Retriever.open(given["index_dir"]), exclude=True, repr=False
    )
    """An opened index; without it, that at ``index_dir`` is opened."""
    k: int = Field(default=5, ge=1)
    """How many documents there are for a question; fewer where the index holds fewer."""
    filters: InstanceOf[Filters] | None = None
    """Only articles that meet these are searched."""
    correct: bool = True
    """Whether typos and spacing of the question are corrected."""

    def __getstate__(self) -> dict[Any, Any]:
        if self.index_dir is None:
            raise TypeError(
                "열린 색인은 pickle할 수 없습니다. GeungeoRetriever(index_dir=...)로 만들어 주세요."
            )
        state = super().__getstate__()
        kept = {name: value for name, value in state["__dict__"].items() if name != "retriever"}
        return state | {"__dict__": kept}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self.retriever = Retriever.open(self.index_dir)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filters: Filters | None = None,
        correct: bool | None = None,
    ) -> list[Document]:
        hits = self.retriever.search(
            query,
            self.k if k is None else k,
            filters=self.filters if filters is None else filters,
            correct=self.correct if correct is None else correct,
        )
        return [_document(hit) for hit in hits]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **given: Any
    ) -> list[Document]:
        """In a worker thread; that of the base class passes on no more than the question."""
        search = partial(self._get_relevant_documents, query, run_manager=run_manager.get_sync(), **given)
        return await run_in_executor(None, search)


def _document(hit: Hit) -> Document:
    return Document(id=hit.passage.id, page_content=hit.passage.text, metadata=metadata(hit))
