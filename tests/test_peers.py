"""The comparison with other systems: what measures them, tried on systems that are no others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.collections import Collection, OutsideQuestion, entry_article
from eval.peers.__main__ import COLUMNS, main, question_sets, table
from eval.peers.comparison import compare
from eval.peers.installed import closure, installed_mb
from eval.peers.plot import PANELS, draw
from eval.peers.system import Entry, with_title
from eval.peers.worker import Worker
from tests.conftest import KORQUAD

TEXTS = {
    "a": ("해인 클러스터", "해인이라는 이름은 해인사 팔만대장경에서 왔다."),
    "b": ("가람전자", "가람전자는 올해 매출이 삼천억 원이라고 밝혔다."),
    "c": ("나래소재", "나래소재는 광주에 새 공장을 짓는다."),
}


class Shortest:
    """Ranks by length, and fails on an empty question."""

    distributions = ("numpy",)
    settings = ""

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        (folder / "kept").write_text("\n".join(e.key for e in sorted(entries, key=lambda e: len(e.text))))

    def open(self, folder: Path) -> None:
        self._keys = (folder / "kept").read_text().splitlines()

    def search(self, question: str) -> list[str]:
        if not question:
            raise ValueError("nothing asked")
        return self._keys


def test_a_worker_builds_opens_searches_and_counts_what_fails(tmp_path: Path) -> None:
    worker = Worker(Shortest(), tmp_path / "made")
    assert worker.build([["x", "", "긴 글이다"], ["y", "", "글"]])["seconds"] > 0
    worker.open()
    answer = worker.search(["무엇?", "누구?"])
    assert answer["found"] == [["y", "x"]] * 2 and len(answer["seconds"]) == 2
    assert worker.threads(["무엇?", "", "누구?"], 3)["failed"] == ["ValueError: nothing asked"]
    assert worker.memory()["resident MB"] > 10


def test_what_is_installed_counts_all_that_is_required() -> None:
    names = {one.metadata["Name"].lower() for one in closure(["rank-bm25"])}
    assert names == {"rank-bm25", "numpy"}
    assert installed_mb(["rank-bm25"]) > installed_mb(["packaging"]) > 0
    plain, drawing = (
        {one.metadata["Name"] for one in closure([name])} for name in ("geungeo", "geungeo[bench]")
    )
    assert drawing - plain >= {"matplotlib"}


def test_the_table_has_what_all_runs_measured() -> None:
    runs = {"one": {"KorQuAD recall@1": 0.5, "p50 ms": 12.34}, "other": {"KorQuAD recall@1": 0.25}}
    assert table(runs).splitlines() == [
        "| | KorQuAD recall@1 |",
        "|---|---|",
        "| one | 0.500 |",
        "| other | 0.250 |",
    ]


def test_a_plot_has_a_bar_for_each_system_and_measure(tmp_path: Path) -> None:
    shapes = []
    for names in (("geungeo",), ("geungeo", "other")):
        draw({name: dict.fromkeys(PANELS, 2.0) for name in names}, tmp_path / "plot.svg")
        shapes.append((tmp_path / "plot.svg").read_text(encoding="utf-8").count('<g id="patch_'))
    assert shapes[1] - shapes[0] == len(PANELS)


def test_a_folder_with_other_files_is_not_emptied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert main([str(tmp_path)]) == 2
    assert "other files" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_a_title_is_part_of_what_a_peer_indexes() -> None:
    assert with_title(Entry("k", "제목", "본문")) == "제목\n본문"
    assert with_title(Entry("k", "", "본문")) == "본문"


@pytest.mark.skipif(not KORQUAD.exists(), reason="KorQuAD is not beside the checkout")
def test_settings_are_chosen_on_other_questions_than_are_reported() -> None:
    chosen, reported = (question_sets(KORQUAD, half, True) for half in "ab")
    for label in ("KorQuAD", "spoken"):
        asked = [{question.text for question in sets[label].questions} for sets in (chosen, reported)]
        assert asked[0] and asked[1] and not asked[0] & asked[1]
    assert {a.source for a in chosen["KorQuAD"].articles} >= {
        k for q in chosen["spoken"].questions for k in q.relevant
    }


@pytest.mark.slow
def test_this_project_is_measured_in_processes_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for count in ("WARM_UP", "TIMED", "THREADED"):
        monkeypatch.setattr(f"eval.peers.comparison.{count}", 1)
    articles = [entry_article(key, title, text) for key, (title, text) in TEXTS.items()]
    asked = (
        ("해인의 유래는?", "a"),
        ("공장은 어디에 짓나?", "c"),
        ("올해 매출은?", "b"),
        ("해인이 온 곳은?", "a"),
    )
    questions = [OutsideQuestion(str(at), text, {key: 1}) for at, (text, key) in enumerate(asked)]
    sets = {label: Collection(label, articles, questions) for label in ("KorQuAD", "spoken")}
    run = compare(sets, tmp_path, ["geungeo"], repeats=1)["geungeo"]
    assert run["KorQuAD recall@1"] == run["spoken recall@1"] == 1.0
    assert run["failed in threads"] == []
    assert set(COLUMNS) <= set(run)
