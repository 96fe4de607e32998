"""Tools that an agent file names, as what a specialist here really has.

Agent files are written for several programs, whose names for the same tool
differ: names match without regard to case and separators (`List_Files`, `LS`).
`granted` says what a specialist may use that runs through an API, `may_write`
whether a program with tools of its own could change files. What nobody here
answers to is kept, so that it can be told. This module never touches a file and
runs no tool: the workspace's rules hold beside what stands here.
"""

import fnmatch
import functools
import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, get_args

import msgspec

from orchtui.engine.agents.specialists import WebTool

ToolName = Literal["Read", "Write", "Edit", "List_Files", "Glob", "Grep"]
"""File tools of orchtui, by the names that a model is told."""

TOOLS: tuple[ToolName, ...] = get_args(ToolName)

WRITING: frozenset[ToolName] = frozenset({"Write", "Edit"})
"""Those that change files."""

READ_ONLY_MODE = "plan"
"""The `permissionMode` that takes the writing tools away."""

_FILE_TOOLS: Mapping[str, ToolName] = {
    "read": "Read",
    "readfile": "Read",
    "view": "Read",
    "write": "Write",
    "writefile": "Write",
    "createfile": "Write",
    "edit": "Edit",
    "editfile": "Edit",
    "multiedit": "Edit",
    "strreplace": "Edit",
    "replace": "Edit",
    "listfiles": "List_Files",
    "listdirectory": "List_Files",
    "listdir": "List_Files",
    "list": "List_Files",
    "ls": "List_Files",
    "glob": "Glob",
    "grep": "Grep",
    "ripgrep": "Grep",
    "searchfilecontent": "Grep",
}
_WEB_TOOLS: Mapping[str, WebTool] = {
    "websearch": "web_search",
    "googlewebsearch": "web_search",
    "webfetch": "web_fetch",
}
_HARMLESS = frozenset({"notebookread", "todowrite", "todoread", "exitplanmode", "askuserquestion"})
"""Tools of programs that change no file, beside those above."""

_EVERYTHING = frozenset({"*", "all", "alltools"})
_ENTRY = re.compile(r"\s*([^()]*?)\s*(?:\((.*?)\)?\s*)?", re.DOTALL)
_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST = 64
"""Patterns that one with `{a,b}` may stand for."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a specialist may use that runs through an API."""

    tools: tuple[ToolName, ...]
    """The file tools it has, in the order of `TOOLS`."""
    only: Mapping[ToolName, tuple[str, ...]] = {}
    """Path patterns where the file narrows a tool, such as Read(docs/**); absent: everything that
    the workspace allows."""
    never: Mapping[ToolName, tuple[str, ...]] = {}
    """Path patterns that disallowedTools takes away from a tool; they win over `only`."""
    web: tuple[WebTool, ...] = ()
    """The provider's own: only when named, as they cost money."""
    nobody: tuple[str, ...] = ()
    """Names in the file that nothing here answers to, as written: Bash, Task, mcp__..., and also
    a web tool that the file narrows, as nobody here could hold it to that."""

    def allows(self, tool: ToolName, path: str) -> bool:
        """Whether the file lets this tool at a path; the workspace's rules hold beside it.

        Args:
            tool: A file tool.
            path: From the project folder, with `/`, without `..`.
        """
        if tool not in self.tools or _any_fits(self.never.get(tool, ()), path):
            return False
        return tool not in self.only or _any_fits(self.only[tool], path)


def granted(
    tools: tuple[str, ...] | None, disallowed: tuple[str, ...], permission_mode: str | None
) -> Grant:
    """What a specialist may use that runs through an API.

    Args:
        tools: As the file names them; `None` where it does not say: all file tools, no web tool.
        disallowed: What it must not have; wins over `tools`.
        permission_mode: `plan` takes the writing tools away; the others change nothing here.
    """
    wanted = [_entry(text) for text in ("*",) if tools is None] or [_entry(t) for t in tools or ()]
    refused = [_entry(text) for text in disallowed]
    gone = {entry.key for entry in refused if not entry.patterns}
    everything = bool(gone & _EVERYTHING)
    has: dict[ToolName, list[str]] = {}
    whole: set[ToolName] = set()
    web: dict[WebTool, None] = {}
    nobody: dict[str, None] = {}
    for entry in wanted:
        if entry.key in _EVERYTHING:
            whole.update(TOOLS)
        elif (name := _FILE_TOOLS.get(entry.key)) is not None:
            has.setdefault(name, []).extend(entry.patterns)
            if not entry.patterns:
                whole.add(name)
        elif entry.key in _WEB_TOOLS and not entry.patterns:
            web[_WEB_TOOLS[entry.key]] = None
        elif entry.text and entry.key not in gone:
            nobody[entry.text] = None
    lost = {_FILE_TOOLS[key] for key in gone if key in _FILE_TOOLS}
    lost |= WRITING if _is_read_only(permission_mode) else set()
    kept = tuple(n for n in TOOLS if (n in has or n in whole) and n not in lost and not everything)
    never: dict[ToolName, list[str]] = {}
    for entry in refused:
        if entry.patterns and (name := _FILE_TOOLS.get(entry.key)) in kept and name is not None:
            never.setdefault(name, []).extend(entry.patterns)
    # Nobody here could hold the provider's tool to a part of the web: then it is not there at all.
    web_lost = {_WEB_TOOLS[entry.key] for entry in refused if entry.key in _WEB_TOOLS}
    return Grant(
        tools=kept,
        only={name: tuple(dict.fromkeys(has[name])) for name in kept if name not in whole},
        never={name: tuple(dict.fromkeys(patterns)) for name, patterns in never.items()},
        web=() if everything else tuple(name for name in web if name not in web_lost),
        nobody=() if everything else tuple(nobody),
    )


