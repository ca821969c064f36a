"""Favours passages that tell of the time a question asks about, by the dates in their text and of their article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from index.searchable import Numbers, Rows
from rag.questions.dates import Days, dates_in, day_of, expressions
from rag.ranking.fusion import Scores

DATE_WEIGHT = 0.15
"""Chosen on the questions of half A of KorQuAD dev that name a time, before there was a second look: recall@1 rose from
.958 to .983. With all that ranks now it is .979 without and .981 with it there (471 questions), .936 and .942 on half B
(497): no difference that a paired test confirms (p = 1 and .45). KorQuAD's paragraphs have no dates of their own, so
what it is made for, words such as "지난 8월" read from an article's day, shows in ``tests/test_time_agreement.py`` only."""
CONSIDERED = 40
"""Passages, the best by their scores, whose times are read: some .1 ms each, unless they were read lately."""
PUBLISHED_SHARE = 0.5
"""What it counts that the article came out at the time asked about; not tuned, for want of dated questions."""


def reference_day(store: Rows, today: date | None = None) -> date:
    """The day from which a question's "지난 8월" or "올해" is counted: that of the newest article, today at the latest.

    Whoever asks an archive of 2025 for "올해" in 2027 means the archive's year; of a folder that is kept up to date
    the newest article is of today anyway. Without any dated article it is today.

    Args:
        store: whose articles.
        today: by default this machine's day.
    """
    today = today or date.today()
    newest = day_of(store.newest_day)
    return min(newest, today) if newest else today


@lru_cache(maxsize=1024)
def _told(text: str, written: date | None) -> tuple[Days, ...]:
    return tuple(dates_in(text, written))


def date_agreement(asked: Sequence[Days], told: Sequence[Days], published: date | None) -> float:
    """How well the times of a passage agree with those asked for, 0..1; the mean over those asked for.

    A time told agrees by the share of its days that was asked for: a day of August wholly with "8월", the whole year
    with "8월" by a twelfth. That the article was published then counts ``PUBLISHED_SHARE``: it may tell of that time
    without naming it, and a later article may tell of it too.
    """
    if not asked:
        return 0.0
    return sum(_agreement(days, told, published) for days in asked) / len(asked)


def _agreement(asked: Days, told: Sequence[Days], published: date | None) -> float:
    shared = (
        max(0, min(asked[1], last) - max(asked[0], first) + 1) / (last - first + 1) for first, last in told
    )
    then = published is not None and asked[0] <= published.toordinal() <= asked[1]
    return max((*shared, PUBLISHED_SHARE * then))


def favour(
    question: str, store: Rows, passages: Numbers, scores: Scores, *, today: date | None = None
) -> Scores:
    """The scores with a bonus for agreement, in 0..1 again; as they are where the question names no time.

    Args:
        question: the question, from whose words the time asked for is read.
        store: where the passages lie; the ``CONSIDERED`` best of them are read.
        passages: numbers of passages.
        scores: theirs, 0..1.
        today: by default this machine's day.
    """
    if not any(True for _ in expressions(question)) or not len(passages):
        return scores
    asked = dates_in(question, reference_day(store, today))
    near = np.lexsort((passages, -scores))[:CONSIDERED]
    agreements = np.zeros_like(scores)
    for position, (text, published) in zip(near, store.dated_texts(passages[near].tolist()), strict=True):
        day = day_of(published)
        agreements[position] = date_agreement(asked, _told(text, day), day)
    favoured: Scores = ((scores + DATE_WEIGHT * agreements) / (1.0 + DATE_WEIGHT)).astype(np.float32)
    return favoured
