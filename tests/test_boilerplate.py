"""Which lines of an article are prose: line by line, in whole articles, on the originals, on any text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article, Block
from index.boilerplate import find_blocks
from index.decoding import normalise
from index.reading import article_from_text, read_article

TITLE = "가나시 국립도서관 새 열람실 개관"
LEAD = (
    "국립도서관은 4일 가나시에서 새 열람실을 열었다고 밝혔다. 관계자는 시민 누구나 쓸 수 있는 "
    "공간으로 꾸몄다고 설명했다. 개관 시간은 오전 9시부터 오후 8시까지다."
)
END = (
    "도서관은 내년 봄까지 어린이 자료실도 새로 단장할 계획이다. 예산은 12억원이며 시와 구가 절반씩 "
    "낸다. 주민 설명회는 다음 달에 연다."
)

# Each line stands by itself between two paragraphs of an article.
LINES = {
    "byline": """
        입력 2025.03.04 10:20 | 수정 2025.03.04 11:05
        기사입력 2025-03-04 오전 10:20
        기사입력 2025.03.04. 오전 10:20 최종수정 2025.03.05. 오후 1:02
        승인 2025.03.04 10:20
        등록 2025-03-04 10:20:11
        2025년 3월 4일
        hong@paper.co.kr
        홍길동 기자
        홍길동 기자 hong@paper.co.kr
        홍길동·김영희 기자
        경제부 홍길동 기자
        /홍길동 기자 hong@paper.co.kr
        [가나일보 홍길동 기자]
        부산=홍길동 기자 hong@paper.co.kr
        글·사진 홍길동 기자
        홍길동 기자 구독
        홍길동 기자 페이지
        홍길동 기자입력 : 2025. 03. 04(화) 10:20
    """,
    "image": """
        [사진=뉴시스]
        사진=연합뉴스
        사진 제공=가나전자
        (사진=가나시청 제공)
        사진제공 = 가나시
        photo.jpg
        IMG_2024(1).JPEG
        자료=통계청
        자료: 통계청
        출처 : 통계청
        그래픽=홍길동 기자
        ⓒ연합뉴스
        ⓒ 가나일보
        연합뉴스
        게티이미지뱅크
        이미지 크게보기
        사진 확대
        ![열람실](a/b.png)
    """,
    "caption": """
        ▲ 새로 문을 연 열람실 모습. (사진=가나시)
        ▲ 새로 문을 연 열람실 모습.
        ▲ 홍길동 시장이 개관식에서 축사를 하고 있다.
        새로 문을 연 국립도서관 열람실. 연합뉴스
        새로 문을 연 국립도서관 열람실. /연합뉴스
        홍길동 시장이 3일 개관식에서 인사말을 하고 있다. 뉴시스
        홍길동 시장이 3일 개관식에서 인사말을 하고 있다. [사진=뉴시스]
        홍길동 시장이 3일 개관식에서 인사말을 하고 있다. (가나시 제공)
        홍길동 시장이 3일 개관식에서 인사말을 하고 있다. 가나시 제공
        [서울=뉴시스] 홍길동 시장이 3일 개관식에서 인사말을 하고 있다. 2025.03.03. photo@newsis.com
        (서울=연합뉴스) 홍길동 기자 = 3일 개관식에서 참석자들이 박수를 치고 있다. 2025.3.3 hong@yna.co.kr
        왼쪽부터 홍길동 시장, 김영희 관장, 이철수 의장.
        홍길동 시장(왼쪽에서 두 번째)이 참석자들과 테이프를 자르고 있다.
        사진은 기사 내용과 무관함
        ※ 사진은 기사 내용과 직접적인 관련이 없습니다.
        [사진=뉴시스] 본문 내용과 무관
        기사와 무관한 사진
        유튜브 화면 캡처
        국립도서관 홈페이지 캡처
        새 열람실 조감도 (사진=가나시)
        홍길동 시장. 사진=가나시
        홍길동 시장 | 사진=가나시
        홍길동 시장. ⓒ뉴시스
        새 열람실에서 책을 고르는 시민들의 모습.
    """,
    "copyright": """
        <저작권자 ⓒ 가나뉴스, 무단 전재-재배포, AI 학습 및 활용 금지>
        저작권자 © 가나일보 무단전재 및 재배포 금지
        Copyright ⓒ 가나일보. All rights reserved.
        Copyrights ⓒ 가나닷컴
        ⓒ 가나일보, 무단 전재 및 재배포 금지
        [ⓒ 가나경제, 무단전재 배포금지]
        <ⓒ종합 경제정보 미디어 가나경제, 무단전재 배포금지>
        Copyright 2025. 가나일보 all rights reserved.
        무단전재 및 재배포 금지
        무단 전재, 재배포 및 AI학습 이용 금지
    """,
    "related": """
        ▶ 관련기사
        [관련기사]
        관련기사
        관련 뉴스
        함께 볼 만한 기사
        [관련기사] 가나시, 도서관 예산 두 배로
        많이 본 뉴스
        댓글 많은 뉴스
        ## 관련 기사
        ▶ 기사 원문 : http://example.com/news/1
        이 시각 주요뉴스
        홍길동 기자의 다른 기사 보기
        ▶ 가나일보 홈페이지 바로가기
        https://example.com/news/1
    """,
    "hashtags": """
        #도서관 #열람실
        #도서관#열람실#가나시
        #도서관
        태그 #도서관 #열람실
    """,
    "share": """
        공유하기
        좋아요 12
        댓글 12
        글자 크기
        글자크기 조절
        이 기사를 공유합니다
        페이스북 트위터 카카오톡 URL 복사
        인쇄 스크랩 글자크기 설정
        본문 듣기
        가 가
        댓글 0
    """,
    "subscribe": """
        구독
        구독하기
        제보는 카카오톡 okjebo
        ■ 제보하기
        ▷ 카카오톡 : '가나제보' 검색, 채널 추가
        ▷ 전화 : 02-781-1234
        ▷ 이메일 : jebo@gana.co.kr
        ▷ 유튜브, 네이버, 카카오에서도 가나뉴스를 구독해주세요!
        네이버에서 가나일보를 구독하세요
        ▶ 네이버 채널 구독하기
        구독과 좋아요 부탁드립니다
        당신의 제보가 뉴스가 됩니다
        카카오톡 채널 추가하고 뉴스 받아보기
    """,
    "heading": """
        ◆ 시민 반응은
        ■ 앞으로의 계획
        ■
        넓어진 열람실, 늘어난 좌석
        <앞으로의 과제>
        * * *
        ---
    """,
    "prose": """
        요즘은 신문도 잡지도 구독 서비스로 읽는 사람이 늘고 있다.
        도서관은 이날 새 열람실 사진을 공개했다.
        저작권자의 허락 없이 글을 퍼 나르는 무단 전재를 금지하는 법안이 통과됐다.
        그는 사진이 본문 내용과 무관하다고 해명했다.
        “책은 늘 곁에 있어야 합니다.” 홍길동 관장의 말이다.
        “책은 늘 곁에 있어야 한다.”(홍길동 관장)
        시민들은 반겼다.
        ▲ 첫째로 도서관은 좌석을 두 배로 늘리고 어린이 자료실을 따로 두기로 했다.
        ▷가나동 도서관 ▷나다동 도서관 ▷다라동 도서관이 새로 이름을 올렸다.
        1. 좌석을 두 배로 늘린다.
        - 좌석 수: 200석
        1) 좌석 200석
        Q. 언제 문을 여나
        Q2. 언제 문을 여나
        A. 4일에 엽니다.
        홍길동 기자가 현장을 찾았다.
        그는 “구독해 주세요”라고 말했다.
        이메일로 신청하면 된다.
        카카오톡과 페이스북이 함께 서비스를 멈췄다.
        업계는 관망하는 모습이다.
        구독자는 12만 명이다.
        전화 한 통이면 된다.
        #1 과제는 좌석을 늘리는 일이었다.
        사진: 그는 왜 사진을 찍는가. 그 물음에 답하는 책이다.
        The new reading room opened on Monday. It has 200 seats.
        연합뉴스는 이 소식을 처음 전했다.
        좌석 200석, 서가 40개, 회의실 3개.
        | 구분 | 좌석 |
        이 사진은 1950년대 서울의 모습이다.
        왼쪽부터 차례로 줄을 서 달라고 그는 말했다.
        제보는 많았지만 확인된 것은 없었다.
        댓글은 모두 지워졌다.
        무단 복제는 법으로 금지돼 있다.
        2025년 3월 4일 도서관이 문을 열었다.
        관련 기사가 쏟아졌다.
        관련 뉴스를 본 시민들은 놀랐다고 한다.
    """,
}


def kinds(text: str, title: str | None = None) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    return [(block.kind, text[block.start : block.end]) for block in find_blocks(text, title=title)]


def check(text: str, blocks: tuple[Block, ...]) -> None:
    """The promises of ``Block``'s docstring."""
    end = 0
    for block in blocks:
        assert end <= block.start < block.end <= len(text)
        assert not text[end : block.start].strip(), "a character outside all blocks"
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        end = block.end
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("kind", "line"),
    [(kind, line.strip()) for kind, lines in LINES.items() for line in lines.strip().split("\n")],
)
def test_a_line_between_paragraphs(kind: str, line: str) -> None:
    text = f"{TITLE}\n\n{LEAD}\n\n{line}\n\n{END}"
    assert kinds(text) == [("title", TITLE), ("prose", LEAD), (kind, line), ("prose", END)]


