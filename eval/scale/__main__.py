"""How the cost of an index grows: ``python -m eval.scale FOLDER --sizes 1000 10000 100000 1000000``.

The passages are KorQuAD dev's and altered copies of them (``eval.scale.synthetic``), their vectors likewise multiplied
(``eval.scale.multiplied``): everything but Kiwi and the encoder works as in a real build. What those two cost is measured on the
real passages and given for one of them. Each build and each measurement runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.collections import KORQUAD
from eval.scale.building import build
from eval.scale.searching import measure

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds and measures every size and prints JSON, one line a size."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the indexes are made (20 GB for a million passages)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="passages")
    parser.add_argument("--squad", type=Path, default=KORQUAD, metavar="FILE")
    parser.add_argument("--keep", action="store_true", help="keep the indexes, and use those that are there")
    parser.add_argument("--only", choices=("build", "measure"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only:
        place = options.folder / str(options.sizes[0])
        run = (
            build(options.squad, place, options.sizes[0])
            if options.only == "build"
            else measure(options.squad, place)
        )
        print(json.dumps(run))
        return 0
    for size in options.sizes:
        place = options.folder / str(size)
        kept = options.folder / f"{size}.json"
        if not (options.keep and kept.is_file()):
            shutil.rmtree(place, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(_alone("build", options, size)))
        print(
            json.dumps({"build": json.loads(kept.read_text()), "search": _alone("measure", options, size)}),
            flush=True,
        )
        if not options.keep:
            shutil.rmtree(place)
    return 0


def _alone(what: str, options: argparse.Namespace, size: int) -> dict[str, Any]:
    """What a process of its own finds."""
    command = [sys.executable, "-m", "eval.scale", str(options.folder), "--sizes", str(size)]
    done = subprocess.run(
        [*command, "--squad", str(options.squad), "--only", what],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
