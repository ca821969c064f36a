"""Text into a searchable index on disk, and the index's own two searches."""

from typing import TYPE_CHECKING

from index.lazy import lazily

if TYPE_CHECKING:
    from index.articles import Article, Block
    from index.build import build_index, index_articles, remove_articles
    from index.dictionary import Dictionary, read_dictionary
    from index.errors import (
        ArticleError,
        EncoderError,
        GeungeoError,
        IndexFormatError,
        IndexNotFoundError,
        QuestionError,
    )
    from index.filters import Filters
    from index.passages import Passage
    from index.searching import Index
    from index.summary import BuildSummary

__all__ = [
    "Article", "ArticleError", "Block", "BuildSummary", "Dictionary", "EncoderError", "Filters", "GeungeoError", "Index", "IndexFormatError",
    "IndexNotFoundError", "Passage", "QuestionError", "build_index", "index_articles",
    "read_dictionary", "remove_articles",
]  # fmt: skip

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("Article", "Block"), "index.articles"),
        **dict.fromkeys(("build_index", "index_articles", "remove_articles"), "index.build"),
        **dict.fromkeys(("Dictionary", "read_dictionary"), "index.dictionary"),
        **dict.fromkeys((name for name in __all__ if name.endswith("Error")), "index.errors"),
        "Filters": "index.filters",
        "Passage": "index.passages",
        "Index": "index.searching",
        "BuildSummary": "index.summary",
    },
)
