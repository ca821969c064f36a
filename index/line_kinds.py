"""What a line says of itself: a credit, a byline, a copyright notice look like what they are.

Where two kinds share a line it is cut. What a line leaves open, ``index.boilerplate`` judges by its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from index.articles import BlockKind
from index.metadata import BYLINE_INSIDE, BYLINE_START, EMAIL, REPORTER, SIGNATURE, STAMP, is_byline

LONGEST = 400
"""Longer lines are prose, except for what stands at their ends; no pattern sees more than about this."""

CLOSERS = r"[\"'”’」』)\]〉》>·]*"
SENTENCE = re.compile(
    rf"(?:[다요까죠네]|[가-힣][음함임됨])[.!?]{CLOSERS}(?=[\s(\[“\"'‘]|$)|[a-z)\]]{{2}}[.!?]{CLOSERS}(?:\s|$)"
)
STOP = re.compile(rf"[.!?。…]{CLOSERS}$")
_FULL_STOP = re.compile(rf"(?<!\.)[.。;,:]{CLOSERS}$")
_LIST = re.compile(
    r"(?:[-*+•·▪◦‣–—]|\(?\d{1,2}[.)]|[①-⑳㉠-㉻]|[가-하][.)]|[QA문답]\s?\d{0,2}\s?[.:)]|[▲△▷▶►☞→])\s?"
)
MARKER = re.compile(r"(?:[◆◇■□●○▣◈★☆◉❏▶▷]\s?|#{1,6}\s+)(?=\S)")
_PICTURE = r"(?:사진|이미지|그래픽|일러스트|삽화|영상|자료|자료\s?사진|표|그림|출처|자료\s?출처)(?:\s?제공)?"
_AGENCY = (
    r"(?:연합뉴스(?:TV)?|뉴시스|뉴스1|뉴스핌|로이터|AP|AFP|EPA|UPI|신화|타스|게티이미지(?:뱅크|코리아)?|셔터스톡|"
    r"픽사베이|언스플래시|클립아트코리아|챗GPT|유튜브|KBS|MBC|SBS|YTN|JTBC)"
)
_AGENCIES = rf"{_AGENCY}(?:\s?[·=/,\s]\s?{_AGENCY}){{0,2}}"
_CREDIT = rf"[/\[(〈<【|]?\s?{_PICTURE}\s?[=:|│]\s?[^=\])〉>】]{{1,40}}[\])〉>】]?"
_NO_NOTICE = r"(?!.*(?:무단|금지|rights|\d{4}))"
_NO_SENTENCE = r"(?:(?!다\.\s).){0,120}"
_SHOT = r"(?:캡처|캡쳐|갈무리)"
VIEW = rf"(?:모습|장면|전경|풍경|조감도|투시도|포스터|기념\s?사진|기념\s?촬영|스틸컷|예시\s?화면|{_SHOT})"
PHRASE = re.compile(r"[가-힣A-Za-z0-9)’”](?<![다요까죠네지라자냐군데걸음함임됨것])\.?$")
_CUE = re.compile(
    r"왼쪽부터|오른쪽부터|왼쪽에서|오른쪽에서|앞줄|뒷줄|\((?:왼쪽|오른쪽|가운데)[^()]{0,12}\)|사진은 "
)
_POINTER = r"[▷▶☞■※\[<\s]*"
_SECTION = (
    r"(?:정치|경제|사회|국제|세계|문화|생활|스포츠|연예|오피니언|사설|칼럼|"
    r"산업|증권|금융|부동산|IT|과학|전국)"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_KINDS: dict[BlockKind, re.Pattern[str]] = {  # tried in this order on the whole line
    "image": _any(
        r"\S+\.(?:jpe?g|png|gif|webp|bmp|svg|avif)(?:\?\S*)?",
        r"!\[[^\[\]]*\]\([^()]*\)",
        rf"{_CREDIT}(?<![.다])",
        rf"[/\[(〈<▲]?\s?(?:[ⓒ©]\s?)?{_AGENCIES}(?:\s?(?:제공|자료\s?사진))?[\])〉>]?",
        rf"[ⓒ©]\s?{_NO_NOTICE}.{{2,30}}",
        r"(?:photo)?\s?(?:이미지|사진)\s?(?:크게\s?보기|확대|더보기)|클릭하시면 .{0,20}이미지.{0,20}",
        r"[\[(<]?(?:자료\s?사진|사진\s?제공)[\])>]?",
        r"[\[(<].{1,50}(?:재판매|DB|배포)\s.{0,20}금지[\])>]",
    ),
    "copyright": _any(
        rf"{_NO_SENTENCE}(?:저작권|[ⓒ©]|무단\s?전재|무단\s?복제|무단\s?배포).{{0,150}}금지[\s.)\]>]*",
        r"[\[<(]?\s?(?:저작권자|copyrights?)\s?(?:[ⓒ©(:]|\d{4}|by).{0,200}(?<!다\.)",
        rf"{_NO_SENTENCE}all rights? reserved.{{0,60}}",
    ),
    "hashtags": _any(
        r"(?:#[^\s#][^#]{0,24}){2,}(?<!다\.)",
        r"#[^\s#\d][^\s#]{0,24}",
        r"(?:태그|해시\s?태그|키워드|tags?)\s?(?:[:#]|(?=\s#)).{1,200}(?<!다\.)",
    ),
    "related": _any(
        r"[\[<【(■◆▶▷☞※#\s]*(?:관련|연관|추천|인기|주요|많이\s?본|댓글\s?많은|함께\s?(?:볼|읽을|보면)(?:\s?만한|\s?좋은)?|다른|"
        r"이\s?시각\s?주요|지금\s?뜨는|실시간\s?주요|오늘의\s?주요|(?:.{2,4}\s)?기자의\s?(?:다른)?)\s?"
        r"(?:기사|뉴스|링크|콘텐츠|영상)(?:\s?(?:더?\s?보기|모음|목록|TOP\s?\d+))?[\]>】)\s]*(?:[:\]>】].{0,100})?",
        r"\[(?:관련|연관|추천)\s?(?:기사|뉴스)\].{0,100}",
        r"[▶☞☛].{2,60}(?:바로\s?가기|더\s?보기|클릭)[.!]?",
        r"(?:[▶☞※].{2,30}\s?:\s?)?(?:https?://|www\.)\S+",
    ),
    "share": _any(  # several may stand on one line, with counts and bars between; a space is read in one way only, for
        # with two ways for each of thirty the pattern would try a billion
        r"(?:(?:(?:이\s?)?기사(?:를)?\s?(?:공유합니다|공유하기|공유|저장|스크랩|보내기|듣기|읽어주기)|SNS\s?(?:기사\s?보내기|공유)|"
        r"(?:본문\s?)?(?:글자|글씨|폰트)(?:\s?크기)?(?:\s{0,2}(?:조절|변경(?:하기)?|설정|키우기|줄이기|확대|축소|작게|보통|크게))?|"
        r"본문\s?듣기|공유하기|공유|좋아요|싫어요|슬퍼요|화나요|훈훈해요|감동이에요|후속기사\s?원해요|추천해요|"
        r"인쇄하기|인쇄|프린트|스크랩|북마크|댓글(?:\s?(?:쓰기|보기|달기))?|페이스북|트위터|카카오톡|카카오스토리|"
        r"네이버\s?밴드|밴드|네이버\s?블로그|이메일|메일|메신저|텔레그램|라인|(?:URL|주소|링크)\s?복사|닫기|(?:본문\s?)?요약봇|추천|"
        r"AI\s?요약|번역\s?설정|번역|다크\s?모드|본문(?:으로)?\s?바로\s?가기|PICK(?:\s?안내)?|전체\s?메뉴|로그인|쏠쏠정보|흥미진진|공감백배|분석탁월|후속강추|가|X)"
        r"[\s\d,.|·/()+-]*){1,30}",
        r"텍스트 음성 변환 서비스.{0,20}|이 기사는 언론사에서 .{1,20} 섹션으로 분류했습니다\.?",
        r"기사 섹션 분류 안내|기자\s?(?:프로필|페이지|구독)",
        r"기사의 섹션 정보는 .{0,100}|모두에게 보여주고 싶은 기사.{0,80}",
        rf"{_SECTION}(?:\s?[>·/|]\s?[가-힣A-Za-z·]{{1,10}}){{0,3}}",
    ),
    "subscribe": _any(
        r".{0,60}(?:구독|추가|제보|팔로우|팔로잉|알림\s?(?:설정|받기)|좋아요|가입|응원|후원)(?:을|를|도)?\s?(?:꾹\s?)?"
        r"(?:눌러\s?|해\s?|하)?(?:주세요|주십시오|세요|하기|부탁\s?드립니다|부탁\s?드려요|바랍니다|바로\s?가기|신청)[!.~\s]*",
        r"구독",
        rf"{_POINTER}(?:카카오톡|카톡|전화|이메일|홈페이지|유튜브|텔레그램|뉴스\s?제보)\s?[:=].{{1,80}}",
        rf"{_POINTER}(?:제보는\s|제보\s?(?:하기|전화)|당신의\s?제보|.{{0,12}}여러분의\s?제보).{{0,80}}(?<!었다\.)(?<!했다\.)(?<!였다\.)",
        rf"{_POINTER}(?:.{{0,20}}\s)?(?:채널|뉴스레터|홈페이지|유튜브|네이버)\s?.{{0,10}}(?:구독|추가)[\]>!]*",
        r".{0,20}(?:채널|친구)\s?추가하고\s.{0,40}(?:받아\s?보기|받기|보기)",
    ),
    "byline": _any(r"[-\[(<\s]*끝[-\])>.\s]*|보도\s?자료"),  # the others: metadata.is_byline
    "caption": _any(  # last: what has a more exact name has it by now
        rf".{{1,250}}?(?:{_CREDIT}|[/\[(〈<]\s?[^\[\]()/=]{{1,25}}\s제공[\])〉>】]?)(?<!다\.)(?<!다)",
        rf".{{4,250}}[.다\])]\s?[/\[(〈<]?{_AGENCIES}(?:\s제공)?[\])〉>]?",
        rf".{{4,250}}[ⓒ©]\s?{_NO_NOTICE}.{{2,30}}(?<!다\.)",
        r".{4,250}\.\s?(?:\S{2,15}\s){1,2}제공\.?",
        r".{4,200}사진\s?제공[\])]?",
        rf".{{8,300}}[\s.]{STAMP}\.?\s?(?:{EMAIL}|/?{_AGENCY})",
        rf"[^“\"]{{4,250}}{VIEW}[\])]?\.",
        rf".{{4,120}}{_SHOT}[\])]?",
        rf"[▲△▼◀↑↓][^▲△]{{4,200}}(?:{VIEW}|사진|제공|고\s?있다|{REPORTER})[\])]?\.?",
        r"(?:\[[^\[\]]{1,20}\]\s?)?[※*(\[\s]*(?:사진|이미지|그림|영상|해당|위|본문|기사|참고용).{0,30}?(?:내용|기사|본문|사건)?"
        r"(?:과|와)는?\s?(?:직접\s?|직접적인\s?)?(?:관련이?\s?|관계\s?)?(?:무관|없음|없습니다|없는\s사진|무관한\s사진)"
        r"(?:함|합니다)?[\s.)\]]*",
    ),
}
_INNER_CREDIT = re.compile(
    rf"[\[(〈<]\s?{_PICTURE}\s?[=:]\s?[^\[\]()〈〉<>=]{{1,30}}[\])〉>]|[ⓒ©]\s?(?:\S{{2,12}}\s)?{REPORTER}"
)
_PARTICLE = re.compile(r"(?:은|는|이|가|을|를|의|에|와|과|도|로)[\s,]")
_END_NOTICE = re.compile(
    r"\s*[<\[(]?\s?(?:저작권자|[ⓒ©])[^<>\[\]]{2,80}(?:금지|reserved)[\s.)\]>]*$", re.IGNORECASE
)


def is_running(line: str) -> bool:
    """Is the line running text: long, or with the end of a sentence in it?"""
    return len(line) >= 100 or SENTENCE.search(line) is not None


def is_headline(line: str, longest: int) -> bool:
    """Is the line short, with no full stop, colon or comma at its end, and not an item of a list?"""
    return len(line) <= longest and not _FULL_STOP.search(line) and not _LIST.match(line)


def split_line(
    line: str, head: bool, known: Mapping[str, BlockKind]
) -> Iterator[tuple[int, int, BlockKind | None]]:
    """Cut a line where two kinds share it: start, end and, where it shows one, kind of each part.

    ``head`` says that no running text stood above.
    """
    kind = _line_kind(line, head) or known.get(line)
    if kind is not None:
        yield 0, len(line), kind
        return
    cuts = _cut_front(line, head)
    front, back = cuts[-1][0] if cuts else 0, _cut_end(line)
    if front < back:
        part = line[front:back].strip()
        whole = len(part) == len(line)
        cuts.append((back, (None if whole else _line_kind(part, head)) or _picture_text(part)))
    if back < len(line):
        cuts.append((len(line), "copyright" if _END_NOTICE.match(line, back) else "byline"))
    start = 0
    for end, kind in cuts:
        part = line[start:end]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            yield start + lead, start + len(part.rstrip()), kind
        start = end


def _line_kind(line: str, head: bool) -> BlockKind | None:
    if len(line) > LONGEST:
        return None
    if len(line) <= 150 and not _KINDS["image"].fullmatch(line) and is_byline(line, head=head):
        return "byline"
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(line)), None)


def _cut_front(line: str, head: bool) -> list[tuple[int, BlockKind | None]]:
    """The parts before the lead, as (end, kind): a byline, a caption, or a caption and a byline."""
    start = BYLINE_START.match(line[:LONGEST])
    if start and start.end() < len(line) and (head or is_running(line)):
        return [(start.end(), "byline")]
    inside = BYLINE_INSIDE.search(line[: 2 * LONGEST])
    if inside and inside.end() < len(line):
        before = line[: inside.start()].strip()
        caption = head or _line_kind(before, head) == "caption" or not SENTENCE.search(before[-8:])
        return [(inside.start(), "caption" if caption else None), (inside.end(), "byline")]
    credit = _INNER_CREDIT.search(line[:LONGEST])
    if credit and 20 <= credit.start() <= 250 and len(line) - credit.end() >= 40:
        lead = line[credit.end() :].lstrip()
        if not _PARTICLE.match(lead) and is_running(lead):  # "홍길동(사진=...)은" is no caption
            return [(credit.end(), "caption")]
    return []


def _cut_end(line: str) -> int:
    """Where a notice or a reporter's signature begins after the last sentence of a line."""
    for pattern in (_END_NOTICE, SIGNATURE):
        found = pattern.search(line, max(0, len(line) - 200))
        if found and SENTENCE.search(line[max(0, found.start() - 8) : found.start()]):
            return found.start()
    return len(line)


def _picture_text(line: str) -> BlockKind | None:
    """A line that points into a picture (왼쪽부터 ...) and tells what is going on, or has no verb."""
    if len(line) <= 250 and _CUE.search(line) and (line.endswith("고 있다.") or PHRASE.search(line)):
        return "caption"
    return None
