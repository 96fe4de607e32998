"""What no specialist may read, or write, wherever it stands in the project.

Repositories' own folders, secrets, keys, and orchtui's runs. Names are compared
in the form in which some file system could take them for one: without case,
without invisible characters. A rule says no for a reason that a model can act
on. This module never touches a file but .gitignore files.
"""

import os
import re
from pathlib import Path

from orchtui.engine.paths import secret_names
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.ignoring import SKIPPED, Ignored
from orchtui.engine.paths.path_names import Denied, folded

_STEERING = {
    ".claude": "it says what agents may do; a person changes it",
    ".mcp.json": "it names programs to run; a person changes it",
    ".gemini": "it says what agents may do; a person changes it",
    ".codex": "it says what agents may do; a person changes it",
    ".opencode": "it says what agents may do; a person changes it",
    "opencode.json": "it says what agents may do; a person changes it",
    "opencode.jsonc": "it says what agents may do; a person changes it",
    "orchtui.yaml": "it is orchtui's configuration; a person changes it",
    "orchtui.yml": "it is orchtui's configuration; a person changes it",
}
"""Names that may be read and not written."""

_GITIGNORE = ".gitignore"
_LARGEST = 1_000_000
"""Bytes of a .gitignore file that is read."""

_HALF = re.compile(r"\..*\.(?:orchtui-)?part")


class Rules:
    """What is forbidden in one project.

    Args:
        project: Absolute path of the project folder.
        out: The folder that keeps orchtui's runs, below `runs` and `trash`; it may lie outside of
            the project.
        ignored: What .gitignore files say; `load` reads those of the project.
    """

    def __init__(self, project: Path, out: Path, ignored: Ignored | None = None) -> None:
        self._ignored = ignored or Ignored(lambda folder: "")
        runs, trash = (
            os.path.relpath(os.path.realpath(out / name), os.path.realpath(project))
            for name in ("runs", "trash")
        )
        self._kept = [f"{folded(one)}/" for one in (runs, trash) if not one.startswith("..")]
        self._out = "" if runs.startswith("..") else folded(runs).rpartition("/")[0]

    @classmethod
    def load(cls, project: Path, out: Path) -> "Rules":
        """The rules of a project, with its .gitignore files: each is read when a path below it is
        asked about for the first time. Blocks, as do the questions: not for the event loop."""
        return cls(project, out, Ignored(_Texts(project), _above(project)))

    def unreadable(self, path: str, *, folder: bool = False) -> str | None:
        """Why a path must not be read; `None` where it may.

        Args:
            path: From the project folder, after all links.
            folder: Whether it is a folder.
        """
        plain = folded(path)
        parts = plain.split("/")
        if any((plain + "/").startswith(one) for one in self._kept):
            return "orchtui keeps its runs there; what a task needs is handed to it"
        if why := secret_names.forbidden(parts, folder=folder):
            return why
        # What .gitignore names keeps its case; a wrong guess here only hides one file more.
        if secret_names.is_telling(parts[-1]) and path in self._ignored:
            return secret_names.SECRET
        return None

    def unwritable(self, path: str) -> str | None:
        """Why a path must not be written, not even as a proposal; `None` where it may.

        Args:
            path: From the project folder, after all links.
        """
        if why := self.unreadable(path):
            return why
        for part in folded(path).split("/"):
            if why := _STEERING.get(part):
                return why
        return None

    def skipped(self, path: str, *, folder: bool) -> bool:
        """Whether a search leaves a path out, though it may be read.

        Args:
            path: From the project folder; what it is in is not looked at.
            folder: Whether it is a folder.
        """
        name = path.rpartition("/")[2]
        if folder and name in SKIPPED:
            return True
        if self._out and folded(path) == self._out:
            return True  # yesterday's answers are no part of the project
        return _HALF.fullmatch(name) is not None or self._ignored.says(path, folder=folder)


class _Texts:
    """The .gitignore files of a project, by their folder."""

    def __init__(self, project: Path) -> None:
        self._fence = Fence(project, _LARGEST)

    def __call__(self, folder: str) -> str:
        path = f"{folder}/{_GITIGNORE}" if folder else _GITIGNORE
        try:
            return self._fence.read(path, lambda path: None).data.decode(errors="replace")
        except Denied:
            return ""


def _above(project: Path) -> list[tuple[str, str]]:
    """Those above a project that is a part of a repository: the way from there, and the text."""
    folder = Path(os.path.realpath(project))
    found: list[tuple[str, str]] = []
    way = ""
    while not os.path.lexists(folder / ".git"):
        if folder == folder.parent:
            return []
        way = f"{folder.name}/{way}"
        folder = folder.parent
        found.append((way, _Texts(folder)("")))
    return [(way, text) for way, text in found if text]
