"""What an article says of itself: title, publisher, date, reporter; from front matter or its own lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import yaml

from index.articles import Block


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article besides its text; None or empty where nothing is."""

    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    """ISO 8601 date, as in ``Article.published``."""
    reporter: str | None = None
    url: str | None = None
    topics: tuple[str, ...] = ()

    def or_else(self, other: Metadata) -> Metadata:
        """This metadata, with what it lacks taken from ``other``."""
        return Metadata(**{f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)})


# -- The parts of a byline ------------------------------------------------------------------------------
_ROLE = (
    r"(?:(?:선임|수석|전문|객원|인턴|수습|사진|영상|촬영|취재|편집)\s?)?"
    r"(?:기자|특파원|논설위원|통신원|앵커|아나운서|리포터|에디터|칼럼니스트|PD)(?!(?!입력|등록)[가-힣])"
)
_NAMES = r"[가-힣]{2,4}(?:\s?[·,]\s?[가-힣]{2,4}){0,4}"
_DESK = r"[가-힣A-Za-z·]{1,8}(?:부|팀|본부|센터)"
EMAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
REPORTER = rf"{_NAMES}(?:\s{_DESK})?\s?{_ROLE}"
PRESS = (
    r"(?:[가-힣A-Za-z0-9]{1,10}(?:일보|신문|뉴스|뉴스\d{1,2}|경제|저널|타임[스즈]|투데이|미디어|데일리|방송|통신|헤럴드|"
    r"닷컴|포스트|프레스|이코노미|인사이트|TV)|뉴시스|뉴스1|뉴스핌|한겨레|데일리안|이데일리|프레시안|블로터|지디넷코리아|"
    r"시사IN|채널A|TV조선|KBS|MBC|SBS|EBS|YTN|JTBC|MBN|OBS|CBS)"
)
_PLACES = frozenset(
    """
    서울 부산 대구 인천 광주 대전 울산 세종 경기 강원 충북 충남 전북 전남 경북 경남 제주
    수원 성남 용인 고양 춘천 원주 강릉 청주 충주 천안 아산 홍성 보령 전주 군산 익산 목포
    여수 순천 무안 나주 포항 안동 경주 구미 창원 진주 김해 과천 의정부 평양 판문점 도쿄
    오사카 베이징 상하이 홍콩 타이베이 하노이 방콕 싱가포르 자카르타 뉴델리 워싱턴 뉴욕
    로스앤젤레스 샌프란시스코 실리콘밸리 라스베이거스 런던 파리 베를린 브뤼셀 제네바 로마 모스크바
    카이로 두바이
    """.split()  # noqa: SIM905
)
_TIME = r"(?:오전|오후|[AP]M)?\s?\d{1,2}\s?[:시]\s?\d{2}(?::\d{2})?분?(?:\s?[AP]M)?"
_DATE = r"((?:19|20)\d\d)\s?[.\-/년]\s?(\d{1,2})\s?[.\-/월]\s?(\d{1,2})(?!\d)"
STAMP = rf"{_DATE}\s?[.일]?(?:\s?\([월화수목금토일]\))?(?:[\sT]{{0,3}}{_TIME})?"
_ENTERED = r"(?:기사\s?|최초\s?)?(?:입력|등록|승인|송고|발행|작성|게재|배포|보도)(?:일시|일자|시간|시점|일)?"
_CHANGED = r"(?:최종\s?)?(?:수정|업데이트)(?:일시|일자|시간|일)?"
_OPEN, _CLOSE = r"[\[(【〔<〈]", r"[\])】〕>〉]"

BYLINE_START = re.compile(
    rf"(?:"
    rf"{_OPEN}\s?(?:[^\[\]()【】〔〕<>〈〉\n]{{0,30}}[\s=])?{REPORTER}(?:\s{{1,2}}{EMAIL})?\s?{_CLOSE}\s?=?"
    rf"|{_OPEN}\s?[가-힣A-Za-z·]{{1,12}}\s?=\s?(?:[A-Z]{{2,4}}/)?{PRESS}\s?{_CLOSE}(?:\s?{REPORTER})?\s?=?"
    rf"|\|\s?[^|\n]{{0,30}}{REPORTER}\s?\|"
    rf"|(?:{_OPEN}[가-힣A-Za-z0-9/·]{{2,15}}{_CLOSE}\s?|[가-힣A-Za-z0-9 ]{{2,15}}\s?=\s?)?"
    rf"{REPORTER}\s?(?:{EMAIL}\s?)?[=|]"
    rf"|[가-힣A-Za-z0-9]{{2,10}}\s?=\s?{REPORTER}(?:\s{EMAIL})?(?=\s)"
    rf"|{_OPEN}{PRESS}{_CLOSE}(?=\s)"
    rf")\s*"
)
"""A byline at the start of a line, as papers set it before the lead: ``(서울=연합뉴스) 아무개 기자 =``."""

