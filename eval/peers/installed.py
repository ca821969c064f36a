"""How much room a system takes when it is installed, with everything that it needs."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement


def installed_mb(names: Iterable[str]) -> float:
    """Megabytes of the files of these distributions and of all that they require here."""
    return sum(_bytes(one) for one in closure(names)) / 2**20


def closure(names: Iterable[str]) -> list[Distribution]:
    """The distributions, and those that they require, without extras that nobody asked for."""
    waiting = [Requirement(name) for name in names]
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        key = (_plain(wanted.name), frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            one = found.setdefault(key[0], distribution(wanted.name))
        except PackageNotFoundError:
            continue  # for another platform
        for line in one.requires or ():
            needed = Requirement(line)
            extras = wanted.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)
    return list(found.values())


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _bytes(one: Distribution) -> int:
    total = 0
    for file in one.files or ():
        path = Path(str(file.locate()))
        if path.is_file() and path.suffix != ".pyc":
            total += path.stat().st_size
    return total
