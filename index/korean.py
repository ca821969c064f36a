"""Korean analysis by Kiwi: morphemes and sentences with their places in the text."""

from __future__ import annotations

import hashlib
import importlib.metadata
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.spelling import table_lines

if TYPE_CHECKING:
    from kiwipiepy import Kiwi, Sentence, Token

KIWI_OPTIONS = {"load_multi_dict": False, "load_default_dict": False}
"""Without the two dictionaries of names from encyclopaedias. Multi-word ones: KorQuAD recall@1 of BM25 rises without
(.918 to .921), loading takes 1.1 s and 345 MB instead of 2.6-3.5 s and 535 MB. Single words: of 1,295 questions (half a
of KorQuAD dev, spoken, piles, both seeds) two fewer are answered at rank 1 without, and loading takes half the time and
70 MB less."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme: its dictionary form, Kiwi's tag, and the characters ``[start, end)`` it comes from."""

    form: str
    tag: str
    start: int
    end: int
    listed: bool = True
    """Whether a dictionary has it; others are taken for nouns."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Morphemes and sentence spans of one text, in text order."""

    morphemes: tuple[Morpheme, ...]
    sentences: tuple[tuple[int, int], ...]


TERM_RULES = 2
"""Of ``index.terms``, ``index.numbers`` and ``index.spelling``: a change of what they make of a text takes the next number."""

UNLISTED = (2, 3)
"""The morpheme ids that Kiwi gives to common and proper nouns that no dictionary of its has."""

_lock = threading.Lock()
_kiwi: Kiwi | None = None


def shared_kiwi() -> Kiwi:
    """The one Kiwi of this process, built on first use (half a second or more); safe to use from many threads."""
    global _kiwi
    if _kiwi is None:
        with _lock:
            if _kiwi is None:
                kiwi = new_kiwi()
                kiwi.tokenize("준비")  # the model loads on the first call, not in the constructor
                _kiwi = kiwi
    return _kiwi


def new_kiwi() -> Kiwi:
    """Another Kiwi, to which words can be added before its first use."""
    from kiwipiepy import Kiwi

    return Kiwi(**KIWI_OPTIONS)


def analyzer_versions() -> dict[str, object]:
    """What decides which terms a text has: recorded by an index, which is bound to it."""
    return {
        "kiwipiepy": importlib.metadata.version("kiwipiepy"),
        "kiwipiepy_model": importlib.metadata.version("kiwipiepy_model"),
        "options": dict(KIWI_OPTIONS),
        "rules": TERM_RULES,
        "spellings": hashlib.sha256("\n".join(table_lines()).encode()).hexdigest()[:16],
    }


def morphemes(text: str, kiwi: Kiwi | None = None) -> tuple[Morpheme, ...]:
    """The morphemes of a short text, such as a question."""
    return tuple(_morpheme(token) for token in (kiwi or shared_kiwi()).tokenize(text))


def likely_analysis(text: str, kiwi: Kiwi | None = None) -> tuple[tuple[Morpheme, ...], float]:
    """The morphemes of a short text, and the logarithm of how likely Kiwi's language model finds them."""
    tokens, score = (kiwi or shared_kiwi()).analyze(text)[0]
    return tuple(_morpheme(token) for token in tokens), float(score)


def likely_analyses(
    texts: Iterable[str], kiwi: Kiwi | None = None
) -> Iterator[tuple[tuple[Morpheme, ...], float]]:
    """As ``likely_analysis``, of many texts, in order, on all cores."""
    for results in (kiwi or shared_kiwi()).analyze(texts):
        tokens, score = results[0]
        yield tuple(_morpheme(token) for token in tokens), float(score)


def spaced(text: str, kiwi: Kiwi | None = None, *, anew: bool = False) -> str:
    """The text with spaces where Kiwi would put them: more of them, or with ``anew`` regardless of those it has."""
    return str((kiwi or shared_kiwi()).space(text, reset_whitespace=anew))


def respelled(word: str, kiwi: Kiwi | None = None) -> str:
    """A word with the misspellings undone that Kiwi knows of (되/돼, ㅐ/ㅔ, lost or doubled consonants)."""
    kiwi = kiwi or shared_kiwi()
    tokens = kiwi.tokenize(word, typos="basic_with_continual")
    return str(kiwi.join(tokens)) if any(token.typo_cost for token in tokens) else word


def analyze_all(texts: Iterable[str], kiwi: Kiwi | None = None) -> Iterator[Analysis]:
    """Morphemes and sentences of many texts, in order, on all cores."""
    for sentences in (kiwi or shared_kiwi()).split_into_sents(texts, return_tokens=True):
        yield _analysis(sentences)


def _analysis(sentences: list[Sentence]) -> Analysis:
    tokens = tuple(_morpheme(token) for sentence in sentences for token in sentence.tokens or ())
    return Analysis(tokens, tuple((sentence.start, sentence.end) for sentence in sentences))


def _morpheme(token: Token) -> Morpheme:
    return Morpheme(token.form, str(token.tag), token.start, token.end, token.id not in UNLISTED)
