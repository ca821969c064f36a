"""Writes what FAISS searches to a file, so that a full disk is an error.

``faiss.write_index`` given a path only prints that the last bytes could not be written when it closes the file, and
goes on: a file cut short would pass for the index.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_faiss(engine: Any, path: Path) -> None:
    """Writes an index of FAISS to a new file. Raises OSError where it cannot be written."""
    import faiss

    library: Any = faiss
    failed: list[OSError] = []
    with path.open("wb") as file:

        def write(piece: bytes) -> int:
            try:
                return file.write(piece)
            except OSError as error:
                failed.append(error)
                raise

        try:
            library.write_index(engine, library.PyCallbackIOWriter(write))
        except Exception:
            if failed:
                raise failed[0] from None
            raise