@pytest.mark.parametrize(
    "byline",
    [
        "(가나=연합뉴스) 홍길동 기자 =",
        "[가나=뉴시스]홍길동 기자 =",
        "【서울=뉴시스】 홍길동 기자 =",
        "[나다일보 홍길동 기자]",
        "[나다일보 = 홍길동 기자]",
        "[세종=나다경제 홍길동 기자]",
        "(나다신문=홍길동 기자)",
        "| 나다소식 = 홍길동 기자 |",
        "홍길동 기자 =",
        "가나=홍길동 기자 hong@nada.co.kr",
        "[가나/나다]홍길동 기자 =",
        "[나다일보]",
    ],
)
def test_a_byline_before_the_lead_is_cut_off(byline: str) -> None:
    assert kinds(f"{TITLE}\n\n{byline} {LEAD}\n\n{END}")[1:] == [
        ("byline", byline),
        ("prose", LEAD),
        ("prose", END),
    ]


@pytest.mark.parametrize(
    "signature", ["홍길동 기자 hong@nada.co.kr", "hong@nada.co.kr", "/홍길동 기자", "[홍길동 기자]"]
)
def test_a_signature_after_the_last_sentence_is_cut_off(signature: str) -> None:
    assert kinds(f"{TITLE}\n\n{LEAD}\n\n{END} {signature}")[2:] == [("prose", END), ("byline", signature)]


