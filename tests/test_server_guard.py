"""What every request passes: names, origins, closed paths, sizes; and the headers of what goes out."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from server_client import HERE, TOKEN, Client, Serve
from starlette.websockets import WebSocketDisconnect

from rag.server import guard
from rag.server.access import Access
from rag.server.policy import with_nonce

QUESTION = {"question": "해인 클러스터 이름의 유래는?"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:7860", "", "[::2]", "localhost."])
def test_a_name_that_was_made_to_lead_here_opens_nothing(seeds_client: Client, host: str) -> None:
    response = seeds_client.get("/", headers={"Host": host})
    expected = 200 if host == "localhost." else 421
    assert response.status_code == expected
    assert expected == 200 or "--allowed-host" in response.json()["detail"]


def test_other_names_are_let_in_by_name(serve: Serve, seeds_index: Path) -> None:
    client = serve(seeds_index, hosts={"geungeo.example"})
    assert client.get("/healthz", headers={"Host": "geungeo.example:443"}).status_code == 200
    assert client.get("/healthz").status_code == 421
    assert serve(seeds_index).get("/healthz", headers={"Host": "anything"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"Origin": HERE}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind-a-proxy.example"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 403),  # another program of this machine
        ({"Origin": "http://[half"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403),
    ],
)
def test_pages_of_other_sites_ask_nothing(seeds_client: Client, headers: dict[str, str], status: int) -> None:
    response = seeds_client.post("/v1/search", json=QUESTION, headers=headers)
    assert response.status_code == status


def test_a_link_from_elsewhere_opens_the_page_but_no_frame_does(seeds_client: Client) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert seeds_client.get("/", headers=link).status_code == 200
    assert seeds_client.get("/", headers=link | {"Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_no_other_origin_may_read_anything(seeds_client: Client) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    for path in ("/v1/search", "/gradio_api/queue/join", "/"):
        response = seeds_client.options(path, headers=asked)
        assert response.status_code in (403, 405)
        assert not [name for name in response.headers if name.startswith("access-control")]
    response = seeds_client.get("/config", headers={"Origin": HERE})  # Gradio allows this one
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=https://example.org/",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/call/ask",
        "/gradio_api/run/ask",
        "/gradio_api/api/predict",
        "/gradio_api/stream/x",
        "/gradio_api/deep_link",
        "/gradio_api/dev/reload",
        "/gradio_api/process_recording",
        "/gradio_api/upload_progress?upload_id=x",
        "/gradio_api/vibe-edit",
        "/gradio_api/custom_component/1/client/component/style.css",
        "/gradio_api/runs",
        "/gradio_api/mcp/sse",
        "/gradio_api/queue/status",
        "/gradio_api/heartbeat/../file=/etc/passwd",
        "/monitoring",
        "/svelte/../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc/passwd",
        "/assets/%00",
        "/token",
        "/proxy=x",
    ],
)
def test_what_the_page_does_not_need_of_gradio_is_closed(seeds_client: Client, path: str) -> None:
    for response in (seeds_client.get(path), seeds_client.post(path, json={})):
        assert response.status_code in (403, 404, 405), response.text
        assert "root:" not in response.text


def test_no_file_is_read_through_assets(seeds_client: Client) -> None:
    for way in (
        "/assets/../../../../../../etc/passwd",
        "/static/../../../../../../../etc/passwd",
        "/static/~/.x",
    ):
        response = seeds_client.get(way)
        assert response.status_code in (403, 404) and "root:" not in response.text


# -- Sizes -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/v1/search", guard.BODY),
        ("/login", guard.BODY),
        ("/gradio_api/queue/join", guard.PAGE_BODY),
        ("/gradio_api/upload", guard.UPLOAD_BODY),
        ("/v1/articles", guard.ARTICLES_BODY),
    ],
)
def test_a_body_that_says_it_is_too_large_is_not_read(seeds_client: Client, path: str, most: int) -> None:
    class Unread:
        def __iter__(self) -> Any:
            raise AssertionError("it was read")

    sent = []

    async def receive() -> Any:
        sent.append(1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    status, body = asked(seeds_client, path, [(b"content-length", str(2 * 1024**3).encode())], receive)
    assert status == 413 and f"{most // 1024**2}MB" in body and not sent


@pytest.mark.parametrize("path", ["/v1/search", "/v1/articles", "/gradio_api/upload", "/login"])
def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(seeds_client: Client, path: str) -> None:
    read = 0

    async def receive() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 1024**2, "more_body": True}

    kind = b"application/json" if path == "/v1/search" else b"multipart/form-data; boundary=x"
    status, body = asked(seeds_client, path, [(b"content-type", kind)], receive)
    most = guard._most("POST", path) // 1024**2
    if status == 413:
        assert f"{most}MB" in body and read == most + 1
    else:  # it was not even a form
        assert status == 400 and read <= most + 1


def test_a_body_that_does_not_come_is_not_waited_for(
    seeds_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.05)

    async def receive() -> Any:
        await asyncio.sleep(30)

    status, body = asked(seeds_client, "/v1/search", [(b"content-type", b"application/json")], receive)
    assert status == 408 and "끝까지 오지 않았습니다" in body


def asked(
    client: Client, path: str, headers: list[tuple[bytes, bytes]], receive: Any, method: str = "POST"
) -> tuple[int, str]:
    """Asks the application itself, with a body that comes as the test will have it."""
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *headers], "client": ("127.0.0.1", 1), "scheme": "http",
        "server": ("127.0.0.1", 7860), "http_version": "1.1", "root_path": "", "state": {}, "app": None,
    }  # fmt: skip
    told: dict[str, Any] = {"body": b""}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert "status" not in told
            told["status"] = message["status"]
        else:
            told["body"] += message["body"]

    asyncio.run(asyncio.wait_for(client.application.asgi(scope, receive, send), 20))
    return told["status"], told["body"].decode()


def test_a_length_that_is_none_is_refused(seeds_client: Client) -> None:
    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    for length in (b"-1", b"1e9", b"x", "١".encode()):
        assert asked(seeds_client, "/v1/search", [(b"content-length", length)], receive)[0] == 413


def test_files_are_taken_only_while_there_is_room(
    seeds_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = guard.ROOM - 1
    monkeypatch.setattr(guard.shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    for path in ("/gradio_api/upload", "/v1/articles"):
        refused = seeds_client.post(path, files={"files": ("a.txt", b"a")})
        assert refused.status_code == 503 and refused.headers["retry-after"]
        assert "자리가 없습니다" in refused.json()["detail"]
    assert seeds_client.post("/v1/search", json=QUESTION).status_code == 200
    free = guard.ROOM
    assert seeds_client.post("/gradio_api/upload", files={"files": ("a.txt", b"a")}).status_code != 503


# -- What goes out ---------------------------------------------------------------------------------------
def test_the_pages_scripts_run_by_a_nonce_that_no_one_can_guess(seeds_client: Client) -> None:
    first, second = seeds_client.get("/"), seeds_client.get("/en")
    nonces = []
    for page in (first, second):
        policy = page.headers["content-security-policy"]
        nonce = re.search(r"'nonce-([\w-]{20,})'", policy)
        assert nonce
        nonces.append(nonce[1])
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert len(scripts) > 3 and all(f'nonce="{nonce[1]}"' in script for script in scripts)
        told = dict(part.split(" ", 1) for part in policy.split("; "))
        assert "'unsafe-inline'" not in told["script-src"] and told["script-src-attr"] == "'none'"
        assert told["default-src"] == told["frame-ancestors"] == told["object-src"] == "'none'"
        assert told["connect-src"] == told["form-action"] == "'self'"
    assert nonces[0] != nonces[1]


def test_a_page_names_only_scripts_of_the_template() -> None:
    page = b'<script>let a = "\\u003cscript>"</script><SCRIPT>x</SCRIPT><scripting>'
    assert with_nonce(page, "n").count(b'nonce="n"') == 1


def test_what_is_no_page_runs_nothing_and_is_kept_nowhere(seeds_client: Client) -> None:
    for response in (seeds_client.post("/v1/search", json=QUESTION), seeds_client.get("/nowhere")):
        headers = response.headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers
    assert seeds_client.post("/v1/search", json=QUESTION).headers["cache-control"] == "no-store"


def test_unknown_methods_and_places_are_told(seeds_client: Client) -> None:
    assert seeds_client.get("/v1/search").status_code == 405
    assert seeds_client.get("/v1/nothing").status_code == 404
    assert json.loads(seeds_client.get("/nothing").text)["detail"].startswith("그런 곳은 없습니다")


def test_web_sockets_are_closed(seeds_client: Client) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        seeds_client.websocket_connect("/gradio_api/queue/join"),
    ):
        pass
    assert closed.value.code == 1008


def test_the_guard_stands_before_the_login_too(serve: Serve, seeds_index: Path) -> None:
    client = serve(seeds_index, Access(tokens=[TOKEN]), hosts={"127.0.0.1"})
    assert (
        client.get("/gradio_api/file=/etc/passwd", headers={"Authorization": f"Bearer {TOKEN}"}).status_code
        == 404
    )
    assert client.post("/login", data={}, headers={"Origin": "https://evil.example"}).status_code == 403