def may_write(
    tools: tuple[str, ...] | None, disallowed: tuple[str, ...], permission_mode: str | None
) -> bool:
    """Whether a program with tools of its own that obeys this file could change files.

    A shell, another agent and a tool that nobody knows could. Where the file does not say which
    tools it has, it has all of them, also such as are not known here.

    Args:
        tools: As the file names them; `None` where it does not say.
        disallowed: What it must not have; wins over `tools`.
        permission_mode: `plan` changes nothing.
    """
    if _is_read_only(permission_mode):
        return False
    gone = {entry.key for entry in map(_entry, disallowed) if not entry.patterns}
    if gone & _EVERYTHING:
        return False
    wanted = {"*"} if tools is None else {_entry(text).key for text in tools if text.strip()}
    harmless = {key for key, name in _FILE_TOOLS.items() if name not in WRITING}
    return bool(wanted - harmless - _WEB_TOOLS.keys() - _HARMLESS - gone)


def has_writing(
    tools: tuple[str, ...] | None, disallowed: tuple[str, ...], permission_mode: str | None
) -> bool:
    """Whether a specialist that runs through an API has a tool that writes; see `granted`."""
    return not WRITING.isdisjoint(granted(tools, disallowed, permission_mode).tools)


class _Entry(NamedTuple):
    """One tool as a file names it."""

    text: str
    key: str
    """Without case and separators, or `*`."""
    patterns: tuple[str, ...]
    """What stands in parentheses; empty where that is everything."""


@functools.lru_cache(maxsize=4096)
def _entry(text: str) -> _Entry:
    match = _ENTRY.fullmatch(text)
    name, inside = (match[1], match[2] or "") if match else (text, "")
    key = "".join(character for character in name.lower() if character.isalnum())
    parts = tuple(part.strip() for part in _split(inside))
    patterns = () if {"*", "**", "./**"} & set(parts) else tuple(part for part in parts if part)
    return _Entry(text.strip(), key or name.strip(), patterns)


def _split(inside: str) -> Iterable[str]:
    """At commas, but for those in `{a,b}`."""
    return re.split(r",(?![^{}]*\})", inside)


def _is_read_only(mode: str | None) -> bool:
    return mode is not None and mode.strip().lower() == READ_ONLY_MODE


# --- patterns ------------------------------------------------------------------------------------


def _any_fits(patterns: Iterable[str], path: str) -> bool:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return any(_fits(one, parts) for pattern in patterns for one in _alternatives(pattern))


def _fits(pattern: tuple[str, ...], parts: list[str]) -> bool:
    """Whether a path, in parts, is what the pattern says, or lies in such a folder."""
    at = _reach({0}, pattern)
    for part in parts:
        if len(pattern) in at:
            return True
        kept = {place for place in at if pattern[place] == "**"}
        moved = {place + 1 for place in at - kept if fnmatch.fnmatchcase(part, pattern[place])}
        at = _reach(kept | moved, pattern)
    return len(pattern) in at


def _reach(places: set[int], pattern: tuple[str, ...]) -> set[int]:
    """These places, and where `**` leads that stands for nothing."""
    for place in range(len(pattern)):
        if place in places and pattern[place] == "**":
            places.add(place + 1)
    return places


@functools.lru_cache(maxsize=4096)
def _alternatives(pattern: str) -> tuple[tuple[str, ...], ...]:
    """A path pattern in parts, by the rules of .gitignore; several for `{a,b}`.

    A name without a slash fits at any depth. Nothing for a pattern outside the project: no path
    here fits it.
    """
    texts = [pattern]
    while len(texts) < _MOST and (match := next(filter(None, map(_BRACES.search, texts)), None)):
        words = match[1].split(",")
        texts = [new for old in texts for new in _replaced(old, match[0], words)]
    found = []
    for text in texts[:_MOST]:
        inside = not text.startswith(("//", "~")) and ".." not in text.split("/")
        parts = [part.replace("[^", "[!") for part in text.split("/") if part not in ("", ".")]
        if parts and inside:
            found.append(tuple(parts) if "/" in text.rstrip("/") else ("**", *parts))
    return tuple(found)


def _replaced(text: str, braces: str, words: list[str]) -> list[str]:
    return [text.replace(braces, word, 1) for word in words] if braces in text else [text]
