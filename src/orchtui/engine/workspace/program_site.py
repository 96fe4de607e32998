"""Sites for programs: they have tools of their own, so only their folder is orchtui's.

A program gets a git worktree, or runs in the project folder, where it is watched
when it may write; a plain program that declares no writes is not watched. What
it may do when it asks is a Permit's. Reads are never seen. This module never
starts a program and does no file work on the event loop.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from orchtui.engine.backends.base import NO_TOOLS, ToolAnswer, ToolBox, ToolSpec, Wish
from orchtui.engine.plans.backend_names import WITH_TOOLS_OF_THEIR_OWN
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.folder_watch import (
    Change,
    Declared,
    FolderWatch,
    Look,
    compare,
    read_declared,
)
from orchtui.engine.workspace.git import GitError
from orchtui.engine.workspace.overlay import FILES
from orchtui.engine.workspace.ownership import Ownership
from orchtui.engine.workspace.site import Access, Race, Seen, Site, Witness
from orchtui.engine.workspace.worktree import Worktree, Worktrees
from orchtui.engine.workspace.worktree_changes import collect

MOST_TOLD = 1000
"""Changed files that are told of one program."""

NOT_WATCHED = "what a program does to files is not observed unless its task declares writes"
TOO_LARGE = "the project folder is too large to be watched: only declared writes were seen"


class Records(Protocol):
    """What a program site needs of the ledger."""

    def now(self) -> float:
        """Seconds since 1970, by the session's clock."""

    def began(self, task_id: str, attempt: int) -> None:
        """An attempt starts to run."""

    def ended(self, task_id: str, attempt: int) -> None:
        """An attempt is over."""

    def note(
        self,
        task_id: str,
        path: str,
        access: Access,
        when: float | None = None,
        digest: str | None = None,
    ) -> list[Race]:
        """A task read or wrote a file."""


class Permit(Protocol):
    """Says what a program may do when it asks."""

    async def permit(self, wish: Wish) -> bool:
        """Whether it may."""


PermitFor = Callable[[ScheduledTask, Witness, Path | None], Permit]
"""Makes the Permit of one attempt; the path is its worktree's folder, or `None`."""


class PermitBox:
    """A ToolBox without tools, for a program that may ask for permission.

    Args:
        make: Makes the Permit, when the program asks for the first time: most never do.
    """

    specs: Sequence[ToolSpec] = ()

    def __init__(self, make: Callable[[], Permit]) -> None:
        self._make = make
        self._permit: Permit | None = None

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        return await NO_TOOLS.call(name, arguments)

    async def permit(self, wish: Wish) -> bool:
        if self._permit is None:
            self._permit = self._make()
        return await self._permit.permit(wish)


class ProgramSites:
    """The places for the programs of one session of a run.

    Args:
        project: The project folder, absolute.
        run_folder: The run's folder.
        out: The artifacts folder.
        ledger: Told what a program is known to have written.
        owner: Knows whose a declared path is.
        permit_for: Makes each attempt's Permit.
        place: Where worktrees stand; the user's cache folder where nothing is given.
    """

    def __init__(
        self,
        project: Path,
        run_folder: Path,
        out: Path,
        ledger: Records,
        owner: Ownership,
        permit_for: PermitFor,
        place: Path | None = None,
    ) -> None:
        self.project = project
        self.run_folder = run_folder
        self.ledger = ledger
        self.permit_for = permit_for
        self.worktrees = Worktrees(project, run_folder, out, place)
        self.watch = FolderWatch(project, (out,))
        self.owner = owner
        self.active: set[FolderSite] = set()
        self.watched: set[FolderSite] = set()
        """Those of the active ones whose changes are looked for."""

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        """A place for one attempt of a task whose backend runs a program; not yet open."""
        if task.worktree:
            return WorktreeSite(self, task, attempt, witness)
        return FolderSite(self, task, attempt, witness)

    async def close(self) -> None:
        """Remove the worktrees that are left. Safe to call twice."""
        await self.worktrees.close()


class WorktreeSite:
    """A git worktree for one attempt; what changed in it is kept in the run folder."""

    def __init__(
        self, sites: ProgramSites, task: ScheduledTask, attempt: int, witness: Witness
    ) -> None:
        self._sites = sites
        self._task = task
        self._attempt = attempt
        self._witness = witness
        self._tree: Worktree | None = None
        self.folder = str(sites.project)
        self.toolbox: ToolBox = NO_TOOLS

    async def open(self) -> None:
        """Make the worktree.

        Raises:
            BackendError: when there can be none.
        """
        name = f"{self._sites.run_folder.name}-{self._task.id}-{self._attempt}"
        self._tree = await self._sites.worktrees.make(name)
        self.folder = str(self._tree.folder)
        self._sites.ledger.began(self._task.id, self._attempt)
        make, folder = self._sites.permit_for, self._tree.folder
        self.toolbox = PermitBox(lambda: make(self._task, self._witness, folder))

    async def leave(self) -> Seen | None:
        """Keep what changed, and remove the worktree."""
        tree, self._tree = self._tree, None
        self._sites.ledger.ended(self._task.id, self._attempt)
        if tree is None:
            return None
        # When this takes too long and is cancelled, `close` removes the worktree.
        try:
            seen = await asyncio.to_thread(self._collect, tree)
        except (GitError, OSError) as error:
            seen = Seen(
                sight="nothing",
                note=f"what it changed in its worktree is lost: {clean_line(str(error))}",
            )
        await self._sites.worktrees.remove(tree)
        return seen

    def _collect(self, tree: Worktree) -> Seen:
        kept_as = f"{FILES}/{self._task.id}"
        written, note = collect(
            tree,
            self._sites.run_folder / kept_as,
            kept_as,
            self._sites.project,
            self._sites.owner.rules.unreadable,
            self._task.writes,
        )
        return Seen(sight="worktree", written=written, note=note)


