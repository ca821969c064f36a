"""What the properties of an office document claim, without what programs put there by themselves."""

from __future__ import annotations

import re

from index.metadata import Metadata, parse_date

_NO_TITLE = re.compile(
    r"microsoft\s(?:word|powerpoint|excel)\s?-.*|.*\.(?:docx?|hwpx?|pptx?|xlsx?|txt|html?|indd|qxd|pdf|rtf)|"
    r"untitled.*|제목\s?없음.*|무제.*|(?:문서|빈\s?문서|새\s?문서|document|slide|슬라이드)\s?\d*|(?:about|https?|file):.*|"
    r"word document|\(?(?:unspecified|anonymous)\)?|[\W\d_]*",
    re.I,
)
_NO_AUTHOR = re.compile(
    r"\(?(?:user|users|admin|administrator|owner|unknown|anonymous|guest|author|pc|hp|lg|samsung|lenovo|dell|asus|"
    r"microsoft.*|windows.*|사용자|관리자|작성자|python-docx|unspecified|root|[\w.-]*\d[\w.-]*|[\W_]*)\)?",
    re.I,
)


def claimed_metadata(title: str | None, author: str | None, day: str | None) -> Metadata:
    """Title, author and day of creation, as far as they can be an article's."""
    title, author = " ".join((title or "").split())[:300], " ".join((author or "").split())[:100]
    return Metadata(
        title=None if _NO_TITLE.fullmatch(title) else title,
        reporter=None if _NO_AUTHOR.fullmatch(author) else author,
        published=parse_date(day) if day else None,
    )
