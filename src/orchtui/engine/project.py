"""Project: a folder with everything that is needed to run plans in it.

The command line and the app both start, resume, list and open runs through
this one door, so that they do the same. It never reads the user's
configuration or the environment itself: its maker hands it what they say.
"""

import asyncio
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from msgspec import structs

from orchtui.engine import dangers, isolation, past_runs, summary
from orchtui.engine import second_opinion as opinions
from orchtui.engine.agent_card import Card, card
from orchtui.engine.backends.names import PROGRAMS
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.fitting import Fitter
from orchtui.engine.hindrances import refuse
from orchtui.engine.independence import Finding, IndependenceReport, check
from orchtui.engine.journal import RUNS
from orchtui.engine.orchestrator import Crew, Orchestrator
from orchtui.engine.paid import Estimate, estimate
from orchtui.engine.plan import Limits, Plan
from orchtui.engine.resolve import ORCHESTRATOR, Overrides, Resolver
from orchtui.engine.run import Run
from orchtui.engine.schedule import NO_LIMITS, NO_OVERRIDES, Schedule, build_with
from orchtui.engine.specialists import Agents, Diagnostic, Specialist, find
from orchtui.engine.trust import Danger, Own, UntrustedError
from orchtui.engine.trust_store import TrustStore, untrusted
from orchtui.engine.workspace.git import is_repository


