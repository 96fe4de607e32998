"""The app's other runs: opened, watched while another process writes them, gone on with.

Before a run goes on it is shown what is kept, and what runs again and why. This
module never draws.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.errors import InputError, RunAliveError
from orchtui.engine.journals import journal
from orchtui.engine.run_folders import past_runs
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.ui.desks.keeping_desk import KeepingDesk
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.runs.runs_pane import RunsPane
from orchtui.ui.screen import Shown

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.sessions.orchestrator import Orchestrator


class PastDesk(KeepingDesk):
    """The app with past runs in its panes."""

    @on(RunsPane.DetailWanted)
    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _tell_more(self, event: RunsPane.DetailWanted) -> None:
        from orchtui.ui.desks.run_reading import read_detail  # not before the first paint

        detail = await asyncio.to_thread(
            read_detail, event.entry, self.project, tuple(self.history().rows)
        )
        self.main.runs_pane.show_detail(detail)

    @on(RunsPane.Opened)
    def _open_past(self, event: RunsPane.Opened) -> None:
        if isinstance(event, RunsPane.ResumeWanted | RunsPane.ReplayWanted):
            return
        self._open_run(event.run_id, event.task, event.words)

    def _open_run(self, run_id: str, task: str = "", words: str = "") -> None:
        if self.main.live is not None and run_id == self.main.live.id:
            self.action_go_back()
            self._read(task, words)
        else:
            self._open(run_id, task, words)

    def _read(self, task: str, words: str) -> None:
        """Go to a task's output, with the words that were searched for at hand there."""
        if task and self.main.run_shown is not None:
            self.main.timeline.rows.pick_task(task)
            self.main.output.search.offer(words)
            self.main.action_go("output")

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open(self, run_id: str, task: str = "", words: str = "") -> None:
        with self.busy.doing("opening the run", self.stops_this()):
            folder = await asyncio.to_thread(self.project.run_folder, run_id)
            self.stop_watching()
            if await asyncio.to_thread(journal.is_alive, folder):
                self._watch(folder)
                return
            run, why = await asyncio.to_thread(past_runs.open_as_far, folder)
        if why:
            self.say(f"It is shown as far as its journal can be read: {why}", "warning")
        self.main.show_run(Shown(run, folder, past=True))
        self.main.action_go("timeline")
        self._read(task, words)

    @on(RunsPane.Left)
    def _left_runs(self) -> None:
        self.action_go_back()

    def action_go_back(self) -> None:
        self.stop_watching()
        if self.main.shown is not None and self.main.shown.past:
            self.main.show_run(self._own)
            self.main.action_go("timeline" if self._own else "compose")
        else:
            self.main.action_go("compose")

    # A run that another process writes

    @work(exclusive=True, group="watch", exit_on_error=False)
    async def _watch(self, folder: Path) -> None:
        """Show a run while another process writes it, until that one has gone."""
        from orchtui.engine.run_folders.follower import Watch  # not before the first paint

        watch = Watch(folder)
        with self.busy.doing("opening the run", self.stops_this()):
            run = await watch.catch_up()
        self.main.show_run(Shown(run, folder, past=True, watched=True))
        self.main.action_go("timeline")
        try:
            async for _ in watch:
                pass  # the screen's timer looks at the Run by itself
        finally:
            self.main.unwatch(run)
        if watch.interrupted:
            self.say("Nobody writes this run any more; r goes on with it", "warning", "INTERRUPTED")
        else:
            self.tell_end(run, folder)
        self.main.runs_pane.post_message(RunsPane.ReloadWanted())

    # Going on

    @on(RunsPane.ResumeWanted)
    def _resume_past(self, event: RunsPane.ResumeWanted) -> None:
        event.stop()
        self._resume(event.run_id)

    def action_retry_failed(self) -> None:
        shown = self.main.shown
        if shown is None:
            self.decline("Nothing has run yet: ctrl+r runs the plan")
        elif self.only_replayed():
            pass  # a person was told so
        elif self.sees_live():
            again = self.live.retry_failed()
            self.say(
                f"Trying {len(again)} again" if again else "Nothing has failed or was left out"
            )
        elif not self.only_watched():
            self._resume(shown.run.id)

    def _resume(self, run_id: str) -> None:
        if self.take_place():
            self._go_on(run_id)

    @work(group="run", exit_on_error=False)
    async def _go_on(self, run_id: str) -> None:
        try:
            if (orchestrator := await self._going_on(run_id)) is not None:
                await self.follow(orchestrator)
        except InputError as error:
            self.say(error.problems[0].message, "warning")
        except RunAliveError as error:
            await self._offer_to_watch(error)
        finally:
            self.live.free()

    async def _going_on(self, run_id: str) -> "Orchestrator | None":
        """A past run as it would go on, once a person has seen and agreed to that."""
        from orchtui.ui.dialogs.reuse_question import ask_resume  # not before the first paint

        with self.busy.doing("looking what is kept", self.stops_this()):
            prospect = await asyncio.to_thread(self.project.prospect_of, run_id)
        if not prospect.nothing_left and not await ask_resume(self, prospect):
            return None
        with self.busy.doing("taking over what is kept"):
            orchestrator = await asyncio.to_thread(self.project.begin, prospect)
        self._tell_own_backend(prospect.schedule)
        for warning in await asyncio.to_thread(self.project.warnings, prospect.schedule):
            self.say(warning, "warning")
        return orchestrator if await self.agreed(prospect.schedule, orchestrator.done) else None

    async def _offer_to_watch(self, error: RunAliveError) -> None:
        where = f"process {error.pid}" if error.pid else "another process"
        text = f"Run {error.run_id} is being written by {where}. It can be watched from here."
        answers = [("w", "watch", "watch it"), ("b", "back", "back")]
        if await self.push_screen_wait(Ask("It is still going on", text, answers)) == "watch":
            self._open_run(error.run_id)

    def _tell_own_backend(self, schedule: Schedule) -> None:
        """A run that goes on is the same run: what was chosen since is for new ones."""
        chosen = self.project.overrides.backend
        if chosen is not None and chosen not in schedule.backends:
            own = ", ".join(schedule.backends)
            text = f"This run goes on with its own backend, {own}; {chosen} is for new runs"
            self.say(text, "warning")
