"""Orchestrator: one session of one run, from the first event to the published files.

It joins the executor, the journal, the fold and the artifacts: every event is
on disk before it is applied to the Run, and applied before anybody is told.
Use it as an async context manager and iterate over it to the end:

    async with Orchestrator(plan, schedule, crew, folder=folder, out=out) as orchestrator:
        async for event in orchestrator:
            ...  # orchestrator.run is up to date

A front end pulls the events and reads `run`; this module never calls one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from types import TracebackType

import msgspec

from orchtui.engine.aggregation import joining, session_end
from orchtui.engine.aggregation.synthesizing import Synthesizing, Wiring
from orchtui.engine.backends.base import Backend
from orchtui.engine.backends.footprints import FOOTPRINTS
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.backends.registry import Elsewhere
from orchtui.engine.errors import IllegalTransitionError, OrchtuiError
from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.budget import Budget
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.lanes import Limiters
from orchtui.engine.execution.shedding import Use
from orchtui.engine.execution.steering import Steering
from orchtui.engine.journals import journal as journals
from orchtui.engine.journals.disk import Disk, clear_away
from orchtui.engine.plans.plan import Plan
from orchtui.engine.resumption.opening import Place, Terms, begin, go_on
from orchtui.engine.resumption.reuse import Reuse
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.run_folders.artifacts import RESULT, Artifacts
from orchtui.engine.run_folders.storage import Storage
from orchtui.engine.run_folders.writing import Writing
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.sessions.feed import Feed
from orchtui.engine.telling.storage_words import last_words
from orchtui.engine.workspace.of_run import workspaces_of
from orchtui.engine.workspace.site import BareWorkspaces, Workspaces

NO_TERMS = Terms()
_AT_ONCE = 1000
"""Events that are committed in one go: where thousands of tasks end together, keys are answered and
the screen is painted in between."""


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """Who works: the backends by name, and what each specialist is told."""

    backends: Mapping[str, Backend]
    systems: Mapping[str, str] = {}
    elsewhere: Elsewhere | None = None
    """Where attempts run; `None` for here."""
    redactor: Redactor = NOTHING
    """Hides the secrets of the environment."""
    limiters: Limiters | None = None
    """What is known of the servers' limits; shared by all runs of a project."""
    usual: Mapping[str, Use] = {}
    """What tasks like it took in earlier runs, by the task's id."""


