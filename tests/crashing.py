"""A writer that is killed at any instant: run by test_crash.py as a program of its own, for it forks and must have no threads.

What makes vectors and terms is replaced by something quick, for it is the writer that is tested. The articles of an
index are all of one edition, and everything kept of them tells which; so an index that is mixed shows.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index import encoder, index_articles
from index.analyzer import Analyzer
from index.articles import Article, Block
from index.errors import GeungeoError, IndexNotFoundError
from index.generations import LOCK, POINTER, is_being_written, serving_name
from index.korean import Analysis, Morpheme
from index.model_cache import DEFAULT_MODEL, ModelCard
from index.searching import Index
from index.terms import Term

ARTICLES = 5
KILLED = -signal.SIGKILL
DIMENSIONS = 512
"""As with real vectors, their file is the largest."""


class QuickEncoder(encoder.Encoder):
    """A vector drawn from a text's hash."""

    def __init__(self) -> None:
        super().__init__(Path(), ModelCard(DEFAULT_MODEL, "quick", DIMENSIONS, 512, "", "", "openvino"))

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None
    ) -> encoder.Vectors:
        rows = [
            np.frombuffer(hashlib.shake_256(text.encode()).digest(4 * DIMENSIONS), np.uint32)
            for text in texts
        ]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, DIMENSIONS)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def morphemes(self: Analyzer, text: str) -> tuple[Morpheme, ...]:
    return tuple(
        Morpheme(found[0], "NNG", found.start(), found.end()) for found in re.finditer(r"[\w]+", text)
    )


def analyze_all(self: Analyzer, texts: Iterable[str]) -> Iterator[Analysis]:
    for text in texts:
        sentences = tuple((found.start(), found.end()) for found in re.finditer(r"[^. ][^.]*\.", text))
        yield Analysis(morphemes(self, text), sentences)


def terms(self: Analyzer, found: Iterable[Morpheme]) -> list[Term]:
    return [Term(one.form, one.start, one.end) for one in found]


def quicken() -> None:
    encoder._encoders[DEFAULT_MODEL] = QuickEncoder()
    for method in (morphemes, analyze_all, terms):
        setattr(Analyzer, method.__name__, method)


def edition(number: int) -> list[Article]:
    """The articles of one edition, each of which says so throughout; every edition has the same sources."""
    made = []
    for n in range(ARTICLES):
        paragraphs = [
            f"{n}번 기사 {p}번 문단은 판{number} 소식을 전한다. 판{number} 신문에 실린 글이 여기에 이어지고, 다음 쪽에도 그다음 쪽에도 같은 이야기가 조금 더 길게 이어진다. 이 글의 끝은 판{number}."
            for p in range(4)
        ]
        text, blocks = "\n\n".join(paragraphs), []
        for paragraph in paragraphs:
            blocks.append(Block(text.index(paragraph), text.index(paragraph) + len(paragraph), "prose"))
        digest = hashlib.sha256(f"{number} {n}".encode()).hexdigest()[:12]
        made.append(Article(digest, f"{n}.txt", f"판{number}의 {n}번", text, tuple(blocks)))
    return made


def edition_served(index_dir: Path) -> int | None:
    """The edition of the index, all of which is looked at; None where there is no index."""
    try:
        index = Index.open(index_dir)
    except IndexNotFoundError:
        return None
    stored = list(index.store.everything())
    number = int(stored[0].article.title[1:].split("의")[0])
    assert [item.article for item in stored] == edition(number), index_dir
    passages = [item for article in stored for item in article.passages]
    assert len(passages) == index.size == 4 * ARTICLES
    texts = []
    for item in passages:
        text = item.passage.text
        whole = [(0, len(text))] if len(item.windows) > 1 else []
        texts += [text[start:end] for start, end in [*item.windows, *whole]]
    assert len(texts) == len(index.windows)
    vectors, kept = QuickEncoder().encode_passages(texts), index.dense.rows(np.arange(len(texts)))
    assert np.allclose(kept, vectors, atol=1e-3)  # what a broken build has kept is rounded
    numbers, _ = index.search_words([f"판{number}"], 99)
    assert len(numbers) == len(passages)
    return number


