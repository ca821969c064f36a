"""Where a command finds what it works on: the index, opened, and the filters it is given."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import GeungeoError
from index.generations import current_generation, default_index_dir, is_index
from rag.progress import ProgressBars
from rag.samples import sample_folder

if TYPE_CHECKING:
    from index.filters import Filters
    from index.searchable import Rows
    from index.summary import BuildSummary
    from rag.retriever import Retriever


def filters_of(options: argparse.Namespace) -> Filters:
    """The filters that a command is given."""
    from index.filters import Filters

    return Filters(options.publisher, options.since, options.until, options.source, options.topic)


def open_retriever(options: argparse.Namespace) -> Retriever:
    """Opens the index to be asked."""
    from rag.retriever import Retriever

    if options.store:
        return Retriever.open(store_of(options))
    build_sample_if_none(options)
    return Retriever.open(index_dir(options))


def open_rows(options: argparse.Namespace) -> Rows:
    """The articles of the index, without what searches it."""
    if options.store:
        from index.milvus.rows import MilvusRows

        return MilvusRows.open(store_of(options))
    from index.store import Store

    build_sample_if_none(options)
    return Store(current_generation(index_dir(options))[0] / "articles.sqlite")


def store_of(options: argparse.Namespace) -> str:
    """The address of an index in Milvus."""
    from index.milvus.address import is_address

    if is_address(options.store):
        return options.store
    raise GeungeoError(
        f"--store를 읽을 수 없습니다: {options.store!r}. milvus:http://서버:19530처럼 적어 주세요."
    )


def index_dir(options: argparse.Namespace) -> Path:
    """The folder of the index, the default one where none is named."""
    chosen: Path | None = options.index
    return chosen if chosen is not None else default_index_dir()


def build_sample_if_none(options: argparse.Namespace) -> None:
    """The default index is made of the sample articles where there is none; one asked for by name must be there."""
    folder = index_dir(options)
    if options.index is None and not is_index(folder):
        from index.build import build_index

        print(f"색인이 아직 없어, 함께 설치된 예시 기사로 만듭니다: {folder}", file=sys.stderr)
        with ProgressBars() as bars:
            summary = build_index([sample_folder()], folder, sample=True, progress=bars)
        report(summary)


def report(summary: BuildSummary) -> None:
    """Says on stderr what a build has done."""
    for skipped in summary.skipped:
        print(f"건너뜀: {skipped.path}: {skipped.reason}", file=sys.stderr)
    removed = f"뺌 {summary.removed:,}건, " if summary.removed else ""
    print(
        f"기사 {summary.articles:,}건, 문단 {summary.passages:,}개를 색인했습니다 "
        f"(새로 {summary.added:,}건, 바뀜 {summary.changed:,}건, 그대로 {summary.unchanged:,}건, {removed}"
        f"{summary.seconds:.1f}초): {summary.place}",
        file=sys.stderr,
    )
