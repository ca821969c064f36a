"""What a visitor's browser tells with everything it asks: who it is, what it asks of, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

Place = Literal["shared", "own"]
"""Which collection is asked: that of the page, or the one that the visitor has brought."""
FEWEST_SOURCES, MOST_SOURCES = 3, 10


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser's key and settings, which it keeps itself."""

    key: Annotated[str, Field(pattern=r"^([0-9a-f]{32,64})?$")] = ""
    """What only this browser knows: it opens the collection that was brought from it; empty before it has any."""
    place: Place = "shared"
    sources: Annotated[int, Field(ge=FEWEST_SOURCES, le=MOST_SOURCES)] = 5
    """Passages looked for."""
    correct: bool = True
    """Whether typos are corrected and follow-ups completed."""
    written: bool = True
    """Whether a language model, where there is one, writes the answer."""
    only: Annotated[str, Field(pattern=r"^[0-9a-f]{0,64}$")] = ""
    """The id of the one article that is asked, if so."""
    talk: Annotated[str, Field(max_length=64)] = ""
    """What the browser calls the conversation on the page."""
    turns: int = 0
    """How many turns of it the browser has kept."""

    def __repr__(self) -> str:
        """Without the key, which is to stand in no log."""
        return f"Visit(place={self.place!r}, sources={self.sources}, correct={self.correct}, written={self.written})"


_VISIT = TypeAdapter(Visit)


def read_visit(told: str | None) -> Visit:
    """What a browser told, as JSON; the defaults where it is nothing that a browser of ours would tell."""
    try:
        return _VISIT.validate_json(told or "{}")
    except ValidationError:
        return Visit()
