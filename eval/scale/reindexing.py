"""What a change costs: ``python -m eval.scale.reindexing FOLDER --passages 10000``.

An index of files is built, 1% of them are changed, and it is built again.
The files hold KorQuAD dev's paragraphs and altered copies of them (``eval.scale.synthetic``); everything is done as by
``geungeo index``, encoder included.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.collections import KORQUAD, read_squad
from eval.scale.synthetic import Multiplier
from index.analyzer import Analyzer
from index.build import build_index
from index.cutting import cut_articles
from rag.progress import ProgressBars

CHANGED_EVERY = 100
SENTENCE = "이 글은 나중에 고쳐졌고, 고친 사람은 이 문장을 끝에 더했다."


def write_files(squad: Path, folder: Path, passages: int) -> list[Path]:
    """Writes a file for each passage; returns their paths."""
    folder.mkdir(parents=True)
    base = list(cut_articles(read_squad(squad).articles, Analyzer(), whole=True))
    paths = []
    for article in Multiplier(base).copies(passages):
        path = folder / f"{article.article.source}.md"
        path.write_text(
            f"---\ntitle: {json.dumps(article.article.title, ensure_ascii=False)}\n---\n{article.article.text}\n",
            encoding="utf-8",
        )
        paths.append(path)
    return paths


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints JSON: the seconds of the first build, of one with 1% changed, and of one with nothing changed."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.scale.reindexing", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path, help="where files and index are made; emptied first")
    parser.add_argument("--passages", type=int, default=10_000, metavar="N")
    parser.add_argument("--squad", type=Path, default=KORQUAD, metavar="FILE")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.folder, ignore_errors=True)
    paths = write_files(options.squad, options.folder / "articles", options.passages)
    runs = []
    for changed in ([], paths[::CHANGED_EVERY], []):
        for path in changed:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{SENTENCE}\n")
        with ProgressBars() as bars:
            summary = build_index([options.folder / "articles"], options.folder / "index", progress=bars)
        runs.append({"seconds": summary.seconds, "changed": summary.changed, "encoded": summary.encoded})
    names = ("all new", "1% changed", "nothing changed")
    print(
        json.dumps(
            {"passages": summary.passages, "windows": summary.windows, **dict(zip(names, runs, strict=True))}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
