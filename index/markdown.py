"""Markdown as plain text, line for line."""

from __future__ import annotations

import re
from html import unescape

from index import decoding

_INLINE = (
    (re.compile(r"(?<!^)!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)(?!$)|<!--.{0,2000}?-->"), ""),
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
    (re.compile(r"(?<!\\)(\*\*|__|~~)(?=\S)(.{1,2000}?)(?<=\S)\1"), r"\2"),
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
    for pattern, text in _INLINE:
        line = pattern.sub(text, line)
    if "&" in line:
        line = decoding.normalise(unescape(line)).replace("\n", " ")
    return line
