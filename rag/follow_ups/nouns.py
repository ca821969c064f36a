"""Small classes of Korean words that follow-up questions turn on, read from ``rag/nouns.txt``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["person", "organisation", "thing", "place", "matter"]
KINDS: tuple[Kind, ...] = ("person", "organisation", "thing", "place", "matter")

TABLE = Path(__file__).with_name("nouns.txt")


@cache
def nouns(name: str) -> frozenset[str]:
    """The words of one class. Raises KeyError where there is no such class."""
    return _classes()[name]


@cache
def _classes() -> dict[str, frozenset[str]]:
    classes: dict[str, frozenset[str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        name, listed, words = line.partition(":")
        if listed and not line.startswith("#"):
            classes[name] = classes.get(name, frozenset()) | frozenset(words.split())
    return classes


def kind_of(noun: str) -> Kind | None:
    """What kind of thing a noun speaks of; None where it tells nothing."""
    found = next((kind for kind in KINDS if noun in nouns(kind)), None)
    return "person" if found is None and noun in nouns("title") else found
