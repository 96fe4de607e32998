"""The file tools as a model is told of them, and what it says checked against that.

Names and arguments of other programs' tools of the same kind are understood
too. What does not fit is answered with words that say what would. This module
never runs a tool.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from orchtui.engine.agents.agent_tools import ToolName
from orchtui.engine.backends.base import ToolSpec
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.file_kinds import GLOBS

_PATH = "From the project folder, with '/'."


def _spec(name: ToolName, description: str, needed: int, **arguments: tuple[str, str]) -> ToolSpec:
    schema = {
        "type": "object",
        "properties": {
            key: {"type": kind, "description": what} for key, (kind, what) in arguments.items()
        },
        "required": list(arguments)[:needed],
        "additionalProperties": False,
    }
    return ToolSpec(name=name, description=description, schema=schema)


SPECS: Mapping[str, ToolSpec] = {
    spec.name: spec
    for spec in (
        _spec(
            "Read",
            "Read a text file of the project. Lines come with their numbers.",
            1,
            path=("string", _PATH),
            offset=("integer", "The first line, from 1."),
            limit=("integer", "How many lines; 2000 when left out."),
        ),
        _spec(
            "Write",
            "Write a whole text file; one that is there is replaced. The answer says whether it "
            "stands in the project or is kept apart for a person to accept.",
            2,
            path=("string", _PATH),
            content=("string", "The whole text."),
        ),
        _spec(
            "Edit",
            "Replace text in a file. old_string must stand in it exactly once, unless replace_all "
            "is true.",
            3,
            path=("string", _PATH),
            old_string=("string", "The text as it stands there, with its line ends and indents."),
            new_string=("string", "What takes its place."),
            replace_all=("boolean", "Replace it wherever it stands."),
        ),
        _spec(
            "List_Files",
            "List a folder of the project.",
            0,
            path=("string", f"{_PATH} The project folder when left out."),
        ),
        _spec(
            "Glob",
            "Find files by name, such as **/*.py. Ignored folders such as node_modules are left "
            "out.",
            1,
            pattern=("string", "* and ? inside a name, ** over folders, [abc], {a,b}."),
            path=("string", "The folder to begin in; the project folder when left out."),
        ),
        _spec(
            "Grep",
            "Search the lines of text files for a regular expression (as in Python). Files above "
            "2 MB are left out, and named.",
            1,
            pattern=("string", "The regular expression."),
            path=("string", "A file or folder; the project folder when left out."),
            glob=("string", "Only files whose name or path fits, such as *.md."),
            type=("string", "Only files of this kind, such as py, js, rust, md."),
            output_mode=("string", "content (default), files_with_matches or count."),
            ignore_case=("boolean", "Take A and a for the same."),
            context=("integer", "Lines to show around each match, at most 20."),
            limit=("integer", "At most so many results."),
        ),
    )
}

_ALIASES: Mapping[str, str] = {
    "file_path": "path",
    "filepath": "path",
    "file": "path",
    "filename": "path",
    "directory": "path",
    "dir": "path",
    "dir_path": "path",
    "absolute_path": "path",
    "file_text": "content",
    "contents": "content",
    "text": "content",
    "old_str": "old_string",
    "new_str": "new_string",
    "-i": "ignore_case",
    "case_insensitive": "ignore_case",
    "-A": "context",
    "-B": "context",
    "-C": "context",
    "head_limit": "limit",
    "include": "glob",
    "regex": "pattern",
}
_UNUSED = frozenset({"-n", "multiline", "ignore", "description", "explanation"})
"""Arguments of other programs' tools that change nothing here."""

_KINDS: Mapping[str, type] = {"string": str, "integer": int, "boolean": bool}
MODES = ("content", "files_with_matches", "count")


class Misuse(Exception):
    """Arguments that do not fit; the message says which would."""


def read_arguments(name: str, text: str) -> dict[str, Any]:
    """The arguments of a call, under the names of the spec.

    Args:
        name: Of a tool in `SPECS`.
        text: JSON, or what the model made of it.

    Returns:
        As the spec names them; for several edits in one call `path`, and `edits` with all
        arguments of each.

    Raises:
        Misuse: when they do not fit.
    """
    try:
        given = msgspec.json.decode(text.strip() or "{}")
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise Misuse(f"the arguments are no JSON: {clean_line(str(error), 200)}") from None
    if not isinstance(given, dict):
        raise Misuse("the arguments must be one JSON object")
    if name == "Edit" and "edits" in given:
        return _several(given)
    return _fitted(name, given)


def _several(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of MultiEdit: a file, and `edits`, each with the arguments of Edit."""
    edits = given["edits"]
    if isinstance(edits, str) and edits.lstrip().startswith("["):
        with suppress(msgspec.DecodeError, UnicodeEncodeError):  # models quote lists, at times
            edits = msgspec.json.decode(edits)
    if not isinstance(edits, list) or not all(isinstance(each, dict) for each in edits):
        raise Misuse("'edits' must be a list of objects with old_string and new_string")
    if not edits:
        raise Misuse("'edits' is empty")
    place = {key: value for key, value in given.items() if key != "edits"}
    if any(_ALIASES.get(key, key) != "path" for key in place if key not in _UNUSED):
        raise Misuse("give either 'edits', or old_string and new_string")
    found: list[dict[str, Any]] = []
    for number, each in enumerate(edits, 1):
        try:
            found.append(_fitted("Edit", {**place, **each}))
        except Misuse as misuse:
            raise Misuse(f"edit {number}: {misuse}") from None
    path = found[0]["path"]
    if any(each["path"] != path for each in found):
        raise Misuse("all edits of one call are of one file: make a call for each file")
    return {"path": path, "edits": found}


def _fitted(name: str, given: dict[str, Any]) -> dict[str, Any]:
    schema = SPECS[name].schema
    known: Mapping[str, Any] = schema["properties"]
    found: dict[str, Any] = {}
    for key, value in given.items():
        wanted = key if key in known else _ALIASES.get(key, key)
        if key == "multiline" and value in (True, "true"):
            raise Misuse("files are searched line by line; leave multiline out")
        if wanted not in known:
            if key in _UNUSED:
                continue
            raise Misuse(f"it takes no '{clean_line(key, 60)}', but: {', '.join(known)}")
        if wanted in found and wanted != "context":
            raise Misuse(f"'{wanted}' is there twice")
        if value is not None:
            checked = _checked(wanted, value, known[wanted]["type"])
            # `-A` and `-B`: as many lines are shown on both sides.
            twice = wanted in found
            found[wanted] = max(found[wanted], checked) if twice else checked
    if absent := [key for key in schema["required"] if key not in found]:
        raise Misuse(f"'{absent[0]}' is missing: {known[absent[0]]['description']}")
    for key, choices in (("output_mode", MODES), ("type", tuple(GLOBS))):
        if key in found and found[key] not in choices:
            raise Misuse(f"{key} is one of {', '.join(choices)}")
    return found


def _checked(key: str, value: object, kind: str) -> Any:
    wanted = _KINDS[kind]
    if kind == "integer":
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        elif isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value[:20])
    if kind == "boolean" and value in ("true", "false"):
        value = value == "true"
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise Misuse(f"'{key}' must be of type {kind}")
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-1_000_000_000, min(1_000_000_000, value))
    return value
