"""Project: a folder with everything that is needed to run plans in it.

The command line and the app both start, resume, list and open runs through
this one door, so that they do the same. It never reads the user's
configuration or the environment itself: its maker hands it what they say.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.errors import InputError
from orchtui.engine.estimates import past_work
from orchtui.engine.estimates.paid import spending
from orchtui.engine.execution.lanes import Limiters
from orchtui.engine.independence import IndependenceReport
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.plans.plan import AggregateStrategy, Plan, Task
from orchtui.engine.resumption.resuming import Prospect
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import rehearsed
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import SYNTHESIZER, Overrides
from orchtui.engine.scheduling.schedule import NO_OVERRIDES, Schedule
from orchtui.engine.sessions.asking import Asking
from orchtui.engine.trusting.trust import Danger, UntrustedError
from orchtui.engine.trusting.trust_store import untrusted

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.afterwards import remaking
    from orchtui.engine.afterwards.joining_estimate import JoiningEstimate
    from orchtui.engine.estimates import estimate_words
    from orchtui.engine.estimates.estimates import Estimate
    from orchtui.engine.execution.addition import Addition
    from orchtui.engine.history.run_history import History
    from orchtui.engine.sessions.orchestrator import Crew, Orchestrator


@dataclass(slots=True, kw_only=True)
class Project(Asking):
    """One project folder."""

    attended: bool = False
    """Whether a person is at the screen, who may be asked something while a run goes on."""
    cluster: Cluster | None = None
    """Where attempts run; `None` for here. `backends` have it too."""
    _limiters: Limiters = field(init=False)
    """What runs have learned of the servers' limits."""

    def __post_init__(self) -> None:
        profiles = self.backends.profiles.items()
        rates = {name: profile.rate for name, profile in profiles if profile.rate is not None}
        self._limiters = Limiters(rates)

    # Runs: begun, gone on with, taken over from

    def start(
        self, plan: Plan, report: IndependenceReport | None = None, parent: str | None = None
    ) -> "Orchestrator":
        """A new run of a plan, ready to be entered.

        Args:
            plan: What was asked for.
            report: As for `schedule`.
            parent: A past run whose unchanged results it takes over.

        Raises:
            InputError, NoBackendError, RunNotFoundError, StorageError: nothing was started.
        """
        return self.begin(self.prospect(plan, report, parent))

    def addition(self, run: Run, task: Task) -> "Addition":
        """One more task for a run that goes on, for `Orchestrator.add`.

        Reads files: not for the event loop.

        Raises:
            InputError, NoBackendError: it can not be started, or not in this run.
        """
        from orchtui.engine.execution.addition import (  # not before the first paint
            addition,
            with_task,
        )

        whole = self.draw_up(with_task(run, task), run.overrides, used=run, same_run=True)
        systems = self.systems(whole)
        self.backends.redactor.refuse(task, systems)
        more = addition(run, task, whole, systems)
        return structs.replace(more, fingerprint=self.fingerprints_of(whole)[task.id])

    def resume(self, run_id: str, flags: Overrides = NO_OVERRIDES) -> "Orchestrator":
        """Go on with a past run: what has not changed since it completed is kept.

        Args:
            run_id: An id, a unique prefix, or `last`.
            flags: Today's, over those that the run was started with.

        Raises:
            InputError: when nothing is left to do, or the run can not go on.
            RunAliveError: when another process is writing it.
            RunNotFoundError, StorageError, NoBackendError: as they say.
        """
        return self.begin(self.prospect_of(run_id, flags))

    def begin(self, prospect: Prospect) -> "Orchestrator":
        """A session, ready to be entered.

        Raises:
            InputError: when a run that goes on has nothing left to do.
            NoBackendError: when a backend can not be used here.
        """
        from orchtui.engine.sessions.orchestrator import Orchestrator  # not before the first paint

        if prospect.past is not None and prospect.nothing_left:
            why = "every task completed, and nothing that it depends on has changed since"
            raise InputError.of(f"run {prospect.past.id} has nothing left to do: {why}")
        return Orchestrator(
            prospect.plan,
            prospect.schedule,
            self._crew(prospect.plan, prospect.schedule),
            folder=self.folder,
            out=self.out,
            past=prospect.past,
            terms=prospect.terms,
            attended=self.attended,
        )

    def list_runs(self) -> list[summary.Summary]:
        """All runs, the newest first."""
        return summary.load_all(self.out / RUNS)

    def history(self) -> "History":
        """All runs as a whole: found again, searched, compared over time. Opens a file."""
        from orchtui.engine.history.run_history import History  # not before the first paint

        return History(self.out, redactor=self.backends.redactor)

    # The results of a run, joined another way after its end

    async def aggregate(
        self,
        run: Run,
        strategy: AggregateStrategy,
        *,
        told: "remaking.Told" = lambda batch: None,
    ) -> Run:
        """Join a past run's results once more; see `joining_again.join_again`.

        Args:
            run: A run that has ended.
            strategy: How.
            told: Hears what happens while a synthesis is made.

        Raises:
            InputError: when it has not ended, or nothing completed.
            NoBackendError: when a synthesis is wanted and nobody can make it.
            UntrustedError: when nobody has agreed to what asking would run or send.
            RunAliveError, StorageError: as they say.
        """
        from orchtui.engine.afterwards import joining_again  # not before the first paint

        joining_again.joinable(run)
        maker = await asyncio.to_thread(self._maker, run) if strategy == "synthesize" else None
        return await joining_again.join_again(
            self.out,
            self.folder,
            run.id,
            joining_again.Asked(strategy, maker),
            redactor=self.backends.redactor,
            told=told,
        )

    def aggregation_backend(self, run: Run) -> tuple[str, str | None]:
        """Who would make a synthesis of a past run: a backend, and a model where one is named.

        The one that is chosen today, else the run's own. A rehearsal only where all was rehearsed.

        Raises:
            InputError: when the run has not ended, or nothing completed.
            NoBackendError: when there is none with a model.
        """
        from orchtui.engine.afterwards.joining_again import joinable  # not before the first paint
        from orchtui.engine.consulting.one_answer import require_model

        joinable(run)
        name = self.overrides.backend or run.schedule.backend or self.backends.default()
        done = run.with_status("completed")
        if name != "rehearsal" or not all(rehearsed.is_made_up(run, task) for task in done):
            require_model(name, "a synthesis")
        return name, self.resolver(run.plan).lead_model(name)

    def untrusted_aggregation(self, run: Run) -> tuple[Danger, ...]:
        """What asking a synthesizer would do on the project's word that nobody has agreed to yet.

        Reads files: not for the event loop.

        Raises:
            InputError, NoBackendError: as `aggregation_backend` does.
        """
        name, model = self.aggregation_backend(run)
        system = self.systems(run.schedule).get(SYNTHESIZER, "")
        return self._untrusted(name, model, system)

    def aggregation_estimate(self, run: Run) -> "JoiningEstimate":
        """What a synthesis of a past run would take.

        Reads files: not for the event loop.

        Raises:
            InputError, NoBackendError: as `aggregation_backend` does.
        """
        from orchtui.engine.afterwards.joining_estimate import joining_estimate

        schedule = self._joining_schedule(run)
        prices, name = schedule.prices, schedule.backend
        return joining_estimate(
            run,
            schedule,
            self.systems(schedule).get(SYNTHESIZER, ""),
            paid=name in spending(self.backends.profiles),
            price=prices.price(name, schedule.model) if prices is not None else None,
        )

    def _joining_schedule(self, run: Run) -> Schedule:
        """A past run's schedule with who is asked for a synthesis, and today's prices."""
        name, model = self.aggregation_backend(run)
        schedule = structs.replace(
            run.schedule, aggregate="synthesize", backend=name, model=model, deadline=None
        )
        return structs.replace(schedule, prices=self.prices_for(schedule))

    def _maker(self, run: Run) -> "remaking.Maker":
        """Who makes a synthesis of a past run.

        Raises:
            NoBackendError, UntrustedError: as `aggregate` does.
        """
        from orchtui.engine.afterwards.remaking import Maker  # not before the first paint

        if new := self.untrusted_aggregation(run):
            raise UntrustedError(new)
        schedule = self._joining_schedule(run)
        return Maker(
            schedule=schedule,
            backend=self.backends.open([schedule.backend])[schedule.backend],
            systems=self.systems(schedule),
            limiters=self._limiters,
        )

    # What a person has to agree to

    def untrusted(
        self, schedule: Schedule, plan_name: str = "the plan", done: Collection[str] = ()
    ) -> tuple[Danger, ...]:
        """What a run would do on the project's word that nobody has agreed to yet.

        Reads files: not for the event loop.

        Args:
            schedule: Of a new run, or of a past one that goes on.
            plan_name: What to call the plan.
            done: Ids of tasks that do not run again.
        """
        from orchtui.engine.trusting import dangers  # not before the first paint

        found = dangers.of_run(
            schedule,
            self.specialists,
            folder=self.folder,
            plan_name=plan_name,
            profiles=self.backends.profiles,
            own=self._own(),
            done=done,
            systems=self.systems(schedule),
        )
        return (*untrusted(found, self.trust, self.folder), *self.untrusted_cluster())

    def untrusted_cluster(self) -> tuple[Danger, ...]:
        """The cluster, where only the project names it and nobody has agreed to it yet."""
        from orchtui.engine.trusting import dangers  # not before the first paint

        if self.cluster is None:
            return ()
        found = dangers.of_cluster(self.cluster, folder=self.folder, own=self._own())
        return untrusted(found, self.trust, self.folder)

    def unseen_estimate(self, schedule: Schedule, done: Collection[str] = ()) -> "Estimate | None":
        """What the first paid run here is about to use; `None` where it is not, or was seen."""
        if not self._spends(schedule) or self.trust.paid_noted(self.folder):
            return None
        found = self.estimate(schedule, done)
        return found if found.paid else None

    def estimate_notice(
        self, schedule: Schedule, done: Collection[str] = ()
    ) -> "estimate_words.Notice":
        """What is told of any other run's estimate: nothing where no money and no limit is at
        stake. Arguments are those of `estimate`."""
        from orchtui.engine.estimates import estimate_words  # not before the first paint

        budgeted = schedule.budget_usd is not None or schedule.budget_tokens is not None
        if not (budgeted or schedule.deadline is not None or self._spends(schedule)):
            return estimate_words.Notice()
        found = self.estimate(schedule, done)
        line = estimate_words.brief(found) if budgeted or found.paid else ""
        return estimate_words.Notice(line, estimate_words.too_much(found, schedule))

    def _spends(self, schedule: Schedule) -> bool:
        """Whether a run may cost money."""
        return not spending(self.backends.profiles).isdisjoint(schedule.backends)

    def estimate(self, schedule: Schedule, done: Collection[str] = ()) -> "Estimate":
        """What a run is about to use, as far as that can be told.

        Reads files: not for the event loop.

        Args:
            schedule: Of a new run, or of a past one that goes on.
            done: Ids of tasks that do not run again.
        """
        from orchtui.engine.estimates.estimates import estimate  # not before the first paint

        return estimate(
            schedule,
            self.systems(schedule),
            spending=spending(self.backends.profiles),
            resolve=self.backends.model_id,
            past=self._past_work(),
            done=done,
        )

    def usual_seconds(self, schedule: Schedule) -> dict[str, float]:
        """How long tasks of each one's kind took in earlier runs, by id.

        Reads files: not for the event loop.
        """
        from orchtui.engine.estimates import forecast  # not before the first paint

        return forecast.usual_seconds(schedule, self._past_work(), self.backends.model_id)

    async def close(self) -> None:
        """End what the backends hold: connections, the local model."""
        await self.backends.close()

    def _crew(self, plan: Plan, schedule: Schedule) -> "Crew":
        from orchtui.engine.execution.experience import usual_use
        from orchtui.engine.sessions.orchestrator import Crew  # not before the first paint

        redactor, systems = self.backends.redactor, self.systems(schedule)
        redactor.refuse(plan, schedule, systems)
        bare = {task.backend for task in schedule.tasks if not task.command}
        with_program = {task.backend for task in schedule.tasks} - bare
        return Crew(
            backends=self.backends.open_for_runs(schedule.backends, with_program),
            elsewhere=self.backends.elsewhere,
            systems=systems,
            redactor=redactor,
            limiters=self._limiters,
            # Only who may run out of something has to know what will be used.
            usual=usual_use(schedule, self._past_work(), self.backends.model_id)
            if schedule.is_limited
            else {},
        )

    def _past_work(self) -> past_work.PastWork:
        return past_work.load(self.out / RUNS, summary.FILE)
