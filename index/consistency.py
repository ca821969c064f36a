"""Whether what an index keeps fits together: rows, passages and their articles, windows, vectors and terms."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
import numpy.typing as npt

from index.articles import Article
from index.encoder import Encoder
from index.lexical import LexicalIndex
from index.passages import Span
from index.searching import Index
from index.stored import StoredPassage
from index.terms import character_bigrams, indexed_terms
from index.windows import content_keys, embedded_spans

DATABASE = "articles.sqlite"
AT_ONCE = 512
"""Passages read at a time."""
SLICE = 1 << 18
"""Entries of an array looked at at a time."""
COLUMNS = 1 << 12
"""Terms looked at at a time, each with all its scores."""
ENCODED_AGAIN = 48
SEARCHED = 256
"""Passages whose terms are looked up."""
LENGTH = 1e-2
"""How far a vector's length may be from 1: what is kept of it may be rounded."""
MEAN = 1e-3
SAME = 0.999
"""The cosine from which on two vectors are of the same text: machines round differently."""

Progress = Callable[[str, int, int], None]
Contradiction = tuple[str, str | None]
"""What was looked at, and what is wrong with it, both in Korean; None where nothing is."""


def contradictions(index: Index, encoder: Encoder | None, step: Progress) -> Iterator[Contradiction]:
    """Every check of an opened index, one after another.

    Args:
        index: the index.
        encoder: what made its vectors, if some are to be made again.
        step: called with (stage, done, all); stages are ``passages`` and ``vectors``.
    """
    yield "데이터베이스", _database(index)
    wrong = _counts(index)
    yield "개수", wrong
    if wrong is not None:
        return
    yield from _passages(index, step)
    yield "벡터", _vectors(index, step)
    if encoder is not None:
        yield f"다시 만든 벡터 {min(ENCODED_AGAIN, len(index.windows))}개", _encoded_again(index, encoder)
    yield "낱말 색인", _lexical(index.words)
    yield "글자 색인", _lexical(index.characters)
    yield f"낱말과 글자 찾기 {min(SEARCHED, index.size)}문단", _terms(index)


def _database(index: Index) -> str | None:
    with closing(
        sqlite3.connect(f"{(index.folder / DATABASE).resolve().as_uri()}?mode=ro", uri=True)
    ) as opened:
        for (said,) in opened.execute("PRAGMA integrity_check(1)"):
            if said != "ok":
                return f"{DATABASE}: {said}"
        for table, row, *_ in opened.execute("PRAGMA foreign_key_check"):
            return f"{DATABASE}: {table}의 {row}번 줄이 없는 줄을 가리킵니다"
    return None


def _counts(index: Index) -> str | None:
    found = {
        "문단 줄": (len(index.store), "passages"),
        "낱말 색인의 문단": (index.words.size, "passages"),
        "글자 색인의 문단": (index.characters.size, "passages"),
        "창": (len(index.windows), "windows"),
        "벡터": (index.dense.size, "windows"),
        "창의 열쇠": (len(_keys(index)), "windows"),
    }
    for what, (count, name) in found.items():
        if count != index.counts[name]:
            return f"{what}이(가) {count:,}개인데 {index.counts[name]:,}개여야 합니다"
    return None


def _keys(index: Index) -> npt.NDArray[np.void]:
    keys: npt.NDArray[np.void] = np.load(index.folder / "keys.npy", mmap_mode="r", allow_pickle=False)
    return keys


def _passages(index: Index, step: Progress) -> Iterator[Contradiction]:
    """Looks at every passage, in the order of their numbers."""
    keys = _keys(index)
    wrong: Counter[str] = Counter()
    examples: dict[str, str] = {}
    last, articles = ("", 0), 0
    for first in range(0, index.size, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, index.size))
        for number, (item, article) in zip(numbers, index.store.passages(numbers), strict=True):
            own = item.passage
            found = {
                TEXTS: _text_fits(item, article),
                NUMBERS: own.id == f"{article.id}-{own.number}"
                and own.number == (last[1] + 1 if own.article_id == last[0] else 1),
                SPANS: _spans_fit(item),
                WINDOWS: _windows_fit(index, number, item),
                KEYS: _keys_fit(index, keys, number, item),
            }
            articles += own.article_id != last[0]
            last = (own.article_id, own.number)
            for check, fits in found.items():
                if not fits:
                    wrong[check] += 1
                    examples.setdefault(check, own.id)
        step("passages", numbers.stop, index.size)
    for check in (TEXTS, NUMBERS, SPANS, WINDOWS, KEYS):
        told = f"문단 {wrong[check]:,}개가 맞지 않습니다 (처음은 {examples[check]})" if wrong[check] else None
        yield check, told
    held = index.counts["articles"]
    yield (
        "기사 수",
        None if articles == held else f"문단이 있는 기사가 {articles:,}건인데 {held:,}건이어야 합니다",
    )


TEXTS = "문단과 기사의 글"
NUMBERS = "문단의 번호와 이름"
SPANS = "문장과 낱말의 자리"
WINDOWS = "창의 자리"
KEYS = "창의 글과 열쇠"


def _text_fits(item: StoredPassage, article: Article) -> bool:
    own = item.passage
    return 0 <= own.start < own.end <= len(article.text) and article.text[own.start : own.end] == own.text


