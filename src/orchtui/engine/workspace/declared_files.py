"""Which files of the project a task means: by the paths that it declares, and by its command.

A declared path is a file, a folder or a glob. Links are followed where they stay in the project,
and what is found keeps the name that it has there. Blocks: not for the event loop. This module
never opens a file.
"""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from orchtui.engine.paths import paths
from orchtui.engine.paths.path_names import Denied, Missing
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.overlay import Overlay

MOST_FOLDERS = 20_000
"""Folders that are looked into for one declared path: links may lead to very many."""

_BREAKS = re.compile(r"[\s;&|()<>{}'\"`$=,]+")
"""Between the words of a shell's line."""
_MOST_WORDS = 400


def files_meant(named: str, view: Overlay) -> Iterator[str]:
    """The files that a declared path means, as they are named from the project folder.

    A path that means one file is given also where there is none yet.

    Raises:
        Denied: when it leads out of the project, or to more folders than can be looked into.
    """
    path = view.named(paths.normal(named))
    if paths.is_glob(path):
        start = os.path.dirname(path.partition("*")[0].partition("?")[0].partition("[")[0])
        found = _below(start, view.locate(start), view)
        yield from (file for file in found if paths.matches(path, file))
    elif view.is_file(real := view.locate(path)):
        yield path
    else:
        yield from _below(path, real, view)


def unsent(command: Sequence[str], view: Overlay, sent: Collection[str]) -> tuple[str, ...]:
    """Files and folders of the project that a command line names and that were not sent.

    A guess: a word may be the name of a file and mean something else.
    """
    found = dict.fromkeys(path for word in _words(command) if (path := _in_project(word, view)))
    return tuple(
        path
        for path in found
        if path not in sent and not any(one.startswith(f"{path}/") for one in sent)
    )


def undeclared(task: ScheduledTask, folder: Path) -> tuple[str, ...]:
    """Files of the project that a task's command names, and that it does not declare.

    The same guess, before anything is sent; a few looks at the disk.

    Args:
        task: The task.
        folder: The project folder.
    """
    declared = [paths.normal(path) for path in (*task.reads, *task.writes)]
    found = dict.fromkeys(
        path
        for word in _words(task.command)
        if (path := paths.normal(word)) and not path.startswith(("/", "../")) and "\0" not in path
    )
    return tuple(
        path
        for path in found
        if os.path.isfile(folder / path) and not any(paths.covers(one, path) for one in declared)
    )


def _words(command: Sequence[str]) -> list[str]:
    some = command[:_MOST_WORDS]
    return [piece for word in some for piece in (word, *_BREAKS.split(word))][:_MOST_WORDS]


def _in_project(word: str, view: Overlay) -> str:
    """The path of a file or folder that a word may mean; empty where there is none."""
    try:
        path = view.named(word)
        return path if path and _kind(view.locate(path), view) is not None else ""
    except Denied:
        return ""


def _below(folder: str, at_first: str, view: Overlay) -> Iterator[str]:
    """The files below a folder: as it is named, and where it really is."""
    left, looked = [(folder, at_first, frozenset[str]())], 0
    while left:
        named, real, way = left.pop()
        if real in way:
            continue  # its links lead in a circle
        looked += 1
        if looked > MOST_FOLDERS:
            raise Denied(f"its links lead to more than {MOST_FOLDERS:,} folders; name files")
        try:
            entries = view.entries(real)
        except Missing:
            continue
        for entry in entries:
            path, at = _joined(named, entry.name), _joined(real, entry.name)
            kind: str | None = entry.kind
            if view.skipped(at, kind == "folder"):
                continue
            if kind == "link":
                try:
                    at = view.locate(at)
                except Denied:
                    continue  # it leads out
                kind = _kind(at, view)
                if kind is None or view.skipped(at, kind == "folder"):
                    continue
            if kind == "folder":
                left.append((path, at, way | {real}))
            elif kind == "file":
                yield path


def _kind(real: str, view: Overlay) -> Literal["file", "folder"] | None:
    """What stands at a real path; `None` for what is nothing, or must not be read."""
    if not real:
        return "folder"
    folder, _, name = real.rpartition("/")
    try:
        kind = next((one.kind for one in view.entries(folder) if one.name == name), None)
    except Denied:
        return None
    return kind if kind in ("file", "folder") else None


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
