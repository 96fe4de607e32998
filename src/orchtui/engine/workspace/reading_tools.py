"""The tools that look at one file or folder, and those that write: what they do and answer.

Each takes checked arguments and gives the text for the model. Blocks: not for
the event loop. This module never decides what is allowed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from orchtui.engine.paths.path_names import Denied
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.workspace.overlay import Overlay

LONGEST = 30_000
"""Characters of an answer."""

_LINES = 2000
_LINE = 2000
"""Lines of a file in one answer, and characters of a line."""

_LISTED = 1000


def read(view: Overlay, path: str, offset: int = 1, limit: int = _LINES) -> str:
    """A file's lines with their numbers.

    Raises:
        Denied: when it is not there, is no text, or must not be read.
    """
    text = text_of(view.read(path).data)
    if not text:
        return "(the file is empty)"
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    first = max(1, offset)
    if first > len(lines):
        raise Denied(f"it has only {len(lines)} lines; offset {offset} is behind its end")
    out: list[str] = []
    length = 0
    for number, line in enumerate(lines[first - 1 :], first):
        line = line.rstrip("\r")
        shown = f"{number:>6}\t{line[:_LINE]}{' … (cut)' if len(line) > _LINE else ''}"
        if len(out) >= max(1, limit) or length + len(shown) > LONGEST:
            out.append(
                f"(lines {first} to {number - 1} of {len(lines)}; go on with offset={number})"
            )
            break
        out.append(shown)
        length += len(shown) + 1
    return "\n".join(out)


def write(view: Overlay, path: str, content: str, told: str) -> str:
    """Write a whole file.

    Raises:
        Denied: when that is not possible, or not allowed.
    """
    if told.endswith("/"):
        raise Denied("this names a folder; name a file")
    change = view.write(path, content.encode("utf-8", "replace"))
    return _where(change, "written")


class Replacement(NamedTuple):
    """One edit of a text."""

    old: str
    new: str
    everywhere: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Replacement":
        """From checked arguments."""
        return cls(given["old_string"], given["new_string"], given.get("replace_all", False))

    def made(self, text: str) -> tuple[str, int]:
        """The text with this edit, and in how many places.

        Raises:
            Denied: when the old text is not there, or not once.
        """
        old, new = self.old, self.new
        if not old:
            raise Denied("old_string is empty; use Write for a new file")
        if old == new:
            raise Denied("old_string and new_string are the same")
        if old not in text and "\r\n" in text and "\r" not in old:
            old = old.replace("\n", "\r\n")
            new = new.replace("\r\n", "\n").replace("\n", "\r\n")
        count = text.count(old)
        if count == 0:
            raise Denied("old_string does not stand in it; read it again and copy the text exactly")
        if count > 1 and not self.everywhere:
            raise Denied(
                f"old_string stands in it {count} times; give more of the text around, or set "
                "replace_all"
            )
        return text.replace(old, new), count


def edit(view: Overlay, path: str, edits: Sequence[Replacement]) -> str:
    """Replace text in a file: each edit in what the one before it made, all of them or none.

    Raises:
        Denied: when a text is not there, or not once; when the file can not be changed.
    """
    with view.editing():
        data = view.read(path).data
        text_of(data)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Denied("it is not in UTF-8, and an edit would damage it") from None
        places = 0
        for number, each in enumerate(edits, 1):
            try:
                text, count = each.made(text)
            except Denied as denied:
                which = f"edit {number}: " if len(edits) > 1 else ""
                raise Denied(which + denied.why) from None
            places += count
        change = view.write(path, text.encode("utf-8", "replace"))
    return _where(change, "changed" if places == 1 else f"changed in {places} places")


def list_files(view: Overlay, path: str, allowed: Callable[[str], bool]) -> str:
    """What stands in a folder.

    Raises:
        Denied: when it is no folder, or must not be read.
    """
    before = f"{path}/" if path else ""
    entries = [
        entry
        for entry in view.entries(path)
        if entry.kind == "folder" or allowed(before + entry.name)
    ]
    if not entries:
        return "(nothing is there that you may see)"
    lines = []
    for entry in entries[:_LISTED]:
        if entry.kind == "folder":
            skipped = view.skipped(before + entry.name, folder=True)
            lines.append(f"{entry.name}/{'  (ignored)' if skipped else ''}")
        elif entry.kind == "file":
            lines.append(f"{entry.name}  {entry.size:,} bytes")
        else:
            lines.append(f"{entry.name}  ({'link' if entry.kind == 'link' else 'no file'})")
    if len(entries) > _LISTED:
        lines.append(f"({_LISTED} of {len(entries)}; use Glob with a narrower pattern)")
    return cut("\n".join(lines), "use Glob with a narrower pattern")


def text_of(data: bytes) -> str:
    """A file's text; bytes that are none are shown as such.

    Raises:
        Denied: when this is no text.
    """
    if is_binary(data):
        raise Denied(f"this is no text ({len(data):,} bytes)")
    return data.decode("utf-8-sig", "replace")


def is_binary(data: bytes) -> bool:
    """Whether this is no text."""
    return b"\0" in data[:8192]


def cut(text: str, hint: str) -> str:
    """A text short enough for an answer, with a note how to see more."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rpartition(chr(10))[0] or text[:LONGEST]}\n(cut here; {hint})"


def _where(change: FileChange, what: str) -> str:
    if not change.kept:
        return f"{change.path}: {what} in the project."
    return (
        f"{change.path}: {what}. Your task does not declare this path, so the project itself is "
        f"unchanged: the text is kept in {change.kept} of the run folder, you see it when you read "
        "this path again, and a person decides whether it goes into the project."
    )