BYLINE_INSIDE = re.compile(
    rf"{_OPEN}\s?[가-힣A-Za-z0-9·& ]{{1,15}}\s?=\s?"
    rf"(?:(?:[가-힣A-Za-z0-9]{{1,12}}\s)?{REPORTER}\s?{_CLOSE}\s?=?|{PRESS}\s?{_CLOSE}\s?{REPORTER}\s?=?)\s*"
)
"""The surest forms, which are told from prose even in the middle of a line."""

SIGNATURE = re.compile(rf"\s*(?:[/\[(<]\s?)?(?:{PRESS}\s)?(?:{REPORTER}(?:\s?{EMAIL})?|{EMAIL})\s?[\])>]?$")
"""A reporter's name or address at the end of a line."""

_STRONG = re.compile(rf"{REPORTER}|{EMAIL}|{STAMP}")
_FILLER = re.compile(
    rf"{_ENTERED}|{_CHANGED}|(?:기자\s?)?(?:페이지|프로필)|기사\s?원문|공감언론|구독(?:하기)?|다른\s?기사\s?보기|지면\s?[A-Z]?\d{{0,2}}면?|조회수?\s?[\d,]+|님\b|"
    rf"\b[Bb]y\b|{_TIME}|{_DESK}(?=\s)|(?:글|사진|정리|취재|편집|영상|촬영|그래픽)(?=[\s·=:/])"
)
_PRESS = re.compile(PRESS)
_WORD = re.compile(r"\w")


def is_byline(line: str, *, head: bool) -> bool:
    """Does the line hold reporter, publisher, address and dates, and nothing else?

    A publisher's bare name counts before the body only (``head``): further down it may be a subheading.
    """
    if BYLINE_START.fullmatch(line):
        return True
    rest, found = _STRONG.subn(" ", line)
    rest = _FILLER.sub(" ", rest)
    rest, presses = _PRESS.subn(" ", rest)
    rest = " ".join(word for word in rest.split() if word.strip("[]()【】=|") not in _PLACES)
    return not _WORD.search(rest) and bool(found or (presses and head))


# -- The text's own shape -------------------------------------------------------------------------------
def from_shape(text: str, blocks: Iterable[Block]) -> Metadata:
    """Metadata that the article's own title, bylines, image names and copyright line give away."""
    found = Metadata()
    by_image = Metadata()
    for block in blocks:
        line = text[block.start : block.end]
        if block.kind == "title" and found.title is None:
            found = found.or_else(Metadata(title=clean_title(line)))
        elif block.kind == "byline":
            publisher, reporter = read_byline(line)
            found = found.or_else(
                Metadata(publisher=publisher, reporter=reporter, published=_read_stamp(line))
            )
        elif block.kind == "copyright":
            found = found.or_else(Metadata(publisher=_read_copyright(line)))
        elif block.kind == "image" and (stamp := re.search(r"_((?:19|20)\d\d)(\d\d)(\d\d)\d{6,}", line)):
            by_image = by_image.or_else(Metadata(published=_iso(*stamp.groups())))  # Naver's file names
        elif block.kind == "hashtags":
            topics = (topic.strip(" ,") for topic in re.split(r"[#\n]", line))
            found = found.or_else(Metadata(topics=tuple(topic for topic in topics if topic)))
    return found.or_else(by_image)


def clean_title(line: str) -> str:
    """The title without Markdown's ``#`` and a leading ``[단독]`` or section name in brackets."""
    title = re.sub(r"^#{1,6}\s+", "", line.split("\n")[0]).strip()
    return re.sub(r"^[\[<【][^\[\]<>【】]{1,15}[\]>】]\s*(?=\S.{8})", "", title)


def read_byline(line: str) -> tuple[str | None, str | None]:
    """Publisher and reporter of a byline; dateline cities and desks are neither."""
    match = re.search(rf"({_NAMES})(?:\s{_DESK})?\s?{_ROLE}", line)
    reporter = re.sub(r"\s?[·,]\s?", "·", match[1]) if match else None
    rest = _FILLER.sub(" ", _STRONG.sub(" ", line))
    words = [
        word for word in re.split(r"[\s=|\[\]()【】〔〕<>〈〉,/•·▪:]+", rest) if word and word not in _PLACES
    ]
    for word in words:
        if _PRESS.fullmatch(word):
            return word, reporter
    if reporter and re.search(r"[=|\[(【〔<]", line):  # what a bracket names beside the reporter is the paper
        for word in words:
            if re.fullmatch(r"[가-힣A-Za-z0-9&.]{2,15}", word) and not re.fullmatch(_DESK, word):
                return word, reporter
    return None, reporter


