"""A statement beside a sentence of a passage: which words and amounts of the one repeat which of the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from index.analyzer import Analyzer
from rag.questions.quantities import Quantity
from rag.writing.chunks import counted, repeats
from rag.writing.clauses import Sentence, Word, read_sentence, squash
from rag.writing.paraphrases import alike

DIGIT = re.compile(r"\d")
LEFT_OUT = frozenset(["subject", "topic", "of", ""])
"""Roles of what may be left to be understood from the sentences around."""


class Grounds:
    """A passage read for comparing: what a statement may rest on."""

    def __init__(self, text: str, title: str, sentences: Sequence[str], analyzer: Analyzer) -> None:
        """Takes a passage's text and sentences and its article's title."""
        self.texts = tuple(sentences)
        self._title = title
        self._analyzer = analyzer
        self.squashed = squash(f"{title}\n{text}")

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences in their words."""
        return [read_sentence(text, self._analyzer) for text in self.texts]

    @cached_property
    def context(self) -> frozenset[str]:
        """The forms of the passage and its title."""
        title = read_sentence(self._title, self._analyzer)
        return frozenset(
            form for sentence in (title, *self.sentences) for word in sentence.words for form in word.forms
        )


class Alignment:
    """One statement of a sentence and one sentence of a passage."""

    def __init__(
        self,
        words: Sequence[Word],
        amounts: Sequence[Quantity],
        said: Sentence,
        told: Sentence,
        grounds: Grounds,
    ) -> None:
        """Takes the statement's words and amounts, the sentence it is of, the passage's sentence and the passage."""
        self.given = words
        self.words = [word for word in words if not counted(word, amounts)]
        """Those that are no more than part of an amount left out."""
        self.amounts = amounts
        self.said = said
        self.told = told
        self.grounds = grounds

    def match(self, word: Word) -> list[Word]:
        """The words of the passage's sentence that this one repeats."""
        found = [other for other in self.told.words if repeats(word, other)]
        if DIGIT.search(word.core):  # 노트4
            return [other for other in found if other.core == word.core]
        if found or not word.noun:
            return found
        squashed = squash(word.core)
        if len(squashed) > 1 and _within(squashed, self.told.squashed):  # spelt with other spaces
            return [other for other in self.told.words if squash(other.core) in squashed] or list(
                self.told.words[:1]
            )
        return []

    def same(self, amount: Quantity) -> list[Quantity]:
        """The amounts of the passage's sentence that equal this one."""
        return [other for other in self.told.amounts if amount.equals(other)]

    def may_be_understood(self, word: Word) -> bool:
        """Whether the passage or its title has the word elsewhere: who is spoken of may be left out, not what is done."""
        if not word.noun or word.verb or word.time or word.role not in LEFT_OUT or DIGIT.search(word.core):
            return False
        squashed = squash(word.core)
        if word.forms and word.forms <= self.grounds.context:
            return True
        return (len(squashed) > 1 and squashed in self.grounds.squashed) or any(
            alike(word.core, form) for form in self.grounds.context
        )

    @cached_property
    def borrowed(self) -> list[Word]:
        """Words that the passage's sentence leaves to be understood from its neighbours."""
        return [word for word in self.words if not self.match(word) and self.may_be_understood(word)]


def _within(word: str, text: str) -> bool:
    """Whether a text has a word, and not only what denies it: 상장사, 비상장사."""
    return re.search(rf"(?<![비불무미]){re.escape(word)}", text) is not None
