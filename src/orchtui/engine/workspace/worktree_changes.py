"""What a program changed in its worktree, against the snapshot that it began with.

The files are copied into the run folder, from where a person applies them. What
can not be applied as a file, such as a symlink, a repository inside, a change of
rights alone or of files beside the project's folder, is told in a note. This
module never changes the project.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from orchtui.engine.paths.fence import Judge
from orchtui.engine.paths.no_links import open_file
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.folder_watch import LEFT_OUT
from orchtui.engine.workspace.git import GitError, attempt, git
from orchtui.engine.workspace.worktree import INDEX, Worktree

MOST_FILES = 5000
"""Changed files that are kept of one attempt."""
MOST_BYTES = 64 * 1024 * 1024
"""The largest file that is kept."""
MOST_BYTES_OF_ALL = 512 * 1024 * 1024

_NAMED = 5
"""Paths that a note names."""
_BLOCK = 1024 * 1024
_FILE_MODES = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One path whose entry in git differs."""

    old_mode: str
    new_mode: str
    """`000000` where there is none."""
    old: str
    new: str
    """Ids of the contents."""
    path: str
    """From the top of the repository."""


@dataclass(slots=True)
class _Notes:
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, path: str) -> None:
        self.kinds.setdefault(kind, []).append(path)

    def text(self, first: Sequence[str]) -> str:
        parts = list(first)
        for kind, paths in self.kinds.items():
            named = ", ".join(clean_line(path, 80) for path in paths[:_NAMED])
            more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
            parts.append(f"{kind}: {named}{more}")
        return "; ".join(parts)


def collect(
    tree: Worktree,
    into: Path,
    kept_as: str,
    project: Path,
    secret: Judge,
    declared: Sequence[str] = (),
) -> tuple[tuple[FileChange, ...], str]:
    """Keep what was changed, and say what else there was. Blocks.

    Args:
        tree: The worktree, which still stands.
        into: The folder to copy files to.
        kept_as: What that folder is called from the run folder.
        project: The project folder, to see what has not changed there since.
        secret: Says of a path from the project folder why nobody may see it.
        declared: Paths that the task declares it writes: taken also when git ignores them.

    Returns:
        The changes, paths from the project folder; and a note, or nothing.

    Raises:
        GitError, OSError: when it can not be seen or kept.
    """
    notes = _Notes()
    prefix = tree.snapshot.repository.prefix
    ours: list[tuple[str, Entry]] = []
    for entry in _entries(tree, declared):
        if not entry.path.startswith(prefix):
            notes.add("changed outside the project folder, not kept", entry.path)
        elif secret(entry.path[len(prefix) :]):
            notes.add("changed, not kept, as they may hold secrets", entry.path[len(prefix) :])
        elif _is_file_change(entry, notes):
            ours.append((entry.path[len(prefix) :], entry))
    for path in _ignored(tree):
        notes.add("git ignores them, not kept", path)
    for path, _ in ours[MOST_FILES:]:
        notes.add(f"more than {MOST_FILES} files, not kept", path)
    ours = ours[:MOST_FILES]
    bases = _Bases(tree, project, [(p, e) for p, e in ours if e.old_mode in _FILE_MODES])
    changes, left = [], MOST_BYTES_OF_ALL
    for path, entry in ours:
        base = bases.of(path, entry) if entry.old_mode in _FILE_MODES else None
        if entry.new_mode == "000000":
            changes.append(FileChange(path=path, deleted=True, base=base))
            continue
        try:
            left -= _copy(tree.folder, path, into, min(MOST_BYTES, left))
        except (OSError, ValueError) as error:
            notes.add(f"not kept, as {_why(error)}", path)
            continue
        changes.append(FileChange(path=path, kept=f"{kept_as}/{path}", base=base))
    return tuple(changes), notes.text(tree.snapshot.notes)


def _why(error: OSError | ValueError) -> str:
    return clean_line(error.strerror or "" if isinstance(error, OSError) else str(error), 120)


def _is_file_change(entry: Entry, notes: _Notes) -> bool:
    modes = {entry.old_mode, entry.new_mode} - {"000000"}
    if not entry.path.isprintable():
        notes.add("not kept, as no event can hold such a name", entry.path)
    elif "120000" in modes:
        notes.add("symlinks were changed, not kept", entry.path)
    elif not modes <= _FILE_MODES:
        notes.add("repositories inside were changed, not kept", entry.path)
    elif entry.old == entry.new:
        notes.add("only the rights were changed, not kept", entry.path)
    else:
        return True
    return False


