"""Ways to make terms of a text, to compare with the product's: white space, all Kiwi forms, parts of compounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from index.korean import Morpheme, morphemes, shared_kiwi
from index.terms import Vocabulary, content_terms
from rag.questions.question import INTERROGATIVES, read_question

Analyzer = Callable[[str], list[str]]

LONG_NOUN = 4
"""Syllables: shorter nouns are seldom compounds of nouns that stand by themselves."""


@lru_cache(maxsize=50_000)
def _morphemes(text: str) -> tuple[Morpheme, ...]:
    return morphemes(text)


def white_space(text: str) -> list[str]:
    """The words as they stand."""
    return text.split()


def all_forms(text: str) -> list[str]:
    """Every morpheme's form, particles and endings included: what Korean tutorials feed to BM25."""
    return [morpheme.form for morpheme in _morphemes(text)]


def content_forms(text: str) -> list[str]:
    """The product's terms of a passage."""
    return [term.form for term in content_terms(_morphemes(text))]


def asked_forms(text: str) -> list[str]:
    """The product's terms of a question."""
    return list(read_question(text).forms)


def plain_forms(text: str) -> list[str]:
    """Content terms without the table of spellings."""
    return [term.form for term in content_terms(_morphemes(text), _without_table())]


@cache
def _without_table() -> Vocabulary:
    return Vocabulary((), frozenset(), morphemes)


def asked_plain_forms(text: str) -> list[str]:
    """The same of a question."""
    return [form for form in plain_forms(text) if form not in INTERROGATIVES]


def compound_parts(text: str) -> list[str]:
    """The parts of each long noun that Kiwi takes for one word: what Kiwi makes of it with that word forbidden.

    Only where all parts are nouns of two syllables or more: 세계보건기구 gives 세계, 보건 and 기구; 포르투갈 none.
    """
    return [part for noun in _long_nouns(text) for part in _noun_parts(noun)]


def noun_pairs(text: str) -> list[str]:
    """Each pair of neighbouring syllables of each long noun."""
    return [noun[i : i + 2] for noun in _long_nouns(text) for i in range(len(noun) - 1)]


def _long_nouns(text: str) -> list[str]:
    return [m.form for m in _morphemes(text) if m.tag in ("NNG", "NNP") and len(m.form) >= LONG_NOUN]


@lru_cache(maxsize=50_000)
def _noun_parts(noun: str) -> tuple[str, ...]:
    parts = shared_kiwi().tokenize(noun, blocklist=[noun])
    if len(parts) < 2 or any(not str(part.tag).startswith("NN") or len(part.form) < 2 for part in parts):
        return ()
    return tuple(part.form for part in parts)
