"""The command ``geungeo``: index, remove, ask, chat, articles, doctor."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from index.errors import GeungeoError
from index.generations import current_generation, default_index_dir, is_index
from rag.progress import ProgressBars
from rag.samples import sample_folder

if TYPE_CHECKING:
    from index.build import BuildSummary
    from index.dictionary import Dictionary
    from index.filters import Filters
    from index.milvus.building import StoreSummary
    from index.searchable import Rows
    from rag.answer import Answer
    from rag.retriever import Retriever
    from rag.writing.written import WrittenAnswer

STATUSES = {"ok": "정상", "note": "참고", "problem": "문제"}
"""What ``doctor`` says of each check."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status: 0 done, 1 the program failed, 2 the input was at fault."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        return status
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="geungeo", description="한국어 기사 더미에 묻고, 답이 되는 대목을 인용과 출처로 받습니다."
    )
    version = importlib.metadata.version("geungeo")
    parser.add_argument("--version", action="version", version=f"geungeo {version}")
    common = argparse.ArgumentParser(add_help=False)
    place = common.add_mutually_exclusive_group()
    place.add_argument("--index", metavar="DIR", type=Path, help="색인 폴더 (기본: 사용자 데이터 폴더)")
    place.add_argument(
        "--store",
        metavar="milvus:URI",
        help="폴더 대신 Milvus의 색인 (milvus:http://서버:19530, milvus:./파일.db; 이름은 뒤에 #이름)",
    )
    common.add_argument("--debug", action="store_true", help="오류가 나면 자세한 경로를 보입니다")
    filters = _filter_options()
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    build = commands.add_parser("index", parents=[common], help="기사를 색인합니다")
    build.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="기사 파일이나 폴더 (.txt .md .html)"
    )
    build.add_argument(
        "--model", metavar="NAME", help="임베딩 모델 이름이나 폴더 (기본: 내장 multilingual-e5-small)"
    )
    build.add_argument(
        "--dictionary",
        metavar="FILE",
        type=Path,
        help="사용자 사전: 한 줄에 이름 하나, 또는 쉼표로 나눈 같은 이름들 (기본: 색인에 있는 것; 빈 파일이면 없앰)",
    )
    build.add_argument(
        "--prune", action="store_true", help="PATH 아래에 있다가 없어진 파일의 기사를 색인에서 뺍니다"
    )
    build.set_defaults(run=_index)

    remove = commands.add_parser("remove", parents=[common], help="기사를 색인에서 뺍니다 (파일은 그대로)")
    remove.add_argument("ids", nargs="+", metavar="ID", help="기사의 ID ('geungeo articles'의 첫 칸)")
    remove.set_defaults(run=_remove)

    ask = commands.add_parser("ask", parents=[common, filters], help="묻고 답과 출처를 받습니다")
    ask.add_argument("question", metavar="QUESTION", help="질문")
    ask.add_argument(
        "-k", type=int, default=5, metavar="N", help="답 뒤에 둘, 또는 답이 없을 때 보일 대목의 수 (기본 5)"
    )
    ask.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    ask.add_argument(
        "--no-correct", action="store_true", help="질문의 오타와 띄어쓰기를 고치지 않고 그대로 찾습니다"
    )
    ask.add_argument(
        "--no-llm", action="store_true", help="GEUNGEO_LLM_URL이 있어도 언어 모델에게 쓰게 하지 않습니다"
    )
    ask.set_defaults(run=_ask)

    chat = commands.add_parser("chat", parents=[common], help="브라우저에서 대화합니다")
    chat.add_argument("--host", default="127.0.0.1", help="들을 주소 (기본 127.0.0.1: 이 컴퓨터에서만)")
    chat.add_argument("--port", type=int, help="포트 (기본: 7860부터 빈 것)")
    chat.add_argument("--no-browser", action="store_true", help="브라우저를 열지 않습니다")
    chat.set_defaults(run=_chat)

    articles = commands.add_parser("articles", parents=[common, filters], help="색인된 기사를 나열합니다")
    articles.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    articles.set_defaults(run=_articles)

    doctor = commands.add_parser("doctor", parents=[common], help="색인이 온전한지 살핍니다")
    doctor.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    doctor.set_defaults(run=_doctor)
    return parser


def _filter_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group(
        "거르기",
        "맞는 기사에서만 찾습니다. 같은 옵션을 여러 번 주면 그중 하나에, 다른 옵션끼리는 모두 맞아야 합니다.",
    )
    several: dict[str, Any] = {"action": "append", "default": []}
    group.add_argument("--publisher", metavar="NAME", help="매체 이름", **several)
    group.add_argument("--since", metavar="DATE", help="이날부터 나온 기사 (2025-08-31, 2025-08, 2025)")
    group.add_argument("--until", metavar="DATE", help="이날까지 나온 기사 (그달, 그해의 마지막 날까지)")
    group.add_argument(
        "--source", metavar="GLOB", help="파일 경로나 웹 주소의 일부, 또는 *와 ?를 쓴 꼴", **several
    )
    group.add_argument("--topic", metavar="NAME", help="기사가 밝힌 주제", **several)
    return options


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
    _report(summary, summary.index_dir)
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
    _report(summary, place)
    return 0


def _report(summary: BuildSummary | StoreSummary, place: object) -> None:
    for skipped in summary.skipped:
        print(f"건너뜀: {skipped.path}: {skipped.reason}", file=sys.stderr)
    removed = f"뺌 {summary.removed:,}건, " if summary.removed else ""
    print(
        f"기사 {summary.articles:,}건, 문단 {summary.passages:,}개를 색인했습니다 "
        f"(새로 {summary.added:,}건, 바뀜 {summary.changed:,}건, 그대로 {summary.unchanged:,}건, {removed}"
        f"{summary.seconds:.1f}초): {place}",
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
    _report(summary, summary.index_dir)
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

    serve_page(_retriever(options), options.host, options.port, not options.no_browser)
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
        _report(summary, folder)


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
