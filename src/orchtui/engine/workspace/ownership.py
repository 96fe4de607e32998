"""Who may write where in the project: the paths that each task declared.

A task's own paths are written in the project itself. Another task's are refused.
All others are kept apart, below `files/<task>/` of the run folder. This module
decides from the declared paths alone, and never touches a file.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchtui.engine.paths import paths
from orchtui.engine.paths.path_names import Denied, folded, relative
from orchtui.engine.paths.rules import Rules
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.text import clean_line


@dataclass(frozen=True, slots=True)
class Right:
    """What a task may do at a path."""

    where: Literal["project", "kept", "nowhere"]
    why: str = ""
    """Where it may do nothing: the reason, and what it can do instead."""


class Ownership:
    """The declared paths of all tasks of a run.

    Args:
        project: Absolute path of the project folder.
        tasks: All tasks of the run.
        rules: What is forbidden to all.
    """

    def __init__(self, project: Path, tasks: Sequence[ScheduledTask], rules: Rules) -> None:
        self.rules = rules
        self._project = project
        self._claims: dict[str, tuple[str, ...]] = {}
        self._folded: dict[str, tuple[tuple[str | None, str], ...]] = {}
        for task in tasks:
            self.add(task)

    def add(self, task: ScheduledTask) -> None:
        """One more task takes part."""
        found = (_claim(self._project, path) for path in task.writes)
        claims = self._claims[task.id] = tuple(claim for claim in found if claim is not None)
        if claims:
            self._folded[task.id] = tuple(
                (_start(low), low) for claim in claims if (low := folded(claim))
            )

    def declares(self, task_id: str, path: str) -> bool:
        """Whether a path is one that this task declares, or in a folder or glob of it."""
        plain = unicodedata.normalize("NFC", path)
        own = self._claims.get(task_id, ())
        return any(_holds(unicodedata.normalize("NFC", claim), plain) for claim in own)

    def others(self, task_id: str, path: str) -> str | None:
        """Another task in whose way it would be to write there; `None` where there is none."""
        low = folded(path)
        start = _start(low)
        for other, claims in self._folded.items():
            # Very many tasks and files: most are told apart by their first name alone.
            if other != task_id and any(
                (first is None or start is None or first == start) and _meets(claim, low)
                for first, claim in claims
            ):
                return other
        return None

    def right(self, task_id: str, path: str) -> Right:
        """What a task may write.

        Args:
            task_id: The task.
            path: From the project folder, after all links.
        """
        if not path:
            return Right("nowhere", "this is the project folder itself; name a file")
        if why := self.rules.unwritable(path):
            return Right("nowhere", why)
        if self.declares(task_id, path):
            return Right("project")
        if other := self.others(task_id, path):
            return Right(
                "nowhere", f"the task '{other}' writes it; {self.instead(task_id, kept=True)}"
            )
        return Right("kept")

    def instead(self, task_id: str, *, kept: bool) -> str:
        """Which paths a task may write, in words.

        Args:
            task_id: The task.
            kept: Whether other paths of the project are kept apart for it.
        """
        own = self._claims.get(task_id, ())
        some = ", ".join(clean_line(claim, 100) for claim in own[:10])
        if len(own) > 10:
            some += f" and {len(own) - 10} more"
        if not kept:
            return f"you may write {some}" if own else "you may write nothing in the project"
        return f"you may write {some}, or use a new name" if own else "use a new name"


def _claim(project: Path, path: str) -> str | None:
    """A declared path from the project folder; `None` for one outside of it."""
    if not (plain := paths.normal(path)):
        return None
    if plain == ".":
        return plain
    try:
        return relative(plain, project) or "."
    except Denied:
        return None


def _start(path: str) -> str | None:
    """A path's first name; `None` where it could be several, or is the whole folder."""
    first = path.partition("/")[0]
    return None if first == "." or any(sign in first for sign in "*?[]{}!") else first


def _holds(claim: str, path: str) -> bool:
    """Whether a declared path is this file, or a folder or glob that holds it."""
    if claim in (".", path) or claim in paths.folders(path):
        return True
    # A name with a star in it is a name, and must not be taken for all that it would match.
    if not paths.is_glob(claim) or paths.is_glob(path):
        return False
    # A folder that holds what a glob matches fits it too, as the rules for plans see it.
    return path not in paths.folders(claim) and paths.matches(claim, path)


def _meets(claim: str, path: str) -> bool:
    """Whether writing this path could be in the way of a declared one."""
    if _holds(claim, path) or path in paths.folders(claim):
        return True
    return paths.is_glob(claim) and paths.matches(claim, path)
