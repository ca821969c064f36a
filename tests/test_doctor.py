"""``geungeo doctor``: a sound index is called sound, and each kind of damage by its name with what to do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sealing import generation, publish_a_copy, reseal

from index import Index, build_index
from index.dense import DenseIndex, create_vectors
from index.doctor import Finding, examine
from index.errors import GeungeoError, IndexNotFoundError
from index.generations import RESUME, writing
from rag import cli

STORY = (
    "{name} 회사는 올해 새 공장을 지었다고 밝혔다. 공장은 {n}층이며 바닷가에 있어 앞으로 큰 배도 드나들 수 있다고 한다.\n\n"
    "직원은 {n}00명이고 모두 근처 마을에 산다. 점심에는 급식이 나오는데 아주 맛있다고들 하며 저녁에도 나온다.\n"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("doctor")
    (top / "stories").mkdir()
    for n, name in enumerate(("가람", "나래", "다솜", "라온"), start=2):
        (top / "stories" / f"{name}.txt").write_text(STORY.format(name=name, n=n), encoding="utf-8")
    build_index([top / "stories"], top / "index")
    return top / "index"


@pytest.fixture
def index_dir(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "index")


def wrong(index_dir: Path) -> list[Finding]:
    return [finding for finding in examine(index_dir) if finding.status == "problem"]


def test_a_sound_index_is_sound_and_stays_as_it_is(index_dir: Path) -> None:
    before = {path: path.read_bytes() for path in index_dir.rglob("*") if path.is_file()}
    progress: list[tuple[str, int, int]] = []
    findings = list(examine(index_dir, lambda *step: progress.append(step)))
    assert {finding.status for finding in findings} == {"ok"} and len(findings) > 15
    assert {stage for stage, *_ in progress} == {"verify", "passages", "vectors"}
    assert all(done <= total for _, done, total in progress)
    assert before == {path: path.read_bytes() for path in index_dir.rglob("*") if path.is_file()}


def sql(*statements: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "articles.sqlite")) as opened:
            for statement in statements:
                assert opened.execute(statement).rowcount > 0
            opened.commit()

    return change


def array(name: str, change: Callable[[np.ndarray], object]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        values = np.load(folder / name)
        result = change(values)
        np.save(folder / name, values if result is None else result)

    return changed


def vectors(change: Callable[[np.ndarray], None]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        dense = DenseIndex.load(folder)
        values = dense.rows(np.arange(dense.size)).copy()
        change(values)
        create_vectors(folder, *values.shape)[:] = values
        DenseIndex.write(folder)

    return changed


def set_at(place: object, value: object) -> Callable[[np.ndarray], None]:
    return lambda values: values.__setitem__(place, value)


def turned(values: np.ndarray) -> None:
    values[:] = np.roll(values, 1, axis=0)


@pytest.mark.parametrize(
    ("harm", "check"),
    [
        (sql("UPDATE passages SET start = start + 1 WHERE number = 3"), "창의 글과 열쇠"),
        (sql("UPDATE passages SET end = 9999 WHERE number = 3"), "문단과 기사의 글"),
        (sql("UPDATE passages SET id = 'x' || id WHERE number = 3"), "문단의 번호와 이름"),
        (sql("UPDATE passages SET ordinal = 7 WHERE number = 3"), "문단의 번호와 이름"),
        (sql("UPDATE passages SET sentences = '[[0,9999]]' WHERE number = 3"), "문장과 낱말의 자리"),
        (sql("UPDATE passages SET windows = '[[0,5]]' WHERE number = 3"), "창의 글과 열쇠"),
        (sql("UPDATE passages SET article = 99 WHERE number = 3"), "데이터베이스"),
        (sql("UPDATE articles SET text = replace(text, '공장', '공방')"), "창의 글과 열쇠"),
        (sql("DELETE FROM passages WHERE number = 7"), "개수"),
        (sql("UPDATE passages SET forms = '없던말' || substr(forms, 3) WHERE number = 3"), "낱말과 글자 찾기"),
        (array("windows.npy", set_at(0, 3)), "창의 자리"),
        (array("keys.npy", lambda values: values[::-1]), "창의 글과 열쇠"),
        (array("keys.npy", lambda values: values[:-1]), "개수"),
        (array("mean.npy", lambda values: values * 0.5), "벡터"),
        (vectors(set_at(2, 0.5)), "벡터"),
        (vectors(set_at((2, 2), np.nan)), "벡터"),
        (vectors(turned), "다시 만든 벡터"),
        (array("words/terms.npy", lambda values: values[::-1]), "낱말 색인"),
        (array("words/indptr.npy", set_at(2, 99_999)), "낱말 색인"),
        (array("characters/indices.npy", set_at(2, 99)), "글자 색인"),
        (array("characters/data.npy", set_at(2, np.nan)), "글자 색인"),
        (array("words/terms.npy", lambda values: values + np.uint64(1)), "낱말과 글자 찾기"),
        (array("words/tops.npy", set_at(2, 9.0)), "낱말 색인"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_named(
    harm: Callable[[Path], None], check: str, index_dir: Path
) -> None:
    harm(generation(index_dir))
    assert wrong(index_dir)  # the file is not what was built
    reseal(index_dir)
    assert Index.open(index_dir).size
    found = wrong(index_dir)
    assert any(finding.check.startswith(check) for finding in found), found
    assert all("geungeo index" in finding.detail and "\n" not in finding.detail for finding in found)


def test_a_file_that_is_not_what_was_built_is_named(index_dir: Path) -> None:
    for name in ("articles.sqlite", "words/data.npy"):
        path = generation(index_dir) / name
        path.write_bytes(path.read_bytes()[:-3])
    (generation(index_dir) / "stray.bin").write_bytes(b"1")
    findings = list(examine(index_dir))
    assert [finding.check for finding in findings if finding.status == "problem"] == [
        "파일 articles.sqlite",
        "파일 words/data.npy",
    ]
    assert {"파일 stray.bin", "내용"} <= {finding.check for finding in findings if finding.status == "note"}


@pytest.mark.parametrize(
    ("fields", "check"),
    [
        ({"format": 2}, "세대"),
        ({"analyzer": {"kiwipiepy": "0.1"}}, "형태소 분석기"),
        ({"encoder": {"model": "multilingual-e5-small", "fingerprint": "0", "dimensions": 384}}, "임베딩 모델"),
    ],
)  # fmt: skip
def test_another_version_is_named(fields: dict[str, object], check: str, index_dir: Path) -> None:
    reseal(index_dir, **fields)
    (found,) = wrong(index_dir)
    assert found.check == check and "geungeo index" in found.detail


@pytest.mark.parametrize(
    ("name", "check"), [("articles", "기사 수"), ("passages", "내용"), ("windows", "내용")]
)
def test_a_wrong_count_is_named(name: str, check: str, index_dir: Path) -> None:
    counts = dict(Index.open(index_dir).counts)
    reseal(index_dir, counts=counts | {name: counts[name] - 1})
    (found,) = wrong(index_dir)
    assert found.check == check and "geungeo index" in found.detail


def test_what_builds_left_behind_is_named_but_no_problem(index_dir: Path) -> None:
    for name in ("0123456789ab.part", "0123456789ac", "0123456789ad"):
        (index_dir / "generations" / name).mkdir()
    (index_dir / RESUME).mkdir()
    notes = [finding for finding in examine(index_dir) if finding.status != "ok"]
    assert {finding.check.split("/")[-1] for finding in notes} == {
        "0123456789ab.part", "0123456789ac", "0123456789ad", f"남은 것 {RESUME}",
    }  # fmt: skip
    assert not wrong(index_dir)
    with writing(index_dir):
        notes = [finding for finding in examine(index_dir) if finding.status != "ok"]
        assert [finding.check for finding in notes] == ["쓰기 잠금"]


def test_an_index_built_anew_meanwhile_is_no_damage(index_dir: Path) -> None:
    findings = examine(index_dir)
    next(findings)
    publish_a_copy(index_dir)
    with pytest.raises(GeungeoError, match="새로 색인되었습니다"):
        list(findings)


def test_no_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError):
        list(examine(tmp_path))
    assert cli.main(["doctor", "--index", str(tmp_path)]) == 2


def test_the_command_says_it_line_by_line_and_as_json(
    index_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["doctor", "--index", str(index_dir)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "색인이 온전합니다." and all(line.startswith("정상  ") for line in lines[:-1])
    path = generation(index_dir) / "mean.npy"
    path.unlink()
    assert cli.main(["doctor", "--index", str(index_dir)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "문제  파일 mean.npy: 없습니다." in next(line for line in lines if line.startswith("문제"))
    assert lines[-1] == "문제를 1가지 찾았습니다."
    assert cli.main(["doctor", "--json", "--index", str(index_dir)]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["sound"] is False and set(printed) == {"index", "sound", "findings"}
    assert {"status": "problem", "check": "파일 mean.npy"}.items() <= next(
        one for one in printed["findings"] if one["status"] == "problem"
    ).items()
