"""What a YAML syntax error means, in plain words.

PyYAML's two parsers, its own and libyaml, word the same error differently and
speak of tokens and block mappings. `explain` says instead where to look and
what to write. This module never reads a file.
"""

import re

import yaml

from orchtui.engine.text import clean_line

_WORDS: tuple[tuple[str, str], ...] = (
    (
        r"mapping values are not allowed",
        "a ':' is not allowed here; put a text that contains ': ' in quotes, "
        "or check the indentation",
    ),
    (
        r"sequence entries are not allowed",
        "a '- ' is not allowed here; a list starts on a line of its own",
    ),
    (r"violates indentation", "a tab is not allowed here; indent with spaces"),
    (r"parsing a flow node", "a value is missing here, or a '[' or '{' above is not closed"),
    (r"parsing a flow sequence", "the list in [ ] is not closed; expected ',' or ']'"),
    (r"parsing a flow mapping", "the mapping in { } is not closed; expected ',' or '}'"),
    (r"quoted scalar.*unexpected end of stream", "this quote is never closed"),
    (
        r"quoted scalar.*unexpected document (separator|indicator)",
        "this quote is not closed before the end of the document",
    ),
    (
        r"unknown escape|expected escape sequence|did not find expected hexdecimal number"
        r"|invalid Unicode character escape",
        r"this escape is not known in double quotes; write \\ for a backslash, "
        "or use single quotes",
    ),
    (r"expected ':'", "expected ':' after this key"),
    (
        r"parsing a block collection",
        "expected '- ' as in the items above; check the indentation",
    ),
    (
        r"parsing a block mapping",
        "this does not fit what stands above it; check the indentation, quotes and brackets",
    ),
)
"""What the error says (context, then problem) and what a person is told."""

_AT_CONTEXT = re.compile(r"never closed|not closed before|after this key")
"""Errors that are told where the thing starts, not where its end is missed."""


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """Line and column from 1, and what is wrong there."""
    raw = ", ".join(part for part in (error.context, error.problem) if part)
    mark = error.problem_mark or error.context_mark
    message = f"this is not YAML: {clean_line(raw, 200)}"
    for pattern, words in _WORDS:
        if re.search(pattern, raw):
            message = words
            if _AT_CONTEXT.search(words) and error.context_mark:
                mark = error.context_mark
            break
    if mark is None:
        return 0, 0, message
    if "cannot start any token" in raw:
        message = _bad_start(text, mark.line, mark.column)
    return mark.line + 1, mark.column + 1, message


def _bad_start(text: str, line: int, column: int) -> str:
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    character = lines[line][column : column + 1] if line < len(lines) else ""
    if character == "\t":
        return "a tab is not allowed here; indent with spaces"
    return f"a value can not start with '{character}'; put it in quotes"
