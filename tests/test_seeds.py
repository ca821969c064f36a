"""Checks the four seed articles in seeds/: front matter, facts kept from the originals, no copied wording.

The originals are copyrighted and lie outside the repository, in shared/seeds beside it; the tests that
compare with them are skipped where that folder is absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

SEEDS = Path(__file__).parents[1] / "seeds"
ORIGINALS = Path(__file__).parents[2] / "shared" / "seeds"
COPY_LENGTH = 20  # a common run of this many folded characters counts as copied
NAME_LENGTH = 30  # no allowed name is longer, so that no sentence can be allowed
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:조|억|만|%|B(?![A-Za-z]))?")
LATIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|[.\-](?=[A-Za-z0-9]))*")

# What is no part of an article: title tags, image files, bylines, credits, hashtags, links, copyright.
BOILERPLATE: dict[str, tuple[str, ...]] = {
    "000_56fc7b8b65e1bc13.txt": (
        "[Tech&]",
        "• 동아일보",
        "#SK텔레콤#A.X K1#초거대 AI#AI 기술#프롬 스크래치#해인#SKT B200 클러스터",
    ),
    "001_d18403c9fc20408b.txt": (),
    "002_a0adfbcb4699f58e.txt": (
        "0003017787_001_20251028185412303.png?type=w800",
        "ⓒ데일리안 조인영 기자[데일리안 = 조인영 기자]",
    ),
    "003_e48f9b01956ced84.txt": (
        "이미지=챗GPT",
        "이미지=KT AI 홈페이지 캡처",
        "| 스마트에프엔 = 양대규 기자 |",
        "/사진=양대규 기자",
        "관련기사",
        "저작권자 © 스마트에프엔 무단전재 및 재배포 금지",
    ),
}

# Obvious slips of the pen in the originals; ours has the corrected form.
TYPOS = {"중소밴처기업부": "중소벤처기업부", "근랜드": "그랜드"}

# People, organisations, products, projects, places and terms that each article must keep.
NAMES: dict[str, str] = {
    "000_56fc7b8b65e1bc13.txt": """
        서울 성동구 성수동|11월 28일|워룸|과학기술정보통신부|독자 AI 파운데이션 모델|SK텔레콤 정예팀|대학생
        AI 연구자|2025 파운데이션 모델 테크 워크숍|김태윤 SK텔레콤 파운데이션 모델 담당|A.X K1(에이닷엑스 케이원)
        수십억∼수백억|5000억|미국|중국|대한민국|AI 주권|SK텔레콤 컨소시엄|크래프톤|포티투닷|리벨리온|셀렉트스타
        라이너|서울대|KAIST|게임|자동차|반도체|데이터|검색|멀티모달 AI|한국어|다국어|2027년까지|수천억∼수조
        MoE(Mixture of Experts)|토큰|A.X 시리즈|프롬 스크래치|From Scratch|95% 이상|글로벌 프런티어 모델
        포스트 트랜스포머 모델|2019년부터|1000만|에이닷(A.)|모두의 AI|NPU(Neural Processing Unit)
        아톰맥스(ATOM-Max)|자연어 처리|컴퓨터 비전|추천 시스템|AI 에이전트|사무|제조|로봇|금융|SK 그룹사
        SK하이닉스|SK이노베이션|SK AX|SK브로드밴드|최종현학술원|한국고등교육재단|20여 기관|참여 의향서
        AI 전환(AX)|국내 5위|슈퍼컴퓨터|TITAN|GPU 클러스터|MLOps|울산 AI DC|수천만 건|통화 요약|고객 상담 요약
        가산 AI 데이터센터|엔비디아|블랙웰 B200|해인|GPU 임차|1000장|GPUaaS|단일 클러스터|海印|Haein|팔만대장경
        해인사|K-소버린 AI 인프라|2018년|오픈소스|감성 대화|KoBERT|고객센터 챗봇|조사|어순|띄어쓰기|2020년 4월
        GPT-2|KoGPT2|10월|KoBART|2022년|GPT-3|A.X 1|2023년|A.X 2|표준형|경량형|2024년|A.X 3.0|340억(34B)
        70억(7B)|4월|에이닷 전화|8월|2025년 7월|A.X 4.0|CPT|로컬 운영|A.X 3.1|코드|수학|A.X 3 계열|A.X 4 계열
        투 트랙 전략|LLM
    """,
    "001_d18403c9fc20408b.txt": """
        미국|중국|3강|정예팀 5곳|소버린(주권) AI|95% 이상|독자 AI 모델|올해에만 2000억원|그래픽 처리장치(GPU)
        데이터|인재|독자 AI 파운데이션 모델|네이버클라우드|업스테이지|SK텔레콤|NC AI|LG경영개발원 AI연구원|서면평가
        발표평가|15곳|5곳|데스매치|6개월|본게임|전국민 콘테스트|2027년|최종 2팀|완전체
        조동연 SK텔레콤 이노베이티브 모델 담당|풀스택(Full-stack) AI|최종 2개 팀|통신사|지난 7일|서울 중구 페럼타워
        헤럴드경제|AI 통화요약|에이닷 전화|누적 1000만명|거대언어모델(LLM)|신경망처리장치(NPU)|리벨리온|셀렉트스타
        트랜스포머|맘바|디퓨전|포스트 트랜스포머|기업 간 거래(B2B)|20여개 기업|의향서|SK하이닉스|SK이노베이션|SK AX
        레퍼런스(참조)|인공지능 전환(AX)|그래픽처리장치(GPU) 임차 사업|내년 상반기까지|15개 팀|오픈소스|2년 반|1팀씩
    """,
    "002_a0adfbcb4699f58e.txt": """
        애니-투-애니|글로벌 100B|중소벤처기업부|서울 광진구 워커힐호텔|글로벌 초격차 테크 컨퍼런스
        특별 세션|왼쪽부터|류정혜 국가인공지능전략위원회 의장|성낙호 네이버클라우드 전무|김건수 NC AI 실장
        이진식 LG AI연구원 랩장|이승윤 업스테이지 센터장|이태훈 SK텔레콤 팀장|500B(5000억개)|거대언어모델(LLM)
        28일|29일|멀티모달|1년차|3단계|1단계|옴니 파운데이션 모델|원천기술 연구개발|애니-투-애니(Any-to-Any)|텍스트
        이미지|오디오|비디오|이종 데이터|GPU|독자 AI 파운데이션 모델|100B급|글로벌 프론티어|파운데이션 언어 모델
        3D 모델링|B2C(기업과 소비자간 거래)|로그 데이터|1차|2차|챗GPT|5000B 이상|제미나이|2000∼3000B|국가대표
        LG AI연구원|그룹사|팝콘각|아시아태평양경제협력체(APEC) 정상회의|공식 부대 행사
        한국형 독자 파운데이션 모델 개발 현황과 과제|5개 컨소시엄|네이버|LG|NC|업스테이지|SK텔레콤|과학기술정보통신부
        소버린 AI|LG경영개발원 AI연구원|네이버클라우드|5개팀|지난 8월|GPU(그래픽처리장치)|인재|12월까지
        1차 성과 평가|옴니모델|K-AI|산업 전환|AI 주권
    """,
    "003_e48f9b01956ced84.txt": """
        이재명 정부|독자 AI 파운데이션 모델 개발 사업|3년|2000억 원|GPU|1만 장|데이터셋|인재 양성 프로그램|최대 5개
        95% 이상|K-AI 모델|AI 주권|AI G3|SK텔레콤|KT|네이버클라우드|엔씨소프트|31일|엔씨소프트 AI
        한국전자통신연구원(ETRI)|고려대|KAIST|롯데이노베이트|포스코DX|NHN클라우드|HL로보틱스|미디어젠|MBC
        그랜드 컨소시엄|디지털 주권|VARCO|VARCO VISION 2.0|비전-언어 모델|NHN|금융|공공|22페타플롭스 이상
        AI 반도체 팜|국산 NPU|이연수 NC AI 대표|게임 체인저|1차 평가|SK텔레콤 컨소시엄|크래프톤|게임 AI|리벨리온
        AI 반도체|포티투닷|자율주행|라이너|지식 검색 AI|셀렉트스타|데이터 안정성|서울대|에이닷엑스(A.X)|70억|340억
        A.X 3.1 라이트|풀스택 AI|몰로코|가우스랩스|스캐터랩|K-AI 얼라이언스|3000명|모두를 위한 한국형 AI, K-믿음
        솔트룩스|루시아|크라우드웍스|매스프레소|투모로 로보틱스|로봇 AI|경찰청|고려대 의료원|해양경찰청|헌법재판소
        AI 원팀|믿음|믿음 2.0|오픈소스|공공성|윤리성|트웰브랩스|마렝고|페가수스|멀티모달|포항공대|한양대|네이버
        사우디|태국|모로코|네이버클라우드 관계자|AI 풀스택|이홍락 LG AI연구원 공동원장 겸 최고AI과학자(CSAI)
        LG AI 토크 콘서트|프렌들리AI|LG CNS|LG 그룹|엑사원(Exaone)|SKT|수직 통합|NC소프트|산업 표준
    """,
}

# Names and titles of which a common run may wholly consist. Nothing else may be repeated at such length.
ALLOWED_RUNS = (
    "NPU(Neural Processing Unit)",
    "성낙호 네이버클라우드 전무",
    "김건수 NC AI 실장",
    "이진식 LG AI연구원 랩장",
    "이승윤 업스테이지 센터장",
    "이태훈 SK텔레콤 팀장",
    "이홍락 LG AI연구원 공동원장 겸 최고AI과학자(CSAI)",
)


@dataclass(frozen=True)
class Seed:
    """One seed article: its path, its parsed front matter and its body."""

    path: Path
    meta: dict[str, Any]
    body: str


def read_seed(path: Path) -> Seed:
    """Split a seed file into front matter and body."""
    match = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    assert match, f"{path.name}: no front matter"
    meta = yaml.safe_load(match[1])
    assert isinstance(meta, dict), f"{path.name}: front matter is no mapping"
    return Seed(path, meta, match[2].strip())


def seed_paths() -> list[Path]:
    """The seed files, in order."""
    return sorted(SEEDS.glob("*.md"))


def originals() -> dict[str, str]:
    """The originals' text by file name, without boilerplate and with typos corrected; skips without them."""
    if not ORIGINALS.is_dir():
        pytest.skip(f"the original articles are not here ({ORIGINALS})")
    return {path.name: clean(path) for path in sorted(ORIGINALS.glob("*.txt"))}


