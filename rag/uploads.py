"""What all visitors of a page have brought: a collection for each, which only the bearer of its key reaches."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

from platformdirs import user_data_path

from index.errors import GeungeoError
from rag.collection import Collection

KEY = re.compile(r"[0-9A-Fa-f]{32,128}")
"""128 bits or more, drawn at random by the visitor's browser."""
NAME = re.compile(r"[0-9a-f]{64}")
"""Of a collection's folder: a hash of the key, so that neither a disk nor a log gives a key away."""
GOING = ".gone"
"""Suffix of a folder that is being deleted."""

MARK = ".looked"
"""A file beside the collections; its time of modification is that of the last look at what is unused."""

DAY = 86_400.0
KEPT = 30 * DAY
"""Seconds for which a collection that nobody uses is kept, of those in which somebody serves."""
STAMPED = 3_600.0
"""Seconds between two marks of its use; its folder's time of modification is the mark."""
MOST = 1_000
"""Collections on a machine."""
MOST_OPEN = 32
"""Retrievers in memory, each some MB; one that is asked at the time stays until it has answered."""

log = logging.getLogger(__name__)


def default_uploads_dir() -> Path:
    """``$GEUNGEO_UPLOADS``, or a folder in the user's data folder."""
    chosen = os.environ.get("GEUNGEO_UPLOADS")
    return Path(chosen).expanduser() if chosen else user_data_path("geungeo", appauthor=False) / "uploads"


class Uploads:
    """All visitors' collections. Safe to share between threads; nothing is written before somebody brings something."""

    def __init__(
        self,
        folder: Path | None = None,
        model: str | None = None,
        *,
        most: int = MOST,
        most_open: int = MOST_OPEN,
    ) -> None:
        """Deletes what nobody has used for long.

        Args:
            folder: where they lie; by default ``default_uploads_dir``.
            model: the embedding model of what is indexed from now on; the bundled one by default.
            most: how many collections there may be.
            most_open: how many retrievers are kept in memory.
        """
        self.folder = default_uploads_dir() if folder is None else folder
        self._model = model
        self._most = most
        self._most_open = most_open
        self._lock = threading.Lock()
        self._collections: WeakValueDictionary[str, Collection] = WeakValueDictionary()
        self._open: OrderedDict[Path, Collection] = OrderedDict()
        """Those with a retriever, the one used last at the end."""
        self._expired = 0.0
        self._expire()

    def collection(self, key: str) -> Collection:
        """The collection of a visitor, the same object as long as anybody has it; an empty one where there is none yet.

        Raises:
            GeungeoError: that is no key.
        """
        if not KEY.fullmatch(key):
            raise GeungeoError("올린 기사를 찾는 열쇠가 잘못되었습니다. 페이지를 새로 고쳐 주세요.")
        if not self._expired <= time.time() <= self._expired + DAY:
            self._expire()
        name = hashlib.sha256(key.lower().encode()).hexdigest()
        with self._lock:
            found = self._collections.get(name)
            if found is None:
                found = Collection(self.folder / name, model=self._model, keeper=self)
                self._collections[name] = found
            return found

    def admit(self) -> None:
        """Makes the folder of all collections where there is none.

        Raises:
            GeungeoError: it cannot be made, or there are as many collections as there may be.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise GeungeoError(
                f"{self.folder}: 올린 기사를 둘 폴더를 만들 수 없습니다 ({error.strerror}). "
                "GEUNGEO_UPLOADS에 쓸 수 있는 폴더를 지정하세요."
            ) from None
        if len(self._folders()) >= self._most:
            raise GeungeoError(
                f"이 컴퓨터에 둘 수 있는 기사 모음 {self._most:,}개가 다 찼습니다. 나중에 다시 올려 주세요."
            )

    def used(self, collection: Collection) -> None:
        """Marks a collection as used; where it is open, the one used longest ago may have to close for it."""
        with suppress(OSError):  # there is none yet, or none any more
            now = time.time()
            if collection.folder.stat().st_mtime < now - STAMPED:
                os.utime(collection.folder, (now, now))
        with self._lock:
            self._open.pop(collection.folder, None)
            if collection.is_open:
                self._open[collection.folder] = collection
            while len(self._open) > self._most_open:
                self._open.popitem(last=False)[1].close()

    def _expire(self) -> None:
        """Deletes the collections that nobody has used for long."""
        with self._lock:
            self._expired = now = time.time()
            missed = self._missed(now)
            for folder in self._folders():
                with suppress(OSError):  # another process may be about it
                    used = folder.stat().st_mtime + missed
                    if missed:
                        os.utime(folder, (used, used))
                    if used < now - KEPT:
                        folder.rename(folder.with_suffix(GOING))  # at once, whoever may be asking
                        log.info("articles that nobody has used for long are deleted: %s", folder.name)
        for folder in self._folders(GOING):
            shutil.rmtree(folder, ignore_errors=True)

    def _missed(self, now: float) -> float:
        """Seconds since the last look that do not count as unused: nobody served then, or the clock was set.

        A clock that is wrong for a moment would take all collections with it otherwise.
        """
        mark, since = self.folder / MARK, 0.0
        with suppress(OSError):
            since = now - mark.stat().st_mtime
        with suppress(OSError):  # there may be no folder yet
            mark.touch()
            os.utime(mark, (now, now))
        return since - DAY if since > 2 * DAY else min(since, 0.0)

    def _folders(self, suffix: str = "") -> list[Path]:
        """Those of collections; other files that may lie there are nobody's business."""
        if not self.folder.is_dir():
            return []
        return [path for path in self.folder.iterdir() if NAME.fullmatch(path.stem) and path.suffix == suffix]