def test_caption_byline_and_prose_on_one_line() -> None:
    caption = (
        "가나시 도서관에서 열린 개관식에서 참석자들이 박수를 치고 있다. 왼쪽부터 홍길동 시장, "
        "김영희 관장ⓒ나다소식 이철수 기자"
    )
    line = f"{caption}[나다소식 = 이철수 기자] {LEAD}"
    assert kinds(f"{TITLE}\n{line}\n\n{END}")[1:4] == [
        ("caption", caption),
        ("byline", "[나다소식 = 이철수 기자]"),
        ("prose", LEAD),
    ]


def test_a_credit_in_brackets_ends_a_caption_but_not_a_name() -> None:
    caption = "홍길동 시장이 3일 개관식에서 인사말을 하고 있다.[사진=나다일보]"
    assert kinds(f"{TITLE}\n\n{caption}{LEAD}\n\n{END}")[1:3] == [("caption", caption), ("prose", LEAD)]
    sentence = f"개관식에는 여러 사람이 왔다. 그 가운데 홍길동 시장(사진=나다일보)은 이렇게 말했다. {LEAD}"
    assert ("prose", sentence) in kinds(f"{TITLE}\n\n{sentence}\n\n{END}")


def test_a_notice_at_the_end_of_a_paragraph_is_cut_off() -> None:
    notice = "<저작권자 ⓒ 나다일보, 무단 전재 금지>"
    assert kinds(f"{TITLE}\n\n{LEAD}\n\n{END} {notice}")[2:] == [("prose", END), ("copyright", notice)]


def test_captions_stuck_to_a_paragraph() -> None:
    guests = "개관식에 참석한 가나시 관계자들."
    view = "새로 문을 연 열람실의 모습. 좌석 200석과 서가 40개를 갖춘 시에서 가장 큰 열람실이다."
    text = f"{TITLE}\n\n{LEAD}\n\n{guests}\n{LEAD}\n\n{view}\n{END}\n\n{END}"
    assert [kind for kind, _ in kinds(text)] == [
        "title",
        "prose",
        "caption",
        "prose",
        "caption",
        "prose",
        "prose",
    ]


def test_a_caption_pasted_with_its_alternative_text() -> None:
    assert [
        kind
        for kind, _ in kinds(
            f"{TITLE}\n\n{LEAD}\n\n새 열람실을 찾은 시민들\n새 열람실을 찾은 시민들\n\n{END}"
        )
    ] == [*("title", "prose", "caption", "caption", "prose")]


