"""A static model distilled from the default encoder: a text's vector is a mean of vectors of its pieces.

As model2vec does (Tulkens and van Dongen, 2024): each piece of the vocabulary is encoded alone, the vectors are
whitened, and frequent pieces count less (Arora, Liang and Ma: A Simple but Tough-to-Beat Baseline for Sentence
Embeddings, ICLR 2017). It encodes some seventy times as fast and knows nothing of word order.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder, Vectors, load_encoder
from index.errors import EncoderError
from index.model_cache import DEFAULT_MODEL, STATIC_MODEL, ModelCard, write_card
from index.tokenizing import UNIGRAM_FILE, UnigramTokenizer
from index.unigram import IDS, TABLE

RECIPE = 1
"""Of the distillation; a change of what it makes takes the next number."""
PIECES = re.compile(r"[▁!-~°-¿가-힣ㄱ-ㅣ\u2000-\u2bff\u3000-\u303f\uff00-\uffef]+|▁?[\u4e00-\u9fff]")
"""What Korean articles are written in; pieces of other scripts are passed over in a text."""
HANGUL = re.compile("[가-힣]")
OTHERS = 0.01
"""What a piece without Hangul counts in the whitening, where one with it counts 1: with all alike, dense recall@1 on half
a of KorQuAD is .78 instead of .82."""
FREQUENT = 3e-5
"""A piece as frequent as that counts half of a rare one: with 1e-5 dense recall@1 on half a of KorQuAD is .79 instead of .82."""
CONSTANT = 0.8
"""The cosine of two texts that have nothing in common. The encoder's lie about there, and what ranks and weighs passages
has been fitted to them."""
MOST_TOKENS = 8192
"""More than any passage has: nothing is cut."""
TOGETHER = 256
"""Texts whose rows are summed at once."""


def distil(folder: Path) -> None:
    """Writes the static model into an empty folder; takes some minutes.

    Raises:
        EncoderError: the default encoder cannot be prepared, or its vocabulary is none of pieces with frequencies.
    """
    # one that is kept: OpenVINO may wait for itself for ever where a model is thrown away
    encoder = load_encoder(DEFAULT_MODEL)
    source, card = encoder.folder, encoder.card
    if not (source / UNIGRAM_FILE).is_file():
        raise EncoderError(f"{DEFAULT_MODEL}의 어휘로는 {STATIC_MODEL}을(를) 만들 수 없습니다.")
    pieces = UnigramTokenizer(source / UNIGRAM_FILE).pieces
    chosen = np.array(
        [number for number, piece in enumerate(pieces) if piece and PIECES.fullmatch(piece.text)]
    )
    alone = encoder.encode_pieces(chosen.tolist())
    frequency = np.exp([pieces[number].score for number in chosen])
    hangul = np.array([HANGUL.search(pieces[number].text) is not None for number in chosen])
    table = np.zeros((len(pieces), card.dimensions), dtype=np.float16)
    table[chosen] = (
        whitened(alone, np.where(hangul, 1.0, OTHERS)) * (FREQUENT / (FREQUENT + frequency))[:, None]
    )
    np.save(folder / "embeddings.npy", table, allow_pickle=False)
    for name in (UNIGRAM_FILE, TABLE, IDS):
        if (source / name).is_file():
            shutil.copy(source / name, folder / name)
    # of the source and the recipe, not of the table: rounding differs from machine to machine
    fingerprint = hashlib.sha256(f"{card.fingerprint} static {RECIPE}".encode()).hexdigest()
    write_card(folder, ModelCard(STATIC_MODEL, fingerprint, card.dimensions, MOST_TOKENS, "", "", "static"))


def whitened(vectors: Vectors, weights: npt.NDArray[np.float64]) -> Vectors:
    """Vectors with mean 0, variance 1 and no correlation under the weights, turned as little as possible (ZCA).

    The first dimension is left free, for ``CONSTANT``. Another way to whiten would turn the vectors differently on
    each machine.
    """
    weights = weights / weights.sum()
    centred = vectors - weights @ vectors
    variances, directions = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    turned: Vectors = (centred @ (directions / np.sqrt(np.maximum(variances, 1e-12))) @ directions.T).astype(
        np.float32
    )
    turned[:, 0] = 0.0
    return turned


class StaticEncoder(Encoder):
    """Runs a static model: no network, just rows of a table."""

    def start_loading(self) -> Callable[[], None]:
        """As ``Encoder.start_loading``, but there is next to nothing to load."""
        return lambda: None

    def _encode_one(self, text: str) -> Vectors:
        return self._means([self._question_tokenizer.ids(text)])

    def _encode_many(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        vectors = np.zeros((len(texts), self.card.dimensions), dtype=np.float32)
        for first in range(0, len(texts), TOGETHER):
            some = texts[first : first + TOGETHER]
            vectors[first : first + TOGETHER] = self._means([self._tokenizer.ids(text) for text in some])
            if on_progress:
                on_progress(min(first + TOGETHER, len(texts)), len(texts))
        return vectors

    def _means(self, ids: Sequence[list[int]]) -> Vectors:
        """The vector of each list of tokens; one without known pieces has nothing but the constant."""
        firsts = np.cumsum([0, *map(len, ids[:-1])])
        known, places = np.unique([number for one in ids for number in one], return_inverse=True)
        sums: Vectors = np.add.reduceat(self._embeddings[known][places], firsts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors: Vectors = sums / np.maximum(lengths, 1e-9) * np.float32(np.sqrt(1.0 - CONSTANT))
        vectors[:, 0] = np.where(lengths[:, 0] > 0, np.sqrt(CONSTANT), 1.0)
        return vectors
