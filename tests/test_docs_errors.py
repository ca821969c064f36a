"""The messages that ``docs/troubleshooting.md`` quotes are those of the program."""

from __future__ import annotations

import ast
import re
import socket
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from doc_pages import CODE, DOCS, TOP, Page
from filelock import FileLock
from httpx import Response
from server_client import Client

from index.generations import LOCK, current_generation
from rag import cli
from tests.conftest import SEEDS

PAGE = Page(DOCS / "troubleshooting.md")
HANGUL = re.compile(r"[가-힣]")
FIELD = re.compile(r"\{[a-z_]*(?::[^}]*)?\}")
"""Of a text that is filled in later, by ``str.format``."""
QUESTION = "해인 클러스터 이름의 유래는?"


def quoted() -> dict[str, str]:
    """The messages on the page (what stands in the first column, in Korean), each with its row."""
    rows = [line for line in PAGE.text.splitlines() if line.startswith("| `")]
    found = {match[1]: row for row in rows if (match := CODE.match(row.removeprefix("| ")))}
    return {message: row for message, row in found.items() if HANGUL.search(message)}


def templates() -> list[re.Pattern[str]]:
    """All Korean texts of the program, with anything where something is filled in."""
    found = set()
    for part in ("index", "rag"):
        for path in (TOP / part).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            parts = {
                id(value)
                for node in ast.walk(tree)
                if isinstance(node, ast.JoinedStr)
                for value in node.values
            }
            for node in ast.walk(tree):
                pieces = [] if id(node) in parts else pieces_of(node)
                if HANGUL.search("".join(pieces)):
                    found.add("(.+)".join(map(re.escape, pieces)))
    return [re.compile(pattern, re.S) for pattern in found]


