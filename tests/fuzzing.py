"""Feeds readers with what nobody writes: ``python -m tests.fuzzing READER --inputs 100000 --seed 1 --budget 600``.

Each input is a valid sample of its format, mutated with knowledge of the format: of bytes, of tokens, of tags and, where
the format is a zip, of the files in it. What comes of an input number of a seed is always the same, so that one that
fails can be made again. A reader may give articles that keep their promises, or raise a GeungeoError of one line;
whatever else happens is a failure, and its input is saved. Inputs are read in forked processes, some thousand in each,
with limits of time for each and of memory.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import signal
import struct
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from mmap import mmap
from pathlib import Path
from types import FrameType

from lxml import etree

from index.errors import GeungeoError
from tests.fuzzed_readers import READERS, Reader
from tests.zip_files import packed, unpacked

MOST_SECONDS = 5.0
"""Of the processor's time for one input, of some thousand bytes."""
MOST_WAIT = 60.0
"""Seconds without an input done, after which a process is given up."""
MOST_MEMORY = 3 * 1024**3
LARGEST = 20_000
"""Bytes of a mutated part: what is larger is slower, not stranger."""
TAGS = re.compile(rb"<[^<>]*>|[^<]+|<")


# -- Inputs ----------------------------------------------------------------------------------------------------
def mutated(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    """A sample after some mutations."""
    if data.startswith(b"PK") and rnd.random() < 0.75:
        members: dict[str, str | bytes] = dict(unpacked(data))
        for _ in range(rnd.choice((1, 1, 1, 2, 3))):
            name = rnd.choice(list(members))
            content = members[name]
            assert isinstance(content, bytes)
            if rnd.random() < 0.05:
                members[rnd.choice(("../" + name, "/" + name, name + "/", "word/document2.xml", " "))] = (
                    content
                )
            elif rnd.random() < 0.05:
                del members[name]
            else:
                content = _mutated(rnd, content, reader)
                members[name] = _well_formed(content) if rnd.random() < 0.6 else content
            if not members:
                break
        return packed(members, zipfile.ZIP_STORED)
    return _mutated(rnd, data, reader)


def _mutated(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    text = _is_text(data)
    for _ in range(rnd.choice((1, 1, 2, 3, 5, 8))):
        mutate = rnd.choice(_MARKUP if b"<" in data and rnd.random() < 0.6 else _BYTES)
        data = mutate(rnd, data, reader)[:LARGEST]
    # Most texts stay texts, or most readers would see nothing but their encoding.
    return data.decode("utf-8", "ignore").encode() if text and rnd.random() < 0.9 else data


def _well_formed(data: bytes) -> bytes:
    """XML put right, where it is XML, or most documents would be refused for their tags."""
    try:
        root = etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
        return data if root is None else etree.tostring(root)
    except (etree.LxmlError, ValueError):
        return data


def _is_text(data: bytes) -> bool:
    try:
        return b"\0" not in data and bool(data.decode())
    except UnicodeDecodeError:
        return False


def _flip(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    flipped = bytearray(data)
    for _ in range(rnd.randint(1, 4)):
        if flipped:
            flipped[rnd.randrange(len(flipped))] = rnd.choice((rnd.randrange(256), 0, 255, 0x3C, 0x80))
    return bytes(flipped)


def _truncate(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    return (
        data[: rnd.randrange(len(data) + 1)] if rnd.random() < 0.5 else data[rnd.randrange(len(data) + 1) :]
    )


def _remove(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    at = rnd.randrange(len(data) + 1)
    return data[:at] + data[at + rnd.randint(1, 60) :]


def _insert(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    at, token = rnd.randrange(len(data) + 1), rnd.choice(reader.tokens).encode("utf-8", "surrogatepass")
    return data[:at] + token * rnd.choice((1, 1, 1, 2, 40, 300)) + data[at:]


def _splice(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    other = rnd.choice((data, rnd.choice(reader.samples)))
    at, start = rnd.randrange(len(data) + 1), rnd.randrange(len(other) + 1)
    return data[:at] + other[start : start + rnd.randint(1, 400)] + data[at:]


def _number(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    """Another number where one stands: in digits, or as four bytes."""
    numbers = list(re.finditer(rb"\d+", data))
    value = rnd.choice((0, -1, 1, 255, 65535, 2**31 - 1, 2**31, 2**32 - 1, 10**20, 9999))
    if numbers and rnd.random() < 0.7:
        found = rnd.choice(numbers)
        return data[: found.start()] + b"%d" % value + data[found.end() :]
    at = rnd.randrange(len(data) + 1)
    return data[:at] + struct.pack("<L", value & 0xFFFFFFFF) + data[at + 4 :]


def _tags(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    """Drops, doubles, exchanges or nests what stands in tags and between them."""
    parts = TAGS.findall(data)
    at, other = rnd.randrange(len(parts)), rnd.randrange(len(parts))
    kind = rnd.randrange(6)
    if kind == 0:
        del parts[at]
    elif kind == 1:
        parts[at:at] = [parts[other]] * rnd.choice((1, 1, 2, 300))
    elif kind == 2:
        parts[at], parts[other] = parts[other], parts[at]
    elif kind == 3:
        parts[at:at] = parts[min(at, other) : max(at, other)]
    elif kind == 4:
        del parts[min(at, other) : min(min(at, other) + 10, max(at, other))]
    else:
        depth = rnd.choice((1, 3, 90, 300))
        name = (re.match(rb"</?([\w:.-]+)", parts[at]) or re.match(rb"(.{0,2})", b"p"))[1]  # type: ignore[index]
        parts[at:at] = [b"<%s>" % name] * depth
        parts[at + depth + 1 : at + depth + 1] = [b"</%s>" % name] * rnd.choice((0, depth))
    return b"".join(parts)


def _lines(rnd: random.Random, data: bytes, reader: Reader) -> bytes:
    lines = data.split(b"\n")
    at, other = rnd.randrange(len(lines)), rnd.randrange(len(lines))
    lines[at:at] = [lines[other]] * rnd.choice((1, 2, 50))
    return rnd.choice((b"\n", b"\n", b"\r\n", b"\n\n", b"")).join(lines)


Mutation = Callable[[random.Random, bytes, Reader], bytes]
_BYTES: Sequence[Mutation] = (_flip, _flip, _truncate, _remove, _insert, _insert, _splice, _number, _lines)
_MARKUP: Sequence[Mutation] = (_tags, _tags, _tags, _insert)


def made(reader: Reader, seed: int, number: int) -> bytes:
    """The input of a number; the first are the samples themselves."""
    if number < len(reader.samples):
        return reader.samples[number]
    rnd = random.Random(f"{reader.name}:{seed}:{number}")
    return mutated(rnd, rnd.choice(reader.samples), reader)


# -- Reading ---------------------------------------------------------------------------------------------------
class TooSlowError(BaseException):
    """An input took more than ``MOST_SECONDS``; nothing that catches exceptions catches it."""


def outcome(reader: Reader, data: bytes) -> str:
    """``read``, ``refused``, or what went wrong."""
    try:
        reader.read(data)
    except GeungeoError as error:
        message = str(error)
        bad = not message.strip() or "\n" in message or not message.isprintable()
        return f"message: {message!r}" if bad or not re.search("[가-힣]", message) else "refused"
    except TooSlowError:
        return f"slow\n{traceback.format_exc(limit=-4)}"
    except Exception:
        return f"bug\n{traceback.format_exc(limit=-4)}"
    return "read"


@dataclass
class Report:
    """What came of all inputs."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, -1)
    """Seconds of the processor, and the input's number."""

    @property
    def inputs(self) -> int:
        """How many were read."""
        return sum(self.outcomes.values())


def _alarm(_: int, frame: FrameType | None) -> None:
    raise TooSlowError


def run_here(reader: Reader, seed: int, numbers: range, done: Callable[[int, str, float], None]) -> None:
    """Reads the inputs of these numbers in this process."""
    signal.signal(signal.SIGVTALRM, _alarm)
    for number in numbers:
        data = made(reader, seed, number)
        started = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
        try:
            found = outcome(reader, data)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        done(number, found, time.process_time() - started)


def run(
    reader: Reader,
    seed: int,
    inputs: int,
    *,
    batch: int = 2_000,
    budget: float = float("inf"),
    first: int = 0,
) -> Report:
    """Reads the inputs numbered from ``first`` on in forked processes, until so many are read or so many seconds gone."""
    report, started, end = Report(), time.monotonic(), first + inputs
    while first < end and time.monotonic() < started + budget:
        first = _batch(reader, seed, range(first, min(first + batch, end)), report)
    return report


def _batch(reader: Reader, seed: int, numbers: range, report: Report) -> int:
    """Reads some inputs in one forked process; returns the number to go on with."""
    shared = mmap(-1, 8)  # the number that is being read
    shared[:] = struct.pack("<q", numbers.start)
    incoming, outgoing = os.pipe()
    child = os.fork()
    if not child:
        os.close(incoming)
        _child(reader, seed, numbers, shared, outgoing)
    os.close(outgoing)
    os.set_blocking(incoming, False)
    text, at, changed, status = b"", numbers.start, time.monotonic(), None
    while status is None:
        time.sleep(0.02)
        with suppress(BlockingIOError):
            text += os.read(incoming, 1 << 20)
        ended, code = os.waitpid(child, os.WNOHANG)
        status = code if ended else None
        now = struct.unpack("<q", shared[:])[0]
        if now != at:
            at, changed = now, time.monotonic()
        elif status is None and time.monotonic() - changed > MOST_WAIT:
            os.kill(child, signal.SIGKILL)
    with suppress(BlockingIOError):
        while more := os.read(incoming, 1 << 20):
            text += more
    os.close(incoming)
    for row in text.decode().split("\0"):
        if row:
            number, seconds, found = row.split("\t", 2)
            _keep(report, int(number), found, float(seconds))
    at = struct.unpack("<q", shared[:])[0]
    if status and at < numbers.stop:
        found = f"ended by signal {status & 127}" if status & 127 else f"ended with {status >> 8}"
        _keep(report, at, "ended" if reader.may_end else found, 0.0)
        return int(at) + 1
    return numbers.stop


def _keep(report: Report, number: int, found: str, seconds: float) -> None:
    kind = found.split("\n")[0].split(":")[0]
    report.outcomes[kind] += 1
    report.slowest = max(report.slowest, (seconds, number))
    if kind not in ("read", "refused", "ended"):
        report.failures[number] = found


def _child(reader: Reader, seed: int, numbers: range, shared: mmap, outgoing: int) -> None:
    """Reads inputs and writes what came of them; never returns."""
    import resource

    def done(number: int, found: str, seconds: float) -> None:
        shared[:] = struct.pack("<q", number + 1)
        row = f"{number}\t{seconds:.3f}\t{found}\0".encode("utf-8", "replace")
        while row:
            row = row[os.write(outgoing, row) :]

    code = 1
    try:
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + MOST_MEMORY, held + MOST_MEMORY))
        reader.prepare()
        run_here(reader, seed, numbers, done)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


# -- The command line --------------------------------------------------------------------------------------------
def main() -> None:
    """Reads as many inputs as told, prints what came of them, saves those that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=sorted(READERS))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds")
    parser.add_argument("--batch", type=int, default=2_000, help="inputs in one process")
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"))
    given = parser.parse_args()
    reader, started = READERS[given.reader], time.monotonic()
    report = run(reader, given.seed, given.inputs, batch=given.batch, budget=given.budget, first=given.first)
    seconds, slowest = report.slowest
    print(
        f"{reader.name}: seed {given.seed}, {report.inputs:,} inputs from {given.first}, "
        f"{time.monotonic() - started:.0f} s, {dict(report.outcomes)}, slowest {seconds:.2f} s (input {slowest})"
    )
    seen: set[str] = set()
    for number, failure in report.failures.items():
        cause = hashlib.sha256(re.sub(r"\d+", "", failure[-200:]).encode()).hexdigest()[:8]
        if cause not in seen and len(seen) < 30:
            given.failures.mkdir(parents=True, exist_ok=True)
            path = given.failures / f"{reader.name}-{given.seed}-{number}-{cause}"
            path.write_bytes(made(reader, given.seed, number))
            print(f"{path}: {failure}")
        seen.add(cause)
    sys.exit(1 if report.failures else 0)


if __name__ == "__main__":
    main()
