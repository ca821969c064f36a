"""The command line: output, exit status and one clear line for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rag import cli
from tests.conftest import SEEDS, TOP

QUESTION = "해인 클러스터 이름의 유래는?"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_ask_prints_the_answer_and_its_sources(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", QUESTION, "--index", str(seeds_index))
    assert status == 0
    assert "해인사" in out and "[1]" in out and "skt-ax-k1.md" in out


def test_ask_json_has_the_documented_shape(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", QUESTION, "-k", "4", "--json", "--index", str(seeds_index))
    printed = json.loads(out)
    assert status == 0
    assert set(printed) == {
        "question", "searched_as", "answer", "abstained", "confidence", "statements", "unanswered", "citations", "hits",
    }  # fmt: skip
    assert len(printed["hits"]) == 4
    citation = printed["citations"][0]
    assert set(citation) == {"n", "passage_id", "article", "quote", "start", "end", "duplicates"}
    assert set(citation["article"]) == {"title", "publisher", "published", "source"}
    assert set(printed["hits"][0]) == {"passage_id", "score", "text", "article", "duplicates"}
    assert citation["passage_id"] in {hit["passage_id"] for hit in printed["hits"]}


def test_ask_names_the_other_papers_with_the_same_passage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = "가람전자가 달내시에 반도체 공장을 짓는다고 28일 밝혔다. 공장에는 2027년까지 5000억원이 들어간다."
    papers = [("강변신문", story), ("한빛경제", f"{story} 착공식은 다음 달에 열린다."), ("", story)]
    for number, (paper, text) in enumerate(papers):
        head = f"---\ntitle: 공장 짓는다 {number}\npublisher: {paper}\npublished: 2025-10-2{number}\n---\n\n"
        (tmp_path / f"{number}.md").write_text(head + text, encoding="utf-8")
    folder = str(tmp_path / "index")
    run(capsys, "index", str(tmp_path), "--index", folder)
    question = "가람전자 공장에는 얼마가 들어가나?"
    _, out, _ = run(capsys, "ask", question, "--index", folder)
    (line,) = [line for line in out.splitlines() if "같은 내용: " in line]
    assert line.count("2025-10-2") == 2
    names = {"강변신문(2025-10-20)", "한빛경제(2025-10-21)", "공장 짓는다 2(2025-10-22)"}
    assert len([name for name in names if name in line]) == 2 and "[2]" not in out
    _, out, _ = run(capsys, "ask", question, "--json", "--index", folder)
    printed = json.loads(out)
    (hit,) = printed["hits"]
    assert hit["duplicates"] == printed["citations"][0]["duplicates"]
    sources = {one["article"]["source"] for one in [hit, *hit["duplicates"]]}
    assert {Path(source).name for source in sources} == {"0.md", "1.md", "2.md"}


def test_ask_says_when_nothing_answers(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", "오늘 서울 날씨 어때?", "--index", str(seeds_index))
    assert status == 0 and "찾지 못했습니다" in out and "관련 있을 수 있는 대목" in out


def test_articles_lists_them(seeds_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "articles", "--index", str(seeds_index))
    assert status == 0 and len(out.splitlines()) == 4
    status, out, _ = run(capsys, "articles", "--json", "--index", str(seeds_index))
    assert {item["passages"] > 0 for item in json.loads(out)} == {True}


def test_filters_narrow_what_is_asked_and_listed(
    seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = ("--index", str(seeds_index))
    status, out, _ = run(capsys, "ask", "SKT 컨소시엄", "-k", "9", "--json", "--source", "skt-f*", *index)
    assert status == 0
    assert {Path(hit["article"]["source"]).name for hit in json.loads(out)["hits"]} == {
        "skt-full-stack-ai.md"
    }
    status, out, _ = run(
        capsys, "articles", "--topic", "컨소시엄", "--topic", "500B", "--publisher", "근거 편집부", *index
    )
    assert status == 0 and [line.rsplit("/", 1)[1] for line in out.splitlines()] == [
        "k-ai-consortia.md",
        "skt-500b-tech-conference.md",
    ]
    status, out, _ = run(capsys, "articles", "--since", "2025-10", "--until", "2025-10", *index)
    assert status == 0 and "skt-500b-tech-conference.md" in out and len(out.splitlines()) == 1


def test_ask_says_when_no_article_meets_the_filters(
    seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(capsys, "ask", QUESTION, "--publisher", "없는신문", "--index", str(seeds_index))
    assert status == 0 and out.strip() == "거르는 조건에 맞는 기사가 없습니다."


def test_index_reports_what_it_did_and_what_it_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "좋은.txt").write_text(
        "가람 회사는 올해 새 공장을 바닷가에 지었다고 밝혔다.", encoding="utf-8"
    )
    (tmp_path / "in" / "빈.txt").write_text("")
    status, _, err = run(capsys, "index", str(tmp_path / "in"), "--index", str(tmp_path / "index"))
    assert status == 0 and "기사 1건" in err and "건너뜀" in err and "빈.txt" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", ""), ("ask", "   "), ("ask", "가" * 100_000), ("ask", "\x01\x02"), ("ask", "질문", "-k", "0"),
        ("ask", "질문", "--index", "/no/such/index"), ("articles", "--index", "/no/such/index"),
        ("ask", "질문", "--since", "어제"), ("articles", "--until", "2025-13"),
        ("ask", "질문", "--since", "2026", "--until", "2025"), ("index", "/no/such/folder"), ("chat", "--index", "/no/such/index"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_status_2(
    arguments: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEUNGEO_INDEX", str(tmp_path / "index"))
    status, out, err = run(capsys, *arguments)
    lines = [line for line in err.splitlines() if line.startswith("geungeo: ")]
    assert status == 2 and out == "" and len(lines) == 1 and "Traceback" not in err


def test_files_that_are_gone_and_articles_that_are_named_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, index = tmp_path / "articles", str(tmp_path / "index")
    folder.mkdir()
    for name in ("가람", "나래", "다솜"):
        text = f"{name} 회사는 올해 새 공장을 지었다. 공장은 바닷가에 있고 직원은 모두 근처에 산다."
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    run(capsys, "index", str(folder), "--index", index)
    (folder / "가람.txt").unlink()
    status, _, err = run(capsys, "index", str(folder), "--prune", "--index", index)
    assert status == 0 and "뺌 1건" in err and "기사 2건" in err
    _, out, _ = run(capsys, "articles", "--index", index)
    first = out.split()[0]
    status, _, err = run(capsys, "remove", first, "--index", index)
    assert status == 0 and "뺌 1건" in err
    assert first not in run(capsys, "articles", "--index", index)[1]
    for wrong in (["remove", first], ["index", "--prune"]):
        status, _, err = run(capsys, *wrong, "--index", index)
        assert status == 2 and len(err.strip().splitlines()) == 1
    kept = run(capsys, "articles", "--index", index)[1]
    for path in folder.iterdir():
        path.unlink()
    status, _, err = run(capsys, "index", str(folder), "--prune", "--index", index)
    assert status == 2 and "geungeo remove" in err and len(err.strip().splitlines()) == 1
    assert run(capsys, "articles", "--index", index)[1] == kept


def test_a_folder_without_articles_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    status, _, err = run(capsys, "index", str(tmp_path / "empty"), "--index", str(tmp_path / "index"))
    assert status == 2 and len(err.strip().splitlines()) == 1


def test_debug_shows_where(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="색인이 없습니다"):
        cli.main(["ask", "질문", "--index", str(tmp_path / "none"), "--debug"])


def test_an_unexpected_error_is_one_line_and_status_1(
    seeds_index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom\nboom")

    monkeypatch.setattr("rag.retriever.Retriever.answer", fail)
    status, _, err = run(capsys, "ask", "질문", "--index", str(seeds_index))
    assert status == 1 and len(err.strip().splitlines()) == 1


def fresh(arguments: list[str], tmp_path: Path, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs ``geungeo`` (or Python code) in a new process, outside of the checkout."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "rag.cli", *arguments]
    environment = {**os.environ, "GEUNGEO_INDEX": str(tmp_path / "index"), "PYTHONPATH": str(TOP)}
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)


@pytest.mark.slow
def test_the_first_question_builds_the_sample_index_and_says_so(tmp_path: Path) -> None:
    first = fresh(["ask", QUESTION], tmp_path)
    assert first.returncode == 0 and "해인사" in first.stdout and "예시 기사" in first.stderr
    second = fresh(["ask", QUESTION], tmp_path)
    assert second.stdout == first.stdout and second.stderr == ""


@pytest.mark.slow
def test_a_built_wheel_works_outside_of_the_checkout(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path / "dist"), str(TOP)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {
        **os.environ,
        "GEUNGEO_INDEX": str(tmp_path / "index"),
        "PYTHONPATH": str(tmp_path / "site"),
    }
    code = (
        "import rag, index, sys; from rag import cli; print(rag.__file__); sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", QUESTION],
        capture_output=True, text=True, cwd=tmp_path, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "site") in done.stdout and "해인사" in done.stdout


def test_a_second_indexing_imports_neither(seeds_index: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from index import build_index;"
        f"build_index([{str(SEEDS)!r}], {str(tmp_path / 'again')!r});"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'gradio'} & set(sys.modules)))"
    )
    done = fresh([], tmp_path, code)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
