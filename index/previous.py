"""What an index holds before a build, and what of it stays."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from index.archives import is_in_archive
from index.articles import Article
from index.dictionary import Dictionary
from index.errors import IndexFormatError
from index.finding import source_of
from index.generations import current_generation, is_index, stored_dictionary
from index.model_cache import DEFAULT_MODEL
from index.store import Store
from index.stored import StoredArticle


class Previous:
    """The generation that serves while a new one is made; empty where there is none."""

    def __init__(self, index_dir: Path) -> None:
        """Raises IndexFormatError where there is a generation that cannot be read."""
        self.folder: Path | None = None
        self.model = DEFAULT_MODEL
        self.fingerprint = ""
        self.dictionary = Dictionary()
        self.analyzer: dict[str, object] = {}
        self.sample = False
        self.numbers: dict[str, int] = {}
        """Of each article's id its number."""
        self.sources: dict[str, tuple[str, ...]] = {}
        """Of each article's id the sources that have its content, the one cited first."""
        self.counts = {"articles": 0, "passages": 0, "windows": 0}
        if not is_index(index_dir):
            return
        self.folder, manifest = current_generation(index_dir)
        self.model = manifest.encoder["model"]
        self.fingerprint = manifest.encoder["fingerprint"]
        self.analyzer = manifest.analyzer
        self.dictionary = stored_dictionary(self.folder)
        self.sample = manifest.sample
        self.counts = manifest.counts
        try:
            self._store = Store(self.database)
            for number, article_id, sources in self._store.sources():
                self.numbers[article_id], self.sources[article_id] = number, sources
        except sqlite3.Error as error:
            raise IndexFormatError(
                f"{self.database}: 읽을 수 없습니다 ({error}). 색인 폴더를 지우고 다시 만드세요."
            ) from None
        self.ids = {source: article_id for article_id, sources in self.sources.items() for source in sources}

    ids: Mapping[str, str] = {}
    """Of each source the id of the article it had."""

    @property
    def database(self) -> Path:
        """Where its articles are; only where there is a generation."""
        assert self.folder is not None
        return self.folder / "articles.sqlite"

    def holds(self, fingerprint: str, analyzer: dict[str, object]) -> bool:
        """Whether its vectors and terms are those of this encoder and analyzer."""
        return (self.fingerprint, self.analyzer) == (fingerprint, analyzer)

    def stored(self, article_id: str) -> StoredArticle:
        """An article of this generation with its passages."""
        return self._store.stored([self.numbers[article_id]])[0]

    def article(self, article_id: str) -> Article | None:
        """An article of this generation, or None."""
        return self._store.article(article_id) if article_id in self.numbers else None

    @property
    def text_bytes(self) -> int:
        """How long the texts of its articles are together; reads them all."""
        return self._store.text_bytes() if self.folder is not None else 0

    def close(self) -> None:
        """Lets go of the files."""
        if self.folder is not None:
            self._store.close()


def remaining_sources(
    held: Sequence[str], given: Collection[str], other: Collection[str], vanished: Collection[str]
) -> list[str]:
    """The sources that an article keeps beside those that gave it in this build.

    Args:
        held: the sources it had.
        given: those of them that were read in this build and still have its content.
        other: those that were read and have another content now.
        vanished: those known to be gone.
    """
    read = {*given, *other}
    left = [source for source in held if source not in read and source not in vanished]
    if (
        left and read
    ):  # a file that was renamed has left its old name behind; one of two names may lead to the other
        same = {os.path.realpath(source) for source in read if os.path.isabs(source)}
        left = [source for source in left if not is_gone(source) and os.path.realpath(source) not in same]
    return left


def is_gone(source: str) -> bool:
    """Whether a file, or one in a zip, is known to be no longer there; what cannot be looked at, or is no path, is not."""
    if not os.path.isabs(source) or (
        "\\" in source and os.sep != "\\"
    ):  # with escapes it is not the file's name
        return False
    try:
        os.lstat(source)
    except FileNotFoundError:
        return True
    except NotADirectoryError:  # it lay in a zip
        return not is_in_archive(source)
    except (OSError, ValueError):
        return False
    return False


def vanished_sources(sources: Collection[str], paths: Sequence[Path], read: Collection[str]) -> set[str]:
    """The sources that lie under ``paths`` and are no longer there; ``read`` names those that were just found."""
    roots = {source_of(path) for path in paths}
    return {
        source for source in sources if source not in read and _lies_under(source, roots) and is_gone(source)
    }


def _lies_under(source: str, roots: Collection[str]) -> bool:
    above = source
    while above not in roots:
        above, below = os.path.dirname(above), above
        if above == below:
            return False
    return True
