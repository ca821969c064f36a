"""The commands that serve an index: ``chat`` and ``serve``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rag.commands.places import open_retriever

if TYPE_CHECKING:
    from rag.server.running import Server


def chat(options: argparse.Namespace) -> int:
    """Opens the chat page in a browser, and serves it."""
    from rag.server import running

    running.serve(_server(options), open_browser=not options.no_browser)
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serves the REST API and the chat page, and writes its log as lines of JSON."""
    from rag.server import running
    from rag.server.logs import log_as_json

    server = _server(options)
    log_as_json()
    running.serve(server, open_browser=False)
    return 0


def _server(options: argparse.Namespace) -> Server:
    from rag.server.access import Access, read_tokens, refuse_open_door
    from rag.server.accounts import Accounts

    accounts = (
        Accounts(None if options.auth == Path() else options.auth) if options.auth is not None else None
    )
    access = Access(accounts, read_tokens(options.token_file))
    refuse_open_door(options.host, access, insecure=options.insecure)  # before anything heavy is loaded

    from rag.server.running import Door, Server
    from rag.uploads import Uploads

    retriever = open_retriever(options)
    model = retriever.index.encoder.card.model
    uploads = Uploads(model=model) if options.uploads == "private" else options.uploads == "shared" or None
    door = Door(options.host, options.port, access, options.insecure, tuple(options.allowed_host))
    return Server(retriever, door, uploads)
