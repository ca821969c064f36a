"""Lines of text to Blocks: which stretches are the article's prose, and what the others are.

Two steps. ``index.line_kinds`` judges a line by itself. What is left is judged here by its neighbours (``_mark_*``):
the same short line is a title at the top, a heading before a paragraph, or a link under 관련기사.
In doubt a line is prose: boilerplate among the passages costs a little, a lost paragraph costs an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, takewhile

from index.articles import Block, BlockKind
from index.line_kinds import (
    CLOSERS,
    LONGEST,
    MARKER,
    PHRASE,
    SENTENCE,
    STOP,
    VIEW,
    is_headline,
    is_running,
    split_line,
)
from index.metadata import clean_title, is_byline


@dataclass(slots=True)
class _Piece:
    """A line, or the part of one that is of its own kind."""

    start: int
    end: int
    text: str
    kind: BlockKind | None
    glued: bool = True
    """Does the next piece follow with no blank line between?"""
    opens: bool = True
    """Does a blank line, or the text's beginning, stand before?"""
    soft: bool = False
    """Is the kind a judgement by the neighbours, to be taken back where no prose would be left?"""

    def mark(self, kind: BlockKind) -> None:
        self.kind, self.soft = kind, True


def find_blocks(
    text: str, *, title: str | None = None, known: Mapping[str, BlockKind] | None = None
) -> tuple[Block, ...]:
    """Cut ``text`` (as ``decoding.normalise`` leaves it) into blocks that keep the promises of ``Block``.

    ``title`` is the title where it is known already; ``known`` gives the kind of whole lines that the
    source's mark-up told apart. A block of prose is a paragraph: a line, or the lines that its sentences
    run across. Raises nothing; takes time linear in the length of the text.
    """
    pieces = _pieces(text, known or {})
    _mark_repeated(pieces)
    _mark_captions(pieces)
    _mark_head(pieces, title)
    _mark_tail(pieces)
    _mark_headings(pieces)
    if all(piece.kind for piece in pieces):  # then what the neighbours suggested was not an article's shape
        for piece in pieces:
            piece.kind = None if piece.soft else piece.kind
    return tuple(_merge(pieces))


def _pieces(text: str, known: Mapping[str, BlockKind]) -> list[_Piece]:
    pieces: list[_Piece] = []
    offset, head = 0, True
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            indent = len(line) - len(line.lstrip())
            for start, end, kind in split_line(stripped, head, known):
                piece = _Piece(offset + indent + start, offset + indent + end, stripped[start:end], kind)
                piece.opens = not pieces or not pieces[-1].glued
                piece.soft = known.get(piece.text) == kind is not None
                pieces.append(piece)
                head = head and (kind is not None or not is_running(piece.text))
        elif pieces:
            pieces[-1].glued = False
        offset += len(line) + 1
    if pieces:
        pieces[-1].glued = False
    return pieces


# -- Lines in context ----------------------------------------------------------------------------------
def _mark_repeated(pieces: list[_Piece]) -> None:
    """A line pasted twice, apart from the text around it, is a photo's caption and alternative text."""
    if not any(len(piece.text) >= 80 and is_running(piece.text) for piece in pieces):
        return  # a refrain
    for one, two in pairwise(pieces[1:]):
        alone = one.opens and one.glued and not two.glued
        if alone and one.kind is None and one.text == two.text and len(one.text) <= 200:
            one.mark("caption")
            two.mark("caption")


def _mark_captions(pieces: list[_Piece]) -> None:
    """A phrase stuck to a photo's credit or, where blank lines part paragraphs, to the top of one."""
    for piece, after in pairwise(pieces[1:]):
        if piece.opens and piece.glued and not after.glued and (piece.kind, after.kind) == (None, "image"):
            describes = not is_running(piece.text) or piece.text.endswith("고 있다.")
            if describes and len(piece.text) <= 200:
                piece.mark("caption")
    if sum(not piece.glued for piece in pieces) < 3:
        return
    for piece, after in pairwise(pieces):
        if not (piece.opens and piece.glued and piece.kind is after.kind is None) or len(after.text) < 60:
            continue
        phrase = len(piece.text) <= 120 and piece.text.endswith(".") and PHRASE.search(piece.text)
        picture = len(piece.text) <= 300 and re.match(rf"[^.!?]{{4,150}}{VIEW}\.\s", piece.text)
        if picture or (phrase and not SENTENCE.search(piece.text)):
            piece.mark("caption")


