"""Fields of an agent file, as typed values.

Each field is read by what it means, never by what it looks like; what does not
fit is told as a Note and counts as not said. Names of fields match without
regard to case and separators. Every field that has no effect here is named in
`ignored`. This module never opens a file and knows no specialist.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

import msgspec

from orchtui.engine.agents.agent_file import Note
from orchtui.engine.agents.front_matter import Field, plain_key
from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import LIMITS
from orchtui.engine.plans.plan import Limits
from orchtui.engine.text import clean, clean_line
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Problems, Scalar
from orchtui.engine.yaml.yaml_nodes import list_of, record
from orchtui.engine.yaml.yaml_values import (
    Misfit,
    exact,
    name,
    shown,
    variable,
    whole,
    worker_label,
)

NAME_LENGTH = 64
DESCRIPTION_LENGTH = 10_000
MAX_TOOLS = 1_000

COLORS = frozenset(
    "red blue green yellow purple orange pink cyan magenta white black gray grey teal indigo "
    "violet gold brown lime navy maroon olive silver aqua fuchsia turquoise amber emerald crimson "
    "coral salmon slate lavender rose sky".split()
)
"""Names of colours that agent files use; `#rrggbb` says every other one."""

EFFORTS = ("low", "medium", "high", "xhigh", "max")
MODES = ("default", "acceptEdits", "auto", "dontAsk", "bypassPermissions", "manual", "plan")

_UNKNOWN = "not known here"
_WHY: Mapping[str, str] = {
    "skills": "no skills are loaded here",
    "mcpservers": "no MCP servers are started here",
    "hooks": "no hooks are run here",
    "memory": "nothing is remembered from one run to the next",
    "background": "all tasks run beside each other anyhow",
    "initialprompt": "a task brings its own prompt",
}

_NO_MODEL = frozenset({"", "inherit", "null", "~"})
_LIMITS = (
    "timeout",
    "idle_timeout",
    "connect_timeout",
    "first_token_timeout",
    "retries",
    "max_tokens",
)
_WITHOUT_MEANING = (
    *("concurrency", "deadline", "budget_usd", "budget_tokens", "on_budget", "rate", "hedge"),
    "max_tasks",
)
_TOOL = re.compile(r"(?:[^\s,()]|\([^()]*(?:\)|\Z))+")
_TOOL_OF_WORDS = re.compile(r"(?:[^,()]|\([^()]*(?:\)|\Z))+")
_COLOR_COMMENT = re.compile(r"[ \t]*colou?r[ \t]*:[ \t]*(#[0-9A-Fa-f]{3,8})[ \t]*", re.IGNORECASE)
_WRITTEN_BREAKS = re.compile(
    r"(?:\\n){2,}|\\n(?=[<\s-]|(?i:user|assistant|context|examples?):)|(?<=[.>\"'])\\n(?=[A-Z]|$)"
)
"""Line ends that some programs write as two characters."""


class Values(TypedDict):
    """What the fields say, by the names of Specialist."""

    name: str
    description: str
    model: str | None
    tools: tuple[str, ...] | None
    disallowed_tools: tuple[str, ...]
    permission_mode: str | None
    max_turns: int | None
    effort: str | None
    color: str | None
    isolation: str | None
    backend: str | None
    command: tuple[str, ...]
    env: tuple[str, ...]
    runs_on: tuple[str, ...]
    limits: Limits
    ignored: tuple[str, ...]


class _Way(msgspec.Struct):
    """What stands under `orchtui:`."""

    backend: str | None = None
    command: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    limits: Limits = Limits()
    runs_on: tuple[str, ...] = ()


def read_fields(fields: Mapping[str, Field], head: str) -> tuple[Values, list[Note]]:
    """The values of all fields, and what is to be told of them.

    Args:
        fields: By `front_matter.plain_key`.
        head: The front matter as text, for what YAML leaves out.
    """
    notes: list[Note] = []
    reader = _Reader(dict(fields), notes)
    for said, meant in (("colour", "color"), ("allowedtools", "tools")):
        if said in fields and meant not in fields:
            reader.fields[meant] = reader.fields.pop(said)
    tools, without = reader.tools("tools")
    refused, _ = reader.tools("disallowedtools")
    way = reader.way()
    values = Values(
        name=clean_line(reader.text("name"), NAME_LENGTH),
        description=clean_line(
            _WRITTEN_BREAKS.sub(" ", reader.text("description")), DESCRIPTION_LENGTH
        ),
        model=reader.model(),
        tools=tools,
        disallowed_tools=tuple(dict.fromkeys((*(refused or ()), *without))),
        permission_mode=reader.word("permissionmode", MODES),
        max_turns=reader.turns(),
        effort=reader.word("effort", EFFORTS),
        color=reader.color(head),
        isolation=reader.word("isolation", ("worktree",)),
        backend=way.backend,
        command=way.command,
        env=way.env,
        runs_on=way.runs_on,
        limits=way.limits,
        ignored=(),
    )
    rest = (field for key, field in reader.fields.items() if key not in reader.read)
    values["ignored"] = tuple(sorted({field.key for field in rest}))
    return values, notes


def why_ignored(field: str) -> str:
    """Why a field has no effect here, in a few words."""
    return _WHY.get(plain_key(field), _UNKNOWN)


class _Reader:
    """Takes fields one by one and remembers which."""

    def __init__(self, fields: dict[str, Field], notes: list[Note]) -> None:
        self.fields = fields
        self.read: set[str] = set()
        self._notes = notes

    def text(self, key: str) -> str:
        """Text, whatever the field holds."""
        if (node := self._take(key)) is None:
            return ""
        if not isinstance(node, Scalar):
            self._warn(key, "should be text, not a list or mapping; read as one line")
        return " ".join(clean(word) for word in _words(node))

    def word(self, key: str, allowed: tuple[str, ...]) -> str | None:
        """One of a few words, in any case."""
        if (node := self._take(key)) is None:
            return None
        written = node.text.strip() if isinstance(node, Scalar) else ""
        for word in allowed:
            if written.lower() == word.lower():
                return word
        one = f"one of {', '.join(allowed)}" if len(allowed) > 1 else f"'{allowed[0]}'"
        self._warn(key, f"must be {one}, not {_shown(node)}; it counts as not said")
        return None

    def model(self) -> str | None:
        """A model; of several the first."""
        node = self._take("model")
        if isinstance(node, ListNode):
            self._warn("model", "names several; the first counts")
            node = node.items[0] if node.items else None
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self._warn("model", "must be the name of a model; it counts as not said")
            return None
        model = clean_line(node.text, 100)
        return None if model.lower() in _NO_MODEL else model

    def turns(self) -> int | None:
        """A number of turns, in quotes or not."""
        if (node := self._take("maxturns")) is None:
            return None
        try:
            if isinstance(node, Scalar):
                node = Scalar(node.line, 1, node.text.strip(), True)
            return whole(1, 100_000)(node, Problems(""), "maxTurns")
        except Misfit as misfit:
            self._notes.append(Note(node.line, "warning", f"{misfit}; it counts as not said"))
            return None

    def color(self, head: str) -> str | None:
        """A colour's name, or `#rrggbb`."""
        node = self._take("color", null=True)
        if node is None:
            return None
        written = node.text.strip() if isinstance(node, Scalar) else ""
        if not written:
            # `color: #f80` without quotes is a comment to YAML.
            found = filter(None, map(_COLOR_COMMENT.fullmatch, head.split("\n")))
            written = next((match[1] for match in found), "")
            if not written:
                return None
            self._warn("color", f"put {written} in quotes: without them it is a comment", "info")
        color = written.lower()
        if re.fullmatch("#[0-9a-f]{3,4}", color):
            color = "#" + "".join(digit * 2 for digit in color[1:])
        if re.fullmatch("#[0-9a-f]{6}(?:[0-9a-f]{2})?", color):
            return color[:7]
        if color in COLORS:
            return color
        self._warn("color", f"{shown(written)} is not a colour that is known here; write #rrggbb")
        return None

    def tools(self, key: str) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
        """Names of tools, and those that a mapping switches off; `None` where nothing is said."""
        node = self._take(key)
        if node is None:
            return None, ()
        if isinstance(node, MapNode):
            self._warn(key, "is a mapping; what is false there is taken away", "info")
            pairs = [(clean_line(_flat(k), 200), _flat(v).lower()) for k, v in node.pairs]
            return None, tuple(tool for tool, value in pairs if value in ("false", "no", "deny"))
        found = list(dict.fromkeys(filter(None, _tool_names(node))))
        if len(found) > MAX_TOOLS:
            self._warn(key, f"names too many tools: only {MAX_TOOLS:,} are read")
        return tuple(found[:MAX_TOOLS]), ()

    def way(self) -> _Way:
        """What stands under `orchtui:`."""
        if (node := self._take("orchtui")) is None:
            return _Way()
        problems = Problems("")
        way = _Way()
        try:
            found = _ORCHTUI(node, problems, "orchtui")
        except Misfit as misfit:
            problems.add(misfit.at, str(misfit))
        else:
            backend, profile = found.values.get("backend"), found.values.get("profile")
            if backend and profile:
                both = f"both backend and profile; the profile {shown(profile)} counts"
                problems.add(found.place("backend"), both)
            limits = found.values.get("limits")
            for limit in _WITHOUT_MEANING:
                if limits is not None and limit in limits.nodes:
                    problems.add(limits.nodes[limit], f"{limit} is for a whole run, not for one")
            said = {key: limits.values.get(key) for key in _LIMITS} if limits is not None else {}
            command = found.values.get("command", ())
            env = found.values.get("env", ())
            runs_on = found.values.get("runs_on", ())
            way = _Way(profile or backend, command, env, Limits(**said), runs_on)
        for problem in _all(problems):
            self._notes.append(Note(problem[0], "warning", f"orchtui: {problem[1]}"))
        return way

    def _take(self, key: str, *, null: bool = False) -> Node | None:
        """A field's value; `None` where it is not there or says nothing."""
        self.read.add(key)
        field = self.fields.get(key)
        if field is None or (not null and isinstance(field.value, Scalar) and field.value.is_null):
            return None
        return field.value

    def _warn(self, key: str, message: str, severity: Any = "warning") -> None:
        field = self.fields[key]
        self._notes.append(Note(field.line, severity, f"{field.key} {message}"))


