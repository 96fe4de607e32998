"""What the plan's pane asks in dialogs of their own: a task's form, its variants, what it is for.

What is given back becomes one edit of the draft. This module never draws.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import work
from textual.containers import Vertical

from orchtui.engine.independence.report import Evidence
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean_line
from orchtui.ui.compose import plan_edits as edits
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.task_columns import FitOf
from orchtui.ui.compose.task_list import TaskList
from orchtui.ui.compose.unfinished import FormTyped, Unfinished
from orchtui.ui.dialogs.dialogs import AskLine
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.parts.completion import Catalog

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.plan_files.expanding import GeneratorKey
    from orchtui.ui.compose.task_form import TaskForm

NEW = "A new task"


class TaskDialogs(Vertical, TellsTrouble):
    """A pane that edits tasks in dialogs."""

    draft: Draft
    catalog: Catalog
    folder: Path = Path()
    """The project's, in which files and tables are that tasks are made for."""
    tasks: TaskList
    _fit: FitOf
    _form: "TaskForm | None" = None
    """The form that is open."""
    _opened: Unfinished
    """What it was opened with."""
    _unfinished: Unfinished | None = None
    """What stood in it when that was last asked."""

    def change(self, edit: Callable[[Plan], Plan], picked: str | None = None) -> None:
        """Make an edit, and pick a task."""
        raise NotImplementedError

    # The form

    @property
    def unfinished(self) -> Unfinished | None:
        """What stands in a form, and would be lost with the app; also after that has gone."""
        if self._form is not None and (values := self._form.typed) is not None:
            is_new = self._form.changed
            self._unfinished = replace(self._opened, values=values) if is_new else None
        return self._unfinished

    def drop_unfinished(self) -> None:
        """A person said that it may be lost."""
        self._form, self._unfinished = None, None

    def edit_task(self, task_id: str, words: Evidence | None = None) -> None:
        """Open the form of a task, at these words where there are some."""
        self._open_form(Unfinished(task=self.draft.plan.task(task_id)), words)

    def add_task(self, behind: str | None) -> None:
        """Open the form of a new task."""
        self._open_form(Unfinished(task=Task(id=edits.new_id(self.draft.plan)), behind=behind))

    def go_on_editing(self, unfinished: Unfinished) -> None:
        """Open a form again, with what was typed in it."""
        self._open_form(unfinished)

    def _open_form(self, of: Unfinished, words: Evidence | None = None) -> None:
        from orchtui.ui.compose.task_form import TaskForm  # not before the first paint

        task = of.task

        def take(edited: Task | None) -> None:
            self.drop_unfinished()
            self.post_message(FormTyped())
            if edited is None:
                return
            self.change(
                lambda plan: (
                    edits.replace_task(plan, task.id, edited)
                    if any(one.id == task.id for one in plan.tasks)
                    else edits.add_task(plan, edited, of.behind)
                ),
                edited.id,
            )
            if words is None:  # else back to where the words were found
                self.tasks.focus()

        plan = self.draft.plan
        title = f"Task {task.id}" if any(one.id == task.id for one in plan.tasks) else NEW
        form = TaskForm(plan, task, title, words, self._fit, self.catalog, of.values)
        self._form, self._opened = form, of
        self.app.push_screen(form, take)

    # Variants

    @work(exclusive=True, group="variants", exit_on_error=False)
    async def ask_variants(self, picked: str) -> None:
        """Ask for the ways a task is to be done, and put a task for each in its place."""
        from orchtui.ui.compose.variants import (  # not before the first paint
            make_variants,
            read_variants,
        )

        label = clean_line(self.draft.plan.task(picked).label, 40)
        models, people = await asyncio.to_thread(
            lambda: (
                {one.text for one in self.catalog.models()},
                [one.text for one in self.catalog.specialists()],
            )
        )

        def wrong(answer: str) -> str:
            try:
                read_variants(answer, models, people)
            except ValueError as error:
                return str(error)
            return ""

        example = "3   or   quick sketch; thorough   or   opus; sonnet"
        question = AskLine(f"Variants of “{label}”", "", example, "makes them", wrong)
        if answer := await self.app.push_screen_wait(question):
            if all(task.id != picked for task in self.draft.plan.tasks):
                self._tell_changed()
                return
            made = read_variants(answer, models, people)
            self.change(lambda plan: make_variants(plan, picked, made))

    # For each

    @work(exclusive=True, group="variants", exit_on_error=False)
    async def ask_expansion(self, picked: str) -> None:
        """Ask for what a task is to be done for each of, and put these tasks in its place."""
        from orchtui.engine.plan_files.expanding import expanded, read_items
        from orchtui.ui.compose.expand_dialog import ChooseGenerator, ExpandDialog

        plan = self.draft.plan
        label = clean_line(plan.task(picked).label, 40)
        kind = await self.app.push_screen_wait(ChooseGenerator(label))
        if kind is None:
            return

        def make(kind: "GeneratorKey", typed: str) -> Plan:
            return expanded(plan, picked, kind, read_items(kind, typed), self.folder)

        dialog = ExpandDialog(plan, label, kind, make, self.catalog.paths)
        if (made := await self.app.push_screen_wait(dialog)) is None:
            return
        if self.draft.plan != plan:
            self._tell_changed()
            return
        ids = {task.id for task in plan.tasks}
        self.change(
            lambda now: made, next(t.id for t in made.tasks if t.id not in ids or t.id == picked)
        )
        self.tasks.focus()

    def _tell_changed(self) -> None:
        """A model's answer was taken while it was asked."""
        self.app.bell()
        self.notify("The plan changed meanwhile: nothing was made", severity="warning")
