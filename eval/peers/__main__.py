"""Other systems beside this one, in one run on one machine: ``python -m eval.peers DIR [--json FILE]``.

Every system indexes KorQuAD's paragraphs, with the same weights where it takes them, and is asked the same questions:
KorQuAD's own, which repeat the paragraphs' words, and such as do not (``eval/gold/spoken-*.jsonl``). Settings were
chosen on half a (``--half a --recall-only``); what is reported comes from half b. Needs ``geungeo[peers]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.collections import KORQUAD, Collection, read_squad
from eval.gold import read_gold
from eval.peers.comparison import Sets, compare, recall_alone
from eval.peers.plot import draw
from eval.peers.process import Run
from eval.peers.system import ALTERNATIVES, SYSTEMS
from index.errors import GeungeoError

GOLD = Path(__file__).resolve().parents[1] / "gold"
EVERY = 3
"""Of so many questions one is asked."""
REPEATS = 3
COLUMNS = {
    "KorQuAD recall@1": ".3f", "KorQuAD recall@5": ".3f", "KorQuAD MRR@10": ".3f", "spoken recall@1": ".3f", "spoken recall@5": ".3f",
    "cold s": ".2f", "p50 ms": ".1f", "p95 ms": ".1f", "questions/s": ".1f", "passages/s": ".1f", "resident MB": ",.0f", "installed MB": ",.0f",
}  # fmt: skip


def question_sets(squad: Path, half: str, part: bool) -> Sets:
    """The questions to be asked; with ``part`` of the paragraphs of that half alone, which is enough to choose by."""
    whole = read_squad(squad)
    own = whole.half(half)
    spoken = whole.asking_gold(read_gold(GOLD / f"spoken-{half}.jsonl"))
    korquad = own.asking(own.questions[::EVERY])
    if part:
        wanted = {entry for q in (*own.questions, *spoken.questions) for entry in q.relevant}
        articles = [article for article in whole.articles if article.source in wanted]
        korquad, spoken = (Collection(c.name, articles, c.questions) for c in (korquad, spoken))
    return {"KorQuAD": korquad, "spoken": spoken}


def table(runs: dict[str, Run]) -> str:
    """The measures as Markdown."""
    columns = [name for name in COLUMNS if all(name in run for run in runs.values())]
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, run in runs.items():
        lines.append(f"| {name} | " + " | ".join(f"{run[key]:{COLUMNS[key]}}" for key in columns) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table; returns 0, or 2 where the input was at fault."""
    every = [*SYSTEMS, *ALTERNATIVES]
    parser = argparse.ArgumentParser(prog="python -m eval.peers", description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, help="where the indexes are made: new, or left by an earlier run"
    )
    parser.add_argument("--squad", type=Path, default=KORQUAD, metavar="FILE")
    parser.add_argument("--half", choices=("a", "b"), default="b", help="of the questions")
    parser.add_argument(
        "--systems", nargs="+", choices=every, default=SYSTEMS, metavar="SYSTEM", help=", ".join(every)
    )
    parser.add_argument("--recall-only", action="store_true", help="measure no cost: to choose settings")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures, settings and versions there"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them (.svg, .png)")
    options = parser.parse_args(arguments)
    try:
        _empty(options.folder)
        sets = question_sets(options.squad, options.half, options.recall_only)
        if options.recall_only:
            runs = recall_alone(sets, options.folder, options.systems)
        else:
            runs = compare(sets, options.folder, options.systems, options.repeats)
        if options.json:
            machine = {
                "processor": platform.processor() or platform.machine(),
                "cores": len(os.sched_getaffinity(0)),
            }
            asked = {label: len(collection.questions) for label, collection in sets.items()}
            written = {"machine": machine, "questions": asked, "systems": runs}
            options.json.write_text(
                json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
        print(table(runs))
        if options.plot and not options.recall_only:
            draw(runs, options.plot)
    except (GeungeoError, OSError, RuntimeError) as error:
        print(f"peers: {error}", file=sys.stderr)
        return 2
    return 0


def _empty(folder: Path) -> None:
    """Makes the folder, or empties one that an earlier run made; never another."""
    mark = folder / ".peers"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise GeungeoError(f"{folder} holds other files; name a new folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


if __name__ == "__main__":
    sys.exit(main())
