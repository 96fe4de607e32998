"""Files that .gitignore files name: left out when many are listed or searched.

Of their form what nearly all use is understood: names, folders, globs, and
exceptions with `!`; the file nearest to a path has the last word. This module
never opens a file, and never forbids anything.
"""

import fnmatch
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

SKIPPED = frozenset(
    "node_modules .venv venv __pycache__ .mypy_cache .ruff_cache .pytest_cache .tox .nox .hg .svn "
    ".idea .cache .next .nuxt .gradle .terraform .hypothesis .parcel-cache".split()
)
"""Folders that no search goes through unless it begins inside of one."""


_MOST_LINES = 5000
_MOST_FOLDERS = 50_000
"""Folders whose .gitignore, or that they have none, is kept in mind."""


class _Line(NamedTuple):
    name: re.Pattern[str] | None
    """What a name must be, for lines that hold at any depth."""
    path: "Globs"
    folders_only: bool
    takes_back: bool

    def fits(self, path: str, name: str) -> bool:
        if self.name is not None:
            return self.name.match(name) is not None
        return glob_fits(self.path, path)


class _IgnoreFile:
    """What one .gitignore says of paths from its own folder."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.splitlines()[:_MOST_LINES])
        found = [_read(line) for line in lines if line.strip("!/") and line[0] != "#"]
        self._lines = tuple(reversed(found))

    def says(self, path: str, name: str, *, folder: bool) -> bool | None:
        """Whether it ignores the path, by the last line that fits; `None` where none does."""
        for line in self._lines:
            if (folder or not line.folders_only) and line.fits(path, name):
                return not line.takes_back
        return None


class Ignored:
    """What all .gitignore files of a project say. Each is asked for once, and kept.

    Args:
        read: The text of the file in a folder, by its path from the project; empty where there is
            none.
        above: Those in folders above: the way from there to the project, ending with `/`, and the
            text; the nearest first.
    """

    def __init__(self, read: Callable[[str], str], above: Sequence[tuple[str, str]] = ()) -> None:
        self._read = read
        self._above = [(way, _IgnoreFile(text)) for way, text in above]
        self._files: dict[str, _IgnoreFile | None] = {}

    def __contains__(self, path: str) -> bool:
        """Whether a file is ignored, or a folder that it is in."""
        parts = path.split("/")
        above = ("/".join(parts[:end]) for end in range(1, len(parts)))
        return any(self.says(folder, folder=True) for folder in above) or self.says(path)

    def says(self, path: str, *, folder: bool = False) -> bool:
        """Whether a file is about this very path: the nearest one that says anything holds."""
        place, _, name = path.rpartition("/")
        while True:
            if (file := self._file(place)) is not None:
                inside = path[len(place) + 1 :] if place else path
                if (found := file.says(inside, name, folder=folder)) is not None:
                    return found
            if not place:
                break
            place = place.rpartition("/")[0]
        for way, file in self._above:
            if (found := file.says(way + path, name, folder=folder)) is not None:
                return found
        return False

    def _file(self, folder: str) -> _IgnoreFile | None:
        if folder not in self._files:
            if len(self._files) >= _MOST_FOLDERS:
                self._files.clear()
            text = self._read(folder)
            self._files[folder] = _IgnoreFile(text) if text else None
        return self._files.get(folder)


def _read(line: str) -> _Line:
    takes_back = line.startswith("!")
    pattern = line.removeprefix("!").removeprefix("\\")
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    if "/" in pattern.removeprefix("**/"):
        return _Line(None, globs(pattern.lstrip("/")), folders_only, takes_back)
    pattern = pattern.removeprefix("**/")
    name = re.compile(fnmatch.translate(pattern.replace("[^", "[!")))
    return _Line(name, (), folders_only, takes_back)


Globs = tuple[tuple[str, ...], ...]
"""What a glob can mean, each in the parts of a path."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST = 64
"""Patterns that one with `{a,b}` may stand for."""


@lru_cache(maxsize=4096)
def globs(glob: str) -> Globs:
    """A glob taken apart: `*` and `?` inside a name, `**` over folders, `[abc]`, `{a,b}`."""
    texts = [glob]
    while len(texts) < _MOST and (match := next(filter(None, map(_BRACES.search, texts)), None)):
        words = match[1].split(",")[:_MOST]
        texts = [
            text.replace(match[0], word, 1)
            for text in texts
            for word in (words if match[0] in text else words[:1])
        ]
    parts = ([part for part in text.split("/") if part not in ("", ".")] for text in texts[:_MOST])
    return tuple(tuple(part.replace("[^", "[!") for part in all_of) for all_of in parts)


def glob_fits(all_of: Globs, path: str) -> bool:
    """Whether a path fits a glob. Takes no more than a moment, whatever the glob is."""
    parts = path.split("/")
    return any(_fits(one, parts) for one in all_of)


def _fits(pattern: tuple[str, ...], parts: list[str]) -> bool:
    at = _reach({0}, pattern)
    for part in parts:
        stay = {place for place in at if place < len(pattern) and pattern[place] == "**"}
        moved = {
            place + 1
            for place in at - stay
            if place < len(pattern) and fnmatch.fnmatchcase(part, pattern[place])
        }
        if not (at := _reach(stay | moved, pattern)):
            return False
    return len(pattern) in at


def _reach(places: set[int], pattern: tuple[str, ...]) -> set[int]:
    """These places, and where `**` leads that stands for nothing."""
    for place, part in enumerate(pattern):
        if place in places and part == "**":
            places.add(place + 1)
    return places
