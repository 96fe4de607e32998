"""Worktrees: for one attempt a folder of its own that holds the project as it is now.

What the project's folder holds goes into a commit that no branch knows: tracked
files as they stand there, changed or not, and new ones that are not ignored. It
is made with an index of its own, so the user's index, stash, HEAD and branches
stay as they are; git collects its objects one day. The worktree stands in the
user's cache folder: below the artifacts the project's own tools would find a
second copy of the project, and a folder for temporary files is often small and
kept in memory. This module never looks at what a program changed.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from orchtui.engine.errors import BackendError
from orchtui.engine.journals.journal import is_alive
from orchtui.engine.paths.temporary_folders import remove_tree
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.git import GitError, NoRepositoryError, Repository, attempt, find, git

OWNER = "owner.json"
"""Beside each worktree: which run it is of, so that a later orchtui can tell a leftover."""
INDEX = "index"
"""Beside each worktree: git's index of it as it was made, out of the program's way."""

_TRIES = 5
_PAUSE_S = 0.05
"""Between tries to remove a folder in which a program's child still writes."""
_MOST_NOTES = 3


class Owner(msgspec.Struct, frozen=True):
    """Whose worktree it is. Absolute paths."""

    run_folder: str
    repository: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The project at one moment, as a commit."""

    repository: Repository
    commit: str
    notes: tuple[str, ...] = ()
    """What could not be taken along."""


@dataclass(frozen=True, slots=True)
class Worktree:
    """A worktree that stands."""

    snapshot: Snapshot
    home: Path
    """The folder made for it, which is removed with it."""
    root: Path
    """The folder that answers to the repository's."""
    folder: Path
    """The folder that answers to the project's."""
    git_dir: Path
    """Where git keeps what it knows of it, in the user's repository."""


class Worktrees:
    """Makes and removes the worktrees of one session of a run.

    Args:
        project: The project folder.
        run_folder: The run's; tells whose they are.
        out: The artifacts folder, which is left out.
        place: Where they stand; the user's cache folder where nothing is given.
    """

    def __init__(
        self, project: Path, run_folder: Path, out: Path, place: Path | None = None
    ) -> None:
        self._project = project
        self._run_folder = run_folder
        self._out = out
        self._place = place
        self._lock = asyncio.Lock()
        self._asked = 0
        self._snapshot: tuple[int, Snapshot] | None = None
        self._standing: dict[Path, Worktree] = {}
        self._swept = False
        self._unwanted: set[asyncio.Task[None]] = set()

    async def make(self, name: str) -> Worktree:
        """A worktree with the project as it is now.

        Tasks that ask at the same moment share one snapshot. When this is cancelled, the
        worktree is removed as soon as git is done with it.

        Args:
            name: Of its folder, such as the task's id.

        Raises:
            BackendError: when git can not make one; says why and what to do.
        """
        self._asked += 1
        making = asyncio.ensure_future(self._make(name, self._asked))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            self._unwanted.add(asyncio.ensure_future(self._drop(making)))
            raise
        except NoRepositoryError as error:
            raise BackendError(
                "command",
                f"it was to get a git worktree of its own, but {error}; make the project a git "
                f"repository, or take `isolation: worktree` out of the agent file",
            ) from error
        except GitError as error:
            raise BackendError(
                "command", f"it can get no git worktree of its own: {error}"
            ) from error
        except OSError as error:
            raise BackendError(
                "command", f"no worktree can be made: {clean_line(str(error))}"
            ) from error

    async def remove(self, tree: Worktree) -> None:
        """Take a worktree away, whatever was done in it."""
        async with self._lock:
            await asyncio.to_thread(_remove, tree.home, tree.root, tree.snapshot.repository.top)
            self._standing.pop(tree.home, None)

    async def close(self) -> None:
        """Take away all that still stand. Safe to call twice."""
        if self._unwanted:
            await asyncio.wait(self._unwanted)
        async with self._lock:
            standing = list(self._standing.values())
        for tree in standing:
            await self.remove(tree)

    async def _drop(self, making: "asyncio.Future[Worktree]") -> None:
        """Remove what nobody waits for any more."""
        with contextlib.suppress(GitError, OSError, asyncio.CancelledError):
            await self.remove(await making)

    async def _make(self, name: str, number: int) -> Worktree:
        async with self._lock:
            await asyncio.sleep(0)  # let those in that were started together with this one
            if self._snapshot is None or self._snapshot[0] < number:
                asked = self._asked
                taken = await asyncio.to_thread(take_snapshot, self._project, self._out)
                self._snapshot = (asked, taken)
            snapshot = self._snapshot[1]
            if self._place is None:
                self._place = await asyncio.to_thread(default_place)
            if not self._swept:
                self._swept = True
                await asyncio.to_thread(sweep, self._place, self._run_folder)
            tree = await asyncio.to_thread(
                _add, snapshot, self._place, self._run_folder.resolve(), name
            )
            self._standing[tree.home] = tree
            return tree


