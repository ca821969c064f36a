"""A user's dictionary: names to keep whole and spellings of the same, read when an index is built and kept in it.

A UTF-8 text file, an entry a line: one spelling is a name, several (with commas between) stand for the same; ``#``
begins a comment.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from index.errors import GeungeoError

LONGEST_SPELLING = 50
"""Characters."""
MOST_ENTRIES = 10_000
MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The entries, each the spellings of its line; without entries, no dictionary at all."""

    entries: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling of every entry, each to be kept whole."""
        return tuple(dict.fromkeys(spelling for entry in self.entries for spelling in entry))

    @property
    def synonyms(self) -> tuple[str, ...]:
        """The entries of several spellings, as lines like those of ``spellings.txt``."""
        return tuple(", ".join(entry) for entry in self.entries if len(entry) > 1)

    def as_text(self) -> str:
        """The entries as a file."""
        return "".join(", ".join(entry) + "\n" for entry in self.entries)

    def digest(self) -> str:
        """Tells dictionaries apart."""
        return hashlib.sha256(self.as_text().encode()).hexdigest()[:16]


def read_dictionary(path: Path) -> Dictionary:
    """The dictionary in a file; an empty file is one without entries.

    Raises:
        GeungeoError: the file cannot be read, is no UTF-8 text, or a line is no entry.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise GeungeoError(
                f"{path}: 사용자 사전이 너무 큽니다. {MOST_BYTES // 1024 // 1024}MB 안으로 줄여 주세요."
            )
        lines = data.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise GeungeoError(f"{path}: 사용자 사전을 읽을 수 없습니다 ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        raise GeungeoError(f"{path}:{at}: UTF-8이 아닙니다. 사용자 사전을 UTF-8로 저장하세요.") from None
    entries: dict[tuple[str, ...], None] = {}
    for number, line in enumerate(lines, start=1):
        content = line.split("#")[0].strip()
        if content:
            entries[_entry(content, f"{path}:{number}")] = None
    if len(entries) > MOST_ENTRIES:
        raise GeungeoError(f"{path}: 항목이 {len(entries):,}개입니다. {MOST_ENTRIES:,}개 안으로 줄여 주세요.")
    return Dictionary(tuple(entries))


def _entry(content: str, place: str) -> tuple[str, ...]:
    spellings = tuple(dict.fromkeys(" ".join(part.split()) for part in content.split(",")))
    for spelling in spellings:
        if not any(character.isalnum() for character in spelling):
            raise GeungeoError(
                f"{place}: 이름이 없습니다. 한 줄에 '이름' 또는 '이름, 같은 이름'으로 적으세요."
            )
        if len(spelling) > LONGEST_SPELLING:
            raise GeungeoError(f"{place}: 이름이 너무 깁니다 ({len(spelling)}자, {LONGEST_SPELLING}자까지).")
        if not spelling.isprintable():
            raise GeungeoError(
                f"{place}: 글자가 아닌 것이 들어 있습니다. 사용자 사전은 글 파일이어야 합니다."
            )
    return spellings
