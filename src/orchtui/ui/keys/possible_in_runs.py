"""Why an action on a run can not be done now, in words. This module does nothing."""

from dataclasses import dataclass

from orchtui.engine.runs.run import ENDED, Attempt, Run, Status, TaskRun
from orchtui.ui.keys.keymap import Key
from orchtui.ui.looks import looks

ENDED_ALREADY = "this task has ended already"
NOT_A_TASK = "this is for one task: o opens the group"
ONLY_WATCHED = "this run goes on in another process: here it can only be watched"
NOT_ENDED = "the run has not ended: its results are joined once it has"
ONLY_REPLAYED = "this is a replay, in which nothing can be changed: R ends it"

_OF_TASK = ("cancel", "now", "extend", "priority")
_STEERS = frozenset((*_OF_TASK, "pause", "more", "fewer", "add"))
"""What changes a run while it goes on."""


@dataclass(frozen=True, slots=True)
class Here:
    """The run in the panes."""

    shown: bool = False
    """Whether there is one."""
    live: bool = False
    """Whether it is the app's own and goes on."""
    watched: bool = False
    """Whether another process is writing it."""
    replayed: bool = False
    """Whether it is shown as it stood at an earlier moment."""
    picked: Status | None = None
    """The state of the picked task; `None` where no task is picked."""
    left_out: bool = False
    """Whether the picked task was left out for the want of time or money."""
    attempts: int = 0
    """Of the picked task."""
    tools: bool = False
    """Whether the shown attempt used any."""
    again: bool = False
    """Whether there is something to try again."""
    ended: bool = False
    """Whether it has come to its end, and nobody writes it."""
    wrote: bool = False
    """Whether its tasks left files to bring over."""


def here_of(
    run: Run,
    picked: str | None,
    attempt: Attempt | None,
    *,
    live: bool,
    watched: bool,
    replayed: bool = False,
) -> Here:
    """What there is of a run.

    Args:
        picked: Id of the picked task.
        attempt: The one that is shown.
    """
    task = run.tasks.get(picked or "")
    return Here(
        shown=True,
        live=live,
        watched=watched,
        replayed=replayed,
        picked=task.status if task is not None else None,
        left_out=task is not None and task.short is not None,
        attempts=len(task.attempts) if task is not None else 0,
        tools=attempt is not None and bool(attempt.tools),
        # What was broken off goes on.
        again=bool(run.to_try_again) or (run.finished is None and not live and not watched),
        ended=run.finished is not None and not live and not watched,
        wrote=any(_wrote(each) for each in run.tasks.values()),
    )


def hindrance_in_run(key: Key, here: Here) -> str:
    """Why this can not be done with the run that is shown; nothing when it can."""
    area, _, name = key.id.partition(".")
    if area == "replay":
        return "" if here.replayed else "no run is replayed: R on the timeline begins that"
    if here.replayed and name in (*_STEERS, "retry", "apply", "join"):
        return ONLY_REPLAYED
    if name in _STEERS:
        return _in_steering(name, here)
    if name in ("back", "close"):
        return ""
    if not here.shown:
        return "nothing has run yet"
    match name:
        case "replay" if here.live or here.watched:
            return "it still goes on: it can be replayed once it has ended"
        case "join" if not here.ended:
            return NOT_ENDED
        case "retry":
            return _in_retrying(here)
        case "apply":
            return "" if here.wrote else "the run wrote no files to bring over"
        case "tools":
            return "" if here.tools else "no tool was used here"
        case "earlier-attempt" | "later-attempt":
            return "" if here.attempts > 1 else "there is only one attempt"
    if "grid" in (area, name) and not (here.live or here.watched or here.replayed):
        return "no task is live: the run has ended"
    return ""


def _wrote(task: TaskRun) -> bool:
    """Whether it left files that may be brought over; `changes` has the last word."""
    seen = task.attempt.files if task.attempt is not None else None
    return any(one.kept or one.deleted for one in seen.written) if seen is not None else False


def _in_steering(name: str, here: Here) -> str:
    if here.watched:
        return ONLY_WATCHED
    if not here.live:
        if not here.shown:
            return "nothing is running here"
        return "the run has ended" + ("; r tries again what failed" if here.again else "")
    if name not in _OF_TASK:
        return ""
    if here.picked is None:
        return NOT_A_TASK
    if name == "now":
        able = here.left_out or here.picked in ("retrying", "failed", "cancelled")
        return "" if able else f"there is nothing to try again: {looks.WORDS[here.picked]}"
    return ENDED_ALREADY if here.picked in ENDED else ""


def _in_retrying(here: Here) -> str:
    if here.watched:
        return ONLY_WATCHED
    return "" if here.again else f"nothing has failed{' so far' if here.live else ''}"
