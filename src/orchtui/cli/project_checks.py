"""What orchtui has to work with: the key, backends, agent files, folders, themes.

A key is never shown, nor a part of it. Nothing is written to find out whether
it could be. This module never starts a backend.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchtui.cli.checks import Check, State

if TYPE_CHECKING:
    from orchtui.config import Settings
    from orchtui.engine.sessions.project import Project

LITTLE_SPACE = 200 * 2**20
"""Bytes free below which a long run may fill the disk."""
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb3", "afpfs", "webdav", "9p", "drvfs", "fuse.sshfs", "afs"}
)
"""File systems that may be slow, or away for a while."""
_MOST_NAMED = 3
_ONLY_PLAY = frozenset({"rehearsal", "command"})


def of(project: "Project", settings: "Settings") -> list[Check]:
    """All of it."""
    return [
        _key(project),
        _backends(project),
        _agents(project),
        *_folders(project),
        *_themes(settings),
    ]


def _ready(project: "Project") -> list[str]:
    return [one.name for one in project.backends.choices() if one.lacking is None]


def _key(project: "Project") -> Check:
    from orchtui.engine.backends.registry import KEY, TOKEN

    environment = project.backends.environment
    for name in (KEY, TOKEN):
        if not (value := environment.get(name, "")):
            continue
        if value != value.strip() or value.strip("'\"") != value or " " in value:
            text = f"{name} is set, with a space or a quote in it that hardly belongs to it"
            return Check(
                "key", "warning", text, f"set {name} anew, without quotes around the value"
            )
        return Check("key", "ok", f"{name} is set; it is never shown")
    if set(_ready(project)) - _ONLY_PLAY:
        return Check("key", "ok", f"no {KEY}: only the backend anthropic needs one")
    return Check("key", "warning", f"no {KEY}", f"export {KEY}=… for the backend anthropic")


def _backends(project: "Project") -> Check:
    ready = _ready(project)
    chosen = project.overrides.backend or project.unasked()
    lacking = {one.name: one.lacking for one in project.backends.choices() if one.lacking}
    if chosen in lacking:
        return Check("backends", "warning", f"{chosen} is chosen and not ready", lacking[chosen])
    if not set(ready) - _ONLY_PLAY:
        text = "only rehearsal is ready: it shows a run's shape and calls no model"
        return Check("backends", "warning", text, "one of those below, with what each lacks")
    return Check("backends", "ok", f"ready: {', '.join(ready)}")


def _agents(project: "Project") -> Check:
    count = len(project.specialists)
    text = f"{count} specialist{'' if count == 1 else 's'}"
    bad = [one for one in project.diagnostics if one.severity == "error"]
    if not bad:
        return Check("agents", "ok", text)
    named = ", ".join(one.path.name for one in bad[:_MOST_NAMED])
    more = f" and {len(bad) - _MOST_NAMED} more" if len(bad) > _MOST_NAMED else ""
    text += f"; not loaded: {named}{more}"
    return Check("agents", "warning", text, "orchtui agents check says what is wrong with them")


def _folders(project: "Project") -> Iterator[Check]:
    from platformdirs import user_config_path, user_data_path

    mounts = _mounts()
    if not os.access(project.folder, os.R_OK | os.X_OK):
        text = f"{project.folder} can not be read"
        yield Check("project", "problem", text, "give yourself the right to read it")
    else:
        yield _network(Check("project", "ok", str(project.folder)), project.folder, mounts)
    yield _writable("artifacts", project.folder / project.out, mounts, "choose another with --out")
    yield _writable("settings", user_config_path("orchtui"), mounts, "")
    todo = "without it no trust is remembered, and nothing can be saved elsewhere"
    yield _writable("data", user_data_path("orchtui"), mounts, todo)


def _writable(name: str, folder: Path, mounts: Mapping[str, str], todo: str) -> Check:
    """Whether a folder can be written, or made where it is not there yet."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return Check(name, "problem", f"{there} is in the way of {folder}", todo or "move it")
    if not os.access(there, os.W_OK | os.X_OK):
        # Only runs have to be written: without the other two orchtui works, and forgets.
        state: State = "problem" if name == "artifacts" else "warning"
        return Check(name, state, f"{there} can not be written", todo or "make it writable")
    free = shutil.disk_usage(there).free
    if free < LITTLE_SPACE:
        text = f"{folder}: only {free / 2**20:.0f} MB are free"
        return Check(name, "warning", text, "make room before a long run")
    return _network(Check(name, "ok", f"{folder}: {_size(free)} free"), there, mounts)


def _network(check: Check, folder: Path, mounts: Mapping[str, str]) -> Check:
    """Says also that a folder is on another machine."""
    whole = folder.resolve()
    place = max((mount for mount in mounts if whole.is_relative_to(mount)), key=len, default="/")
    kind = mounts.get(place, "")
    if kind.lower() not in _NETWORK:
        return check
    todo = (
        "runs go on when it is away for a while, but everything is slower; --out takes a local one"
    )
    return check._replace(state="warning", text=f"{check.text}, on a network ({kind})", todo=todo)


def _mounts() -> dict[str, str]:
    """Mount points, and what is mounted there."""
    import psutil

    return {one.mountpoint: one.fstype for one in psutil.disk_partitions(all=True)}


def _size(number: float) -> str:
    return f"{number / 2**30:.0f} GB" if number >= 2**30 else f"{number / 2**20:.0f} MB"


def _themes(settings: "Settings") -> Iterator[Check]:
    from textual.theme import BUILTIN_THEMES

    from orchtui.ui.looks.theme import DEFAULT, Themes, theme_folders

    themes = Themes(theme_folders())
    names = themes.reread().keys() | BUILTIN_THEMES.keys()
    notices = themes.complaints()
    for notice in notices:
        yield Check("themes", "warning", notice, "mend the file, or take it away")
    if settings.theme and settings.theme not in names:
        text = f"there is no theme '{settings.theme}': {DEFAULT} is used"
        yield Check("themes", "warning", text, "ctrl+p in the app lists all of them")
    elif not notices:
        yield Check("themes", "ok", f"{settings.theme or DEFAULT}, one of {len(names)}")
