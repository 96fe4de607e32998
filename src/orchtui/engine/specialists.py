"""Specialists: agent files, in the form that Claude Code uses.

A file is front matter (`name`, `description`, `tools`, `model`, `color`) and a
body, the specialist's instructions. Found in the project's `.claude/agents/`,
then the user's, then the ones that come with orchtui. Obeyed here: name,
description, model and body; every other field is listed in `ignored`, so that
nothing is dropped in silence. This module never runs anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from orchtui.engine.plan import Limits
from orchtui.engine.text import clean, clean_line

BUILT_IN = Path(__file__).parent.parent / "agents"

_OBEYED = frozenset({"name", "description", "model"})
_NO_MODEL = frozenset({"", "inherit", "null", "~"})
_SIZE = 1_000_000
"""Bytes of an agent file that is still read."""


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
    limits: Limits = Limits()
    ignored: tuple[str, ...] = ()
    """Fields of the file that have no effect here."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What was to be told of this file though it was loaded."""


def agent_folders(project: Path, home: Path, more: Iterable[str] = ()) -> list[Path]:
    """Where agent files are looked for, the strongest first.

    Args:
        project: The project folder.
        home: The user's home folder.
        more: Folders that the configuration names, from the project folder.
    """
    folders = [place / ".claude" / "agents" for place in (project, home)]
    return [*folders, *(project / name for name in more), BUILT_IN]


def load_all(folders: Iterable[Path]) -> tuple[dict[str, Specialist], list[Diagnostic]]:
    """Specialists by key (see `find`), the first folder wins; and what could not be loaded."""
    found: dict[str, Specialist] = {}
    diagnostics = []
    for folder in folders:
        for path in sorted(folder.glob("*.md")):
            try:
                specialist = load(path)
            except ValueError as error:
                diagnostics.append(Diagnostic(path, str(error)))
            else:
                found.setdefault(_key(specialist.name), specialist)
    return found, diagnostics


def load(path: Path) -> Specialist:
    """Read one agent file.

    Raises:
        ValueError: with one line that says what is wrong.
    """
    try:
        if not path.is_file() or path.stat().st_size > _SIZE:
            raise ValueError("not a file of at most 1 MB")
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"can not be read: {error}") from error
    if not text.startswith("---\n") or "\n---" not in text[3:]:
        raise ValueError("no front matter between two lines of ---")
    head, _, body = text[4:].partition("\n---")
    try:
        # The base loader leaves words as they are written (`name: no`) and obeys no tags.
        fields = yaml.load(head, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"the front matter is not YAML: {clean_line(str(error))}") from error
    if not isinstance(fields, dict):
        raise ValueError("the front matter is not a list of fields")
    if wrong := [key for key in sorted(_OBEYED) if not isinstance(fields.get(key, ""), str)]:
        raise ValueError(f"{wrong[0]} is not one line of text")
    model = clean_line(fields.get("model", ""), 100)
    return Specialist(
        name=clean_line(fields.get("name", ""), 64) or clean_line(path.stem, 64),
        description=clean_line(fields.get("description", "")),
        system=clean(body.partition("\n")[2]).strip(),
        path=path,
        model=None if model.lower() in _NO_MODEL else model,
        ignored=tuple(sorted(clean_line(str(key), 64) for key in fields if key not in _OBEYED)),
    )


def find(specialists: Mapping[str, Specialist], name: str) -> Specialist | None:
    """The specialist with this name, without regard to case and separators."""
    return specialists.get(_key(name))


def _key(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
