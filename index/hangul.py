"""Hangul syllables as the keys that type them on the two-set (두벌식) keyboard, and back."""

from __future__ import annotations

import re

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""In the order in which Unicode composes them; the first final is none."""

TWO_KEYS = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ", "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
"""What is typed with two keys; all else takes one (ㄲ is ㄱ with shift)."""

_ONE_KEY = {keys: letter for letter, keys in TWO_KEYS.items()}
_FIRST = ord("가")
_KEYS = "".join(
    dict.fromkeys(key for letters in (INITIALS, VOWELS) for key in letters if key not in TWO_KEYS)
)
_VOWEL = f"{'|'.join(keys for keys in _ONE_KEY if keys[0] in VOWELS)}|[{VOWELS}]"
_FINAL = f"{'|'.join(keys for keys in _ONE_KEY if keys[0] not in VOWELS)}|[{FINALS[1:]}]"
_TYPED = re.compile(f"([{INITIALS}])({_VOWEL})((?:{_FINAL})(?![{VOWELS}]))?")


def letters(syllable: str) -> tuple[str, str, str]:
    """The initial, vowel and final (" " where there is none) of one Hangul syllable."""
    number = ord(syllable) - _FIRST
    return INITIALS[number // 588], VOWELS[number // 28 % 21], FINALS[number % 28]


def syllable(initial: str, vowel: str, final: str = " ") -> str:
    """The syllable of these letters."""
    return chr(_FIRST + 588 * INITIALS.index(initial) + 28 * VOWELS.index(vowel) + FINALS.index(final))


def is_syllable(character: str) -> bool:
    """Whether it is one whole Hangul syllable."""
    return "가" <= character <= "힣"


def has_final(word: str) -> bool:
    """Whether the word's last character is a syllable with a final consonant."""
    return is_syllable(word[-1:]) and letters(word[-1])[2] != " "


def direction_particle(text: str) -> str:
    """로 after a vowel or ㄹ, 으로 after another final consonant, (으)로 where the last sound is not written in Hangul."""
    last = next((character for character in reversed(text) if character.isalnum()), "")
    if not is_syllable(last):
        return "(으)로"
    return "로" if letters(last)[2] in " ㄹ" else "으로"


def to_keys(text: str) -> str:
    """The keys that type a text; characters that are no Hangul stay."""
    return "".join("".join(map(_typed, letters(c))).strip() if is_syllable(c) else _typed(c) for c in text)


def from_keys(keys: str) -> str:
    """What a Korean keyboard shows when these keys are pressed; letters that make no syllable stand alone."""
    return _TYPED.sub(lambda found: syllable(*(_ONE_KEY.get(keys, keys) for keys in found.groups(" "))), keys)


def _typed(letter: str) -> str:
    return TWO_KEYS.get(letter, letter)


ROWS = ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ")
SHIFTED = dict(zip("ㅃㅉㄸㄲㅆㅒㅖ", "ㅂㅈㄷㄱㅅㅐㅔ", strict=True))


def neighbours(key: str) -> str:
    """The keys beside, above and below one on the keyboard, and its own with or without shift."""
    plain = SHIFTED.get(key, key)
    row = next((number for number, keys in enumerate(ROWS) if plain in keys), None)
    if row is None:
        return ""
    at = ROWS[row].index(plain)
    near = [(row, at - 1), (row, at + 1), (row - 1, at), (row - 1, at + 1), (row + 1, at - 1), (row + 1, at)]
    found = [ROWS[r][i] for r, i in near if 0 <= r < len(ROWS) and 0 <= i < len(ROWS[r])]
    found += [other for other, base in SHIFTED.items() if plain == base and other != key]
    return "".join(found) + (plain if plain != key else "")
