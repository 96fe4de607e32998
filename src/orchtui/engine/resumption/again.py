"""Again: the plan of a past run, as it stood at its end, for another run of it.

What a person added and changed while the run went on is in it. So are the flags
that the run was started with: whatever is set now stands over them, as it would
have in the plan. This module never reads a file and never starts anything.
"""

from collections.abc import Sequence

import msgspec

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files import plan_set
from orchtui.engine.plan_files.plan_file import written_number
from orchtui.engine.plan_files.plan_set import EVERY, Setting
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events.events import FORMAT, iso
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.telling.steering_told import wish
from orchtui.engine.text import clean_line

_MOST_TOLD = 20


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A past run as it would be run once more."""

    plan: Plan
    overrides: Overrides
    """The flags of then, as far as nothing was set in their place."""
    told: tuple[str, ...]
    """What is different from what was asked for then, in lines."""


def of(past: Run, written: Sequence[str] = (), damage: str = "") -> Again:
    """A past run once more.

    Args:
        past: Any run.
        written: What is to be different, `KEY=VALUE` each; see `plan_set`.
        damage: Why its journal could be read no further.

    Raises:
        InputError: with all that is wrong, or when a newer orchtui wrote the run.
    """
    if past.format > FORMAT:
        why = f"a newer orchtui wrote it (form {past.format}, known here: {FORMAT})"
        raise InputError.of(f"run {past.id} can not be run again: {why}")
    plan, overrides = plan_of(past), _without_steered(past)
    settings = plan_set.read_settings(plan, written)
    told = [*damage_told(damage), *_by_hand(past), *(setting.told(plan) for setting in settings)]
    for setting in settings:
        plan, overrides = _in_place_of_flag(plan, overrides, setting)
    return Again(plan=plan_set.changed(plan, settings), overrides=overrides, told=tuple(told))


def damage_told(why: str) -> list[str]:
    """What to say of a plan whose run could be read in part only; nothing where it was whole."""
    if not why:
        return []
    return [f"the plan is as far as the journal can be read; later changes are not in it: {why}"]


def plan_of(past: Run) -> Plan:
    """The plan as it stood at the run's end: with tasks that were added, and limits changed."""
    steered = {(event.task, event.action) for event in past.wishes}
    tasks = []
    for task in past.plan.tasks:
        scheduled = past.tasks[task.id].task if task.id in past.tasks else None
        if scheduled is not None and (task.id, "extend") in steered:
            task = msgspec.structs.replace(task, timeout=scheduled.timeout)
        if scheduled is not None and (task.id, "priority") in steered:
            task = msgspec.structs.replace(task, priority=scheduled.priority)
        tasks.append(task)
    limits = past.plan.limits
    if _concurrency_set(past):
        limits = msgspec.structs.replace(limits, concurrency=past.concurrency)
    return msgspec.structs.replace(past.plan, tasks=tuple(tasks), limits=limits)


def plan_head(past: Run) -> list[str]:
    """Comment lines for the plan file of a past run: where it comes from, and what it lacks."""
    lines = [f"# The plan of run {clean_line(past.id, 80)} of {iso(past.started)[:16]}Z."]
    if changes := _by_hand(past):
        lines.append("# With what was changed by hand while it ran:")
        lines += [f"#   {clean_line(one, 200)}" for one in changes]
    if flags := _flags(past.overrides):
        lines.append(f"# It was started with flags, which stand over a plan: {flags}")
    return lines


def _by_hand(past: Run) -> list[str]:
    """What a person changed that is in the plan now."""
    lasting = [
        clean_line(wish(event))
        for event in past.wishes
        if event.action in ("extend", "priority", "concurrency") and wish(event)
    ]
    lines = [f"added '{event.scheduled.id}'" for event in past.added] + lasting
    more = len(lines) - _MOST_TOLD
    return [*lines[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]


def _flags(overrides: Overrides) -> str:
    named = {"backend": overrides.backend, "model": overrides.model}
    said = named | {key: getattr(overrides.limits, key) for key in Limits.__struct_fields__}
    return " ".join(
        f"--{key.replace('_', '-')} "
        + (clean_line(value, 80) if isinstance(value, str) else written_number(key, value))
        for key, value in said.items()
        if value is not None
    )


def _concurrency_set(past: Run) -> bool:
    """Whether a person's number of tasks at once still held at the end."""
    set_last = [int(e.number) for e in past.wishes if e.action == "concurrency" and e.number]
    return bool(set_last) and set_last[-1] == past.concurrency


def _without_steered(past: Run) -> Overrides:
    if not _concurrency_set(past):
        return past.overrides
    return _without_limit(past.overrides, "concurrency")


def _without_limit(overrides: Overrides, field: str) -> Overrides:
    limits = msgspec.structs.replace(overrides.limits, **{field: None})
    return msgspec.structs.replace(overrides, limits=limits)


def _in_place_of_flag(plan: Plan, overrides: Overrides, setting: Setting) -> tuple[Plan, Overrides]:
    """Let what is set now hold, where a flag of then would stand over it.

    What a flag said of other tasks is put into the plan, so that nothing else changes.
    """
    key = setting.key
    if key in ("backend", "model"):
        flag: object = getattr(overrides, key)
        less = msgspec.structs.replace(overrides, **{key: None})
    elif key in Limits.__struct_fields__:
        flag, less = getattr(overrides.limits, key), _without_limit(overrides, key)
    else:
        return plan, overrides
    if flag is None:
        return plan, overrides
    if setting.task is None:
        return plan, less
    if flag == "rehearsal" and any(task.command for task in plan.tasks):
        raise InputError.of(
            f"{clean_line(setting.words, 120)}: the run rehearsed its programs too, which no plan "
            "can say of single tasks; --backend says it of all"
        )
    tasks = [
        task if setting.task in (EVERY, task.id) else _said(task, key, flag) for task in plan.tasks
    ]
    plan = msgspec.structs.replace(plan, tasks=tuple(tasks))
    if key in ("backend", "model"):
        plan = msgspec.structs.replace(plan, **{key: flag})  # for the synthesis
    return plan, less


def _said(task: Task, key: str, value: object) -> Task:
    """The task with a key said for it; programs keep theirs, which a flag does not change."""
    if task.command and key in ("backend", "model"):
        return task
    return msgspec.structs.replace(task, **{key: value})
