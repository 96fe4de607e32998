"""Glob and Grep: files found by name, and by what stands in them.

What is forbidden is not found; folders such as node_modules and what .gitignore
names are left out unless a search begins inside of them. Links are not
followed. Both stop at a bound and say so. This module never writes.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from orchtui.engine.paths.ignoring import Globs, glob_fits, globs
from orchtui.engine.paths.open_files import size as in_words
from orchtui.engine.paths.path_names import Denied
from orchtui.engine.workspace.file_kinds import GLOBS
from orchtui.engine.workspace.line_search import matching_lines
from orchtui.engine.workspace.overlay import Overlay
from orchtui.engine.workspace.reading_tools import cut, is_binary

_LOOKED_AT = 50_000
"""Files and folders that one search looks at."""

_SECONDS = 20.0
"""That walking and reading may take."""

_FOUND = 500
_MATCHES = 500
_LARGEST = 2_000_000
"""Bytes of a file that is searched."""

_ALL = 32_000_000
"""Bytes of all files of one search."""

_LINE = 500
_NAMED = 5
"""Files that a note names."""


@dataclass(slots=True)
class _Bounds:
    """How far a search has gone."""

    left: int = _LOOKED_AT
    end: float = 0.0
    note: str = ""

    def reached(self) -> bool:
        self.left -= 1
        if self.left < 0 or time.monotonic() > self.end:
            self.note = "(stopped here: too many files; give a path to begin in)"
            return True
        return False


def glob(view: Overlay, pattern: str, path: str, allowed: Callable[[str], bool]) -> str:
    """Files whose name fits.

    Raises:
        Denied: when the path or the pattern leads out.
    """
    bounds = _Bounds(end=time.monotonic() + _SECONDS)
    base = "" if pattern.startswith("/") else path
    wanted = globs(view.named(pattern))
    start = f"{base}/" if base else ""
    found: list[str] = []
    for file, _ in _files(view, base, bounds):
        if glob_fits(wanted, file[len(start) :]) and allowed(file):
            found.append(file)
            if len(found) > _FOUND:
                found.pop()
                bounds.note = f"(the first {_FOUND}; give a narrower pattern, or a path)"
                break
    if not found:
        hint = "" if "/" in pattern else f"; **/{pattern} looks in all folders"
        return f"(no file fits{hint})" + (f"\n{bounds.note}" if bounds.note else "")
    return cut(
        "\n".join([*sorted(found), bounds.note]).rstrip(), "give a narrower pattern, or a path"
    )


def _files(view: Overlay, start: str, bounds: _Bounds) -> Iterator[tuple[str, int]]:
    """All files below a folder, by name, with their bytes."""
    ahead = [start]
    while ahead:
        folder = ahead.pop()
        try:
            entries = view.entries(folder)
        except Denied:
            if folder == start:
                raise
            continue  # it went away meanwhile
        before = f"{folder}/" if folder else ""
        below: list[str] = []
        for entry in entries:
            if bounds.reached():
                return
            path = before + entry.name
            if entry.kind not in ("file", "folder"):
                continue
            if view.skipped(path, entry.kind == "folder"):
                continue
            if entry.kind == "folder":
                below.append(path)
            else:
                yield path, entry.size
        ahead.extend(reversed(below))


async def grep(
    view: Overlay,
    pattern: str,
    path: str,
    allowed: Callable[[str], bool],
    *,
    glob: str = "",
    type: str = "",
    output_mode: str = "content",
    ignore_case: bool = False,
    context: int = 0,
    limit: int = _MATCHES,
) -> str:
    """Lines, files or counts of what fits a regular expression.

    Raises:
        Denied: when the path leads out or is not there.
        SearchFailed: when the pattern is none, or takes too long.
    """
    # Before a file is opened: what was read only for a pattern that is none would count as read.
    await matching_lines(pattern, [], ignore_case=ignore_case, most=1)
    wanted = [globs(GLOBS[type])] if type else []
    if glob:
        wanted.append(globs(glob if "/" in glob.strip("/") else f"**/{glob}"))
    texts, notes = await asyncio.to_thread(_texts, view, path, wanted, allowed)
    most = max(1, min(limit, _MATCHES if output_mode == "content" else 1_000_000))
    hits = await matching_lines(
        pattern,
        list(texts.values()),
        ignore_case=ignore_case,
        most=most + 1 if output_mode == "content" else 1_000_000,
    )
    found = {name: lines for name, lines in zip(texts, hits, strict=True) if lines}
    lines: list[str]
    if output_mode == "content":
        lines = _shown(texts, found, max(0, min(context, 20)), most)
        if sum(map(len, found.values())) > most:
            notes.insert(0, f"(the first {most} lines; give a narrower pattern, path or glob)")
    else:
        counted = output_mode == "count"
        all_of = [f"{name}:{len(at)}" if counted else name for name, at in found.items()]
        lines = all_of[: min(most, _FOUND)]
        if len(all_of) > len(lines):
            some = f"{len(lines)} of {len(all_of)} files"
            notes.insert(0, f"({some}; give a narrower pattern, path or glob)")
    answer = "\n".join(lines) if found else "(nothing fits)"
    return "\n".join([cut(answer, "give a narrower pattern, path or glob"), *notes])


def _texts(
    view: Overlay, path: str, wanted: Sequence[Globs], allowed: Callable[[str], bool]
) -> tuple[dict[str, str], list[str]]:
    """The text of each file that is searched, and what is left out."""
    bounds = _Bounds(end=time.monotonic() + _SECONDS)
    start = f"{path}/" if path else ""
    texts: dict[str, str] = {}
    size, large = 0, list[str]()
    for name, bytes_in_it in _files_or_one(view, path, bounds):
        inside = name[len(start) :] if name.startswith(start) else name
        if not allowed(name) or not all(glob_fits(one, inside) for one in wanted):
            continue
        if bytes_in_it > _LARGEST:
            large.append(name)  # not even read
            continue
        try:
            data = view.read(name).data
        except Denied:
            if name == path:
                raise
            continue
        if len(data) > _LARGEST and name == path:
            raise Denied(f"it has {in_words(len(data))}, too much to search; use Read with offset")
        if len(data) > _LARGEST:
            large.append(name)
        elif not is_binary(data):
            size += len(data)
            if size > _ALL:
                bounds.note = "(stopped here: too much text; give a path or a glob)"
                break
            texts[name] = data.decode("utf-8-sig", "replace")
    notes = [bounds.note] if bounds.note else []
    return texts, [*notes, *([_left_out(large)] if large else [])]


def _left_out(names: Sequence[str]) -> str:
    some = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
    many = "1 file" if len(names) == 1 else f"{len(names)} files"
    was = "was" if len(names) == 1 else "were"
    return f"({many} above {in_words(_LARGEST)} {was} not searched: {some}; use Read with offset)"


def _files_or_one(view: Overlay, path: str, bounds: _Bounds) -> Iterator[tuple[str, int]]:
    if path and view.is_file(path):
        yield path, 0
    else:
        yield from _files(view, path, bounds)


def _shown(
    texts: dict[str, str], found: dict[str, list[int]], context: int, most: int
) -> list[str]:
    out: list[str] = []
    left = most
    for name, hits in found.items():
        lines = texts[name].split("\n")
        last = -1
        for hit in hits[: max(0, left)]:
            first = max(hit - context, last + 1)
            if context and out and first > last + 1:
                out.append("--")
            for number in range(first, min(hit + context + 1, len(lines))):
                sign = ":" if number in (hit, *hits) else "-"
                line = lines[number].rstrip("\r")
                tail = " … (cut)" if len(line) > _LINE else ""
                out.append(f"{name}{sign}{number + 1}{sign}{line[:_LINE]}{tail}")
                last = number
        left -= len(hits)
    return out