def _read_stamp(line: str) -> str | None:
    """The day the article came out; the day it was changed only where no other is given."""
    stamps = list(re.finditer(STAMP, line))
    first = [stamp for stamp in stamps if not re.search(rf"{_CHANGED}[\s:.]*$", line[: stamp.start()])]
    for stamp in first or stamps:
        if iso := _iso(*stamp.groups()[:3]):
            return iso
    return None


def _read_copyright(line: str) -> str | None:
    match = re.search(
        r"(?:저작권자|copyrights?|ⓒ|©|\(c\))[\s:ⓒ©]*(?:by\s)?(?:\(c\)\s?)?(?:\d{4}\s?)?([가-힣A-Za-z0-9&.]{2,15})",
        line,
        re.I,
    )
    if match is None or re.match(r"무단|모든|all\b|rights\b|www\.", match[1], re.I):
        return None
    return match[1].strip(".") or None


def parse_date(value: str) -> str | None:
    """The ISO date in ``value`` (``2025-10-28T18:54+09:00``, ``2025.10.28``, ``20251028``), None if none."""
    match = re.search(_DATE, value) or re.fullmatch(r"\s*(\d{4})(\d\d)(\d\d)(?:\d{4,6})?\s*", value)
    return _iso(*match.groups()[:3]) if match else None


def _iso(*parts: str) -> str | None:
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return None


# -- Front matter ---------------------------------------------------------------------------------------
_FENCED = re.compile(r"---[ ]*\n((?:(?!---[ ]*$|\.\.\.[ ]*$).*\n){0,200}?)(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.M)
_KEY_LINE = re.compile(r"([A-Za-z_가-힣]+)\s*:(?:\s+(.*))?$")
_KEYS: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "제목"),
    "publisher": ("publisher", "press", "매체", "언론사"),
    "published": ("published", "date", "published_at", "날짜", "발행일"),
    "reporter": ("reporter", "author", "authors", "기자"),
    "url": ("url", "link", "링크"),
}
_TOPIC_KEYS = ("topics", "tags", "keywords", "태그")


def split_front_matter(text: str) -> tuple[Metadata, str, int]:
    """Cut YAML front matter off: its metadata, the rest of the text, and the line the rest begins on.

    A block between ``---`` lines that holds no ``key: value`` lines is taken for text. YAML that does not
    parse (most often a title with a colon) is read line by line instead.
    """
    match = _FENCED.match(text)
    if match is None:
        return Metadata(), text, 1
    found = _read_yaml(match[1])
    if found is None:
        return Metadata(), text, 1
    values = {str(key).strip().lower(): value for key, value in found.items()}
    one = {name: _first_text(values, keys) for name, keys in _KEYS.items()}
    topics = next((_texts(values[key]) for key in _TOPIC_KEYS if values.get(key)), [])
    if len(topics) == 1:
        topics = [topic.strip() for topic in topics[0].split(",") if topic.strip()]
    one["published"] = parse_date(one["published"]) if one["published"] else None
    metadata = Metadata(**one, topics=tuple(topics))
    return metadata, text[match.end() :], 1 + match[0].count("\n")


def _read_yaml(source: str) -> Mapping[Any, Any] | None:
    try:
        # BaseLoader makes every scalar a string: no dates that do not exist, no "no" that is False.
        found = yaml.load(source, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        lines = [line for line in source.split("\n") if line.strip() and not line.startswith((" ", "-", "#"))]
        pairs = [_KEY_LINE.match(line) for line in lines]
        if not pairs or not all(pairs):
            return None
        return {pair[1]: (pair[2] or "").strip().strip("\"'") for pair in pairs if pair}
    return found if isinstance(found, Mapping) else None


def _first_text(values: Mapping[str, Any], keys: Iterable[str]) -> str | None:
    texts = next((_texts(values[key]) for key in keys if values.get(key)), [])
    return "·".join(texts) or None


def _texts(value: object) -> list[str]:
    """A front matter value as one-line strings: of a list its items, of a mapping its name."""
    items = [item.get("name") if isinstance(item, Mapping) else item for item in _as_list(value)]
    return [" ".join(item.split()) for item in items if isinstance(item, str) and item.strip()]


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
