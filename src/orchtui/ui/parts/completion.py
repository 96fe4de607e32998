"""Completion: what may stand in a field, and what of it fits the words typed so far.

Pure but for `paths_below`, which reads folders and belongs into a thread. This
module draws nothing.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from orchtui.engine.paths.path_names import folded
from orchtui.engine.text import clean_line, is_clean

MOST = 50
"""Candidates that are offered at once."""
_LOOKED_AT = 4_000
"""Entries of a folder that are looked at."""


class Candidate(NamedTuple):
    """Something that may stand in a field."""

    text: str
    what: str = ""
    """What it is, in a few words."""


def _nothing() -> Sequence[Candidate]:
    return ()


def _no_path(typed: str) -> Sequence[Candidate]:
    return ()


def _no_name(name: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a project has to offer. Each is asked anew, and may read files: not on the loop."""

    specialists: Callable[[], Sequence[Candidate]] = _nothing
    models: Callable[[], Sequence[Candidate]] = _nothing
    backends: Callable[[], Sequence[Candidate]] = _nothing
    paths: Callable[[str], Sequence[Candidate]] = _no_path
    """What stands below the project folder and begins with these words."""
    stranger: Callable[[str], str] = _no_name
    """What to say of a specialist's name that nobody has; nothing where somebody has it."""


def matching(typed: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that fit: the ones that begin with the words first, then those that hold them.

    A candidate that is typed already is not offered.
    """
    wanted = typed.strip().lower()
    begin, hold, told = [], [], []
    for each in candidates:
        text = each.text.lower()
        if text == wanted:
            continue
        if text.startswith(wanted):
            begin.append(each)
        elif wanted in text:
            hold.append(each)
        elif len(wanted) > 2 and wanted in each.what.lower():
            told.append(each)
    return [*begin, *hold, *told][:MOST]


def item_of_list(text: str, cursor: int) -> tuple[int, int]:
    """Where the item of a list with commas begins and ends in which the cursor stands."""
    start = text.rfind(",", 0, cursor) + 1
    while start < cursor and text[start] == " ":
        start += 1
    end = text.find(",", cursor)
    return start, len(text) if end < 0 else end


def paths_below(folder: Path, typed: str, endings: tuple[str, ...] = ()) -> list[Candidate]:
    """Files and folders below a folder whose path begins with what is typed.

    Nothing above it is shown, nor what is behind a link that leads out, nor what may hold a
    secret; hidden ones only when a dot is typed.

    Args:
        folder: Where paths begin.
        typed: A path, perhaps half of one.
        endings: Of the files that are wanted; all where nothing is said.
    """
    if not is_clean(typed):
        return []  # no name that is offered holds such characters
    where, slash, begin = typed.rpartition("/")
    top = folder.resolve()
    place = (top / where).resolve()
    if typed.startswith(("/", "~")) or not place.is_relative_to(top):
        return []
    found: list[Candidate] = []
    try:
        with os.scandir(place) as entries:
            for number, entry in enumerate(entries):
                if number >= _LOOKED_AT:
                    break
                if (one := _candidate(entry, top, where + slash, begin, endings)) is not None:
                    found.append(one)
    except OSError:
        return []  # no such folder: then there is nothing to offer
    return sorted(found, key=lambda one: (not one.text.endswith("/"), one.text.lower()))[:MOST]


def _candidate(
    entry: "os.DirEntry[str]", top: Path, before: str, begin: str, endings: tuple[str, ...]
) -> Candidate | None:
    from orchtui.engine.paths.secret_names import forbidden  # not before the first paint

    name = entry.name
    if not name.lower().startswith(begin.lower()) or "," in name or not is_clean(name):
        return None
    if name.startswith(".") and not begin.startswith("."):
        return None
    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(top):
        return None
    is_folder = entry.is_dir()
    if not is_folder and endings and not name.endswith(endings):
        return None
    parts = [folded(part) for part in (before + name).split("/") if part not in ("", ".", "..")]
    if forbidden(parts, folder=is_folder) is not None:
        return None
    return Candidate(f"{before}{name}/" if is_folder else before + name, "folder" * is_folder)


def described(name: str, description: str) -> Candidate:
    """A name with the start of what is said of it."""
    return Candidate(name, clean_line(description, 120))