_ORCHTUI = record(
    {
        "backend": name,
        "profile": name,
        "command": list_of(
            exact, single=False, wanted="an argv list, never a shell; write [prog, arg]"
        ),
        "env": list_of(variable),
        "runs_on": list_of(worker_label),
        "limits": record({key: LIMITS[key] for key in (*_LIMITS, *_WITHOUT_MEANING)}),
    }
)


def _all(problems: Problems) -> list[tuple[int, str]]:
    try:
        problems.raise_any()
    except InputError as error:
        return [(one.line, one.message) for one in error.problems]
    return []


def _tool_names(node: Node) -> Iterator[str]:
    """The tools of a text or a list; commas part them, or spaces where there is no comma."""
    if isinstance(node, ListNode):
        for item in node.items:
            # A comma in an item's parentheses belongs to it; other commas still part tools.
            for word in _TOOL_OF_WORDS.findall(_flat(item)):
                yield clean_line(word.strip(" \"'`[]"), 200)
        return
    text = _flat(node).strip()
    if text[:1] == "[" and text[-1:] == "]":
        text = text[1:-1]
    outside = re.sub(r"\([^()]*\)", "", text)
    for word in (_TOOL_OF_WORDS if "," in outside else _TOOL).findall(text):
        bare = re.sub(r"^[-*]\s+(?=\w)", "", word.strip())
        if bare != "-":
            yield clean_line(bare.strip(" \"'`"), 200)


def _flat(node: Node) -> str:
    return " ".join(_words(node))


def _words(node: Node) -> Iterator[str]:
    """All texts in a node, in their order."""
    stack = [node]
    count = 0
    while stack and count < MAX_TOOLS:
        count += 1
        match stack.pop():
            case Scalar(text=text):
                yield text
            case ListNode(items=items):
                stack.extend(reversed(items))
            case MapNode(pairs=pairs):
                for key, value in reversed(pairs):
                    stack.extend((value, key))


def _shown(node: Node) -> str:
    return shown(node.text) if isinstance(node, Scalar) else "a list or mapping"
