"""Project: a folder with everything that is needed to run plans in it.

The command line and the app both start, resume, list and open runs through
this one door, so that they do the same. It never reads the user's
configuration or the environment itself: its maker hands it what they say.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from msgspec import structs

from orchtui.engine import budget, dangers, isolation, past_runs, past_work, summary
from orchtui.engine import second_opinion as opinions
from orchtui.engine.addition import Addition, addition, with_task
from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.estimates import Estimate, estimate
from orchtui.engine.hindrances import refuse
from orchtui.engine.independence import IndependenceReport, check
from orchtui.engine.journal import RUNS
from orchtui.engine.lanes import Limiters
from orchtui.engine.orchestrator import Crew, Orchestrator
from orchtui.engine.paid import spending
from orchtui.engine.plan import Plan, Task
from orchtui.engine.resolve import ORCHESTRATOR, Resolver
from orchtui.engine.run import Run
from orchtui.engine.schedule import Schedule, build_with
from orchtui.engine.specialists import find
from orchtui.engine.staff import Staff
from orchtui.engine.trust import Danger, Own, UntrustedError
from orchtui.engine.trust_store import TrustStore, untrusted
from orchtui.engine.workspace.git import is_repository


@dataclass(slots=True, kw_only=True)
class Project(Staff):
    """One project folder."""

    folder: Path
    """Where programs run and paths in plans begin."""
    out: Path
    """The artifacts folder."""
    trust: TrustStore = field(default_factory=TrustStore)
    """What the user has agreed to so far."""
    own: Own = Own()
    """What of the configuration is the user's own."""
    attended: bool = False
    """Whether a person is at the screen, who may be asked something while a run goes on."""
    _limiters: Limiters = field(init=False)
    """What runs have learned of the servers' limits."""

    def __post_init__(self) -> None:
        profiles = self.backends.profiles.items()
        rates = {name: profile.rate for name, profile in profiles if profile.rate is not None}
        self._limiters = Limiters(rates)

    def check(self, plan: Plan) -> IndependenceReport:
        """What a run of this plan is staged by."""
        self.reread()
        return self._report(self.resolver(plan))

    def schedule(self, plan: Plan, report: IndependenceReport | None = None) -> Schedule:
        """Resolve a plan; nothing is started.

        Args:
            plan: What was asked for.
            report: Of this very plan, from `check` and whoever else was asked; made here where
                there is none, which takes its time with very many tasks.

        Raises:
            InputError: when the plan can not start.
            NoBackendError: when a task needs a model and nobody chose how to reach one.
        """
        self.reread()
        refuse(plan)  # there is no order in a plan whose tasks wait for each other
        resolver = self.resolver(plan)
        built = build_with(
            resolver,
            backend=self.default_for(resolver),
            report=self._report(resolver) if report is None else report,
        )
        if unknown := [name for name in built.backends if name not in self.backends.names]:
            there = ", ".join(self.backends.names)
            raise NoBackendError(f"there is no backend '{unknown[0]}'; there are {there}")
        cards = {task.id: resolver.who(task).card for task in plan.tasks if task.enabled}
        tasks = isolation.isolate(built.tasks, cards, repository=True)
        if tasks != built.tasks and not is_repository(self.folder):
            tasks = isolation.isolate(built.tasks, cards, repository=False)
        built = structs.replace(built, tasks=tasks, prices=self.prices_for(built))
        budget.require_prices(built, self.backends.model_id)
        return built

    def _report(self, resolver: Resolver) -> IndependenceReport:
        found = self.in_one_folder(resolver)
        # Asked last: git is a program too, and most plans need no answer.
        return check(resolver.plan, [] if found and is_repository(self.folder) else found)

    def start(self, plan: Plan, report: IndependenceReport | None = None) -> Orchestrator:
        """A new run of a plan, ready to be entered.

        Args:
            plan: What was asked for.
            report: As for `schedule`.

        Raises:
            InputError, NoBackendError: nothing was started.
        """
        schedule = self.schedule(plan, report)
        return Orchestrator(
            plan,
            schedule,
            self._crew(schedule),
            folder=self.folder,
            out=self.out,
            attended=self.attended,
        )

    def addition(self, run: Run, task: Task) -> Addition:
        """One more task for a run that goes on, for `Orchestrator.add`.

        Reads files: not for the event loop.

        Raises:
            InputError, NoBackendError: it can not be started, or not in this run.
        """
        whole = self.schedule(with_task(run, task))
        return addition(run, task, whole, self.systems(whole))

    def resume(self, run_id: str) -> Orchestrator:
        """Go on with a past run: what completed is kept, the rest runs again.

        Raises:
            InputError: when everything has completed already.
            RunNotFoundError, StorageError, NoBackendError: as they say.
        """
        past = self.open_run(run_id)
        whole = past.aggregated is not None and past.aggregated.fallback is None
        if whole and len(past.with_status("completed")) == len(past.tasks):
            raise InputError.of(f"run {past.id} has nothing left to do: every task completed")
        return Orchestrator(
            past.plan,
            past.schedule,
            self._crew(past.schedule),
            folder=self.folder,
            out=self.out,
            past=past,
            attended=self.attended,
        )

    def list_runs(self) -> list[summary.Summary]:
        """All runs, the newest first."""
        return summary.load_all(self.out / RUNS)

    def open_run(self, run_id: str) -> Run:
        """A past run; see `past_runs.open_run`."""
        return past_runs.open_run(self.out, run_id)

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run; see `past_runs.run_folder`."""
        return past_runs.run_folder(self.out, run_id)

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
        found = dangers.of_run(
            schedule,
            self.specialists,
            folder=self.folder,
            plan_name=plan_name,
            profiles=self.backends.profiles,
            own=self._own(),
            done=done,
        )
        return untrusted(found, self.trust, self.folder)

    def untrusted_backend(self, name: str) -> tuple[Danger, ...]:
        """The same, of asking one backend something outside a run."""
        found = dangers.of_backend(
            name, folder=self.folder, profiles=self.backends.profiles, own=self._own()
        )
        return untrusted(found, self.trust, self.folder)

    def unseen_estimate(self, schedule: Schedule, done: Collection[str] = ()) -> Estimate | None:
        """What the first paid run here is about to use; `None` where it is not, or was seen."""
        if not self.spends(schedule) or self.trust.paid_noted(self.folder):
            return None
        found = self.estimate(schedule, done)
        return found if found.paid else None

    def spends(self, schedule: Schedule) -> bool:
        """Whether a run may cost money."""
        return not spending(self.backends.profiles).isdisjoint(schedule.backends)

    def estimate(self, schedule: Schedule, done: Collection[str] = ()) -> Estimate:
        """What a run is about to use, as far as that can be told.

        Reads files: not for the event loop.

        Args:
            schedule: Of a new run, or of a past one that goes on.
            done: Ids of tasks that do not run again.
        """
        return estimate(
            schedule,
            self.systems(schedule),
            spending=spending(self.backends.profiles),
            resolve=self.backends.model_id,
            past=past_work.load(self.out / RUNS, summary.FILE),
            done=done,
        )

    def _own(self) -> Own:
        names = {*self.own.backends, *([self.overrides.backend] if self.overrides.backend else [])}
        if self.overrides.backend is None and self.backends.chosen is None:
            names.add(self.unasked())
        return replace(self.own, backends=names)

    async def second_opinion(
        self, plan: Plan, *, limit: float = opinions.TIMEOUT
    ) -> opinions.Opinion:
        """Ask a model which tasks of a plan are not independent; see `second_opinion.ask`.

        Args:
            plan: What to ask about.
            limit: Seconds for the whole answer.

        Raises:
            NoBackendError: when no backend with a model is chosen, or it can not be used here.
            UntrustedError: when nobody has agreed to what asking it would run or send.
        """
        name, model = self.opinion_backend(plan)
        if new := await asyncio.to_thread(self.untrusted_backend, name):
            raise UntrustedError(new)
        backend = self.backends.open([name])[name]
        card = find(self.specialists, ORCHESTRATOR)
        return await opinions.ask(
            backend,
            plan,
            folder=str(self.folder.resolve()),
            model=model,
            instructions=card.system if card else "",
            limit=limit,
        )

    def opinion_backend(self, plan: Plan) -> tuple[str, str | None]:
        """Who would be asked: a backend, and a model where one is named.

        Raises:
            NoBackendError: when no backend with a model is chosen.
        """
        planned = plan.backend if plan.backend != "command" else None
        name = self.overrides.backend or planned or self.backends.default()
        opinions.require_model(name)
        return name, self.resolver(plan).lead_model(name)

    async def close(self) -> None:
        """End what the backends hold: connections, the local model."""
        await self.backends.close()

    def _crew(self, schedule: Schedule) -> Crew:
        bare = {task.backend for task in schedule.tasks if not task.command}
        with_program = {task.backend for task in schedule.tasks} - bare
        return Crew(
            backends=self.backends.open(schedule.backends, with_program),
            systems=self.systems(schedule),
            limiters=self._limiters,
        )
