"""The app's desk for what a model makes of a plan: asked on request, and an edit like any other.

A request becomes tasks, a task is split or rewritten, a plan gets what it lacks. Undo takes it
back, and nothing is started. This module never draws.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on, work
from textual.content import Content

from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.desks.plan_desk import PlanDesk
from orchtui.ui.dialogs.dialogs import Ask, Read
from orchtui.ui.keys.hints import hint

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.planning.planner import Proposal
    from orchtui.engine.planning.refinement_question import Refinement

_TOLD = 3
"""Notes that are told in passing; more of them are to be read."""
_OF_TASK = """\
What shall a model do? The plan is sent to it, and what it answers is an edit: undo takes it back.

s  split “{label}” into parts that can be worked on at once
r  rewrite it, so that its worker needs nothing but its words
m  add what the whole plan lacks: tasks, and questions to you"""
_OF_PLAN = """\
What shall a model do? The plan is sent to it, and what it answers is an edit: undo takes it back.

m  add what the plan lacks: tasks, and questions to you"""


class PlannerDesk(PlanDesk):
    """The app with a model that plans."""

    # A request

    def action_plan_request(self) -> None:
        self._plan_request()

    @work(exclusive=True, group="planner", exit_on_error=False)
    async def _plan_request(self) -> None:
        from orchtui.engine.planning import plan_question  # not before the first paint

        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        if not plan.request.strip():
            self.decline("Write a request first: a model makes its tasks")
            self.main.action_go("compose")
            self.main.plan_pane.request.focus()
            return
        if why := plan_question.why_not(plan.request):
            self.say(f"A model can not be asked: {why}", "warning")
            return
        ask = partial(self.project.propose_plan, plan.request)
        if (proposal := await self._proposed(plan, "planning the request", ask)) is None:
            return
        if self.draft.plan.request != plan.request:
            self._tell_dropped("app.plan-request")
            return
        self.main.action_go("compose")
        self._take_proposal(proposal, partial(_in_place_of, proposal))

    # A task, or what is missing

    @on(ComposePane.RefineWanted)
    @work(exclusive=True, group="planner", exit_on_error=False)
    async def _refine_plan(self, event: ComposePane.RefineWanted) -> None:
        from orchtui.engine.planning import refinement_question  # not before the first paint

        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        if (refinement := await self._refinement_wanted(plan, event.task)) is None:
            return
        try:
            refinement_question.require(plan, refinement)
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return
        doing = {
            "split": "splitting the task",
            "rewrite": "rewriting the task",
            "missing": "looking for what is missing",
        }[refinement.kind]
        ask = partial(self.project.refine_plan, plan, refinement)
        if (proposal := await self._proposed(plan, doing, ask)) is None:
            return
        if self.draft.plan != plan:
            self._tell_dropped("tasks.refine")
            return
        self._take_proposal(proposal, lambda now: proposal.plan or now)

    async def _refinement_wanted(self, plan: Plan, task_id: str) -> "Refinement | None":
        from orchtui.engine.planning.refinement_question import Refinement

        picked = next((task for task in plan.tasks if task.id == task_id), None)
        answers = [("m", "missing", "missing"), ("b", "back", "back")]
        text = _OF_PLAN
        if picked is not None and not picked.command:
            text = _OF_TASK.format(label=clean_line(picked.label, 60))
            answers = [("s", "split", "split"), ("r", "rewrite", "rewrite"), *answers]
        match await self.push_screen_wait(Ask("Ask a model", text, answers)):
            case "split":
                return Refinement("split", task_id)
            case "rewrite":
                return Refinement("rewrite", task_id)
            case "missing":
                return Refinement("missing")
        return None

    # Asking, and what comes of it

    async def _proposed(
        self, plan: Plan, doing: str, ask: "Callable[[], Awaitable[Proposal]]"
    ) -> "Proposal | None":
        """What a model proposes, once a person agreed to asking it; else it is told why not."""
        try:
            name, _ = self.project.planner_backend(plan)
            new = await asyncio.to_thread(self.project.untrusted_planner, plan)
            if not await self.trusted(new):
                return None
            with self.busy.doing(f"{name} is {doing}", self.stops_this()):
                proposal = await ask()
        except NoBackendError as error:
            self.say(f"{error}; {hint(self, 'app.backend-letter')} chooses another", "warning")
            return None
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return None
        if proposal.plan is None:
            self._tell_lines("No plan came of it", proposal.problems, error=True)
            return None
        return proposal

    def _take_proposal(self, proposal: "Proposal", edit: Callable[[Plan], Plan]) -> None:
        """Put it on the desk, and say what a person has to know of it."""
        before = self.draft.plan
        self.main.plan_pane.change(edit)
        if self.draft.plan == before:
            self.say("The model found nothing to change")
        else:
            by = f" by {clean_line(proposal.model, 60)}" if proposal.model else ""
            undo = hint(self, "tasks.undo")
            self.say(f"{_changed(before, self.draft.plan)}{by}; {undo} undoes it", title="Planned")
        if len(proposal.notes) > _TOLD:
            self._tell_lines("What to know of this plan", proposal.notes)
        for note in proposal.notes[:_TOLD] if len(proposal.notes) <= _TOLD else ():
            self.say(note, "warning")

    def _tell_lines(self, title: str, lines: tuple[str, ...], *, error: bool = False) -> None:
        for line in lines:
            self.problems.add("error" if error else "warning", title, line)
        self.signs.look()
        self.push_screen(Read(title, Content("\n\n".join(map(clean_line, lines))), error=error))

    def _tell_dropped(self, key_id: str) -> None:
        again = f"{hint(self, key_id)} asks again"
        self.say(f"The plan changed meanwhile: what came of it is dropped; {again}", "warning")


def _in_place_of(proposal: "Proposal", now: Plan) -> Plan:
    """The proposed plan, with what a person said of how to run."""
    new = proposal.plan
    assert new is not None
    return replace(
        new,
        name=now.name,
        specialist=new.specialist or now.specialist,
        backend=now.backend,
        model=now.model,
        limits=new.limits.over(now.limits),
    )


def _changed(before: Plan, after: Plan) -> str:
    old, new = {task.id for task in before.tasks}, {task.id for task in after.tasks}
    count = len(after.tasks)
    if not old & new or not old:
        return f"{count} task{'' if count == 1 else 's'}"
    if added := len(new - old):
        return f"{added} new task{'' if added == 1 else 's'}"
    return "Changed"
