"""What makes terms of a text: Kiwi and the common spellings, with a user's dictionary on top of them."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from index import korean
from index.dictionary import Dictionary
from index.korean import Analysis, Morpheme, analyzer_versions
from index.spelling import table_lines
from index.terms import Term, Vocabulary, content_terms

if TYPE_CHECKING:
    from kiwipiepy import Kiwi


class Analyzer:
    """Analyses passages and questions alike. Safe to share between threads.

    Without a dictionary everything is shared with the rest of the process; one takes a Kiwi of its own (a second and
    300 MB), so that two indexes with different dictionaries can be open side by side.
    """

    def __init__(self, dictionary: Dictionary | None = None) -> None:
        self.dictionary = dictionary or Dictionary()
        self._lock = threading.Lock()
        self._own_kiwi: Kiwi | None = None
        self._own_vocabulary: Vocabulary | None = None

    def versions(self) -> dict[str, object]:
        """What decides which terms a text has: recorded by an index, which is bound to it."""
        versions = analyzer_versions()
        return versions | {"dictionary": self.dictionary.digest()} if self.dictionary.entries else versions

    @property
    def kiwi(self) -> Kiwi:
        """The shared Kiwi, or one that knows the dictionary's names."""
        if not self.dictionary.entries:
            return korean.shared_kiwi()
        with self._lock:
            if self._own_kiwi is None:
                kiwi = korean.new_kiwi()
                for name in self.dictionary.names:
                    kiwi.add_user_word(name, "NNP", NAME_SCORE)
                kiwi.tokenize("준비")
                self._own_kiwi = kiwi
        return self._own_kiwi

    def morphemes(self, text: str) -> tuple[Morpheme, ...]:
        """The morphemes of a short text, such as a question."""
        return korean.morphemes(text, self.kiwi)

    def analyze_all(self, texts: Iterable[str]) -> Iterator[Analysis]:
        """Morphemes and sentences of many texts, in order, on all cores."""
        return korean.analyze_all(texts, self.kiwi)

    def terms(self, found: Iterable[Morpheme]) -> list[Term]:
        """The content terms among morphemes, in the common spelling."""
        if not self.dictionary.entries:
            return content_terms(found)
        kiwi = self.kiwi
        with self._lock:
            if self._own_vocabulary is None:
                self._own_vocabulary = Vocabulary(
                    (*table_lines(), *self.dictionary.synonyms),
                    frozenset(name.lower() for name in self.dictionary.names),
                    lambda text: korean.morphemes(text, kiwi),
                )
        return content_terms(found, self._own_vocabulary)

    def terms_of(self, text: str) -> list[Term]:
        """The content terms of a short text."""
        return self.terms(self.morphemes(text))


_shared: weakref.WeakValueDictionary[str, Analyzer] = weakref.WeakValueDictionary()
_shared_lock = threading.Lock()


def shared_analyzer(dictionary: Dictionary) -> Analyzer:
    """The analyzer with a dictionary, the same one for all that use it at the same time."""
    with _shared_lock:
        return _shared.setdefault(dictionary.digest(), Analyzer(dictionary))


NAME_SCORE = 3.0
"""Makes Kiwi prefer a name of the user's to its parts."""