def test_title_and_decks() -> None:
    text = (
        f"{TITLE}\n\n  • 나다일보\n\n좌석 200석에 어린이 자료실 따로 둬\n“책보다 사람이 먼저… "
        f"모두의 서재로”\n\n{LEAD}\n\n{END}"
    )
    assert [kind for kind, _ in kinds(text)] == ["title", "byline", "deck", "deck", "prose", "prose"]


def test_a_title_known_beforehand() -> None:
    assert kinds(f"# {TITLE}\n\n{LEAD}", title=TITLE) == [("title", f"# {TITLE}"), ("prose", LEAD)]
    assert kinds(f"모두의 서재로\n\n{LEAD}", title=TITLE)[0] == ("deck", "모두의 서재로")


def test_headings_in_a_text_without_blank_lines() -> None:
    assert [kind for kind, _ in kinds(f"{TITLE}\n{LEAD}\n넓어진 어린이 자료실\n{END}")] == [
        "title",
        "prose",
        "heading",
        "prose",
    ]


def test_one_heading_over_another() -> None:
    text = f"{TITLE}\n\n{LEAD}\n\n도서관이 걸어온 길\n\n작은 책방에서 시작해 40년\n\n{END}"
    assert [kind for kind, _ in kinds(text)] == ["title", "prose", "heading", "heading", "prose"]


def test_links_after_related_articles_end_where_prose_goes_on() -> None:
    links = "관련기사\n1. 가나시 예산 두 배로\n2. 나다시도 도서관 짓는다"
    tail = "[관련기사]\n☞ 책 읽는 도시\n\n저작권자 © 나다일보 무단전재 및 재배포 금지\n다른 소식\n홈으로"
    found = kinds(f"{TITLE}\n\n{LEAD}\n\n{links}\n\n{END}\n\n{tail}")
    assert [kind for kind, _ in found] == [
        *("title", "prose", "related", "related", "related", "prose"),
        *("related", "related", "copyright", "related", "related"),
    ]


ARTICLES = {
    "a wire story": (
        "가나시 새 도서관 4일 개관…좌석 200석|title\n\n송고2025-03-04 10:20|byline\n\n홍길동 기자|byline\n\n"
        "새 도서관 열람실|caption\n[가나시 제공. 재판매 및 DB 금지]|image\n\n가나시는 4일 "
        "새 도서관을 연다고 밝혔다.|prose\n\n"
        "도서관에는 좌석 200석과 서가 40개가 있으며, 지하에는 보존 서고를 두었다.|prose\n\n"
        "hong@nada.co.kr|byline\n\n"
        "제보는 카카오톡 nadajebo|subscribe\n<저작권자(c) 나다뉴스, 무단 전재-재배포, AI "
        "학습 및 활용 금지>|copyright\n"
        "2025/03/04 10:20 송고|byline"
    ),
    "a broadcast": (
        "새 도서관 4일 문 연다|title\n\n입력 2025.03.04 (10:20) 수정 2025.03.04 (10:25)|byline\n\n"
        "가나시가 새 도서관을 엽니다.|prose\n\n좌석은 200석이고, 어린이 자료실이 따로 있습니다.|prose\n\n"
        "■ 제보하기|subscribe\n▷ 카카오톡 : '나다제보' 검색, 채널 추가|subscribe\n▷ 전화 : "
        "02-123-4567|subscribe\n\n"
        "홍길동 기자 (hong@nada.co.kr)|byline"
    ),
    "a portal's page": (
        "가나시, 새 도서관 문 열어|title\n\n입력2025.03.04. 오전 10:20  수정2025.03.04. "
        "오전 10:25 기사원문|byline\n"
        "홍길동 기자|byline\n\n추천|share\n댓글|share\n본문 요약봇|share\n글자 크기 "
        "변경하기|share\n공유하기|share\n\n"
        "가나시 새 도서관 전경. 사진=가나시|caption\n\n가나시는 4일 새 도서관을 연다고 밝혔다.|prose\n\n"
        "Copyright ⓒ 나다일보. All rights reserved. 무단 전재 및 재배포 금지.|copyright\n\n"
        "이 기사는 언론사에서 사회 섹션으로 분류했습니다.|share"
    ),
    "a press release": (
        "보도자료|byline\n배포일: 2025. 3. 4.|byline\n\n가나시, 새 도서관 문 열어|title\n"
        "- 좌석 200석에 어린이 자료실 따로 둬|deck\n- 4일부터 누구나 이용 가능|deck\n\n"
        "□ 가나시(시장 홍길동)는 4일 새 도서관을 연다고 밝혔다.|prose\n\n"
        "○ 도서관에는 좌석 200석과 서가 40개가 있으며, 어린이 자료실을 따로 두었다. "
        "모임방은 누구나 빌릴 수 있다.|prose\n\n- 끝 -|byline"
    ),
    "an interview": (
        "관장에게 듣는 새 도서관|title\n\n새 도서관이 4일 문을 연다. 홍길동 관장을 만나 "
        "앞으로의 계획을 들었다.|prose\n\n"
        "Q. 언제 준비를 시작했나|prose\n\nA. 3년 전입니다. 땅을 고르는 일이 가장 어려웠습니다.|prose\n\n"
        "-좌석은 몇 석인가.|prose\n\n“200석이다. 모자라면 늘리겠다.”|prose"
    ),
    "an essay": (
        "창밖에는 눈이 내렸다. 나는 오래된 편지를 꺼내 읽었다.|prose\n\n그날의 일은 아직도 "
        "또렷하다.|prose\n\n"
        "“괜찮니?”|prose\n\n아무도 대답하지 않았다. 나는 문을 열고 나가 골목 끝까지 걸었다.|prose"
    ),
    "a note": "메모: 회의는 3시에 시작한다.|prose",
    "one word": "사과|prose",
}


