"""Keys made of content: whichever machine writes a row, and however often, it is the same row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from index.lexical_writing import term_hashes

DIMENSIONS = 2**32 - 2
"""Sparse vectors have dimensions 0 to this; 0 is kept for ``EVERY``."""
EVERY = 0
"""A dimension that every passage has: Milvus takes no empty sparse vector."""


def key_of(text: str) -> int:
    """A 63-bit hash (BLAKE2b). Among a billion texts two share one with a chance of .05."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def dimensions(terms: Iterable[str]) -> list[int]:
    """The dimension of each term in a sparse vector: a 32-bit hash, for Milvus has no wider ones.

    In a collection of ten million different terms one term in 430 of those asked for shares its dimension with
    another; the passages that have the other then score as if they had it.
    """
    hashes = term_hashes(list(terms))
    found: list[int] = (hashes % np.uint64(DIMENSIONS) + np.uint64(1)).tolist()
    return found
