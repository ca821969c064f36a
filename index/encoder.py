"""Texts to vectors: a prepared model run by OpenVINO, with neither torch nor sentence-transformers loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.errors import EncoderError
from index.half_rows import HalfRows
from index.model_cache import DEFAULT_MODEL, ModelCard, prepared
from index.model_quantize import RUN_WITH
from index.recent import Recent
from index.tokenizing import TokenizerLike, load_question_tokenizer, load_tokenizer

if TYPE_CHECKING:
    import openvino

Vectors = npt.NDArray[np.float32]
"""Shape [texts, dimensions], rows of length 1: their dot product is the cosine."""

BATCH = 64
"""Texts between two calls of ``on_progress``."""
AGAIN = "이 폴더를 지우고 다시 실행하면 새로 준비합니다."
REMEMBERED = 256
"""Questions whose vectors are kept: the same one is asked again with another filter, in parts, or in a batch."""


class Encoder:
    """An embedding model. Everything heavy loads on first use; safe to share between threads."""

    def __init__(self, folder: Path, card: ModelCard) -> None:
        self.folder = folder
        self.card = card
        self._local = threading.local()
        self._lock = threading.Lock()
        self._tokenizer_lock = threading.Lock()
        self._remembered: Recent[str, Vectors] = Recent(REMEMBERED)

    def start_loading(self) -> Callable[[], None]:
        """Begins to load what a question needs; the function returned waits until it is there.

        The parts load in native code, side by side and beside whatever the caller does meanwhile: their Python
        modules are imported here first, because a caller that holds the interpreter (Kiwi does) would stop that.
        """
        import_runtime()
        pool = ThreadPoolExecutor(2)
        parts = [pool.submit(lambda: self._question_tokenizer), pool.submit(lambda: self._latency_model)]
        pool.shutdown(wait=False)

        def wait() -> None:
            for part in parts:
                part.result()
            self.encode_query("준비")

        return wait

    def encode_query(self, question: str) -> Vectors:
        """The vector of a question, shape [1, dimensions], read-only; those of the last questions are remembered.

        Text beyond the model's limit of tokens is not seen.
        """
        known = self._remembered.those([question])
        if question in known:
            return known[question]
        return self._remember(question, self._encode_one(self.card.query_prompt + question))

    def encode_queries(self, questions: Sequence[str]) -> list[Vectors]:
        """As ``encode_query`` for each of many questions, all cores at work on several at a time."""
        found = self._remembered.those(questions)
        new = [question for question in dict.fromkeys(questions) if question not in found]
        if new:
            vectors = self._encode_many([self.card.query_prompt + question for question in new])
            for question, vector in zip(new, vectors, strict=True):
                found[question] = self._remember(question, vector[np.newaxis])
        return [found[question] for question in questions]

    def _remember(self, question: str, vector: Vectors) -> Vectors:
        vector.setflags(write=False)
        self._remembered.keep({question: vector})
        return vector

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        """The vectors of passages or windows, shape [texts, dimensions].

        Args:
            texts: any number of texts.
            on_progress: called with (done, all) now and then.
        """
        return self._encode_many([self.card.passage_prompt + text for text in texts], on_progress)

    def encode_pieces(self, pieces: Sequence[int]) -> Vectors:
        """The vectors of single pieces of the vocabulary, by id, without a prompt; shape [pieces, dimensions]."""
        first, *_, last = self._tokenizer.ids("")
        return self._run_many(len(pieces), ([first, piece, last] for piece in pieces))

    def _encode_many(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        return self._run_many(len(texts), (self._tokenizer.ids(text) for text in texts), on_progress)

    def _run_many(
        self,
        count: int,
        token_ids: Iterable[list[int]],
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Vectors:
        """The vectors of ``count`` texts given as tokens, each a request of its own: short ones are not padded."""
        vectors = np.zeros((count, self.card.dimensions), dtype=np.float32)
        if not count:
            return vectors
        queue = self._queue()
        done = 0

        def keep(request: Any, row: int) -> None:
            nonlocal done
            vectors[row] = request.get_output_tensor(0).data[0]
            done += 1

        queue.set_callback(keep)
        for row, ids in enumerate(token_ids):
            if on_progress and row % BATCH == 0:
                on_progress(done, count)
            queue.start_async({0: self._inputs(ids)}, row)
        queue.wait_all()
        if on_progress:
            on_progress(count, count)
        return vectors

    def _encode_one(self, text: str) -> Vectors:
        request = getattr(self._local, "request", None)
        if request is None:  # an infer request serves one thread at a time
            request = self._local.request = self._latency_model.create_infer_request()
        result = request.infer({0: self._inputs(self._question_tokenizer.ids(text))})[0]
        return np.array(result, dtype=np.float32)

    def _inputs(self, ids: list[int]) -> Vectors:
        limit = self.card.max_tokens
        if len(ids) > limit:
            ids = [*ids[: limit - 1], ids[-1]]  # keep the closing token, as sentence-transformers does
        return self._embeddings[np.array(ids)][np.newaxis]

    @cached_property
    def _embeddings(self) -> HalfRows:
        """The table of token embeddings, most of a multilingual model: read row by row, it takes no memory."""
        try:
            return HalfRows(self.folder / "embeddings.npy")
        except (OSError, ValueError) as error:
            raise EncoderError(f"{self.folder}: 임베딩 모델이 온전하지 않습니다 ({error}). {AGAIN}") from None

    @cached_property
    def _tokenizer(self) -> TokenizerLike:
        with self._tokenizer_lock:
            loaded: TokenizerLike | None = self.__dict__.get("_tokenizer")  # by another thread, meanwhile
            return loaded or load_tokenizer(self.folder)

    @cached_property
    def _question_tokenizer(self) -> TokenizerLike:
        return load_question_tokenizer(self.folder)

    @cached_property
    def _latency_model(self) -> openvino.CompiledModel:
        return self._compile("LATENCY")

    def _queue(self) -> openvino.AsyncInferQueue:
        import openvino

        return openvino.AsyncInferQueue(self._throughput_model)

    @cached_property
    def _throughput_model(self) -> openvino.CompiledModel:
        return self._compile("THROUGHPUT")

    def _compile(self, hint: str) -> openvino.CompiledModel:
        import openvino

        with self._lock:
            try:
                return openvino.Core().compile_model(
                    self.folder / "model.xml",
                    "CPU",
                    {
                        "PERFORMANCE_HINT": hint,
                        "CACHE_DIR": str(self.folder / "compiled"),
                        **(RUN_WITH if self.card.runtime == "openvino-int8" else {}),
                    },
                )
            except RuntimeError as error:
                raise EncoderError(
                    f"{self.folder}: 임베딩 모델을 실행할 수 없습니다 ({str(error).splitlines()[0][:200]}). {AGAIN}"
                ) from None


class SentenceTransformersEncoder(Encoder):
    """Runs a model that could not be converted; loads torch, and is slower."""

    def _encode_one(self, text: str) -> Vectors:
        return self._run([text])

    def _encode_many(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> Vectors:
        rows: list[Vectors] = []
        for first in range(0, len(texts), BATCH):
            rows.append(self._run(list(texts[first : first + BATCH])))
            if on_progress:
                on_progress(min(first + BATCH, len(texts)), len(texts))
        return np.concatenate(rows) if rows else np.zeros((0, self.card.dimensions), dtype=np.float32)

    def start_loading(self) -> Callable[[], None]:
        """As ``Encoder.start_loading``, but loads nothing before it is waited for."""

        def wait() -> None:
            self.encode_query("준비")

        return wait

    def _run(self, texts: list[str]) -> Vectors:
        vectors = self._model.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    @cached_property
    def _model(self) -> Any:
        with self._lock:
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(str(self.folder / "source"), device="cpu")


def import_runtime() -> None:
    """Imports the modules that run an encoder."""
    import openvino

    del openvino


_encoders: dict[str, Encoder] = {}
_encoders_lock = threading.Lock()


def load_encoder(model: str = DEFAULT_MODEL) -> Encoder:
    """The encoder for ``model`` (see ``index.model_cache.prepared``), one for each model in a process.

    Raises:
        EncoderError: the model cannot be found, read, converted or run.
    """
    with _encoders_lock:
        if model not in _encoders:
            folder, card = prepared(model)
            # a folder may be named in several ways; an index names it as it was when the model was prepared
            same = (one for one in _encoders.values() if (one.folder, one.card) == (folder, card))
            _encoders[model] = next(same, None) or _kind(card.runtime)(folder, card)
        return _encoders[model]


def _kind(runtime: str) -> type[Encoder]:
    if runtime == "static":
        from index.static_model import StaticEncoder  # which distils an ``Encoder``

        return StaticEncoder
    return Encoder if runtime.startswith("openvino") else SentenceTransformersEncoder
