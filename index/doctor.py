"""Examines an index through and through and says, check by check, what is wrong and what to do.

Reads everything in batches: memory does not grow with the index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.analyzer import Analyzer
from index.consistency import contradictions
from index.encoder import Encoder, load_encoder
from index.errors import GeungeoError, IndexFormatError
from index.generations import (
    LOCK,
    MANIFEST,
    POINTER,
    Manifest,
    is_being_written,
    read_manifest,
    rebuild,
    serving_name,
    stored_dictionary,
)
from index.model_cache import model_folder, read_card
from index.searching import Index
from index.verification import STAMP, problems

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, all); stages are ``verify`` (bytes), ``passages`` and ``vectors``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check came to; everything in Korean, fit to show to a user."""

    status: Literal["ok", "note", "problem"]
    check: str
    """What was looked at."""
    detail: str
    """What was found, in one line; with a problem, what to do, too."""


def examine(index_dir: Path, progress: Progress | None = None) -> Iterator[Finding]:
    """The findings of every check of the index at ``index_dir``, as they come.

    Nothing is written but what is remembered of the files' hashes (``index.verification``).

    Raises:
        IndexNotFoundError: no index lies there.
        GeungeoError: it was built anew while it was examined.
    """
    name = serving_name(index_dir)
    for finding in _examine(index_dir, progress or (lambda stage, done, total: None)):
        if finding.status == "problem" and serving_name(index_dir) != name:
            raise GeungeoError(
                f"{index_dir}: 살피는 동안 새로 색인되었습니다. 'geungeo doctor'를 다시 실행하세요."
            )
        yield finding


def _examine(index_dir: Path, step: Progress) -> Iterator[Finding]:
    try:
        folder, manifest = read_manifest(index_dir)
    except IndexFormatError as error:
        yield Finding("problem", "세대", str(error))
        yield from _left_behind(index_dir)
        return
    counts = manifest.counts
    yield Finding(
        "ok", "세대",
        f"{folder.name}, 형식 {manifest.format}, {manifest.created}에 만듦: 기사 {counts['articles']:,}건, "
        f"문단 {counts['passages']:,}개, 벡터 {counts['windows']:,}개",
    )  # fmt: skip
    files = list(_files(index_dir, folder, manifest, step))
    yield from files
    yield from _left_behind(index_dir)
    yield _analyzer(index_dir, folder, manifest)
    encoder, finding = _encoder(index_dir, manifest)
    yield finding
    if any(finding.status == "problem" for finding in files):
        yield Finding("note", "내용", "상한 파일이 있어 살피지 않았습니다.")
    else:
        yield from _contents(index_dir, folder, manifest, encoder, step)


def _files(index_dir: Path, folder: Path, manifest: Manifest, step: Progress) -> Iterator[Finding]:
    wrong = problems(
        folder, manifest.files, anew=True, progress=lambda done, total: step("verify", done, total)
    )
    for relative, problem in wrong.items():
        yield Finding("problem", f"파일 {relative}", f"{problem}. {rebuild(index_dir)}")
    if not wrong:
        total = sum(facts["bytes"] for facts in manifest.files.values())
        yield Finding(
            "ok", "파일", f"{len(manifest.files)}개({total / 1e6:,.1f} MB)가 모두 색인할 때 그대로입니다"
        )
    known = {*manifest.files, MANIFEST, STAMP}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and relative not in known:
            yield Finding("note", f"파일 {relative}", "색인의 것이 아닙니다. 쓰이지 않으니 지워도 됩니다.")


def _left_behind(index_dir: Path) -> Iterator[Finding]:
    """What builds that did not end have left, and whether one is running."""
    try:
        if is_being_written(index_dir):
            yield Finding("note", "쓰기 잠금", "지금 다른 프로세스가 색인하는 중입니다.")
            return
    except OSError as error:
        yield Finding("note", "쓰기 잠금", f"{LOCK}을(를) 열 수 없습니다 ({error.strerror}).")
    generations = index_dir / "generations"
    folders = sorted(generations.iterdir()) if generations.is_dir() else []
    serving = serving_name(index_dir)
    unfinished = [path for path in folders if path.suffix == ".part"]
    older = [path for path in folders if path.suffix != ".part" and path.name != serving]
    strangers = [path for path in index_dir.iterdir() if path.name not in (LOCK, POINTER, "generations")]
    for path in [*unfinished, *(older if len(older) > 1 else []), *strangers]:
        place = path.relative_to(index_dir).as_posix()
        yield Finding(
            "note", f"남은 것 {place}", "끝나지 않은 색인의 것이면 다음 색인 때 쓰이거나 지워집니다."
        )


def _analyzer(index_dir: Path, folder: Path, manifest: Manifest) -> Finding:
    try:
        dictionary = stored_dictionary(folder)
    except IndexFormatError as error:
        return Finding("problem", "형태소 분석기", str(error))
    here = Analyzer(dictionary).versions()
    told = ", ".join(f"{name} {value}" for name, value in sorted(manifest.analyzer.items()))
    if manifest.analyzer == here:
        return Finding("ok", "형태소 분석기", told)
    differing = sorted(
        name for name in {*manifest.analyzer, *here} if manifest.analyzer.get(name) != here.get(name)
    )
    return Finding(
        "problem", "형태소 분석기",
        f"이 컴퓨터의 것과 다릅니다 ({', '.join(differing)}). 'geungeo index --index {index_dir}'로 다시 만드세요.",
    )  # fmt: skip


def _encoder(index_dir: Path, manifest: Manifest) -> tuple[Encoder | None, Finding]:
    """The encoder of the index where it lies on this machine ready to run; none is fetched or prepared for this."""
    model, check = manifest.encoder["model"], "임베딩 모델"
    card = read_card(model_folder(model))
    if card is None:
        return None, Finding(
            "note", check, f"{model}이(가) 이 컴퓨터에 아직 없어 벡터를 다시 만들어 보지 못했습니다."
        )
    if card.fingerprint != manifest.encoder["fingerprint"]:
        return None, Finding(
            "problem", check,
            f"이 컴퓨터의 {model}과(와) 다릅니다. 'geungeo index --index {index_dir}'로 다시 만드세요.",
        )  # fmt: skip
    return load_encoder(model), Finding("ok", check, f"{model}, {card.dimensions}차원")


def _contents(
    index_dir: Path, folder: Path, manifest: Manifest, encoder: Encoder | None, step: Progress
) -> Iterator[Finding]:
    try:
        index = Index(folder, manifest, Analyzer(stored_dictionary(folder)))
        for check, wrong in contradictions(index, encoder, step):
            if wrong is None:
                yield Finding("ok", check, "맞습니다")
            else:
                yield Finding("problem", check, f"{wrong}. {rebuild(index_dir)}")
    except IndexFormatError as error:
        yield Finding("problem", "내용", str(error))
    except (OSError, ValueError, RuntimeError, LookupError, TypeError, sqlite3.Error) as error:
        reason = " ".join(str(error).split())[:200]
        yield Finding("problem", "내용", f"읽을 수 없습니다 ({reason}). {rebuild(index_dir)}")
