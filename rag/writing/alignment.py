"""A statement beside a sentence of a passage: which words and amounts of the one repeat which of the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.analyzer import Analyzer
from index.encoder import Encoder
from rag.questions.quantities import Quantity
from rag.writing.chunks import counted, repeats, runs
from rag.writing.clauses import Sentence, Word, read_sentence, squash
from rag.writing.full_names import with_full_names
from rag.writing.paraphrases import alike

DIGIT = re.compile(r"\d")
LONGEST = 2000
"""Characters of a passage's sentence that is still read: comparing costs the square of them."""
LEFT_OUT = frozenset(["subject", "topic", "of", ""])
"""Roles of what may be left to be understood from the sentences around."""


class Grounds:
    """A passage read for comparing: what a statement may rest on."""

    def __init__(self, text: str, title: str, sentences: Sequence[str], analyzer: Analyzer) -> None:
        """Takes a passage's text and sentences and its article's title."""
        self.texts = tuple(sentences)
        self._title = title
        self._analyzer = analyzer
        self._vectors: NDArray[np.float32] | None = None
        self.squashed = squash(f"{title}\n{text}")

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences in their words, with the full names of those called by surname; none for one too long to read."""
        texts = [text for text in self.texts if len(text) <= LONGEST]
        return with_full_names([read_sentence(text, self._analyzer) for text in texts])

    def nearest(self, sentence: str, encoder: Encoder) -> float:
        """The cosine of a sentence to the nearest of its own, of which the vectors are kept; -1 where it has none."""
        if not self.texts:
            return -1.0
        if self._vectors is None:
            self._vectors = encoder.encode_passages(self.texts)
        return float((self._vectors @ encoder.encode_passages([sentence])[0]).max())

    @cached_property
    def _all_words(self) -> list[tuple[Word, ...]]:
        title = read_sentence(self._title[:LONGEST], self._analyzer)
        return [sentence.words for sentence in (title, *self.sentences)]

    @cached_property
    def context(self) -> frozenset[str]:
        """The forms of the passage and its title; of words with a prefix only the whole."""
        words = [word for words in self._all_words for word in words]
        return frozenset(form for word in words for form in ({word.core} if word.prefix else word.forms))

    @cached_property
    def names(self) -> frozenset[str]:
        """Its words, and words that stand together, without spaces."""
        return frozenset(name for words in self._all_words for name, _ in runs(words))


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
        spelt = {name for name, run in self._own_runs if word in run and len(name) > 1}
        return [other for name, run in self._their_runs if name in spelt for other in run]

    @cached_property
    def _own_runs(self) -> list[tuple[str, tuple[Word, ...]]]:
        return runs(self.given)

    @cached_property
    def _their_runs(self) -> list[tuple[str, tuple[Word, ...]]]:
        return runs(self.told.words)

    def same(self, amount: Quantity) -> list[Quantity]:
        """The amounts of the passage's sentence that equal this one."""
        return [other for other in self.told.amounts if amount.equals(other)]

    def may_be_understood(self, word: Word) -> bool:
        """Whether the passage or its title has the word elsewhere: who is spoken of may be left out, not what is done."""
        if not word.noun or word.verb or word.time or word.role not in LEFT_OUT or DIGIT.search(word.core):
            return False
        squashed = squash(word.core)
        if word.forms and word.forms <= self.grounds.context and not word.prefix:
            return True
        return (len(squashed) > 1 and squashed in self.grounds.names) or any(
            alike(word.core, form) for form in self.grounds.context
        )

    @cached_property
    def borrowed(self) -> list[Word]:
        """Words that the passage's sentence leaves to be understood from its neighbours."""
        return [word for word in self.words if not self.match(word) and self.may_be_understood(word)]