@pytest.mark.parametrize("name", ARTICLES)
def test_whole_articles(name: str) -> None:
    lines = [line.rsplit("|", 1) for line in ARTICLES[name].split("\n") if line]
    text = "\n".join(line.rsplit("|", 1)[0] for line in ARTICLES[name].split("\n"))
    assert kinds(text) == [(kind, line) for line, kind in lines]


@pytest.mark.parametrize(
    "text",
    [
        "봄비\n\n비가 온다\n창가에 온다\n\n나는 앉아서\n너를 부른다\n\n봄비",
        "오늘 할 일\n- 우유 사기\n- 책 반납\n- 전화하기",
        "회의 메모\n\n참석: 홍길동, 김영희\n\n1. 예산은 12억원으로 한다\n2. 개관은 4일",
        "첫 문단은 손으로 줄을 바꾼 글이라서 한 문장이 여러 줄에\n걸쳐 있고 어느 줄도 "
        "문장의 끝과 맞지 않는다는 점을 보여 주려고\n일부러 "
        "이렇게 길게 쓴 것이다.\n\n둘째 문단도 마찬가지로 여러 줄에 걸쳐 있으며 줄의 너비가\n서로 비슷하다.",
        "장보기\n사과\n배\n감\n\n꼭 사야 한다.",
    ],
)
def test_plain_texts_are_all_prose(text: str) -> None:
    assert {kind for kind, _ in kinds(text)} == {"prose"}


def test_a_paragraph_wrapped_by_hand_is_one_block() -> None:
    text = (
        f"{TITLE}\n\n이 문단은 손으로 줄을 바꾸어 한 문장이\n여러 줄에 걸쳐 있고 줄의 너비가\n"
        f"서로 비슷하다. 끝은 여기다.\n\n{END}"
    )
    assert [kind for kind, _ in kinds(text)] == ["title", "prose", "prose"]


def test_lines_that_end_sentences_are_paragraphs_of_their_own() -> None:
    assert kinds(f"{TITLE}\n\n{LEAD}\n{END}")[1:] == [("prose", LEAD), ("prose", END)]


def test_metadata_from_the_texts_own_lines() -> None:
    article = article_from_text(
        f"[단독] {TITLE}\n\n입력 2025.03.04 10:20 | 수정 2025.03.05 11:05\n\n[나다일보 "
        f"홍길동 기자] {LEAD}\n\n{END}\n\n#도서관 #가나시",
        source="x.txt",
    )
    assert (article.title, article.publisher, article.published) == (TITLE, "나다일보", "2025-03-04")
    assert (article.reporter, article.topics) == ("홍길동", ("도서관", "가나시"))


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        ("저작권자 © 나다소식 무단전재 및 재배포 금지", "나다소식"),
        ("Copyright ⓒ 나다일보. All rights reserved.", "나다일보"),
        ("(가나=연합뉴스) 홍길동 기자 =", "연합뉴스"),
        ("[부산=홍길동 기자]", None),
        ("홍길동 기자", None),
    ],
)
def test_the_publisher(line: str, publisher: str | None) -> None:
    lines = [TITLE, LEAD, line] if "ⓒ" in line or "©" in line else [TITLE, line, LEAD]
    found = article_from_text("\n\n".join(lines), source="x.txt").publisher
    assert found == publisher


