"""Asks a language model behind any OpenAI-compatible address, and gives its words as they come.

The key is read from the environment, sent to the server and shown nowhere: no message, log or ``repr`` holds it, and
nothing that a server says of an error is passed on, for some repeat the key.
"""

from __future__ import annotations

import ipaddress
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from index.errors import LanguageModelError

URL, MODEL, KEY = "GEUNGEO_LLM_URL", "GEUNGEO_LLM_MODEL", "GEUNGEO_LLM_KEY"
MOST_TOKENS = 500
"""Of an answer: some ten sentences of Korean."""
MOST_CHARACTERS = 8000
"""Of an answer, for a server that does not keep to ``MOST_TOKENS``: no more is read, and it counts as cut off."""

MISSING = "언어 모델을 부르는 데 필요한 패키지가 없습니다: pip install 'geungeo[llm]'"
BAD_URL = f"{URL}은 http나 https로 시작하는 주소여야 하고, 열쇠는 {KEY}에 따로 적어야 합니다."
BAD_KEY = f"{KEY}에 보낼 수 없는 글자가 있습니다. 다시 복사해 적어 주세요."
NO_MODEL = f"언어 모델의 이름이 정해지지 않았습니다. {MODEL}에 적어 주세요."
DOWN = f"언어 모델 서버에 연결하지 못했습니다. {URL}을 확인하세요."
SLOW = "언어 모델이 제때 답하지 않았습니다."
REFUSED = f"언어 모델 서버가 열쇠를 받아들이지 않았습니다. {KEY}를 확인하세요."
UNKNOWN = f"언어 모델 서버에 그 모델이 없습니다. {URL}과 {MODEL}을 확인하세요."
BUSY = "언어 모델 서버가 바쁘거나 사용 한도를 넘었습니다. 조금 뒤에 다시 물어보세요."
FAILED = "언어 모델 서버가 오류를 냈습니다."
MALFORMED = "언어 모델 서버의 답을 읽을 수 없습니다."
BROKEN_OFF = "언어 모델 서버와의 연결이 도중에 끊겼습니다."
EMPTY = "언어 모델이 빈 답을 보냈습니다."
CUT_OFF = "언어 모델의 답이 길어 도중에 잘렸습니다."

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the model is and how it is called."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings | None:
        """The settings of ``GEUNGEO_LLM_URL``, ``_MODEL`` and ``_KEY``; None where no address is given."""
        given = os.environ if environment is None else environment
        url, model, key = (given.get(name, "").strip() for name in (URL, MODEL, KEY))
        return cls(url, model, key) if url else None

    def check(self) -> None:
        """Raises LanguageModelError where nothing can be asked with these settings."""
        try:
            address = urlsplit(self.url)
            usable = address.scheme in ("http", "https") and address.hostname and "@" not in address.netloc
        except ValueError:
            usable = False
        if not usable:
            raise LanguageModelError(BAD_URL)
        if not self.model:
            raise LanguageModelError(NO_MODEL)
        if not (self.key.isascii() and self.key.isprintable()):
            raise LanguageModelError(BAD_KEY)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds. Nothing is tried twice: whoever waits has the extractive answer already."""

    connect: float = 5.0
    first: float = 60.0
    """Until the first word, and between two: a laptop reads a prompt of 2,000 tokens in half a minute."""
    total: float = 180.0


class LanguageModel:
    """A model behind an address. Safe to share between threads; nothing is sent, or imported, until it is asked."""

    def __init__(self, settings: Settings, patience: Patience = Patience()) -> None:
        self._settings = settings
        self._patience = patience

    def stream(self, messages: Sequence[Message], stop: threading.Event | None = None) -> Iterator[str]:
        """The answer in pieces, as they come.

        Closing the generator, or setting ``stop``, ends it at once and the request with the next piece; after
        ``stop`` it just ends.

        Args:
            messages: ``{"role": ..., "content": ...}`` each.
            stop: set by whoever no longer wants the answer.

        Raises:
            LanguageModelError: with one line of why: the server is down, slow, refuses the key, does not know the
                model, sends what is no answer, nothing, or not all of it.
        """
        self._settings.check()
        given_up = threading.Event()
        pieces: queue.SimpleQueue[str | LanguageModelError | None] = queue.SimpleQueue()
        # a thread of its own: neither a silent server nor one that only keeps the line open can hold the caller
        threading.Thread(target=self._fetch, args=(list(messages), pieces, given_up), daemon=True).start()
        try:
            yield from self._taken(pieces, stop or threading.Event())
        finally:
            given_up.set()

    def _taken(
        self, pieces: queue.SimpleQueue[str | LanguageModelError | None], stop: threading.Event
    ) -> Iterator[str]:
        end = time.monotonic() + self._patience.total
        next_by = time.monotonic() + self._patience.connect + self._patience.first
        any_text = False
        while not stop.is_set():
            try:
                piece = pieces.get(timeout=0.05)
            except queue.Empty:
                if time.monotonic() > min(end, next_by):
                    raise LanguageModelError(SLOW) from None
                continue
            if isinstance(piece, LanguageModelError):
                raise piece
            if piece is None:
                if not any_text:
                    raise LanguageModelError(EMPTY)
                return
            any_text = any_text or bool(piece.strip())
            next_by = time.monotonic() + self._patience.first
            if time.monotonic() > end:
                raise LanguageModelError(SLOW)
            yield piece

    def _fetch(
        self,
        messages: list[Message],
        pieces: queue.SimpleQueue[str | LanguageModelError | None],
        given_up: threading.Event,
    ) -> None:
        """Puts each piece into the queue, then None, or the error instead; free of whatever it was raised with."""
        try:
            finished, left = "", MOST_CHARACTERS
            for text, reason in self._request(messages, given_up):
                pieces.put(text[:left])
                left -= len(text)
                finished = "length" if left < 0 else reason or finished
                if left < 0:
                    break
            pieces.put(LanguageModelError(CUT_OFF) if finished == "length" else None)
        except LanguageModelError as error:
            pieces.put(error)
        except Exception as error:
            pieces.put(LanguageModelError(_why(error)))

    def _request(
        self, messages: list[Message], given_up: threading.Event
    ) -> Iterator[tuple[str, str | None]]:
        """Each piece of text with the reason why the answer ends, if it does."""
        try:
            import httpx2
            from openai import DefaultHttpxClient, OpenAI
        except ImportError:
            raise LanguageModelError(MISSING) from None
        patience = httpx2.Timeout(self._patience.first, connect=self._patience.connect)
        client = OpenAI(
            base_url=self._settings.url, api_key=self._settings.key or "none", max_retries=0, timeout=patience,
            # no proxy that the environment names can reach this machine's own addresses
            http_client=DefaultHttpxClient(trust_env=not _is_this_machine(self._settings.url)),
        )  # fmt: skip
        asked: Any = messages
        ended = False
        with client, client.chat.completions.create(
            model=self._settings.model, messages=asked, stream=True, temperature=0, max_tokens=MOST_TOKENS
        ) as answer:  # fmt: skip
            for chunk in answer:
                if given_up.is_set():
                    return
                for choice in chunk.choices[:1]:
                    ended = ended or choice.finish_reason is not None
                    yield choice.delta.content or "", choice.finish_reason
        if not ended:
            raise LanguageModelError(BROKEN_OFF)


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _why(error: Exception) -> str:
    """One line for the user; never what the server says."""
    import openai

    status = getattr(error, "status_code", None)
    if isinstance(error, openai.APITimeoutError):
        return SLOW
    if isinstance(error, openai.APIConnectionError):
        return DOWN
    if status in (401, 403):
        return REFUSED
    if status == 404:
        return UNKNOWN
    if status == 429:
        return BUSY
    return FAILED if isinstance(error, openai.APIError) else MALFORMED
