"""The front matter of an agent file, as fields; also where it is not quite YAML.

In steps, each only where the one before it failed: YAML; then field by field,
where a text that YAML does not take is read as it is written; then a scan for
the fields that are known, where all other lines belong to the field above. A
Note says which step was needed, and why. What comes out are nodes with their
places in the file. This module never decides what a field means.
"""

import itertools
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from orchtui.engine.agents.agent_file import Note
from orchtui.engine.errors import InputError
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Problems, Scalar, compose

MAX_FIELDS = 200

KNOWN = frozenset(
    "name description tools allowedtools disallowedtools model permissionmode maxturns effort "
    "color colour skills mcpservers hooks memory background isolation initialprompt orchtui "
    # Not of Claude Code, but often seen.
    "category version author tags keywords license priority argumenthint whentouse mode "
    "temperature readonly hidden target agents handoffs userinvocable "
    "disablemodelinvocation".split()
)
"""Fields that a scan looks for, without case and separators."""

_WITH_EFFECT = frozenset(
    "name tools disallowedtools model permissionmode maxturns effort color isolation "
    "orchtui".split()
)
"""Fields that nobody would want to lose."""

_LONG = frozenset({"description", "initialprompt"})
"""Fields whose text may go on at the left margin, as far as a scan is concerned."""

_SPEECH = frozenset({"user", "assistant", "context", "example", "examples", "commentary", "system"})
"""Words before a colon in the dialogues that descriptions quote: hardly ever fields."""

_KEY = re.compile(r"([A-Za-z_][\w.-]{0,60})[ \t]*:(?:[ \t]+(.*)|())")
_LOOSE_KEY = re.compile(r"([A-Za-z_][\w.-]{0,60})[ \t]*:[ \t]*(.*)")
_BLOCK = re.compile(r"[|>][+-]?[1-9]?[+-]?[ \t]*(?:#.*)?")


class Field(NamedTuple):
    """One field, as it stands there."""

    key: str
    """As written."""
    line: int
    value: Node


class Head(NamedTuple):
    """All fields of a file."""

    fields: dict[str, Field]
    """By `plain_key`."""
    notes: tuple[Note, ...]


class _Chunk(NamedTuple):
    """The lines of one field."""

    key: str
    line: int
    rest: str
    """Behind the colon."""
    more: list[str]
    """The lines below."""


def plain_key(key: str) -> str:
    """A key without case and separators."""
    return "".join(character for character in key.casefold() if character.isalnum())


def read_head(text: str, first_line: int) -> Head | None:
    """The fields of a front matter; `None` where it has none.

    Args:
        text: Without its fences.
        first_line: Where it begins in the file.
    """
    if not text.strip():
        return Head({}, ())
    try:
        root, notes = _composed(text, first_line)
    except InputError as error:
        trouble = error.problems[0]
    else:
        if isinstance(root, MapNode):
            return _of_mapping(root, notes)
        if root is None:
            return Head({}, tuple(notes))
        trouble = Problems("").refuse(root, "this is not a list of fields").problems[0]
    lines = text.replace("\u00a0", " ").split("\n")
    return _by_field(lines, first_line) or _by_scan(
        lines, first_line, Note(trouble.line, "warning", trouble.message)
    )


def _composed(text: str, line: int) -> tuple[Node | None, list[Note]]:
    """YAML with its places in the file.

    Raises:
        InputError: when it is not YAML, or too much of it.
    """
    problems = Problems("")
    root = compose("\n" * (line - 1) + text, problems)
    try:
        problems.raise_any()
    except InputError as error:
        return root, [Note(one.line, "warning", one.message) for one in error.problems]
    return root, []


def _of_mapping(root: MapNode, notes: list[Note]) -> Head:
    fields: dict[str, Field] = {}
    for key, value in root.pairs:
        if not isinstance(key, Scalar) or key.is_null:
            notes.append(Note(key.line, "warning", "the name of a field must be text"))
        else:
            _add(fields, Field(clean_line(key.text, 64), key.line, value), notes)
    return Head(fields, tuple(notes))


def _add(fields: dict[str, Field], field: Field, notes: list[Note]) -> None:
    first = fields.setdefault(plain_key(field.key) or field.key, field)
    if first is not field:
        again = f"'{field.key}' stands here again; what counts is line {first.line}"
        notes.append(Note(field.line, "warning", again))


# --- second step: field by field -----------------------------------------------------------------


