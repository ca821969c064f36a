"""Progress bars on stderr for whatever takes longer than a second."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from tqdm import tqdm

STAGES = {
    "read": "기사 읽기",
    "cut": "문단 나누기",
    "arrange": "단어 색인",
    "encode": "뜻 벡터 만들기",
    "verify": "파일 대조",
    "passages": "문단 살피기",
    "vectors": "벡터 살피기",
}


class ProgressBars:
    """One bar for each stage; fits the ``progress`` of ``index.build_index`` and of ``index.doctor.examine``."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Moves the bar of ``stage`` to ``done`` of ``total``."""
        bar = self._bars.get(stage)
        if bar is None:
            bar = self._bars[stage] = tqdm(
                total=total, desc=STAGES.get(stage, stage), delay=1.0, file=sys.stderr
            )
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            del self._bars[stage]

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for bar in self._bars.values():
            bar.close()
