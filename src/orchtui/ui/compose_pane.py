"""The plan being written: the request in plain words, and the tasks made from it.

Tasks follow the request as it is typed, until a person edits one by hand; from
then on only when asked. The draft is the owner of the plan; this pane shows it
and applies the edits. It never starts a run and never writes a file.
"""

import asyncio
from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import OptionList, Static, TextArea
from textual.worker import Worker

from orchtui.engine.errors import InputError
from orchtui.engine.independence.report import Evidence
from orchtui.engine.plan import Plan, Task
from orchtui.engine.text import clean, clean_line
from orchtui.ui import draft as edits
from orchtui.ui.draft import Draft
from orchtui.ui.request_area import RequestArea
from orchtui.ui.searching import RowSearch
from orchtui.ui.task_form import TaskForm
from orchtui.ui.task_list import FitOf, Known, TaskList, everybody, nobody_fits, who
from orchtui.ui.trouble import TellsTrouble

PAUSE = 0.15
"""Seconds after the last key until the request is read."""

_NO_FILE = "there is no agent file of this name; it runs without instructions of its own"

_EMPTY = Content.from_markup(
    "[b $accent]Write what you want done[/]\n"
    "[$foreground-muted]in plain words, above. For example:[/]\n\n"
    "Research Python async/await from three\n"
    "independent perspectives:\n"
    "1. Academic papers and PEPs\n"
    "2. Tutorial and blog content\n"
    "3. Production case studies\n\n"
    "[b]ctrl+r[/] [$foreground-muted]runs each point as a task, side by side[/]\n"
    "[b]ctrl+n[/] [$foreground-muted]opens an example[/]"
)
_NEW_HERE = Content.from_markup(
    "\n[b]ctrl+t[/] [$foreground-muted]shows you round.[/] [b $accent]New here?[/]"
)


