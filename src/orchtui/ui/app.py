"""The app: owns the project and the run that is going on, and does what keys ask for.

Its desks pull the orchestrator's events to their end and hand the Run down to
the screen; screens come and go, the run stays. Here are past runs, saving and
leaving. This module never draws.
"""

import asyncio
from pathlib import Path

from textual import on, work
from textual.screen import Screen
from textual.widgets import Input, TextArea

from orchtui.engine.plan import Plan
from orchtui.engine.project import Project
from orchtui.ui.dialogs import Ask
from orchtui.ui.run_desk import RunDesk, short
from orchtui.ui.runs_pane import RunsPane
from orchtui.ui.saving import ask_and_save
from orchtui.ui.screen import Shown

LEAVE_WITHIN = 5.0
"""Seconds that quitting waits for a cancelled run to be written, and for backends to close."""


class OrchtuiApp(RunDesk):
    """The full-screen app; `run` gives 0.

    Args:
        project: Where to run things.
        plan: What to begin with.
        plan_path: The file that the plan came from.
        theme: Name of a theme.
    """

    def __init__(
        self,
        project: Project,
        plan: Plan | None,
        plan_path: Path | None = None,
        theme: str | None = None,
    ) -> None:
        super().__init__(project, plan)
        self._plan_path = plan_path
        self._theme_wanted = theme
        self._quit_asked = False

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def on_mount(self) -> None:
        self.take_theme(self._theme_wanted)
        self.take_signals(self._leave_now)
        self._tell_backend()
        self.call_after_refresh(self.settle_down)

    def take_memory(self, size: int) -> None:
        self.main.memory = size
        self.main.dirty = True

    # Past runs

    @on(RunsPane.ReloadWanted)
    @work(exclusive=True, group="runs", exit_on_error=False)
    async def _list_runs(self) -> None:
        self.main.runs_pane.show_runs(await asyncio.to_thread(self.project.list_runs))

    @on(RunsPane.ResumeWanted)
    def _resume_past(self, event: RunsPane.ResumeWanted) -> None:
        event.stop()
        self._resume(event.run_id)

    @on(RunsPane.Opened)
    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open_past(self, event: RunsPane.Opened) -> None:
        if isinstance(event, RunsPane.ResumeWanted):
            return
        if self.main.live is not None and event.run_id == self.main.live.id:
            self.action_go_back()
            return
        run = await asyncio.to_thread(self.project.open_run, event.run_id)
        folder = self.project.run_folder(run.id)
        self.main.show_run(Shown(run, folder, past=True))
        self.main.action_go("timeline")

    def action_go_back(self) -> None:
        if self.main.shown is not None and self.main.shown.past:
            self.main.show_run(self._own)
            self.main.action_go("timeline" if self._own else "compose")
        else:
            self.main.action_go("compose")

    # Saving

    def action_save_plan(self) -> None:
        if self.draft.plan.tasks:
            self._save()
        else:
            self.say("There are no tasks to save yet", "warning")

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _save(self) -> None:
        await self._save_plan()

    async def _save_plan(self) -> bool:
        """Ask for a path and save; whether that was done."""
        await self.main.plan_pane.up_to_date()
        plan = self.draft.plan
        path = await ask_and_save(self, plan, self.project.folder, self._plan_path)
        if path is None:
            return False
        self._plan_path, self.draft.saved = path, plan
        self.say(f"Saved: {short(path, self.project.folder)}")
        return True

    # Leaving

    def action_interrupt(self) -> None:
        """Copy what is marked; with nothing marked, quit."""
        focused = self.focused
        if isinstance(focused, TextArea | Input) and focused.selected_text:
            self.copy_to_clipboard(focused.selected_text)
        else:
            self._quit()

    async def action_quit(self) -> None:
        self._quit()

    def _quit(self) -> None:
        if not self._quit_asked:
            self._quit_asked = True
            self._ask_and_leave()

    @work(group="quit", exit_on_error=False)
    async def _ask_and_leave(self) -> None:
        try:
            if await self._may_leave():
                await self._leave()
        finally:
            self._quit_asked = False

    async def _may_leave(self) -> bool:
        if self.live.taken:
            run = self.live.run
            going = len(run.with_status("running")) if run else "A run is starting: none"
            text = f"{going} running. Their text so far is kept; the run can be resumed later."
            answers = [("s", "stay", "stay"), ("c", "leave", "cancel them and quit")]
            if await self.push_screen_wait(Ask("Tasks are running", text, answers)) != "leave":
                return False
        if self.draft.unsaved:
            answers = [("s", "save", "save"), ("d", "leave", "discard"), ("b", "stay", "back")]
            text = "The plan was edited by hand and is in no file."
            answer = await self.push_screen_wait(Ask("Save the plan?", text, answers))
            if answer == "save":
                return await self._save_plan()
            return answer == "leave"
        return True

    async def _leave(self) -> None:
        """Stop what runs, wait until it is written, and go."""
        if not self.live.following:
            self.workers.cancel_group(self, "run")  # it has not written anything yet
        await self.live.stop(LEAVE_WITHIN)
        try:
            await asyncio.wait_for(self.project.close(), LEAVE_WITHIN)
        finally:
            self.exit(0)

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def _leave_now(self) -> None:
        """The terminal or the system says so: without a question."""
        await self._leave()
