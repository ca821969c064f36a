"""Which words a sentence may have in place of a passage's, and which it may have for nothing."""

from __future__ import annotations

from functools import cache

NEUTRAL = frozenset(["밝히", "말하", "말", "전하", "설명", "덧붙이", "하", "이야기", "언급", "소개"])
"""Ways of saying that claim nothing more than that it was said."""
SAYING = NEUTRAL | frozenset(
    ["강조", "주장", "답하", "지적", "비판", "꼬집", "털어놓", "자신", "평가", "약속", "반박", "하소연", "토로", "전망", "내다보"]
)  # fmt: skip
"""Ways of saying that a neutral one may stand for."""

LIGHT = frozenset(
    ["하", "되", "있", "이", "위하", "대하", "따르", "통하", "의하", "관하", "않", "못하", "지", "주", "싶", "달하", "이르", "나타나", "이루어지",
     "것", "곳", "점", "수", "등", "때", "데", "바", "중", "가운데", "측", "쪽", "이번", "그", "이", "해당", "또한", "그리고", "즉", "특히",
     "약", "한편", "현재", "규모", "금액", "내용", "경우", "결과", "따르면", "대한", "위해", "통해", "의", "동안", "달"]
)  # fmt: skip
"""Say nothing by themselves."""

ALIKE = """
오르 올라가
선정 정하 뽑 고르 택하 낙점 선발 뽑히 가려지
설치 깔 깔리 짓 건설 구축 들어서
투자액 자금 투자
착륙 내려앉 내려서 내려앉히
보험금 보험
방식 방법
가격 값 단가
배점 점수
신청 제출 접수
지원금 지원액 지원
멈추 서
미루 늦추 연기 밀리 미뤄지 늦춰지
시작 착수 들어가 나서 가동
받 얻 따내
주 대 지급 내주
맡 담당
만들 개발 제작
탈락 떨어지 떨어뜨리
매개변수 파라미터
출시 내놓 나오 공개 선보이 발표
참여 함께 합류 들어오 함께하
새 신규
운영 굴리 운행
방침 계획 예정 입장 뜻
대 부담
세우 설립 창업 차리
열리 열 개최
넘 초과 이상 웃돌
파도 파고
늘 늘리 늘어나 증가 불어나 많아지 키우
줄 줄이 줄어들 감소 깎이
넓히 넓어지 넓
낮추 낮 낮아지
높이 높 높아지
이미 벌써
모두 전부 다 모든 총
가장 제일
일찍 먼저
똑같이 똑같 같
다시 재
뒤 후
까닭 이유 때문
전망 내다보 예상
데려오 영입
쓰 사용 쓰이 활용 이용
얹 달 들어가 싣 탑재
협업 협력 손잡
손잡 협력 협업
서명 맺 체결
"""
"""Words of a line may stand for each other."""


@cache
def _lines() -> dict[str, frozenset[int]]:
    places: dict[str, set[int]] = {}
    for number, line in enumerate(ALIKE.strip().splitlines()):
        for word in line.split():
            places.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in places.items()}


def alike(one: str, other: str) -> bool:
    """Whether two words may stand for each other."""
    if one == other:
        return True
    lines = _lines()
    return bool(lines.get(one, frozenset()) & lines.get(other, frozenset()))
