"""The effective card of a specialist: what its agent file comes to, run in one way.

The same file means different things to different backends: an API has no shell,
a program brings tools of its own, a local model has none. A card says what will
really be used, and in a few words why not the rest. Pure: this module never
touches a file and asks no backend.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from orchtui.engine.agents.agent_fields import why_ignored
from orchtui.engine.agents.agent_tools import READ_ONLY_MODE, Grant, granted
from orchtui.engine.agents.specialists import Diagnostic, Source, Specialist
from orchtui.engine.backends.claude_tools import claude_tools
from orchtui.engine.backends.preset_calls import rights_of
from orchtui.engine.plans.backend_names import (
    PROGRAMS,
    WITH_TOOLS_OF_THEIR_OWN,
    WITHOUT_MODEL_CHOICE,
    WITHOUT_TOOLS,
)

ResolveModel = Callable[[str | None], str | None]
"""The full id for an alias or id, the default's for `None`; `None` where the backend does not know
it."""


WITHOUT_EFFORT = frozenset({"local", "rehearsal", "command"})


class Ignored(msgspec.Struct, frozen=True):
    """A field that has no effect."""

    field: str
    """As written."""
    why: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a specialist comes to."""

    name: str
    description: str
    source: Source
    path: Path
    backend: str
    """How it is run; empty where nobody chose one, or where what was chosen does not exist."""
    runs_by: str
    """The same for a person, in a few words."""
    command: tuple[str, ...]
    model: str | None
    """The model that will really be used; `None` where the backend chooses it."""
    model_from: str
    """Where the model comes from, in a few words."""
    tools: tuple[str, ...]
    """The tools that it will really have, with the patterns that narrow them; for a program of its
    own the names that it is given."""
    tools_from: str
    """What is to know about them, in a few words; may be empty."""
    nobody: tuple[str, ...]
    """Tools that the file names and nobody has here."""
    color: str | None
    notes: tuple[str, ...]
    """What else holds differently from what the file says, or is good to know."""
    ignored: tuple[Ignored, ...]
    diagnostics: tuple[Diagnostic, ...]


def card(
    specialist: Specialist,
    *,
    resolve_model: ResolveModel,
    backend: str,
    tools: bool = True,
    web: bool = True,
    missing: str = "",
) -> Card:
    """The card of a specialist, run in one way.

    Args:
        specialist: The agent file.
        resolve_model: What the backend makes of a model's name.
        backend: How it will be run; empty where nobody chose a backend.
        tools: Whether the backend offers tools to its models; a profile may not.
        web: Whether the backend has the provider's web tools; a profile may not.
        missing: The backend or profile that was chosen, where there is none of this name; then
            `backend` is empty.
    """
    if missing:
        return _lost(specialist, missing)
    model, model_from = _model(specialist, resolve_model, backend)
    grant = granted(specialist.tools, specialist.disallowed_tools, specialist.permission_mode)
    has, tools_from, nobody = _tools(specialist, grant, backend, tools, web)
    return Card(
        name=specialist.name,
        description=specialist.description,
        source=specialist.source,
        path=specialist.path,
        backend=backend,
        runs_by=backend or "nobody: no backend is chosen",
        command=specialist.command,
        model=model,
        model_from=model_from,
        tools=has,
        tools_from=tools_from,
        nobody=nobody,
        color=specialist.color,
        notes=tuple(_notes(specialist, nobody, backend)),
        ignored=tuple(Ignored(field, why_ignored(field)) for field in specialist.ignored),
        diagnostics=specialist.diagnostics,
    )


def _lost(specialist: Specialist, missing: str) -> Card:
    """The card of one that can not run."""
    why = f"there is no backend or profile '{missing}'"
    return Card(
        name=specialist.name,
        description=specialist.description,
        source=specialist.source,
        path=specialist.path,
        backend="",
        runs_by=f"nobody: {why}",
        command=specialist.command,
        model=None,
        model_from="",
        tools=(),
        tools_from="",
        nobody=(),
        color=specialist.color,
        notes=(f"{why}: its tasks can not run",),
        ignored=tuple(Ignored(field, why_ignored(field)) for field in specialist.ignored),
        diagnostics=specialist.diagnostics,
    )