def begin(index_dir: Path, number: int, first: Callable[[], None] = lambda: None) -> tuple[int, int]:
    """Starts a build of an edition in a process of its own, which does something first; its id, and where it reports."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        first()
        index_articles(edition(number), index_dir)
        status = 0
    except GeungeoError as error:
        os.write(writing, str(error).encode())
        status = 2
    except KeyboardInterrupt:
        status = 130
    except BaseException as error:
        os.write(writing, repr(error).encode()[:2000])
    finally:
        os._exit(status)


def end(started: tuple[int, int]) -> tuple[int, str]:
    """The exit status of a build (negative: the signal), and what it said."""
    _, status = os.waitpid(started[0], 0)
    with os.fdopen(started[1]) as report:
        return os.waitstatus_to_exitcode(status), report.read()


def signalled_at(step: int, index_dir: Path, what: int = signal.SIGKILL) -> Callable[[], None]:
    """Sends its own process a signal right before its file operation of the given number (from 1) on the index."""

    def watch() -> None:
        done = 0

        def count(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal done
            if event.startswith(("open", "os.", "shutil.", "sqlite3.")) and any(
                str(index_dir) in str(argument) for argument in arguments
            ):
                done += 1
                if done == step:
                    os.kill(os.getpid(), what)

        def count_writes(frame: object, event: str, function: Any) -> None:
            if event == "c_call" and function.__name__ in ("write", "fsync"):
                count("os.write", (index_dir,))

        sys.addaudithook(count)
        sys.setprofile(count_writes)

    return watch


def leftovers(index_dir: Path) -> list[str]:
    """What lies in an index beside the generation that serves and the one before."""
    others = [path.name for path in index_dir.iterdir() if path.name not in (LOCK, POINTER, "generations")]
    generations = [path.name for path in (index_dir / "generations").iterdir()]
    older = [name for name in generations if name != serving_name(index_dir)]
    parts = [path.name for path in index_dir.rglob("*.part")]
    return others + parts + (older if len(older) > 1 else [])


def check_next_build(index_dir: Path, number: int) -> None:
    """The next build succeeds, serves what it built, and leaves nothing of those before."""
    assert end(begin(index_dir, number)) == (0, "")
    assert edition_served(index_dir) == number
    assert leftovers(index_dir) == [], leftovers(index_dir)


def steps(top: Path, first: bool) -> dict[str, int]:
    """Kills a build once before each of its file operations, of an index that is there or of none."""
    if not first:
        assert end(begin(top / "base", 1)) == (0, "")
    old = None if first else 1
    seen = {"old": 0, "new": 0}
    for step in range(1, 5000):
        index_dir = top / f"{step}"
        if not first:
            shutil.copytree(top / "base", index_dir)
        status, said = end(begin(index_dir, 2, signalled_at(step, index_dir)))
        served = edition_served(index_dir)
        if status == 0:
            assert served == 2
            return seen | {"steps": step - 1}
        assert (status, said) == (KILLED, "") and served in (old, 2), (step, status, said, served)
        seen["new" if served == 2 else "old"] += 1
        check_next_build(index_dir, 3)
        shutil.rmtree(index_dir)
    raise AssertionError("a build never ended")


def instants(top: Path, times: int, what: int) -> dict[str, int]:
    """Sends builds of one index a signal at random instants, one after another; what they leave piles up."""
    index_dir, draw = top / "index", random.Random(5)
    check_next_build(index_dir, 0)
    started = time.monotonic()
    assert end(begin(index_dir, 1)) == (0, "")
    seconds = time.monotonic() - started
    old, seen = 1, {"old": 0, "new": 0}
    for number in range(2, times + 2):
        build = begin(index_dir, number)
        # a machine may have less time later than for the build that was timed
        time.sleep(draw.uniform(0, 1.5 * seconds))
        os.kill(build[0], what)
        status, said = end(build)
        served = edition_served(index_dir)
        assert served in (old, number), (status, said, old, served)
        # NumPy makes another error of an interrupt in the middle of a write
        assert said == "" or (what == signal.SIGINT and status == 1), (status, said)
        assert status != 0 or served == number
        assert what == signal.SIGKILL or status in (0, 1, 130, -what), status
        assert not is_being_written(index_dir)
        seen["new" if served == number else "old"] += 1
        assert served is not None
        old = served
    check_next_build(index_dir, times + 2)
    return seen


def small_files(top: Path) -> dict[str, int]:
    """Builds while no file may grow beyond a limit, which rises until nothing stops them."""
    index_dir = top / "index"
    check_next_build(index_dir, 1)
    sizes = {path.stat().st_size for path in index_dir.rglob("generations/*/*") if path.is_file()}
    # a byte too few is noticed by some only when they close a file
    limits = sorted({0, 60, *(size - 1 for size in sizes), *range(1000, max(sizes) + 6000, 1500)})
    for refused, limit in enumerate(limits):

        def limited(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        status, said = end(begin(index_dir, 2, limited))
        if status == 0:
            assert edition_served(index_dir) == 2
            check_next_build(index_dir, 3)
            return {"refused": refused}
        check_refusal(index_dir, status, said)
    raise AssertionError("no limit was high enough")


def small_disk(top: Path) -> dict[str, int]:
    """Builds on a file system of its own with less and less room."""
    disk = top / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True)
    if done.returncode:
        return {"not mounted": 1}
    try:
        index_dir, filler = disk / "index", disk / "filler"
        check_next_build(index_dir, 1)
        full = 0
        for room in range(0, 600_000, 4096):
            filler.unlink(missing_ok=True)
            left = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            filler.write_bytes(bytes(left - room))
            status, said = end(begin(index_dir, 2))
            if status == 0:
                break
            check_refusal(index_dir, status, said)
            full += 1
        filler.unlink()
        check_next_build(index_dir, 3)
        return {"refused": full}
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def check_refusal(index_dir: Path, status: int, said: str) -> None:
    """A build that could not write said so in a line, and what was there serves with nothing left beside it."""
    assert status == 2 and "색인을 쓸 수 없습니다" in said and "\n" not in said, (status, said)
    assert edition_served(index_dir) == 1
    assert leftovers(index_dir) in ([], ["resume"]), leftovers(index_dir)


def two_writers(top: Path) -> dict[str, int]:
    """A second build while the first is held up, in many places of it."""
    held = 0
    for step in range(5, 100, 10):
        index_dir = top / f"{step}"
        check_next_build(index_dir, 1)
        first = begin(index_dir, 2, signalled_at(step, index_dir, signal.SIGSTOP))
        os.waitpid(first[0], os.WUNTRACED)
        if is_being_written(index_dir):
            held += 1
            status, said = end(begin(index_dir, 3))
            assert status == 2 and "다른 프로세스가 색인하는 중" in said and "\n" not in said, (status, said)
        assert edition_served(index_dir) in (1, 2)
        os.kill(first[0], signal.SIGCONT)
        assert end(first) == (0, "") and edition_served(index_dir) == 2
    return {"refused": held}


SCENARIOS: dict[str, Callable[[Path], dict[str, int]]] = {
    "steps": lambda top: steps(top, first=False),
    "first": lambda top: steps(top, first=True),
    "instants": lambda top: instants(top, 200, signal.SIGKILL),
    "interrupts": lambda top: instants(top, 40, signal.SIGINT),
    "small_files": small_files,
    "small_disk": small_disk,
    "two_writers": two_writers,
}

if __name__ == "__main__":
    quicken()
    print(json.dumps(SCENARIOS[sys.argv[1]](Path(sys.argv[2]))))
