"""What the README and the pages of ``docs/`` show runs as it stands there, and what they name is there."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from doc_pages import DOCS, PAGES, README, TOP, Block, Page
from doc_shell import Shell, no_way
from model_server import Server, saying, serving

from rag.cli import COMMANDS
from rag.options import command_line
from tests.conftest import SEEDS

NEEDS = {
    "milvus": "a Milvus server",
    "korquad": "KorQuAD, which is not ours to distribute, and an hour",
    "minutes": "minutes of distilling a model",
    "milvus-lite": None if importlib.util.find_spec("milvus_lite") else "milvus-lite is not installed",
}
"""What a block may say that it needs, and what keeps it from running here; None where nothing does."""
MISSING = {need: why for need, why in NEEDS.items() if why}
SLOW = {f"docs/{name}.md" for name in ("evaluation", "milvus", "security", "tuning")}
FOLDERS = ("articles", "my-articles", "내기사폴더")
"""What pages call a folder of articles."""
ENVIRONMENT = re.compile(r"GEUNGEO_[A-Z]+(?:_[A-Z]+)*")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
ELSEWHERE = {"--help", "--version"}
"""Options that argparse has by itself."""


def marked(page: Page) -> object:
    return pytest.param(page, id=page.name, marks=[pytest.mark.slow] if page.name in SLOW else [])


def of_language(language: str) -> list[object]:
    return [marked(page) for page in PAGES if page.blocks(language)]


@pytest.fixture
def model() -> Iterator[Server]:
    with serving(saying("이름 ‘해인’은 ‘해인사’에서 따왔다. [1]")) as server:
        yield server


@pytest.fixture
def place(seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader of a page stands: articles of ours beside an index of them, which is the default one, too."""
    folder = tmp_path / "here"
    for name in FOLDERS:
        shutil.copytree(SEEDS, folder / name)
    for index in ("my-index", "default-index"):
        shutil.copytree(seeds_index, folder / index)
    shutil.copytree(TOP / "eval" / "gold", folder / "eval" / "gold")
    monkeypatch.chdir(folder)
    for name in ("GEUNGEO_LLM_URL", "GEUNGEO_LLM_MODEL", "GEUNGEO_LLM_KEY", "GEUNGEO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEUNGEO_INDEX", str(folder / "default-index"))
    monkeypatch.setenv("GEUNGEO_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("GEUNGEO_USERS", str(tmp_path / "users"))
    return folder


@pytest.mark.parametrize("page", of_language("python"))
def test_the_python_of_a_page_runs(
    page: Page, place: Path, model: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEUNGEO_LLM_URL", model.url)
    monkeypatch.setenv("GEUNGEO_LLM_MODEL", "gemma")
    names: dict[str, object] = {}
    for block in page.blocks("python"):
        above = "\n" * block.line  # an error names the page's own line
        exec(compile(above + block.text, page.name, "exec"), names)


@pytest.mark.parametrize("page", of_language("sh"))
def test_the_commands_of_a_page_run_and_print_what_it_shows(page: Page, place: Path, model: Server) -> None:
    for program in ("bash", "curl", "openssl"):
        if why := no_way(program):
            pytest.skip(why)
    shell = Shell(place, {"8080": model.server_address[1]})
    try:
        printed = shell.run(page, MISSING)
    finally:
        shell.end()
    for line, out in printed.items():
        shown = shown_after(page, line)
        if shown is None:
            continue
        if shown.language == "json":
            assert_like(json.loads(shown.text), json.loads(out), f"{page.name}:{shown.line}")
        else:
            assert fits(shown.text, out), f"{page.name}:{shown.line}:\n{out}"


@pytest.mark.parametrize(
    ("page", "block"),
    [pytest.param(p, b, id=f"{p.name}:{b.line}") for p in PAGES for b in p.blocks() if b.needs],
)
def test_what_a_block_needs_is_here(page: Page, block: Block) -> None:
    """Or else it is seen here that nothing runs the block, and why."""
    assert block.needs in NEEDS, f"{page.name}:{block.line} needs {block.needs}"
    if block.needs in MISSING:
        pytest.skip(MISSING[block.needs])


def shown_after(page: Page, line: int) -> Block | None:
    """The block of output below a block of commands, with nothing but blank lines between."""
    blocks = page.blocks()
    at = next(number for number, block in enumerate(blocks) if block.line == line)
    below = blocks[at + 1] if at + 1 < len(blocks) else None
    if below is None or below.language not in ("json", "text"):
        return None
    between = page.text.splitlines()[blocks[at].end : below.line - 1]
    return None if any(between) else below


def fits(shown: str, real: str) -> bool:
    """Whether a text is as shown, where ``…`` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, real.strip(), re.S) is not None


def assert_like(shown: object, real: object, where: str) -> None:
    """The same names and kinds of values; texts as shown, decimals and lists' lengths aside."""
    if shown == "…":
        return
    if isinstance(shown, dict):
        assert isinstance(real, dict) and list(shown) == list(real), f"{where}: {real}"
        for name, value in shown.items():
            assert_like(value, real[name], f"{where}: {name}")
    elif isinstance(shown, list):
        assert isinstance(real, list) and bool(shown) == bool(real), f"{where}: {real}"
        for value, own in zip(shown, real, strict=False):
            assert_like(value, own, where)
    elif isinstance(shown, str):
        assert isinstance(real, str) and fits(shown, real), f"{where}: {real}"
    else:
        assert type(shown) is type(real), f"{where}: {real}"
        assert not isinstance(shown, bool) or shown == real, f"{where}: {real}"


def test_unlike_json_is_noticed() -> None:
    for shown, real in (
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": [{"b": "…c"}]}, {"a": [{"b": "cd"}]}),
        ({"a": None}, {"a": 1}),
        ({"a": [1]}, {"a": []}),
        ({"a": True}, {"a": False}),
    ):
        with pytest.raises(AssertionError):
            assert_like(shown, real, "")
    assert_like({"a": ["…c", 0.5]}, {"a": ["abc", 0.7]}, "")


@pytest.mark.parametrize("page", of_language("json"))
def test_the_json_of_a_page_is_json(page: Page) -> None:
    for block in page.blocks("json"):
        json.loads(block.text)


# -- What the pages name ---------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_lead_somewhere(page: Page) -> None:
    for target in page.targets:
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        assert path.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in Page(path).anchors, f"{page.name}: {target}"


def test_every_page_is_in_the_index_of_the_site() -> None:
    linked = {target.partition("#")[0] for target in Page(DOCS / "README.md").targets}
    assert {page.path.name for page in PAGES if page.path != README} - {"README.md"} <= linked
    assert "docs/README.md" in Page(README).targets


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Its options and those of its commands."""
    found: set[str] = set()
    for action in parser._actions:
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                found |= options_of(command)
    return found


def options_of_eval() -> set[str]:
    """Those that a module of the evaluation names where it makes its parser."""
    sources = [path.read_text("utf-8") for path in (TOP / "eval").rglob("*.py")]
    return {name for source in sources for name in re.findall(r'add_argument\(\s*"(--[\w-]+)"', source)}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_no_page_names_an_option_that_is_not_there(page: Page) -> None:
    known = options_of(command_line()) | options_of_eval() | ELSEWHERE
    assert set(OPTION.findall(page.text)) <= known


def test_every_option_command_and_variable_is_on_the_page_of_the_command() -> None:
    page = Page(DOCS / "command-line.md")
    options = {one for one in options_of(command_line()) if one.startswith("--")} - ELSEWHERE
    assert options <= set(OPTION.findall(page.text)) and "`-k N`" in page.text
    assert {name for name in COMMANDS if f"geungeo {name}" not in page.text} == set()
    sources = [path.read_text("utf-8") for part in ("index", "rag") for path in (TOP / part).rglob("*.py")]
    used = {name for source in sources for name in ENVIRONMENT.findall(source)}
    assert used == set(ENVIRONMENT.findall(page.text))
    assert {name for other in PAGES for name in ENVIRONMENT.findall(other.text)} <= used
