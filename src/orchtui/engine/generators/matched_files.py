"""The files that a pattern of a plan names: below the project folder, without secrets, sorted.

Only names are looked at. Folders that no search goes through (`node_modules`, `.venv`, …) and
hidden names are found where the pattern names them; links are followed by nobody, so that nothing
outside is found. This module never opens a file, and never leaves one out without a reason.
"""

from collections.abc import Iterator
from pathlib import Path

from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.ignoring import SKIPPED, glob_fits, globs
from orchtui.engine.paths.path_names import Denied, Missing
from orchtui.engine.paths.rules import Rules
from orchtui.engine.text import clean

LOOKED_AT = 100_000
"""Files and folders that all patterns of a plan look at together."""


class NoFiles(ValueError):
    """A pattern that names no file, or that can not be followed; the message says why."""


def project_rules(project: Path) -> Rules:
    """What nobody may read in a project whose runs are where they usually are."""
    return Rules.load(project, project / "artifacts")


class ProjectFiles:
    """The files of a project, for the patterns of one plan. Blocks.

    Args:
        project: Absolute path of the project folder.
    """

    def __init__(self, project: Path) -> None:
        self._fence = Fence(project)
        self._rules = project_rules(project)
        self._left = LOOKED_AT
        self._known: dict[str, list[str]] = {}

    def matched(self, pattern: str) -> list[str]:
        """The files that fit a pattern, as paths from the project folder with `/`, sorted.

        Args:
            pattern: As in a shell: `*` and `?` inside a name, `**` over folders, `[abc]`, `{a,b}`.

        Raises:
            NoFiles: when there is none, when it leads out of the project, or has too much to
                look at.
        """
        if pattern not in self._known:
            self._known[pattern] = self._look_for(pattern)
        return self._known[pattern]

    def _look_for(self, pattern: str) -> list[str]:
        try:
            wanted = globs(self._fence.named(pattern))
        except Denied as denied:
            raise NoFiles(denied.why) from None
        found: list[str] = []
        secrets = 0
        for path in self._below(_start(wanted), frozenset(part for one in wanted for part in one)):
            if not _visible(path, wanted) or not glob_fits(wanted, path):
                continue
            if self._rules.unreadable(path):
                secrets += 1
            elif clean(path) != path or "\n" in path or "\t" in path:
                raise NoFiles("a file that fits has a name that no plan can hold; rename it")
            else:
                found.append(path)
        if not found:
            left_out = f"; {secrets} may hold secrets and are left out" if secrets else ""
            hint = "" if "/" in pattern or secrets else f"; **/{pattern} looks in all folders"
            raise NoFiles(f"no file below the project folder fits{left_out}{hint}")
        # A name that begins with a dash would be an option where a program gets it.
        return [f"./{path}" if path.startswith("-") else path for path in sorted(found)]

    def _below(self, start: str, named: frozenset[str]) -> Iterator[str]:
        """All ordinary files below a folder."""
        ahead = [start]
        while ahead:
            folder = ahead.pop()
            try:
                entries = self._fence.entries(folder, lambda path: None)
            except Missing:
                continue  # then nothing in it fits
            except Denied as denied:
                if folder == start:
                    raise NoFiles(f"{folder or 'the project folder'}: {denied.why}") from None
                continue  # nobody may look into it
            for entry in entries:
                self._left -= 1
                if self._left < 0:
                    raise NoFiles(
                        f"there are more than {LOOKED_AT:,} names to look at; begin with a folder"
                    )
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.kind == "file":
                    yield path
                elif entry.kind == "folder" and _is_searched(entry.name, named):
                    ahead.append(path)


def _start(wanted: tuple[tuple[str, ...], ...]) -> str:
    """The folder in which all that can fit is found."""
    if len(wanted) != 1:
        return ""
    fixed: list[str] = []
    for part in wanted[0][:-1]:
        if any(sign in part for sign in "*?["):
            break
        fixed.append(part)
    return "/".join(fixed)


def _visible(path: str, wanted: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a path has no hidden name but where the pattern has one, as in a shell."""
    hidden = sum(part.startswith(".") for part in path.split("/"))
    return not hidden or any(sum(part.startswith(".") for part in one) >= hidden for one in wanted)


def _is_searched(folder: str, named: frozenset[str]) -> bool:
    hidden = folder.startswith(".") and not any(part.startswith(".") for part in named)
    return folder in named or not (folder in SKIPPED or hidden)
