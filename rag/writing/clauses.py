"""A Korean sentence as words with their parts in it: who, what, and what is said of them, denied, done or planned.

No parser: rules over morphemes, made to err on the side of telling two sentences apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from index.analyzer import Analyzer
from index.korean import Morpheme
from rag.questions.quantities import NATIVE, Quantity, quantities

Role = str
"""``subject``, ``topic``, ``object``, ``to`` or ``of``; else the particle itself, empty where there is none."""
Status = Literal["done", "open", "linked", "plain"]
"""Of what is said: it has happened; it is planned, possible or conditional; it is joined to what follows, or ends the
sentence, with neither marked."""

_WORD = re.compile(r"\w+(?:[.\-·&]\w+)*%?")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOMINAL = ("NN", "NR", "NP", "XR", "SL", "SN", "SH", "XSN", "XPN", "SW", "W_")
_VERBAL = ("VV", "VA", "XSV", "XSA", "VCN")
_PARTICLES: dict[str, Role] = {"이": "subject", "가": "subject", "은": "topic", "는": "topic", "께서": "subject",
                               "을": "object", "를": "object", "에": "to", "에게": "to", "께": "to", "한테": "to",
                               "의": "of", "으로": "로", "으로부터": "로부터", "에게서": "로부터", "한테서": "로부터",
                               "과": "와"}  # fmt: skip
_LINKS = frozenset(
    ["고", "며", "으며", "지만", "는데", "은데", "ᆫ데", "나", "으나", "면서", "으면서", "자", "다가"]
)
"""Endings that join one statement to the next."""
_AMOUNT_AHEAD = re.compile(r"[^,]{0,20}\d")
_OPEN_ENDINGS = re.compile(
    r"^(?:면|으면|라면|다면|려고|으려고|려|으려|도록|아야|어야|여야|자고|라고도|ᆯ|을|ᆯ지|을지|러|으러|게)$"
)
_OPEN_WORDS = re.compile(
    r"방안|계획|예정|방침|전망|목표|구상|복안|검토|제안|요구|촉구|추정|예상|의향|뜻|조건|가능|추진|포부|의지|다짐|공약|기대"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence; what it says of a happening stands in ``verb`` and the fields after it."""

    core: str
    """Without particles and endings, lower-cased: 한별스페이스는 → 한별스페이스."""
    surface: str
    """As it is written, lower-cased."""
    forms: frozenset[str]
    """Its terms in the common spelling."""
    role: Role
    start: int
    end: int
    segment: int
    """Which of the statements joined in the sentence, or the items of its list, it stands in."""
    noun: bool
    """It names something (공개했다 does, too)."""
    time: bool
    """It is an adverb or a word of time: these are never left to be understood."""
    verb: str | None = None
    denied: bool = False
    status: Status = "plain"
    decided: bool = False
    """~기로 하다."""
    passive: bool = False
    prefix: str = ""
    """What changes the noun after it: 비상장사, 부본부장."""
    name: str = ""
    """The full name of whoever is called by surname and title, where the passage has it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in its words."""

    raw: str
    text: str
    """Without what stands in brackets: what all places count."""
    words: tuple[Word, ...]
    amounts: tuple[Quantity, ...]
    quoted: tuple[str, ...]
    """What stands in quotation marks."""
    bracketed: tuple[tuple[int, str], ...]
    """What stands in brackets, each with the place of the last character before it."""
    squashed: str = field(repr=False)
    """The letters and digits alone, lower-cased."""

    def segment_of(self, place: int) -> int:
        """The segment of the character at ``place``."""
        before = [word.segment for word in self.words if word.start <= place]
        return before[-1] if before else 0


_TIME = re.compile(
    r"올해|내년|작년|지난해|재작년|지난달|이달|다음|지난|오는|하반기|상반기|연말|연초|오전|오후|이듬해|당초|전|뒤|후|초|말|중순|현재|이미|아직|이전|이후|최초|최후|처음|마지막|첫"
)


def squash(text: str) -> str:
    """Letters and digits alone, lower-cased: names are compared however they are spaced."""
    return "".join(character for character in text.lower() if character.isalnum())


