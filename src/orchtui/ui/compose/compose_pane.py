"""The plan being written: the request in plain words, and the tasks made from it.

Tasks follow the request as it is typed, until a person edits one by hand; from
then on only when asked. The draft is the owner of the plan; this pane shows it
and applies the edits. It never starts a run and never writes a file.
"""

import asyncio
from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static, TextArea
from textual.worker import Worker

from orchtui.engine.errors import InputError
from orchtui.engine.independence.report import Evidence, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.ui.bars.row_search import RowSearch
from orchtui.ui.compose import compose_words as words
from orchtui.ui.compose import plan_edits as edits
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.request_area import RequestArea
from orchtui.ui.compose.task_columns import (
    FitOf,
    Known,
    everybody,
    heading,
    nobody_fits,
    standings,
    who,
)
from orchtui.ui.compose.task_dialogs import TaskDialogs
from orchtui.ui.compose.task_list import TaskList
from orchtui.ui.keys.hints import hint
from orchtui.ui.parts.completion import Catalog

PAUSE = 0.15
"""Seconds after the last key until the request is read."""

BREATH = 2.0
"""Seconds without a key after which what is typed next is undone by itself."""


class ComposePane(TaskDialogs):
    """Request and tasks.

    Args:
        draft: The plan on the desk.
        parse: Request text in, Plan out; may raise InputError.
        fit: Whom a task gets that names nobody.
        known: Who has an agent file.
    """

    class PlanChanged(Message):
        """The draft is another plan now."""

    class EditorWanted(Message):
        """A person wants to write a task, or the request, in an editor of their own."""

        def __init__(self, task_id: str | None) -> None:
            super().__init__()
            self.task_id = task_id
            """`None` for the request."""

    class RefineWanted(Message):
        """A model is to change the plan."""

        def __init__(self, task: str) -> None:
            super().__init__()
            self.task = task
            """Id of the picked task; empty where there is none."""

    def __init__(
        self,
        draft: Draft,
        parse: Callable[[str], Plan],
        fit: FitOf = nobody_fits,
        known: Known = everybody,
    ) -> None:
        super().__init__(id="compose", classes="pane" if draft.plan.tasks else "pane -empty")
        self.border_title = "1 Plan"
        self.draft = draft
        self.catalog = Catalog()
        """What the form of a task offers."""
        self._parse = parse
        self._fit = fit
        self._known = known
        self._timer: Timer | None = None
        self._breath: Timer | None = None
        self._reading: Worker[None] | None = None
        self._error = ""
        self._report: IndependenceReport | None = None
        self.request = RequestArea(
            draft.plan.request,
            id="request",
            tab_behavior="focus",
            soft_wrap=True,
            show_line_numbers=False,
            placeholder="Research X, write Y, test Z …",
        )
        self.tasks = TaskList(fit, known)
        self._new_here = False
        self._empty = Static("", id="compose-empty", classes="empty", markup=False)
        self._head = Static("", id="task-head", markup=False)
        self._estimate = Static("", id="plan-estimate", classes="-empty", markup=False)
        self.search = RowSearch(
            lambda: [words.searched(task) for task in self.draft.plan.tasks],
            lambda: self.tasks.place,
            self.tasks.pick,
            lambda: self.tasks,
        )

    def compose(self) -> ComposeResult:
        yield self.request
        yield Static("", id="plan-problems", markup=False)
        yield self._head
        yield self.tasks
        yield self._empty
        yield Static("", id="plan-verdict", classes="-empty", markup=False)
        yield self._estimate
        yield Static("", id="task-detail", markup=False)
        yield self.search

    def on_mount(self) -> None:
        self._show_empty()
        self._show()

    def _key(self, name: str) -> str:
        return hint(self, name)

    def on_resize(self, event: Resize) -> None:
        """The names of the columns follow the list, which knows its width after the layout."""
        self.call_after_refresh(self._show_head)

    @property
    def first(self) -> Widget:
        """What gets the focus: the tasks, or the request while there are none."""
        return self.tasks if self.draft.plan.tasks else self.request

    async def up_to_date(self) -> None:
        """Return when the plan is what the request says now."""
        if self._timer is not None:
            self._timer.stop()
            self._read_if_typed()
        if self._reading is not None and not self._reading.is_finished:
            await self._reading.wait()

    def show_tasks(self) -> None:
        """Draw the tasks again: what agent files say has changed."""
        self._show()

    def offer_tour(self, wanted: bool) -> None:
        """Whether the empty pane offers to show a newcomer round."""
        self._new_here = wanted
        self._show_empty()

    def _show_empty(self) -> None:
        self._empty.update(words.empty(self._key, new_here=self._new_here))

    def show_problems(self, problems: list[str]) -> None:
        """Say why the plan can not start."""
        self._error = "\n".join(problems)
        self._show()

    def show_verdict(self, line: Content, report: IndependenceReport) -> None:
        """Say which tasks may run together: in a line, and in the row of each task."""
        if report is self._report:
            return
        self._report = report
        self.tasks.show_standings(standings(self.draft.plan, report))
        self._show_detail()
        shown = self.query_one("#plan-verdict", Static)
        shown.update(line, layout=False)
        shown.set_class(not line.plain, "-empty")

    def show_estimate(self, line: Content) -> None:
        """Say what a run would take and cost; nothing while there are no tasks."""
        self._estimate.update(line)
        self._estimate.set_class(not line.plain, "-empty")

    def open_words(self, evidence: Evidence) -> None:
        """Pick a task, and open its form where these words stand."""
        if any(task.id == evidence.task for task in self.draft.plan.tasks):
            self.tasks.show_plan(self.draft.plan, evidence.task)
            self.edit_task(evidence.task, evidence)
        else:
            self.app.bell()

    def change(self, edit: Callable[[Plan], Plan], picked: str | None = None) -> None:
        """Make an edit that comes from elsewhere.

        Args:
            edit: Plan in, plan out.
            picked: Id of the task to pick then.

        Raises:
            ValueError: when the edit says that it can not be made; the plan is as it was.
        """
        self._changed(self.draft.edit(edit), picked)

    def step(self, action: str) -> None:
        """Undo the latest edit, or `redo` it; typed words are edits too."""
        self._stop_reading()
        if self.request.text.strip() != self.draft.plan.request.strip():
            self.draft.request(self.request.text)  # typed a moment ago, and not read yet
        self._changed(self.draft.redo() if action == "redo" else self.draft.undo())
        self._show_request()

    def take_draft(self) -> None:
        """Another plan was put on the desk."""
        self._stop_reading()
        self._changed(True)
        self._show_request()

    # The request

    @on(TextArea.Changed, "#request")
    def _typed(self, event: TextArea.Changed) -> None:
        for timer in (self._timer, self._breath):
            if timer is not None:
                timer.stop()
        self._timer = self.set_timer(PAUSE, self._read_if_typed)
        self._breath = self.set_timer(BREATH, self.draft.pause)

    def _read_if_typed(self) -> None:
        self._timer = None
        if self.request.text.strip() == self.draft.plan.request.strip():
            return
        if self.draft.by_hand:
            self.draft.request(self.request.text)
            self._show()
            self.post_message(self.PlanChanged())
        else:
            self._reading = self._read(self.request.text)

    @on(RequestArea.ReadAgainWanted)
    def _read_again(self) -> None:
        self.draft.pause()
        self._reading = self._read(self.request.text)

    @work(exclusive=True, group="parse", exit_on_error=False)
    async def _read(self, text: str) -> None:
        """Make the tasks from the request."""
        self._error = ""
        plan = Plan()
        if text.strip():
            try:
                plan = await asyncio.to_thread(self._parse, text)
            except InputError as error:
                self._error = "\n".join(problem.message for problem in error.problems)
                plan = Plan(request=text)
        self.draft.read(plan)
        self._show()
        self.post_message(self.PlanChanged())

    def _stop_reading(self) -> None:
        """What is being read of the request is out of date."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.workers.cancel_group(self, "parse")

    def _show_request(self) -> None:
        if self.request.text.strip() != self.draft.plan.request.strip():
            self.request.load_text(self.draft.plan.request)
            self.request.move_cursor(self.request.document.end)

    @on(RequestArea.Left)
    def _leave_request(self) -> None:
        self.draft.pause()
        self.tasks.focus()

    @on(RequestArea.EditorWanted)
    def _write_outside(self) -> None:
        self.post_message(self.EditorWanted(None))

    # The tasks

    @on(TaskList.Wanted)
    def _do(self, event: TaskList.Wanted) -> None:
        picked = self.tasks.picked
        match event.action:
            case "undo" | "redo":
                self.step(event.action)
            case "settle":
                self._changed(self.draft.edit(edits.settle))
            case "read_again":
                self._read_again()
            case "request":
                self.request.focus()
            case "add":
                self.add_task(picked)
            case "edit" if picked:
                self.edit_task(picked)
            case "variants" if picked:
                self.ask_variants(picked)
            case "expand" if picked:
                self.ask_expansion(picked)
            case "refine":
                self.post_message(self.RefineWanted(picked or ""))
            case "outside" if picked:
                self.post_message(self.EditorWanted(picked))
            case action if picked:
                self._change(action, picked, event.steps)
            case _:
                self.app.bell()

    @on(TaskList.Picked)
    def _picked(self) -> None:
        self._show_detail()

    def _change(self, action: str, picked: str, steps: int) -> None:
        changes: dict[str, Callable[[Plan], Plan]] = {
            "duplicate": lambda plan: edits.duplicate_task(plan, picked),
            "delete": lambda plan: edits.delete_task(plan, picked),
            "toggle": lambda plan: edits.toggle_task(plan, picked),
            "priority": lambda plan: edits.next_priority(plan, picked),
            "move": lambda plan: edits.move_task(plan, picked, steps),
        }
        task, waited = self.draft.plan.task(picked), edits.waiting_for(self.draft.plan, picked)
        self._changed(self.draft.edit(changes[action]))
        if action == "delete" and (told := words.deleted(task, waited, self._key("tasks.undo"))):
            self.notify(told, severity="warning", markup=False)

    def _changed(self, really: bool, picked: str | None = None) -> None:
        if not really:
            self.app.bell()
            return
        self._error = ""
        self._show(picked)
        self.post_message(self.PlanChanged())

    # Showing

    def _show(self, picked: str | None = None) -> None:
        if not self.children:  # the app ends, and what was read of the request comes too late
            return
        plan = self.draft.plan
        self.set_class(not plan.tasks, "-empty")
        self.tasks.show_plan(plan, picked)
        self._show_head()
        problems = self.query_one("#plan-problems", Static)
        by_hand = self.draft.by_hand
        problems.update(found := words.problems(plan, self._error, self._key, by_hand=by_hand))
        problems.display = bool(found.plain)
        count = sum(task.enabled for task in plan.tasks)
        self.border_subtitle = f"{count} task{'' if count == 1 else 's'}" if plan.tasks else ""
        self._show_detail()

    def _show_head(self) -> None:
        self._head.update(heading(self.tasks.columns))

    def _show_detail(self) -> None:
        picked = self.tasks.picked
        task = next((each for each in self.draft.plan.tasks if each.id == picked), None)
        by = who(task, self.draft.plan, self._fit, self._known) if task else ""
        detail = self.query_one("#task-detail", Static)
        detail.update(words.detail(task, self.tasks.standing(picked or ""), by))
        detail.set_class(task is None, "-empty")