@dataclass(slots=True)
class Project:
    """One project folder."""

    folder: Path
    """Where programs run and paths in plans begin."""
    out: Path
    """The artifacts folder."""
    backends: Backends
    specialists: Mapping[str, Specialist] = field(default_factory=dict)
    """As `specialists.load_all` gives them."""
    diagnostics: Sequence[Diagnostic] = ()
    """What is to be told of agent files that gave no specialist."""
    agents: Agents | None = None
    """Reads the agent files again; where there is none, the specialists stay as they are."""
    overrides: Overrides = NO_OVERRIDES
    """What the command line said."""
    defaults: Limits = NO_LIMITS
    """The user's own limits."""
    trust: TrustStore = field(default_factory=TrustStore)
    """What the user has agreed to so far."""
    own: Own = Own()
    """What of the configuration is the user's own."""
    attended: bool = False
    """Whether a person is at the screen, who may be asked something while a run goes on."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _fitter: tuple[Mapping[str, Specialist], Fitter] | None = None

    def check(self, plan: Plan) -> IndependenceReport:
        """What a run of this plan is staged by."""
        self.reread()
        return self._check(self._resolver(plan))

    def reread(self) -> None:
        """Take in agent files that have changed. Touches the disk: not for the event loop."""
        if self.agents is not None:
            with self._lock:
                self.specialists, self.diagnostics = self.agents.current()

    def card(self, specialist: Specialist) -> Card:
        """What a specialist really gets here, in a task that says nothing about it."""
        backend = self.overrides.backend or specialist.backend
        backend = backend or ("command" if specialist.command else self._unasked())

        def resolve(model: str | None) -> str | None:
            if model is not None and not self.backends.knows_model(backend, model):
                return None
            return self.backends.model_id(backend, self.overrides.model or model)

        tools, web = self.backends.offers(backend)
        return card(specialist, resolve_model=resolve, backend=backend, tools=tools, web=web)

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
        resolver = self._resolver(plan)
        built = build_with(
            resolver,
            backend=self._default_for(resolver),
            report=self._check(resolver) if report is None else report,
        )
        if unknown := [name for name in built.backends if name not in self.backends.names]:
            there = ", ".join(self.backends.names)
            raise NoBackendError(f"there is no backend '{unknown[0]}'; there are {there}")
        cards = {task.id: resolver.who(task).card for task in plan.tasks if task.enabled}
        tasks = isolation.isolate(built.tasks, cards, repository=True)
        if tasks != built.tasks and not is_repository(self.folder):
            tasks = isolation.isolate(built.tasks, cards, repository=False)
        return structs.replace(built, tasks=tasks)

    def _resolver(self, plan: Plan) -> Resolver:
        return Resolver(
            plan,
            overrides=self.overrides,
            defaults=self.defaults,
            specialists=self.specialists,
            fit=self.fitter(),
            knows=self.backends.knows_model,
        )

    def _check(self, resolver: Resolver) -> IndependenceReport:
        return check(resolver.plan, self._in_one_folder(resolver))

    def _in_one_folder(self, resolver: Resolver) -> list[Finding]:
        """Programs that could write to the project folder at the same time."""
        tasks = [task for task in resolver.plan.tasks if task.enabled]
        default = self._unasked()
        cards_of = self.specialists.values()
        named = {default, self.overrides.backend, resolver.plan.backend}
        named |= {"command" if task.command else task.backend for task in tasks}
        named |= {"command" if card.command else card.backend for card in cards_of}
        if PROGRAMS.isdisjoint(named):
            return []  # before anybody looks whom a task's words fit
        hows = {task.id: resolver.chosen(task) for task in tasks}
        backends = {name: how.backend if how else default for name, how in hows.items()}
        cards = {task.id: resolver.who(task).card for task in tasks}
        found = isolation.findings(tasks, backends, cards, repository=False)
        # Asked last: git is a program too, and most plans need no answer.
        return found if found and not is_repository(self.folder) else []

    def _unasked(self) -> str:
        """The backend for work for which nobody chose one; nothing where there is none."""
        try:
            return self.backends.default()
        except NoBackendError:
            return ""

    def fitter(self) -> Fitter:
        """Says which specialist fits the words of a task that names nobody."""
        if self._fitter is None or self._fitter[0] is not self.specialists:
            self._fitter = (self.specialists, Fitter(self.specialists))
        return self._fitter[1]

    def warnings(self, schedule: Schedule) -> list[str]:
        """What a person should know before this schedule runs."""
        names = dict.fromkeys(task.specialist for task in schedule.tasks if not task.command)
        warnings = [
            f"there is no agent file for '{name}': its tasks run without instructions of their own"
            for name in names
            if find(self.specialists, name) is None
        ]
        warnings += [
            f"{one.path}: not loaded: {one.message}"
            for one in self.diagnostics
            if one.severity != "info"
        ]
        return [*warnings, *self._passed_over(schedule)]

    def _passed_over(self, schedule: Schedule) -> list[str]:
        """What an agent file says and this run does not do."""
        told: dict[str, None] = {}
        for task in schedule.tasks:
            one = find(self.specialists, task.specialist)
            if one is None or one.model is None or self.overrides.model is not None:
                continue
            if not self.backends.knows_model(task.backend, one.model) and task.model != one.model:
                told[
                    f"'{task.backend}' does not know the model '{one.model}' of {one.name}: "
                    f"its own is used"
                ] = None
        return list(told)

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
        if self.trust.paid_noted(self.folder):
            return None
        return estimate(
            schedule, self._systems(schedule), profiles=self.backends.profiles, done=done
        )

    def _own(self) -> Own:
        names = {*self.own.backends, *([self.overrides.backend] if self.overrides.backend else [])}
        if self.overrides.backend is None and self.backends.chosen is None:
            names.add(self._unasked())
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
        card = find(self.specialists, ORCHESTRATOR)
        return name, self.overrides.model or (card.model if card else None) or plan.model

    async def close(self) -> None:
        """End what the backends hold: connections, the local model."""
        await self.backends.close()

    def _default_for(self, resolver: Resolver) -> str:
        """The backend for tasks that name none; asked for only when there is such a task."""
        plan = resolver.plan
        if self.overrides.backend:
            return self.overrides.backend
        if any(task.enabled and resolver.chosen(task) is None for task in plan.tasks):
            return self.backends.default()
        # Without one the run collects instead, and says so.
        return self._unasked() if plan.aggregate == "synthesize" else ""

    def _crew(self, schedule: Schedule) -> Crew:
        bare = {task.backend for task in schedule.tasks if not task.command}
        with_program = {task.backend for task in schedule.tasks} - bare
        return Crew(
            backends=self.backends.open(schedule.backends, with_program),
            systems=self._systems(schedule),
        )

    def _systems(self, schedule: Schedule) -> dict[str, str]:
        """What each specialist is told, by name."""
        wanted = {task.specialist for task in schedule.tasks} | {"synthesizer"}
        systems = {}
        for name in wanted:
            if (specialist := find(self.specialists, name)) is not None:
                systems[name] = specialist.system
        if (lead := find(self.specialists, ORCHESTRATOR)) is not None:
            parts = (lead.system, systems.get("synthesizer", ""))
            systems["synthesizer"] = "\n\n".join(part for part in parts if part)
        return systems
