"""Where an embedding model lies once it has been prepared for this machine, and how it gets there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from index.errors import EncoderError

DEFAULT_MODEL = "multilingual-e5-small"
STATIC_MODEL = "multilingual-e5-small-static"
"""Distilled from the default model (``index.static_model``): for collections that it would take too long to encode."""
FORMAT = 4
"""Of the prepared folder; a change of what lies in it takes the next number, and old folders are left alone."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a prepared model is (``encoder.json`` in its folder)."""

    model: str
    fingerprint: str
    """SHA-256 of the weights, prompts and limits: two encoders with the same fingerprint give the same vectors, up to rounding."""
    dimensions: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str
    runtime: str
    """``openvino-int8``, ``openvino`` where quantizing would change the vectors, ``sentence-transformers`` where the
    model could not be converted, or ``static``."""


def cache_folder() -> Path:
    """``$GEUNGEO_CACHE``, or the user's cache folder for geungeo."""
    chosen = os.environ.get("GEUNGEO_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("geungeo", appauthor=False)


def model_folder(model: str) -> Path:
    """The folder in which ``model`` is, or will be, prepared."""
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", model).strip("-.").lower() or "model"
    # two names may differ in punctuation only, two folders in their place only
    if model not in (DEFAULT_MODEL, STATIC_MODEL):
        named = str(Path(model).resolve()) if Path(model).exists() else model
        slug += "-" + hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return cache_folder() / "models" / f"{slug}-v{FORMAT}"


def read_card(folder: Path) -> ModelCard | None:
    """The card of a prepared model, or None where none (or a broken one) lies."""
    try:
        return ModelCard(**json.loads((folder / "encoder.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_card(folder: Path, card: ModelCard) -> None:
    """Writes the card: the last file of a prepared folder."""
    text = json.dumps(asdict(card), ensure_ascii=False, indent=2)
    (folder / "encoder.json").write_text(text, encoding="utf-8")


def prepared(model: str = DEFAULT_MODEL) -> tuple[Path, ModelCard]:
    """The folder and card of ``model``, preparing it on first use.

    Preparing needs torch and sentence-transformers (some ten seconds); it runs in a process of its own, so
    that neither is ever loaded into the caller. Two processes that ask at once wait for one preparation.

    Args:
        model: ``multilingual-e5-small`` (bundled), ``multilingual-e5-small-static`` (made of it), the name of a
            model on a hub, or a local folder.

    Raises:
        EncoderError: the model cannot be found, read or run.
    """
    folder = model_folder(model)
    card = read_card(folder)
    if card is None:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EncoderError(
                f"캐시 폴더 {folder.parent}에 쓸 수 없습니다 ({error.strerror}). "
                "환경 변수 GEUNGEO_CACHE에 쓸 수 있는 폴더를 지정하세요."
            ) from None
        with FileLock(f"{folder}.lock"):
            card = read_card(folder)
            if card is None:
                _prepare(model, folder)
                card = read_card(folder)
    if card is None:
        raise EncoderError(f"{folder}: 임베딩 모델을 준비하지 못했습니다. 이 폴더를 지우고 다시 실행하세요.")
    return folder, card


def _prepare(model: str, folder: Path) -> None:
    takes = "2~5분" if model == STATIC_MODEL else "20초 안팎"
    print(f"임베딩 모델 {model}을(를) 이 컴퓨터에 맞게 준비합니다 (처음 한 번, {takes})…", file=sys.stderr)
    result = subprocess.run(
        [sys.executable, "-m", "index.model_convert", model, str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUTF8": "1",
        },
    )
    if result.returncode != 0:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        raise EncoderError(lines[-1] if lines else f"임베딩 모델 {model}을(를) 준비하지 못했습니다.")
