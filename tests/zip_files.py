"""Makes zips for tests, also such as no honest program writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def packed(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files, by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(
                zipfile.ZipInfo(name), content, method
            )  # of no day: the same files are the same bytes
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(data: bytes, **changed: str | bytes) -> bytes:
    """A zip with some of its files, told by the end of their names (``document_xml``), put in place of others."""
    members: dict[str, str | bytes] = dict(unpacked(data))
    for key, content in changed.items():
        name = key.replace("_", ".")
        members[next((held for held in members if held.endswith(name)), name)] = content
    return packed(members)
