"""Limits, times and figures on the pages are those of the code and of the pages that tell how they were measured."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

import pytest
from doc_pages import DOCS, PAGES, README, Page

from index import dictionary, passages
from rag import Retriever, uploads
from rag.incoming import MOST_ARTICLES
from rag.page.address import FIRST_PORT
from rag.questions.question import LONGEST
from rag.server import access, accounts, articles, guard, jobs, questions, schemas, state
from rag.server.accounts import Accounts
from rag.server.running import Door, Server

MB = 1024**2
CLAIMS = {
    "rest.md": [
        f"up to {LONGEST:,} characters",
        f"1 to {schemas.MOST_HITS} (5)",
        f"(oldest first, up to {schemas.MOST_BEFORE})",
        f"{questions.PING:.0f} s of silence a line",
        f"`limit` up to {articles.MOST_LISTED:,} (50)",
        f"longer than {articles.WAIT:.0f} s is answered with status 202",
        f"after {access.SESSION / 3600:.0f} hours without a request",
        f"for {guard.PATIENCE:.0f} s nothing more of the body came",
        f"{state.WAITING} more wait, for {state.SECONDS:.0f} s at most",
        f"writes at a time | {state.WRITTEN_AT_ONCE};",
        f"{guard.BODY // MB} MB; adding articles {guard.ARTICLES_BODY // MB} MB, {articles.MOST_FILES} files",
        f"{jobs.MOST_WORKING}, one after another; the last {jobs.MOST_KEPT} jobs",
        f"| {schemas.MOST_VALUES} of a kind |",
        f"let bodies of {guard.ARTICLES_BODY // MB} MB pass",
    ],
    "security.md": [
        f"(N 2¹⁵, r {accounts.BLOCK}, p {accounts.PARALLEL},",
        f"{accounts.COST * accounts.BLOCK * 128 // MB} MB a guess",
        f"{access.SHORTEST_TOKEN} characters or more",
        f"end after {access.SESSION / 3600:.0f} hours",
        f"deleted after {uploads.KEPT / uploads.DAY:.0f} days without use",
        f"for {guard.PATIENCE:.0f} s nothing more came",
        f"({state.WAITING} questions wait)",
    ],
    "concepts.md": [
        f"below {passages.SHORT} characters joins its neighbour, one above {passages.LONG:,} is split",
        f"of up to {passages.WINDOW} characters",
    ],
    "command-line.md": [f"the first free one from {FIRST_PORT} on"],
    "tuning.md": [
        f"up to {dictionary.LONGEST_SPELLING} characters",
        f"up to {dictionary.MOST_ENTRIES:,} lines",
    ],
    "troubleshooting.md": [
        f"above {LONGEST:,} characters",
        f"one of {accounts.SHORTEST} to {accounts.LONGEST} characters",
        f"{MOST_ARTICLES:,} articles or 20 MB of text",
        f"{uploads.MOST:,} visitors",
    ],
}
SHARE = re.compile(r"(?<![\d.\w])0?(\.\d{2,3})(?![\d.])")
NUMBER = re.compile(r"(?<![\d.,])\d[\d.,]*(?<![.,])")
COST = re.compile(rf"({NUMBER.pattern}) (?:ms|MB|s)\b")


@pytest.mark.parametrize("name", CLAIMS)
def test_limits_on_a_page_are_those_of_the_code(name: str) -> None:
    text = " ".join(Page(DOCS / name).text.split())
    assert [claim for claim in CLAIMS[name] if claim not in text] == []
    assert (accounts.COST, access.GUESSES, access.WINDOW) == (2**15, 10, 60.0)  # written in words


@pytest.mark.parametrize("page", [Page(README), Page(DOCS / "tuning.md")], ids=lambda page: page.name)
def test_figures_stand_on_the_page_that_tells_how_they_were_measured(page: Page) -> None:
    neither_measures = (README, DOCS / "tuning.md")
    told = " ".join(other.text for other in PAGES if other.path not in neither_measures)
    shares = set(SHARE.findall(page.text))
    assert shares and shares <= set(SHARE.findall(told))
    if page.path != README:
        costs = set(COST.findall(page.text))
        assert costs and costs <= set(NUMBER.findall(told))


@pytest.mark.parametrize(("trusted", "secure"), [("127.0.0.1", True), ("192.0.2.1", False)])
def test_a_proxy_is_believed_where_the_page_says(
    trusted: str, secure: bool, seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``docs/rest.md``: what the proxy says of TLS decides where the session's cookie travels, and its host is let in by name."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    users = Accounts(tmp_path / "users")
    users.set("mina", "seven wide rivers")
    door = Door(port=0, access=access.Access(users), names=("news.example",))
    server = Server(Retriever.open(seeds_index), door).start()
    try:
        connection = HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
        form = urllib.parse.urlencode({"name": "mina", "password": "seven wide rivers"})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Host": "news.example",
            "Origin": "https://news.example",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "198.51.100.7",
        }
        connection.request("POST", "/login", form, headers)
        response = connection.getresponse()
        cookies = response.headers.get_all("set-cookie") or []
        assert response.status == 303 and len(cookies) == 2
        assert all(("Secure" in cookie) == secure for cookie in cookies)
        connection.close()
    finally:
        server.close()
