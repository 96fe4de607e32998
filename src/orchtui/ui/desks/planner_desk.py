"""The app's desk for what a model makes of a plan: asked on request, and an edit like any other.

A request becomes tasks, a task is split or rewritten, a plan gets what it lacks. What a person
wrote is replaced only where they say so, undo takes each answer back in one step, and nothing is
started. This module never draws.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on, work
from textual.content import Content

from orchtui.engine.errors import InputError, NoBackendError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.bars.token_rate import CHARACTERS_PER_TOKEN
from orchtui.ui.compose import plan_edits
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.desks.plan_desk import PlanDesk
from orchtui.ui.dialogs.dialogs import Ask, Read
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks import looks

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.planning.planner import Proposal
    from orchtui.engine.planning.refinement_question import Refinement

_Ask = Callable[[Callable[[int], object]], "Awaitable[Proposal]"]

_TOLD = 3
"""Notes that are told in passing; more of them are to be read."""
_LISTED = 30
"""Tasks of a proposed plan that are named before they are taken."""
_SENT = "The plan is sent to it, and what it answers is an edit: undo takes it back."
_OF_TASK = """\
What shall a model do? {sent}

s  split “{label}” into parts that can be worked on at once
r  rewrite it, so that its worker needs nothing but its words
m  add what the whole plan lacks: tasks, and questions to you"""
_OF_PLAN = """\
What shall a model do? {sent}

