"""Who is meant by a surname and a title: 김 실장 is 김건수 where the passage says 김건수 실장, or 김 실장(김건수)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.writing.chunks import adjacent
from rag.writing.clauses import Sentence, Word

_NAME = re.compile(r"[가-힣]{3}")
_BETWEEN = 3
"""Words that a title stands at most after a name: 김하늘 새솔전자 대표."""


def with_full_names(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, with the full name in each surname before a title, where the sentences give just one."""
    return [
        replace(one, words=tuple(_named(word, at, one, sentences) for at, word in enumerate(one.words)))
        for one in sentences
    ]


def _named(word: Word, at: int, sentence: Sentence, sentences: Sequence[Sentence]) -> Word:
    if len(word.core) != 1 or at + 1 == len(sentence.words) or not adjacent(word, sentence.words[at + 1]):
        return word
    title = sentence.words[at + 1]
    last = title.start + len(title.core) - 1
    names = {text for place, text in sentence.bracketed if place == last and _is_of(text, word)}
    names = names or {name for one in sentences for name in _bearers(title.core, one) if _is_of(name, word)}
    return replace(word, name=names.pop()) if len(names) == 1 else word


def _is_of(name: str, surname: Word) -> bool:
    return bool(_NAME.fullmatch(name)) and name.startswith(surname.core)


def _bearers(title: str, sentence: Sentence) -> list[str]:
    """The words that have a title soon after them."""
    return [
        word.core
        for at, word in enumerate(sentence.words)
        if not word.role and title in [other.core for other in sentence.words[at + 1 : at + 1 + _BETWEEN]]
    ]
