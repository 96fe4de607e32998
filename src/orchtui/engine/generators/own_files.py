"""Files of their own for tasks that were made from one: `docs/notes.md` becomes `docs/notes-a.md`.

Shared by entries of plan files and by the app's variants. Pure. This module never renames a
folder or a pattern into a file, and never touches one.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from orchtui.engine.paths.paths import is_glob
from orchtui.engine.plans.plan import Task

if TYPE_CHECKING:
    from orchtui.engine.generators.expansion import Origin

_Tails = tuple[str, ...]


def own_path(path: str, tail: str, taken: Collection[str]) -> str:
    """`docs/notes.md` as `docs/notes-a.md`; a pattern stays what it is.

    Args:
        path: A file or folder.
        tail: What stands before the ending.
        taken: Paths that are no name for it.
    """
    if is_glob(path):
        return path
    bare = path.rstrip("/")
    folder, slash, name = bare.rpartition("/")
    dot = name.find(".", 1)
    stem, ending = (name, "") if dot < 0 else (name[:dot], name[dot:])
    found, number = "", 1
    while not found or found in taken:
        more = "" if number == 1 else str(number)
        found = f"{folder}{slash}{stem}-{tail}{more}{ending}{path[len(bare) :]}"
        number += 1
    return found


def with_paths(text: str, paths: Mapping[str, str]) -> str:
    """A text that names files by their new names, never as a part of a longer one."""
    if not paths:
        return text
    known = "|".join(map(re.escape, sorted(paths, key=len, reverse=True)))
    whole = rf"(?<![\w./-])(?:{known})(?![\w/-]|\.\w)"
    return re.sub(whole, lambda match: paths[match[0]], text)


def with_own_files(tasks: Sequence[Task], origins: Sequence["Origin"]) -> tuple[Task, ...]:
    """Tasks of which no two that were made for different items write the same file.

    Who reads such a file reads the one of its own item, or all of them.

    Args:
        tasks: Those of a plan.
        origins: Where each comes from.
    """
    writers: dict[tuple[int, str], dict[_Tails, None]] = {}
    for task, origin in zip(tasks, origins, strict=True):
        for path in task.writes:
            if origin.tails:
                writers.setdefault((origin.entry, path), {})[origin.tails] = None
    taken = {path for task in tasks for path in task.writes}
    entries: dict[int, _Own] = {}
    everyone: dict[str, list[str]] = {}
    for (entry, path), by in writers.items():
        if len(by) > 1:
            for tails in by:
                own = own_path(path, "-".join(tails), taken)
                taken.add(own)
                everyone.setdefault(path, []).append(own)
                entries.setdefault(entry, _Own()).add(tails, path, own)
    if not entries:
        return tuple(tasks)
    return tuple(
        _with_own(task, origin.tails, entries.get(origin.entry, _NONE), everyone)
        for task, origin in zip(tasks, origins, strict=True)
    )


@dataclass(slots=True)
class _Own:
    """What files are called for the items of one entry."""

    exact: dict[_Tails, dict[str, str]] = field(default_factory=dict)
    """For an item: path to own path."""
    below: dict[_Tails, dict[str, list[str]]] = field(default_factory=dict)
    """For what holds several items: path to all of theirs."""

    def add(self, tails: _Tails, path: str, own: str) -> None:
        """One more file."""
        self.exact.setdefault(tails, {})[path] = own
        for end in range(len(tails)):
            self.below.setdefault(tails[:end], {}).setdefault(path, []).append(own)


_NONE: Final = _Own()


def _with_own(task: Task, tails: _Tails, own: _Own, everyone: Mapping[str, Sequence[str]]) -> Task:
    """A task that names files of its own item, or reads those of several."""
    one: dict[str, str] = {}
    for end in range(len(tails) + 1):
        one |= own.exact.get(tails[:end], {})
    inside = own.below.get(tails, {})
    if one:
        task = replace(
            task,
            title=with_paths(task.title, one),
            prompt=with_paths(task.prompt, one),
            command=tuple(with_paths(word, one) for word in task.command),
            writes=tuple(one.get(path, path) for path in task.writes),
        )
    if not any(path in everyone for path in task.reads):
        return task
    reads: dict[str, None] = {}
    for path in task.reads:
        mine = [one[path]] if path in one else inside.get(path) or everyone.get(path, [path])
        reads.update(dict.fromkeys(mine))
    return replace(task, reads=tuple(reads))
