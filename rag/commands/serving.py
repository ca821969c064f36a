"""The commands that serve an index: ``chat``, ``serve`` and ``mcp``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rag.commands.places import open_retriever

if TYPE_CHECKING:
    from rag.server.access import Access
    from rag.server.running import Door, Server


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
    running.serve(server, open_browser=False, tell=running.log.info)
    return 0


def mcp(options: argparse.Namespace) -> int:
    """Serves the tools of the Model Context Protocol, over stdin and stdout or over HTTP."""
    if not options.http:
        from rag.mcp_server.stdio import serve_stdio

        serve_stdio(lambda: open_retriever(options))
        return 0
    from rag.mcp_server.installed import require_mcp

    require_mcp()
    access = _access(options)
    from rag.server import running
    from rag.server.logs import log_as_json

    server = running.Server(open_retriever(options), _door(options, access), only_mcp=True)
    log_as_json()
    running.serve(server, open_browser=False, tell=running.log.info)
    return 0


def _server(options: argparse.Namespace) -> Server:
    access = _access(options)
    from rag.server.running import Server
    from rag.uploads import Uploads

    retriever = open_retriever(options)
    model = retriever.index.encoder.card.model
    uploads = Uploads(model=model) if options.uploads == "private" else options.uploads == "shared" or None
    return Server(retriever, _door(options, access), uploads)


def _access(options: argparse.Namespace) -> Access:
    """Who may come in. Refuses an open door to other machines before anything heavy is loaded."""
    from rag.server.access import Access, read_tokens, refuse_open_door
    from rag.server.accounts import Accounts

    accounts = None
    if options.auth is not None:
        accounts = Accounts(None if options.auth == Path() else options.auth)
    access = Access(accounts, read_tokens(options.token_file))
    refuse_open_door(options.host, access, insecure=options.insecure)
    return access


def _door(options: argparse.Namespace, access: Access) -> Door:
    from rag.server.running import Door

    return Door(options.host, options.port, access, options.insecure, tuple(options.allowed_host))
