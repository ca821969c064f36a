"""Bytes of a file to clean text: encodings, binary files, and the characters nobody sees."""

from __future__ import annotations

import codecs
import re
import unicodedata

from index.errors import ArticleError

MAX_BYTES = 20 * 1024 * 1024
"""Larger files are refused: no article is that long, and a mistaken path should not fill memory."""

_BOMS = (  # UTF-32 before UTF-16: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AS_TEXT, _AS_NEW = "본문을 텍스트(.txt)로 저장해", ".docx나 .hwpx, PDF로 저장해"
_MAGIC = (  # what it is, and what to do before it can be read
    (b"%PDF-", "PDF 파일", _AS_TEXT),
    (b"PK\x03\x04", "압축 파일이나 오피스·한글(.zip, .docx, .hwpx) 문서", _AS_TEXT),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "예전 형식이거나 암호가 걸린 오피스·한글(.doc, .hwp) 문서",
        _AS_NEW,
    ),
    (b"HWP Document File", "예전 한글(.hwp) 문서", _AS_NEW),
    (b"{\\rtf", "서식 있는 텍스트(.rtf) 문서", _AS_NEW),
    (b"\x89PNG\r\n", "그림 파일", _AS_TEXT),
    (b"\xff\xd8\xff", "그림 파일", _AS_TEXT),
    (b"GIF8", "그림 파일", _AS_TEXT),
    (b"\x1f\x8b\x08", "압축 파일", "풀어서"),
    (b"7z\xbc\xaf\x27\x1c", "압축 파일", "풀거나 .zip으로 압축해"),
    (b"Rar!\x1a\x07", "압축 파일", "풀거나 .zip으로 압축해"),
    (b"SQLite format 3\x00", "데이터베이스 파일", _AS_TEXT),
    (b"\x7fELF", "실행 파일", _AS_TEXT),
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^<>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_WESTERN = {"iso8859-1", "cp1252", "ascii", "iso8859-15"}

# The commonest syllables of running Korean make up about half of it; in bytes of another encoding read
# as CP949 they are as rare as any other of its 11,172.
_COMMON = frozenset("이다는의을가에한하고지로를은기도서사자인어과나리시대해정일으스아있게전제수부장그만")

# Kana, Chinese characters, private use, and single jamo (into which EUC-JP kana fall), less the laughter.
_FOREIGN = re.compile("[\u3040-\u30ff\u4e00-\u9fff\ue000-\uf8ff]|(?![ㅋㅎㅠㅜ])[\u3131-\u318e]")

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SIGNS = re.compile(r"[^\w\s!-~]{31,}")
_MOST_MARKS = 30
"""On one character: more is no writing of any language (Unicode TR 15, stream-safe text), and they are put in order by
the square of their number."""
_BLANKS = "\t\u00a0\u1680\u202f\u205f\u3000\u3164\uffa0" + "".join(map(chr, range(0x2000, 0x200B)))
_UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u180e\ufeff" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
)
_CLEAN: dict[int, str | None] = {
    **{ord(char): " " for char in _BLANKS},
    **dict.fromkeys(map(ord, _UNSEEN)),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # lone surrogates cannot be hashed or stored
}


def decode(data: bytes, *, html: bool = False) -> str:
    """Return ``data`` as text, not yet normalised.

    Tried in turn: a byte order mark, UTF-8, the page's own declaration (with ``html``), CP949. Guessing
    further would turn other encodings into plausible-looking nonsense, so it is not done.

    Raises ArticleError (its message names no path) for data that is empty, too large, binary, or in
    none of these encodings.
    """
    if len(data) > MAX_BYTES:
        raise ArticleError(too_large(len(data)))
    if not data:
        raise ArticleError("비어 있는 파일입니다")
    refuse_binary(data)
    text = _decode_text(data, html)
    if len(_CONTROL.findall(text)) * 100 > len(text):
        raise ArticleError("텍스트 파일이 아닙니다: 제어 문자가 너무 많습니다")
    return text


def refuse_binary(head: bytes) -> None:
    """Raises ArticleError where a file's first bytes are those of a format that is no text."""
    for magic, name, remedy in _MAGIC:
        if head.startswith(magic):
            raise ArticleError(f"{name}입니다: {remedy} 넣어 주세요")


def normalise(text: str) -> str:
    r"""Return ``text`` in NFC with ``\n`` line ends, plain spaces, and no characters that show nothing.

    Every white-space character of the result is a space or ``\n``. Normalising twice changes nothing.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROL.sub("", text)
    return composed(text.translate(_CLEAN))


def composed(text: str) -> str:
    """Return ``text`` in NFC, without the marks that are too many on one character; takes linear time."""
    return unicodedata.normalize("NFC", _SIGNS.sub(lambda found: _fewer_marks(found[0]), text))


def _fewer_marks(signs: str) -> str:
    kept, marks = [], 0
    for sign in signs:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def too_large(size: int, limit: int = MAX_BYTES) -> str:
    """The message for a file of ``size`` bytes when it is over the limit."""
    return (
        f"너무 큰 파일입니다({size / 1024 / 1024:.0f}MB): {limit // 1024 // 1024}MB 이하로 나누어 넣어 주세요"
    )


def _decode_text(data: bytes, html: bool) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise ArticleError(
                    f"깨진 {encoding.upper()} 파일입니다: UTF-8로 다시 저장해 주세요"
                ) from None
    if b"\x00" in data:
        raise ArticleError("텍스트 파일이 아닙니다(이진 파일): 본문을 텍스트(.txt)로 저장해 넣어 주세요")
    text = _try(data, "utf-8")
    if text is not None:
        return text
    declared = _declared(data) if html else None
    if declared and declared not in _WESTERN:
        # A page whose own encoding is known may hold a few bad bytes (texts cut by the byte).
        text = data.decode(declared, errors="replace")
        if text.count("\ufffd") * 1000 <= len(text):
            return text
    text = _try(data, "cp949")
    if text is not None and _is_korean(text):
        return text
    if declared in _WESTERN:
        return data.decode("cp1252", errors="replace")
    raise ArticleError("글자 인코딩을 알 수 없습니다(UTF-8도 CP949도 아님): UTF-8로 저장해 다시 넣어 주세요")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes) -> str | None:
    """The encoding a page declares in its head, by Python's name for it."""
    match = _DECLARED.search(data[:8192])
    if match is None:
        return None
    try:
        name = codecs.lookup(match[1].decode("ascii", "replace")).name
        "".encode(name)  # refuses codecs that are not of text, such as "hex"
    except LookupError:
        return None
    # Pages that say euc-kr are in fact written in its superset.
    return "cp949" if name in {"euc_kr", "johab"} else name


def _is_korean(text: str) -> bool:
    """Is this text, decoded as CP949, Korean, rather than another encoding's bytes?"""
    hangul = sum("가" <= char <= "힣" for char in text)
    foreign = sum(bool(_FOREIGN.match(char)) for char in text)
    letters = hangul + foreign
    if letters < 20:  # too few to count: at least mostly syllables that KS X 1001 has (two bytes each)
        rare = sum(len(char.encode("euc_kr", "replace")) > 2 for char in text)
        return hangul * 4 >= foreign and rare * 2 <= hangul
    return sum(char in _COMMON for char in text) * 10 >= letters
