"""Prospects: what would run if a plan, or a past run, were started now; nothing is.

Staff and a plan make a Schedule; a past run beside them says which of its
results stand. Flags, agent files and configuration are today's; what a past run
was started with holds where those say nothing. This module reads the project
folder and its runs, and never writes a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import structs

from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.execution import budget
from orchtui.engine.independence import Finding, IndependenceReport, check
from orchtui.engine.journals import journal
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.plans.hindrances import refuse
from orchtui.engine.plans.plan import Plan
from orchtui.engine.resumption import resuming
from orchtui.engine.resumption.resuming import Prospect
from orchtui.engine.run_folders import past_runs, rescue, summary
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling import isolation
from orchtui.engine.scheduling.fingerprint import Fingerprint, fingerprints
from orchtui.engine.scheduling.resolve import Overrides, Resolver
from orchtui.engine.scheduling.schedule import NO_OVERRIDES, Schedule, build
from orchtui.engine.staff.staff import Staff
from orchtui.engine.workspace.git import is_repository

_FEW = 3
"""Tasks, and files of one, that a warning names."""
_MOST_LOOKED_AT = 1000
"""Tasks whose command lines are looked at for a warning."""


@dataclass(slots=True, kw_only=True)
class Prospects(Staff):
    """The staff of one project folder, and what it would do."""

    folder: Path
    """Where programs run and paths in plans begin."""
    out: Path
    """The artifacts folder."""
    _checked: tuple[Plan, list[Finding], IndependenceReport] | None = field(
        default=None, init=False, repr=False
    )
    """What was looked at last, and what came of it: thousands of tasks are compared for seconds, by
    whoever shows the plan and then by whoever starts it."""

    def warnings(self, schedule: Schedule) -> list[str]:
        """What a person should know before this schedule runs."""
        # Not `super()`: a dataclass with slots is another class than the one that is written here.
        return Staff.warnings(self, schedule) + self._stays_here(schedule)

    def check(self, plan: Plan) -> IndependenceReport:
        """What a run of this plan is staged by."""
        self.reread()
        return self._report(self.resolver(plan))

    def _stays_here(self, schedule: Schedule) -> list[str]:
        """Files that a task's command names, where it gets only those that it declares."""
        if self.backends.elsewhere is None:
            return []
        from orchtui.engine.workspace.declared_files import undeclared  # not before the first paint

        programs = [task for task in schedule.tasks if task.backend in PROGRAMS and task.command]
        found = [
            f"task '{task.id}' names {', '.join(names[:_FEW])} in its command and not under reads: "
            f"no worker gets that"
            for task in programs[:_MOST_LOOKED_AT]
            if (names := undeclared(task, self.folder))
        ]
        more = len(found) - _FEW
        return found[:_FEW] + ([f"and {more} more tasks name such files"] if more > 0 else [])

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
        return self.draw_up(plan, self.overrides, report)

    def draw_up(
        self,
        plan: Plan,
        overrides: Overrides,
        report: IndependenceReport | None = None,
        *,
        used: Run | None = None,
        order: Run | None = None,
        same_run: bool = False,
    ) -> Schedule:
        """`schedule`, with what an earlier run or session says.

        Args:
            plan: What was asked for.
            overrides: The flags that hold.
            report: As for `schedule`; not asked for where there is an `order`.
            used: The run whose backend holds where nobody chose one.
            order: The run of the same plan whose order holds.
            same_run: Whether `used` is the very run that this is for.
        """
        self.reread()
        refuse(plan)  # there is no order in a plan whose tasks wait for each other
        resolver = self.resolver(plan, overrides)
        if order is None and report is None:
            report = self._report(resolver)
        backend = resuming.unasked_backend(resolver, used, same_run) if used else ""
        default = self.default_for(resolver, backend)
        built = build(resolver, backend=default, report=None if order else report)
        if order is not None:
            apart = self._in_one_folder(resolver, default)
            built = resuming.in_order_of(built, order, apart)
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
        plan, more = resolver.plan, self._in_one_folder(resolver)
        known = self._checked  # once: other threads may check too
        if known is not None and known[0] == plan and known[1] == more:
            return known[2]
        report = check(plan, more)
        self._checked = plan, more, report
        return report

    def _in_one_folder(self, resolver: Resolver, default: str | None = None) -> list[Finding]:
        found = self.in_one_folder(resolver, default)
        # Asked last: git is a program too, and most plans need no answer.
        return [] if found and is_repository(self.folder) else found

    def open_run(self, run_id: str) -> Run:
        """A past run; see `past_runs.open_run`."""
        with rescue.pointing(self.out, run_id):
            return past_runs.open_run(self.out, run_id)

    def open_as_far(self, run_id: str) -> tuple[Run, str]:
        """A past run to be looked at, whole or as far as its journal can be read, and why no
        further; see `past_runs.open_as_far`.
        """
        return past_runs.open_as_far(self.run_folder(run_id))

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run; see `past_runs.run_folder`."""
        with rescue.pointing(self.out, run_id):
            return past_runs.run_folder(self.out, run_id)

    def is_alive(self, run: Run) -> bool:
        """Whether a process is writing this run. Blocks for an instant."""
        return journal.is_alive(self._folder_of(run))

    def _folder_of(self, run: Run) -> Path:
        return self.out / RUNS / run.id

    # A session as it would begin

    def prospect(
        self,
        plan: Plan,
        report: IndependenceReport | None = None,
        parent: str | None = None,
        again_of: str = "",
    ) -> Prospect:
        """What `start` would begin; arguments and errors are the same.

        Args:
            again_of: The run whose plan it is, perhaps changed since.
        """
        from orchtui.engine.resumption import inheriting  # not before the first paint
        from orchtui.engine.resumption.opening import Terms  # not before the first paint
        from orchtui.engine.resumption.reuse import compare  # not before the first paint

        if parent is None:
            schedule = self.schedule(plan, report)
            prints = self.fingerprints_of(schedule)
            terms = Terms(overrides=self.overrides, fingerprints=prints, again_of=again_of)
            return Prospect(plan=plan, schedule=schedule, terms=terms)
        earlier = self.open_run(parent)
        overrides = resuming.inherited(self.overrides, earlier.overrides)
        schedule = self.draw_up(plan, overrides, report, used=earlier)
        prints = self.fingerprints_of(schedule)
        lost = inheriting.lost_files(earlier, self._folder_of(earlier))
        reuse = compare(earlier, schedule, prints, lost=lost)
        terms = Terms(
            overrides=overrides,
            fingerprints=prints,
            reuse=reuse,
            parent=earlier,
            again_of=again_of,
        )
        return Prospect(plan=plan, schedule=schedule, terms=terms)

    def prospect_of(self, run_id: str, flags: Overrides = NO_OVERRIDES) -> Prospect:
        """What `resume` would begin; also where nothing is left to do."""
        from orchtui.engine.resumption.opening import Terms  # not before the first paint
        from orchtui.engine.resumption.reuse import compare  # not before the first paint

        past = self.open_run(run_id)
        if told := rescue.told(self.out, past.id):
            raise InputError.of(told[0])
        past_runs.refuse_alive(self._folder_of(past), past)
        resuming.refuse_unknown(past, (task.id for task in past.plan.tasks if task.enabled))
        overrides = resuming.merged(flags, past.overrides)
        try:
            schedule = self.draw_up(past.plan, overrides, used=past, order=past, same_run=True)
        except (InputError, NoBackendError) as error:
            raise resuming.can_not_go_on(past, error) from error
        schedule, joined = resuming.joined_as_asked(schedule, past)
        prints = self.fingerprints_of(schedule)
        terms = Terms(
            overrides=overrides, fingerprints=prints, reuse=compare(past, schedule, prints)
        )
        shown = summary.load(self._folder_of(past))
        prospect = Prospect(
            plan=past.plan,
            schedule=schedule,
            terms=terms,
            past=past,
            written=shown is not None and shown.verdict not in ("RUNNING", "INTERRUPTED"),
            told=joined,
        )
        resuming.refuse_loss(past, prospect)
        return prospect

    def prospect_again(
        self, run_id: str, changes: Sequence[str] = (), *, only_missing: bool = False
    ) -> Prospect:
        """A new run of a past run's plan, begun with `begin`; nothing is started.

        The flags that it was started with hold where today's say nothing, and what it used where
        nobody chose a backend: so a rehearsal is rehearsed again.

        Args:
            run_id: An id, a unique prefix, or `last`.
            changes: What is to be different, `KEY=VALUE` each; see `plan_set`.
            only_missing: Whether results that still stand are taken over, so that only what failed,
                or is different now, runs.

        Raises:
            InputError, NoBackendError: when it can not be started so.
            RunNotFoundError, StorageError: as they say; RunAliveError with `only_missing`.
        """
        from orchtui.engine.resumption import (
            again,  # not before the first paint
            inheriting,
        )
        from orchtui.engine.resumption.opening import Terms  # not before the first paint
        from orchtui.engine.resumption.reuse import compare  # not before the first paint

        # Its plan is in its first event: what is wrong further on does not keep that from running.
        past, why = (self.open_run(run_id), "") if only_missing else self.open_as_far(run_id)
        folder = self._folder_of(past)
        if only_missing:
            past_runs.refuse_alive(folder, past)
        once_more = again.of(past, changes, why)
        overrides = resuming.merged(self.overrides, once_more.overrides)
        plan = once_more.plan
        schedule = self.draw_up(plan, overrides, used=past, same_run=True)
        prints = self.fingerprints_of(schedule)
        terms = Terms(overrides=overrides, fingerprints=prints, again_of=past.id)
        if only_missing:
            reuse = compare(past, schedule, prints, lost=inheriting.lost_files(past, folder))
            terms = structs.replace(terms, reuse=reuse, parent=past)
        return Prospect(plan=plan, schedule=schedule, terms=terms, told=once_more.told)

    def fingerprints_of(self, schedule: Schedule) -> dict[str, Fingerprint]:
        """What each task of a schedule is, by id."""
        return fingerprints(schedule, self.systems(schedule), self.backends.model_id)
