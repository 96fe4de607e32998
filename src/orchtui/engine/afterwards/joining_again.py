"""Joining again: the results of a run that has ended, by another strategy; no task runs.

A synthesis is made first, without touching the run; only then its journal is opened for
the moment of writing, and its files are written and published anew. The result that was
there is put aside, not replaced. Of one that is stopped only what it used is written down.
This module never runs a task of the plan.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from orchtui.engine.afterwards.behind_end import (
    MakeAll,
    Place,
    place_of,
    require_ended,
    write_behind,
)
from orchtui.engine.afterwards.remaking import Maker, Remaking, Told
from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.journals import files
from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.run_folders import past_runs
from orchtui.engine.run_folders.artifacts import RESULT
from orchtui.engine.runs.run import Run


class Asked(NamedTuple):
    """What is wanted of a run that has ended."""

    strategy: AggregateStrategy
    maker: Maker | None = None
    """`None` where no synthesis is made."""


def joinable(run: Run) -> None:
    """Let a run pass whose results can be joined.

    Raises:
        InputError: when it has not ended, or nothing completed.
    """
    require_ended(run)
    if not run.with_status("completed"):
        raise InputError.of(f"run {run.id} has no result: no task completed")


async def join_again(
    out: Path,
    project: Path,
    run_id: str,
    asked: Asked,
    *,
    redactor: Redactor = NOTHING,
    told: Told = lambda batch: None,
) -> Run:
    """Join a run's results once more, and publish what comes of it.

    A synthesis that can not stand gives way to `collect`, as in a run: `run.aggregated.fallback`
    says why, and what the attempt used is written down. When this is cancelled the result stays
    what it was, and only what was used by then is written down, see `AggregationStopped`; `told`
    hears of it.

    Args:
        out: The artifacts folder.
        project: The project folder.
        run_id: An id, a unique prefix, or `last`.
        asked: What is wanted.
        redactor: Hides secrets in what is said.
        told: Hears what happens meanwhile.

    Returns:
        The run with its new result.

    Raises:
        InputError: when the run has not ended, nothing completed, or it went on meanwhile.
        RunAliveError: when a process writes the run.
        RunNotFoundError, StorageError: as they say.
    """
    place = await place_of(out, project, run_id)
    run = await asyncio.to_thread(past_runs.open_run, out, place.folder.name)
    joinable(run)
    ended = run.finished
    one = Remaking(run, asked.strategy, asked.maker, place.project, redactor, told)
    try:
        events = await one.made()
    except (asyncio.CancelledError, Exception):  # also a bug must not hide what it cost
        await _note_use(place, one, redactor, told)
        raise
    written = False

    def before_files() -> None:
        nonlocal written
        written = True
        _put_aside(place.folder, asked.maker is not None)

    try:
        return await write_behind(place, _behind(ended, events), redactor, before_files)
    except InputError:  # the run was gone on with, and has ended again
        await _note_use(place, one, redactor, told)
        raise
    except StorageError:  # nothing can be written, or another process writes it
        if not written:  # else only its files are behind: the run has the new result
            told(_use(one, Stamp(asyncio.get_running_loop().time)))
        raise


def _use(one: Remaking, stamp: Stamp) -> list[ev.RunEvent]:
    """What it used without a result; empty where nobody was asked."""
    stopped = one.stopped(stamp)
    return [stopped] if stopped is not None else []


async def _note_use(place: Place, one: Remaking, redactor: Redactor, told: Told) -> None:
    """Write down what was used, and nothing else.

    Raises:
        StorageError: when it can not be written; it is told all the same.
    """
    if not _use(one, Stamp(asyncio.get_running_loop().time)):
        return
    said: list[ev.RunEvent] = []

    def make(run: Run, stamp: Stamp) -> Sequence[ev.RunEvent]:
        said.extend(_use(one, stamp))
        return said

    try:
        await write_behind(place, make, redactor, publish=False)
    finally:
        told(said or _use(one, Stamp(asyncio.get_running_loop().time)))


def _behind(ended: ev.RunFinished | None, events: Sequence[ev.RunEvent]) -> MakeAll:
    """The events, numbered for where they are written.

    Args:
        ended: How the run had ended when they were made.
        events: Of the aggregation.
    """

    def make(run: Run, stamp: Stamp) -> Sequence[ev.RunEvent]:
        if run.finished != ended:
            raise InputError.of(f"run {run.id} was gone on with meanwhile: join it again")
        # A person may have chosen or rated meanwhile.
        return [
            msgspec.structs.replace(event, seq=run.seq + number)
            for number, event in enumerate(events, 1)
        ]

    return make


def _put_aside(folder: Path, synthesis: bool) -> None:
    """A run folder only grows: the result that was there stays beside the new one.

    Blocks.

    Args:
        folder: The run's.
        synthesis: Whether another synthesis takes the place of the one that may be there.
    """
    number = 1
    while (folder / f"parallel-result-joined-{number}.md").exists():
        number += 1
    paths = [folder / RESULT, *([folder / ev.output_file(0)] if synthesis else [])]
    files.move_all({path: path.with_stem(f"{path.stem}-joined-{number}") for path in paths})
