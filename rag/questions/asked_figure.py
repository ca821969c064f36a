"""Which kind of figure a question asks for (a date, a sum, an age, a count of something), and whether a text holds one.

``rag.questions.wanted`` tells the same loosely, to favour a sentence. Here a kind is told only where the question leaves no doubt,
since a text that lacks it speaks against an answer: the word that names it stands right before the interrogative or
ends the question ("운영비는 얼마인가", "지난해 매출"), or its counter follows "몇". ``rag.questions.figures`` reads amounts; here numbers
spelt out ("열네 곳") have to be noticed, not read.
"""

from __future__ import annotations

import re

NATIVE = r"첫|한두|두세|서너|한|두|세|네|다섯|여섯|일곱|여덟|아홉|(?:열|스물|서른|마흔|쉰)(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)?|스무"
NUMBER = rf"(?:\d[\d,.]*(?:\s?(?:조|억|만|천|백|십)(?:\s?[\d,.]+)?)*\s?|(?<![가-힣])(?:[일이삼사오육칠팔구십백천만억조]{{1,6}}|{NATIVE}|수[십백천만])\s?)여?\s?"
ENDS = r"(?:[은는이가을를의]|이?란)?\s?(?:각각|모두|총|대략|약|정확히|전부)?\s?(?:얼마|몇|어떻게|어느\s?정도|[?]|$)"
"""What follows the word that names what is asked for."""


def _asked(*words: str) -> str:
    """One of the words, as what is asked for."""
    return rf"(?<![가-힣])(?:{'|'.join(words)}){ENDS}"


def _counted(*units: str) -> str:
    """A pattern for a number in one of the units."""
    latin = [unit for unit in units if unit.isascii()]
    korean = [unit for unit in units if not unit.isascii()]
    spelt = [*korean, rf"(?:{'|'.join(latin)})(?![A-Za-z])"] if latin else korean
    return f"{NUMBER}(?:{'|'.join(spelt)})"


KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(asked), answered)
    for asked, answered in (
        (_asked("나이", "연령") + r"|몇\s?(?:살|세(?!기))", _counted("세", "살", "대", "주년")),
        (
            _asked("시각") + r"|몇\s?시(?!간|즌)",
            rf"{NUMBER}시|\d:\d|정오|자정|새벽|저녁|아침",
        ),
        (
            r"언제|며칠(?!\s?(?:동안|간|이나|이고|이며))|몇\s?(?:일(?!간)|월|세기)|몇\s?년(?!간|\s?동안)도?(?=[에은이인\s?]|$)|어느\s?해"
            rf"|[가-힣]\s(?:해|날|때)[는은]\s?(?:언제|[?]|$)|(?:날짜|연도|시기|시점|일자){ENDS}",
            r"\d\s?(?:년|월|일|세기)|작년|지난해|올해|내년|상반기|하반기|분기|연말|연초|지난달|이달|다음\s?달|오늘|어제|내일|기원전"
            r"|봄|여름|가을|겨울",
        ),
        (
            _asked("비용", "매출", "예산", "가격", "몸값", "이적료", "연봉", "주급", "수익", "[가-힣]{1,4}[비금액값]")
            + r"|얼마짜리|얼마에\s?(?:팔|사|산|낙찰|거래)|몇\s?(?:원|달러|엔|유로)",
            _counted("원", "달러", "유로", "엔", "파운드", "센트", "위안", "프랑", "마르크", "루피", "페소", "루블", "냥"),
        ),
        (
            _asked("지분", "비중", "[가-힣]{1,3}율") + r"|몇\s?(?:%|퍼센트|프로)",
            r"\d\s?(?:%|퍼센트|프로|할|:\s?\d)|분의|절반",
        ),
        (
            _asked("기간", r"걸리는\s?시간")
            + r"|얼마나\s?(?:걸|오래)|얼마\s?만에|며칠\s?(?:동안|간|이나)"
            + r"|몇\s?(?:년간|년\s?동안|개월|달|일간|시간|분(?=[이간만\s?])|주(?=[간만일\s?]))",
            _counted("년", "개월", "달", "일", "시간", "분", "주", "초", "세기", "시즌"),
        ),
        (
            _asked("무게", "중량", "몸무게", "체중") + r"|몇\s?(?:그램|톤|kg|킬로그램)",
            _counted("톤", "그램", "킬로", "파운드", "㎏", "kg", "t", "g", "mg"),
        ),
        (
            _asked("면적", "넓이") + r"|얼마나\s?넓|몇\s?(?:평|제곱|헥타르)",
            _counted("㎡", "㎢", "평", "헥타르", "제곱", "에이커", "m²", "km²", "km2", "ha"),
        ),
        (
            _asked("길이", "거리", "높이", "고도", "지름", "너비", "깊이", "폭")
            + r"|몇\s?(?:미터|m|km|킬로미터|센티|킬로(?!그램))|얼마나\s?(?:먼|멀|높|긴|길)",
            _counted("㎞", "미터", "킬로", "㎝", "센티", "인치", "피트", "리", "마일", "광년", "층", "km", "m", "cm", "mm", "ft"),
        ),
        (_asked("속도", "시속"), _counted("㎞", "미터", "마하", "노트", "킬로", "배", "마일", "km", "m")),
        (_asked("점수", "스코어") + r"|몇\s?점|몇\s?대\s?몇", r"\d\s?점|\d\s?(?:대|-|:|–|~)\s?\d"),
        (
            _asked(r"직원\s?수", r"사망자\s?수", "인원수?", "인구", "관객", "관중", "병력", "희생자") + r"|몇\s?(?:사람|명)",
            rf"{NUMBER}(?:명|인|사람|가구)|\d[만천]|혼자",
        ),
    )
)  # fmt: skip
"""How each kind is asked for, and the pattern of what a text holds that has it, compiled when it is asked for; the first
that fits counts."""

COUNTERS: tuple[tuple[str, ...], ...] = (
    ("번째", "위", "째", "차", "등"), ("군데", "곳", "개"), ("차례", "번", "회"), ("가지", "개", "종"), ("마리",), ("개", "대", "기", "종", "곳"),
    ("곳", "군데", "개"), ("번", "차례", "회"), ("회", "번", "차례"), ("대", "량", "기"), ("종", "개", "가지"), ("골", "득점"), ("위", "등"),
    ("등", "위"), ("장", "개", "매"), ("척", "대"), ("채", "동"), ("권",), ("경기", "게임"), ("게임", "경기"), ("건",), ("표",), ("층",), ("팀", "곳"),
)  # fmt: skip
"""Counters, each with those that may stand for it; one that begins like another stands before it."""
COUNTED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<!몇)몇\s?{counter[0]}"), _counted(*counter)) for counter in COUNTERS
)


def lacks_figure(question: str, text: str) -> bool:
    """Whether the question asks for a kind of figure of which the text holds none beyond what the question says."""
    for asked, answered in (*KINDS, *COUNTED):
        if asked.search(question):
            return all(found[0] in question for found in re.finditer(answered, text))
    return False
