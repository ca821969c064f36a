"""Where a line breaks in the middle of a paragraph: between two words, or inside one.

Korean is broken at any syllable, and not every program leaves the space between two words in what it writes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.korean import likely_analyses

_CONTEXT = 3
"""Words before and after the break that Kiwi sees ..."""
_SEEN = 60
"""... of so many characters in all."""
_LONGEST = 12
"""Characters of a word that are looked at."""
_MARGIN = -1.0
"""How much less likely (its logarithm) a text with the space may be than without. The two are often analysed alike,
and then the break is most often between two words."""
_OWN = 0.2
"""Where a file has spaces at so many of its breaks, it has them wherever they belong: about half of the breaks."""
_ALL = 0.9
"""Where so many breaks are between words, all are: no line of the text breaks inside a word."""
_MOST = 0.75
"""The same of a text that looks like it."""
_HANGUL = re.compile("[가-힣]")
_OPENING = frozenset("([{‘“〈《「『<")
_CLOSING = frozenset(")]}’”〉》」』>.,!?…;:%·~")
_NEVER_FIRST = ("J", "E", "XS", "VCP")
"""Tags of morphemes that begin no word."""
_HYPHEN = "\u00ad"

Break = tuple[str, str]
"""The lines before and after it, without spaces at their ends."""


def join_lines(paragraphs: Sequence[Sequence[str]], *, keeps_words: bool = False) -> list[str]:
    """The text of each paragraph of a document.

    Args:
        paragraphs: the lines of each, with the spaces that the file has at their ends, and soft hyphens (U+00AD) where
            a line ends with a hyphen.
        keeps_words: the lines look as if none broke inside a word.
    """
    breaks = [pair for lines in paragraphs for pair in pairwise(lines)]
    own = [above.endswith(" ") or below.startswith(" ") for above, below in breaks]
    if sum(own) >= _OWN * len(own):
        spaces = own
    else:
        bare = [(above.strip(), below.strip()) for above, below in breaks]
        words = _Words(line for lines in paragraphs for line in lines)
        spaces = _between_words(bare, words, _MOST if keeps_words else _ALL)
    found, given = [], iter(spaces)
    for lines in paragraphs:
        text = lines[0].strip()
        for line in lines[1:]:
            text = _join(text, line.strip(), next(given))
        found.append(text.removesuffix(_HYPHEN))
    return found


def _join(above: str, below: str, space: bool) -> str:
    if not above.endswith(_HYPHEN):
        return f"{above} {below}" if space else above + below
    split_word = above[-2:-1].islower() and below[:1].islower() and above[-2:-1].isascii()
    return above[:-1] + below if split_word else f"{above[:-1]}-{below}"


class _Words:
    """Which words a document has in the middle of its lines, and which beside each other."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._beginnings: Counter[str] = Counter()
        self._neighbours: Counter[tuple[str, str]] = Counter()
        for line in lines:
            for word in re.findall(r"\w+", line):
                self._beginnings.update(word[:end] for end in range(2, min(len(word), _LONGEST) + 1))
            for pair in pairwise(line.split(" ")):
                last, first = _around(*pair)
                if last and first:
                    self._neighbours[last, first] += 1

    def apart(self, above: str, below: str) -> bool | None:
        """Does the document write these apart elsewhere? None where it tells neither."""
        last, first = _around(above, below)
        if not (last and first):
            return None
        together, apart = self._beginnings[last + first], self._neighbours[last, first]
        return None if together == apart else apart > together


def _around(above: str, below: str) -> tuple[str, str]:
    """The last word above, and how the first one below begins; each empty where there is none."""
    last, first = re.search(r"\w+$", above[-_LONGEST:]), re.match(r"\w\w", below)
    return last[0] if last else "", first[0] if first else ""


def _between_words(breaks: Sequence[Break], words: _Words, often: float) -> list[bool]:
    """Of each break whether it is between two words: by its shape, what words the document has, or else by Kiwi.

    Where of those that the shape leaves open a share of ``often`` are, all are.
    """
    shapes = [_by_shape(*pair) for pair in breaks]
    told = [
        words.apart(*pair) if shape is None else shape for shape, pair in zip(shapes, breaks, strict=True)
    ]
    judged = iter(_by_kiwi([pair for pair, one in zip(breaks, told, strict=True) if one is None]))
    spaces = [next(judged) if one is None else one for one in told]
    open_ones = [space for space, shape in zip(spaces, shapes, strict=True) if shape is None]
    if sum(open_ones) >= often * len(open_ones):
        return [shape is not False for shape in shapes]
    return spaces


def _by_shape(above: str, below: str) -> bool | None:
    """What the characters at the break tell, or None."""
    last, first = above[-1:], below[:1]
    if last == _HYPHEN or last in _OPENING or first in _CLOSING or (last == "-" and above[-2:-1] != " "):
        return False
    if not (_HANGUL.match(last) or _HANGUL.match(first)):
        return not (first in "(-" and not last.isascii())
    return False if first in "(-" else None


def _by_kiwi(breaks: Sequence[Break]) -> list[bool]:
    """Whether Kiwi finds the text about as likely with a space at the break as without.

    Chosen on the pile a: of its 1,323 breaks at any syllable .97 are told right so with the document's own words, of
    1,132 of ``seeds/`` .96, of the pile b's 1,735 .975. ``Kiwi.glue`` tells about .83 of breaks like these.
    """
    texts: list[str] = []
    starts: list[int] = []
    for above, below in breaks:
        before = " ".join(above[-_SEEN:].split(" ")[-_CONTEXT:])
        after = " ".join(below[:_SEEN].split(" ")[:_CONTEXT])
        texts += [f"{before} {after}", before + after]
        starts.append(len(before) + 1)
    found = likely_analyses(texts)
    spaces = []
    for start in starts:
        (morphemes, apart), (_, together) = next(found), next(found)
        clings = any(m.start == start and m.tag.startswith(_NEVER_FIRST) for m in morphemes)
        spaces.append(apart - together > _MARGIN and not clings)
    return spaces
