"""The commands that change an index: ``index`` and ``remove``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import GeungeoError
from index.generations import current_generation, is_index
from rag.commands.places import index_dir, report, store_of
from rag.progress import ProgressBars
from rag.samples import sample_folder

if TYPE_CHECKING:
    from index.dictionary import Dictionary


def index(options: argparse.Namespace) -> int:
    """Indexes articles."""
    from index.dictionary import read_dictionary

    dictionary = read_dictionary(options.dictionary) if options.dictionary else None
    if options.store:
        return _index_store(options, dictionary)
    from index.build import build_index, index_articles

    folder = index_dir(options)
    if options.prune and not options.paths:
        raise GeungeoError("--prune은 기사 파일이나 폴더와 함께 쓰세요: 'geungeo index 폴더 --prune'")
    given = {"model": options.model, "dictionary": dictionary}
    with ProgressBars() as bars:
        if options.paths:
            if _holds_sample(folder):
                print("예시 기사로 만든 색인을 주신 기사로 바꿉니다.", file=sys.stderr)
            summary = build_index(options.paths, folder, **given, prune=options.prune, progress=bars)
        elif is_index(folder):
            summary = index_articles([], folder, **given, progress=bars)
        else:
            summary = build_index([sample_folder()], folder, **given, sample=True, progress=bars)
    report(summary)
    return 0


def _index_store(options: argparse.Namespace, dictionary: Dictionary | None) -> int:
    from index.milvus.building import build_store

    if options.prune:
        raise GeungeoError(
            "--prune은 --store와 함께 쓸 수 없습니다. 없어진 기사는 'geungeo remove'로 빼 주세요."
        )
    place = store_of(options)
    with ProgressBars() as bars:
        summary = build_store(options.paths, place, model=options.model, dictionary=dictionary, progress=bars)
    report(summary)
    return 0


def remove(options: argparse.Namespace) -> int:
    """Takes articles out of the index."""
    if options.store:
        from index.milvus.building import remove_articles as remove_from_store

        remove_from_store(store_of(options), options.ids)
        print(f"기사 {len(set(options.ids)):,}건을 뺐습니다: {options.store}", file=sys.stderr)
        return 0
    from index.build import remove_articles

    with ProgressBars() as bars:
        summary = remove_articles(options.ids, index_dir(options), progress=bars)
    report(summary)
    return 0


def _holds_sample(folder: Path) -> bool:
    return is_index(folder) and current_generation(folder)[1].sample
