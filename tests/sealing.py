"""Changes an index behind its back and makes manifest and pointer fit again, as no accident would."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

from index.generations import MANIFEST, POINTER, serving_name
from index.verification import facts_of


def generation(index_dir: Path) -> Path:
    return index_dir / "generations" / str(serving_name(index_dir))


def reseal(index_dir: Path, **changed: Any) -> None:
    """Writes a manifest that fits the files as they are now, with some fields changed, and points to it."""
    folder = generation(index_dir)
    fields = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    written = json.dumps(fields | {"files": facts_of(folder, but=MANIFEST)} | changed).encode()
    (folder / MANIFEST).write_bytes(written)
    digest = hashlib.sha256(written).hexdigest()
    (index_dir / POINTER).write_text(f"{folder.name} {digest}\n", encoding="utf-8")


def publish_a_copy(index_dir: Path) -> None:
    """A generation of the same content under another name, and the one before gone: quicker than a build."""
    old = generation(index_dir)
    new = old.with_name(uuid.uuid4().hex[:12])
    shutil.copytree(old, new)
    part = index_dir / f"{POINTER}.part"
    part.write_text((index_dir / POINTER).read_text().replace(old.name, new.name))
    part.replace(index_dir / POINTER)
    shutil.rmtree(old)
