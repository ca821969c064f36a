"""Draws what ``eval.scale`` printed, log-log: ``python -m eval.scale.plot RUNS.jsonl docs/scale.svg``. Needs ``geungeo[bench]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from index.errors import GeungeoError

Run = dict[str, Any]
Line = tuple[str, Callable[[Run], float]]

PANELS: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "building, seconds",
        (
            ("all but Kiwi and the encoder", lambda run: sum(run["build"]["seconds"].values())),
            ("Kiwi", lambda run: run["build"]["cut_ms"] * run["build"]["passages"] / 1000),
            ("encoder", lambda run: run["build"]["encode_ms"] * run["build"]["passages"] / 1000),
        ),
    ),
    (
        "space, MB",
        (
            ("disk", lambda run: sum(run["search"]["disk_mb"].values())),
            ("resident, searching", lambda run: run["search"]["memory_mb"]["resident"]),
            ("of it not files", lambda run: run["search"]["memory_mb"]["own"]),
            ("resident, building", lambda run: run["build"]["build_peak_mb"]),
        ),
    ),
    (
        "a search, ms",
        (
            ("p95", lambda run: run["search"]["search_ms"]["p95"]),
            ("p50", lambda run: run["search"]["search_ms"]["p50"]),
            ("words", lambda run: run["search"]["parts_ms"]["words"]["p50"]),
            ("characters", lambda run: run["search"]["parts_ms"]["characters"]["p50"]),
            ("windows", lambda run: run["search"]["parts_ms"]["meaning"]["p50"]),
        ),
    ),
)


def draw(runs: Sequence[Run], path: Path) -> None:
    """Writes the plot of runs of several sizes.

    Raises:
        GeungeoError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise GeungeoError("그림에는 matplotlib이 필요합니다: pip install 'geungeo[bench]'") from None
    figure = Figure(figsize=(12, 4), layout="constrained")
    sizes = [run["build"]["passages"] for run in runs]
    for axes, (title, lines) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        for label, value in lines:
            axes.loglog(sizes, [value(run) for run in runs], marker="o", label=label)
        axes.set(title=title, xlabel="passages")
        axes.grid(True, which="major", alpha=0.4)
        axes.legend(fontsize="small", frameon=False)
    figure.savefig(path, metadata={"Date": None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws; returns 0, or 2 where the input was at fault."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale.plot")
    parser.add_argument("runs", type=Path, help="what python -m eval.scale printed")
    parser.add_argument("plot", type=Path, help="where to draw (.svg, .png)")
    options = parser.parse_args(arguments)
    try:
        runs = [json.loads(line) for line in options.runs.read_text(encoding="utf-8").splitlines()]
        draw(sorted(runs, key=lambda run: run["build"]["passages"]), options.plot)
    except (GeungeoError, OSError, ValueError, KeyError) as error:
        print(f"plot: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
