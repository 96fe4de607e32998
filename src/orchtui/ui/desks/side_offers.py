"""What can be put beside a run's results: the same task of other runs, any run, a file.

Reads run folders and the project's folders: for a thread. This module never opens a whole run.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from orchtui.engine.errors import OrchtuiError
from orchtui.engine.journals import journal
from orchtui.engine.run_events.events import RunStarted
from orchtui.engine.run_folders.summary import Summary
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean_line
from orchtui.ui.parts.completing_input import Source
from orchtui.ui.parts.completion import Candidate, paths_below

MOST_RUNS = 100
"""Of the newest runs, whose tasks are offered."""


class _Past(NamedTuple):
    summary: Summary
    tasks: tuple[tuple[str, str], ...]
    """Ids and titles, as the run began."""


def side_offers(project: Project, shown: str, task_id: str) -> Source:
    """What is offered for the words that are typed.

    Args:
        project: Whose runs and files.
        shown: The id of the run in the panes; its results stand in the table already.
        task_id: Of the picked result; empty where that is none of a task.
    """

    @cache
    def runs() -> Sequence[_Past]:
        newest = [one for one in project.list_runs() if one.id != shown][:MOST_RUNS]
        return [_Past(one, _tasks(project, one.id)) for one in newest]

    def offers(typed: str) -> Sequence[Candidate]:
        if "/" in typed or typed.startswith((".", "~")):
            return paths_below(project.folder, typed)
        run_id, colon, _ = typed.partition(":")
        if colon:
            past = next((one for one in runs() if one.summary.id == run_id), None)
            ids = past.tasks if past is not None else ()
            return [Candidate(f"{run_id}:{task}", clean_line(title)) for task, title in ids]
        found = [
            Candidate(f"{one.summary.id}:{task_id}", f"the same task · {_when(one.summary)}")
            for one in runs()
            if any(task == task_id for task, _ in one.tasks)
        ]
        found += [Candidate(one.summary.id, f"its result · {_when(one.summary)}") for one in runs()]
        return [*found, *paths_below(project.folder, typed)]

    return offers


def _when(summary: Summary) -> str:
    began = datetime.fromisoformat(summary.started).astimezone()
    return clean_line(f"{began:%d %b %H:%M} · {summary.verdict} · {summary.name}")


def _tasks(project: Project, run_id: str) -> tuple[tuple[str, str], ...]:
    """Of its first event alone; none where that can not be read."""
    try:
        first = next(iter(journal.read(project.run_folder(run_id))), None)
    except OrchtuiError:
        return ()
    if not isinstance(first, RunStarted):
        return ()
    return tuple((task.id, task.label) for task in first.schedule.tasks)
