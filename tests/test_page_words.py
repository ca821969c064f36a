"""The page's two languages say the same things, and fill in the same."""

from __future__ import annotations

import json
import re
import string
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from rag.page import words
from rag.page.words import Words
from rag.page.words.english import ENGLISH
from rag.page.words.korean import KOREAN

NAMES = [field.name for field in fields(Words)]
SCRIPTS = Path(words.__file__).parents[1] / "script"


def told(value: Any) -> list[str]:
    """Every text in a value."""
    if isinstance(value, str):
        return [value]
    return [text for one in (value.values() if isinstance(value, dict) else value) for text in told(one)]


def filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"particle"}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_it_and_fill_in_the_same(name: str) -> None:
    korean, english = getattr(KOREAN, name), getattr(ENGLISH, name)
    assert type(korean) is type(english)
    for one, other in zip(told(korean), told(english), strict=True):
        assert one.strip() and other.strip() and filled_in(one) == filled_in(other)
    if name != "formats":
        assert korean != english


def test_english_is_english_and_korean_korean() -> None:
    hangul = re.compile("[가-힣]")
    assert [name for name in NAMES if any(map(hangul.search, told(getattr(ENGLISH, name))))] == ["other"]
    plain = [name for name in NAMES if not all(map(hangul.search, told(getattr(KOREAN, name))))]
    assert plain == ["language", "other", "formats"]


def test_the_script_says_nothing_else() -> None:
    """Every word the script asks for is there, and it has none of its own."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js"))
    assert set(re.findall(r"\bwords\.(\w+)", code)) <= set(NAMES)
    assert not re.search("[가-힣]", code)
    json.dumps(KOREAN.for_script())


def test_every_word_is_said() -> None:
    page = Path(words.__file__).parents[1]
    sources = [path for path in (*page.glob("*.py"), *SCRIPTS.glob("*.js"))]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [name for name in NAMES if not re.search(rf"\bwords\.{name}\b", code)] == []
