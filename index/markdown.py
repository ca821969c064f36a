"""Markdown as plain text, line for line."""

from __future__ import annotations

import re
from bisect import bisect_left
from html import unescape

from index import decoding

_LONGEST = 2_000
"""Characters of a comment or an emphasis."""
_OPENED = re.compile(r"(?<!\\)(?:\*\*|__|~~)(?=\S)")
_CLOSED = {mark: re.compile(rf"(?<=\S)(?={re.escape(mark)})") for mark in ("**", "__", "~~")}
_BEFORE = (
    (re.compile(r"(?<!^)!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)(?!$)"), ""),
    (re.compile(r"(?<!!)\[([^\[\]]{1,1000})\]\([^()\s]{0,2000}(?:\s+[\"'][^\"']{0,500}[\"'])?\)"), r"\1"),
    (re.compile(r"(?<!!)\[([^\[\]]{1,1000})\]\[[^\[\]]{0,200}\]"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]{1,2000})>"), r"\1"),
    (
        re.compile(
            r"</?(?:br|b|i|em|strong|u|s|mark|small|sub|sup|span|font|a|p|div|img|center)(?:\s[^<>]{0,500})?/?>",
            re.I,
        ),
        "",
    ),
)
_AFTER = (
    (
        re.compile(
            r"(?<![\\*\w])\*(?=[^\s*])([^*]{1,1000})(?<=\S)\*(?!\*)|(?<![\\\w])_(?=[^\s_])([^_]{1,1000})(?<=\S)_(?!\w)"
        ),
        r"\1\2",
    ),
    (re.compile(r"(?<!`)`([^`]{1,1000})`(?!`)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!~|>-])"), r"\1"),
)
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")


def plain_markdown(text: str) -> str:
    """Markdown without its inline mark-up, line for line, so that line numbers still hold.

    Emphasis, links, comments and inline HTML give way to their text; ``#`` of headings, list markers,
    tables and images on a line of their own stay, since they tell what the line is.
    """
    lines, code, comment = [], False, False
    for line in text.split("\n"):
        if comment:
            end = line.find("-->")
            comment, line = end < 0, "" if end < 0 else line[end + 3 :]
        if _FENCE.match(line):
            code, line = not code, ""
        elif not code:
            line = _plain_line(line)
            start = line.find("<!--")
            if start >= 0:
                comment, line = True, line[:start]
        lines.append(line)
    return "\n".join(lines)


def _plain_line(line: str) -> str:
    line = re.sub(r"^ {0,3}(?:> ?)+", "", line)
    line = _without_comments(line)
    for pattern, text in _BEFORE:
        line = pattern.sub(text, line)
    line = _without_emphasis(line)
    for pattern, text in _AFTER:
        line = pattern.sub(text, line)
    if "&" in line:
        line = decoding.normalise(unescape(line)).replace("\n", " ")
    return line


# A pattern would look through all that follows for each mark that is opened and never closed.
def _without_comments(line: str) -> str:
    kept, done, start = [], 0, line.find("<!--")
    while start >= 0:
        end = line.find("-->", start + 4, start + 4 + _LONGEST + 3)
        if end >= 0:
            kept.append(line[done:start])
            done = end + 3
        start = line.find("<!--", max(done, start + 4))
    return "".join([*kept, line[done:]])


def _without_emphasis(line: str) -> str:
    closed: dict[str, list[int]] = {}
    kept, done, opened = [], 0, _OPENED.search(line)
    while opened:
        mark, start = opened[0], opened.end()
        if mark not in closed:
            closed[mark] = [found.start() for found in _CLOSED[mark].finditer(line)]
        at = bisect_left(closed[mark], start + 1)
        end = closed[mark][at] if at < len(closed[mark]) else len(line)
        if end < len(line) and end - start <= _LONGEST:
            kept += [line[done : opened.start()], line[start:end]]
            done = end + 2
            opened = _OPENED.search(line, done)
        else:
            opened = _OPENED.search(line, opened.start() + 1)
    return "".join([*kept, line[done:]])