def clean(path: Path) -> str:
    """An original's text without its boilerplate, every listed piece of which must be there."""
    text = path.read_text(encoding="utf-8")
    for piece in BOILERPLATE[path.name]:
        assert piece in text, f"{path.name}: boilerplate not found: {piece}"
        text = text.replace(piece, "\n")
    for wrong, right in TYPOS.items():
        text = text.replace(wrong, right)
    return text


def seed_of(name: str) -> Seed:
    """The one seed based on the original of this file name."""
    found = [seed for seed in map(read_seed, seed_paths()) if seed.meta["based_on"]["file"] == name]
    assert len(found) == 1, f"{name}: {len(found)} seeds"
    return found[0]


def fold(text: str) -> str:
    """The text without white space and punctuation, in lower case."""
    return "".join(char for char in text.lower() if char.isalnum())


def names_of(name: str) -> list[str]:
    """The names listed for an original, folded, longest first."""
    items = (fold(item) for item in re.split(r"[|\n]", NAMES[name]))
    return sorted(filter(None, items), key=len, reverse=True)


def allowed_positions(folded: str) -> list[bool]:
    """For each character, whether it is a digit or belongs to an allowed name."""
    marks = [char.isdigit() for char in folded]
    for name in map(fold, ALLOWED_RUNS):
        for match in re.finditer(re.escape(name), folded):
            marks[match.start() : match.end()] = [True] * len(name)
    return marks