def _mark_head(pieces: list[_Piece], title: str | None) -> None:
    """The headlines over the first paragraph: one is the title, the others are decks."""
    top = list(takewhile(lambda piece: piece.kind is not None or not is_running(piece.text), pieces))
    body = pieces[len(top)] if len(top) < len(pieces) else None
    wanted = _plain(title or "")
    for piece in top:
        if wanted and piece.kind in (None, "heading") and _plain(piece.text) == wanted:
            piece.mark("title")
    if body is None:
        return
    named = title is not None
    article = sum(len(piece.text) for piece in pieces if piece.kind is None and is_running(piece.text)) >= 80
    for run in _head_runs(top, body):
        if len(run) > 1 and not article:
            return  # a list or a poem, and a remark after it
        for piece in run:
            if piece.kind is None and not named:
                piece.mark("title")
            elif piece.kind is None and article and not MARKER.match(piece.text):
                piece.mark("deck")
            named = True


def _head_runs(top: list[_Piece], body: _Piece) -> Iterator[list[_Piece]]:
    """The headlines in ``top``, those with no blank line between together, as far as they are such."""
    run: list[_Piece] = []
    for piece, after in pairwise([*top, body]):
        if piece.kind not in (None, "title"):
            continue
        if not is_headline(piece.text, 100) and not re.match(r"[-–▲] ?.{15,80}$", piece.text):
            return
        run.append(piece)
        if piece.glued and after is body and len(body.text) < max(60, 1.5 * max(len(p.text) for p in run)):
            return  # lines of one width that end with a sentence's end: a paragraph wrapped by hand
        if len(run) > 6:
            return
        if not piece.glued or after is body or after.kind not in (None, "title"):
            yield run
            run = []


def _mark_tail(pieces: list[_Piece]) -> None:
    """Lines after 관련기사 or a copyright notice, up to the next running text, are links."""
    links = False
    for i, piece in enumerate(pieces):
        if piece.kind is not None:
            links = links or piece.kind in ("related", "copyright")
            continue
        links = links and not is_running(piece.text)
        beside = {other.kind for other in pieces[max(0, i - 1) : i + 2]}
        arrow = piece.text[0] in "▶☞☛" and not is_running(piece.text)
        if links or (arrow and beside & {"related", "copyright", "subscribe", "share", "hashtags"}):
            piece.mark("related")
    for piece in reversed(pieces):
        if piece.kind is None and not is_byline(piece.text[:LONGEST], head=True):
            return
        if piece.kind is None:
            piece.mark("byline")


def _mark_headings(pieces: list[_Piece]) -> None:
    """Short lines set over a paragraph; walked from the end, since a heading may stand over another."""
    below: _Piece | None = None  # the nearest running text below
    stacked = 0  # headings piled on it so far
    for i in range(len(pieces) - 1, -1, -1):
        piece = pieces[i]
        if piece.kind is not None:
            continue
        if not re.search(r"\w", piece.text):
            if not re.fullmatch(r"[….\s]+", piece.text):
                piece.mark("heading")  # a rule or an ornament
            continue
        marked = MARKER.match(piece.text)
        words = piece.text[marked.end() :] if marked else piece.text
        if piece.text.startswith("#") and marked and not is_running(words):
            piece.mark("heading")
            continue
        ended = is_running(words) or re.search(rf"[다요까죠!?]{CLOSERS}$", words)
        # A quotation with its speaker, or a row of a table, is short and has no full stop either.
        other = re.search(r"[\"”’]\s*[-–—―(]", words) or "|" in words
        over = piece.glued and below is not None and len(below.text) >= max(60, 2 * len(words))
        parted = piece.opens or is_running(pieces[i - 1].text)
        alone = piece.opens and not piece.glued
        placed = alone or (parted and (over or marked))
        if is_headline(words, 60) and not ended and not other and below and stacked < 2 and placed:
            piece.mark("heading")
            stacked += 1
        else:
            below = piece if len(piece.text) >= 30 and is_running(piece.text) else None
            stacked = 0


def _plain(line: str) -> str:
    """A title for comparison: no mark-up, section name, spaces or punctuation."""
    return re.sub(r"\W+", "", clean_title(line[:LONGEST])).casefold()


# -- Blocks --------------------------------------------------------------------------------------------
def _merge(pieces: list[_Piece]) -> Iterator[Block]:
    """One block a piece, but the lines that a paragraph runs across are one block."""
    for group in _groups(pieces):
        stops = [STOP.search(piece.text[-8:]) is not None for piece in group]
        wrapped = stops[:-1].count(False) * 2 > len(group) - 1  # else most lines are paragraphs themselves
        first: _Piece | None = None
        for piece, stop in zip(group, stops, strict=True):
            first = first or piece
            if piece is group[-1] or (stop and not wrapped):
                yield Block(first.start, piece.end, first.kind or "prose")
                first = None


def _groups(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Prose lines with no blank line or other kind between; each piece of another kind by itself."""
    group: list[_Piece] = []
    for piece in pieces:
        if group and (piece.opens or piece.kind is not None or group[-1].kind is not None):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group
