"""The app's desk: the plan that is written, and what keys ask for about its findings.

Every fix is an edit of the draft, and can be undone. This module never runs a
plan.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content

from orchtui.engine.agents.specialists import find
from orchtui.engine.errors import InputError, NoBackendError, StorageError
from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.request import parse_request
from orchtui.engine.sessions.project import Project
from orchtui.engine.trusting.trust import Danger
from orchtui.ui.compose.catalog import catalog_of
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.compose.draft import EMPTY, Draft
from orchtui.ui.compose.estimate_line import estimate_line, no_estimate
from orchtui.ui.desks.live import LiveRun
from orchtui.ui.dialogs.dialogs import ChooseFix
from orchtui.ui.frame import Frame
from orchtui.ui.independence.independence_pane import IndependencePane
from orchtui.ui.independence.opinions import heard
from orchtui.ui.keys import keymap
from orchtui.ui.keys.hints import hint
from orchtui.ui.keys.possible import hindrance
from orchtui.ui.notices.trouble import WorkFailed
from orchtui.ui.screen import MainScreen

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.staff.fitting import Fit

ESTIMATE_AFTER = 0.3
"""Seconds after a report until the estimate is made: typing goes first."""
LOOK_AGAIN = 2.0
"""Seconds between two looks whether agent files have changed."""


class PlanDesk(Frame):
    """The app without its runs.

    Args:
        project: Where to run things.
        plan: What to begin with.
    """

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__()
        self.project = project
        self.draft = Draft(plan or EMPTY)
        self.live = LiveRun()
        self.problems.hide = project.backends.redactor.text
        parse = partial(parse_request, folder=project.folder)
        self.main = MainScreen(
            self.draft, parse, project.check, self.live.now, self._fit, self._known, self.signs
        )
        self.main.looked_at, self.main.programs = self.live.looked_at, self.live.programs
        self.main.writing = self.live.writing
        self.main.plan_pane.catalog = catalog_of(project)
        self.main.plan_pane.folder = project.folder
        self._specialists: object = None
        """Those whose names and colours the panes show."""

    def hindered(self, name: str) -> bool:
        """Whether the action with this id can not be done now, on the screen of the panes."""
        now = self.main.now_there() if self.screen is self.main else None
        key = keymap.by_id(name)
        return now is not None and key is not None and bool(hindrance(key, now))

    def _fit(self, title: str, prompt: str, writes: Sequence[str]) -> "Fit":
        return self.project.fitter().fit(title, prompt, writes)

    def _known(self, name: str) -> bool:
        return not self.project.specialists or find(self.project.specialists, name) is not None

    def show_specialists(self) -> None:
        """Bring all that is shown up to date with agent files that were read again."""
        specialists, known = self.project.specialists, self._specialists is not None
        if specialists is self._specialists:
            return
        self._specialists = specialists
        colors = {one.name: one.color for one in specialists.values() if one.color}
        self.main.timeline.rows.inks.names = colors
        self.main.dirty = True
        if known:
            self.main.plan_pane.show_tasks()
            # Who does a task says what runs it, and what runs at once may be in each other's way.
            self.main.independence.show_plan(self.draft.plan)
            self.tell_workers()

    @work(exclusive=True, group="agents", exit_on_error=False)
    async def follow_agent_files(self) -> None:
        """Look again and again whether agent files have changed, never on the loop."""
        self.show_specialists()
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            await asyncio.to_thread(self.project.reread)
            self.show_specialists()

    @on(MainScreen.Turned)
    def _turned(self) -> None:
        self.hush()

    @on(ComposePane.PlanChanged)
    def _plan_changed(self) -> None:
        self.tell_workers()

    @work(exclusive=True, group="workers", exit_on_error=False)
    async def tell_workers(self) -> None:
        """Say who would work on the plan: its tasks and their agent files may say it themselves."""
        where = self.project.cluster
        self.main.cluster = where.address if where is not None else ""
        self.main.used = await asyncio.to_thread(self.project.backends_for, self.draft.plan)
        self.main.dirty = True
        if self.main.independence.plan is self.draft.plan:  # else it comes with the report
            self.tell_estimate()

    @on(IndependencePane.Checked)
    @work(exclusive=True, group="estimate", exit_on_error=False)
    async def tell_estimate(self) -> None:
        """Say what a run of the plan would take and cost, once nobody has typed for a moment."""
        await asyncio.sleep(ESTIMATE_AFTER)
        pane = self.main.independence
        if pane.report is None or not pane.report.tasks:
            self.main.plan_pane.show_estimate(Content(""))
            return
        try:
            line = await asyncio.to_thread(self._estimate, pane.plan, pane.report)
        except NoBackendError:
            line = no_estimate(f"{hint(self, 'app.backend-letter')} chooses who works")
        except InputError:
            line = no_estimate("the plan can not start yet")
        self.main.plan_pane.show_estimate(line)

    def _estimate(self, plan: Plan, report: IndependenceReport) -> Content:
        return estimate_line(self.project.estimate(self.project.schedule(plan, report)))

    @on(IndependencePane.FixChosen)
    @work(group="findings", exit_on_error=False)
    async def _fix(self, event: IndependencePane.FixChosen) -> None:
        finding, fix_id = event.finding, event.fix_id
        if fix_id is None:
            fix_id = await self.push_screen_wait(ChooseFix(finding))
        if fix_id is not None:
            from orchtui.engine.independence import fixes  # the first paint comes before it

            chosen = fix_id
            await self._edit(lambda plan: fixes.apply(plan, finding, chosen))

    @on(IndependencePane.Judged)
    @work(group="findings", exit_on_error=False)
    async def _judge(self, event: IndependencePane.Judged) -> None:
        from orchtui.engine.independence import fixes  # the first paint comes before it

        change = fixes.withdraw if event.finding.accepted else fixes.accept
        await self._edit(lambda plan: change(plan, event.finding))

    @on(IndependencePane.Stepped)
    def _step(self, event: IndependencePane.Stepped) -> None:
        self.main.plan_pane.step(event.action)

    async def _edit(self, change: Callable[[Plan], Plan]) -> None:
        """Make an edit of the plan as the request says it now; what hinders it is told."""
        await self.main.plan_pane.up_to_date()
        try:
            self.main.plan_pane.change(change)
        except ValueError as error:
            self.say(f"Nothing was changed: {error}", "warning")

    @on(IndependencePane.OpinionWanted)
    @work(exclusive=True, group="opinion", exit_on_error=False)
    async def _ask_model(self, event: IndependencePane.OpinionWanted) -> None:
        pane = self.main.independence
        try:
            name, _ = self.project.opinion_backend(event.plan)
            new = await asyncio.to_thread(self.project.untrusted_opinion, event.plan)
            if not await self.trusted(new):
                return
            pane.asked_whom, pane.asked_since = name, self.live.now()
            opinion = await self.project.second_opinion(event.plan)
        except NoBackendError as error:
            self.say(f"{error}; {hint(self, 'app.backend-letter')} chooses another", "warning")
            return
        finally:
            pane.asked_since = None
            self.main.dirty = True
        if not pane.take_opinion(event.plan, opinion):
            again = f"{hint(self, 'independence.ask')} asks again"
            self.say(f"The plan changed meanwhile: what it said is dropped; {again}", "warning")
            return
        for problem in opinion.problems:
            self.say(f"Second opinion: {problem}", "warning")
        self.say(heard(opinion))

    async def trusted(self, new: Collection[Danger]) -> bool:
        """Whether a person agrees to what the project names, now or before."""
        from orchtui.ui.dialogs.trust_question import ask_trust  # not before the first paint

        if new:
            if not await ask_trust(self, new):
                return False
            await self.remember(self.project.trust.trust, new, self.project.folder)
        return True

    async def remember(self, note: Callable[..., None], *what: object) -> None:
        """Write down what a person agreed to."""
        try:
            await asyncio.to_thread(note, *what)
        except StorageError as error:
            self.say(f"This holds until you quit, but can not be remembered: {error}", "warning")

    @on(IndependencePane.OpinionStopped)
    def _stop_asking(self) -> None:
        self.workers.cancel_group(self, "opinion")

    @on(WorkFailed)
    def _work_failed(self, event: WorkFailed) -> None:
        self.tell_error(event.error)
