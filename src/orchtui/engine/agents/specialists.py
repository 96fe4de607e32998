"""Specialists: agent files, in the form that Claude Code uses.

A file is front matter and a body, the specialist's instructions. Found in the
project's `.claude/agents/`, then the user's, then folders that the configuration
names, then the ones that come with orchtui. What a file says is kept as it says
it; fields that have no effect here are listed in `ignored`, and whatever is odd
about a file in `diagnostics`: nothing is dropped in silence. This module never
runs anybody and decides no task's limits.
"""

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from orchtui.engine.agents.agent_fields import Values, read_fields
from orchtui.engine.agents.agent_file import Note, split
from orchtui.engine.agents.agent_places import Place, places, read_bytes
from orchtui.engine.agents.front_matter import read_head
from orchtui.engine.plans.plan import Limits
from orchtui.engine.text import clean_line

BUILT_IN = Path(__file__).parents[2] / "agents"

_NOT_AGENTS = re.compile(
    r"(?i:readme|changelog|licen[cs]e|contributing|code[_-]of[_-]conduct)(?:[._ -].*)?"
    r"|(?:CLAUDE|AGENTS|GEMINI|SECURITY|NOTICE|AUTHORS|INDEX|TODO|HISTORY|SUMMARY)"
)
"""Names of files, without their ending, that stand beside agents and are none."""

_UNSETTLED_NS = 100_000_000
"""A file that was changed this short before it was read may change again unseen."""


WebTool = Literal["web_search", "web_fetch"]
"""Tools that a provider runs on its own side."""

Source = Literal["project", "user", "configured", "built-in"]
"""Where an agent file was found. Of files with one name the first of these wins."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something about an agent file that its owner should know."""

    path: Path
    message: str
    line: int = 0
    """From 1; 0 where it is about the whole file."""
    severity: Literal["error", "warning", "info"] = "error"
    """`error`: not loaded. `warning`: loaded, but something is not as it was meant. `info`: good to
    know."""
    about_folder: bool = False
    """Whether it is about a folder that the configuration names."""


@dataclass(frozen=True, slots=True)
class Specialist:
    """Who does the work: what an agent file says, nothing more."""

    name: str
    description: str
    system: str
    """The instructions."""
    path: Path
    source: Source = "built-in"
    model: str | None = None
    """Alias or id; `None` where the file says nothing or `inherit`."""
    tools: tuple[str, ...] | None = None
    """As written, such as `Read` or `Bash(git:*)`; `None` where the file does not say, which in
    Claude Code means: all."""
    disallowed_tools: tuple[str, ...] = ()
    permission_mode: str | None = None
    max_turns: int | None = None
    effort: str | None = None
    color: str | None = None
    """A name or `#rrggbb`."""
    isolation: str | None = None
    backend: str | None = None
    """This and the following stand under `orchtui:`. A profile's name is a backend too."""
    command: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """Names of variables with secrets that its program gets."""
    runs_on: tuple[str, ...] = ()
    """Labels of the worker of a cluster that it needs."""
    limits: Limits = Limits()
    ignored: tuple[str, ...] = ()
    """Fields of the file that have no effect here."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What was to be told of this file though it was loaded."""


_NO_BODY = "no instructions below the front matter"

_MOST_NOTES = 50
"""Diagnostics of one file; others are only counted."""


class AgentFolder(NamedTuple):
    """A folder with agent files."""

    path: Path
    source: Source
    named: str = ""
    """As the configuration names it."""


class _Loaded(NamedTuple):
    """What came of one file."""

    specialist: Specialist | None
    diagnostics: tuple[Diagnostic, ...]
    """Where there is no specialist: why."""
    folder: AgentFolder
    place: Place
    settled: bool = True
    """Whether a change since would show in `place`."""