def read_sentence(text: str, analyzer: Analyzer) -> Sentence:
    """A sentence in its words; what stands in brackets is no word of it, but its numbers count."""
    plain, amounts, bracketed = _without_brackets(text)
    found = analyzer.morphemes(plain)
    forms: dict[int, list[str]] = {}
    for term in analyzer.terms(found):
        forms.setdefault(term.start, []).append(term.form)
    words: list[Word] = []
    segment, last = 0, 0
    for match in _WORD.finditer(plain):
        if "," in plain[last : match.start()] and words:
            segment += 1
        inside = [one for one in found if match.start() <= one.start < match.end()]
        if inside:
            word = _word(plain, match.start(), match.end(), inside, found, forms, segment)
            words.append(word)
            segment += _ends_segment(inside[-1], plain[match.end() :], segment, words, amounts)
        last = match.end()
    return Sentence(
        text,
        plain,
        tuple(words),
        amounts,
        tuple(text[start + 1 : end - 1] for start, end in quotations(text)),
        bracketed,
        squash(text),
    )


def _ends_segment(
    last: Morpheme, rest: str, segment: int, words: Sequence[Word], amounts: Sequence[Quantity]
) -> bool:
    """Whether a word ends a statement, or an item of a list of amounts: 340억 개인 표준형과 70억 개인 경량형."""
    if last.tag == "EC":
        return last.form in _LINKS
    first = next(word.start for word in words if word.segment == segment)
    return (
        last.tag == "JC"
        and any(first <= one.start < last.start for one in amounts)
        and bool(_AMOUNT_AHEAD.match(rest))
    )


def quotations(text: str) -> list[tuple[int, int]]:
    """Where quotations stand, with their marks. One pass for double and one for single marks: text may have thousands."""
    found: list[tuple[int, int]] = []
    for opening, closing in (('“"', '”"'), ("‘'", "’'")):
        start = -1
        for at, character in enumerate(text):
            if start >= 0 and character in closing and at > start + 1:
                found.append((start, at + 1))
                start = -1
            elif start < 0 and character in opening:
                start = at
    return sorted(found)


def _without_brackets(text: str) -> tuple[str, tuple[Quantity, ...], tuple[tuple[int, str], ...]]:
    """The text without what stands in brackets, which would part a name from its particle; all its amounts; and these."""
    pieces: list[str] = []
    bracketed: list[tuple[int, str]] = []
    amounts: list[Quantity] = []
    last = 0
    for match in _BRACKETED.finditer(text):
        pieces.append(text[last : match.start()])
        place = sum(map(len, pieces)) - 1
        bracketed.append((len("".join(pieces).rstrip()) - 1, match[0][1:-1]))
        amounts += [replace(one, start=place, end=place + 1) for one in quantities(match[0][1:-1])]
        last = match.end()
    plain = "".join((*pieces, text[last:]))
    in_order = sorted((*quantities(plain), *amounts), key=lambda one: one.start)
    return plain, tuple(in_order), tuple(bracketed)


