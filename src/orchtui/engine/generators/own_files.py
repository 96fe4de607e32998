"""Files of their own for tasks that were made from one: `docs/notes.md` becomes `docs/notes-a.md`.

Shared by entries of plan files and by the app's variants. Pure. This module never renames a
folder or a pattern into a file, and never touches one.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from orchtui.engine.independence.paths import is_glob
from orchtui.engine.plan import Task

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
            if origin.tails and not is_glob(path):
                writers.setdefault((origin.entry, path), {})[origin.tails] = None
    taken = {path for task in tasks for path in task.writes}
    own: dict[int, dict[str, dict[_Tails, str]]] = {}
    for (entry, path), by in writers.items():
        if len(by) > 1:
            names = own.setdefault(entry, {}).setdefault(path, {})
            for tails in by:
                names[tails] = own_path(path, "-".join(tails), taken)
                taken.add(names[tails])
    if not own:
        return tuple(tasks)
    everyone = {path: [*of.values()] for paths in own.values() for path, of in paths.items()}
    return tuple(
        _with_own(task, origin.tails, own[origin.entry], everyone)
        if origin.entry in own
        else _reading(task, everyone)
        for task, origin in zip(tasks, origins, strict=True)
    )


def _with_own(
    task: Task,
    tails: _Tails,
    own: Mapping[str, Mapping[_Tails, str]],
    everyone: Mapping[str, Sequence[str]],
) -> Task:
    """A task of an entry whose tasks write files of their own."""
    one: dict[str, str] = {}
    several: dict[str, Sequence[str]] = dict(everyone)
    for path, names in own.items():
        around = [other for other in names if other == tails[: len(other)]]
        inside = [name for other, name in names.items() if tails == other[: len(tails)]]
        if around:
            one[path] = names[max(around, key=len)]
            several[path] = [one[path]]
        elif inside:
            several[path] = inside
    task = replace(
        task,
        title=with_paths(task.title, one),
        prompt=with_paths(task.prompt, one),
        command=tuple(with_paths(word, one) for word in task.command),
        writes=tuple(one.get(path, path) for path in task.writes),
    )
    return _reading(task, several)


def _reading(task: Task, paths: Mapping[str, Sequence[str]]) -> Task:
    """A task that reads what files have become."""
    if not any(path in paths for path in task.reads):
        return task
    reads = [new for path in task.reads for new in paths.get(path, [path])]
    return replace(task, reads=tuple(dict.fromkeys(reads)))
