"""The app's own runs: started, followed, cancelled, and asked about.

Before the first task starts, everything is asked that a person has to decide.
This module never draws, and never reads the Run's figures itself.
"""

import asyncio
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.errors import InputError, NoBackendError, RunNotFoundError, StorageError
from orchtui.engine.execution import budget
from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.events import BudgetWarning, PermissionAsked
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.sessions.project import Project
from orchtui.ui.desks.live import NeedsPerson
from orchtui.ui.desks.staff_desk import StaffDesk
from orchtui.ui.notices import calls, storage_notice
from orchtui.ui.runs.runs_pane import RunsPane
from orchtui.ui.screen import MainScreen, Shown

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.resumption.resuming import Prospect
    from orchtui.engine.sessions.orchestrator import Orchestrator


_WHY_CHOOSE = "This plan needs someone to work on it, and nobody was chosen."


class RunDesk(StaffDesk):
    """The app without other runs, saving and leaving.

    Args:
        project: Where to run things.
        plan: What to begin with.
    """

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        project.attended = True
        self._asked: set[str] = set()
        """Findings that a person was asked about before a run."""
        self._own: Shown | None = None
        self.crashed_run = ""
        """The id of the run that went on when something unexpected ended the app."""

    def action_run_plan(self) -> None:
        if self.take_place():
            self._start()

    def take_place(self) -> bool:
        """Before any work on a new run, so that two keys in quick succession start only one."""
        taken = self.live.take()
        if not taken:
            self.decline("One run at a time: your own still goes on; F8 stops it")
        return taken

    @work(group="run", exit_on_error=False)
    async def _start(self) -> None:
        try:
            if (orchestrator := await self._new_run()) is not None:
                await self.follow(orchestrator)
        finally:
            self.live.free()

    async def _new_run(self) -> "Orchestrator | None":
        """A run of the plan on the desk; what keeps it from starting is told."""
        from orchtui.ui.dialogs.run_question import (  # not before the first paint
            ask_before,
            staging_notice,
        )

        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        if not plan.tasks and not plan.missing:
            self.decline("There are no tasks yet: write a request first")
            self.main.plan_pane.request.focus()
            return None
        with self.busy.doing("checking which tasks are independent", self.stops_this()):
            report = await self.main.independence.report_of(plan)
        if (answer := await ask_before(self, report, self._asked)) != "run":
            if answer == "look":
                self.main.action_go("independence")
            return None
        try:
            try:
                orchestrator = await self._drawn_up(plan, report)
            except NoBackendError as error:
                if not await self._choose_backend(_why(error)):
                    return None
                orchestrator = await self._drawn_up(plan, report)
        except InputError as error:
            problems = [problem.message for problem in error.problems]
            self.main.action_go("compose")
            self.main.plan_pane.show_problems(problems)
            self.say("Nothing was started: " + problems[0], "error")
            return None
        if orchestrator is None:
            return None
        self.show_specialists()  # they were read once more, for the run
        if not await self.agreed(orchestrator.schedule, orchestrator.done):
            return None
        for warning in await asyncio.to_thread(self.project.warnings, orchestrator.schedule):
            self.say(warning, "warning")
        if staging := staging_notice(plan, report):
            self.say(staging, title=f"Runs in {len(report.stages)} stages")
        return orchestrator

    async def _drawn_up(self, plan: Plan, report: IndependenceReport) -> "Orchestrator | None":
        """A new run, with the results of the one that is shown where a person wants them."""
        from orchtui.ui.dialogs.reuse_question import ask_take_over  # not before the first paint

        shown = self.main.shown
        if shown is not None and not shown.watched and shown.run.plan != plan:
            prospect = await self._after(shown.run.id, plan, report)
            answer = await ask_take_over(self, prospect) if prospect is not None else "anew"
            if answer == "back":
                return None
            if prospect is not None and answer == "take":
                with self.busy.doing("taking over what is kept"):
                    return await asyncio.to_thread(self.project.begin, prospect)
        with self.busy.doing("drawing up the run", self.stops_this()):
            origin = self.origin_of(plan)
            prospect = await asyncio.to_thread(self.project.prospect, plan, report, None, origin)
            return await asyncio.to_thread(self.project.begin, prospect)

    def origin_of(self, plan: Plan) -> str:
        """Id of the run whose plan this is, perhaps changed since; empty where it is of none."""
        raise NotImplementedError

    async def _after(
        self, earlier: str, plan: Plan, report: IndependenceReport
    ) -> "Prospect | None":
        """What could be taken over from a run; `None` where it can not be read any more."""
        try:
            with self.busy.doing("looking what is kept", self.stops_this()):
                origin = self.origin_of(plan)
                return await asyncio.to_thread(self.project.prospect, plan, report, earlier, origin)
        except (RunNotFoundError, StorageError) as error:
            self.say(f"Nothing is taken over from run {earlier}: {error}", "warning")
            return None

    async def agreed(self, schedule: Schedule, done: Collection[str] = ()) -> bool:
        """Whether a person has agreed to what a run would start, send and spend."""
        from orchtui.ui.dialogs.trust_question import ask_paid  # not before the first paint

        with self.busy.doing("looking what would be started", self.stops_this()):
            new = await asyncio.to_thread(self.project.untrusted, schedule, "the plan", done)
        if not await self.trusted(new):
            return False
        with self.busy.doing("estimating", self.stops_this()):
            estimate = await asyncio.to_thread(self.project.unseen_estimate, schedule, done)
        if estimate is not None:
            if not await ask_paid(self, estimate):
                return False
            await self.remember(self.project.trust.note_paid, self.project.folder)
        else:
            await self._tell_estimate(schedule, done)
        return True

    async def _tell_estimate(self, schedule: Schedule, done: Collection[str]) -> None:
        notice = await asyncio.to_thread(self.project.estimate_notice, schedule, done)
        if notice.line:
            self.say(notice.line, title="Estimate")
        for warning in notice.warnings:
            self.say(warning, "warning", title="Budget")

    async def follow(self, orchestrator: "Orchestrator") -> None:
        """Pull a session's events to the end. The screen's timer looks at the Run by itself."""
        beginning = ExitStack()

        def begun(run: Run, folder: Path) -> None:
            beginning.close()
            self._begun(run, folder)

        try:
            # Of a run that goes on, thousands of files may have to be written first.
            with beginning:
                cluster = self.project.cluster
                words = cluster.approach if cluster is not None else "beginning the run"
                beginning.enter_context(self.busy.doing(words))
                await self.live.follow(orchestrator, begun, self._person_needed)
        except Exception as error:
            if not orchestrator.is_bug(error):
                raise
            self._end_app(error, orchestrator.run if orchestrator.begun else None)
            return
        finally:
            self.main.live = None
            self.main.dirty = True
        run, folder = orchestrator.run, orchestrator.run_folder
        if self._own is not None and self._own.folder != folder:  # it was saved elsewhere
            seen, self._own = self.main.shown is self._own, Shown(run, folder, past=False)
            if seen:
                self.main.show_run(self._own)
        self.tell_end(run, folder)
        self.main.runs_pane.post_message(RunsPane.ReloadWanted())

    def _handle_exception(self, error: Exception) -> None:
        self._end_app(error, self.live.run)

    def _end_app(self, error: Exception, run: Run | None) -> None:
        if self.crash is None and run is not None:
            self.crashed_run = run.id
        super()._handle_exception(error)

    @on(MainScreen.Counted)
    def _tell_count(self, event: MainScreen.Counted) -> None:
        if event.run is self.live.run:  # else its end stands in the title already
            self.attention.title(calls.going_title(event.run))

    def _person_needed(self, event: NeedsPerson) -> None:
        if self.live.run is not None and (call := calls.person_call(event, self.live.run)):
            self.attention.call(*call)
        if isinstance(event, PermissionAsked):
            self._ask_permission(event)
        elif isinstance(event, BudgetWarning):
            self.say(budget.warning_words(event), "warning", title="Budget")
        elif (run := self.live.run) is not None:
            text, severity, title = storage_notice.notice(event, run.id)
            self.say(text, severity, title, seconds=storage_notice.STAYS)

    @work(group="permission", exit_on_error=False)
    async def _ask_permission(self, asked: PermissionAsked) -> None:
        from orchtui.ui.dialogs.permission_question import (
            ask_permission,  # not before the first paint
        )

        run = self.live.run
        if run is not None:
            self.live.answer(asked.question, await ask_permission(self, run, asked, self.live.now))

    def _begun(self, run: Run, folder: Path) -> None:
        self.stop_watching()
        self._own = Shown(run, folder, past=False)
        self.main.live, self.main.before = run, {}
        self._look_back(run)
        self.main.show_run(self._own)
        self.main.action_go("timeline")
        self.main.runs_pane.post_message(RunsPane.ReloadWanted())

    @work(exclusive=True, group="past", exit_on_error=False)
    async def _look_back(self, run: Run) -> None:
        """How long such tasks took in earlier runs, for the end that is to be expected."""
        before = await asyncio.to_thread(self.project.usual_seconds, run.schedule)
        if self.main.live is run:
            self.main.before = before

    def tell_end(self, run: Run, folder: Path) -> None:
        """Say how a run ended."""
        from orchtui.ui.dialogs.end_notice import end_notice  # not before the first paint

        self.attention.title(calls.end_title(run))
        self.attention.call(*calls.end_call(run))
        notice = end_notice(run, str(short(folder, self.project.folder)))
        self.say(notice.text, notice.severity, title=notice.title)

    # What tasks wrote

    def action_apply_changes(self) -> None:
        if self.main.shown is None:
            self.decline("Nothing has run yet: ctrl+r runs the plan")
        elif not self.only_replayed():
            self._apply(self.main.shown)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _apply(self, shown: Shown) -> None:
        from orchtui.ui.desks.apply_desk import choose_and_apply, told  # not before the first paint

        done = await choose_and_apply(
            self,
            shown.run,
            shown.folder,
            project=self.project.folder,
            out=self.project.out,
            busy=self.busy,
        )
        if done:
            failed = any(one.outcome == "failed" for one in done)
            self.say(told(done), "error" if failed else "information")


def _why(error: NoBackendError) -> str:
    text = str(error)
    return _WHY_CHOOSE if text.startswith("no backend is chosen") else text


def short(path: Path, folder: Path) -> Path:
    """A path as a reader in the project folder would type it."""
    whole, base = path.resolve(), folder.resolve()
    return whole.relative_to(base) if whole.is_relative_to(base) else whole
