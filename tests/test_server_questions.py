"""The REST API's questions: searches, answers, streams, and what is wrong with a request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from server_client import BRIDGE, CAVE, Client, Serve

from index import build_index
from rag import Answer, Retriever
from rag.page.front import Library
from rag.server.app import Application
from rag.writing.written import Draft, WrittenAnswer, WrittenSentence

ASKED = "SKT 컨소시엄에서 반도체를 맡는 곳은?"


def text_of(client: Client, article_id: str) -> str:
    return str(client.get(f"/v1/articles/{article_id}").json()["text"])


def test_hits_are_those_of_the_retriever_and_lie_where_they_say(
    seeds_client: Client, seeds_index: Path
) -> None:
    told = seeds_client.post("/v1/search", json={"question": ASKED, "k": 4}).json()
    hits = Retriever.open(seeds_index).search(ASKED, 4)
    assert [hit["passage_id"] for hit in told["hits"]] == [hit.passage.id for hit in hits]
    assert [hit["rank"] for hit in told["hits"]] == [1, 2, 3, 4] and told["searched_as"] is None
    for hit in told["hits"]:
        assert text_of(seeds_client, hit["article"]["id"])[hit["start"] : hit["end"]] == hit["text"]
    first, last = told["hits"][0]["best_sentence"]
    assert told["hits"][0]["text"][first:last].endswith("다.") and "리벨리온" in told["hits"][0]["text"]


def test_a_correction_is_told_and_can_be_switched_off(seeds_client: Client) -> None:
    wrong = "해인클러스터이름의 유래는?"
    told = seeds_client.post("/v1/search", json={"question": wrong}).json()
    assert told["searched_as"] == "해인 클러스터 이름의 유래는?" and told["question"] == wrong
    assert (
        seeds_client.post("/v1/search", json={"question": wrong, "correct": False}).json()["searched_as"]
        is None
    )


def test_an_answer_is_quoted_to_the_letter(seeds_client: Client) -> None:
    told = seeds_client.ask(ASKED)
    assert not told["abstained"] and "리벨리온" in told["answer"] and told["written"] is None
    assert told["citations"]
    for citation in told["citations"]:
        text = text_of(seeds_client, citation["article"]["id"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert [n for one in told["statements"] for n in one["citations"]] == [
        one["n"] for one in told["citations"]
    ]


def test_what_the_articles_do_not_say_is_no_error(seeds_client: Client) -> None:
    told = seeds_client.ask("김치찌개를 맛있게 끓이는 방법은?")
    assert told["abstained"] and told["citations"] == [] and told["hits"]
    assert told["answer"] == "이 기사들에서는 답을 찾지 못했습니다."


def test_a_follow_up_is_completed_from_what_the_last_answer_gave(seeds_client: Client) -> None:
    first = seeds_client.ask(ASKED)
    second = seeds_client.ask("그 회사가 최근 내놓은 제품은?", after=[first["exchange"]])
    assert "리벨리온" in second["completed_as"] and "아톰" in second["answer"]
    assert seeds_client.ask("그 회사가 최근 내놓은 제품은?")["completed_as"] is None


def test_filters_narrow(seeds_client: Client) -> None:
    asked = {"question": ASKED, "filters": {"until": "2000"}}
    assert seeds_client.post("/v1/search", json=asked).json()["hits"] == []
    dated = seeds_client.post("/v1/search", json={"question": ASKED, "filters": {"since": "2025"}}).json()
    assert dated["hits"] and all(hit["article"]["published"] for hit in dated["hits"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"question": " "}, "질문이 비어 있습니다"),
        ({"question": "?!"}, "질문에 글자가 없습니다"),
        ({"question": "가" * 2001}, "question: 2000자까지입니다"),
        ({}, "question: 빠졌습니다"),
        ({"question": "이름은?", "k": 0}, "k: 1 이상이어야"),
        ({"question": "이름은?", "k": 51}, "k: 50 이하여야"),
        ({"question": "이름은?", "kk": 5}, "kk: 모르는 이름입니다"),
        ({"question": 5}, "question: 형식이 맞지 않습니다"),
        ({"question": "이름은?", "filters": {"since": "어제"}}, "filters.since: 2025-08-31"),
        ({"question": "이름은?", "filters": {"since": "2025-13"}}, "2025-13"),
        ({"question": "이름은?", "filters": {"since": "2025-05", "until": "2025-01"}}, "늦습니다"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(seeds_client: Client, given: dict[str, Any], told: str) -> None:
    response = seeds_client.post("/v1/search", json=given)
    assert response.status_code == 422
    assert told in response.json()["detail"] and "\n" not in response.json()["detail"]
    assert response.json()["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"question": "\\ud800"}', b"null"])
def test_what_is_no_question_is_refused(seeds_client: Client, body: bytes) -> None:
    response = seeds_client.post("/v1/answer", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422), response.text
    assert response.json()["detail"]


def events_of(text: str) -> list[tuple[str, Any]]:
    events = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def test_an_answer_comes_as_events_too(seeds_client: Client) -> None:
    response = seeds_client.post(
        "/v1/answer", json={"question": ASKED}, headers={"Accept": "text/event-stream"}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    (first, answer), (last, _) = events_of(response.text)
    assert (first, last) == ("answer", "done") and answer == seeds_client.ask(ASKED)
    blank = seeds_client.post("/v1/answer", json={"question": ""}, headers={"Accept": "text/event-stream"})
    assert blank.status_code == 422  # before any event


class Scribe:
    """A writer that writes one sentence of the first citation."""

    def over(self, retriever: Retriever) -> Scribe:
        return self

    def stream(self, answer: Answer, stop: Any = None) -> Any:
        yield Draft("리벨")
        yield Draft("리벨리온이 맡는다")
        yield WrittenAnswer(answer, (WrittenSentence("리벨리온이 맡는다.", (1,), True),))


def test_what_a_language_model_writes_comes_beside_the_quotations(seeds_index: Path) -> None:
    application = Application(Library(Retriever.open(seeds_index), Scribe()))  # type: ignore[arg-type]
    with Client(application) as client:
        told = client.ask(ASKED)
        assert told["written"]["text"] == "리벨리온이 맡는다. [1]" and told["citations"]
        assert told["written"]["sources"][0]["n"] == 1
        assert client.ask(ASKED, written=False)["written"] is None
        response = client.post(
            "/v1/answer", json={"question": ASKED}, headers={"Accept": "text/event-stream"}
        )
        names = [name for name, _ in events_of(response.text)]
        assert names == ["answer", "draft", "draft", "written", "done"]
        for _ in range(4):
            assert application.state.writing.acquire(blocking=False)
        assert "다른 답들을 쓰고 있어" in client.ask(ASKED)["written"]["remark"]
    application.end()


def test_a_new_generation_answers(serve: Serve, two_articles: Path) -> None:
    client = serve(two_articles)
    assert client.ask("관박쥐는 몇 마리인가요?")["citations"]
    folder = two_articles.parent / "articles"
    (folder / "cave.md").write_text(CAVE.replace("214마리", "377마리"), encoding="utf-8")
    build_index([folder], two_articles)
    client.application.state.library.changed()
    assert "377마리" in client.ask("관박쥐는 몇 마리인가요?")["answer"]
    assert BRIDGE.split("---")[2].strip()[:10] in text_of(
        client, client.get("/v1/articles").json()["articles"][0]["id"]
    )
