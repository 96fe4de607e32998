"""The app's desk for writing elsewhere: the request, or a task as YAML, in a person's own editor.

What is wrong with a text is told, and nothing of it is lost but by choice. This
module never draws.
"""

import asyncio

from textual import on, work

from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean_line
from orchtui.ui.compose import plan_edits
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.compose.task_text import read_task, write_task
from orchtui.ui.desks.result_desk import ResultDesk
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.terminal import outside, own_editor


class OutsideDesk(ResultDesk):
    """The app without the plan's files, and without leaving."""

    @on(ComposePane.EditorWanted)
    @work(exclusive=True, group=outside.GROUP, exit_on_error=False)
    async def _write_outside(self, event: ComposePane.EditorWanted) -> None:
        if event.task_id is None:
            await self._write_request()
        else:
            await self._write_task(event.task_id)

    async def _write_request(self) -> None:
        area = self.main.plan_pane.request
        if (text := await self._edited(area.text, "request.md")) is not None:
            area.load_text(text.rstrip("\n"))

    async def _write_task(self, task_id: str) -> None:
        """One task as YAML; what is wrong is told, and the text can be mended or dropped."""
        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        task = plan.task(task_id)
        edited = await self._written(plan, task)
        if edited != task:
            self.main.plan_pane.change(
                lambda now: plan_edits.replace_task(now, task_id, edited), edited.id
            )

    async def _written(self, plan: Plan, task: Task) -> Task:
        """The task as a person wrote it; the same one where they gave up."""
        before = text = write_task(task)
        while (written := await self._edited(text, f"{task.id}.yaml")) not in (None, before):
            assert written is not None
            text = written
            try:
                return await asyncio.to_thread(read_task, plan, task, text)
            except InputError as error:
                if not await self._mend(error):
                    break
        return task

    async def _mend(self, error: InputError) -> bool:
        """Whether a person goes back to the editor to mend what is wrong."""
        told = "\n".join(clean_line(line, 200) for line in error.lines(8))
        answers = [("e", "edit", "back to the editor"), ("d", "drop", "drop what was written")]
        question = Ask("The task can not be taken like this", told, answers)
        while (answer := await self.push_screen_wait(question)) is None:
            question = Ask("The task can not be taken like this", told, answers)
        return answer == "edit"

    async def _edited(self, text: str, name: str) -> str | None:
        """A text as a person left it; `None` where nothing is to be taken over."""
        code, left = await own_editor.write(self, text, name)
        if code:
            self.say(f"The {own_editor.refused(code)}", "warning")
        return None if code else left
