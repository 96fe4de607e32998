"""A tool call and its result in a few words: `Read docs/spec.md`, `120 lines`.

What tools are given and answer comes from models, programs and files: it is
cleaned here, and of huge pieces only the beginning is looked at. This module
never runs a tool.
"""

import json

from orchtui.engine.runs.run import ToolUse
from orchtui.engine.text import clean_line

_TELLING = (
    "file_path",
    "path",
    "notebook_path",
    "command",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
)
"""Arguments that say what a call is about, the most telling first."""

_PARSED = 20_000
"""Characters of arguments up to which they are read as JSON."""
_SHORT = 60
"""Characters of a one-line result that is shown as it is."""


def call_words(name: str, arguments: str, limit: int = 200) -> str:
    """`Read docs/spec.md`: the tool, and what it was used on.

    Args:
        name: The tool's.
        arguments: JSON, or what a program says of its own tool.
        limit: Most characters.
    """
    tool = clean_line(name, 60) or "a tool without a name"
    about = clean_line(_about(arguments), limit)
    return clean_line(f"{tool} {about}", limit)


def result_words(tool: ToolUse) -> str:
    """`120 lines`, a short answer as it is, the error, or nothing while it has not returned."""
    if tool.ok is None:
        return ""
    text = tool.text.strip()
    if not tool.ok:
        return clean_line(text, 300) or "it failed and did not say why"
    if not text:
        return "no answer"
    if lines := text.count("\n"):
        return f"{lines + 1} lines"
    return clean_line(text) if len(text) <= _SHORT else f"{len(text)} characters"


def _about(arguments: str) -> str:
    if len(arguments) > _PARSED or not arguments.lstrip().startswith("{"):
        return arguments[:_PARSED]
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    if not isinstance(given, dict):
        return arguments
    for key in _TELLING:
        if isinstance(value := given.get(key), str) and value:
            return value
    texts = (value for value in given.values() if isinstance(value, str) and value)
    return next(texts, "") or (arguments if given else "")
