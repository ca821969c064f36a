"""What the server writes and counts of itself, and what it tells where something unexpected happens."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from server_client import Client, Serve

from rag import Retriever
from rag.server.logs import JsonLines

SECRET = "아무도 모르는 질문은 무엇인가?"


def test_each_request_has_an_id_that_its_answer_and_the_log_tell(
    seeds_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rag")
    given = seeds_client.post("/v1/search", json={"question": SECRET}, headers={"X-Request-ID": "job-17.a"})
    assert given.headers["x-request-id"] == "job-17.a"
    record = next(one for one in caplog.records if getattr(one, "event", {}).get("path") == "/v1/search")
    line = JsonLines().format(record)
    assert "\n" not in line and SECRET not in line and "질문" not in line
    told = json.loads(line)
    assert (
        told["event"] == "request" and told["status"] == 200 and told["method"] == "POST" and told["ms"] > 0
    )
    for forged in ("a b", "x" * 65, 'a"}\n{', "가"):
        try:
            answered = seeds_client.get("/healthz", headers={"X-Request-ID": forged})
        except UnicodeEncodeError:
            continue
        assert answered.headers["x-request-id"] != forged


def test_errors_are_lines_of_json_too() -> None:
    try:
        raise ValueError("줄\n둘")
    except ValueError:
        record = logging.getLogger("rag").makeRecord(
            "rag", logging.ERROR, __file__, 1, "한 줄\n%s", ("둘",), __import__("sys").exc_info()
        )
    line = JsonLines().format(record)
    assert "\n" not in line and "ValueError" in json.loads(line)["error"]


def test_what_is_asked_every_few_seconds_is_not_written_down(
    seeds_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rag")
    for path in ("/healthz", "/readyz", "/metrics", "/gradio_api/app_id"):
        assert seeds_client.get(path).status_code == 200
    assert not [one for one in caplog.records if hasattr(one, "event")]


def test_what_is_inside_is_not_told_where_something_unexpected_happens(
    serve: Serve, two_articles: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(two_articles)

    def fail(*given: object, **how: object) -> None:
        raise RuntimeError("/secret/path: 5432")

    monkeypatch.setattr(Retriever, "answer", fail)
    response = client.post("/v1/answer", json={"question": "다리의 길이는?"})
    assert response.status_code == 500 and "secret" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "/secret/path" in caplog.text  # who runs the server learns of it


def test_requests_and_answers_are_counted(serve: Serve, two_articles: Path) -> None:
    client = serve(two_articles)
    client.ask("다리의 길이는?")
    client.ask("김치찌개를 맛있게 끓이는 방법은?")
    client.post("/v1/answer", json={})
    client.request("BREW", "/v1/answer")
    for number in range(20):
        client.get(f"/nothing/{number}")
    counted = client.get("/metrics").text
    assert 'geungeo_answers_total{outcome="answered"} 1.0' in counted
    assert 'geungeo_answers_total{outcome="abstained"} 1.0' in counted
    assert 'geungeo_requests_total{method="POST",route="/v1/answer",status="200"} 2.0' in counted
    assert 'geungeo_requests_total{method="POST",route="/v1/answer",status="422"} 1.0' in counted
    assert 'method="BREW"' not in counted and "/nothing/1" not in counted  # no stranger makes up a series
    assert "geungeo_articles 2.0" in counted and "process_resident_memory_bytes" in counted