def _spans_fit(item: StoredPassage) -> bool:
    terms = [(int(start), int(end)) for start, end in item.terms.spans]
    return (
        len(terms) == len(item.terms.forms)
        and bool(item.sentences)
        and _inside(item.sentences, len(item.passage.text))
        and _inside(item.windows, len(item.passage.text))
        and _inside(terms, len(item.passage.text), or_empty=True)
    )


def _inside(spans: Sequence[Span], length: int, or_empty: bool = False) -> bool:
    return all(
        start >= 0 and (start < end or (or_empty and start == end)) and end <= length for start, end in spans
    )


def _windows_fit(index: Index, number: int, item: StoredPassage) -> bool:
    owners = index.windows.passages[_rows(index, number)]
    return len(owners) == len(_embedded(item)) and bool((owners == number).all())


def _keys_fit(index: Index, keys: npt.NDArray[np.void], number: int, item: StoredPassage) -> bool:
    return content_keys(_embedded(item)).tobytes() == keys[_rows(index, number)].tobytes()


def _rows(index: Index, number: int) -> slice:
    return slice(int(index.windows.firsts[number]), int(index.windows.firsts[number + 1]))


def _embedded(item: StoredPassage) -> list[str]:
    """The texts that a passage's vectors stand for."""
    text = item.passage.text
    return [text[start:end] for start, end in embedded_spans(item.windows, len(text))]


def _vectors(index: Index, step: Progress) -> str | None:
    total, dimensions = index.dense.size, index.manifest.encoder["dimensions"]
    at_once = max(1, SLICE // dimensions)
    proper, lasts = index.windows.proper, np.zeros(total, dtype=bool)
    lasts[index.windows.lasts] = True
    weights = (proper / proper.sum() + lasts / lasts.sum()) / 2
    mean = np.zeros(dimensions)
    for first in range(0, total, at_once):
        rows = np.arange(first, min(first + at_once, total))
        vectors = index.dense.rows(rows).astype(np.float32)
        if vectors.shape[1] != dimensions:
            return f"{vectors.shape[1]}차원인데 {dimensions}차원이어야 합니다"
        wrong = ~(np.abs(np.linalg.norm(vectors, axis=1) - 1) < LENGTH)  # not a number is wrong, too
        if wrong.any():
            return f"{rows[wrong][0]:,}번 벡터의 길이가 1이 아닙니다"
        mean += weights[rows] @ vectors
        step("vectors", int(rows[-1]) + 1, total)
    vector = mean.astype(np.float32)[np.newaxis]
    if not abs(index.background(vector) - float(mean @ mean)) < MEAN:
        return "벡터의 평균이 적힌 것과 다릅니다"
    return None


def _encoded_again(index: Index, encoder: Encoder) -> str | None:
    rows = np.unique(np.linspace(0, len(index.windows) - 1, ENCODED_AGAIN).astype(np.int64))
    owners = index.windows.passages[rows].tolist()
    passages = index.store.passages_alone(owners)
    texts = [
        _embedded(item)[row - int(index.windows.firsts[owner])]
        for row, owner, item in zip(rows.tolist(), owners, passages, strict=True)
    ]
    made, kept = encoder.encode_passages(texts), index.dense.rows(rows).astype(np.float32)
    cosines = (made * kept).sum(axis=1) / np.linalg.norm(kept, axis=1)
    wrong = cosines < SAME
    if wrong.any():
        return f"{wrong.sum()}개가 다릅니다 (처음은 {rows[wrong][0]:,}번, 코사인 {cosines[wrong][0]:.3f})"
    return None


def _lexical(lexical: LexicalIndex) -> str | None:
    terms, data, indices, indptr, tops = (
        lexical.terms, lexical.data, lexical.indices, lexical.indptr, lexical.tops,
    )  # fmt: skip
    if (
        len(indptr) != len(terms) + 1
        or indptr[0] != 0
        or indptr[-1] != len(indices)
        or len(data) != len(indices)
    ):
        return "배열의 길이가 서로 맞지 않습니다"
    for first in range(0, len(indptr), SLICE):
        some, bounds = terms[first : first + SLICE + 1], indptr[first : first + SLICE + 1]
        if (some[1:] <= some[:-1]).any():
            return "낱말이 차례대로 있지 않습니다"
        if (bounds[1:] <= bounds[:-1]).any():
            return "낱말의 경계가 차례대로 있지 않습니다"
    for first in range(0, len(indices), SLICE):
        passages, values = indices[first : first + SLICE], data[first : first + SLICE]
        if passages.min() < 0 or passages.max() >= lexical.size:
            return "없는 문단을 가리킵니다"
        if not (np.isfinite(values).all() and (values > 0).all()):
            return "점수가 양수가 아닙니다"
    for first in range(0, len(tops), COLUMNS):
        bounds = indptr[first : first + COLUMNS + 1]
        own = data[bounds[0] : bounds[-1]]
        if (np.maximum.reduceat(own, bounds[:-1] - bounds[0]) != tops[first : first + COLUMNS]).any():
            return "낱말의 가장 높은 점수가 다릅니다"
    return None


def _terms(index: Index) -> str | None:
    """Whether terms of some passages lead to them, and pairs of characters."""
    for number in np.unique(np.linspace(0, index.size - 1, SEARCHED).astype(np.int64)):
        (item,) = index.store.passages_alone([int(number)])
        words = indexed_terms(item.terms.forms, [])
        characters = character_bigrams(item.passage.text)
        here = np.array([number])
        if not (index.words.present(words, here).all() and index.characters.present(characters, here).all()):
            return f"문단 {item.passage.id}의 말이 없습니다"
    return None
