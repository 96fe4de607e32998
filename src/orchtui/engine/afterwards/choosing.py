"""Choosing: what a person makes of a run's results, written into its journal and published.

Each of `rated`, `chosen` and `judged` makes one event behind the run's end, or says why there
can be none; `behind_end` writes it. This module never asks a model and never runs a task.
"""

from collections.abc import Callable
from pathlib import Path

from orchtui.engine.afterwards import behind_end
from orchtui.engine.afterwards.behind_end import require_ended
from orchtui.engine.errors import InputError
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.choice_events import MOST_STARS
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.text import clean, clean_line

Make = Callable[[Run, Stamp], ev.ChoiceEvent]
"""Makes the event for the run as it stands in its journal. Raises InputError where it can not."""

_MOST_NOTE = 2000
"""Characters of what a person says of a result."""


async def write_down(
    out: Path, project: Path, run_id: str, make: Make, redactor: Redactor = NOTHING
) -> Run:
    """Write one event after the end of a run, and its files as they are from then on.

    The published result becomes this run's, also where a later run has published since: a person
    has just said that it is the one.

    Args:
        out: The artifacts folder.
        project: The project folder.
        run_id: An id, a unique prefix, or `last`.
        make: Makes the event.
        redactor: Hides secrets in what is said.

    Returns:
        The run with the event.

    Raises:
        InputError: when there can be no such event.
        RunAliveError: when a process writes the run.
        RunNotFoundError, StorageError: as they say.
    """
    place = await behind_end.place_of(out, project, run_id)
    return await behind_end.write_behind(place, lambda run, stamp: (make(run, stamp),), redactor)


def rated(task_id: str, stars: int, note: str = "") -> Make:
    """A result gets stars from 1 to 5; 0 takes them back."""
    if not 0 <= stars <= MOST_STARS:
        raise InputError.of(f"{stars} is no number of stars: 1 to {MOST_STARS}, or 0 for none")

    def make(run: Run, stamp: Stamp) -> ev.ResultRated:
        task = _ended(run, task_id)
        return stamp(ev.ResultRated, task=task.id, stars=stars, note=clean(note)[:_MOST_NOTE])

    return make


def chosen(task_id: str, attempt: int = 0, why: str = "") -> Make:
    """A result becomes the run's.

    Args:
        task_id: Whose; empty to take the choice back.
        attempt: Which of its attempts; 0 for the one that counts.
        why: What the person says of it.
    """

    def make(run: Run, stamp: Stamp) -> ev.ResultChosen:
        if not task_id:
            if run.chosen is None:
                raise InputError.of(f"run {run.id}: nothing was chosen, so nothing is taken back")
            return stamp(ev.ResultChosen, task="")
        task = _ended(run, task_id)
        found = _answer(task, attempt)
        return stamp(
            ev.ResultChosen, task=task.id, attempt=found.number, why=clean(why)[:_MOST_NOTE]
        )

    return make


def _ended(run: Run, task_id: str) -> TaskRun:
    """The task, if its run has ended.

    Raises:
        InputError: when it has not, or there is no such task.
    """
    require_ended(run)
    if (task := run.tasks.get(task_id)) is None:
        names = ", ".join(list(run.tasks)[:8]) + (", …" if len(run.tasks) > 8 else "")
        raise InputError.of(f"run {run.id} has no task '{clean_line(task_id)}'; it has {names}")
    return task


def _answer(task: TaskRun, number: int) -> Attempt:
    """The whole answer with this number; with 0 the one that counts.

    Raises:
        InputError: when there is none.
    """
    if (found := task.answer(number)) is not None:
        return found
    label = clean_line(task.task.label)
    if number == 0:
        raise InputError.of(f"'{label}' did not complete: there is no whole answer to choose")
    if not any(attempt.number == number for attempt in task.attempts):
        raise InputError.of(f"'{label}' has no attempt {number}; it has {len(task.attempts)}")
    raise InputError.of(f"attempt {number} of '{label}' is no whole answer: it can not be chosen")
