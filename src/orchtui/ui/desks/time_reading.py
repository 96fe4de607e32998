"""The report on time for the screen, honest of live, replayed, interrupted and ended runs.

Plain functions; `read` and `ended` may take seconds with very many tasks, and `read` reads a file:
not for the event loop.
"""

from pathlib import Path

from orchtui.engine.exports.subject import Subject
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs.rehearsed import badge, words
from orchtui.engine.runs.run import Run
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.timing.time_report import time_report
from orchtui.ui.dialogs.time_card import TimeTold

_SO_FAR = "It goes on: this is what it took so far."
_BROKEN_OFF = "It was interrupted: this is what it took until it was last heard of."


def going_on(run: Run, now: float) -> TimeTold:
    """Of a run that goes on, up to now, in seconds since 1970."""
    return TimeTold.of(run, time_report(run, now), [_SO_FAR, *_about(run)])


def replayed(run: Run, moment: float, position: float) -> TimeTold:
    """Of a run as it stood at a moment.

    Args:
        run: As it stood.
        moment: Seconds since 1970.
        position: Seconds of its working time.
    """
    note = f"REPLAY: as it stood at {show_duration(position)} of its working time."
    return TimeTold.of(run, time_report(run, moment), [note, *_about(run)])


def ended(run: Run) -> TimeTold:
    """Of a run that nobody writes. Blocks."""
    notes = [] if run.finished is not None else [_BROKEN_OFF]
    return TimeTold.of(run, time_report(run), [*notes, *_about(run)])


def read(folder: Path) -> TimeTold:
    """Of whatever stands in a run's folder. Blocks.

    Raises:
        StorageError: when nothing of it can be read.
    """
    run, damage = past_runs.open_as_far(folder)
    subject = Subject.of(run, folder, damage=damage)
    standing = {"RUNNING": [_SO_FAR], "INTERRUPTED": [_BROKEN_OFF]}
    notes = list(standing.get(subject.standing, []))
    notes += [f"Its journal can be read only in part: {damage}"] if damage else []
    return TimeTold.of(run, time_report(run, subject.now), [*notes, *_about(run)])


def _about(run: Run) -> list[str]:
    """What of its times is not what it seems."""
    notes = []
    if told := badge(run):
        notes.append(f"{told}: {words(run)}")
    if len(run.sessions) > 1:
        notes.append(
            f"It was gone on with: {len(run.sessions)} sessions. The time between does not count."
        )
    return notes