def copied_runs(original: str, ours: str) -> list[str]:
    """The windows of COPY_LENGTH folded characters in both texts that are more than allowed names."""
    source, target = fold(original), fold(ours)
    windows = {source[i : i + COPY_LENGTH] for i in range(len(source) - COPY_LENGTH + 1)}
    marks = allowed_positions(target)
    spans = ((i, i + COPY_LENGTH) for i in range(len(target) - COPY_LENGTH + 1))
    return [target[a:b] for a, b in spans if target[a:b] in windows and not all(marks[a:b])]


def test_there_are_four_seeds() -> None:
    assert len(seed_paths()) == len(BOILERPLATE)


@pytest.mark.parametrize("path", seed_paths(), ids=lambda path: path.stem)
def test_front_matter(path: Path) -> None:
    meta = read_seed(path).meta
    based_on = meta["based_on"]
    texts = [meta["title"], meta["publisher"], based_on["publisher"], based_on["title"], based_on["file"]]
    assert all(isinstance(text, str) and text.strip() for text in texts)
    assert fold(meta["title"]) != fold(based_on["title"])
    assert meta["topics"] and all(isinstance(topic, str) and topic for topic in meta["topics"])
    assert type(meta.get("published", date.min)) is date
    assert type(based_on.get("date", date.min)) is date


