"""Makes what a file says of its article fit to be kept and shown, whoever wrote it."""

from __future__ import annotations

from urllib.parse import urlsplit

from index.decoding import normalise
from index.metadata import Metadata

LONGEST_VALUE = 300
"""Characters of a title, a name or a topic, of which the beginning is kept: a title is searched with every passage."""
LONGEST_ADDRESS = 2_000
MOST_TOPICS = 100


def web_address(url: str | None) -> str | None:
    """The address where it leads to the web; a page may claim any (``javascript:``, a path of its own)."""
    try:
        parts = urlsplit(url or "")
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def tidied(given: Metadata) -> Metadata:
    """The same, each value on one line, without characters that show nothing, and not too long."""

    def clean(value: str | None, longest: int = LONGEST_VALUE) -> str | None:
        return " ".join(normalise(value).split())[:longest].strip() or None if value else None

    return Metadata(
        title=clean(given.title),
        publisher=clean(given.publisher),
        published=clean(given.published),
        reporter=clean(given.reporter),
        url=clean(given.url, LONGEST_ADDRESS),
        topics=tuple(topic for topic in map(clean, given.topics[:MOST_TOPICS]) if topic),
    )
