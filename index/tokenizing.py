"""Text to token ids, as the encoder's model wants them.

A Unigram vocabulary (all XLM-R descendants, the bundled model among them) is run by sentencepiece: it loads in half
the time and a third of the memory that ``tokenizers`` takes for the same vocabulary, and while other threads go on.
For questions alone it need not be loaded either (``index.unigram``). Every other tokenizer is run by ``tokenizers``.
"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from index.unigram import TABLE, PieceTable, write_pieces

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor
    from tokenizers import Tokenizer

UNIGRAM_FILE = "tokenizer.spm"
JSON_FILE = "tokenizer.json"
SPACE = "▁"
"""How pieces spell a space."""

PROBES = (
    "query: 해인 클러스터 이름의 유래는?",
    "passage: SK텔레콤은  2019년 ‘KoBERT’를\n공개했다. 5,000억(500B)·95%～",
    "ABC ① ㎏ ﬁ 漢字 かな 😀 1/2 \u3000 ㈜",
    "뷁뛟 어ㄸㅓㄴ",
    "x",
)


class Piece(NamedTuple):
    """A piece of a vocabulary, and the logarithm of its frequency."""

    text: str
    score: float


class TokenizerLike(Protocol):
    """Text to ids, special tokens included."""

    def ids(self, text: str) -> list[int]:
        """The token ids of a text."""
        ...


class UnigramTokenizer:
    """A Unigram vocabulary with ``<s> … </s>`` around the text, after NFKC and folding of white space."""

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._model: SentencePieceProcessor = SentencePieceProcessor(model_file=str(path))
        self._first = self._model.bos_id()
        self._last = self._model.eos_id()

    @property
    def pieces(self) -> list[Piece | None]:
        """The pieces by id, None for what is no text."""
        model = self._model
        return [
            None
            if model.is_control(i) or model.is_unknown(i)
            else Piece(model.id_to_piece(i), model.get_score(i))
            for i in range(model.get_piece_size())
        ]

    def ids(self, text: str) -> list[int]:
        """The token ids of a text."""
        return [self._first, *self._model.encode(_folded(text)), self._last]


class QuestionTokenizer:
    """The same for short texts: as good as nothing to load, .2 to .7 ms a question (sentencepiece .01)."""

    def __init__(self, folder: Path) -> None:
        self._table = PieceTable(folder)

    def ids(self, text: str) -> list[int]:
        """The token ids of a text."""
        folded = _folded(text)
        return self._table.ids(f"{SPACE}{folded}".replace(" ", SPACE) if folded else "")


def _folded(text: str) -> str:
    """With one kind of white space, the sign that pieces have for it included."""
    return " ".join(unicodedata.normalize("NFKC", text).replace(SPACE, " ").split())


class JsonTokenizer:
    """Any tokenizer that ``tokenizers`` can read."""

    def __init__(self, path: Path) -> None:
        # its own threads are worth nothing beside the encoder's, and warn when a server forks
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        self._model: Tokenizer = Tokenizer.from_file(str(path))

    def ids(self, text: str) -> list[int]:
        """The token ids of a text."""
        ids: list[int] = self._model.encode(text).ids
        return ids


def load_tokenizer(folder: Path) -> TokenizerLike:
    """The tokenizer of a prepared model."""
    unigram = folder / UNIGRAM_FILE
    return UnigramTokenizer(unigram) if unigram.is_file() else JsonTokenizer(folder / JSON_FILE)


def load_question_tokenizer(folder: Path) -> TokenizerLike:
    """What gives the ids of ``load_tokenizer`` and is sooner there, where the prepared model has it."""
    return QuestionTokenizer(folder) if (folder / TABLE).is_file() else load_tokenizer(folder)


def write_unigram(folder: Path) -> bool:
    """Writes ``tokenizer.spm`` and the table of pieces beside ``tokenizer.json`` where all give the same ids; says whether it did."""
    described = json.loads((folder / JSON_FILE).read_text(encoding="utf-8"))
    if described["model"]["type"] != "Unigram":
        return False
    target = folder / UNIGRAM_FILE
    target.write_bytes(_sentencepiece_model(described))
    theirs = JsonTokenizer(folder / JSON_FILE)
    if not _agree(UnigramTokenizer(target), theirs):
        target.unlink()
        return False
    special = _special(described)
    pieces = [
        (number, piece, score)
        for number, (piece, score) in enumerate(described["model"]["vocab"])
        if piece not in special
    ]
    first, *_, last = theirs.ids(PROBES[0])
    unknown = described["model"]["unk_id"]
    if write_pieces(folder, pieces, first, last, unknown) and not _agree(QuestionTokenizer(folder), theirs):
        (folder / TABLE).unlink()
    return True


def _agree(one: TokenizerLike, other: TokenizerLike) -> bool:
    return all(one.ids(probe) == other.ids(probe) for probe in PROBES)


def _special(described: dict[str, Any]) -> set[str]:
    return {token["content"] for token in described["added_tokens"] if token["special"]}


def _sentencepiece_model(described: dict[str, Any]) -> bytes:
    from sentencepiece import sentencepiece_model_pb2

    messages: Any = sentencepiece_model_pb2  # generated classes, without types

    kinds = messages.ModelProto.SentencePiece.Type
    special = _special(described)
    model = messages.ModelProto()
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    trainer.model_type = messages.TrainerSpec.ModelType.UNIGRAM
    trainer.unk_id = described["model"]["unk_id"]
    for number, (piece, score) in enumerate(described["model"]["vocab"]):
        entry = model.pieces.add()
        entry.piece, entry.score = piece, score
        entry.type = kinds.NORMAL
        if number == trainer.unk_id:
            entry.type = kinds.UNKNOWN
        elif piece in special:
            entry.type = kinds.CONTROL
    places = {piece: number for number, (piece, _) in enumerate(described["model"]["vocab"])}
    trainer.bos_id, trainer.eos_id = places.get("<s>", -1), places.get("</s>", -1)
    trainer.pad_id = places.get("<pad>", -1)
    normalizer.name = "identity"
    normalizer.add_dummy_prefix = True
    normalizer.escape_whitespaces = True
    return bytes(model.SerializeToString())
