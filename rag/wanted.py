"""What kind of answer a question wants (a date, an amount in some unit, a reason), and whether a text holds one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

DATE_ASKED = re.compile(
    r"언제|며칠|몇\s?일(?!간)|몇\s?월|몇\s?시(?!간)|몇\s?년(?!간)|어느\s?해|시기는|날짜|연도|시점은|일정은"
)
AMOUNT_ASKED = re.compile(r"얼마|몇|규모는|비율은|크기는|개수|갯수|숫자는|액수|금액")
REASON_ASKED = re.compile(r"왜|이유|때문|원인|까닭|배경")
UNIT_ASKED = re.compile(r"몇\s?(%|[가-힣]{1,3}?)(?=[은는이가을를의로에]|까지|인가|였|입|정도|\s|\?|$)")

UNITS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"얼마(?!나)|금액|예산|액수|가격|비용|매출|상금|돈"), ("원", "달러", "유로", "엔", "파운드")),
    (re.compile(r"비율|퍼센트|점유율|확률|몇\s?(%|프로)"), ("%", "퍼센트")),
    (
        re.compile(r"얼마나\s?(걸|오래|이어|지속)|기간|동안"),
        ("년", "개월", "달", "일", "시간", "분", "주"),
    ),
    (re.compile(r"파라미터|매개변수|크기|규모"), ("B", "b", "억", "조", "개", "급")),
    (re.compile(r"몇\s?(살|세)|나이"), ("세", "살")),
    (re.compile(r"인원|몇\s?사람|참여자|가입자|사망자|인구|정원"), ("명", "만")),
    (
        re.compile(r"길이|거리|높이|고도|얼마나\s?(먼|멀|높|긴|길)"),
        ("km", "㎞", "m", "미터", "킬로미터", "cm", "㎝"),
    ),
    (re.compile(r"무게|중량|얼마나\s?무"), ("kg", "㎏", "톤", "t", "g", "그램", "킬로그램")),
    (re.compile(r"면적|넓이|얼마나\s?넓"), ("㎡", "㎢", "km²", "평", "헥타르", "제곱")),
    (re.compile(r"속도|얼마나\s?빠"), ("km", "㎞", "초", "배")),
)
"""What a question names, and the units its answer is counted in."""

DATE = re.compile(
    r"\d{1,4}\s?(?:년|월|일|시|세기)|작년|지난해|올해|내년|금년|상반기|하반기|분기|연말|연초|지난달|이달|다음\s?달|오늘|어제|내일"
)
AMOUNT = re.compile(
    r"\d[\d,.]*\s?[^\s\d]{0,3}|[두세네한열]\s?(?:배|명|개|번|차례|곳|가지|대|팀)|수[십백천만]"
)
NUMBER = r"(?:\d[\d,.]*\s?[조억만천백]?|[두세네한열]|다섯|여섯|일곱|여덟|아홉|수[십백천만])\s?"
REASON = re.compile(
    r"때문|위해|위한|따라|이유|원인|까닭|덕분|탓|인해|므로|어서|아서|하여|해서|말미암|계기|라며"
)
FIGURE = re.compile(r"\d[\d.,]*\d|\d")


@dataclass(frozen=True)
class Wanted:
    """What one question wants. A span of its own text answers nothing: it is not counted."""

    question: str

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The figures that the question names."""
        return tuple(dict.fromkeys(FIGURE.findall(self.question)))

    @cached_property
    def date(self) -> bool:
        """It asks when."""
        return bool(DATE_ASKED.search(self.question))

    @cached_property
    def amount(self) -> bool:
        """It asks how much or how many."""
        return not self.date and bool(AMOUNT_ASKED.search(self.question))

    @cached_property
    def reason(self) -> bool:
        """It asks why."""
        return bool(REASON_ASKED.search(self.question))

    @cached_property
    def unit(self) -> re.Pattern[str] | None:
        """A number in one of the units that the answer is counted in, where the question tells."""
        found = UNIT_ASKED.search(self.question)
        units = [found[1]] if found else []
        for asked, counted in UNITS:
            if asked.search(self.question):
                units += counted
        return re.compile(NUMBER + "(?:" + "|".join(map(re.escape, units)) + ")") if units else None

    def has_date(self, text: str) -> bool:
        """It asks when, and the text holds a date or a time."""
        return self.date and self._fresh(DATE, text)

    def has_amount(self, text: str) -> bool:
        """It asks how much or many, and the text holds a number that is none of the question's."""
        return self.amount and any(
            not any(figure in found for figure in self.figures) for found in AMOUNT.findall(text)
        )

    def has_unit(self, text: str) -> bool:
        """The text holds a number in a unit that is asked for."""
        return self.unit is not None and self._fresh(self.unit, text)

    def has_reason(self, text: str) -> bool:
        """It asks why, and the text says because."""
        return self.reason and bool(REASON.search(text))

    def _fresh(self, pattern: re.Pattern[str], text: str) -> bool:
        return any(found[0] not in self.question for found in pattern.finditer(text))
