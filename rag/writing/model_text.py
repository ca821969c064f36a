"""Reads what a language model wrote: without its reasoning, as sentences with the numbers that each cites.

Models put the number in many places; this is how they are read:

- within a sentence, before its full stop, or touching the full stop from behind: that sentence's;
- at the start of a line, or with "에 따르면" or a colon after it: of the sentence that follows;
- after a full stop and a space: of the sentence before, unless the line begins with a number (then numbers stand before
  their sentences) or the number is joined to the word after it ("[2]에서는");
- where no such sentence is on its line: of the last one before, or else of the first one after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_LABEL = r"(?:문단|기사|출처|자료)[ \t]?"
_ITEM = rf"(?:{_LABEL})?(\d{{1,3}})(?:[ \t]?[-–~][ \t]?(\d{{1,3}}))?"
_UNNAMED = re.sub(r"\((?!\?)", "(?:", _ITEM)
CITATION = rf"\[[ \t]?{_UNNAMED}(?:[ \t]?,[ \t]?{_UNNAMED})*+[ \t]?\]"
"""A pattern: [1], [1, 2], [1-3], [문단 1]."""

MOST_IN_RANGE = 30
"""More passages than that no model is shown."""

_REASONING = re.compile(r"(</?think(?:ing)?>)", re.IGNORECASE)
_TAGS = ("<thinking>", "</thinking>")
_MARKUP = re.compile(r"^[ \t]*+(?:[-*•#>]++|\d{1,2}[.)])[ \t]++(?!\d{1,2}\.)|\*\*|__", re.MULTILINE)
_ACCORDING = r"에[ \t]?(?:따르면|의하면),?"
_CITED = re.compile(rf"(?:(?<!\w){_LABEL}(?={CITATION}{_ACCORDING}))?({CITATION})({_ACCORDING}|:)?")
_NUMBERS = re.compile(_ITEM)
_END = re.compile(r"(?<![.!?])[.!?]++(?=\s|$)")
_DATE = re.compile(r"(?<!\d)(?:\d{4}\.[ \t]?\d{1,2}\.(?:[ \t]?\d{1,2}\.)?|\d{1,2}\.[ \t]\d{1,2}\.)")
_FINISHED = re.compile(rf"(?<![.!?\d])[.!?]++(?:[ \t]?{CITATION})*+|{CITATION}[ \t]?[.!?]|\n")

Cited = tuple[int, int, bool]
"""Where in its line a number stands, the number, and whether the sentence that follows is meant."""


def without_reasoning(text: str) -> str:
    """The text without what stands between ``<think>`` and ``</think>``; either of the two may be missing.

    Servers that put the first into the prompt send only the second; one that is cut off, only the first. The beginning
    of such a tag at the end of the text goes, too, as the rest may still be coming.
    """
    kept, inside = "", False
    for part in _REASONING.split(text):
        if not _REASONING.fullmatch(part):
            kept += "" if inside else part
        elif part[1] != "/":
            inside = True
        else:
            kept, inside = kept if inside else "", False
    before, bracket, tail = kept.rpartition("<")
    return before if bracket and any(tag.startswith(f"<{tail.lower()}") for tag in _TAGS) else kept


def finished_part(text: str) -> str:
    """The sentences of a text cut off that were finished, their citations with them.

    One that ends in a figure counts only where it cites: "3." may have become 3.5.
    """
    ends = [match.end() for match in _FINISHED.finditer(text)]
    return text[: ends[-1]] if ends else ""


def cited_sentences(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences of a model's text, each once, with the numbers it cites (see the top of this file)."""
    found: dict[str, list[int]] = {}
    last: list[int] = []  # the numbers of the last sentence; before the first, those that wait for it
    for line in _MARKUP.sub("", text).splitlines():
        plain, cited, ends = _without_numbers(line)
        parts = [(start, end, " ".join(plain[start:end].split())) for start, end in pairwise(ends)]
        parts = [part for part in parts if any(character.isalnum() for character in part[2])]
        waiting = last if parts and not found else []
        own = [found.setdefault(sentence, []) for _, _, sentence in parts]
        for numbers, n in [*((own[0], n) for n in waiting), *_given(cited, parts, own, last)]:
            if n not in numbers:
                numbers.append(n)
        last = own[-1] if own else last
    return [(sentence, tuple(cited)) for sentence, cited in found.items()]


def _given(
    cited: Sequence[Cited], parts: Sequence[tuple[int, int, str]], own: Sequence[list[int]], last: list[int]
) -> list[tuple[list[int], int]]:
    """Each number of a line with the list of the sentence that it belongs to."""
    given = []
    for place, n, forward in cited:
        inside = [numbers for (start, end, _), numbers in zip(parts, own, strict=True) if start < place < end]
        before = [numbers for (_, end, _), numbers in zip(parts, own, strict=True) if end <= place]
        after = [numbers for (start, _, _), numbers in zip(parts, own, strict=True) if start >= place]
        order = [*inside, *after[:1], *before[-1:]] if forward else [*inside, *before[-1:], *after[:1]]
        given.append((order[0] if order else last, n))
    return given


def _without_numbers(line: str) -> tuple[str, list[Cited], list[int]]:
    """A line without its citations, what it cites, and where its sentences end, from 0 on."""
    plain, last = "", 0
    cited: list[Cited] = []
    matches = list(_CITED.finditer(line))
    leading = bool(matches) and not line[: matches[0].start()].strip()
    for match in matches:
        between = line[last : match.start()]
        plain = _joined(plain, between).rstrip()
        apart = between[-1:].isspace()
        joined = line[match.end() : match.end() + 1].isalnum()
        forward = bool(match[2]) or not plain or (apart and (leading or joined))
        cited += [(len(plain), n, forward) for n in _numbers(match[1])]
        last = match.end()
    plain = _joined(plain, line[last:])
    return plain, cited, _ends(plain, {place for place, _, _ in cited})


def _joined(plain: str, rest: str) -> str:
    """With a space where a citation stood between a full stop and the next sentence."""
    return f"{plain} {rest}" if plain[-1:] in {".", "!", "?"} and rest[:1].isalnum() else plain + rest


def _ends(plain: str, cited: set[int]) -> list[int]:
    """0, and where each sentence ends: not in a date ("2025. 10. 28."), unless a citation says that it does."""
    dates = {place for match in _DATE.finditer(plain) for place in range(match.start(), match.end())}
    ends = [
        match.end()
        for match in _END.finditer(plain)
        if (match.start() not in dates or match.start() in cited or match.end() in cited)
        and not _in_quotation(plain, match.end())
    ]
    return [0, *ends, len(plain)]


def _in_quotation(text: str, place: int) -> bool:
    before = text[:place]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _numbers(citation: str) -> list[int]:
    """The numbers of a citation, a range written out; of one that nobody means, its ends."""
    found: list[int] = []
    for match in _NUMBERS.finditer(citation):
        first, last = int(match[1]), int(match[2] or match[1])
        found += range(first, last + 1) if first <= last < first + MOST_IN_RANGE else [first, last]
    return found
