"""The command ``geungeo``: index, remove, ask, chat, mcp, articles, doctor."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from index.errors import GeungeoError
from index.generations import current_generation, default_index_dir, is_index
from rag.options import command_line
from rag.progress import ProgressBars
from rag.samples import sample_folder

if TYPE_CHECKING:
    from index.dictionary import Dictionary
    from index.filters import Filters
    from index.searchable import Rows
    from index.summary import BuildSummary
    from rag.answer import Answer
    from rag.retriever import Retriever
    from rag.writing.written import WrittenAnswer

STATUSES = {"ok": "정상", "note": "참고", "problem": "문제"}
"""What ``doctor`` says of each check."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status: 0 done, 1 the program failed, 2 the input was at fault."""
    options = command_line().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except GeungeoError as error:
        if options.debug:
            raise
        print(f"geungeo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        sys.stderr.close()
        return 1
    except Exception as error:
        if options.debug:
            raise
        message = " ".join(str(error).split())[:300]
        print(
            f"geungeo: 예상하지 못한 오류입니다: {type(error).__name__}: {message} (자세히: --debug)",
            file=sys.stderr,
        )
        return 1


def _filters(options: argparse.Namespace) -> Filters:
    from index.filters import Filters

    return Filters(options.publisher, options.since, options.until, options.source, options.topic)


def _index(options: argparse.Namespace) -> int:
    from index.dictionary import read_dictionary

    dictionary = read_dictionary(options.dictionary) if options.dictionary else None
    if options.store:
        return _index_store(options, dictionary)
    from index.build import build_index, index_articles

    folder = _index_dir(options)
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
    _report(summary)
    return 0


def _index_store(options: argparse.Namespace, dictionary: Dictionary | None) -> int:
    from index.milvus.building import build_store

    if options.prune:
        raise GeungeoError(
            "--prune은 --store와 함께 쓸 수 없습니다. 없어진 기사는 'geungeo remove'로 빼 주세요."
        )
    place = _store(options)
    with ProgressBars() as bars:
        summary = build_store(options.paths, place, model=options.model, dictionary=dictionary, progress=bars)
    _report(summary)
    return 0


def _report(summary: BuildSummary) -> None:
    for skipped in summary.skipped:
        print(f"건너뜀: {skipped.path}: {skipped.reason}", file=sys.stderr)
    removed = f"뺌 {summary.removed:,}건, " if summary.removed else ""
    print(
        f"기사 {summary.articles:,}건, 문단 {summary.passages:,}개를 색인했습니다 "
        f"(새로 {summary.added:,}건, 바뀜 {summary.changed:,}건, 그대로 {summary.unchanged:,}건, {removed}"
        f"{summary.seconds:.1f}초): {summary.place}",
        file=sys.stderr,
    )


def _remove(options: argparse.Namespace) -> int:
    if options.store:
        from index.milvus.building import remove_articles as remove_from_store

        remove_from_store(_store(options), options.ids)
        print(f"기사 {len(set(options.ids)):,}건을 뺐습니다: {options.store}", file=sys.stderr)
        return 0
    from index.build import remove_articles

    with ProgressBars() as bars:
        summary = remove_articles(options.ids, _index_dir(options), progress=bars)
    _report(summary)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from rag.answer_output import answer_json, answer_text
    from rag.questions.question import clean_question

    clean_question(options.question)  # before anything heavy is loaded
    if options.k < 1:
        raise GeungeoError(f"-k는 1 이상이어야 합니다 (받은 값 {options.k}).")
    filters = _filters(options)
    retriever = _retriever(options)
    answer = retriever.answer(options.question, k=options.k, filters=filters, correct=not options.no_correct)
    written = None if options.no_llm else _written(retriever, answer)
    print(
        json.dumps(answer_json(answer, written), ensure_ascii=False, indent=2)
        if options.json
        else answer_text(answer, written)
    )
    return 0


def _written(retriever: Retriever, answer: Answer) -> WrittenAnswer | None:
    """The answer in the language model's words, checked; None where there is no model, or nothing to write."""
    from rag.writing.written import Writer

    writer = Writer.from_environment(retriever)
    return writer.write(answer) if writer and not answer.abstained else None


def _chat(options: argparse.Namespace) -> int:
    from rag.page.app import serve_page
    from rag.uploads import Uploads

    retriever = _retriever(options)
    model = retriever.index.encoder.card.model
    uploads = Uploads(model=model) if options.uploads == "private" else options.uploads == "shared" or None
    serve_page(retriever, options.host, options.port, uploads, not options.no_browser)
    return 0


def _mcp(options: argparse.Namespace) -> int:
    from rag.mcp_server.stdio import serve_stdio

    serve_stdio(lambda: _retriever(options))
    return 0


def _articles(options: argparse.Namespace) -> int:
    from rag.answer_output import article_json, source_line

    filters = _filters(options)
    rows = _rows(options).articles(filters)
    if options.json:
        print(
            json.dumps(
                [{"id": a.id, **article_json(a), "passages": n} for a, n in rows],
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        for article, passages in rows:
            print(f"{article.id}  {passages:>4}  {source_line(article)}")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from index.doctor import examine

    if options.store:
        raise GeungeoError("doctor는 폴더의 색인만 살핍니다. --index로 폴더를 지정하세요.")
    folder = _index_dir(options)
    findings = []
    with ProgressBars() as bars:
        for finding in examine(folder, bars):
            findings.append(finding)
            if not options.json:
                print(f"{STATUSES[finding.status]}  {finding.check}: {finding.detail}", flush=True)
    wrong = sum(finding.status == "problem" for finding in findings)
    if options.json:
        listed = [asdict(finding) for finding in findings]
        printed = {"index": str(folder), "sound": not wrong, "findings": listed}
        print(json.dumps(printed, ensure_ascii=False, indent=2))
    else:
        print(f"문제를 {wrong}가지 찾았습니다." if wrong else "색인이 온전합니다.")
    return 1 if wrong else 0


def _rows(options: argparse.Namespace) -> Rows:
    """The articles of the index, without what searches it."""
    if options.store:
        from index.milvus.rows import MilvusRows

        return MilvusRows.open(_store(options))
    from index.store import Store

    _build_sample_if_none(options)
    return Store(current_generation(_index_dir(options))[0] / "articles.sqlite")


def _retriever(options: argparse.Namespace) -> Retriever:
    from rag.retriever import Retriever

    if options.store:
        return Retriever.open(_store(options))
    _build_sample_if_none(options)
    return Retriever.open(_index_dir(options))


def _build_sample_if_none(options: argparse.Namespace) -> None:
    """The default index is made of the sample articles where there is none; one asked for by name must be there."""
    folder = _index_dir(options)
    if options.index is None and not is_index(folder):
        from index.build import build_index

        print(f"색인이 아직 없어, 함께 설치된 예시 기사로 만듭니다: {folder}", file=sys.stderr)
        with ProgressBars() as bars:
            summary = build_index([sample_folder()], folder, sample=True, progress=bars)
        _report(summary)


def _holds_sample(folder: Path) -> bool:
    return is_index(folder) and current_generation(folder)[1].sample


def _store(options: argparse.Namespace) -> str:
    from index.milvus.address import is_address

    if is_address(options.store):
        return options.store
    raise GeungeoError(
        f"--store를 읽을 수 없습니다: {options.store!r}. milvus:http://서버:19530처럼 적어 주세요."
    )


def _index_dir(options: argparse.Namespace) -> Path:
    chosen: Path | None = options.index
    return chosen if chosen is not None else default_index_dir()


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "index": _index,
    "remove": _remove,
    "ask": _ask,
    "chat": _chat,
    "mcp": _mcp,
    "articles": _articles,
    "doctor": _doctor,
}


def run() -> NoReturn:
    """The installed command: ``main``, then out at once, without the .4 s that taking Kiwi and the encoder down takes."""
    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    run()
