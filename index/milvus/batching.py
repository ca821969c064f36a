"""Cuts what is sent or read into parts of bearable size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` items, the last one shorter."""
    coming = iter(items)
    while batch := list(islice(coming, size)):
        yield batch
