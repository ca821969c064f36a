"""Draws what ``eval.peers`` measured. Needs ``geungeo[bench]``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.peers.process import Run
from index.errors import GeungeoError

PANELS = ("KorQuAD recall@1", "spoken recall@1", "p50 ms", "cold s", "passages/s", "resident MB")


def draw(runs: Mapping[str, Run], path: Path) -> None:
    """Writes the plot: a panel a measure, a bar a system.

    Raises:
        GeungeoError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise GeungeoError("그림에는 matplotlib이 필요합니다: pip install 'geungeo[bench]'") from None
    figure = Figure(figsize=(12, 5), layout="constrained")
    names = list(runs)[::-1]
    for axes, measure in zip(figure.subplots(2, 3).flat, PANELS, strict=True):
        values = [runs[name][measure] for name in names]
        ours = ["#2b6cb0" if name.startswith("geungeo") else "#a0aec0" for name in names]
        bars = axes.barh(names, values, color=ours)
        labels = [f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values]
        axes.bar_label(bars, labels, padding=2, fontsize="small")
        axes.set(title=measure)
        axes.margins(x=0.15)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