# -- The four originals: lines by number, since their sentences may not be copied here ---------------------
SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
NOT_PROSE = {
    "000": {
        **{
            1: "title",
            3: "byline",
            5: "deck",
            6: "deck",
            7: "deck",
            9: "caption",
            24: "caption",
            37: "caption",
        },
        **{42: "heading", 44: "heading", 55: "heading", 65: "heading", 74: "hashtags"},
    },
    "001": {1: "title"},
    "002": {1: "image", 3: "title", 4: "deck", 5: "deck", 6: "caption byline prose"},
    "003": {
        **{1: "title", 2: "deck", 4: "image", 5: "image", 7: "byline prose", 15: "caption", 16: "caption"},
        **{18: "heading", 30: "image", 31: "image", 37: "heading", 45: "caption", 46: "caption"},
        **{56: "related", 57: "copyright"},
    },
}
METADATA = {
    "000": ("동아일보", None, None),
    "001": (None, None, None),
    "002": ("데일리안", "2025-10-28", "조인영"),
    "003": ("스마트에프엔", None, "양대규"),
}


def seed(number: str) -> Article:
    paths = sorted(SEEDS.glob(f"{number}_*.txt")) if SEEDS.is_dir() else []
    if not paths:
        pytest.skip(f"the original {number} is not in {SEEDS}")
    return read_article(paths[0])


@pytest.mark.parametrize("number", NOT_PROSE)
def test_every_line_of_an_original(number: str) -> None:
    article = seed(number)
    check(article.text, article.blocks)
    found: dict[int, str] = {}
    for block in article.blocks:
        line = article.first_line + article.text.count("\n", 0, block.start)
        found[line] = f"{found[line]} {block.kind}" if line in found else block.kind
    lines = [n for n, line in enumerate(article.text.split("\n"), article.first_line) if line.strip()]
    assert found == {line: NOT_PROSE[number].get(line, "prose") for line in lines}


@pytest.mark.parametrize("number", METADATA)
def test_metadata_of_an_original(number: str) -> None:
    article = seed(number)
    assert (article.publisher, article.published, article.reporter) == METADATA[number]
    title = next(block for block in article.blocks if block.kind == "title")
    assert article.text[title.start : title.end].endswith(article.title)


# -- Any text ----------------------------------------------------------------------------------------------
WORDS = [
    *'\n\n\n  .?!…"”·#=|[](){}<>▲▶■ⓒ-*1',
    "다.",
    "기자",
    "홍길동",
    "사진",
    "모습",
    "관련기사",
    "a@b.kr",
    "가" * 50,
    LEAD,
    "금지",
]


@given(st.lists(st.sampled_from(WORDS), max_size=60).map("".join) | st.text(max_size=300))
def test_blocks_of_any_text_keep_their_promises(raw: str) -> None:
    text = normalise(raw)
    check(text, find_blocks(text))


@given(
    st.lists(st.sampled_from(WORDS), max_size=40).map("".join),
    st.sampled_from([None, "", "홍길동", LEAD, "#"]),
)
def test_articles_of_any_text(raw: str, title: str | None) -> None:
    if not normalise(raw).strip():
        return
    article = article_from_text(raw, source="x.txt", title=title)
    check(article.text, article.blocks)
    assert article.title.strip()
    again = article_from_text(article.text, source="x.txt", title=title)
    assert (again.id, again.blocks) == (article.id, article.blocks), "reading is idempotent"


@pytest.mark.parametrize(
    "text",
    [
        "가" * 5_000_000,
        "#가" * 500_000,
        "a@" * 500_000,
        "[사진=" * 200_000,
        "다. " * 500_000,
        "가나 다라\n" * 50_000,
        "가\n\n" * 50_000,
    ],
    ids=["one line", "tags", "at signs", "brackets", "sentences", "glued lines", "lines apart"],
)
def test_huge_texts_take_linear_time(text: str) -> None:
    start = time.perf_counter()
    check(text, find_blocks(text))
    assert time.perf_counter() - start < 20  # quadratic time would be hours
