"""Joining again: the results of a run that has ended, by another strategy; no task runs.

A synthesis is made first, without touching the run; only then its journal is opened for
the moment of writing, and its files are written and published anew. The result that was
there is put aside, not replaced. This module never runs a task of the plan.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from orchtui.engine import events as ev
from orchtui.engine import files, fold, past_runs
from orchtui.engine import journal as journals
from orchtui.engine.aggregation import joining
from orchtui.engine.aggregation.synthesizing import MakeExecutor, Synthesizing, Wiring
from orchtui.engine.artifacts import RESULT, Artifacts
from orchtui.engine.backends.base import Backend
from orchtui.engine.budget import Budget
from orchtui.engine.choice.choosing import require_ended
from orchtui.engine.disk import Disk
from orchtui.engine.errors import InputError
from orchtui.engine.executor import Executor
from orchtui.engine.lanes import Limiters
from orchtui.engine.plan import AggregateStrategy
from orchtui.engine.redaction import NOTHING, Redactor
from orchtui.engine.run import Run
from orchtui.engine.schedule import Schedule, ScheduledTask
from orchtui.engine.stamp import Stamp
from orchtui.engine.workspace.site import BareWorkspaces

Told = Callable[[Sequence[ev.RunEvent]], object]
"""Hears what happens while a synthesis is made; nothing of it is on the disk yet."""


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a synthesis after the end of a run."""

    schedule: Schedule
    """The run's, with the backend and the model that are asked, and today's prices."""
    backend: Backend
    systems: Mapping[str, str] = {}
    limiters: Limiters | None = None


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
    says why, and what the attempt used is written down. When this is cancelled nothing is.

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
    folder, project = await asyncio.to_thread(
        lambda: (past_runs.run_folder(out, run_id), project.resolve())
    )
    run = await asyncio.to_thread(_opened, out, folder)
    joinable(run)
    ended = run.finished
    events = await _made(run, asked, project, redactor, told)
    made = _Made(events, ended, asked.maker is not None)
    return await _written(_Place(out, project, folder), made, redactor)


class _Place(NamedTuple):
    out: Path
    project: Path
    folder: Path


class _Made(NamedTuple):
    events: list[ev.RunEvent]
    ended: ev.RunFinished | None
    """How the run had ended when they were made."""
    another: bool
    """Whether there is another synthesis among them."""


async def _written(place: _Place, made: _Made, redactor: Redactor) -> Run:
    """Write events behind a run's end, and its files as they are from then on."""
    out, project, folder = place
    disk = Disk()
    try:
        journal = await journals.Journal.reopen(folder, disk)
        try:
            now = await asyncio.to_thread(past_runs.open_run, out, folder.name)
            if now.finished != made.ended:
                raise InputError.of(f"run {now.id} was gone on with meanwhile: join it again")
            # A person may have chosen or rated meanwhile.
            renumbered = [
                msgspec.structs.replace(event, seq=now.seq + number)
                for number, event in enumerate(made.events, 1)
            ]
            hidden = redactor.events(renumbered)
            await journal.append(hidden)
            for event in hidden:
                fold.apply(now, event)
            await disk.do(partial(_put_aside, folder, made.another))
            await Artifacts(out, project, now, disk).rewrite()
        finally:
            await journal.close()
    finally:
        disk.close()
    return now


def _opened(out: Path, folder: Path) -> Run:
    run = past_runs.open_run(out, folder.name)
    past_runs.refuse_alive(folder, run)
    return run


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


async def _made(
    run: Run, asked: Asked, project: Path, redactor: Redactor, told: Told
) -> list[ev.RunEvent]:
    """All events of the aggregation, applied to a run that nobody else has."""
    clock = asyncio.get_running_loop().time
    stamp = Stamp(clock, run.seq)
    maker = asked.maker
    events: list[ev.RunEvent] = []

    def take(batch: Sequence[ev.RunEvent]) -> None:
        for event in batch:
            if ev.joins(event):  # limits of servers are over with it
                fold.apply(run, event)
                events.append(event)
        told(batch)

    first = stamp(
        ev.AggregationAsked,
        strategy=asked.strategy,
        backend=maker.schedule.backend if maker is not None else "",
        model=maker.schedule.model if maker is not None else None,
        prices=maker.schedule.prices if maker is not None else None,
    )
    take([first])
    fallback: str | None = None
    if asked.strategy == "synthesize" and maker is not None:
        make = _executors(run, maker, project, redactor)
        synthesis = Synthesizing(
            run, maker.schedule, Wiring(make, stamp, clock, lambda one: one.batches())
        )
        try:
            async with aclosing(synthesis.batches()) as batches:
                async for batch in batches:
                    take(redactor.events(batch))
        finally:
            await synthesis.close()
        fallback = synthesis.fallback
    strategy = joining.strategy_done(asked.strategy, fallback)
    read = await asyncio.to_thread(joining.read_results, run, strategy)
    take([joining.aggregated(run, stamp, asked.strategy, fallback, read, RESULT)])
    return events


def _executors(run: Run, maker: Maker, project: Path, redactor: Redactor) -> MakeExecutor:
    """Makes executors that share one budget, as those of a session do."""
    schedule, budget = maker.schedule, Budget.of(maker.schedule)
    earlier = run.aggregate.made if run.aggregate is not None else 0

    def make(tasks: tuple[ScheduledTask, ...], stamp: Stamp) -> Executor:
        return Executor(
            Schedule(
                tasks=tasks,
                concurrency=schedule.concurrency,
                rate=schedule.rate,
                backend=schedule.backend,
            ),
            {schedule.backend: maker.backend},
            stamp,
            workspaces=BareWorkspaces(str(project)),
            systems=maker.systems,
            redactor=redactor,
            attempts={ev.AGGREGATE: earlier},
            limiters=maker.limiters,
            budget=budget,
        )

    return make
