"""One more task for a run that goes on, with everything that it brings along.

It is resolved as if it had been in the plan from the start. This module never
starts anything.
"""

from collections.abc import Mapping

import msgspec

from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.scheduling.staging import Staged


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """A task that a person adds."""

    scheduled: ScheduledTask
    planned: Task
    """The same as the plan has it."""
    staged: tuple[Staged, ...] = ()
    """What it waits for beyond what it declares, and why."""
    systems: Mapping[str, str] = {}
    """What its specialist is told, by name."""
    fingerprint: Fingerprint | None = None


def with_task(run: Run, task: Task) -> Plan:
    """The run's plan with this task at its end."""
    return msgspec.structs.replace(run.plan, tasks=(*run.plan.tasks, task))


def addition(run: Run, task: Task, whole: Schedule, systems: Mapping[str, str]) -> Addition:
    """The task as the run takes it in.

    Args:
        run: Which goes on.
        task: As a person wrote it.
        whole: The schedule of the plan with it.
        systems: What the specialists are told, by name.

    Raises:
        InputError: when this run can not take it in.
    """
    scheduled = whole.task(task.id)
    if scheduled.backend not in run.schedule.backends:
        parts = ", ".join(run.schedule.backends)
        raise InputError.of(
            f"'{scheduled.backend}' takes no part in this run, and can not join it; "
            f"there are {parts}"
        )
    # What the others wait for is settled: only this one waits for them.
    return Addition(
        scheduled=msgspec.structs.replace(
            scheduled,
            after=tuple(needed for needed in scheduled.after if needed in run.tasks),
            behind=tuple(earlier for earlier in scheduled.behind if earlier in run.tasks),
        ),
        planned=task,
        staged=tuple(one for one in whole.staged if one.after == task.id),
        systems={scheduled.specialist: systems.get(scheduled.specialist, "")},
    )