def default_place() -> Path:
    """Where worktrees stand."""
    from platformdirs import user_cache_path

    return user_cache_path("orchtui") / "worktrees"


def take_snapshot(project: Path, out: Path) -> Snapshot:
    """The project as it is now, as a commit without a branch. Blocks.

    Raises:
        GitError: when the project is in no repository, or git can not read it.
    """
    repository = find(project)
    top = repository.top
    # Ignored or not, files of this folder are orchtui's own.
    inside = Path(os.path.realpath(out))
    leave_out = []
    if inside.is_relative_to(top) and inside != top:
        leave_out.append(f":(top,exclude,literal){inside.relative_to(top)}")
    with tempfile.TemporaryDirectory(prefix="orchtui-") as folder:
        index = Path(folder) / "index"
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(repository.index, index)  # git compares its time with the files'
        own = {"GIT_INDEX_FILE": str(index)}
        added = ("add", "--all", "--ignore-errors", "--", ":(top)", *leave_out)
        code, _, errors = attempt(top, *added, environment=own)
        notes = [
            clean_line(line, 200)
            for line in errors.decode("utf-8", "replace").split("\n")
            if line.startswith(("error:", "fatal:"))
        ]
        if code > 1:
            raise GitError(f"git add: {notes[0] if notes else f'exit code {code}'}")
        tree = git(top, "write-tree", environment=own).decode().strip()
        if any(entry.startswith(b"160000 ") for entry in _entries(top, own)):
            notes.append("repositories inside this one are empty folders in its worktree")
    parents = ("-p", repository.head) if repository.head else ()
    message = ("-m", "The project as orchtui found it")
    commit = git(top, "commit-tree", tree, *parents, *message).decode().strip()
    return Snapshot(repository, commit, tuple(notes[:_MOST_NOTES]))


def _entries(top: Path, own: dict[str, str]) -> list[bytes]:
    return git(top, "ls-files", "--stage", "-z", environment=own).split(b"\0")


def _add(snapshot: Snapshot, place: Path, run_folder: Path, name: str) -> Worktree:
    repository = snapshot.repository
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    home = Path(tempfile.mkdtemp(dir=place))
    root = home / name
    try:
        owner = Owner(str(run_folder), str(repository.top))
        (home / OWNER).write_bytes(msgspec.json.encode(owner))
        git(repository.top, "worktree", "add", "--detach", str(root), snapshot.commit)
        git_dir = git(root, "rev-parse", "--absolute-git-dir").decode().strip()
        shutil.copy2(Path(git_dir) / "index", home / INDEX)
        folder = root / repository.prefix
        folder.mkdir(parents=True, exist_ok=True)  # git knows no empty folder
    except BaseException:
        _remove(home, root, repository.top)
        raise
    return Worktree(snapshot, home, root, folder, Path(git_dir))


def sweep(place: Path, run_folder: Path) -> None:
    """Remove what an orchtui that was killed has left. Blocks.

    Args:
        place: Where worktrees stand.
        run_folder: The run that goes on now, whose own are left alone.
    """
    try:
        homes = [Path(entry.path) for entry in os.scandir(place)]
    except FileNotFoundError:
        return
    own = str(run_folder.resolve())
    for home in homes:
        try:
            owner = msgspec.json.decode((home / OWNER).read_bytes(), type=Owner)
        except (OSError, ValueError, RecursionError):
            continue  # being made at this moment, or none of ours
        if owner.run_folder == own or is_alive(Path(owner.run_folder)):
            continue
        for root in [path for path in home.iterdir() if path.is_dir()] or [home / "gone"]:
            _remove(home, root, Path(owner.repository))


def _remove(home: Path, root: Path, top: Path) -> None:
    # The files first: then git's part is only its own entry, however the tree was left. Never
    # `git worktree prune`: it would forget the user's own on a disk that is not there today.
    for _ in range(_TRIES):
        remove_tree(root)
        if not root.exists():
            break
        time.sleep(_PAUSE_S)
    with contextlib.suppress(GitError):
        attempt(top, "worktree", "remove", "--force", "--force", str(root))
    remove_tree(home)
