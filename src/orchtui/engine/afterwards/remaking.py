"""Remaking: what joins the results of an ended run once more, before any of it is written.

All events are applied to a Run that nobody else has. Whoever stops it is told what it had used
by then, as one event: the result that was there stays what it was, and no money is lost
silently. This module never writes a file and never runs a task of the plan.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

import msgspec

from orchtui.engine.aggregation import joining
from orchtui.engine.aggregation.synthesizing import Synthesizing, Wiring
from orchtui.engine.backends.base import Backend
from orchtui.engine.execution.budget import Budget
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.lanes import Limiters
from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.run_folders.artifacts import RESULT
from orchtui.engine.runs import costs, fold
from orchtui.engine.runs.costs import NOTHING as NO_COST
from orchtui.engine.runs.costs import Cost
from orchtui.engine.runs.run import Attempt, Run
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.workspace.site import BareWorkspaces

Told = Callable[[Sequence[ev.RunEvent]], object]
"""Hears what happens while a synthesis is made; nothing of it is on the disk yet."""

STOP_WITHIN = 5.0
"""Seconds that whoever stops it waits for what was used to be known."""


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a synthesis after the end of a run."""

    schedule: Schedule
    """The run's, with the backend and the model that are asked, and today's prices."""
    backend: Backend
    systems: Mapping[str, str] = {}
    limiters: Limiters | None = None


class Remaking:
    """One aggregation of a run that has ended.

    Args:
        run: Nobody else's; it is changed.
        strategy: What is wanted.
        maker: `None` where no synthesis is made.
        project: The project folder.
        redactor: Hides secrets in what is said.
        told: Hears what happens meanwhile.
    """

    def __init__(
        self,
        run: Run,
        strategy: AggregateStrategy,
        maker: Maker | None,
        project: Path,
        redactor: Redactor,
        told: Told,
    ) -> None:
        self._run = run
        self._strategy = strategy
        self._maker = maker
        self._project = project
        self._redactor = redactor
        self._told = told
        self._before = len(run.aggregate.attempts) if run.aggregate is not None else 0
        self._began = 0.0
        self._synthesis: Synthesizing | None = None
        self._stopping = False
        self._stopped: Executor | None = None
        """What was told to stop."""
        self.events: list[ev.RunEvent] = []
        """Of the aggregation, so far."""

    async def made(self) -> list[ev.RunEvent]:
        """Have it made; all its events.

        Whoever cancels this is let go once what it asked has ended, or after `STOP_WITHIN`
        seconds; then `stopped` says what was used.
        """
        making = asyncio.create_task(self._make(), name="aggregate")
        try:
            await asyncio.shield(making)
        except asyncio.CancelledError:
            self._stopping = True
            self._stop()
            try:
                await asyncio.wait((making,), timeout=STOP_WITHIN)
            finally:
                making.cancel()
                making.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
        return self.events

    def stopped(self, stamp: Stamp) -> ev.AggregationStopped | None:
        """What it had used when it was stopped; `None` where nobody was asked yet."""
        made, run = self._run.aggregate, self._run
        attempts = made.attempts[self._before :] if made is not None else []
        parts = run.reduced
        if self._maker is None or not (attempts or parts):
            return None
        cost = sum((self._cost(one) for one in attempts), NO_COST)
        cost = sum((fold.cost_of(part) for part in parts), cost)
        usage = sum((one.usage for one in attempts), ev.Usage())
        return stamp(
            ev.AggregationStopped,
            strategy=self._strategy,
            backend=self._maker.schedule.backend,
            model=attempts[-1].model if attempts else self._maker.schedule.model,
            parts=sum(not part.problem for part in parts),
            took_s=round(max(0.0, stamp.now() - self._began), 3),
            usage=sum((part.usage for part in parts), usage),
            cost=cost.exact,
            cost_at_least=cost.at_least,
        )

    def _stop(self) -> None:
        """Stop what is asked just now, once: being stopped is an event as well."""
        synthesis = self._synthesis
        if synthesis is None or synthesis.executor is self._stopped:
            return
        if synthesis.cancel():  # else it is about to begin
            self._stopped = synthesis.executor

    def _cost(self, attempt: Attempt) -> Cost:
        if attempt.ended is not None:
            return attempt.cost
        # It did not end in time: what it used is not known.
        return costs.of_attempt(
            self._run.schedule.prices,
            attempt.backend,
            attempt.model,
            attempt.usage,
            stopped=True,
            length=attempt.length,
        )

    async def _make(self) -> None:
        clock = asyncio.get_running_loop().time
        stamp = Stamp(clock, self._run.seq)
        self._began, maker = stamp.now(), self._maker
        first = stamp(
            ev.AggregationAsked,
            strategy=self._strategy,
            backend=maker.schedule.backend if maker is not None else "",
            model=maker.schedule.model if maker is not None else None,
            prices=maker.schedule.prices if maker is not None else None,
        )
        self._take([first])
        fallback: str | None = None
        if self._strategy == "synthesize" and maker is not None:
            fallback = await self._synthesize(maker, stamp)
        if self._stopping:
            return
        strategy = joining.strategy_done(self._strategy, fallback)
        read = await asyncio.to_thread(joining.read_results, self._run, strategy)
        self._take([joining.aggregated(self._run, stamp, self._strategy, fallback, read, RESULT)])

    async def _synthesize(self, maker: Maker, stamp: Stamp) -> str | None:
        clock = asyncio.get_running_loop().time
        budget = Budget.of(maker.schedule)

        def make(tasks: tuple[ScheduledTask, ...], of: Stamp) -> Executor:
            return self._executor(maker, budget, tasks, of)

        wiring = Wiring(make, stamp, clock, lambda one: one.batches())
        self._synthesis = Synthesizing(self._run, maker.schedule, wiring)
        try:
            async with aclosing(self._synthesis.batches()) as batches:
                async for batch in batches:
                    self._take(self._redactor.events(batch))
                    if self._stopping:  # what began since then is stopped, too
                        self._stop()
        finally:
            await self._synthesis.close()
        return self._synthesis.fallback

    def _take(self, batch: Sequence[ev.RunEvent]) -> None:
        for event in batch:
            if ev.joins(event):  # limits of servers are over with it
                fold.apply(self._run, event)
                self.events.append(event)
        self._told(batch)

    def _executor(
        self, maker: Maker, budget: Budget, tasks: tuple[ScheduledTask, ...], stamp: Stamp
    ) -> Executor:
        """One of those that share a budget, as those of a session do."""
        schedule = maker.schedule
        return Executor(
            Schedule(
                tasks=tasks,
                concurrency=schedule.concurrency,
                rate=schedule.rate,
                backend=schedule.backend,
            ),
            {schedule.backend: maker.backend},
            stamp,
            workspaces=BareWorkspaces(str(self._project)),
            systems=maker.systems,
            redactor=self._redactor,
            attempts={ev.AGGREGATE: self._run.aggregate.made if self._run.aggregate else 0},
            limiters=maker.limiters,
            budget=budget,
        )
