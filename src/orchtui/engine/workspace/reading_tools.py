"""The tools that look at one file or folder, and those that write: what they do and answer.

Each takes checked arguments and gives the text for the model. Blocks: not for
the event loop. This module never decides what is allowed.
"""

from collections.abc import Callable

from orchtui.engine.events import FileChange
from orchtui.engine.workspace.overlay import Overlay
from orchtui.engine.workspace.path_names import Denied

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


def edit(view: Overlay, path: str, old_string: str, new_string: str, replace_all: bool) -> str:
    """Replace text in a file.

    Raises:
        Denied: when the text is not there, or not once; when the file can not be changed.
    """
    if not old_string:
        raise Denied("old_string is empty; use Write for a new file")
    if old_string == new_string:
        raise Denied("old_string and new_string are the same")
    with view.editing():
        data = view.read(path).data
        text_of(data)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Denied("it is not in UTF-8, and an edit would damage it") from None
        if old_string not in text and "\r\n" in text and "\r" not in old_string:
            old_string = old_string.replace("\n", "\r\n")
            new_string = new_string.replace("\r\n", "\n").replace("\n", "\r\n")
        count = text.count(old_string)
        if count == 0:
            raise Denied("old_string does not stand in it; read it again and copy the text exactly")
        if count > 1 and not replace_all:
            raise Denied(
                f"old_string stands in it {count} times; give more of the text around, or set "
                "replace_all"
            )
        changed = text.replace(old_string, new_string)
        change = view.write(path, changed.encode("utf-8", "replace"))
    return _where(change, "changed" if count == 1 else f"changed in {count} places")


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