def agent_folders(project: Path, home: Path, more: Iterable[str] = ()) -> list[AgentFolder]:
    """Where agent files are looked for, the strongest first.

    Args:
        project: The project folder.
        home: The user's home folder.
        more: Folders that the configuration names, from the project folder; `~` is the home.
    """
    configured = (
        (home / name[2:] if name.startswith("~/") else project / name, name) for name in more
    )
    folders = [
        AgentFolder(project / ".claude" / "agents", "project"),
        AgentFolder(home / ".claude" / "agents", "user"),
        *(AgentFolder(path, "configured", name) for path, name in configured),
        AgentFolder(BUILT_IN, "built-in"),
    ]
    # In the home folder itself the project's agents are the user's.
    by_place: dict[Path, AgentFolder] = {}
    for folder in folders:
        by_place.setdefault(Path(os.path.realpath(folder.path)), folder)
    return list(by_place.values())


class Agents:
    """The agent files of some folders; files that changed are read again.

    Touches the disk: not for the event loop, and for one thread at a time.

    Args:
        folders: The strongest first; a plain path counts as configured.
    """

    def __init__(self, folders: Iterable[AgentFolder | Path]) -> None:
        self._folders = [
            folder if isinstance(folder, AgentFolder) else AgentFolder(folder, "configured")
            for folder in folders
        ]
        self._loaded: dict[str, _Loaded] = {}
        self._lost: tuple[Diagnostic, ...] = ()
        self._result: tuple[dict[str, Specialist], list[Diagnostic]] | None = None

    def current(self) -> tuple[dict[str, Specialist], list[Diagnostic]]:
        """Specialists by key (see `find`), and what is to be told of files that gave none.

        The same objects as before where nothing has changed. Costs a look at each file's status
        then, and never more than the files that changed.
        """
        before = self._loaded
        now: dict[str, _Loaded] = {}
        same = True
        lost = tuple(filter(None, map(_lost, self._folders)))
        for folder in self._folders:
            for place in () if _lost(folder) else places(folder.path):
                if place.path in now:
                    continue
                old = before.get(place.path)
                if old is None or old.place != place or not old.settled:
                    new = _load_place(place, folder)
                    same = same and old is not None and new[:2] == old[:2]
                    now[place.path] = new if old is None or new[:2] != old[:2] else _kept(old, new)
                else:
                    now[place.path] = old
        if self._result is None or not same or list(now) != list(before) or lost != self._lost:
            found, diagnostics = _joined(now.values())
            self._result = found, [*lost, *diagnostics]
        self._loaded, self._lost = now, lost
        return self._result


def parse(
    data: bytes, path: Path, source: Source = "configured"
) -> tuple[Specialist | None, tuple[Diagnostic, ...]]:
    """An agent file's specialist, or why it is none.

    Args:
        data: The whole file.
        path: Where it comes from; gives the name where the file does not say one.
        source: What its folder is.

    Raises:
        ValueError: when this is not text.
    """
    text = split(data)
    notes = list(text.notes)
    head = read_head(text.head, text.head_line) if text.head is not None else None
    fields = head.fields if head is not None else {}
    stem = _stem(path)
    if "name" not in fields and _NOT_AGENTS.fullmatch(stem):
        return None, (Diagnostic(path, "not an agent: it has no name", 0, "info"),)
    body = text.body
    if head is None:
        if not any(map(str.isalnum, text.whole)):
            raise ValueError("this file is empty")
        body = text.whole
    else:
        notes.extend(head.notes)
    values, told = read_fields(fields, text.head or "")
    notes.extend(told)
    notes.extend(_fill_in(values, stem, body))
    if head is not None and not body:
        notes.append(Note(0, "info", _NO_BODY))
    if head is None:
        why = "no front matter: the file's name is its name, and all of it are its instructions"
        notes = [*text.notes, Note(1, "warning", why)]
    diagnostics = [
        Diagnostic(path, clean_line(note.message), note.line, note.severity)
        for note in sorted(notes)[:_MOST_NOTES]
    ]
    if len(notes) > _MOST_NOTES:
        more = f"and {len(notes) - _MOST_NOTES:,} more like these"
        diagnostics.append(Diagnostic(path, more, notes[-1].line, "warning"))
    specialist = Specialist(
        **values, system=body, path=path, source=source, diagnostics=tuple(diagnostics)
    )
    return specialist, ()


