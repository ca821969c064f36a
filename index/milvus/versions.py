"""Versions of an index in Milvus: each its own collections, an alias says which one serves.

A new version is built beside the old one and the alias switched when it is complete. Readers resolve the alias when
they open the index and keep that version, whose collections stay until the switch after the next.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from index.dictionary import Dictionary
from index.errors import GeungeoError, IndexFormatError, IndexNotFoundError
from index.milvus.address import Address, read_address
from index.milvus.connection import Connection, MissingError
from index.milvus.forms import joined, pieces
from index.milvus.schema import KINDS, Collections

FORMAT = 2
ABANDONED = timedelta(days=7)
"""A version that was never completed and is as old as this has been left by a machine that broke off."""
STRONG = {"consistency_level": "Strong"}


@dataclass(frozen=True, slots=True)
class About:
    """What a version was made with, and what it was pinned to, so that many machines may add to it on their own."""

    created: str
    analyzer: dict[str, Any]
    """Versions and options of Kiwi, and the dictionary's digest: terms of another may differ."""
    dictionary: list[list[str]]
    """The entries of the user's dictionary."""
    encoder: dict[str, Any]
    """``model``, ``fingerprint`` and ``dimensions``."""
    words: float
    """The mean number of terms in a passage, of BM25's formula."""
    characters: float
    """The mean number of pairs of characters in a passage."""
    mean: list[float]
    """Its product with a question's vector is the collection's mean of dense scores, shape [dimensions]."""
    format: int = FORMAT

    @property
    def entries(self) -> Dictionary:
        """The user's dictionary."""
        return Dictionary(tuple(tuple(entry) for entry in self.dictionary))


def new_version(name: str) -> Collections:
    """Names for a version's collections; later versions sort after earlier ones."""
    return Collections(name, f"v{datetime.now(UTC):%Y%m%d%H%M%S%f}{secrets.token_hex(2)}")


def serving(connection: Connection) -> Collections | None:
    """The version that serves, None where there is no index of that name."""
    name = connection.address.name
    try:
        found = connection.read("describe_alias", name)["collection_name"]
    except MissingError:
        return None
    version = _version(name, found)
    if version is None:
        raise GeungeoError(
            f"{connection.address}: 근거가 만든 색인이 아닙니다. '#다른이름'을 붙여 다른 이름을 쓰세요."
        )
    return Collections(name, version)


def connected(place: str) -> tuple[Connection, Collections, About]:
    """A connection to the server at ``milvus:URI``, and the index there, as ``opened``; creates no file."""
    address = read_address(place)
    if address.local and not Path(address.uri).exists():
        raise _no_index(address)
    connection = Connection.open(address)
    return connection, *opened(connection)


def opened(connection: Connection) -> tuple[Collections, About]:
    """The version that serves, loaded, and what it was made with.

    Raises:
        IndexNotFoundError: there is no index of that name.
        IndexFormatError: it is incomplete, or of another version of this program.
    """
    collections = serving(connection)
    if collections is None:
        raise _no_index(connection.address)
    for collection in collections:
        connection.write("load_collection", collection)  # which waits until it is
    return collections, read_about(connection, collections)


def _no_index(address: Address) -> IndexNotFoundError:
    return IndexNotFoundError(
        f"{address}: 색인이 없습니다. 'geungeo index 폴더 --store {address}'로 먼저 만드세요."
    )


def read_about(connection: Connection, collections: Collections) -> About:
    """What a version was made with. Raises IndexFormatError where it is incomplete or of another format."""
    again = "주소 뒤에 '#다른이름'을 붙여 새로 만드세요."
    rows = connection.rows(collections.about, "key == 0", ["payload"], **STRONG)
    try:
        fields = joined(rows[0]["payload"])
    except (IndexError, ValueError):
        raise IndexFormatError(f"{connection.address}: 색인이 온전하지 않습니다. {again}") from None
    if fields.get("format") != FORMAT:
        raise IndexFormatError(
            f"{connection.address}: 다른 버전의 색인입니다 (형식 {fields.get('format')}, 이 프로그램은 {FORMAT}). {again}"
        )
    return About(**fields)


def write_about(connection: Connection, collections: Collections, about: About) -> None:
    """Records what a version was made with, which completes it."""
    row = {"key": 0, "payload": pieces(asdict(about)), "nothing": [0.0, 0.0]}
    connection.write("upsert", collections.about, [row])


def publish(connection: Connection, new: Collections, instead_of: Collections | None) -> bool:
    """Makes a version the one that serves; False, and nothing changed, where another machine was first.

    Args:
        connection: to the server.
        new: complete.
        instead_of: what served when the new one was begun.
    """
    now = serving(connection)
    if now != instead_of:
        return now == new
    try:
        method = "alter_alias" if instead_of else "create_alias"
        connection.write(method, new.passages, new.name)
    except GeungeoError:
        if serving(connection) == new:  # an attempt whose answer was lost had succeeded
            return True
        if instead_of is None and serving(connection) is not None:
            return False
        discard(connection, new)
        raise
    if instead_of:
        for version in _versions(connection):
            older = Collections(new.name, version)
            if version < min(new.version, instead_of.version) and _is_over(connection, older):
                discard(connection, older)
    return True


def _is_over(connection: Connection, collections: Collections) -> bool:
    """Whether nobody is still at work on a version: it is complete, or was begun long ago."""
    begun = datetime.strptime(collections.version[1:15], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if datetime.now(UTC) - begun > ABANDONED:
        return True
    try:
        return bool(connection.rows(collections.about, "key == 0", ["key"]))
    except GeungeoError:
        return False


def drop(connection: Connection, collections: Collections) -> None:
    """Drops a version's collections; those that are not there are no error."""
    for collection in collections:
        with suppress(MissingError):
            connection.write("drop_collection", collection)


def discard(connection: Connection, collections: Collections) -> None:
    """Drops what was made in vain; that this fails, too, is no news."""
    with suppress(GeungeoError):
        drop(connection, collections)


def _versions(connection: Connection) -> list[str]:
    """Every version of the index that has a collection."""
    name = connection.address.name
    found = (_version(name, collection) for collection in connection.read("list_collections"))
    return sorted({version for version in found if version})


def _version(name: str, collection: str) -> str | None:
    match = re.fullmatch(rf"{re.escape(name)}_(v\d{{20}}[0-9a-f]{{4}})_(?:{'|'.join(KINDS)})", collection)
    return match[1] if match else None
