"""The security headers of what the server sends, and the content policy that the page works under."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For what is no page."""
_DOCS = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LOGIN = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGE = (
    # Gradio makes functions of text (its own, and the page's script); no text of an article is ever among it, and
    # neither a script nor a handler that stands in markup runs without the nonce, or being one of ours.
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'{hashes} 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; manifest-src 'self'; base-uri 'self'; form-action 'self'; object-src 'none'; "
    "frame-ancestors 'none'"
)
_UNKEPT = ("/v1/", "/metrics", "/gradio_api/", "/login", "/mcp")
"""What no cache is to keep."""


def headers_for(path: str, nonce: str, scripts: Collection[str] = ()) -> dict[str, str]:
    """The headers of what is sent from a path.

    Args:
        path: what was asked for.
        nonce: that of this one response's scripts.
        scripts: the text of inline scripts that are let run without it.
    """
    if path in ("/", "/en", "/en/"):
        policy = _PAGE.format(nonce=nonce, hashes="".join(f" 'sha256-{_hash(script)}'" for script in scripts))
    elif path.startswith("/docs"):
        policy = _DOCS.format(nonce=nonce)
    elif path == "/login":
        policy = _LOGIN
    else:
        policy = _NOTHING
    kept = {"Cache-Control": "no-store"} if path.startswith(_UNKEPT) or path in ("/", "/en", "/en/") else {}
    return _ALWAYS | {"Content-Security-Policy": policy} | kept


def with_nonce(page: bytes, nonce: str) -> bytes:
    """A page of our own server with the nonce in each of its script elements.

    Nothing in it but Gradio's template and ours opens one: all values in it are written with ``<`` escaped.
    """
    return re.sub(rb"<script(?=[\s>])", b'<script nonce="' + nonce.encode() + b'"', page)


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