def _fill_in(values: Values, stem: str, body: str) -> Iterator[Note]:
    """Give a name and a description to who has none, and tell."""
    if not values["name"]:
        values["name"] = clean_line(stem, 64) or "agent"
        yield Note(1, "warning", f"no name; it is called {values['name']}")
    if not values["description"]:
        values["description"] = _first_words(body)
        what = "; the first line stands in for it" if values["description"] else ""
        yield Note(1, "warning", f"no description{what}")


def find(specialists: Mapping[str, Specialist], name: str) -> Specialist | None:
    """The specialist with this name, without regard to case and separators."""
    return specialists.get(name_key(name))


def _lost(folder: AgentFolder) -> Diagnostic | None:
    """That the configuration names a folder that is none."""
    if not folder.named or os.path.isdir(folder.path):
        return None
    why = "this is no folder" if os.path.lexists(folder.path) else "there is no such folder"
    named = clean_line(f"'{folder.named}' under agents in the configuration: {why}")
    return Diagnostic(folder.path, named, about_folder=True)


def _load_place(place: Place, folder: AgentFolder) -> _Loaded:
    path = Path(place.path)
    if place.trouble is not None or place.stamp is None:
        told = Diagnostic(path, clean_line(place.trouble or "can not be read"))
        return _Loaded(None, (told,), folder, place)
    settled = time.time_ns() - place.stamp.changed > _UNSETTLED_NS
    try:
        specialist, why = parse(read_bytes(path), path, folder.source)
    except ValueError as error:
        specialist, why = None, (Diagnostic(path, clean_line(str(error))),)
    return _Loaded(specialist, why, folder, place, settled)


def _joined(loaded: Iterable[_Loaded]) -> tuple[dict[str, Specialist], list[Diagnostic]]:
    """The first of each name; what came of the others is told."""
    found: dict[str, Specialist] = {}
    diagnostics: list[Diagnostic] = []
    folders: dict[str, AgentFolder] = {}
    for specialist, told, folder, *_ in loaded:
        if specialist is None:
            diagnostics.extend(told)
            continue
        key = name_key(specialist.name)
        first = found.setdefault(key, specialist)
        if first is not specialist:
            diagnostics.append(_hidden(specialist, first, folders[key] is folder))
            if not first.system and specialist.source == "built-in":
                found[key] = _instructed(first, specialist)
        else:
            folders[key] = folder
    return found, diagnostics


def _kept(old: _Loaded, new: _Loaded) -> _Loaded:
    """The same objects as before, for a file that says what it said."""
    return new._replace(specialist=old.specialist, diagnostics=old.diagnostics)


def _instructed(first: Specialist, built_in: Specialist) -> Specialist:
    """A file without instructions, and with the name of one that comes along: it keeps those."""
    why = f"; those of the {built_in.name} that comes with orchtui hold"
    told = tuple(
        replace(one, message=one.message + why) if one.message == _NO_BODY else one
        for one in first.diagnostics
    )
    return replace(first, system=built_in.system, diagnostics=told)


def _hidden(specialist: Specialist, first: Specialist, same_folder: bool) -> Diagnostic:
    name, other = clean_line(specialist.name, 64), clean_line(str(first.path))
    if same_folder:
        return Diagnostic(
            specialist.path, f"'{name}' is also the name in {other}: that one is used", 0, "warning"
        )
    return Diagnostic(specialist.path, f"hidden by the {first.source} one in {other}", 0, "info")


def _stem(path: Path) -> str:
    """A file's name without `.md`, and without what other programs put before that."""
    return re.sub(r"(?i)(?:\.(?:agent|chatmode|subagent))?\.md$", "", path.name) or path.name


def _first_words(body: str) -> str:
    """The first line of the instructions that is no heading, short."""
    for line in body.split("\n"):
        words = line.strip()
        if any(character.isalnum() for character in words) and words[0] not in "#<|`-=":
            return clean_line(words, 200)
    return ""


def name_key(name: str) -> str:
    """A specialist's name without case and separators: two with the same key are one."""
    return "".join(filter(str.isalnum, name.casefold())) or name.strip()
