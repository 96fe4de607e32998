"""The app's desk for writing elsewhere: the request, or a task as YAML, in a person's own editor.

The text goes through a private file that is gone afterwards. What is wrong with
it is told, and nothing of it is lost but by choice. This module never draws.
"""

import asyncio
import tempfile
from pathlib import Path

from textual import on, work

from orchtui.engine.errors import InputError
from orchtui.engine.plan import Plan, Task
from orchtui.engine.text import clean, clean_line
from orchtui.ui import outside, plan_edits
from orchtui.ui.compose_pane import ComposePane
from orchtui.ui.dialogs import Ask
from orchtui.ui.reading_desk import ReadingDesk
from orchtui.ui.task_text import read_task, write_task


class OutsideDesk(ReadingDesk):
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
        with tempfile.TemporaryDirectory(prefix="orchtui-") as folder:
            text = await self.edit_text(Path(folder) / "request.md", area.text)
        if text is not None:
            area.load_text(text.rstrip("\n"))

    async def _write_task(self, task_id: str) -> None:
        """One task as YAML; what is wrong is told, and the text can be mended or dropped."""
        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        task = plan.task(task_id)
        with tempfile.TemporaryDirectory(prefix="orchtui-") as folder:
            edited = await self._written(plan, task, Path(folder) / f"{task_id}.yaml")
        if edited != task:
            self.main.plan_pane.change(
                lambda now: plan_edits.replace_task(now, task_id, edited), edited.id
            )

    async def _written(self, plan: Plan, task: Task, path: Path) -> Task:
        """The task as a person wrote it; the same one where they gave up."""
        before = text = write_task(task)
        while (written := await self.edit_text(path, text)) not in (None, before):
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
        told = "\n".join(
            f"line {each.line}: {clean_line(each.message, 200)}" if each.line else each.message
            for each in error.problems[:8]
        )
        answers = [("e", "edit", "back to the editor"), ("d", "drop", "drop what was written")]
        question = Ask("The task can not be taken like this", told, answers)
        while (answer := await self.push_screen_wait(question)) is None:
            question = Ask("The task can not be taken like this", told, answers)
        return answer == "edit"

    async def edit_text(self, path: Path, text: str) -> str | None:
        """Have a text edited in a private file; `None` when that was not done."""
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        await asyncio.to_thread(path.chmod, 0o600)
        if code := await outside.edit(self, path):
            self.say(f"The editor ended with {code}: nothing is taken over", "warning")
            return None
        return clean(await asyncio.to_thread(path.read_text, encoding="utf-8", errors="replace"))