def _word(
    text: str, start: int, end: int, inside: Sequence[Morpheme], all_of_them: Sequence[Morpheme],
    forms: dict[int, list[str]], segment: int,
) -> Word:  # fmt: skip
    nominal = [one for one in inside if one.tag.startswith(_NOMINAL)]
    verbal = next((at for at, one in enumerate(inside) if one.tag.startswith(_VERBAL)), None)
    if verbal is not None and any(one.tag in ("NNG", "NNP", "SL") for one in inside[verbal + 1 :]):
        verbal = None  # a name taken to pieces: 가온지방법원 → 가, 오, ...
    core_end = end
    # 국민의힘: 의 is the name's
    inside = [one for at, one in enumerate(inside) if one.tag != "JKG" or not inside[at + 1 :]]
    for one in inside:
        if one.start > start and (one.form == "들" or one.tag.startswith(("J", "VCP", "XSV", "XSA", "E"))):
            core_end = one.start
            break
    surface, core = text[start:end].lower(), text[start:core_end].lower()
    own = frozenset(form for one in inside for form in forms.get(one.start, ()))
    particles = [one for one in inside if one.tag.startswith("J")]
    # 누리온에어로는: 로 is the name's
    if len(particles) > 1 and particles[0].form == "로" and not inside[0].listed:
        core = text[start : particles[1].start].lower()
        particles = particles[1:]
    particle = particles[0].form if particles else ""
    role = _PARTICLES.get(particle, particle)
    adverb = not nominal and verbal is None and any(one.tag in ("MAG", "MAJ") for one in inside)
    noun = text[start:end] in NATIVE or (
        bool(nominal) and (verbal is None or inside[verbal].tag in ("XSV", "XSA"))
    )
    time = adverb or (noun and verbal is None and bool(_TIME.fullmatch(core)))
    prefix = inside[0].form if len(nominal) > 1 and _changes(inside[0]) else ""
    if verbal is None:
        return Word(core, surface, own, role, start, end, segment, noun, time, prefix=prefix)
    verb = inside[verbal]
    stem = core if verb.tag in ("XSV", "XSA") else {"없": "있"}.get(verb.form, verb.form)
    denied, status, decided = _said(verb, all_of_them)
    if inside[0].form == "못" and _could_not(all_of_them, all_of_them.index(inside[0])):
        stem, denied = "못하", False  # of the verb before it
    passive = any(one.form in ("되", "지") and one.tag in ("XSV", "VX") for one in inside)
    return Word(
        core, surface, own, "", start, end, segment, noun, time, stem, denied, status, decided, passive, prefix
    )  # fmt: skip


def _changes(first: Morpheme) -> bool:
    """Whether a word's first morpheme makes another thing of what follows."""
    return first.tag == "XPN" or (first.form in ("부", "전", "현", "구") and first.tag in ("NNG", "MM"))


def _said(verb: Morpheme, all_of_them: Sequence[Morpheme]) -> tuple[bool, Status, bool]:
    """Whether a verb is denied, what is said of it, and whether it is decided on: by what follows it."""
    at = next(i for i, one in enumerate(all_of_them) if one is verb)
    denied = verb.tag == "VCN" or verb.form == "없"
    if at and all_of_them[at - 1].tag == "MAG" and all_of_them[at - 1].form in ("안", "못"):
        denied = True
    status: Status = "plain"
    decided = settled = linked = False
    for i, one in enumerate(all_of_them[at + 1 :], start=at + 1):
        following = all_of_them[i + 1] if i + 1 < len(all_of_them) else None
        if one.tag == "VX":
            denied ^= one.form in ("않", "못하", "말")
        elif _could_not(all_of_them, i):
            denied = not denied
        elif one.tag == "EP" and not settled:
            if one.form in ("었", "았", "였"):
                settled = True
                status = "plain" if linked else "done"
            elif one.form == "겠":
                return denied, "open", decided
        elif one.tag == "ETN" and following is not None and following.form == "로":
            return denied, "open", True
        elif one.tag in ("EC", "ETM") and _OPEN_ENDINGS.match(one.form) and not settled:
            return denied, "open", decided
        elif one.tag == "ETM":
            if one.form in ("ᆫ", "은") and verb.tag in ("VV", "XSV") and not settled:
                status = "done"
            return denied, _unless_open(status, following), decided
        elif one.tag == "EF" or (one.tag == "EC" and one.form.startswith(("다고", "ᆫ다고", "는다고", "라고"))):
            break
        elif one.tag == "EC" and not settled and following is not None and following.tag != "VX":
            linked = linked or one.form != "지"
        elif (one.tag.startswith(_VERBAL) and settled) or one.tag == "SF":
            break
    return denied, "linked" if linked and status == "plain" else status, decided


def _could_not(morphemes: Sequence[Morpheme], at: int) -> bool:
    """Whether a 못 denies the verb before it: 막지 못했다, 찾지는 못했다."""
    before = at - 1
    if before > 0 and morphemes[before].tag.startswith("J"):
        before -= 1
    one, ending = morphemes[at], morphemes[max(before, 0)]
    return (one.form, one.tag) == ("못", "MAG") and ending.tag == "EC" and ending.form == "지"


def _unless_open(status: Status, following: Morpheme | None) -> Status:
    """Open where a plan is spoken of: 늘리는 방안, 마칠 계획."""
    planned = status == "plain" and following is not None and _OPEN_WORDS.match(following.form)
    return "open" if planned else status
