"""Behind the end: a past run's journal is opened for a moment, to write what came after its end.

Ratings, choices, judgements and results that were joined once more are written here, in the
same steps: nobody else may be writing the run, what is written has to fit the run as it stands
by then, and its files are made anew from it. This module never decides what is written, never
asks a model and never runs a task.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from orchtui.engine.errors import InputError
from orchtui.engine.journals import journal as journals
from orchtui.engine.journals.disk import Disk
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.run_folders import past_runs
from orchtui.engine.run_folders.artifacts import Artifacts
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run

MakeAll = Callable[[Run, Stamp], Sequence[ev.RunEvent]]
"""Makes the events for the run as it stands in its journal, numbered from there on. Raises
InputError where there can be none."""


class Place(NamedTuple):
    """Where a past run is."""

    out: Path
    """The artifacts folder."""
    project: Path
    """The project folder, absolute."""
    folder: Path
    """The run's."""


async def place_of(out: Path, project: Path, run_id: str) -> Place:
    """Where a run is that nobody writes just now.

    Args:
        out: The artifacts folder.
        project: The project folder.
        run_id: An id, a unique prefix, or `last`.

    Raises:
        RunAliveError: when a process writes it.
        RunNotFoundError, StorageError: as they say.
    """
    return await asyncio.to_thread(_place_of, out, project, run_id)


def _place_of(out: Path, project: Path, run_id: str) -> Place:
    folder = past_runs.run_folder(out, run_id)
    if journals.is_alive(folder):
        past_runs.refuse_alive(folder, past_runs.open_run(out, folder.name))
    return Place(out, project.resolve(), folder)


async def write_behind(
    place: Place,
    make: MakeAll,
    redactor: Redactor = NOTHING,
    before_files: Callable[[], None] = lambda: None,
    *,
    publish: bool = True,
) -> Run:
    """Write events behind the end of a run, and its files as they are from then on.

    Once begun it is carried through, whoever is cancelled meanwhile: half of it would be a journal
    and files that do not say the same, and what was paid for would be told nowhere.

    Args:
        place: Of the run.
        make: Makes the events.
        redactor: Hides secrets in them.
        before_files: Called in the disk's thread when the events are written and the files are
            not yet.
        publish: Whether the published result becomes this run's, also where a later run has
            published since: a person has just said that it is the one.

    Returns:
        The run with the events.

    Raises:
        InputError: when there can be no such events.
        StorageError: when another process writes it by now, or the disk refuses.
    """
    write = _write(place, make, redactor, before_files, publish=publish)
    writing = asyncio.create_task(write, name="write behind")
    while not writing.done():
        with contextlib.suppress(asyncio.CancelledError):  # too late: it takes only a moment
            await asyncio.wait((writing,))
    return writing.result()


async def _write(
    place: Place,
    make: MakeAll,
    redactor: Redactor,
    before_files: Callable[[], None],
    *,
    publish: bool,
) -> Run:
    disk = Disk()
    try:
        journal = await journals.Journal.reopen(place.folder, disk)
        try:
            run = await asyncio.to_thread(past_runs.open_run, place.out, place.folder.name)
            made = make(run, Stamp(asyncio.get_running_loop().time, run.seq))
            hidden = redactor.events(made)
            for event in hidden:  # what does not fit is not written: nobody could read the run
                fold.apply(run, event)
            await journal.append(hidden)
            await disk.do(partial(before_files))
            await Artifacts(place.out, place.project, run, disk, publish=publish).rewrite()
        finally:
            await journal.close()
    finally:
        disk.close()
    return run


def require_ended(run: Run) -> None:
    """Let a run pass whose results are what they are.

    Raises:
        InputError: when it has not ended.
    """
    if run.finished is None:
        raise InputError.of(
            f"run {run.id} has not ended; go on with it first: `orchtui runs resume {run.id}`"
        )