def _model(specialist: Specialist, resolve: ResolveModel, backend: str) -> tuple[str | None, str]:
    said = specialist.model
    if backend in WITHOUT_MODEL_CHOICE:
        own = "a program's own choice" if backend == "command" else f"'{backend}' has no choice"
        return None, f"{own}; '{said}' of the file is passed over" if said else own
    default = resolve(None)
    if said is None:
        return default, "the file names none"
    found = resolve(said)
    if found is None:
        return default, f"'{backend}' does not know '{said}' of the file"
    return found, "as the file says" if found == said else f"'{said}' of the file"


def _tools(
    specialist: Specialist, grant: Grant, backend: str, tools: bool, web: bool
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """The tools, what is to know about them, and those that nobody has."""
    named = specialist.tools or ()
    if backend in WITH_TOOLS_OF_THEIR_OWN:
        return _programs_tools(specialist, backend)
    if backend in WITHOUT_TOOLS:
        return (), f"'{backend}' has no tools", named
    if not tools:
        return (), f"models of '{backend}' are offered no tools", named
    shown = [_narrowed(grant, tool) for tool in grant.tools]
    lost = () if web else grant.web
    shown += grant.web if web else ()
    said = "the file does not say: all file tools" if specialist.tools is None else ""
    return tuple(shown), said, (*grant.nobody, *lost)


def _programs_tools(
    specialist: Specialist, backend: str
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """The tools of an agent program, as far as its names for them are known."""
    named, refused = specialist.tools, specialist.disallowed_tools
    if backend == "claude" and named is not None and "*" not in named:
        gone = set(claude_tools(refused).known)
        known, unknown = claude_tools(named)
        return tuple(name for name in known if name not in gone), "the program's own", unknown
    if backend in ("claude", "acp"):
        whose = "the program's own" if named is not None else "all of the program's own"
        return tuple(named or ()), _without(whose, specialist), ()
    rights = rights_of(named, refused, specialist.permission_mode)
    if not rights.said:
        return (), "the program's own, as its settings have it", ()
    if rights.everything:
        return (), "the program's own, without asking for anything", ()
    wishes = {"change files": rights.edit, "run commands": rights.run}
    may = [what for what, allowed in wishes.items() if allowed and not rights.plan]
    what = " and ".join(may) or "only read"
    return (), f"the program's own; it may {what}", ()


def _without(what: str, specialist: Specialist) -> str:
    refused = ", ".join(specialist.disallowed_tools)
    return f"{what}, without {refused}" if refused else what


def _narrowed(grant: Grant, tool: str) -> str:
    """A tool with the patterns that hold for it."""
    only = next((patterns for name, patterns in grant.only.items() if name == tool), ())
    never = next((patterns for name, patterns in grant.never.items() if name == tool), ())
    inside = [*only, *(f"not {pattern}" for pattern in never)]
    return f"{tool}({', '.join(inside)})" if inside else tool


def _notes(specialist: Specialist, nobody: tuple[str, ...], backend: str) -> list[str]:
    notes = []
    api = backend not in PROGRAMS and backend not in WITHOUT_TOOLS
    mode = specialist.permission_mode
    if mode == READ_ONLY_MODE:
        notes.append("permissionMode plan: it changes no file")
    elif mode not in (None, "default") and backend in WITH_TOOLS_OF_THEIR_OWN:
        notes.append(f"permissionMode {mode}: what its program does without asking goes by it")
    elif mode not in (None, "default"):
        notes.append(f"permissionMode {mode}: what the workspace allows holds anyhow")
    if specialist.isolation and backend not in PROGRAMS:
        notes.append("isolation: only programs need it; this one writes to a folder of its own")
    if specialist.effort and backend in WITHOUT_EFFORT:
        notes.append(f"effort {specialist.effort}: '{backend}' has no such choice")
    if specialist.max_turns and not (api or backend in WITH_TOOLS_OF_THEIR_OWN):
        notes.append("maxTurns: without tools there is one turn")
    if specialist.command and backend not in PROGRAMS:
        notes.append(f"command: '{backend}' runs no program")
    if specialist.runs_on:
        notes.append(f"runs_on: workers of a cluster with {', '.join(specialist.runs_on)}")
    if specialist.env:
        names = ", ".join(specialist.env)
        runs = backend in PROGRAMS
        notes.append(f"env: its program gets {names}" if runs else f"env: no program gets {names}")
    if nobody and backend not in WITHOUT_TOOLS:
        who = "nobody here has" if api else f"'{backend}' has no tool"
        notes.append(f"{who} {', '.join(nobody)}")
    return notes