class ComposePane(TellsTrouble, Vertical):
    """Request and tasks.

    Args:
        draft: The plan on the desk.
        parse: Request text in, Plan out; may raise InputError.
        fit: Whom a task gets that names nobody.
        known: Who has an agent file.
    """

    class PlanChanged(Message):
        """The draft is another plan now."""

    def __init__(
        self,
        draft: Draft,
        parse: Callable[[str], Plan],
        fit: FitOf = nobody_fits,
        known: Known = everybody,
    ) -> None:
        super().__init__(id="compose", classes="pane")
        self.border_title = "1 Plan"
        self.draft = draft
        self._parse = parse
        self._fit = fit
        self._known = known
        self._timer: Timer | None = None
        self._reading: Worker[None] | None = None
        self._error = ""
        self.request = RequestArea(
            draft.plan.request,
            id="request",
            tab_behavior="focus",
            soft_wrap=True,
            show_line_numbers=False,
            placeholder="Research X, write Y, test Z …",
        )
        self.tasks = TaskList(fit, known)
        self._empty = Static(_EMPTY, id="compose-empty", classes="empty", markup=False)
        self.search = RowSearch(
            lambda: [_words(task) for task in self.draft.plan.tasks],
            self._place,
            self._pick,
            lambda: self.tasks,
        )

    def compose(self) -> ComposeResult:
        yield self.request
        yield Static("", id="plan-problems", markup=False)
        yield self.tasks
        yield self._empty
        yield Static("", id="plan-verdict", markup=False)
        yield Static("", id="task-detail", markup=False)
        yield self.search

    def on_mount(self) -> None:
        self._show()

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
        self._empty.update(_EMPTY + _NEW_HERE if wanted else _EMPTY)

    def open_plan(self, plan: Plan) -> None:
        """Put another plan on the desk; the one that was there can be brought back by undo."""
        self._changed(self.draft.edit(lambda _: plan))
        self.request.text = plan.request
        self.tasks.focus()

    def show_problems(self, problems: list[str]) -> None:
        """Say why the plan can not start."""
        self._error = "\n".join(problems)
        self._show()

    def show_verdict(self, line: Content) -> None:
        """Say in a line which tasks may run together; nothing while there are none."""
        shown = self.query_one("#plan-verdict", Static)
        shown.update(line, layout=False)
        shown.set_class(not line.plain, "-empty")

    def open_words(self, evidence: Evidence) -> None:
        """Pick a task, and open its form where these words stand."""
        if any(task.id == evidence.task for task in self.draft.plan.tasks):
            self.tasks.show_plan(self.draft.plan, evidence.task)
            self._edit(evidence.task, evidence)
        else:
            self.app.bell()

    def change(self, edit: Callable[[Plan], Plan]) -> None:
        """Make an edit that comes from elsewhere.

        Raises:
            ValueError: when the edit says that it can not be made; the plan is as it was.
        """
        self._changed(self.draft.edit(edit))

    def step(self, action: str) -> None:
        """Undo the latest edit, or `redo` it."""
        self._changed(self.draft.redo() if action == "redo" else self.draft.undo())

    # The request

    @on(TextArea.Changed, "#request")
    def _typed(self, event: TextArea.Changed) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._read_if_typed)

    def _read_if_typed(self) -> None:
        self._timer = None
        if self.request.text.strip() == self.draft.plan.request.strip():
            return
        if self.draft.by_hand:
            self.draft.request(self.request.text)
            self._show()
            self.post_message(self.PlanChanged())
        else:
            self._read_again()

    @on(RequestArea.ReadAgainWanted)
    def _read_again(self) -> None:
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

    @on(RequestArea.Left)
    def _leave_request(self) -> None:
        self.tasks.focus()

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
                self._open_form(Task(id=edits.new_id(self.draft.plan)), "A new task", picked)
            case "edit" if picked:
                self._edit(picked)
            case action if picked:
                self._change(action, picked, event.steps)

    @on(OptionList.OptionSelected, "#task-list")
    def _selected(self) -> None:
        if picked := self.tasks.picked:
            self._edit(picked)

    @on(OptionList.OptionHighlighted, "#task-list")
    def _highlighted(self) -> None:
        self._show_detail()

    def _change(self, action: str, picked: str, steps: int) -> None:
        changes: dict[str, Callable[[Plan], Plan]] = {
            "duplicate": lambda plan: edits.duplicate_task(plan, picked),
            "delete": lambda plan: edits.delete_task(plan, picked),
            "toggle": lambda plan: edits.toggle_task(plan, picked),
            "priority": lambda plan: edits.next_priority(plan, picked),
            "move": lambda plan: edits.move_task(plan, picked, steps),
        }
        self._changed(self.draft.edit(changes[action]))

    def _changed(self, really: bool, picked: str | None = None) -> None:
        if not really:
            self.app.bell()
            return
        self._error = ""
        self._show(picked)
        self.post_message(self.PlanChanged())

    def _edit(self, task_id: str, words: Evidence | None = None) -> None:
        task = self.draft.plan.task(task_id)
        self._open_form(task, f"Task {task.id}", None, words)

    def _open_form(
        self, task: Task, title: str, behind: str | None, words: Evidence | None = None
    ) -> None:
        def take(edited: Task | None) -> None:
            if edited is None:
                return
            known = any(each.id == task.id for each in self.draft.plan.tasks)
            self._changed(
                self.draft.edit(
                    lambda plan: (
                        edits.replace_task(plan, task.id, edited)
                        if known
                        else edits.add_task(plan, edited, behind)
                    )
                ),
                edited.id,
            )
            if words is None:  # else back to where the words were found
                self.tasks.focus()

        self.app.push_screen(TaskForm(self.draft.plan, task, title, words, self._fit), take)

    def _place(self) -> int:
        ids = [task.id for task in self.draft.plan.tasks]
        picked = self.tasks.picked
        return ids.index(picked) if picked in ids else 0

    def _pick(self, place: int) -> None:
        if self.draft.plan.tasks:
            self.tasks.show_plan(self.draft.plan, self.draft.plan.tasks[place].id)

    # Showing

    def _show(self, picked: str | None = None) -> None:
        plan = self.draft.plan
        self.set_class(not plan.tasks, "-empty")
        self.tasks.show_plan(plan, picked)
        problems = self.query_one("#plan-problems", Static)
        problems.update(found := self._problems())
        problems.display = bool(found.plain)
        count = sum(task.enabled for task in plan.tasks)
        self.border_subtitle = f"{count} task{'' if count == 1 else 's'}" if plan.tasks else ""
        self._show_detail()

    def _problems(self) -> Content:
        plan = self.draft.plan
        parts: list[Content] = []
        if self._error:
            parts.append(Content.styled(f"✗ {clean(self._error)}", "b $text-error"))
        parts += [
            Content.styled(f"▲ missing: {clean_line(what)}", "b $text-warning")
            for what in plan.missing
        ]
        if plan.missing:
            words = "Say it in the request, or press m in the list if the tasks are as meant."
            parts.append(Content.styled(words, "$foreground-muted"))
        if self.draft.by_hand and self.request.text.strip():
            words = "the tasks are not read from the request; F4 makes them anew from it"
            parts.append(Content.styled(words, "$foreground-muted"))
        return Content("\n").join(parts)

    def _show_detail(self) -> None:
        detail = self.query_one("#task-detail", Static)
        picked = self.tasks.picked
        task = next((each for each in self.draft.plan.tasks if each.id == picked), None)
        text = (task.prompt or " ".join(task.command)) if task else ""
        by = f"{who(task, self.draft.plan, self._fit, self._known)}\n" if task else ""
        if by.startswith("▲"):
            by = f"{by.rstrip()}: {_NO_FILE}\n"
        detail.update(Content.assemble((clean(by), "$accent"), clean(text[:2000])))
        detail.set_class(not text, "-empty")


def _words(task: Task) -> str:
    """What of a task is searched."""
    program = " ".join(task.command)
    return f"{task.id} {task.title} {task.prompt} {program} {task.specialist or ''}"
