"""What of a run is only rehearsed: made up, or built on what is made up. And the words for it.

A run may be rehearsed as a whole, or only some of its tasks; a task that a
model really works on may be handed what others made up. Every place that shows
an answer asks here, so that none looks like one that is none. Pure: a Run in,
words out. This module never rehearses anything.
"""

from collections.abc import Iterable
from typing import Literal

from orchtui.engine.run_events.event_parts import AGGREGATE
from orchtui.engine.runs.outcome_words import named
from orchtui.engine.runs.run import Run, TaskRun

BACKEND = "rehearsal"

Share = Literal["none", "part", "whole"]
"""How much of a run is made up."""

BADGE = "REHEARSAL"
PART_BADGE = "PART REHEARSAL"
BUILT_BADGE = "REHEARSED INPUT"

WHOLE = "no model was called. The text is made up, to show the run's shape."
"""Follows the badge."""


def share(run: Run) -> Share:
    """How much of a run's text is made up, the synthesis' too."""
    if not run.rehearsal:  # asked often, and mostly so
        return "none"
    made = [is_made_up(run, task) for task in run.tasks.values()]
    if run.schedule.synthesizes:
        made.append(_is_synthesis_made_up(run))
    if not any(made):
        return "none"
    return "whole" if all(made) else "part"


def is_made_up(run: Run, task: TaskRun) -> bool:
    """Whether this task's text is made up, or will be."""
    if task.kept is not None:  # another session may have had another backend
        return task.kept.backend == BACKEND
    return (run.schedule.backend if task.id == AGGREGATE else task.task.backend) == BACKEND


def _is_synthesis_made_up(run: Run) -> bool:
    if run.aggregate is not None:
        return is_made_up(run, run.aggregate)
    return run.schedule.backend == BACKEND


def builds_on(run: Run, task: TaskRun) -> list[TaskRun]:
    """The made-up tasks whose results reach this one, which is none itself, over any others."""
    if is_made_up(run, task):
        return []
    seen: set[str] = set()
    found: list[TaskRun] = []
    waiting = [one.id for one in _given(run, task)]
    while waiting:
        task_id = waiting.pop()
        if task_id in seen or task_id not in run.tasks:
            continue
        seen.add(task_id)
        other = run.tasks[task_id]
        if is_made_up(run, other):
            found.append(other)
        else:
            waiting += other.task.after
    return sorted(found, key=lambda one: one.task.position)


def badge(run: Run) -> str:
    """What stands beside the run's verdict; nothing beside one that is none."""
    return {"none": "", "part": PART_BADGE, "whole": BADGE}[share(run)]


def task_badge(run: Run, task: TaskRun) -> str:
    """What stands beside a task's text."""
    if not run.rehearsal:
        return ""
    if is_made_up(run, task):
        return BADGE
    return BUILT_BADGE if builds_on(run, task) else ""


def words(run: Run) -> str:
    """What is said of the run, after `REHEARSAL`; nothing of one that is none."""
    if (how_much := share(run)) != "part":
        return WHOLE if how_much == "whole" else ""
    made = [task for task in run.tasks.values() if is_made_up(run, task)]
    built = [task for task in run.tasks.values() if builds_on(run, task)]
    parts = []
    if made:
        are, them = ("is", "it") if len(made) == 1 else ("are", "them")
        whose = f"{named(made)} of {len(run.tasks)}"
        parts.append(f"{whose} {are} made up, no model was called for {them}")
    if built:
        parts.append(
            f"{named(built)} {'builds' if len(built) == 1 else 'build'} on what is made up"
        )
    if run.schedule.synthesizes:
        made_too = "made up too" if made else "made up, and only that"
        how = made_too if _is_synthesis_made_up(run) else "a model's, from what is made up"
        parts.append(f"the synthesis is {how}")
    return "; ".join(parts) + "."


def task_words(run: Run, task: TaskRun) -> str:
    """What is said of one task's text, after its badge; nothing of one that is none."""
    if not run.rehearsal:
        return ""
    if is_made_up(run, task):
        return WHOLE
    if given := builds_on(run, task):
        was = "was" if len(given) == 1 else "were"
        return f"it was given what {named(given)} came to, which {was} only rehearsed."
    return ""


def _given(run: Run, task: TaskRun) -> Iterable[TaskRun]:
    """Whose results a task is handed."""
    if task.id == AGGREGATE:
        return run.with_status("completed")
    return [run.tasks[other] for other in task.task.after if other in run.tasks]
