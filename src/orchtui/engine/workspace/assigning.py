"""The workspace of one session of a run: a Site for every attempt, one ledger for all.

This module knows which kind of place a way to run a specialist needs, and
never what happens in it.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from orchtui.engine.agents.agent_tools import granted
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.plain_files import MOST_BACK, MOST_BYTES
from orchtui.engine.paths.rules import Rules
from orchtui.engine.paths.temporary_folders import sweep
from orchtui.engine.plans.backend_names import WITHOUT_TOOLS
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.overlay import Overlay
from orchtui.engine.workspace.ownership import Ownership
from orchtui.engine.workspace.permits import Permits
from orchtui.engine.workspace.site import BareSite, Site, Witness
from orchtui.engine.workspace.staged_site import StagedSite
from orchtui.engine.workspace.tool_site import ToolSite
from orchtui.engine.workspace.toolbox import FileTools

PermitFor = Callable[[ScheduledTask, Witness, Path | None], Permits]
"""Makes the rules for one attempt of a program; the path is its worktree, `None` without one."""


class ProgramPlaces(Protocol):
    """Gives the attempts of programs their Sites, which tell the ledger began and ended."""

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        """A place for one attempt, not yet open."""

    async def close(self) -> None:
        """Take away what is left. Safe to call twice."""


class ProjectWorkspaces:
    """The Workspaces of a run in a project.

    Reads .gitignore once, when it is made: not for the event loop.

    Args:
        project: Absolute path of the project folder.
        run_folder: Absolute path of the run's folder.
        tasks: All tasks of the run.
        now: Seconds since 1970, by the session's clock; is called in threads too.
        out: The folder that keeps orchtui's runs.
        programs: Makes the places of programs, from this session's ledger, owners and permits.
        program_backends: The names of the backends that run a program.
        secret_in: The name of a secret that stands in a text, which no tool writes then.
        staged: Whether programs run on another machine, with only what their tasks declare.
    """

    def __init__(
        self,
        project: Path,
        run_folder: Path,
        tasks: Sequence[ScheduledTask],
        *,
        now: Callable[[], float],
        out: Path,
        programs: Callable[[Ledger, Ownership, PermitFor], ProgramPlaces] | None = None,
        program_backends: frozenset[str] = frozenset(),
        secret_in: Callable[[bytes], str | None] = lambda data: None,
        staged: bool = False,
    ) -> None:
        self._project = project
        # For all attempts: a fence asks the disk about its folder when it is made.
        self._fence = Fence(project)
        self._run_fence = Fence(run_folder)
        # What goes to another machine and comes back is a program's, and not for a model to read.
        self._wide = Fence(project, MOST_BYTES, MOST_BACK), Fence(run_folder, MOST_BYTES)
        self._now = now
        self._program_backends = program_backends
        self._secret_in = secret_in
        self._staged = staged
        self.ledger = Ledger(now)
        self.owner = Ownership(project, tasks, Rules.load(project, out))
        self._programs = programs(self.ledger, self.owner, self.permits) if programs else None

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        """A place for one attempt, not yet open."""
        if task.backend in self._program_backends and self._staged:
            view = self._view(task, *self._wide)
            permits = self.permits(task, witness, None)
            return StagedSite(view, task, attempt, permits, self.ledger, witness)
        if task.backend in self._program_backends:
            if self._programs is None:
                return BareSite(str(self._project))
            return self._programs.site(task, attempt, witness)
        if task.backend in WITHOUT_TOOLS:
            return BareSite(str(self._project))
        view = self._view(task, self._fence, self._run_fence)
        grant = granted(task.tools, task.disallowed_tools, task.permission_mode)
        permits = self.permits(task, witness, None)
        tools = FileTools(view, grant, permits, self.ledger, witness, task.id)
        return ToolSite(self._project, view, tools, self.ledger, task.id, attempt)

    def _view(self, task: ScheduledTask, project: Fence, run_folder: Fence) -> Overlay:
        """The files as one attempt sees them."""
        return Overlay(project, run_folder, self.owner, task.id, self._now, self._secret_in)

    def beside(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        """A place for a second attempt beside the first; what both do counts as one task's."""
        self.ledger.join(task.id)
        return self.site(task, attempt, witness)

    def add(self, task: ScheduledTask) -> None:
        """One more task takes part."""
        self.owner.add(task)

    def permits(self, task: ScheduledTask, witness: Witness, worktree: Path | None) -> Permits:
        """The rules for one attempt of a program.

        Args:
            task: What it works on.
            witness: Of this attempt.
            worktree: The folder that is its own; `None` where it works in the project.
        """
        return Permits(
            Fence(worktree) if worktree is not None else self._fence,
            self.owner,
            task.id,
            worktree=worktree is not None,
            mode=task.permission_mode,
            witness=witness,
        )

    async def close(self) -> None:
        """Take away what programs' places have left."""
        if self._programs is not None:
            await self._programs.close()
        if self._staged:
            # A worker on this machine may have been killed meanwhile.
            await asyncio.to_thread(sweep)
