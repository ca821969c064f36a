"""Geungeo (근거): ask in Korean about a pile of articles; get the passages that answer, quoted and cited."""

from typing import TYPE_CHECKING

from index.lazy import lazily

if TYPE_CHECKING:
    from index.articles import Article
    from index.errors import GeungeoError
    from index.filters import Filters
    from index.passages import Passage
    from rag.answer import Answer, Citation, Statement
    from rag.conversation import Conversation
    from rag.follow_ups.exchange import Exchange
    from rag.hits import Hit
    from rag.results import Hits, SearchResults
    from rag.retriever import Retriever
    from rag.serving import Serving
    from rag.writing.written import Writer, WrittenAnswer

__all__ = [
    "Answer",
    "Article",
    "Citation",
    "Conversation",
    "Exchange",
    "Filters",
    "GeungeoError",
    "Hit",
    "Hits",
    "Passage",
    "Retriever",
    "SearchResults",
    "Serving",
    "Statement",
    "Writer",
    "WrittenAnswer",
]

__getattr__ = lazily(
    __name__,
    {
        "Article": "index.articles",
        "GeungeoError": "index.errors",
        "Filters": "index.filters",
        "Passage": "index.passages",
        **dict.fromkeys(("Answer", "Citation", "Statement"), "rag.answer"),
        "Conversation": "rag.conversation",
        "Exchange": "rag.follow_ups.exchange",
        "Hit": "rag.hits",
        **dict.fromkeys(("Hits", "SearchResults"), "rag.results"),
        "Retriever": "rag.retriever",
        "Serving": "rag.serving",
        **dict.fromkeys(("Writer", "WrittenAnswer"), "rag.writing.written"),
    },
)
