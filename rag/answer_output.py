"""How the command line prints an answer, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from index.articles import Article
from rag.answer import Answer
from rag.hits import Hit
from rag.records import article_json
from rag.writing.written import WrittenAnswer, cited_articles


def answer_text(answer: Answer, written: WrittenAnswer | None = None) -> str:
    """An answer with its sources as ``geungeo ask`` prints it; ``written`` where a language model was asked."""
    lines = [answer.text, ""]
    if written:
        # the quotations stay below what was written: where articles differ, it may give only one of their figures
        quoted = lines if written.supported else []
        lines = [written.text, "", f"({written.remark})", "", *quoted]
    if answer.correction:
        lines = [f"{answer.correction} (입력한 그대로 찾으려면: --no-correct)", "", *lines]
    if answer.abstained:
        lines.append("관련 있을 수 있는 대목:" if answer.hits else "")
        for hit in answer.hits:
            lines += [f"  {hit.passage.text}", f"    — {source_line(hit.article)}"]
            lines += _also_lines(hit.elsewhere)
    for n, article, quote, duplicates in cited_articles(answer, written):
        lines.append(f"[{n}] {source_line(article)}")
        if quote:
            lines.append(f"    {quote}")
        lines += _also_lines(duplicates)
    return "\n".join(lines).rstrip()


def _also_lines(duplicates: Sequence[Hit]) -> list[str]:
    """The line that names the other papers with the same passage; none where there are none."""
    return [f"    {same_elsewhere(duplicates)}"] if duplicates else []


def same_elsewhere(duplicates: Sequence[Hit]) -> str:
    """Names the other papers with the same passage."""
    names = dict.fromkeys(_paper_and_date(hit.article) for hit in duplicates)
    return f"같은 내용: {', '.join(names)}"


def source_line(article: Article) -> str:
    """An article in one line: title, paper and day, where it is from."""
    return named_line(article.title, article.publisher, article.published, article.url or article.source)


def named_line(title: str, publisher: str | None, published: str | None, place: str) -> str:
    """The same of whatever names an article, with the place as it is to be shown."""
    about = ", ".join(part for part in (publisher, published) if part)
    return f"{title}{f' ({about})' if about else ''} · {place}"


def _paper_and_date(article: Article) -> str:
    """What to call an article beside others with the same content."""
    name = article.publisher or article.title
    return f"{name}({article.published})" if article.published else name


def answer_json(answer: Answer, written: WrittenAnswer | None = None) -> dict[str, object]:
    """An answer as ``geungeo ask --json`` prints it; ``written`` is there only where a language model was asked."""
    return _written_json(written) | {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "statements": [
            {
                "about": statement.about,
                "quote": statement.quote,
                "citations": [citation.n for citation in statement.citations],
                "differs": statement.differs,
            }
            for statement in answer.statements
        ],
        "unanswered": list(answer.unanswered),
        "citations": [
            {
                "n": citation.n,
                "passage_id": citation.passage.id,
                "article": article_json(citation.article),
                "quote": citation.quote,
                "start": citation.start,
                "end": citation.end,
                "duplicates": _duplicates_json(citation.duplicates),
            }
            for citation in answer.citations
        ],
        "hits": [
            {
                "passage_id": hit.passage.id,
                "score": round(hit.score, 4),
                "text": hit.passage.text,
                "article": article_json(hit.article),
                "duplicates": _duplicates_json(hit.duplicates),
            }
            for hit in answer.hits
        ],
    }


def _written_json(written: WrittenAnswer | None) -> dict[str, object]:
    if written is None:
        return {}
    sentences = [
        {"text": one.text, "citations": list(one.citations), "supported": one.supported}
        for one in written.sentences
    ]
    return {"written": {"text": written.text, "remark": written.remark, "sentences": sentences}}


def _duplicates_json(duplicates: Sequence[Hit]) -> list[dict[str, object]]:
    return [{"passage_id": hit.passage.id, "article": article_json(hit.article)} for hit in duplicates]
