"""The exceptions the library raises; each message is one line that says what to do next."""

from __future__ import annotations


class GeungeoError(Exception):
    """Base of every error this library raises on purpose. ``str(error)`` is fit to show to a user."""


class ArticleError(GeungeoError):
    """A file cannot be read as an article (missing, unreadable, binary, empty, too large)."""


class IndexNotFoundError(GeungeoError):
    """There is no index at the given place."""


class IndexFormatError(GeungeoError):
    """The index is damaged, of another format, or made with another analyzer or encoder."""


class EncoderError(GeungeoError):
    """The embedding model cannot be found, read, converted or run."""


class QuestionError(GeungeoError):
    """The question is blank, too long or not text, or what it is narrowed to makes no sense."""


class LanguageModelError(GeungeoError):
    """The language model cannot be asked, or its answer is of no use; the extractive answer stands."""
