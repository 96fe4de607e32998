"""The app: owns the project and the run that is going on, and does what keys ask for.

Its desks pull the orchestrator's events to their end and hand the Run down to
the screen; screens come and go, the run stays. Here is leaving.
This module never draws.
"""

from collections.abc import Collection
from pathlib import Path

from textual import work
from textual.screen import Screen
from textual.widgets import Input, TextArea

from orchtui.config import Notify
from orchtui.engine.plans.plan import Plan
from orchtui.engine.sessions.project import Project
from orchtui.engine.text import clean_line
from orchtui.ui.desks.welcome_desk import WelcomeDesk
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.keys.hints import hint
from orchtui.ui.keys.key_help import Wanted
from orchtui.ui.terminal import outside
from orchtui.ui.terminal.attention import DEFAULT
from orchtui.ui.terminal.copying import copied_words

LEAVE_WITHIN = 5.0
"""Seconds that quitting waits for a cancelled run to be written, and then for an ended one."""
LET_GO_WITHIN = 10.0
"""Seconds for a run that was ended early: its programs are ended, and what there is is saved."""


class OrchtuiApp(WelcomeDesk):
    """The full-screen app; `run` gives 0.

    Args:
        project: Where to run things.
        plan: What to begin with.
        plan_path: The file that the plan came from.
        theme: Name of a theme.
        notify: How to call a person who looks elsewhere.
        keys: The user's own keys, by the id of a row of the keymap.
    """

    def __init__(
        self,
        project: Project,
        plan: Plan | None,
        plan_path: Path | None = None,
        theme: str | None = None,
        notify: Collection[Notify] = DEFAULT,
        keys: Wanted | None = None,
    ) -> None:
        super().__init__(project, plan, plan_path)
        self._theme_wanted = theme
        self._notify = notify
        self._quit_asked = False
        self.prepare_theme(theme)
        self.prepare_keys(keys or {})

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def on_mount(self) -> None:
        self.take_theme(self._theme_wanted)
        self.remember_theme()
        self.tell_keys()
        self.main.bound_keys = self.bound_keys
        self.welcome()
        self.take_signals(self._leave_now)
        self.take_attention(self._notify)
        self.tell_workers()
        self.follow_agent_files()
        # A thread that reads files would share the first paint.
        self.call_after_refresh(self.offer_drafts)
        self.call_after_refresh(self.settle_down)

    def take_memory(self, size: int) -> None:
        if self.main.memory is None or size >> 20 != self.main.memory >> 20:  # as it is shown
            self.main.memory = size
            self.main.dirty = True

    # Leaving

    def action_interrupt(self) -> None:
        """Copy what is marked; with nothing marked, quit."""
        focused = self.focused
        if isinstance(focused, TextArea | Input) and focused.selected_text:
            self.copy_to_clipboard(focused.selected_text)
        elif marked := self.screen.get_selected_text():
            self.copy_to_clipboard(marked)
            self.say(copied_words(marked, "what is marked"))
            self.screen.clear_selection()
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
            title, leave = "Tasks are running", "cancel them and quit"
            if self.live.only_writes:
                title, leave = "The run is being written", "quit once it is written"
                text = "All its tasks have ended."
            answers = [("s", "stay", "stay"), ("c", "leave", leave)]
            ask = Ask(title, text, answers, over=lambda: not self.live.taken)
            if await self.push_screen_wait(ask) != "leave":
                return False
        if self.joins:
            text = "The result stays what it was; what was used so far is written down."
            answers = [("s", "stay", "stay"), ("c", "leave", "stop that and quit")]
            if await self.push_screen_wait(Ask("Results are being joined", text, answers)) != (
                "leave"
            ):
                return False
        if self.plans:
            text = "What it has answered so far is lost, though it is paid for."
            answers = [("s", "stay", "stay"), ("c", "leave", "stop it and quit")]
            if await self.push_screen_wait(Ask("A model is being asked", text, answers)) != "leave":
                return False
        if self.main.plan_pane.unfinished is not None:
            answers = [("b", "stay", "back to it"), ("d", "leave", "discard")]
            text = (
                f"What was typed in it is not in the plan yet: {hint(self, 'form.done')} takes it."
            )
            if await self.push_screen_wait(Ask("Leave the form?", text, answers)) != "leave":
                return False
            self.main.plan_pane.drop_unfinished()
        if self.draft.unsaved:
            answers = [("s", "save", "save"), ("d", "leave", "discard"), ("b", "stay", "back")]
            text = "The plan was edited by hand and is in no file."
            if (path := self.draft.path) is not None:
                text = f"What was changed is not in {clean_line(path.name)} yet."
            answer = await self.push_screen_wait(Ask("Save the plan?", text, answers))
            if answer == "save":
                return await self.save_plan(self.draft.path)
            if answer != "leave":
                return False
            self.draft.drop()
        return True

    async def _shutdown(self) -> None:
        """However the app ends: the terminal first, then what is left of a run and of backends."""
        try:
            await super()._shutdown()
        finally:
            try:
                await self.close_drafts()
            finally:
                await self.live.let_go(LET_GO_WITHIN)
                await self.let_joining_go()
                await self.close_history()
                await self.drop_copies()
                await self.project.close()

    async def _leave(self) -> None:
        """Keep what is typed, stop what runs, wait until it is written, and go."""
        await self.keep_draft()  # while the form still stands
        await outside.end(self)
        if not self.live.following:
            self.workers.cancel_group(self, "run")  # it has not written anything yet
        with self.busy.doing("writing the run"):
            await self.live.stop(LEAVE_WITHIN)
        self.exit(0)

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def _leave_now(self) -> None:
        """The terminal or the system says so: without a question."""
        await self._leave()
