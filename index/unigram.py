"""A Unigram vocabulary as a table of hashes: a question's tokens without loading 250,000 pieces.

sentencepiece builds a trie of all pieces first (half a second, some 40 MB), which pays for passages, not for a question.
The best segmentation (Kudo: Subword Regularization, ACL 2018) is the one it finds, its ties and rounding included.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

TABLE = "pieces.npy"
IDS = "pieces.json"
UNKNOWN_PENALTY = np.float32(10.0)
"""How far below the worst piece's score that of an unknown character lies: sentencepiece's constant."""
LONGEST = 64
"""Characters; a vocabulary with a longer piece is left to sentencepiece."""
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


def write_pieces(
    folder: Path, pieces: Sequence[tuple[int, str, float]], first: int, last: int, unknown: int
) -> bool:
    """Writes the table; says whether it could: no piece is too long, no two have one hash.

    Args:
        folder: where to.
        pieces: ``(id, piece, score)``, special ones left out.
        first, last, unknown: the ids around every text, and of what there is no piece for.
    """
    longest = max(len(piece) for _, piece, _ in pieces)
    rows = np.zeros(len(pieces), dtype=[("hash", "<u8"), ("score", "<f4"), ("id", "<i4")])
    rows["id"], rows["score"] = [number for number, _, _ in pieces], [score for _, _, score in pieces]
    rows["hash"] = [_hashes(piece, len(piece))[-1][0] for _, piece, _ in pieces]
    rows.sort(order="hash")
    if longest > LONGEST or (rows["hash"][1:] == rows["hash"][:-1]).any():
        return False
    np.save(folder / TABLE, rows, allow_pickle=False)
    ids = {"first": first, "last": last, "unknown": unknown, "longest": longest}
    (folder / IDS).write_text(json.dumps(ids), encoding="utf-8")
    return True


class PieceTable:
    """Finds the pieces of a short text in what ``write_pieces`` wrote; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Reads the table, 16 bytes a piece. Raises OSError or ValueError where it is missing or broken."""
        ids = json.loads((folder / IDS).read_text(encoding="utf-8"))
        self._first, self._last, self._unknown = ids["first"], ids["last"], ids["unknown"]
        self._longest: int = ids["longest"]
        rows = np.load(folder / TABLE, allow_pickle=False)
        self._hashes = np.ascontiguousarray(rows["hash"])
        self._scores = rows["score"]
        self._ids = rows["id"]
        self._unknown_score = np.float32(self._scores.min() - UNKNOWN_PENALTY)

    def ids(self, text: str) -> list[int]:
        """The ids of a text's most likely pieces, special ones around; neighbouring unknown characters are one."""
        best = [np.float32(0.0)] + [np.float32(-np.inf)] * len(text)
        """Of the pieces up to each place, in single precision, as sentencepiece adds."""
        came = [(0, self._unknown)] * (len(text) + 1)
        for start, pieces in enumerate(self._pieces(text)):
            if not any(end == start + 1 for end, _, _ in pieces):
                pieces.append((start + 1, self._unknown, self._unknown_score))
            for end, number, score in pieces:
                if best[start] + score > best[end]:
                    best[end], came[end] = best[start] + score, (start, number)
        found: list[int] = [self._last]
        end = len(text)
        while end:
            end, number = came[end]
            if not number == self._unknown == found[-1]:
                found.append(number)
        return [self._first, *reversed(found)]

    def _pieces(self, text: str) -> list[list[tuple[int, int, np.float32]]]:
        """For each place of the text, the pieces that begin there: where they end, their ids and scores."""
        found: list[list[tuple[int, int, np.float32]]] = [[] for _ in text]
        if not text:
            return found
        by_size = _hashes(text, self._longest)
        hashes = np.concatenate(by_size)
        rows = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        there = np.flatnonzero(self._hashes[rows] == hashes)
        rows = rows[there]
        firsts = np.cumsum([0, *map(len, by_size)])
        sizes = np.searchsorted(firsts, there, side="right")
        starts = there - firsts[sizes - 1]
        for start, end, number, score in zip(
            starts.tolist(),
            (starts + sizes).tolist(),
            self._ids[rows].tolist(),
            self._scores[rows],
            strict=True,
        ):
            found[start].append((end, number, score))
        return found


def _hashes(text: str, longest: int) -> list[Hashes]:
    """For each size up to ``longest``, the hashes of the stretches of so many characters, by where they begin."""
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    hashes = np.zeros(len(characters), dtype=np.uint64)
    found = []
    for size in range(1, min(longest, len(characters)) + 1):
        hashes = hashes[: len(characters) - size + 1] * MULTIPLIER + characters[size - 1 :] + np.uint64(1)
        found.append(hashes ^ (hashes >> np.uint64(29)))
    return found
