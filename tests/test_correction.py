"""The question's correction: what it mends, what it leaves alone, how it is told and switched off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.gold import read_gold
from index.hangul import direction_particle, from_keys, has_final, neighbours, to_keys
from rag import Retriever
from rag.cli import main

GOLD = Path(__file__).resolve().parents[1] / "eval" / "gold" / "seeds.jsonl"


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("해인클러스터이름의유래는?", "해인 클러스터 이름의 유래는?"),
        ("해인 클러수터 이름의 유래는?", "해인 클러스터 이름의 유래는?"),
        ("해인 클러스터ㅓ 이름의 유래는?", "해인 클러스터 이름의 유래는?"),
        ("국내 인공지눙 모델", "국내 인공지능 모델"),
    ],
)  # fmt: skip
def test_slips_are_mended(retriever: Retriever, typed: str, searched: str) -> None:
    read = retriever.read(typed)
    assert (read.text, read.searched_as, read.typed) == (searched, searched, typed)
    as_typed = retriever.read(typed, correct=False)
    assert as_typed.text == as_typed.typed == typed and as_typed.searched_as is None
    assert set(as_typed.forms) <= set(read.forms)  # both are searched


def test_clean_questions_are_left_alone(retriever: Retriever) -> None:
    questions = [question.question for question in read_gold(GOLD) if question.category != "typo"]
    changed = [question for question in questions if retriever.read(question).searched_as]
    assert len(changed) <= 0.02 * len(questions), changed


def test_words_that_a_dictionary_knows_are_no_typos(retriever: Retriever) -> None:
    for question in ("김치찌개 맛있게 끓이는 법", "KoBERT는 언제 나왔나", "zzz qqq", "ㅋㅋㅋ", "12345"):
        assert retriever.read(question).text == question


def test_a_pasted_text_is_left_alone(retriever: Retriever) -> None:
    pasted = "해인 클러수터 " * 40
    assert retriever.read(pasted).text == pasted.strip()


def test_a_corrected_question_finds_what_the_clean_one_finds(retriever: Retriever) -> None:
    clean = retriever.search("해인 클러스터 이름의 유래는?", k=1)[0].passage.id
    assert retriever.search("해인클러스터이름의유래는?", k=1)[0].passage.id == clean


def test_the_answer_tells(retriever: Retriever) -> None:
    answer = retriever.answer("해인클러스터이름의유래는?")
    assert answer.question == "해인클러스터이름의유래는?"
    assert answer.searched_as == "해인 클러스터 이름의 유래는?"
    assert answer.correction == "‘해인 클러스터 이름의 유래는?’으로 고쳐서 찾았습니다."
    as_typed = retriever.answer("해인클러스터이름의유래는?", correct=False)
    assert as_typed.searched_as is None and as_typed.correction is None


def test_the_command_line_tells_and_switches_off(
    seeds_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["ask", "해인클러스터이름의유래는?", "--index", str(seeds_index)]
    assert main(ask) == 0
    assert "고쳐서 찾았습니다" in capsys.readouterr().out
    assert main([*ask, "--no-correct"]) == 0
    assert "고쳐서 찾았습니다" not in capsys.readouterr().out
    assert main([*ask, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["searched_as"] == "해인 클러스터 이름의 유래는?"


@pytest.mark.parametrize("text", ["앉아 값이 됐다", "꽃밭 까치", "A.X 4.0을 읽었다", "ㅋㅋ"])
def test_keys_and_back(text: str) -> None:
    assert from_keys(to_keys(text)) == text


def test_every_syllable_has_its_keys() -> None:
    syllables = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
    assert [from_keys(to_keys(one)) for one in syllables] == syllables


def test_the_keyboard() -> None:
    assert to_keys("됐다") == "ㄷㅗㅐㅆㄷㅏ"
    assert from_keys("ㅇㅣㄹㅡㅁㅡㅣ") == "이르믜"
    assert set("ㄷㅅㅇㄹㄲ") == set(neighbours("ㄱ")) and "ㄱ" in neighbours("ㄲ")


@pytest.mark.parametrize(
    ("text", "particle"),
    [("유래는?", "으로"), ("개수", "로"), ("모델", "로"), ("SKT", "(으)로"), ("", "(으)로")],
)
def test_the_particle_fits(text: str, particle: str) -> None:
    assert direction_particle(text) == particle
    assert has_final("모델") and not has_final("개수") and not has_final("SKT")
