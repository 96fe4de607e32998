"""What is told of files: who wrote and read what, what was refused, where two tasks met.

What could not be observed is called so; "no race" is said only of a run in which
every access was seen. Pure: a Run in, lines of markdown out. This module never
looks at a file.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from orchtui.engine.paths.paths import is_glob
from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.run_events.events import FileChange, RaceDetected
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.text import clean_line

NOT_OBSERVED = "not observed"

BROKEN_PROMISE = "the independence that was promised turned out false"

_MOST = 20
"""Files, refusals or races that are told one by one."""
_DID = {"read": "read it", "write": "wrote it"}


def inline(text: str) -> str:
    """Text from a plan or a model, put inside a line of markdown without acting as markdown."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


@lru_cache(maxsize=256)
def _note(note: str) -> str:
    # The same few words stand beside nearly all tasks.
    return inline(clean_line(note))


def file_line(task: TaskRun) -> str:
    """`wrote a.md (kept in files/t1/a.md); read 3 files; 1 write refused`.

    Empty for a task that could not reach a file, and for one that has not ended an attempt.
    """
    parts = []
    if written := _written(task):
        shown = [_change(change) for change in written[:_MOST]]
        if len(written) > _MOST:
            shown.append(f"and {len(written) - _MOST} more")
        parts.append("wrote " + ", ".join(shown))
    unwritten = _unwritten(task, written)
    ended = [attempt for attempt in task.attempts if attempt.ended is not None]
    seen = [attempt.files for attempt in ended if attempt.files is not None]
    blind = [attempt for attempt in ended if _unseen(attempt)]
    if any(files.sight == "tools" for files in seen):
        if not written:
            parts.append("wrote none")
        count = len({path for files in seen for path in files.read})
        parts.append(f"read {count or 'none'}")
    elif seen and not blind:
        parts += [*([] if written else ["wrote none"]), f"reads {NOT_OBSERVED}"]
    if unwritten and seen and not blind:
        parts.append(f"declared but not written: {', '.join(map(inline, unwritten[:_MOST]))}")
    if refused := refused_words([task]):
        parts.append(refused)
    if blind:
        which = "" if len(blind) == len(task.attempts) else f" in attempt {blind[-1].number}"
        parts.append(NOT_OBSERVED + which)
    notes = dict.fromkeys(_note(files.note) for files in seen if files.note)
    line = "; ".join(parts)
    return line + (f" ({'; '.join(notes)})" if notes and line else "")


def refused_words(tasks: Iterable[TaskRun]) -> str:
    """`2 writes refused; 1 read refused`; empty where nothing was."""
    counts = Counter(
        one.access for task in tasks for attempt in task.attempts for one in attempt.refused
    )
    plurals = {"fetch": "fetches"}
    return "; ".join(
        f"{count} {access if count == 1 else plurals.get(access, f'{access}s')} refused"
        for access, count in counts.items()
    )


def refused_lines(task: TaskRun) -> list[str]:
    """`Write Refused: notes.md: it is another task's`, a line for each thing that was refused."""
    refused = [one for attempt in task.attempts for one in attempt.refused]
    lines = [
        f"{one.access.title()} Refused: {inline(one.path)}: {inline(one.why)}"
        for one in refused[:_MOST]
    ]
    more = len(refused) - _MOST
    return [*lines, *([f"Refused: and {more} more"] if more > 0 else [])]


def race_line(run: Run, race: RaceDetected, shown: Callable[[str], str] = inline) -> str:
    """Where two tasks met, and when each was there.

    Args:
        shown: Makes names and paths safe for where the line goes.
    """
    first, second = _name(run, race.other, shown), _name(run, race.task, shown)
    return (
        f"{shown(race.path)}: {first} {_DID[race.other_access]} at {_moment(race.other_when)}, "
        f"{second} {_DID[race.access]} at {_moment(race.when)}"
    )


def race_lines(run: Run, task_id: str | None = None) -> list[str]:
    """`race_line` for each race, as many as can be read.

    Args:
        task_id: Only those in which this task took part.
    """
    races = run.races if task_id is None else races_of(run, task_id)
    lines = [race_line(run, race) for race in races[:_MOST]]
    return [*lines, *([f"and {len(races) - _MOST} more"] if len(races) > _MOST else [])]


def races_of(run: Run, task_id: str) -> list[RaceDetected]:
    """The races in which a task took part."""
    return [race for race in run.races if task_id in (race.task, race.other)]


def races_section(run: Run) -> list[str]:
    """The log's section about races; empty where no task could reach a file."""
    blind, partly, seen = [], [], False
    for task in run.tasks.values():
        sights = {attempt.files.sight for attempt in task.attempts if attempt.files is not None}
        seen |= bool(sights)
        ended = (attempt for attempt in task.attempts if attempt.ended is not None)
        if any(_unseen(attempt) for attempt in ended):
            blind.append(task)
        elif sights & {"worktree", "folder"}:
            partly.append(task)
    if not (run.races or seen or blind):
        return []
    lines = ["## Races"]
    if run.races:
        count = len(run.races)
        lines.append(f"**{count} RACE{'' if count == 1 else 'S'}**: {BROKEN_PROMISE}")
        lines += [f"- {line}" for line in race_lines(run)]
    if blind:
        lines.append(f"**Not Observed**: what {_listed(blind)} did to files")
    if partly:
        lines.append(f"**Not Observed**: what {_listed(partly)} read")
    if len(lines) == 1:
        lines.append("No race seen among the observed accesses")
    return [*lines, ""]


def apply_hint(run_id: str) -> str:
    """What to type to bring the kept files into the project."""
    return f"orchtui runs apply {run_id}"


def _unseen(attempt: Attempt) -> bool:
    """Whether it may have touched files that nobody could see."""
    if attempt.files is not None:
        return attempt.files.sight == "nothing"
    return attempt.backend in PROGRAMS


def _written(task: TaskRun) -> list[FileChange]:
    """Every path once, as the latest attempt that wrote it left it.

    What an earlier attempt kept was set aside when the next one began; what it wrote into the
    project stands there.
    """
    latest = {
        change.path: change
        for attempt in task.attempts
        if attempt.files is not None
        for change in attempt.files.written
        if attempt is task.attempts[-1] or not change.kept
    }
    return list(latest.values())


def _unwritten(task: TaskRun, written: Iterable[FileChange]) -> list[str]:
    """Files that a completed task declared to write, and did not."""
    if task.status != "completed":
        return []
    there = {change.path for change in written}
    return [
        path
        for path in task.task.writes
        if not (is_glob(path) or path.endswith("/") or path in there)
        and not any(other.startswith(f"{path}/") for other in there)
    ]


def _change(change: FileChange) -> str:
    where = f"kept in {inline(change.kept)}" if change.kept else "in the project"
    return f"{inline(change.path)} ({'deleted' if change.deleted else where})"


def _name(run: Run, task_id: str, shown: Callable[[str], str]) -> str:
    task = run.tasks.get(task_id)
    if task is None:
        return shown(task_id)
    return f"Task {task.task.position} ({shown(task.task.label)})"


def _listed(tasks: list[TaskRun]) -> str:
    names = [f"Task {task.task.position}" for task in tasks[:_MOST]]
    return ", ".join(names) + (f" and {len(tasks) - _MOST} more" if len(tasks) > _MOST else "")


def _moment(when: str) -> str:
    """`10:00:05.123Z` of an ISO time."""
    return when.partition("T")[2] or when
