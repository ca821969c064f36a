"""No input of a stranger's may hang, kill or fool a reader: some thousands of the fuzzer's, the same in every run."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from index.errors import ArticleError
from tests.fuzzed_readers import READERS, Reader
from tests.fuzzing import made, outcome, run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="inputs are read in forked processes")

FEW = {name: 25 for name in READERS}
MANY = {
    "text": 4_000, "markdown": 1_500, "html": 300, "mhtml": 600, "docx": 2_000, "hwpx": 4_000, "pdf": 500, "zip": 500,
    "pasted": 500, "given": 3_000, "front matter": 3_000, "dictionary": 8_000, "gold": 8_000, "question": 1_500,
    "sentence": 1_500,
}  # fmt: skip
"""About five seconds of each."""


def failures(name: str, inputs: int, first: int) -> str:
    report = run(READERS[name], 0, inputs, first=first)
    assert report.inputs == inputs
    return "\n".join(f"input {number}: {failure}" for number, failure in report.failures.items())


@pytest.mark.parametrize("name", READERS)
def test_some_inputs(name: str) -> None:
    assert not failures(name, FEW[name], 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_many_inputs(name: str) -> None:
    assert not failures(name, MANY[name], FEW[name])


# -- The fuzzer itself ---------------------------------------------------------------------------------------------
def a_reader(read: object, may_end: bool = False) -> Reader:
    assert callable(read)
    return Reader("a reader", [b"<p>a</p>"], ["<", "\0"], read, may_end=may_end)


def test_inputs_are_the_same_in_every_run_and_most_are_none_of_the_samples() -> None:
    for reader in READERS.values():
        inputs = [made(reader, 1, number) for number in range(20, 60)]
        assert inputs == [made(reader, 1, number) for number in range(20, 60)]
        assert len(set(inputs) - set(reader.samples)) > 20
        assert made(reader, 2, 20) != inputs[0]


def test_whatever_else_happens_is_a_failure() -> None:
    def raises(error: Exception) -> object:
        def read(data: bytes) -> None:
            raise error

        return read

    assert outcome(a_reader(lambda data: None), b"") == "read"
    assert outcome(a_reader(raises(ArticleError("비어 있는 파일입니다"))), b"") == "refused"
    for error in (
        ArticleError("두\n줄"),
        ArticleError(""),
        ArticleError("no Korean"),
        ArticleError("\x1b[31m가"),
    ):
        assert outcome(a_reader(raises(error)), b"").startswith("message")
    for other in (ValueError("x"), RecursionError(), AssertionError(), MemoryError()):
        assert outcome(a_reader(raises(other)), b"").startswith("bug")


def test_what_hangs_or_ends_its_process_is_found_and_the_rest_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.fuzzing.MOST_SECONDS", 0.2)
    calls = []

    def read(data: bytes) -> None:
        calls.append(data)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        while len(calls) == 2:
            pass

    report = run(a_reader(read), 1, 6, batch=4)
    assert report.inputs == 6 and report.outcomes["read"] == 2
    assert report.outcomes["slow"] == 2 and report.outcomes["ended by signal 9"] == 2
    assert {failure.split("\n")[0] for failure in report.failures.values()} == {"slow", "ended by signal 9"}
    calls.clear()
    assert not [kind for kind in run(a_reader(lambda data: sys.exit(1), True), 1, 1).failures.values()]
