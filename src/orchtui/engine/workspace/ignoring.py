"""Files that a project's .gitignore names: left out when many are listed or searched.

Only the file in the project folder itself is read, and of its form what nearly
all use: names, folders, globs, and exceptions with `!`. This module never
forbids anything.
"""

import fnmatch
import re
from functools import lru_cache
from typing import NamedTuple

SKIPPED = frozenset(
    "node_modules .venv venv __pycache__ .mypy_cache .ruff_cache .pytest_cache .tox .nox .hg .svn "
    ".idea .cache .next .nuxt .gradle .terraform .hypothesis .parcel-cache".split()
)
"""Folders that no search goes through unless it begins inside of one."""


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


class Ignored:
    """What a .gitignore says.

    Args:
        text: Of the file; empty where there is none.
    """

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.splitlines()[:5000])
        self._lines = [_read(line) for line in lines if line.strip("!/") and line[0] != "#"]

    def __contains__(self, path: str) -> bool:
        """Whether a file is ignored, or a folder that it is in."""
        parts = path.split("/")
        above = ("/".join(parts[:end]) for end in range(1, len(parts)))
        return any(self.says(folder, folder=True) for folder in above) or self.says(path)

    def says(self, path: str, *, folder: bool = False) -> bool:
        """Whether a line is about this very path: the last one that fits holds."""
        name = path.rpartition("/")[2]
        ignored = False
        for line in self._lines:
            if ignored is line.takes_back and (folder or not line.folders_only):
                ignored ^= line.fits(path, name)
        return ignored


def _read(line: str) -> _Line:
    takes_back = line.startswith("!")
    pattern = line.removeprefix("!").removeprefix("\\")
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/").removeprefix("**/")
    if "/" in pattern:
        return _Line(None, globs(pattern.lstrip("/")), folders_only, takes_back)
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
