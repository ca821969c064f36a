"""What the tools take, checked and bounded."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.json_schema import SkipJsonSchema

from index.filters import Filters
from rag.questions.question import LONGEST

MOST_HITS = 20
MOST_CHARACTERS = 20_000
"""Of an article at once: some ten thousand tokens of Korean."""
LONGEST_SHOWN = 60
"""Characters of a wrong argument that are repeated."""

WRONG = {
    "missing": "꼭 있어야 합니다",
    "extra_forbidden": "그런 인자는 없습니다",
    "greater_than_equal": "{ge} 이상이어야 합니다",
    "less_than_equal": "{le} 이하여야 합니다",
    "string_too_long": "{max_length}자까지입니다",
    "too_long": "{max_length}개까지입니다",
    "string_type": "글이어야 합니다",
    "bool_type": "참이나 거짓이어야 합니다",
    "bool_parsing": "참이나 거짓이어야 합니다",
    "int_type": "정수여야 합니다",
    "int_parsing": "정수여야 합니다",
    "int_parsing_size": "정수여야 합니다",
    "int_from_float": "정수여야 합니다",
    "finite_number": "정수여야 합니다",
    "list_type": "글의 목록이어야 합니다",
}
"""What to say of an argument, by pydantic's name of what is wrong with it."""


def _several(given: object) -> object:
    """A list, where a model gives one name, or the list as a string of JSON, as some clients pass lists on."""
    if not isinstance(given, str):
        return given
    try:
        decoded = json.loads(given)
    except (ValueError, RecursionError):
        decoded = None
    return decoded if isinstance(decoded, list) else [given]


Names = Annotated[
    list[Annotated[str, Field(max_length=200)]], BeforeValidator(_several), Field(max_length=20)
]
Day = str | SkipJsonSchema[None]
"""``Filters`` says what is wrong with one."""
DAYS = ["2025-08-31", "2025-08", "2025"]


def _undefaulted(schema: dict[str, Any]) -> None:
    """None stands for nothing given, and is no value of the schema's type."""
    del schema["default"]


class Arguments(BaseModel):
    """What any tool takes: nothing but what it knows, for a filter misspelt and ignored would find too much."""

    # a year is given as a number as often as not
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class Asked(Arguments):
    """A question, and the articles that it is asked of."""

    question: str = Field(
        description="앞의 대화 없이도 뜻이 통하는 한국어 질문 (a self-contained question, best in Korean)",
        # its own check says in one line what to do
        json_schema_extra={"minLength": 1, "maxLength": LONGEST},
    )
    k: int = Field(5, ge=1, le=MOST_HITS, description="돌려받을 대목의 수 (number of passages)")
    publisher: Names = Field([], description="이 매체들의 기사에서만. 이름 전체 (publishers, whole names)")
    since: Day = Field(
        None,
        description="이날부터 나온 기사에서만 (published on or after)",
        examples=DAYS,
        json_schema_extra=_undefaulted,
    )
    until: Day = Field(
        None,
        description="이날까지 나온 기사에서만 (published on or before)",
        examples=DAYS,
        json_schema_extra=_undefaulted,
    )
    source: Names = Field(
        [],
        description="파일 경로나 웹 주소의 일부, 또는 *와 ?를 쓴 꼴 (part of the path or address, or a glob)",
    )
    topic: Names = Field([], description="기사가 밝힌 주제 (topics that the article names)")
    article_id: Names = Field([], description="이 기사들에서만 (only within these articles)")
    correct: bool = Field(
        True, description="질문의 오타를 고쳐서 찾음. 잘못 고쳤으면 false (correct typos of the question)"
    )

    @property
    def filters(self) -> Filters:
        """Which articles take part. Raises QuestionError where a day is none."""
        return Filters(self.publisher, self.since, self.until, self.source, self.topic, self.article_id)


class Part(Arguments):
    """A stretch of one article."""

    article_id: str = Field(
        max_length=100, description="찾은 대목이나 인용에 적힌 article_id (as given with a hit or citation)"
    )
    offset: int = Field(0, ge=0, description="몇 번째 글자부터 (first character, from 0)")
    around: Annotated[int, Field(ge=0)] | SkipJsonSchema[None] = Field(
        None,
        description="이 글자가 가운데 오게, 이를테면 인용의 start. offset보다 앞섬 "
        "(centre on this character, e.g. a citation's start; goes before offset)",
        json_schema_extra=_undefaulted,
    )
    length: int = Field(
        4000, ge=1, le=MOST_CHARACTERS, description="많아야 몇 글자 (at most so many characters)"
    )


def without_nulls(given: dict[str, Any] | None) -> dict[str, Any]:
    """The arguments but for those that a model names only to say that it gives none."""
    return {name: value for name, value in (given or {}).items() if value is not None}


def what_is_wrong(error: ValidationError) -> str:
    """One line for the model that gave the arguments."""
    told = []
    for one in error.errors(include_url=False):
        if one["type"] == "none_required":  # the other branch of what may be left out
            continue
        name = str(one["loc"][0]) if one["loc"] else ""
        known = WRONG.get(one["type"])
        text = known.format(**one.get("ctx", {})) if known else one["msg"]
        got = "" if one["type"] == "missing" else f" (받은 값 {_shown(one['input'])})"
        told.append(f"{_shown(name)}: {text}{got}")
    return "인자가 잘못되었습니다. " + "; ".join(dict.fromkeys(told[:5]))


def _shown(value: object) -> str:
    text = " ".join((value if isinstance(value, str) else repr(value)).split())
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
