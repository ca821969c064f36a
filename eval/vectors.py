"""Vectors that an index does not hold (other windows, questions), encoded once and kept in the cache."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence

import numpy as np

from index.encoder import Vectors
from index.model_cache import cache_folder
from index.searching import Index
from index.windows import content_keys
from rag.progress import ProgressBars


def text_vectors(texts: Sequence[str], index: Index) -> Vectors:
    """The vectors of windows or passages, shape [texts, dimensions]; the index's own where it has the text."""

    def encode() -> Vectors:
        rows = {bytes(key): row for row, key in enumerate(np.load(index.folder / "keys.npy"))}
        keys = list(map(bytes, content_keys(texts)))
        lacking = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
        with ProgressBars() as bars:
            fresh = index.encoder.encode_passages(
                list(lacking.values()), lambda done, total: bars("encode", done, total)
            )
        held = index.dense.rows(np.array([rows.get(key, 0) for key in keys], dtype=np.int64))
        made = {key: vector for key, vector in zip(lacking, fresh, strict=True)}
        return np.array([made.get(key, own) for key, own in zip(keys, held, strict=True)], dtype=np.float32)

    return _kept("passages", texts, index, encode)


def question_vectors(questions: Sequence[str], index: Index) -> Vectors:
    """The vectors of questions, shape [questions, dimensions], as a search computes them."""
    return _kept(
        "questions",
        questions,
        index,
        lambda: np.concatenate([index.encoder.encode_query(question) for question in questions]),
    )


def _kept(kind: str, texts: Sequence[str], index: Index, encode: Callable[[], Vectors]) -> Vectors:
    """The vectors kept for these texts and the index's encoder; made first where there are none."""
    key = hashlib.sha256(f"{kind} {index.encoder.card.fingerprint}".encode())
    key.update(content_keys(texts).tobytes())
    path = cache_folder() / "eval" / "vectors" / f"{key.hexdigest()[:32]}.npy"
    try:
        kept: Vectors = np.load(path, allow_pickle=False)
        return kept
    except (OSError, ValueError):  # none yet, or a broken file: made anew
        pass
    vectors = encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.npy")
    np.save(partial, vectors, allow_pickle=False)
    partial.replace(path)
    return vectors