@pytest.mark.parametrize("path", seed_paths(), ids=lambda path: path.stem)
def test_body_is_plain_paragraphs_in_indirect_speech(path: Path) -> None:
    body = read_seed(path).body
    blocks = body.split("\n\n")
    assert all(block.strip() and "\n" not in block for block in blocks), "a paragraph is one line"
    assert all(block.startswith("## ") or block.endswith("다.") for block in blocks)
    assert not re.search(r"[\"“”「」]", body), "no direct speech: our sentences are nobody's words"


def test_originals_and_seeds_pair_up() -> None:
    named = [read_seed(path).meta["based_on"]["file"] for path in seed_paths()]
    assert sorted(named) == sorted(originals())


@pytest.mark.parametrize("name", sorted(BOILERPLATE))
def test_title_of_the_original_is_quoted_truly(name: str) -> None:
    originals()
    title = seed_of(name).meta["based_on"]["title"]
    assert title in (ORIGINALS / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", sorted(BOILERPLATE))
def test_no_wording_is_copied(name: str) -> None:
    seed = seed_of(name)
    original = originals()[name]
    assert copied_runs(original, seed.body) == []
    assert copied_runs(original, seed.meta["title"]) == []


def test_allow_list_holds_only_names() -> None:
    assert all(len(fold(name)) <= NAME_LENGTH for name in ALLOWED_RUNS)
    assert not any(name.endswith(("다", "다.")) for name in ALLOWED_RUNS)


def test_copied_sentence_is_found_around_names() -> None:
    source = "이진식 LG AI연구원 랩장은 이어 개인적으로 굉장히 기술적으로 도전적인 과정을 겪는다고 했다."
    assert copied_runs(source, source)
    names = "이진식 LG AI연구원 랩장, 이승윤 업스테이지 센터장"
    assert copied_runs(names, names) == []


@pytest.mark.parametrize("name", sorted(BOILERPLATE))
def test_numbers_are_the_originals(name: str) -> None:
    assert set(NUMBER.findall(seed_of(name).body)) == set(NUMBER.findall(originals()[name]))


@pytest.mark.parametrize("name", sorted(BOILERPLATE))
def test_latin_words_are_the_originals(name: str) -> None:
    assert set(LATIN.findall(seed_of(name).body)) == set(LATIN.findall(originals()[name]))


@pytest.mark.parametrize("name", sorted(BOILERPLATE))
def test_names_are_kept(name: str) -> None:
    source, target = fold(originals()[name]), fold(seed_of(name).body)
    for item in names_of(name):
        assert item in source, f"not in the original: {item}"
        assert item in target, f"not in ours: {item}"
        # Longest first, and then taken away: LG must stand on its own, not only within LG AI연구원.
        source, target = source.replace(item, "|"), target.replace(item, "|")