class Orchestrator:
    """One session of a run.

    Args:
        plan: What was asked for.
        schedule: What will run, from `schedule.build`.
        crew: Who works. The backends are not closed here: they may serve the next run.
        folder: The project folder, where programs run.
        out: The artifacts folder; the run gets `out/runs/<id>/`.
        past: The run to go on with, from `journal.read` and `fold.replay`.
        terms: What is reused, and what else is written down when the session begins.
        attended: Whether a person is at the screen, to be asked.
    """

    def __init__(
        self,
        plan: Plan,
        schedule: Schedule,
        crew: Crew,
        *,
        folder: Path,
        out: Path,
        past: Run | None = None,
        terms: Terms = NO_TERMS,
        attended: bool = False,
    ) -> None:
        self._plan = plan
        self._schedule = schedule
        self._crew = crew
        self._folder = folder.resolve()
        self._out = out
        self._past = past
        self._terms = terms
        self._attended = attended
        self._systems = dict(crew.systems)
        self._workspaces: Workspaces | None = None
        self._files: Artifacts | None = None
        """Until there is a storage, which may have others in the end."""
        self._storage: Storage | None = None
        self._executor: Executor | None = None
        self._synthesis: Synthesizing | None = None
        self._budget = Budget.of(schedule)
        self._cancelled = False
        self.run: Run
        """The fold of all events so far. There from `__aenter__` on."""

    @property
    def schedule(self) -> Schedule:
        """What runs."""
        return self._schedule

    @property
    def reuse(self) -> Reuse | None:
        """What becomes of the results of an earlier session or run; `None` where nobody looked."""
        return self._terms.reuse

    @property
    def done(self) -> frozenset[str]:
        """Ids of the tasks whose results are there already."""
        if self._terms.reuse is not None:
            return frozenset(self._terms.reuse.reused)
        past = self._past
        return frozenset(task.id for task in past.with_status("completed")) if past else frozenset()

    @property
    def result(self) -> str:
        """The result as it is published, also where nothing could be written."""
        assert self._storage is not None
        return self._storage.artifacts.result

    @property
    def writing(self) -> Writing | None:
        """What of its files is being written that takes long; nothing of what does not."""
        files = self._storage.artifacts if self._storage is not None else self._files
        return files.writing if files is not None else None

    @property
    def only_writes(self) -> bool:
        """Whether nothing is left to cancel: all tasks have ended, and so has the synthesis."""
        if self._storage is None or self.steering is not None:
            return False
        return not self._schedule.synthesizes or self.run.aggregated is not None

    @property
    def begun(self) -> bool:
        """Whether there is a run: something was written."""
        return self._storage is not None

    def is_bug(self, error: Exception) -> bool:
        """Whether what ended this session is nothing that a person, a file or a disk did."""
        # Of a run that goes on, an event that does not fit is not a bad journal.
        own = isinstance(error, OrchtuiError)
        return not own or (isinstance(error, IllegalTransitionError) and self.begun)

    def now(self) -> float:
        """Seconds since 1970 by the session's clock, which no change of the wall clock moves."""
        return self._stamp.now()

    @property
    def run_folder(self) -> Path:
        """Where everything of this run lives."""
        return self.out / journals.RUNS / self.run.id

    @property
    def out(self) -> Path:
        """The artifacts folder; at the end another one where the run had to be saved elsewhere."""
        return self._out if self._storage is None else self._storage.artifacts.out

    async def __aenter__(self) -> "Orchestrator":
        """Make the run folder and write the session's first event.

        Raises:
            InputError: when attempts are to run elsewhere and can not; nothing was written.
            StorageError: when the folder can not be written, or another process writes this run.
        """
        if self._crew.elsewhere is not None:
            # Whoever names a program of its own does not need the usual one.
            names = {task.backend for task in self._schedule.tasks if not task.command}
            await self._crew.elsewhere.ready(self._schedule.needs, sorted(names))
            self._terms = msgspec.structs.replace(self._terms, cluster=self._crew.elsewhere.address)
        disk, schedule = Disk(), self._schedule
        place = Place(self._out, disk, asyncio.get_running_loop().time)
        try:
            opened = await (
                begin(self._plan, schedule, self._terms, place)
                if self._past is None
                else go_on(self._past, schedule, self._terms, place)
            )
            self.run, journal, self._stamp, self._told = opened
        except BaseException:
            disk.close()
            raise
        try:
            artifacts = self._files = Artifacts(self._out, self._folder, self.run, disk)
            await artifacts.begin()
            where = (self._folder, self.run_folder, self._out)
            more = (schedule.tasks, self.now, self._crew.redactor)
            of_run = partial(workspaces_of, staged=self._crew.elsewhere is not None)
            self._workspaces = await asyncio.to_thread(of_run, *where, *more)
        except BaseException:
            # Nobody will leave what was never entered, and nothing was started.
            await journal.close()
            await clear_away(disk, self.run_folder if self._past is None else None)
            disk.close()
            raise
        self._feed = Feed(self._stamp)
        self._storage = Storage(self.run, journal, artifacts, disk, self._feed.tell)
        self._storage.start()
        self._executor = Executor(
            self._schedule,
            self._crew.backends,
            self._stamp,
            workspaces=self._workspaces,
            attended=self._attended,
            systems=self._systems,
            redactor=self._crew.redactor,
            results={task.id: task.text for task in self.run.with_status("completed")},
            attempts={task.id: task.last_number for task in self.run.tasks.values()},
            time_left=session_end.time_for_tasks(schedule),
            limiters=self._crew.limiters,
            budget=self._budget,
            usual=self._crew.usual,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop what still runs. A run that is left before its end stays interrupted on disk."""
        try:
            for executor in (self._executor, self._synthesis):
                if executor is not None:
                    await executor.close()
        finally:
            assert self._storage is not None
            await self._storage.close()

    async def __aiter__(self) -> AsyncIterator[ev.RunEvent]:
        """Work, and tell every event once it is on disk and applied."""
        for event in self._told:
            yield event
        async with aclosing(self._batches()) as batches:
            async for batch in batches:
                for start in range(0, len(batch), _AT_ONCE):
                    for event in await self._commit(batch[start : start + _AT_ONCE]):
                        yield event

    def last_words(self) -> list[str]:
        """What must not be missed after the end, each once: what is not on the disk or elsewhere,
        and which workers of a cluster were not used."""
        told = self._crew.elsewhere.warnings() if self._crew.elsewhere is not None else []
        return told + (last_words(self.run, self.out, self._out) if self._storage else [])

    # What a person may do meanwhile

    def cancel(self, task_id: str) -> bool:
        """Stop one task; False when it has ended already."""
        if self._storage is not None:
            self._storage.hurry()
        if task_id == ev.AGGREGATE:
            return self._synthesis is not None and self._synthesis.cancel()
        return self._executor is not None and self._executor.steering.cancel(task_id)

    def cancel_all(self) -> None:
        """Stop the run; iterate on to its end to have everything written."""
        self._cancelled = True
        if self._storage is not None:
            self._storage.hurry()
        if self._executor is not None and self._executor.live:
            self._executor.steering.cancel_all()
        if self._synthesis is not None:
            self._synthesis.cancel_all()

    def retry(self, task_ids: Iterable[str]) -> list[str]:
        """Try failed or cancelled tasks again while others still run.

        Returns:
            The ids that will run again: none once the run has no live task left.
        """
        if self._executor is None or not self._executor.live:
            return []
        return self._executor.steering.retry(task_ids)

    @property
    def steering(self) -> Steering | None:
        """What a person may change beside that; `None` once no task of the run is live."""
        executor = self._executor
        return executor.steering if executor is not None and executor.live else None

    def looked_at(self, task_id: str) -> Looked | None:
        """What a running task's programs have of memory, as they were looked at last; of the
        synthesis too. `None` where it has none, or nothing is known yet."""
        synthesis = self._synthesis.executor if self._synthesis is not None else None
        at_work = synthesis if task_id == ev.AGGREGATE else self._executor
        return at_work.looked_at(task_id) if at_work is not None else None

    @property
    def programs(self) -> Looked | None:
        """What all programs that run have together, as they were looked at last."""
        return FOOTPRINTS.together

    def add(self, more: Addition) -> bool:
        """Let one more task take part; False when the run has ended, or has such a task."""
        if self.steering is None or self._workspaces is None:
            return False
        self._workspaces.add(more.scheduled)
        self._systems.update(more.systems)
        return self.steering.add(more)

    def answer(self, question: str, allowed: bool) -> bool:
        """Answer what a task's program wants to be allowed; False when that is over."""
        return self._executor is not None and self._executor.answer(question, allowed)

    # The session

    async def _batches(self) -> AsyncGenerator[list[ev.RunEvent], None]:
        """All events after the first. Each batch is committed before the next is asked for."""
        assert self._executor is not None
        async with aclosing(self._feed.of(self._executor)) as batches:
            async for batch in batches:
                yield batch
        asked = self._schedule.aggregate
        fallback: str | None = None
        if asked == "synthesize":
            fallback = session_end.why_not_synthesize(
                self.run, self._schedule, self._budget, cancelled=self._cancelled
            )
            if fallback is None:
                self._synthesis = self._synthesizing()
                async with aclosing(self._synthesis.batches()) as batches:
                    async for batch in batches:
                        yield batch
                fallback = self._synthesis.fallback
        read = await asyncio.to_thread(
            joining.read_results, self.run, joining.strategy_done(asked, fallback)
        )
        joined = joining.aggregated(self.run, self._stamp, asked, fallback, read, RESULT)
        yield [*self._feed.take(), joined]
        assert self._storage is not None
        await self._storage.settle()
        yield [*self._feed.take(), self._conclusion()]
        await self._storage.settle()
        while late := self._feed.take():
            yield late

    async def _commit(self, said: Sequence[ev.RunEvent]) -> Sequence[ev.RunEvent]:
        """Disk first, then the Run, then the files; the events as they were written."""
        assert self._storage is not None
        batch = self._crew.redactor.events(said)
        await self._storage.keep(batch)
        for event in batch:
            fold.apply(self.run, event)
        await self._storage.follow(batch)
        return batch

    def _synthesizing(self) -> Synthesizing:
        clock = asyncio.get_running_loop().time
        more = (self._feed.of, self._feed.take)
        wiring = Wiring(self._synthesizer, self._stamp, clock, *more)
        return Synthesizing(self.run, self._schedule, wiring)

    def _synthesizer(self, tasks: tuple[ScheduledTask, ...], stamp: Stamp) -> Executor:
        """What works on the synthesis, or on the parts that come before it."""
        left = session_end.time_for_synthesis(self.run, self._schedule, self._stamp.now())
        earlier = self.run.aggregate.made if self.run.aggregate is not None else 0
        return Executor(
            session_end.schedule_of_synthesis(self._schedule, tasks),
            self._crew.backends,
            stamp,
            workspaces=BareWorkspaces(str(self._folder)),
            systems=self._crew.systems,
            redactor=self._crew.redactor,
            attempts={ev.AGGREGATE: earlier},
            time_left=left,
            limiters=self._crew.limiters,
            budget=self._budget,
        )

    def _conclusion(self) -> ev.RunFinished:
        return session_end.conclusion(self.run, self._stamp)