class FolderSite:
    """The project folder itself, watched while the program may write."""

    def __init__(
        self, sites: ProgramSites, task: ScheduledTask, attempt: int, witness: Witness
    ) -> None:
        self._sites = sites
        self._task = task
        self._attempt = attempt
        self._witness = witness
        self._watched = bool(task.writes) or task.backend in WITH_TOOLS_OF_THEIR_OWN
        self._opened = False
        self._began = 0.0
        self._before: Look | None = None
        self._declared: dict[str, Declared] = {}
        self._others: set[str] = set()
        self.folder = str(sites.project)
        self.toolbox: ToolBox = NO_TOOLS

    async def open(self) -> None:
        """Note how the folder stands."""
        make = self._sites.permit_for
        self.toolbox = PermitBox(lambda: make(self._task, self._witness, None))
        if self._watched:
            self._before, self._declared = await self._look()
        self._began = self._sites.ledger.now()
        for other in self._sites.watched:
            other._others.add(self._task.id)
        if self._watched:
            # Who is not watched need not know whose work it could be.
            self._others.update(other._task.id for other in self._sites.active)
            self._sites.watched.add(self)
        self._sites.active.add(self)
        self._sites.ledger.began(self._task.id, self._attempt)
        self._opened = True

    async def leave(self) -> Seen | None:
        """Say what is not as it was."""
        if not self._opened:
            self._sites.ledger.ended(self._task.id, self._attempt)
            return None
        try:
            if not self._watched:
                return Seen(sight="nothing", note=NOT_WATCHED)
            after, declared = await self._look()
            changes = self._changes(after, declared)
            # With very many tasks and files this takes its time.
            own = await asyncio.to_thread(self._its_own, changes)
            return self._seen(changes, own, declared, whole=self._is_whole(after))
        finally:
            self._sites.active.discard(self)
            self._sites.watched.discard(self)
            self._sites.ledger.ended(self._task.id, self._attempt)

    async def _look(self) -> tuple[Look | None, dict[str, Declared]]:
        declared = await asyncio.to_thread(read_declared, self._sites.project, self._task.writes)
        try:
            return await self._sites.watch.look(), declared
        except OSError:
            return None, declared

    def _is_whole(self, after: Look | None) -> bool:
        return self._before is not None and after is not None

    def _changes(self, after: Look | None, declared: dict[str, Declared]) -> list[Change]:
        """What is not as it was, by path."""
        changes: dict[str, Change] = {}
        if self._before is not None and after is not None:
            changes = {change.path: change for change in compare(self._before, after)}
        for path, now in declared.items():
            if path in self._declared and now != self._declared[path]:
                gone = now.mark is None
                when = None if now.mark is None else now.mark.modified_ns / 1e9
                changes[path] = Change(path, gone, when)
        return sorted(changes.values(), key=lambda change: change.path)

    def _seen(
        self,
        told: Sequence[Change],
        own: frozenset[str],
        declared: dict[str, Declared],
        *,
        whole: bool,
    ) -> Seen:
        if not whole and not self._task.writes:
            return Seen(sight="nothing", note="the project folder is too large to be watched")
        for change in told:
            if change.path in own:
                self._note(change, declared.get(change.path, Declared()).digest)
        return Seen(
            sight="folder",
            written=tuple(self._change(change) for change in told[:MOST_TOLD]),
            note=self._remarks(told, own, whole=whole),
        )

    def _change(self, change: Change) -> FileChange:
        before = self._declared.get(change.path, Declared())
        return FileChange(path=change.path, deleted=change.deleted, base=before.digest)

    def _its_own(self, changes: Sequence[Change]) -> frozenset[str]:
        """The paths that nobody else can have changed, as far as orchtui started them."""
        owner, task_id = self._sites.owner, self._task.id
        return frozenset(
            path
            for path in (change.path for change in changes)
            if owner.declares(task_id, path)
            or (not self._others and owner.others(task_id, path) is None)
        )

    def _note(self, change: Change, digest: str | None) -> None:
        # A program may give a file any time; it was not changed before it began.
        now = self._sites.ledger.now()
        ago = 0.0 if change.when is None else max(0.0, time.time() - change.when)
        when = max(self._began, now - ago)
        for race in self._sites.ledger.note(self._task.id, change.path, "write", when, digest):
            self._witness.race(race)

    def _remarks(self, told: Sequence[Change], own: frozenset[str], *, whole: bool) -> str:
        remarks = []
        if not whole:
            remarks.append(TOO_LARGE)
        shared = [change.path for change in told if change.path not in own]
        if shared:
            others = ", ".join(sorted(self._others)) or "another task"
            remarks.append(
                f"{len(shared)} of these may be the work of {clean_line(others, 120)}, "
                f"which ran at the same time"
            )
        unknown = sum(not change.deleted and change.path not in self._declared for change in told)
        if unknown:
            remarks.append("what stood in a file before is known only of declared writes")
        if len(told) > MOST_TOLD:
            remarks.append(f"{len(told) - MOST_TOLD} more files changed")
        return "; ".join(remarks)
