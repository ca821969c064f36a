"""The collections of one version of an index, and the fields of each.

``passages`` hold what is searched by words, ``windows`` what is searched by meaning, ``articles`` what is listed and
filtered by source, ``terms`` every term there is, ``about`` what the version was made with. Each is keyed by content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.milvus.connection import Connection

TEXT_BYTES = 65_535
"""The longest VARCHAR Milvus keeps."""
MOST_ELEMENTS = 4096
"""The longest ARRAY Milvus keeps."""
CONSISTENCY = "Bounded"
"""A search sees what was written some seconds ago: with ``Strong`` each of a question's calls would
wait until the server knows the last write of every machine. Whoever indexes asks for ``Strong``."""
HNSW = {"M": 24, "efConstruction": 240}
IN_LITE = {"HNSW": "FLAT"}
"""Indexes that milvus-lite gets instead of others: what it holds is small enough to be searched exactly."""

KINDS = ("articles", "passages", "windows", "terms", "about")


@dataclass(frozen=True, slots=True)
class Collections:
    """The names of one version's collections."""

    name: str
    """Of the index."""
    version: str

    def __getattr__(self, kind: str) -> str:
        if kind not in KINDS:
            raise AttributeError(kind)
        return f"{self.name}_{self.version}_{kind}"

    def __iter__(self) -> Iterator[str]:
        return (getattr(self, kind) for kind in KINDS)


def create(connection: Connection, collections: Collections, dimensions: int) -> None:
    """Creates the collections of a version, for vectors of so many dimensions, and loads them."""
    lite = connection.is_lite
    for kind, fields in _schemas(dimensions).items():
        name = getattr(collections, kind)
        connection.write("create_collection", name, schema=_schema(fields), consistency_level=CONSISTENCY)
        # there is nothing to index yet, and nothing to wait for
        connection.write("create_index", name, _indexes(fields, lite), sync=False)
        connection.write("load_collection", name)


Field = dict[str, Any]


def _schemas(dimensions: int) -> dict[str, dict[str, Field]]:
    """For each kind its fields, the key first; ``index`` names the index a field has."""
    number = {"type": "INT64"}
    indexed = number | {"index": "INVERTED"}
    numbers = {"type": "ARRAY", "element": "INT64", "index": "INVERTED"}
    text = {"type": "VARCHAR", "max_length": TEXT_BYTES}
    texts = {"type": "ARRAY", "element": "VARCHAR", "max_length": TEXT_BYTES}
    # Milvus takes no collection without a vector
    none = {"type": "FLOAT_VECTOR", "dim": 2, "index": "FLAT"}
    sparse = {"type": "SPARSE_FLOAT_VECTOR", "index": "SPARSE_INVERTED_INDEX"}
    facts = {"article": indexed, "day": indexed, "publisher": indexed, "topics": numbers}
    vector = {"type": "FLOAT_VECTOR", "dim": dimensions, "index": "HNSW"}
    return {
        "articles": {
            "article": number, "origin": indexed, "digest": number, "passages": number,
            "day": indexed, "publisher": indexed, "topics": numbers, "publisher_name": text, "topic_names": texts,
            "source": text, "url": text, "listed": text, "payload": texts, "latest": none,
        },
        "passages": {
            "passage": number, **facts, "terms": numbers, "pairs": numbers, "payload": texts,
            "words": sparse, "characters": sparse,
        },
        "windows": {
            "window": number, "passage": indexed, **facts, "ordinal": number,
            "text": number, "vector": vector,
        },
        "terms": {"term": number, "nothing": none},
        "about": {"key": number, "payload": texts, "nothing": none},
    }  # fmt: skip


def _schema(fields: dict[str, Field]) -> Any:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    for position, (name, field) in enumerate(fields.items()):
        options: Field = {key: field[key] for key in ("dim", "max_length") if key in field}
        if "element" in field:
            options |= {"element_type": DataType[field["element"]], "max_capacity": MOST_ELEMENTS}
        schema.add_field(name, DataType[field["type"]], is_primary=not position, **options)
    return schema


def _indexes(fields: dict[str, Field], lite: bool) -> Any:
    """The indexes of the fields. In milvus-lite no array can have one, and vectors are searched exactly."""
    from pymilvus import MilvusClient

    indexes = MilvusClient.prepare_index_params()
    for name, field in fields.items():
        kind: str = field.get("index", "")
        if lite:
            kind = IN_LITE.get(kind, kind)
        if kind == "INVERTED":
            if not (lite and field["type"] == "ARRAY"):
                indexes.add_index(name, index_type=kind)
        elif kind:
            params = HNSW if kind == "HNSW" else {}
            indexes.add_index(name, index_type=kind, metric_type="IP", params=params)
    return indexes
