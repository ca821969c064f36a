"""A program of its own that finds the article in a large page, so that a hostile one ends no other.

trafilatura's time and memory grow by the square of some pages' size. ``index.html_text`` starts this program for those
that are larger than articles are, waits only so long, and makes do with all of the page's text where it gives nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MAX_MEMORY = 2 * 1024**3
"""Bytes of address space; where the system knows no such limit there is none."""
MAX_SECONDS = 30
"""Of the processor's time; an article of 2,500,000 characters in 50,000 paragraphs takes some ten."""
MAX_WAIT = MAX_SECONDS + 30
"""Seconds, on a busy machine."""


def lines_elsewhere(source: str) -> list[tuple[str, str]]:
    """The lines of the article in a page, as ``html_text.article_lines`` gives them; none where it takes too much."""
    # -P: it must not find this folder's modules in place of the standard library's
    command = [sys.executable, "-P", str(Path(__file__))]
    try:
        done = subprocess.run(
            command,
            input=source.encode("utf-8", "replace"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_WAIT,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        return []
    if done.returncode:
        return []
    return [(line, tag) for line, tag in json.loads(done.stdout)]


def main() -> None:
    """Reads a page from standard input, writes its lines to standard output."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from index.html_text import article_lines
    from index.pdf_worker import limit_itself

    limit_itself(MAX_MEMORY, MAX_SECONDS)
    json.dump(article_lines(sys.stdin.buffer.read().decode()), sys.stdout)


if __name__ == "__main__":
    main()
