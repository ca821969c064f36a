"""Names that a package offers, each imported from its module when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def lazily(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """A package's ``__getattr__``: a question need not load what builds an index.

    Args:
        package: its ``__name__``.
        modules: the module that each name comes from.
    """

    def named(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return named
