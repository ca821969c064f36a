"""What a search costs, counted: none of it depends on the clock, so it can be held to."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.articles import Article
from index.build import index_articles
from index.reading import article_from_text
from index.recent import Recent
from index.searching import Index
from rag import Filters, Retriever
from tests.brute_force import HashEncoder
from tests.conftest import TOP

QUESTION = "해인 클러스터 이름의 유래는?"
PLAIN_SEARCH = 2
"""SQL statements: the passages, and the articles of those that are shown."""
HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "gradio",
    "trafilatura",
    "rank_bm25",
    "sentencepiece",
    "tokenizers",
    "lxml",
}
"""Modules that a question must not wait for."""


@contextmanager
def statements(retriever: Retriever) -> Iterator[list[str]]:
    """The SQL statements run meanwhile."""
    index = retriever.index
    assert isinstance(index, Index)
    found: list[str] = []
    index.store._database._connection.set_trace_callback(found.append)
    try:
        yield found
    finally:
        index.store._database._connection.set_trace_callback(None)


@contextmanager
def encodings(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Texts that the encoder has encoded meanwhile, one by one or several at a time."""
    encoder = retriever.index.encoder
    found: Counter[str] = Counter()
    one, many = encoder._encode_one, encoder._encode_many
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "_encode_one", lambda text: (found.update(["one"]), one(text))[1])
        patch.setattr(
            encoder,
            "_encode_many",
            lambda texts, *rest: (found.update({"many": len(texts)}), many(texts, *rest))[1],
        )
        yield found


@pytest.fixture
def retriever(retriever: Retriever) -> Retriever:
    """One of its own, which has read no passage yet."""
    index = retriever.index
    assert isinstance(index, Index)
    return Retriever.open(index.folder.parent.parent)


def test_a_search_reads_rows_twice_and_encodes_once(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    with statements(retriever) as ran, encodings(retriever, monkeypatch) as encoded:
        retriever.search(QUESTION + " 알려 줘")
    assert len(ran) == PLAIN_SEARCH, ran
    assert encoded == {"one": 1}


def test_passages_read_lately_are_not_read_again(retriever: Retriever) -> None:
    retriever.search(QUESTION)
    with statements(retriever) as ran:
        retriever.search(QUESTION)
    assert len(ran) == PLAIN_SEARCH - 1, ran


def test_a_question_loads_neither_what_builds_an_index_nor_a_heavy_module(retriever: Retriever) -> None:
    index = retriever.index
    assert isinstance(index, Index)
    code = (
        "import sys\nfrom rag import cli\n"
        "status = cli.main(['ask', '--index', sys.argv[1], sys.argv[2]])\nprint()\nprint(status, *sys.modules)"
    )
    place = index.folder.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(place), QUESTION],
        capture_output=True,
        text=True,
        cwd=TOP,
        check=True,
    )
    status, *modules = done.stdout.splitlines()[-1].split()
    assert status == "0"
    assert not {"index.build", "index.intake", "index.reading"} & set(modules)
    assert not HEAVY & set(modules)


def test_a_filter_costs_one_statement_more(retriever: Retriever) -> None:
    filters = Filters(since="2020")
    retriever.search("반도체", filters=filters)  # what is read once for all is read
    assert isinstance(retriever.index, Index)
    retriever.index.store._recent = Recent(0)
    with statements(retriever) as ran:
        retriever.search(QUESTION + " 알려 줘", filters=filters)
    assert len(ran) == PLAIN_SEARCH + 1, ran


def test_the_same_question_is_encoded_once(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    with encodings(retriever, monkeypatch) as encoded:
        retriever.search("해인 클러스터를 만든 회사는 어디인가?")
        retriever.search("해인 클러스터를 만든 회사는 어디인가?", filters=Filters(since="2020"))
        retriever.answer("해인 클러스터를 만든 회사는 어디인가?")
    assert encoded == {"one": 1}


def test_many_questions_are_encoded_together(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [f"{name}의 올해 매출은 얼마인가?" for name in ("가람전자", "나래소재", "다솜화학")]
    with encodings(retriever, monkeypatch) as encoded:
        retriever.search_many(questions)
    assert encoded == {"many": 3}


def article(number: int) -> Article:
    name = "".join(chr(0xAC00 + (number * 7919 + k * 104729) % 11172) for k in range(4))
    return article_from_text(
        f"{name} 회사는 {number}일에 새 공장을 열었다고 밝혔다.\n\n{name}의 직원은 {number + 10}명이다.",
        source=f"{number}.txt",
        title=f"{name} 공장",
    )


def read_on_opening(folder: Path) -> int:
    """Bytes that a process reads to open an index, beside the small files, which are hashed each time."""
    code = (
        "import index.verification\nindex.verification.SMALL = 1 << 12\n"
        "import sys\nfrom pathlib import Path\nfrom index.analyzer import Analyzer\nfrom index.searching import Index\n"
        "import faiss\nAnalyzer().kiwi\n"
        "def read():\n    return int(Path('/proc/self/io').read_text().split()[1])\n"
        "Index.open(sys.argv[1])  # remembers what it hashed\nbefore = read()\nIndex.open(sys.argv[1])\nprint(read() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, cwd=TOP, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="Linux counts the bytes that a process reads")
def test_opening_reads_as_much_of_a_large_index_as_of_a_small_one(tmp_path: Path) -> None:
    HashEncoder.register()
    sizes = {}
    for count in (20, 2000):
        index_articles([article(number) for number in range(count)], tmp_path / str(count), model="hashes")
        sizes[count] = read_on_opening(tmp_path / str(count))
    assert sizes[2000] < sizes[20] + 64 * 1024, sizes
