"""Project: a folder with everything that is needed to run plans in it.

The command line and the app both start, resume, list and open runs through
this one door, so that they do the same. It never reads the user's
configuration or the environment itself: its maker hands it what they say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchtui.engine import fold, journal, summary
from orchtui.engine import second_opinion as opinions
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError, NoBackendError, RunNotFoundError, StorageError
from orchtui.engine.hindrances import refuse
from orchtui.engine.independence import IndependenceReport, check
from orchtui.engine.journal import RUNS
from orchtui.engine.orchestrator import Crew, Orchestrator
from orchtui.engine.plan import Limits, Plan
from orchtui.engine.run import Run
from orchtui.engine.schedule import NO_LIMITS, NO_OVERRIDES, Overrides, Schedule, build
from orchtui.engine.specialists import Diagnostic, Specialist, find
from orchtui.engine.text import clean_line


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
    """Agent files that could not be loaded."""
    overrides: Overrides = NO_OVERRIDES
    """What the command line said."""
    defaults: Limits = NO_LIMITS
    """The user's own limits."""

    def check(self, plan: Plan) -> IndependenceReport:
        """What a run of this plan is staged by."""
        return check(plan)

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
        refuse(plan)  # there is no order in a plan whose tasks wait for each other
        return build(
            plan,
            backend=self._default_for(plan),
            overrides=self.overrides,
            defaults=self.defaults,
            specialist_models={
                name: specialist.model
                for name, specialist in self.specialists.items()
                if specialist.model
            },
            report=self.check(plan) if report is None else report,
        )

    def warnings(self, schedule: Schedule) -> list[str]:
        """What a person should know before this schedule runs."""
        names = dict.fromkeys(task.specialist for task in schedule.tasks if not task.command)
        warnings = [
            f"there is no agent file for '{name}': its tasks run without instructions of their own"
            for name in names
            if find(self.specialists, name) is None
        ]
        warnings += [f"{one.path}: not loaded: {one.message}" for one in self.diagnostics]
        return warnings

    def start(self, plan: Plan, report: IndependenceReport | None = None) -> Orchestrator:
        """A new run of a plan, ready to be entered.

        Args:
            plan: What was asked for.
            report: As for `schedule`.

        Raises:
            InputError, NoBackendError: nothing was started.
        """
        schedule = self.schedule(plan, report)
        return Orchestrator(plan, schedule, self._crew(schedule), folder=self.folder, out=self.out)

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
        )

    def list_runs(self) -> list[summary.Summary]:
        """All runs, the newest first."""
        return summary.load_all(self.out / RUNS)

    def open_run(self, run_id: str) -> Run:
        """A past run, folded from its journal.

        Args:
            run_id: An id, a unique prefix, or `last`.

        Raises:
            RunNotFoundError: when none or several fit.
            StorageError: when the journal can not be read.
        """
        path = self.run_folder(run_id)
        opened = fold.replay(journal.read(path))
        if opened is None:
            raise StorageError(f"{path}: the journal is empty")
        if opened.id != path.name:
            # A copied folder, or a forged one: going on with it would write into another run.
            raise StorageError(f"{path}: the journal is of another run, '{clean_line(opened.id)}'")
        return opened

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run, by id, unique prefix, or `last`.

        Raises:
            RunNotFoundError: when none or several fit.
        """
        folder = self.out / RUNS
        # A journal without its first event is of a run that could not even begin.
        journals = (path for path in folder.glob(f"*/{journal.FILE}") if path.stat().st_size)
        ids = sorted(path.parent.name for path in journals)
        if run_id == "last" and ids:
            return folder / ids[-1]
        found = [i for i in ids if i == run_id] or [i for i in ids if i.startswith(run_id)]
        if len(found) == 1 and run_id:
            return folder / found[0]
        if not ids:
            raise RunNotFoundError(f"there are no runs in {folder}")
        if not found:
            raise RunNotFoundError(f"no run begins with '{run_id}'; see `orchtui runs list`")
        raise RunNotFoundError(f"'{run_id}' fits {len(found)} runs: {', '.join(found[:5])}")

    async def second_opinion(
        self, plan: Plan, *, limit: float = opinions.TIMEOUT
    ) -> opinions.Opinion:
        """Ask a model which tasks of a plan are not independent; see `second_opinion.ask`.

        Args:
            plan: What to ask about.
            limit: Seconds for the whole answer.

        Raises:
            NoBackendError: when no backend with a model is chosen, or it can not be used here.
        """
        name, model = self.opinion_backend(plan)
        backend = self.backends.open([name])[name]
        card = find(self.specialists, opinions.ROLE)
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
        card = find(self.specialists, opinions.ROLE)
        return name, self.overrides.model or (card.model if card else None) or plan.model

    async def close(self) -> None:
        """End what the backends hold: connections, the local model."""
        await self.backends.close()

    def _default_for(self, plan: Plan) -> str:
        """The backend for tasks that name none; asked for only when there is such a task."""
        if self.overrides.backend:
            return self.overrides.backend
        needs_one = any(
            task.enabled and not (task.command or task.backend or plan.backend)
            for task in plan.tasks
        )
        if needs_one:
            return self.backends.default()
        if plan.aggregate == "synthesize":
            try:
                return self.backends.default()
            except NoBackendError:
                return ""  # the run collects instead, and says so
        return ""

    def _crew(self, schedule: Schedule) -> Crew:
        wanted = {task.specialist for task in schedule.tasks} | {"synthesizer"}
        systems = {}
        for name in wanted:
            if (specialist := find(self.specialists, name)) is not None:
                systems[name] = specialist.system
        return Crew(backends=self.backends.open(schedule.backends), systems=systems)
