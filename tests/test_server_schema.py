"""The API against its own OpenAPI description: what schemathesis makes of it finds no answer that the description has not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.doctor import examine
from rag import Retriever
from rag.server.access import Access
from rag.server.running import Door, Server

pytestmark = pytest.mark.slow
TOKEN = "0123456789abcdef0123456789abcdef"


def test_every_answer_is_one_that_the_description_has(two_articles: Path, tmp_path: Path) -> None:
    server = Server(Retriever.open(two_articles), Door(port=0, access=Access(tokens=[TOKEN]))).start()
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}openapi.json",
        "--header", f"Authorization: Bearer {TOKEN}", "--max-examples", "40", "--seed", "1",
        "--generation-database", "none", "--request-timeout", "60",
        # a description cannot say that a question has to hold a letter, or which day there is
        "--exclude-checks", "positive_data_acceptance",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, cwd=tmp_path)
    finally:
        server.close()
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Operations:       10 selected / 10 total" in done.stdout
    # it adds articles, and removes them: what is left of them is sound
    assert not [finding for finding in examine(two_articles) if finding.status == "problem"]


def test_it_would_be_found_out(two_articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Retriever, *given: object, **how: object) -> object:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Retriever, "search", broken)
    server = Server(Retriever.open(two_articles), Door(port=0)).start()
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}openapi.json",
        "--include-path", "/v1/search", "--max-examples", "5", "--seed", "1", "--phases", "fuzzing",
        "--generation-database", "none", "--checks", "not_a_server_error",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path)
    finally:
        server.close()
    assert done.returncode == 1 and "[500]" in done.stdout
