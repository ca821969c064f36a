"""What kind of answer a question wants (a person, a date, an amount in some unit, …), and whether a text holds one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rag.questions.quantities import UNITS as COUNTERS
from rag.questions.quantities import names_of

DATE_ASKED = re.compile(
    r"언제|며칠|몇\s?일(?!간)|몇\s?월|몇\s?시(?!간)|몇\s?년(?!간)|어느\s?해|시기는|날짜|연도|시점은|일정은"
)
AMOUNT_ASKED = re.compile(r"얼마|몇|규모는|비율은|크기는|개수|갯수|숫자는|액수|금액")
REASON_ASKED = re.compile(r"왜|이유|때문|원인|까닭|배경")
_END = r"[은는이가]?\s?(?:[?？].*)?$"
"""What follows the noun that a short question ends in: "합격선은?", "1단계 팀당 지원금"."""
DATE_NAMED = re.compile(
    r"(?:시기|시점|시각|일자|(?:마감|발표|공개|출시|선고|판결|개통|개장|완공|시행|개막|창립|설립|생)일)"
    + _END
)
AMOUNT_NAMED = re.compile(
    r"(?:[원금]금|[가-힣]비|비용|[상봉수]금|지원금|금액|가격|요금|매출|예산|길이|높이|넓이|면적|무게|지름|너비|깊이|정원|점수|[격저]선"
    r"|(?<![가선교])수|비중|비율|점유율|[가-힣]률|확률|온도|속도|기간|용량|인구)" + _END
)
PERSON_NAMED = re.compile(
    r"(?:대표|사장|회장|위원장|[원의단처팀랩]장|센터장|본부장|총재|총리|장관|대통령|감독|작가|저자|작사가|작곡가|가수|배우|선수|교수|연구원"
    r"|책임자|담당자|주인공|임금|[창설]립자|창업자|인물|사람)" + _END
)
PERSON_ASKED = re.compile(r"누구|누가|누굴|누군|(?:사람|인물|이름|성함)[은이]|이름\s?[은이]?\s?[?？]?$")
LIST_ASKED = re.compile(
    r"모두|전부|무엇무엇|어디어디|누구누구|나열|명단|목록|(?:[두세네]|다섯|여섯|[2-9])\s?(?:가지|곳|개|명|팀)|항목|구성|종류|참여(?:한|하는|하고\s?있는)?\s?(?:기업|기관|업체|회사|사(?![가-힣]))"
    r"|어떤\s?[가-힣]*들|[가-힣]{2,}들[은을이]?\s?(?:\?|$|어디|누구|무엇|뭐|알려|말해)"
)
UNIT_ASKED = re.compile(
    rf"몇\s?({'|'.join(map(re.escape, sorted(COUNTERS, key=len, reverse=True)))}|[A-Za-z]+|[가-힣]{{1,3}}?)(?=[은는이가을를의로에]|까지|인가|였|입|정도|\s|\?|$)"
)

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
        return bool(DATE_ASKED.search(self.question) or DATE_NAMED.search(self.question))

    @cached_property
    def amount(self) -> bool:
        """It asks how much or how many."""
        return not self.date and bool(
            AMOUNT_ASKED.search(self.question) or AMOUNT_NAMED.search(self.question)
        )

    @cached_property
    def reason(self) -> bool:
        """It asks why."""
        return bool(REASON_ASKED.search(self.question))

    @cached_property
    def person(self) -> bool:
        """It asks who."""
        return bool(PERSON_ASKED.search(self.question) or PERSON_NAMED.search(self.question))

    @cached_property
    def listing(self) -> bool:
        """It asks for several things of one kind."""
        return not self.amount and not self.date and bool(LIST_ASKED.search(self.question))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units that the answer is counted in, where the question tells."""
        found = UNIT_ASKED.search(self.question)
        counted = (units for asked, units in UNITS if asked.search(self.question))
        asked = names_of(found[1]) if found else ()
        return (*asked, *chain.from_iterable(counted))

    @cached_property
    def unit(self) -> re.Pattern[str] | None:
        """A number in one of the units that the answer is counted in, where the question tells."""
        return re.compile(NUMBER + "(?:" + "|".join(map(re.escape, self.units)) + ")") if self.units else None

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
