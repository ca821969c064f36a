"""What later questions of a conversation may refer to: a question asked and what was quoted in answer to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cited:
    """What later questions may refer to of a citation."""

    passage_id: str
    article_id: str
    quote: str
    passage: str
    """The passage's whole text."""
    copies: tuple[str, ...] = ()
    """Ids of passages of other articles that say the same."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, as it was completed, and what was answered to it: all that a follow-up is completed from."""

    question: str
    cited: tuple[Cited, ...] = ()


def as_meant(typed: str, searched: str) -> str:
    """The wording of a question to go on from: corrected where letters were, else with the spaces it was typed with.

    Spaces put into or taken out of a name that no dictionary knows do little harm to a search, but tear the name.
    """
    respaced = "".join(typed.split()) == "".join(searched.split())
    return typed if respaced and " " in typed else searched
