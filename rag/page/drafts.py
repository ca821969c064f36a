"""The chat page's answer in a language model's words: while it comes, and once it is checked."""

from __future__ import annotations

from collections.abc import Iterable

from rag.page.cards import card_id_of
from rag.page.markup import escape
from rag.writing.written import Draft, WrittenAnswer, WrittenSentence


def draft(step: Draft) -> str:
    """What the model has written so far, marked as not yet checked; not read out word by word."""
    label = '<b class="gg-checking">확인 중</b>'
    return f'<div class="gg-draft" aria-hidden="true">{label}<p>{escape(step.text)}</p></div>'


def written(number: int, found: WrittenAnswer) -> str:
    """The checked answer of turn ``number``, to stand above its quotations: its sentences, and what was left out."""
    text = " ".join(_sentence(number, one) for one in found.supported)
    body = f'<p class="gg-written-text">{text}</p>' if text else ""
    remark = f'<p class="gg-remark">{escape(found.remark)}</p>'
    return f'<div class="gg-written">{body}{remark}{_left_out(found.unsupported)}</div>'


def _sentence(number: int, sentence: WrittenSentence) -> str:
    cites = "".join(
        f'<a class="gg-cite" href="#{card_id_of(number, n)}" data-turn="{number}" aria-label="출처 {n} 보기">{n}</a>'
        for n in sentence.citations
    )
    return f"{escape(sentence.text)}{cites}"


def _left_out(sentences: Iterable[WrittenSentence]) -> str:
    items = "".join(f"<li><s>{escape(one.text)}</s></li>" for one in sentences)
    summary = "<summary>뒷받침되지 않아 뺀 문장 보기</summary>"
    return f'<details class="gg-left-out">{summary}<ul>{items}</ul></details>' if items else ""