def _own_git(tree: Worktree) -> tuple[tuple[str, str], dict[str, str]]:
    """Options and variables for a look at a worktree, whatever the program did with git."""
    at = (f"--git-dir={tree.git_dir}", f"--work-tree={tree.root}")
    # Not git's own index: the program may have put anything into that one.
    return at, {"GIT_INDEX_FILE": str(tree.home / INDEX)}


def _ignored(tree: Worktree) -> list[str]:
    """Files, and whole folders, that git ignores: those in the project first, from its folder.

    All are the program's: the worktree began without any. Caches and installed packages are no
    news. To be asked after `_entries`, which takes declared ones in.
    """
    at, own = _own_git(tree)
    others = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    found = git(tree.root, *at, *others, environment=own).split(b"\0")
    paths = sorted(os.fsdecode(path) for path in found if path)
    news = [path for path in paths if LEFT_OUT.isdisjoint(path.split("/"))]
    prefix = tree.snapshot.repository.prefix
    inside = [path.removeprefix(prefix) for path in news if path.startswith(prefix)]
    return [*inside, *(path for path in news if not path.startswith(prefix))]


def _entries(tree: Worktree, declared: Sequence[str]) -> list[Entry]:
    """What differs between the snapshot and the folder."""
    at, own = _own_git(tree)
    everything = ("add", "--all", "--ignore-errors", "--", ":(top)")
    code, _, errors = attempt(tree.root, *at, *everything, environment=own)
    if code > 1:
        raise GitError(f"git add: {clean_line(errors.decode('utf-8', 'replace'), 200)}")
    prefix = tree.snapshot.repository.prefix
    for path in declared:
        whole = PurePosixPath(prefix) / path
        if ".." not in whole.parts and os.path.lexists(tree.root / whole):
            named = f":(top,literal){whole}"
            attempt(tree.root, *at, "add", "--force", "--", named, environment=own)
    raw = ("diff-index", "--cached", "--raw", "--no-renames", "--no-abbrev", "-z")
    output = git(tree.root, *at, *raw, tree.snapshot.commit, environment=own)
    return list(_parsed(output))


def _parsed(output: bytes) -> Iterator[Entry]:
    """`:100644 100644 <id> <id> M`, then the path, both ended by a null."""
    fields = iter(output.split(b"\0"))
    for head in fields:
        if head.startswith(b":"):
            old_mode, new_mode, old, new, _ = head[1:].decode().split(" ")
            yield Entry(old_mode, new_mode, old, new, os.fsdecode(next(fields)))


class _Bases:
    """SHA-256 of the project's files as they were in the snapshot.

    Git may hold a file in another form than it has in a folder (line ends, large files), so a
    file that git finds unchanged in the project is taken as it stands there.
    """

    def __init__(self, tree: Worktree, project: Path, wanted: Sequence[tuple[str, Entry]]) -> None:
        self._tree = tree
        self._project = project
        there = [path for path, _ in wanted if "\n" not in path and _is_file(project, path)]
        listed = b"".join(os.fsencode(path) + b"\n" for path in there)
        code, output, _ = attempt(project, "hash-object", "--stdin-paths", data=listed)
        ids = output.decode().split() if not code else []
        self._now = dict(zip(there, ids, strict=len(ids) == len(there)))

    def of(self, path: str, entry: Entry) -> str | None:
        if self._now.get(path) == entry.old:
            with open(self._project / path, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        name = f"{self._tree.snapshot.commit}:{entry.path}"
        top = self._tree.snapshot.repository.top
        code, output, _ = attempt(top, "cat-file", "--filters", name)
        return None if code else hashlib.sha256(output).hexdigest()


def _is_file(folder: Path, path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(folder / path).st_mode)
    except OSError:
        return False


def _copy(folder: Path, path: str, into: Path, most: int) -> int:
    """Copy one file without following a link; its size.

    A child that the program left behind may still swap folders for links.
    """
    with open(open_file(folder, path), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is no plain file any more")
        if status.st_size > most:
            raise ValueError("it is too large")
        target = into / path
        _make_room(into, target)
        with open(target, "xb") as copy:
            shutil.copyfileobj(file, copy, _BLOCK)
            os.fchmod(copy.fileno(), 0o755 if status.st_mode & stat.S_IXUSR else 0o644)
    return status.st_size


def _make_room(into: Path, target: Path) -> None:
    """Let nothing of an earlier attempt stand where a file or its folder is to be."""
    # `into` itself and the folder of all tasks too: the run folder may have come with the project.
    for folder in target.parents:
        if folder == into.parent.parent:
            break
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