def _by_field(lines: list[str], first_line: int) -> Head | None:
    """`None` where lines do not belong to fields, or fields look like a dialogue."""
    chunks = _chunks(lines, first_line, known_only=False)
    keys = [plain_key(chunk.key) for chunk in chunks or ()]
    if not chunks or len(set(keys)) < len(keys) or _SPEECH & set(keys) or len(keys) > MAX_FIELDS:
        return None
    notes: list[Note] = []
    fields: dict[str, Field] = {}
    for chunk in chunks:
        value, told, why = _value(chunk)
        notes.extend(told)
        if why:
            message = f"'{chunk.key}' is read as it is written, not as YAML: {why}"
            notes.append(Note(chunk.line, "warning", message))
            notes.extend(_swallowed(chunk, keys))
        _add(fields, Field(chunk.key, chunk.line, value), notes)
    return Head(fields, tuple(notes))


def _chunks(lines: list[str], first_line: int, *, known_only: bool) -> list[_Chunk] | None:
    """The lines by field; `None` where one at the level of the fields belongs to none."""
    first = next(line for line in lines if line.strip())
    base = len(first) - len(first.lstrip())
    chunks: list[_Chunk] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, first_line):
        inner = len(line) - len(line.lstrip()) > base
        match = None if inner else (_LOOSE_KEY if known_only else _KEY).fullmatch(line.strip())
        key = plain_key(match[1]) if match else ""
        if match and not (known_only and (key not in KNOWN or key in seen)):
            seen.add(key)
            chunks.append(_Chunk(match[1], number, (match[2] or "").strip(), []))
        elif chunks:
            if not known_only and not inner and line.strip() and line.lstrip()[0] not in "#-]}":
                return None
            chunks[-1].more.append(line)
        elif line.strip() and not line.lstrip().startswith("#"):
            if not known_only:
                return None
    return chunks


def _value(chunk: _Chunk) -> tuple[Node, list[Note], str]:
    """What a field holds: as YAML where it is, else as text, and why it is not YAML."""
    why = ""
    for tab in ("\t", "  "):
        text = "\n".join([f"{chunk.key}: {chunk.rest}", *chunk.more]).replace("\t", tab)
        try:
            root, told = _composed(text, chunk.line)
        except InputError as error:
            why = why or error.problems[0].message
        else:
            if isinstance(root, MapNode) and len(root.pairs) == 1:
                return root.pairs[0][1], told, ""
    return _as_written(chunk), [], why or "it is more than one field"


def _swallowed(chunk: _Chunk, keys: Collection[str]) -> Iterator[Note]:
    """Lines that look like fields of their own, which the file does not have elsewhere."""
    for number, line in enumerate(chunk.more, chunk.line + 1):
        match = _KEY.fullmatch(line.strip()) if line[:1] in (" ", "\t") else None
        if match and plain_key(match[1]) in _WITH_EFFECT and plain_key(match[1]) not in keys:
            message = (
                f"'{match[1]}' is indented, so it is a part of '{chunk.key}' above and no field "
                f"of its own"
            )
            yield Note(number, "warning", message)


def _as_written(chunk: _Chunk) -> Node:
    """A list where every line below is an item, else one text, folded as YAML would."""
    more = [line.strip() for line in chunk.more]
    items = [line for line in more if line and not line.startswith("#")]
    if not chunk.rest and items and all(re.match(r"-\s", item) for item in items):
        numbered = enumerate(more, chunk.line + 1)
        places = [(at, line) for at, line in numbered if line.startswith("-")]
        return ListNode(
            chunk.line + 1, 1, [Scalar(at, 1, _unquoted(item[1:]), False) for at, item in places]
        )
    rest = "" if _BLOCK.fullmatch(chunk.rest) else chunk.rest
    paragraphs = re.split(r"\n{2,}", "\n".join([rest, *more]).strip())
    text = "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return Scalar(chunk.line, 1, _unquoted(text), plain=False)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


# --- third step: a scan for what is known --------------------------------------------------------


def _by_scan(lines: list[str], first_line: int, why: Note) -> Head | None:
    chunks = _chunks(lines, first_line, known_only=True)
    if not chunks:
        return None
    message = f"not YAML: {why.message}; read by looking for the fields that are known"
    notes: list[Note] = [Note(why.line, "warning", message)]
    fields: dict[str, Field] = {}
    for chunk in chunks:
        if plain_key(chunk.key) not in _LONG:
            chunk = chunk._replace(more=_indented(chunk.more))
        value, _, odd = _value(chunk)  # that it is not YAML is told already
        if odd:
            notes.extend(_swallowed(chunk, [plain_key(each.key) for each in chunks]))
        _add(fields, Field(chunk.key, chunk.line, value), notes)
    return Head(fields, tuple(notes))


def _indented(lines: list[str]) -> list[str]:
    """The lines at the top that are items or begin with a space."""
    return list(itertools.takewhile(lambda line: not line.strip() or line[0] in " \t-", lines))
