"""The workspaces of one session of a run in a project, for every kind of backend.

Looks at the project's .gitignore: not for the event loop. This module only puts
together what the others here make.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.assigning import ProjectWorkspaces
from orchtui.engine.workspace.program_site import ProgramSites
from orchtui.engine.workspace.site import Workspaces


def workspaces_of(
    folder: Path,
    run_folder: Path,
    out: Path,
    tasks: Sequence[ScheduledTask],
    now: Callable[[], float],
    redactor: Redactor,
    staged: bool = False,
) -> Workspaces:
    """Where the tasks of a run work.

    Args:
        folder: The project folder, absolute and without links.
        run_folder: The run's.
        out: The artifacts folder.
        tasks: All of the run.
        now: Seconds since 1970, by the session's clock.
        redactor: Knows the secrets that no tool may write to a file.
        staged: Whether programs run on another machine.
    """
    run_folder, out = run_folder.resolve(), out.resolve()
    return ProjectWorkspaces(
        folder,
        run_folder,
        tasks,
        now=now,
        out=out,
        programs=lambda ledger, owner, permit_for: ProgramSites(
            folder, run_folder, out, ledger, owner, permit_for
        ),
        program_backends=PROGRAMS,
        secret_in=redactor.found_in,
        staged=staged,
    )
