"""Opens an output outside the app: the file in the run folder, or a copy of what has none.

A text that still grows, or that is not the one that counts, is copied into a file that can not be
written; copies go with the app. This module never changes a run's files.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from textual import on, work

from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.event_parts import output_file
from orchtui.engine.runs.run import ENDED, Attempt, TaskRun
from orchtui.engine.sessions.project import Project
from orchtui.ui.desks.again_desk import AgainDesk
from orchtui.ui.output.output_pane import OutputPane
from orchtui.ui.output.output_text import Program
from orchtui.ui.screen import Shown
from orchtui.ui.terminal import outside

_SET_BY: dict[Program, str] = {"editor": "$VISUAL or $EDITOR", "pager": "$PAGER"}


class ReadingDesk(AgainDesk):
    """The app without comparing, saving and leaving."""

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        self._copies: Path | None = None

    @on(OutputPane.OpenWanted)
    @work(exclusive=True, group=outside.GROUP, exit_on_error=False)
    async def _open_outside(self, event: OutputPane.OpenWanted) -> None:
        shown, text = self.main.shown, self.main.output.text.text
        path = None
        if shown is not None and (event.task is not None or text):  # else it is nobody's
            path = _kept_file(shown, event.task, event.attempt)
        if path is None or not await asyncio.to_thread(path.is_file):
            if not text:
                self.decline("There is no text to open yet")
                return
            await self.open_text(event.program, text, _name(event.task, event.attempt))
        else:
            await self._open_path(event.program, path)

    async def open_text(self, program: Program, text: str, name: str) -> None:
        """Open a copy of a text, under this name."""
        await self._open_path(program, await asyncio.to_thread(self._copy, text, name))

    async def _open_path(self, program: Program, path: Path) -> None:
        open_it = outside.edit if program == "editor" else outside.view
        if code := await open_it(self, path):
            name = _SET_BY[program]
            self.say(
                f"The {program} ended with exit code {code}; {name} says which one is used",
                "warning",
            )

    def _copy(self, text: str, name: str) -> Path:
        if self._copies is None:
            self._copies = Path(tempfile.mkdtemp(prefix="orchtui-"))
        path = self._copies / name
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
        path.chmod(0o400)
        return path

    async def drop_copies(self) -> None:
        """Delete the copies, at the end of the app."""
        if self._copies is not None:
            folder, self._copies = self._copies, None
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _kept_file(shown: Shown, task: TaskRun | None, attempt: Attempt | None) -> Path | None:
    """The file in the run folder that has this very text, and grows no more."""
    if task is None:
        aggregated = shown.run.aggregated
        return shown.folder / aggregated.output if aggregated is not None else None
    if task.status in ENDED and task.output and attempt is task.kept:
        return shown.folder / task.output
    return None


def _name(task: TaskRun | None, attempt: Attempt | None) -> str:
    if task is None:
        return "parallel-result.md"
    name = Path(output_file(task.task.position))
    return f"{name.stem}-attempt-{attempt.number if attempt else 0}{name.suffix}"
