"""An index whose writer is killed, interrupted or out of room is the old one or the new one, whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Index, build_index
from index.generations import is_being_written
from tests.conftest import TOP

pytest.importorskip("resource", reason="limits, forks and signals are those of POSIX")
from tests.crashing import leftovers

pytestmark = pytest.mark.slow


@pytest.fixture
def top() -> Iterator[Path]:
    """A folder in memory where there is one: a process that is killed loses nothing it has handed to the system."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def run(scenario: str, top: Path) -> dict[str, int]:
    """Runs a scenario of ``crashing``, which checks the index after every blow; what it counted."""
    command = [sys.executable, str(TOP / "tests" / "crashing.py"), scenario, str(top)]
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    counted: dict[str, int] = json.loads(done.stdout)
    return counted


@pytest.mark.parametrize("scenario", ["steps", "first"])
def test_killed_before_each_of_its_file_operations(scenario: str, top: Path) -> None:
    counted = run(scenario, top)
    assert counted["steps"] > 60 and counted["old"] > 50 and counted["new"] > 0


def test_killed_at_200_random_instants(top: Path) -> None:
    counted = run("instants", top)
    assert counted["old"] + counted["new"] == 200 and min(counted.values()) > 5


def test_interrupted_at_random_instants(top: Path) -> None:
    assert sum(run("interrupts", top).values()) == 40


def test_no_file_may_grow_beyond_a_limit(top: Path) -> None:
    assert run("small_files", top)["refused"] > 10


def test_a_full_disk(top: Path) -> None:
    counted = run("small_disk", top)
    if "not mounted" in counted:
        pytest.skip("this user may not mount a small file system")
    assert counted["refused"] > 10


def test_a_second_writer_is_refused_while_the_first_is_held_up(top: Path) -> None:
    assert run("two_writers", top)["refused"] == 10


def write_edition(folder: Path, number: int) -> None:
    folder.mkdir(exist_ok=True)
    for n in range(8):
        text = f"{n}번 공장에서 제{number}호 제품이 나왔다고 회사가 밝혔다. 값은 {n + 1}만원이다.\n\n"
        (folder / f"{n}.txt").write_text(text * 3, encoding="utf-8")


def editions_served(index_dir: Path) -> set[int]:
    index = Index.open(index_dir)
    texts = [item.passage.text for stored in index.store.everything() for item in stored.passages]
    assert len({stored.article.source for stored in index.store.everything()}) == 8
    return {int(text.split("제", 1)[1].split("호")[0]) for text in texts}


def command(stories: Path, index_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "index", str(stories), "--index", str(index_dir)],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stderr=subprocess.PIPE,
        text=True,
        # what runs in the background of a shell ignores Ctrl-C, and so would its children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_work(index_dir: Path, process: subprocess.Popen[str]) -> None:
    while not list(index_dir.glob("generations/*.part")):
        assert process.poll() is None
        time.sleep(0.005)


def test_the_command_killed(top: Path) -> None:
    stories, index_dir, draw = top / "stories", top / "index", random.Random(3)
    write_edition(stories, 0)
    build_index([stories], index_dir)
    write_edition(stories, 1)
    process = command(stories, index_dir)
    wait_for_work(index_dir, process)
    started = time.monotonic()
    process.communicate()
    seconds = time.monotonic() - started
    assert editions_served(index_dir) == {1}
    old, killed = 1, 0
    for number in range(2, 12):
        write_edition(stories, number)
        process = command(stories, index_dir)
        wait_for_work(index_dir, process)
        time.sleep(draw.uniform(0, seconds))
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        (served,) = editions_served(index_dir)
        assert served in (old, number)
        old = served
    assert killed > 5
    write_edition(stories, 99)
    build_index([stories], index_dir)
    assert editions_served(index_dir) == {99} and leftovers(index_dir) == []


def test_the_command_interrupted(top: Path) -> None:
    stories, index_dir = top / "stories", top / "index"
    write_edition(stories, 0)
    process = command(stories, index_dir)
    wait_for_work(index_dir, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130 and "Traceback" not in said
    assert not index_dir.exists() or not is_being_written(index_dir)
    assert not list(index_dir.glob("generations/*"))
    build_index([stories], index_dir)
    shutil.rmtree(stories)
    assert editions_served(index_dir) == {0}
