"""Reuse: which results of a past run stand for the tasks as they are today, and why not the others.

A result is reused when its task completed and nothing changed that can change
the answer: the task's fingerprint is the same, and so are the results that it
was handed. Everything else runs again, with the reason. Pure: a past Run and
today's Schedule in, a Reuse out. This module never looks at a disk: a result is
in the journal, whether or not its file is still there.
"""

from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Literal

import msgspec

from orchtui.engine.execution.attempt import CUT_OFF
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.scheduling.fingerprint import Fingerprint, Part, changed, unrecorded
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.text import clean_line

Reason = Literal[
    "failed",
    "cancelled",
    "skipped",
    "interrupted",
    "never ran",
    "new",
    "changed",
    "cut off",
    "files lost",
    "predecessor",
]
"""Why a task runs again, in a word."""

_WHY_LENGTH = 200


class Again(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task that runs again, or for the first time."""

    task: str
    reason: Reason
    why: str
    """The reason in a sentence's worth: `its prompt changed`."""
    changed: tuple[Part, ...] = ()
    """What is different, where that is the reason."""


class Reuse(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of each task of a schedule, in its order."""

    run: str
    """Id of the past run."""
    reused: tuple[str, ...]
    """Ids of the tasks whose results stand."""
    again: tuple[Again, ...]

    @property
    def reasons(self) -> dict[str, str]:
        """Why each task that runs again does, by id."""
        return {each.task: each.why for each in self.again}


def compare(
    past: Run,
    schedule: Schedule,
    fingerprints: Mapping[str, Fingerprint],
    *,
    lost: Mapping[str, str] | None = None,
) -> Reuse:
    """Say for each task of a schedule whether the past run's result stands for it.

    Tasks are matched by their ids.

    Args:
        past: The run whose results there are.
        schedule: What would run, as it is drawn up today.
        fingerprints: Of the schedule's tasks, by id.
        lost: Tasks whose results can not be taken although nothing changed, and why.
    """
    again: dict[str, Again] = {}
    tasks = {task.id: task for task in schedule.tasks}
    for task_id in TopologicalSorter(
        {task.id: task.after for task in schedule.tasks}
    ).static_order():
        task = tasks[task_id]
        reason = _own_reason(past, task, fingerprints[task_id])
        if reason is None and lost and task_id in lost:
            reason = Again(task=task_id, reason="files lost", why=lost[task_id])
        if reason is None and (needed := next((one for one in task.after if one in again), None)):
            why = f"it needs '{needed}', which runs again"
            reason = Again(task=task_id, reason="predecessor", why=why)
        if reason is not None:
            again[task_id] = reason
    return Reuse(
        run=past.id,
        reused=tuple(task_id for task_id in tasks if task_id not in again),
        again=tuple(again[task_id] for task_id in tasks if task_id in again),
    )


def _own_reason(past: Run, task: ScheduledTask, now: Fingerprint) -> Again | None:
    """Why a task runs again whatever becomes of the others; `None` where nothing speaks for it."""
    before = past.tasks.get(task.id)
    if before is None:
        why = f"it is not in run {past.id}"
        return Again(task=task.id, reason="new", why=why)
    if before.status != "completed":
        reason, why = _unfinished(before)
        return Again(task=task.id, reason=reason, why=why)
    was = past.fingerprints.get(task.id) or unrecorded(before.task)
    if parts := changed(was, now):
        why = "; ".join(_change(part, before, task, was, now) for part in _telling(parts, was, now))
        return Again(task=task.id, reason="changed", why=why, changed=tuple(parts))
    if before.stop_reason in CUT_OFF:
        # An accepted answer that more room, or a stricter plan, would not leave as it is.
        if not task.accept_truncated:
            why = "its answer was cut off, which the plan no longer accepts"
            return Again(task=task.id, reason="cut off", why=why)
        if task.max_tokens > before.task.max_tokens:
            why = f"its answer was cut off at {before.task.max_tokens} tokens, and may have "
            why += f"{task.max_tokens} now"
            return Again(task=task.id, reason="cut off", why=why)
    return None


def _unfinished(before: TaskRun) -> tuple[Reason, str]:
    why = clean_line(before.why, _WHY_LENGTH)
    match before.status:
        case "failed":
            kind = f"{before.error}: " if before.error else ""
            return "failed", f"it failed: {kind}{why}"
        case "cancelled":
            return "cancelled", "it was cancelled" + (f": {why}" if why else "")
        case "skipped":
            return "skipped", "it was skipped" + (f": {why}" if why else "")
    if before.made:
        return "interrupted", "it was interrupted while it ran"
    return "never ran", "it had not begun"


def _telling(parts: list[Part], was: Fingerprint, now: Fingerprint) -> list[Part]:
    """What is worth a word: what another backend brings with it is not."""
    if "backend" not in parts:
        return parts
    brought = {"model"} | (set() if was.agent and now.agent else {"agent"})
    return [part for part in parts if part not in brought]


def _change(
    part: Part, before: TaskRun, task: ScheduledTask, was: Fingerprint, now: Fingerprint
) -> str:
    """What is different, for a person."""
    match part:
        case "prompt":
            return "its prompt changed"
        case "command":
            return "its command changed"
        case "agent":
            return _other_agent(before.task.specialist, task.specialist, was, now)
        case "backend":
            return f"another backend: {_name(now.backend)} instead of {_name(was.backend)}"
        case "model":
            return f"another model: {_model(now.model)} instead of {_model(was.model)}"
        case "files":
            return "the files that it declares changed"
    return "it is handed the results of other tasks"


def _other_agent(was_name: str, name: str, was: Fingerprint, now: Fingerprint) -> str:
    was_name, name = _name(was_name), _name(name)
    if was_name != name:
        return f"another specialist: {name} instead of {was_name}"
    if not now.agent:
        return f"the agent file of {name} is not used any more"
    if not was.agent:
        return f"the agent file of {name} is new"
    return f"the agent file of {name} changed"


def _model(exact: str | None) -> str:
    return _name(exact) if exact else "the backend's own choice"


def _name(text: str) -> str:
    return clean_line(text, 80)
