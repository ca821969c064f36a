"""Asking a language model: pieces as they come, every fault in one line, the key nowhere."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator

import pytest
from model_server import Handler, Request, saying, serving

from index.errors import LanguageModelError
from rag.writing import language_model as lm
from rag.writing.language_model import LanguageModel, Patience, Settings

pytest.importorskip("openai", reason="the extra geungeo[llm] is not installed")

KEY = "sk-secret-0123456789"
ASKED = [{"role": "user", "content": "질문"}]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield


def ask(url: str, key: str = KEY, **patience: float) -> LanguageModel:
    return LanguageModel(
        Settings(url, "m", key), Patience(**({"connect": 1.0, "first": 5.0, "total": 10.0} | patience))
    )


def fault(handler: Handler, **patience: float) -> str:
    with serving(handler) as server, pytest.raises(LanguageModelError) as caught:
        list(ask(server.url, **patience).stream(ASKED))
    return str(caught.value)


def test_pieces_come_in_order_and_the_request_is_what_was_asked() -> None:
    with serving(saying("가온이", "음입니다", " [1].")) as server:
        assert "".join(ask(server.url).stream(ASKED)) == "가온이음입니다 [1]."
        (request,) = server.requests
    assert (
        request["path"] == "/v1/chat/completions" and request["headers"]["authorization"] == f"Bearer {KEY}"
    )
    assert request["body"]["messages"] == ASKED and request["body"]["stream"] is True


def failing(status: int) -> Handler:
    return lambda request: request.fail(status, f"Incorrect API key provided: {KEY}")


def breaking_off(request: Request) -> None:
    request.begin()
    request.event("가온이음")


def malformed(request: Request) -> None:
    request.begin()
    request.line("{no json")


def failing_in_the_stream(request: Request) -> None:
    request.begin()
    request.event("가온")
    request.line('{"error": {"message": "out of memory"}}')


@pytest.mark.parametrize(
    ("handler", "line"),
    [
        (failing(401), lm.REFUSED), (failing(403), lm.REFUSED), (failing(404), lm.UNKNOWN), (failing(429), lm.BUSY),
        (failing(500), lm.FAILED), (breaking_off, lm.BROKEN_OFF), (malformed, lm.MALFORMED),
        (failing_in_the_stream, lm.FAILED), (saying(), lm.EMPTY), (saying(" ", "\n"), lm.EMPTY),
        (saying("길고 긴", finish="length"), lm.CUT_OFF),
    ],
)  # fmt: skip
def test_every_fault_is_one_line_and_nothing_is_tried_twice(handler: Handler, line: str) -> None:
    with serving(handler) as server:
        with pytest.raises(LanguageModelError) as caught:
            list(ask(server.url).stream(ASKED))
        assert len(server.requests) == 1
    assert str(caught.value) == line and "\n" not in line


def test_a_server_that_is_down_says_so() -> None:
    with serving(saying("")) as server:
        url = server.url
    with pytest.raises(LanguageModelError, match="연결하지 못했습니다"):
        list(ask(url).stream(ASKED))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached_whatever_proxy_is_set(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(saying("가온이음")) as server:
        assert list(ask(server.url.replace("127.0.0.1", host)).stream(ASKED)) == ["가온이음", ""]
        assert len(server.requests) == 1


def test_a_proxy_is_used_for_any_other_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    with serving(saying("가온이음")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
        assert "".join(ask("http://h/v1").stream(ASKED)) == "가온이음"
        assert proxy.requests[0]["path"] == "http://h/v1/chat/completions"


def test_no_more_is_read_than_an_answer_may_be_long() -> None:
    read = []
    with serving(saying(*["가" * 3000] * 5)) as server, pytest.raises(LanguageModelError, match="잘렸습니다"):
        for piece in ask(server.url).stream(ASKED):
            read.append(piece)
    assert len("".join(read)) == lm.MOST_CHARACTERS


def test_a_silent_server_and_one_that_only_keeps_the_line_open_are_given_up() -> None:
    over = threading.Event()

    def silent(request: Request) -> None:
        over.wait(5)

    def keeping_open(request: Request) -> None:
        request.begin()
        while not over.wait(0.05):
            request.wfile.write(b": ping\n\n")
            request.wfile.flush()

    def dripping(request: Request) -> None:
        request.begin()
        while not over.wait(0.05):
            request.event("가")

    try:
        assert fault(silent, connect=0.1, first=0.3) == lm.SLOW
        assert fault(keeping_open, connect=0.1, first=0.3) == lm.SLOW
        assert fault(dripping, total=0.4) == lm.SLOW
    finally:
        over.set()


@pytest.mark.parametrize("closing", [True, False])
def test_the_request_ends_when_nobody_wants_the_answer_any_more(closing: bool) -> None:
    gone, stop = threading.Event(), threading.Event()

    def endless(request: Request) -> None:
        request.begin()
        try:
            while not gone.wait(0.01):
                request.event("가" * 1000)
        except OSError:
            gone.set()

    with serving(endless) as server:
        pieces = ask(server.url).stream(ASKED, stop)
        assert next(pieces)  # type: ignore[call-overload]
        if closing:
            pieces.close()  # type: ignore[attr-defined]
        else:
            stop.set()
            assert len(list(pieces)) <= 1
            pieces.close()  # type: ignore[attr-defined]
        assert gone.wait(5)


def test_the_key_is_shown_nowhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(Settings("http://127.0.0.1:1", "m", KEY)), str(Settings("http://127.0.0.1:1", "m", KEY))]
    for handler in (failing(401), malformed, breaking_off, saying("답 [1].")):
        with serving(handler) as server:
            try:
                list(ask(server.url).stream(ASKED))
            except LanguageModelError as error:
                shown += traceback.format_exception(error)
                assert error.__context__ is None and error.__cause__ is None
    with pytest.raises(LanguageModelError) as caught:
        list(ask("http://127.0.0.1:9/v1", key=f"{KEY}\u00e9").stream(ASKED))
    shown += [*traceback.format_exception(caught.value), caplog.text, *capfd.readouterr()]
    assert str(caught.value) == lm.BAD_KEY
    assert KEY not in "".join(shown) and caplog.records


@pytest.mark.parametrize(
    ("url", "model", "line"),
    [
        ("ftp://h/v1", "m", lm.BAD_URL), ("127.0.0.1:8080", "m", lm.BAD_URL), ("http://[", "m", lm.BAD_URL),
        (f"https://user:{KEY}@127.0.0.1/v1", "m", lm.BAD_URL), ("http://127.0.0.1:9/v1", "", lm.NO_MODEL),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_said_before_anything_is_sent(url: str, model: str, line: str) -> None:
    with pytest.raises(LanguageModelError) as caught:
        list(LanguageModel(Settings(url, model, "")).stream(ASKED))
    assert str(caught.value) == line and KEY not in line


def test_settings_come_from_the_environment_alone() -> None:
    given = {lm.URL: " http://h/v1 ", lm.MODEL: "m", lm.KEY: f"{KEY}\n"}
    assert Settings.from_environment(given) == Settings("http://h/v1", "m", KEY)
    assert Settings.from_environment({lm.MODEL: "m", lm.URL: " "}) is None


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(LanguageModelError, match=r"pip install 'geungeo\[llm\]'"):
        list(ask("http://127.0.0.1:9/v1").stream(ASKED))
