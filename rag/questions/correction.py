"""Corrects a question's spacing and typos towards what Korean and the collection know; the index is never touched.

Only what cannot be found as typed is doubted: words that neither Kiwi's dictionary nor the collection has, stray jamo,
particles with the next word glued to them. A typo is undone by trying every slip of one key (SymSpell's and Norvig's
idea turned round: candidates are looked up among the hashes of the index's own terms, so no further dictionary is
kept), and Kiwi's language model chooses among those that the collection has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, permutations

from index.hangul import ROWS, SHIFTED, from_keys, neighbours, to_keys
from index.korean import Morpheme, likely_analysis, respelled, spaced
from index.searchable import Searchable
from index.spelling import table_lines

KEYS = "".join(ROWS) + "".join(SHIFTED)
JAMO = re.compile(r"[ㄱ-ㅣ]")
WORD = re.compile(r"[A-Za-z0-9]*[가-힣ㄱ-ㅣ]{2,8}(?![가-힣ㄱ-ㅣ])")
"""A run of letters within a word as typed: what is corrected at a time."""
SAME_SOUND = (("ㅐ", "ㅔ"), ("ㅡㅣ", "ㅔ"), ("ㅗㅐ", "ㅜㅔ", "ㅗㅣ"), ("ㅒ", "ㅖ"), ("ㅖ", "ㅔ"))
"""Vowels, as keys, that sound alike."""

WHOLE = ("NNG", "NNP", "NR", "M", "V")
"""Prefixes of the tags of what stands by itself."""

LONGEST_CORRECTED = 300
"""Characters: a longer question is a text pasted, not typed, and would take long."""
MOST_TRIED = 24
"""Candidates for one word that Kiwi analyses, some .1 ms each."""
SLIP_COST = 2.0
FAR_SLIP_COST = 5.0
"""How much likelier (in nats of Kiwi's score) a word must be for a slip to a key nearby, and to any other."""

UNKNOWN_COST = 6.0
"""How much less likely a word is for being unknown to the collection."""


class Corrector:
    """Corrects questions about one collection. Safe to share between threads."""

    def __init__(self, index: Searchable) -> None:
        self._index = index
        self._analyzer = index.analyzer

    def correct(self, text: str, found: Sequence[Morpheme]) -> str:
        """The question corrected, or as it is where nothing is in doubt.

        Args:
            text: a cleaned question.
            found: its morphemes.
        """
        if len(text) > LONGEST_CORRECTED or not (self._unsure(text, found) or _glued(found)):
            return text
        # words first: with a typo in them, spaces would tear them
        mended = self._mend_words(text)
        spaced_text = self._mend_spaces(mended)
        return spaced_text if spaced_text == mended else self._mend_words(spaced_text)

    def _mend_spaces(self, text: str) -> str:
        best, doubt = text, self._doubt(text, self._analyzer.morphemes(text))
        kiwi = self._analyzer.kiwi
        if doubt:
            for candidate in dict.fromkeys((spaced(text, kiwi), spaced(text, kiwi, anew=True))):
                less = self._doubt(candidate, self._analyzer.morphemes(candidate))
                if less < doubt and "".join(candidate.split()) == "".join(text.split()):
                    best, doubt = candidate, less
        return best

    def _mend_words(self, text: str) -> str:
        return WORD.sub(lambda word: self._untyped(word[0]), text)

    def _doubt(self, text: str, found: Sequence[Morpheme]) -> int:
        """How many characters of a text look wrong."""
        # counted in characters, or gluing two unknown words together would look like an improvement
        unknown = sum(m.end - m.start for m in found if not m.listed and not self._knows(m))
        # what a word was torn into; a name should not be torn for being unknown
        torn = sum(m.listed and m.end - m.start == 1 and m.tag.startswith(WHOLE) for m in found)
        return unknown + 2 * torn + len(JAMO.findall(text)) + _glued(found)

    def _knows(self, morpheme: Morpheme) -> bool:
        return bool(self._index.knows([term.form for term in self._analyzer.terms([morpheme])]).all())

    def _untyped(self, word: str) -> str:
        """A word without its slip of one key, where that makes it one that the collection has."""
        found, best_score = likely_analysis(word, self._analyzer.kiwi)
        if not self._unsure(word, found):
            return word
        best = word
        best_score -= UNKNOWN_COST
        respelt = respelled(word, self._analyzer.kiwi)
        for candidate, cost in [(respelt, SLIP_COST), *self._candidates(word)]:
            analysis, score = likely_analysis(candidate, self._analyzer.kiwi)
            if score - cost > best_score and not self._unsure(candidate, analysis):
                best, best_score = candidate, score - cost
        return best

    def _unsure(self, word: str, found: Sequence[Morpheme]) -> bool:
        """Whether a word may hold a typo: it has stray jamo, or what neither a dictionary nor the collection has."""
        if JAMO.search(word):
            return True
        return any(
            not self._knows(m)
            for m in found
            if not m.listed or (m.end - m.start == 1 and m.tag in ("NNG", "NNP") and _touched(m, found))
        )

    def _candidates(self, word: str) -> list[tuple[str, float]]:
        """Words one slip away that begin with one that the collection has, the likeliest slips first, each with its cost."""
        costs: dict[str, float] = {}
        for keys, cost in slips(to_keys(word)):
            candidate = from_keys(keys)
            if not JAMO.search(candidate):
                costs[candidate] = min(cost, costs.get(candidate, cost))
        costs.pop(word, None)
        heads = list({candidate[:n].lower() for candidate in costs for n in range(2, len(candidate) + 1)})
        known = dict(zip(heads, self._index.knows(heads).tolist(), strict=True))
        longest: dict[str, int] = {}
        for candidate in costs:
            for n in range(len(candidate), 1, -1):
                head = candidate[:n].lower()
                if known[head] or head in _table_spellings():
                    longest[candidate] = n
                    break
        ranked = sorted(longest, key=lambda candidate: (costs[candidate], -longest[candidate], candidate))
        return [(candidate, costs[candidate]) for candidate in ranked[:MOST_TRIED]]


@cache
def _table_spellings() -> frozenset[str]:
    parts = (part for line in table_lines() for part in line.split("#")[0].split(","))
    return frozenset("".join(part.split()).lower() for part in parts)


def slips(keys: str) -> Iterator[tuple[str, float]]:
    """All that is one slip away from what was typed, with the cost of the slip."""
    for at in range(len(keys) + 1):
        before, after = keys[:at], keys[at:]
        for key in KEYS:
            yield before + key + after, SLIP_COST
        if not after:
            break
        yield before + after[1:], SLIP_COST
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:], SLIP_COST
        near = neighbours(after[0])
        for key in KEYS:
            yield before + key + after[1:], SLIP_COST if key in near else FAR_SLIP_COST
        for group in SAME_SOUND:
            for one, other in permutations(group, 2):
                if after.startswith(one):
                    yield before + other + after[len(one) :], SLIP_COST


def _touched(one: Morpheme, found: Sequence[Morpheme]) -> bool:
    """Whether another content morpheme touches this one, as where a mistyped word is taken for two short ones."""
    return any(m.tag.startswith(WHOLE) and (m.end == one.start or m.start == one.end) for m in found)


def _glued(found: Sequence[Morpheme]) -> int:
    """How many particles and endings have the next word glued to them."""
    return sum(
        first.end == second.start
        and first.tag.startswith(("J", "EF", "ETM"))
        and second.tag.startswith(("NNG", "NNP", "NP", "MA", "MM", "VV", "VA", "SL"))
        for first, second in pairwise(found)
    )
