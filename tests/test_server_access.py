"""Who may come in: users, tokens, sessions, and what a server that others reach asks for."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from server_client import BEARER, TOKEN, Client, Serve

from index import GeungeoError
from rag.server import access as access_module
from rag.server.access import Access, TooManyGuesses, is_loopback, read_tokens, refuse_open_door
from rag.server.accounts import Accounts
from rag.server.running import Door

PASSWORD = "바다 위의 다리 7"
QUESTION = {"question": "해인 클러스터 이름의 유래는?"}


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    kept = Accounts(tmp_path_factory.mktemp("accounts") / "users")
    assert kept.set("minji", PASSWORD)
    return kept


def sign_in(client: Client, name: str = "minji", password: str = PASSWORD, target: str = "/") -> Any:
    return client.post("/login", data={"name": name, "password": password, "next": target})


# -- The file of users -------------------------------------------------------------------------------------
def test_a_password_is_kept_as_a_salted_hash_that_nobody_else_reads(tmp_path: Path) -> None:
    kept = Accounts(tmp_path / "deep" / "users")
    assert kept.set("minji", PASSWORD) and kept.set("jun", PASSWORD) and not kept.set("minji", PASSWORD)
    text = kept.file.read_text(encoding="utf-8")
    assert PASSWORD not in text and kept.names() == ["jun", "minji"]
    hashes = [line.split(":", 1)[1] for line in text.splitlines()]
    assert len(set(hashes)) == 2 and all(one.startswith("scrypt$32768$8$1$") for one in hashes)
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600
    assert kept.admits("minji", PASSWORD) and kept.admits("jun", PASSWORD)
    assert not kept.admits("minji", PASSWORD + "!") and not kept.admits("nobody", PASSWORD)
    kept.remove("jun")
    assert kept.names() == ["minji"] and not kept.admits("jun", PASSWORD)
    with pytest.raises(GeungeoError, match="그런 사용자가 없습니다: jun"):
        kept.remove("jun")


def test_a_syllable_typed_in_pieces_is_the_same_password(tmp_path: Path) -> None:
    kept = Accounts(tmp_path / "users")
    kept.set("a", "가나다라마바사아")
    assert kept.admits("a", "\u1100\u1161나다라마바사아")  # as macOS types it


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("", PASSWORD, "이름은"),
        ("a:b", PASSWORD, "이름은"),
        ("a\nb", PASSWORD, "이름은"),
        ("x" * 65, PASSWORD, "이름은"),
        ("a", "짧다", "8자 이상"),
        ("a", "x" * 257, "256자 이하"),
    ],
)
def test_names_and_passwords_that_are_none_are_refused(
    tmp_path: Path, name: str, password: str, told: str
) -> None:
    with pytest.raises(GeungeoError, match=told):
        Accounts(tmp_path / "users").set(name, password)
    assert not (tmp_path / "users").exists()


@pytest.mark.parametrize(
    "line",
    [
        "minji",
        "minji:",
        "minji:plain",
        "minji:scrypt$1$8$1$AA==$AA==",
        "minji:scrypt$99999999$8$1$AA==$AA==",
        "\0",
    ],
)
def test_a_file_that_is_none_of_users_is_refused_by_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "users").write_text(f"# 사용자\n\n{line}\n", encoding="utf-8")
    with pytest.raises(GeungeoError, match="3번째 줄"):
        Accounts(tmp_path / "users").names()
    with pytest.raises(GeungeoError, match="3번째 줄"):
        Accounts(tmp_path / "users").set("jun", PASSWORD)
    assert (tmp_path / "users").read_text(encoding="utf-8").endswith(f"{line}\n")  # nothing is lost


def test_the_command_keeps_users(tmp_path: Path) -> None:
    def user(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag.cli", "user", *arguments, "--file", str(tmp_path / "users")]
        return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60)

    assert user("list").returncode == 2 and "geungeo user add" in user("list").stderr
    added = user("add", "minji", typed=PASSWORD + "\n")
    assert added.returncode == 0 and "minji: 넣었습니다" in added.stderr and PASSWORD not in added.stderr
    assert user("list").stdout == "minji\n"
    assert Accounts(tmp_path / "users").admits("minji", PASSWORD)
    assert user("add", "jun", typed="짧다\n").returncode == 2
    assert user("add").returncode == 2
    assert user("remove", "minji").returncode == 0 and user("list").stdout == ""


# -- Tokens --------------------------------------------------------------------------------------------------
def test_the_api_takes_a_token_and_nothing_else(serve: Serve, seeds_index: Path) -> None:
    client = serve(seeds_index, Access(tokens=[TOKEN, "f" * 32]))
    for headers in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Cookie": f"geungeo_session={TOKEN}"},
    ):
        response = client.post("/v1/search", json=QUESTION, headers=headers)
        assert response.status_code == 401 and response.headers["www-authenticate"] == "Bearer"
        assert "hits" not in response.text
    for headers in (BEARER, {"Authorization": "bearer " + "f" * 32}):
        assert client.post("/v1/search", json=QUESTION, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/v1/articles", "/metrics", "/openapi.json", "/config", "/gradio_api/queue/data?session_hash=x", "/mcp",
     "/docs/static/swagger-ui.css", "/gradio_api/app_id"],
)  # fmt: skip
def test_nothing_but_health_is_told_to_who_is_not_known(
    serve: Serve, seeds_index: Path, accounts: Accounts, path: str
) -> None:
    client = serve(seeds_index, Access(accounts, [TOKEN]))
    assert client.get(path).status_code == 401
    assert client.get("/healthz").json() == {"status": "ok"} and client.get("/readyz").json()["ready"]
    for page in ("/", "/en", "/docs"):
        response = client.get(page)
        assert (response.status_code, response.headers["location"]) == (303, f"/login?next={page}")


def test_tokens_are_compared_in_constant_time_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr(access_module.hmac, "compare_digest", compare)
    kept = Access(tokens=[TOKEN, "f" * 40, "e" * 16])
    assert kept.by_token(TOKEN) and kept.by_token("f" * 40) and kept.by_token("x") is None
    assert compared == [(32, 32)] * 9  # all of them, whichever fits, however long they are


@pytest.mark.parametrize(
    "token", ["short", "x" * 15, "한글로 된 토큰은 안 됩니다 정말로", "a b" * 10, "x" * 20 + "\n"]
)
def test_a_token_that_is_too_easy_is_refused(token: str) -> None:
    with pytest.raises(GeungeoError, match="openssl rand"):
        Access(tokens=[token])


def test_tokens_are_read_from_a_file_and_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEUNGEO_TOKEN", raising=False)
    assert read_tokens(None) == []
    (tmp_path / "tokens").write_text(f"# 색인하는 일\n{TOKEN}\n\n", encoding="utf-8")
    monkeypatch.setenv("GEUNGEO_TOKEN", "f" * 32)
    assert read_tokens(tmp_path / "tokens") == ["f" * 32, TOKEN]
    (tmp_path / "empty").write_text("# 없음\n", encoding="utf-8")
    with pytest.raises(GeungeoError, match="토큰이 없습니다"):
        read_tokens(tmp_path / "empty")
    with pytest.raises(GeungeoError, match="읽을 수 없습니다"):
        read_tokens(tmp_path)


# -- Sessions ------------------------------------------------------------------------------------------------
def test_a_user_comes_in_asks_and_leaves(serve: Serve, seeds_index: Path, accounts: Accounts) -> None:
    client = serve(seeds_index, Access(accounts))
    form = client.get("/login?next=/en")
    assert form.status_code == 200 and 'name="next" value="/en"' in form.text
    response = sign_in(client, target="/en")
    assert (response.status_code, response.headers["location"]) == (303, "/en")
    cookie = next(one for one in response.headers.get_list("set-cookie") if "geungeo_session" in one)
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    assert client.get("/").status_code == 200
    assert client.post("/v1/search", json=QUESTION).status_code == 200
    assert client.post("/v1/articles", data={"text": "글"}).status_code == 403  # readers change nothing
    key = client.cookies["geungeo_session"]
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set("geungeo_session", key)
    assert client.post("/v1/search", json=QUESTION).status_code == 401


def test_behind_tls_the_cookie_travels_only_there(
    serve: Serve, seeds_index: Path, accounts: Accounts
) -> None:
    client = serve(seeds_index, Access(accounts))
    client.base_url = "https://127.0.0.1:7860"  # type: ignore[assignment]
    assert "Secure" in sign_in(client).headers["set-cookie"]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/login", "", "/v1/x"],
)
def test_coming_in_leads_to_no_other_place(
    serve: Serve, seeds_index: Path, accounts: Accounts, target: str
) -> None:
    assert sign_in(serve(seeds_index, Access(accounts)), target=target).headers["location"] == "/"


def test_a_wrong_password_says_no_more_than_that(serve: Serve, seeds_index: Path, accounts: Accounts) -> None:
    client = serve(seeds_index, Access(accounts))
    replies = [sign_in(client, "minji", "wrong wrong"), sign_in(client, "nobody", "wrong wrong")]
    assert [reply.status_code for reply in replies] == [401, 401] and replies[0].text == replies[1].text
    assert "set-cookie" not in replies[0].headers
    attack = client.get("/login", params={"next": '"><script>1</script>'})
    assert "<script>" not in attack.text


def test_who_guesses_often_has_to_wait(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(access_module.time, "monotonic", lambda: now)
    kept = Access(accounts)
    for _ in range(access_module.GUESSES):
        assert kept.begin("minji", "wrong wrong", "192.0.2.7") is None
    with pytest.raises(TooManyGuesses):
        kept.begin("minji", PASSWORD, "192.0.2.7")
    assert kept.begin("minji", PASSWORD, "192.0.2.8")  # another's guesses lock nobody out
    now += access_module.WINDOW + 1
    assert kept.begin("minji", PASSWORD, "192.0.2.7")


def test_a_session_ends_with_time_with_the_user_and_with_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(access_module.time, "monotonic", lambda: now)
    own = Accounts(tmp_path / "users")
    own.set("minji", PASSWORD)
    own.set("jun", PASSWORD)
    kept = Access(own)
    key, other = kept.begin("minji", PASSWORD, "a"), kept.begin("jun", PASSWORD, "a")
    assert key and other and kept.by_session(key) is not None
    now += access_module.SESSION - 1
    assert kept.by_session(key) is not None  # which goes on from here
    now += 2
    assert kept.by_session(other) is None and kept.by_session(key) is not None
    own.set("minji", PASSWORD + "!")
    assert kept.by_session(key) is None
    key = kept.begin("minji", PASSWORD + "!", "a")
    assert key and kept.by_session(key) is not None
    own.remove("minji")
    assert kept.by_session(key) is None and kept.by_session("made up") is None


def test_where_there_are_only_tokens_a_person_comes_in_with_one(serve: Serve, seeds_index: Path) -> None:
    client = serve(seeds_index, Access(tokens=[TOKEN]))
    assert 'name="name"' not in client.get("/login").text
    assert sign_in(client, "", "x" * 32).status_code == 401
    assert sign_in(client, "", TOKEN).status_code == 303
    assert client.get("/").status_code == 200


# -- Who is reached from elsewhere ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False),
     ("192.0.2.1", False), ("", False), ("no.such.host.invalid", False)],
)  # fmt: skip
def test_what_is_reached_from_elsewhere_is_known(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_an_open_door_to_others_is_refused(accounts: Accounts) -> None:
    with pytest.raises(GeungeoError, match=r"--auth.*--insecure"):
        refuse_open_door("0.0.0.0", Access(), insecure=False)
    for kept, host, insecure in (
        (Access(), "127.0.0.1", False),
        (Access(), "0.0.0.0", True),
        (Access(accounts), "0.0.0.0", False),
        (Access(tokens=[TOKEN]), "0.0.0.0", False),
    ):
        refuse_open_door(host, kept, insecure=insecure)


def test_a_door_to_this_machine_answers_to_its_names_only(accounts: Accounts) -> None:
    assert Door().hosts() == {"localhost", "127.0.0.1", "[::1]"}
    assert Door(names=["Geungeo.Example"]).hosts() == {"localhost", "127.0.0.1", "[::1]", "geungeo.example"}
    assert Door("0.0.0.0", access=Access(accounts)).hosts() is None


@pytest.mark.parametrize("command", ["chat", "serve"])
def test_the_command_refuses_before_it_loads_anything(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.cli import main

    monkeypatch.delenv("GEUNGEO_TOKEN", raising=False)
    nowhere = ["--index", str(tmp_path / "none")]
    assert main([command, *nowhere, "--host", "0.0.0.0"]) == 2
    assert "--insecure" in capsys.readouterr().err
    assert main([command, *nowhere, "--auth", str(tmp_path / "users")]) == 2
    assert "geungeo user add" in capsys.readouterr().err
    assert main([command, *nowhere, "--token-file", str(tmp_path / "tokens")]) == 2
    assert "토큰 파일을 읽을 수 없습니다" in capsys.readouterr().err
