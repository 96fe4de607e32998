"""Opening: how a session of a run begins, up to its first events on the disk.

A new run, one that takes over what an earlier run made, or one that goes on.
This module never runs a task.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from orchtui import __version__
from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal as journals
from orchtui.engine.journals.disk import Disk, clear_away
from orchtui.engine.journals.files import make_own_folder
from orchtui.engine.plans.plan import Plan
from orchtui.engine.resumption import inheriting
from orchtui.engine.resumption.reuse import Reuse, compare
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp, new_run_id
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.scheduling.schedule import NO_OVERRIDES, Schedule


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a session is begun with, beside its plan and its schedule."""

    overrides: Overrides = NO_OVERRIDES
    """The flags that hold."""
    fingerprints: Mapping[str, Fingerprint] = {}
    """Of the schedule's tasks, by id; empty where nobody asks what can be reused."""
    reuse: Reuse | None = None
    """Which results of `parent`, or of the run that goes on, are taken; `None`: of a run that goes
    on, all that completed."""
    parent: Run | None = None
    """The run whose results a new one takes over."""
    again_of: str = ""
    """Id of the run whose plan a new one runs once more."""
    cluster: str = ""
    """Address of the cluster on which its attempts run; empty where they run here."""


class Place(NamedTuple):
    """Where and when a session is written."""

    out: Path
    """The artifacts folder."""
    disk: Disk
    clock: Callable[[], float]
    """The session's; see `Stamp`."""


class Opened(NamedTuple):
    """A session that has begun."""

    run: Run
    journal: journals.Journal
    """Open; whoever gets it closes it."""
    stamp: Stamp
    told: list[ev.RunEvent]
    """The first events: on the disk and applied."""


async def begin(plan: Plan, schedule: Schedule, terms: Terms, place: Place) -> Opened:
    """Make the folder of a new run, and write its first events.

    Args:
        plan: What was asked for.
        schedule: What will run.
        terms: What else is written down.
        place: Where it is written.

    Raises:
        StorageError: when the folder can not be written, or what is taken over can not be read;
            nothing is left of it.
    """
    stamp, parent = Stamp(place.clock), terms.parent
    first = stamp(
        ev.RunStarted,
        format=ev.FORMAT,
        run=new_run_id(),
        plan=plan,
        schedule=schedule,
        rehearsal="rehearsal" in schedule.backends,
        version=__version__,
        fingerprints=dict(terms.fingerprints),
        overrides=terms.overrides,
        parent=parent.id if parent else "",
        again_of=terms.again_of,
        pid=os.getpid(),
        cluster=terms.cluster,
    )
    run = fold.start(first)
    told: list[ev.RunEvent] = [first]
    folder = place.out / journals.RUNS / run.id
    try:
        await place.disk.do(partial(make_own_folder, folder))
        if parent is not None and terms.reuse is not None:
            taken = terms.reuse.reused
            earlier = place.out / journals.RUNS / parent.id
            await asyncio.to_thread(inheriting.copy_files, parent, earlier, taken, folder)
            for task_id in taken:
                event = inheriting.reused(parent, task_id, run.tasks[task_id].task.position, stamp)
                told.append(event)
                fold.apply(run, event)
        journal = await journals.Journal.create(folder, place.disk)
        return Opened(run, journal, stamp, await _written(journal, told))
    except BaseException:
        await clear_away(place.disk, folder)
        raise


async def go_on(past: Run, schedule: Schedule, terms: Terms, place: Place) -> Opened:
    """Take up a past run again, and write that it goes on.

    Args:
        past: The run as it was read.
        schedule: What will run.
        terms: What else is written down.
        place: Where it is written.

    Raises:
        StorageError: when another process writes this run, or went on with it meanwhile.
    """
    folder = place.out / journals.RUNS / past.id
    journal = await journals.Journal.reopen(folder, place.disk)
    try:
        # Another session may have written since `past` was read; now nobody else can.
        run = await asyncio.to_thread(lambda: fold.replay(journals.read(folder)))
        if run is None:
            raise StorageError(f"{folder}: the journal is empty")
        reused, reasons = _kept(run, schedule, terms)
        stamp = Stamp(place.clock, run.seq)
        again = tuple(task_id for task_id in run.tasks if task_id not in reused)
        first = stamp(
            ev.RunResumed,
            why="asked for by hand",
            reused=tuple(task_id for task_id in run.tasks if task_id in reused),
            again=again,
            reasons=reasons,
            schedule=schedule if terms.reuse else None,
            fingerprints=dict(terms.fingerprints),
            overrides=terms.overrides if terms.reuse else None,
            pid=os.getpid(),
            cluster=terms.cluster,
        )
        fold.apply(run, first)
        return Opened(run, journal, stamp, await _written(journal, [first]))
    except BaseException:
        await journal.close()
        raise


def _kept(run: Run, schedule: Schedule, terms: Terms) -> tuple[frozenset[str], dict[str, str]]:
    """Whose results stand, and why the others run again.

    Raises:
        StorageError: when more runs again than was agreed to.
    """
    if terms.reuse is None:
        return frozenset(task.id for task in run.with_status("completed")), {}
    now = compare(run, schedule, terms.fingerprints)
    if not now.reasons.keys() <= terms.reuse.reasons.keys():
        raise StorageError(f"run {run.id} was gone on with meanwhile; look at it again")
    return frozenset(now.reused), now.reasons


async def _written(journal: journals.Journal, told: list[ev.RunEvent]) -> list[ev.RunEvent]:
    try:
        await journal.append(told)
    except BaseException:
        await journal.close()
        raise
    return told