def pieces_of(node: ast.AST) -> list[str]:
    """What a text says before, between and after what is filled in; empty where it is none."""
    if isinstance(node, ast.JoinedStr):
        whole = "".join(
            value.value if isinstance(value, ast.Constant) else "\0"
            for value in node.values
            if not isinstance(value, ast.Constant) or isinstance(value.value, str)
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        whole = FIELD.sub("\0", node.value)
    else:
        return []
    return whole.replace("%s", "\0").split("\0")


def is_known(message: str, known: list[re.Pattern[str]]) -> bool:
    """Whether the program says so: in one text, what is filled into it being one of its texts, too, or ``…``.

    Some are put together of several: ``place: what is wrong. What to do.``
    """
    if not HANGUL.search(message):
        return True
    for pattern in known:
        match = pattern.fullmatch(message)
        if match and all(is_known(filled, known) for filled in match.groups()):
            return True
    cuts = [(match.start(), match.end()) for match in re.finditer(r"[:.] (?=.)", message)]
    return any(
        is_known(message[end:], known) and (is_known(message[:at], known) or is_known(message[:end], known))
        for at, end in cuts
    )


def is_on_the_page(message: str) -> bool:
    """Whether the page quotes it, ``…`` standing for anything."""
    return any(is_quoted(message, one) for one in quoted())


def is_quoted(message: str, quotation: str) -> bool:
    pattern = ".+".join(map(re.escape, quotation.split("…")))
    return re.fullmatch(pattern, message.strip(), re.S) is not None


def test_every_message_on_the_page_is_one_of_the_program() -> None:
    known = templates()
    assert len(quoted()) > 100
    assert [one for one in quoted() if not is_known(one, known)] == []


def test_a_message_that_the_program_does_not_have_is_noticed() -> None:
    known = templates()
    for stale in (
        "질문이 없습니다. 알고 싶은 것을 적어 주세요.",
        "…: 크기가 같습니다. '…'을(를) 지우고 'geungeo index 폴더'로 다시 만드세요.",
        "예전 문서입니다: PDF로 저장해 넣어 주세요",
    ):
        assert not is_known(stale, known)
    assert not is_on_the_page("질문이 없습니다.")


# -- Provoked --------------------------------------------------------------------------------------------
def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a command ends with, its status being 2."""
    capsys.readouterr()
    assert cli.main(arguments) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("geungeo: ")
    return said.removeprefix("geungeo: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "nowhere", "--index", "new"],
        ["index", "empty", "--index", "new"],
        ["index", "articles", "--index", "articles"],
        ["index", "articles", "--index", "articles/a.md"],
        ["index", "--prune", "--index", "new"],
        ["index", "articles", "--dictionary", "nowhere.txt", "--index", "new"],
        ["index", "articles", "--dictionary", "empty-name.txt", "--index", "new"],
        ["index", "articles", "--store", "elsewhere"],
        ["index", "articles", "--prune", "--store", "milvus:./a.db"],
        ["index", "articles", "--store", "milvus:http://me:secret@127.0.0.1:19530"],
        ["remove", "000000000000"],
        ["ask", " "],
        ["ask", "?!"],
        ["ask", "가" * 2001],
        ["ask", QUESTION, "-k", "0"],
        ["ask", QUESTION, "--since", "어제"],
        ["ask", QUESTION, "--since", "2025-05", "--until", "2025-01"],
        ["ask", QUESTION, "--index", "nowhere"],
        ["ask", QUESTION, "--index", "articles"],
        ["doctor", "--store", "milvus:./a.db"],
        ["serve", "--host", "0.0.0.0"],
        ["serve", "--host", "192.0.2.1", "--insecure"],
        ["serve", "--auth"],
        ["serve", "--token-file", "nowhere.txt"],
        ["serve", "--token-file", "empty.txt"],
        ["serve", "--token-file", "short.txt"],
        ["user", "add", "a name"],
        ["user", "add", "mina"],
        ["user", "remove", "nobody"],
    ],
    ids=" ".join,
)
def test_what_a_command_says_is_on_the_page(
    arguments: list[str],
    seeds_index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "empty").mkdir()
    for name, text in {
        "articles/a.md": "보행교가 내년 봄에 열린다.",
        "empty-name.txt": "강변로봇, , 지비봇\n",
        "empty.txt": "",
        "short.txt": "1234\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEUNGEO_TOKEN", raising=False)
    monkeypatch.setenv("GEUNGEO_INDEX", str(seeds_index))
    monkeypatch.setenv("GEUNGEO_USERS", str(tmp_path / "users"))
    monkeypatch.setattr("getpass.getpass", lambda asked: "short")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    message = told(capsys, *arguments)
    assert is_on_the_page(message), message


def test_what_is_said_of_a_damaged_index_is_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "index"
    (tmp_path / "a.md").write_text("보행교가 내년 봄에 열린다. 다리의 길이는 410m이다.", encoding="utf-8")
    assert cli.main(["index", str(tmp_path / "a.md"), "--index", str(folder)]) == 0
    with FileLock(folder / LOCK):
        assert is_on_the_page(told(capsys, "index", str(SEEDS), "--index", str(folder)))
    generation, manifest = current_generation(folder)
    largest = generation / max(manifest.files, key=lambda name: int(manifest.files[name]["bytes"]))
    whole = largest.read_bytes()
    largest.write_bytes(whole[:-1])
    assert is_on_the_page(told(capsys, "ask", QUESTION, "--index", str(folder)))
    smallest = generation / min(manifest.files, key=lambda name: int(manifest.files[name]["bytes"]))
    largest.write_bytes(whole)
    smallest.write_bytes(b"x" * len(smallest.read_bytes()))
    assert is_on_the_page(told(capsys, "ask", QUESTION, "--index", str(folder)))
    (folder / "CURRENT").unlink()
    assert is_on_the_page(told(capsys, "ask", QUESTION, "--index", str(folder)))


def test_what_is_said_of_a_taken_port_is_on_the_page(
    seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        message = told(capsys, "serve", "--index", str(seeds_index), "--port", port)
    assert port in message and is_on_the_page(message)


def test_why_a_file_is_skipped_is_on_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prose = "보행교가 내년 봄에 열린다. 다리의 길이는 410m이다."
    files = {
        "good.md": prose.encode(),
        "empty.txt": b"",
        "binary.txt": b"\0\1\2\3" * 100,
        "old.txt": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
        "broken.pdf": b"%PDF-1.7\nnothing",
        "broken.docx": b"PK\x03\x04 nothing",
        "script.html": b"<html><head><script>1</script></head><body></body></html>",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "nothing.zip", "w") as packed:
        packed.writestr("picture.png", b"x")
    assert cli.main(["index", str(tmp_path), "--index", str(tmp_path / "index")]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("건너뜀: ")]
    reasons = {Path(path).name: reason for _, path, reason in (line.split(": ", 2) for line in lines)}
    assert set(reasons) == {*files, "nothing.zip"} - {"good.md"}
    assert {name: reason for name, reason in reasons.items() if not is_on_the_page(reason)} == {}


def test_what_is_said_of_a_language_model_is_on_the_page(
    seeds_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    for url, model in (("nonsense", "gemma"), (nobody, ""), (nobody, "gemma")):
        monkeypatch.setenv("GEUNGEO_LLM_URL", url)
        monkeypatch.setenv("GEUNGEO_LLM_MODEL", model)
        assert cli.main(["ask", QUESTION, "--index", str(seeds_index)]) == 0
        remark = re.search(r"\((.*) 기사의 문장을 그대로 보입니다\.\)", capsys.readouterr().out)
        assert remark and is_on_the_page(remark[1]), remark


def test_what_is_said_of_an_unreachable_milvus_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pymilvus")
    assert is_on_the_page(told(capsys, "ask", QUESTION, "--store", "milvus:http://127.0.0.1:9"))


JSON = {"Content-Type": "application/json"}
REQUESTS: dict[str, tuple[int, Callable[[Client], Response]]] = {
    "blank": (422, lambda client: client.post("/v1/search", json={"question": " "})),
    "missing": (422, lambda client: client.post("/v1/search", json={})),
    "unknown name": (422, lambda client: client.post("/v1/search", json={"question": "왜?", "kk": 1})),
    "too many": (422, lambda client: client.post("/v1/search", json={"question": "왜?", "k": 51})),
    "no day": (
        422,
        lambda client: client.post("/v1/search", json={"question": "왜?", "filters": {"since": "어제"}}),
    ),
    "no JSON": (422, lambda client: client.post("/v1/search", content=b"{", headers=JSON)),
    "not said to be JSON": (422, lambda client: client.post("/v1/search", content=b"{}")),
    "no article": (404, lambda client: client.get("/v1/articles/000000000000")),
    "no job": (404, lambda client: client.get("/v1/jobs/0")),
    "no place": (404, lambda client: client.get("/v1/nothing")),
    "no method": (405, lambda client: client.get("/v1/search")),
    "not allowed": (403, lambda client: client.delete("/v1/articles/000000000000")),
    "another site": (403, lambda client: client.get("/v1/articles", headers={"Origin": "http://news.test"})),
    "another name": (421, lambda client: client.get("/v1/articles", headers={"Host": "news.test"})),
    "too large": (413, lambda client: client.post("/v1/search", content=b" " * (1024**2 + 1))),
}


@pytest.mark.parametrize("request_of", REQUESTS)
def test_what_the_rest_api_says_is_on_the_page(request_of: str, seeds_client: Client) -> None:
    status, asked = REQUESTS[request_of]
    response = asked(seeds_client)
    assert response.status_code == status
    message = response.json()["detail"]
    rows = [row for one, row in quoted().items() if is_quoted(message, one)]
    assert rows, message
    assert any(f"| {status} |" in row for row in rows) or request_of == "blank"  # asked at every door
