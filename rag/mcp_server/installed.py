"""Says what to install where the protocol's package is missing."""

from __future__ import annotations

from index.errors import GeungeoError

MISSING = "MCP 서버를 띄우는 데 필요한 패키지가 없습니다: pip install 'geungeo[mcp]'"


def require_mcp() -> None:
    """To be called before ``rag.mcp_server.server`` or ``.http`` is imported.

    Raises:
        GeungeoError: the package ``mcp`` is not there, or is another version than the extra asks for.
    """
    try:
        import mcp.server  # noqa: F401
        import mcp_types  # noqa: F401 - version 1 has none
    except ImportError:
        raise GeungeoError(MISSING) from None
