"""What a build reports, wherever the index lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.articles import Skipped


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did."""

    place: Path | str
    """The index's folder, or the address of its store."""
    articles: int
    passages: int
    windows: int
    added: int
    """Articles that were not in the index before."""
    changed: int
    """Articles whose file has another content than before."""
    unchanged: int
    removed: int
    """Articles taken out, because they were asked to go or their files have."""
    encoded: int
    """Windows encoded in this build; the others' vectors were there already."""
    skipped: tuple[Skipped, ...]
    """Files that could not be read, each with the reason."""
    seconds: float
