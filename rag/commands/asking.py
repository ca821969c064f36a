"""The commands that read an index: ``ask`` and ``articles``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from index.errors import GeungeoError
from rag.commands.places import filters_of, open_retriever, open_rows

if TYPE_CHECKING:
    from rag.answer import Answer
    from rag.retriever import Retriever
    from rag.writing.written import WrittenAnswer


def ask(options: argparse.Namespace) -> int:
    """Answers a question."""
    from rag.answer_output import answer_json, answer_text
    from rag.questions.question import clean_question

    clean_question(options.question)  # before anything heavy is loaded
    if options.k < 1:
        raise GeungeoError(f"-k는 1 이상이어야 합니다 (받은 값 {options.k}).")
    filters = filters_of(options)
    retriever = open_retriever(options)
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


def articles(options: argparse.Namespace) -> int:
    """Lists the articles."""
    from rag.answer_output import source_line
    from rag.records import article_json

    filters = filters_of(options)
    rows = open_rows(options).articles(filters)
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