m  add what the plan lacks: tasks, and questions to you"""
_DOING = {"split": "splitting", "rewrite": "rewriting", "missing": "looking"}


class PlannerDesk(PlanDesk):
    """The app with a model that plans."""

    _planning = False
    """Whether a model is being asked."""

    @property
    def plans(self) -> bool:
        """Whether a model is asked for a plan, or to refine one."""
        return self._planning

    def _is_planning(self) -> bool:
        """Whether one is asked already, which costs enough; a person is told."""
        if self._planning:
            self.decline("A model is being asked already; esc stops it")
        return self._planning

    # A request

    def action_plan_request(self) -> None:
        if not self._is_planning():
            self._plan_request()

    @work(group="planner", exit_on_error=False)
    async def _plan_request(self) -> None:
        from orchtui.engine.planning import plan_question  # not before the first paint

        pane = self.main.plan_pane
        await pane.up_to_date()
        plan = self.draft.plan
        if self.main.view != "compose":  # else whoever writes goes on writing
            self.main.action_go("compose")
        if not plan.request.strip():
            self.decline("Write a request first: a model makes its tasks")
            pane.request.focus()
            return
        if why := plan_question.why_not(plan.request):
            self.say(f"A model can not be asked: {why}", "warning")
            return
        proposal = await self._proposed(
            plan,
            "planning",
            lambda noticed: self.project.propose_plan(plan.request, noticed=noticed),
            "app.plan-request",
        )
        if proposal is None or proposal.plan is None:
            return
        await pane.up_to_date()
        new = proposal.plan
        how: str | None = "replace"
        if self._would_lose(plan):
            how = await self._how_to_take(plan, proposal, new)
        count = f"{len(new.tasks)} task{'' if len(new.tasks) == 1 else 's'}"
        if how == "replace":
            self._take_proposal(proposal, lambda now: _in_place_of(new, now), count)
        elif how == "append":
            self._take_proposal(proposal, lambda now: plan_edits.append_plan(now, new), count)
        else:
            self._tell_dropped("app.plan-request")

    def _would_lose(self, plan: Plan) -> bool:
        """Whether what came takes the place of something that a person wrote, or is about to."""
        now = self.draft.plan
        by_hand = self.draft.by_hand and bool(now.tasks)
        return by_hand or now.request != plan.request or self.screen is not self.main

    async def _how_to_take(self, plan: Plan, proposal: "Proposal", new: Plan) -> str | None:
        """Where a plan goes that came while there are tasks: `replace`, `append`, or nowhere."""
        from orchtui.ui.dialogs.long_question import LongQuestion  # not before the first paint

        here, came = len(self.draft.plan.tasks), len(new.tasks)
        text = f"Here {_are(here)}. Either can be undone ({hint(self, 'tasks.undo')})."
        if self.draft.plan.request != plan.request:
            text += "\nThe request was changed meanwhile, and stays as you wrote it."
        lines = [
            f"{number:2}  {clean_line(task.label, 60)}"
            + (f" · {task.priority}" if task.priority != "normal" else "")
            for number, task in enumerate(new.tasks[:_LISTED], 1)
        ]
        if came > _LISTED:
            lines.append(f"    and {came - _LISTED} more")
        answers = [
            ("a", "append", "add behind"),
            ("r", "replace", "replace these"),
            ("b", "back", "drop the answer"),
        ]
        by = f" by {clean_line(proposal.model, 40)}" if proposal.model else ""
        title = f"A plan{by} with {came} task{'' if came == 1 else 's'}"
        question = LongQuestion(title, "\n".join([text, "", *lines]), answers, unasked=True)
        return await self.push_screen_wait(question)

    # A task, or what is missing

    @on(ComposePane.RefineWanted)
    def _refine(self, event: ComposePane.RefineWanted) -> None:
        if not self._is_planning():
            self._refine_plan(event.task)

    @work(group="planner", exit_on_error=False)
    async def _refine_plan(self, task_id: str) -> None:
        from orchtui.engine.planning import refinement_question  # not before the first paint

        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        if (refinement := await self._refinement_wanted(plan, task_id)) is None:
            return
        try:
            refinement_question.require(plan, refinement)
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return
        proposal = await self._proposed(
            plan,
            _DOING[refinement.kind],
            lambda noticed: self.project.refine_plan(plan, refinement, noticed=noticed),
            "tasks.refine",
        )
        if proposal is None or proposal.plan is None:
            return
        await self.main.plan_pane.up_to_date()
        new = proposal.plan
        if self.draft.plan == plan or await self._still_wanted():
            self._take_proposal(proposal, lambda now: new, _refined(refinement, plan, new))
        else:
            self._tell_dropped("tasks.refine")

    async def _refinement_wanted(self, plan: Plan, task_id: str) -> "Refinement | None":
        from orchtui.engine.planning.refinement_question import Refinement

        picked = next((task for task in plan.tasks if task.id == task_id), None)
        answers = [("m", "missing", "missing"), ("b", "back", "back")]
        text = _OF_PLAN.format(sent=_SENT)
        if picked is not None and not picked.command:
            text = _OF_TASK.format(sent=_SENT, label=clean_line(picked.label, 60))
            answers = [("s", "split", "split"), ("r", "rewrite", "rewrite"), *answers]
        match await self.push_screen_wait(Ask("Ask a model", text, answers)):
            case "split":
                return Refinement("split", task_id)
            case "rewrite":
                return Refinement("rewrite", task_id)
            case "missing":
                return Refinement("missing")
        return None

    async def _still_wanted(self) -> bool:
        """Whether an answer about the plan as it was takes the place of the plan as it is."""
        undo = hint(self, "tasks.undo")
        text = (
            "The answer is about the plan as it was when it was asked for. Taken, it is in place "
            f"of what you changed since; {undo} brings that back."
        )
        answers = [("b", "back", "keep mine"), ("t", "take", "take the model's")]
        question = Ask("The plan changed meanwhile", text, answers, unasked=True)
        return await self.push_screen_wait(question) == "take"

    # Asking, and what comes of it

    async def _proposed(self, plan: Plan, doing: str, ask: _Ask, key_id: str) -> "Proposal | None":
        """What a model proposes, once a person agreed to asking it; else it is told why not.

        Args:
            plan: As it is sent.
            doing: What the model does, in a word: there is not much room for it.
            ask: Asks it.
            key_id: Id of the key that asks again.
        """
        if self._is_planning():  # since a dialog was opened
            return None
        self._planning = True
        try:
            self.project.planner_backend(plan)
            new = await asyncio.to_thread(self.project.untrusted_planner, plan)
            if not await self.trusted(new):
                return None
            with self.busy.doing(doing, self.stops_this()) as job:

                def noticed(characters: int) -> None:
                    about = looks.count(characters / CHARACTERS_PER_TOKEN)
                    job.words = f"{doing} ~{about} tokens"

                proposal = await ask(noticed)
        except NoBackendError as error:
            offline = "; without one, tasks are read from the request's own words, offline"
            known = offline if key_id == "app.plan-request" else ""
            chooses = f"{hint(self, 'app.backend')} chooses another"
            self.say(f"{error}; {chooses}{known}", "warning")
            return None
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return None
        finally:
            self._planning = False
        if proposal.plan is None:
            again, other = hint(self, key_id), hint(self, "app.backend")
            todo = f"Nothing was changed. {again} asks again, {other} chooses who answers."
            self._tell_lines("No plan came of it", proposal.problems, todo)
            return None
        return proposal

    def _take_proposal(self, proposal: "Proposal", edit: Callable[[Plan], Plan], told: str) -> None:
        """Put it on the desk, and say what a person has to know of it."""
        before = self.draft.plan
        by = f" by {clean_line(proposal.model, 60)}" if proposal.model else ""
        used = f", {words}" if (words := looks.tokens(proposal.usage)) else ""
        self.main.plan_pane.change(edit)
        if self.draft.plan == before:
            self.say(f"The model found nothing to change{used}")
        else:
            todo = f"{hint(self, 'tasks.undo')} undoes it"
            if self.main.view != "compose":  # nobody is taken away from what they look at
                todo = f"{hint(self, 'app.pane-plan')} shows them, and there {todo}"
            self.say(f"{told}{by}{used}; {todo}", title="Planned")
        if len(proposal.notes) > _TOLD:
            self._tell_lines("What to know of this plan", proposal.notes)
        for note in proposal.notes if len(proposal.notes) <= _TOLD else ():
            self.say(note, "warning")

    def _tell_lines(self, title: str, lines: tuple[str, ...], todo: str = "") -> None:
        """Show what there is to read, an error where there is something to do; it is kept."""
        for line in lines:
            self.problems.add("error" if todo else "warning", title, line)
        self.signs.look()
        text = Content("\n\n".join(map(clean_line, filter(None, (todo, *lines)))))
        self.push_screen(Read(title, text, error=bool(todo), unasked=True))

    def _tell_dropped(self, key_id: str) -> None:
        self.say(f"Dropped, and the plan is as you wrote it; {hint(self, key_id)} asks again")


def _in_place_of(new: Plan, now: Plan) -> Plan:
    """The proposed plan, with what a person said of the plan and of how to run."""
    return replace(
        new,
        request=now.request,
        name=now.name,
        specialist=new.specialist or now.specialist,
        backend=now.backend,
        model=now.model,
        limits=new.limits.over(now.limits),
    )


def _refined(refinement: "Refinement", before: Plan, after: Plan) -> str:
    """What was changed, in words."""
    old = {task.id for task in before.tasks}
    added = sum(task.id not in old for task in after.tasks)
    asked = len(set(after.missing) - set(before.missing))
    questions = f", {asked} question{'' if asked == 1 else 's'} to you" if asked else ""
    if refinement.kind == "split":
        return f"{added} tasks in place of one{questions}"
    if refinement.kind == "rewrite":
        return f"Rewritten{questions}"
    return f"{added} new task{'' if added == 1 else 's'}{questions}"


def _are(count: int) -> str:
    return {0: "are no tasks yet", 1: "is 1 task"}.get(count, f"are {count} tasks")
