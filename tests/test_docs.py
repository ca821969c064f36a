"""What the README and the pages of ``docs/`` show of Python runs as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from model_server import saying, serving

from tests.conftest import SEEDS, TOP

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
PAGES = [
    page
    for page in (TOP / "README.md", *sorted((TOP / "docs").glob("*.md")))
    if BLOCK.search(page.read_text("utf-8"))
]


def test_pages_with_python_are_found() -> None:
    assert {"README.md", "python.md", "language-model.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_the_python_of_a_page_runs(
    page: Path, seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its blocks, one after another, where ``articles`` are ours and ``my-index`` holds them or is made on the page."""
    text = page.read_text("utf-8")
    shutil.copytree(SEEDS, tmp_path / "articles")
    if "build_index(" not in text:
        shutil.copytree(seeds_index, tmp_path / "my-index")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    with serving(saying("이름 ‘해인’은 ‘해인사’에서 따왔다. [1]")) as server:
        monkeypatch.setenv("GEUNGEO_LLM_URL", server.url)
        monkeypatch.setenv("GEUNGEO_LLM_MODEL", "gemma")
        for block in BLOCK.finditer(text):
            above = "\n" * text.count("\n", 0, block.start(1))  # an error names the page's own line
            exec(compile(above + block[1], str(page), "exec"), names)
