"""What a person is told before a run goes on, or takes results over: which, and why not the others.

Pure: a Reuse in, lines of plain text out, safe to show. This module never
decides what is reused.
"""

from collections.abc import Mapping, Sequence

from orchtui.engine.resumption.reuse import Reuse
from orchtui.engine.text import clean_line

_MOST_NAMED = 6
"""Tasks that one line names."""
_NAME = 60
"""Characters of a task's name."""
_MOST_REASONS = 10
"""Lines; what is left is counted."""


def headline(reuse: Reuse, *, same_run: bool) -> str:
    """How many results stand and how many tasks run, in one line.

    Args:
        reuse: What becomes of each task.
        same_run: Whether the run goes on; else a new one takes its results over.
    """
    kept, again = len(reuse.reused), len(reuse.again)
    run = clean_line(reuse.run, 80)
    results = f"{kept} of {kept + again} results"
    verb = "is" if kept == 1 else "are"
    tasks = "1 task runs" if again == 1 else f"{again} tasks run" if again else "no task runs"
    if same_run:
        return f"run {run} goes on: {results} {verb} kept, {tasks} again"
    return f"{results} {verb} taken over from run {run}, {tasks}"


def lines(reuse: Reuse, names: Mapping[str, str] | None = None) -> list[str]:
    """Who is reused, then who runs and why: a line for each reason.

    Args:
        reuse: What becomes of each task.
        names: What to call the tasks, by id; their ids where nothing is said.
    """
    called = names or {}
    told = [f"reused  {_names(reuse.reused, called)}"] if reuse.reused else []
    reasons: dict[str, list[str]] = {}
    for each in reuse.again:
        reasons.setdefault(each.why, []).append(each.task)
    shown = list(reasons.items())
    if len(shown) > _MOST_REASONS:
        shown = shown[: _MOST_REASONS - 1]
    told += [f"again   {_names(ids, called)}: {clean_line(why, 300)}" for why, ids in shown]
    if more := len(reuse.again) - sum(len(ids) for _, ids in shown):
        told.append(f"again   and {more} more")
    return told


def _names(ids: Sequence[str], called: Mapping[str, str]) -> str:
    names = ", ".join(clean_line(called.get(one, one), _NAME) for one in ids[:_MOST_NAMED])
    more = len(ids) - _MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names
