"""The app's replays: a run's journal is opened in a thread, and handed to the screen to be played.

What is wrong with a journal is told, and it is replayed as far as it goes. This module never draws,
and plays nothing itself.
"""

import asyncio
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.journals import journal
from orchtui.engine.text import clean_line
from orchtui.ui.desks.past_desk import PastDesk
from orchtui.ui.looks import looks
from orchtui.ui.playing import Playing
from orchtui.ui.runs.runs_pane import RunsPane
from orchtui.ui.screen import Shown

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.replay.recording import Recording

_TAKES = 60.0
"""Seconds that a replay is to take at most, at the speed that it begins with."""
_GOES_ON = "It still goes on: it can be replayed once it has ended"
_MUCH = 10 << 20
"""Bytes of memory that are worth telling."""


class _Stopped(Exception):
    """A person did not want to wait."""


class ReplayDesk(PastDesk):
    """The app without reading outside, saving and leaving."""

    def action_replay_run(self) -> None:
        """Replay the run in the panes, or end that."""
        shown = self.main.shown
        if self.main.replaying:
            self.main.end_replay()
        elif shown is None:
            self.decline("Nothing has run yet: ctrl+r runs the plan")
        elif self.sees_live() or shown.watched:
            self.decline(_GOES_ON)
        else:
            self._replay(shown)

    @on(RunsPane.ReplayWanted)
    def _replay_listed(self, event: RunsPane.ReplayWanted) -> None:
        event.stop()
        self._replay_past(event.run_id)

    @on(Playing.Broke)
    def _broken(self, event: Playing.Broke) -> None:
        self.main.end_replay()
        self.say(f"The replay has ended: {event.error}", "error", "REPLAY")

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _replay(self, shown: Shown) -> None:
        recording = await self._recorded(shown.folder)
        if self.main.shown is shown:  # else something else is looked at by now
            self._begin(recording)

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _replay_past(self, run_id: str) -> None:
        """A run of the list: its journal is read once, also for how it ended."""
        folder = await asyncio.to_thread(self.project.run_folder, run_id)
        if await asyncio.to_thread(journal.is_alive, folder):
            self.decline(_GOES_ON)
            return
        recording = await self._recorded(folder)
        run = await asyncio.to_thread(recording.at, recording.count)
        self.stop_watching()
        self.main.show_run(Shown(run, folder, past=True))
        self.main.action_go("timeline")
        self._begin(recording)

    async def _recorded(self, folder: Path) -> "Recording":
        from orchtui.engine.replay.recording import open_recording  # not before the first paint

        path, stopped = folder / journal.FILE, Event()
        with self.busy.doing("reading the journal", self.stops_this()) as job:
            size = await asyncio.to_thread(lambda: path.stat().st_size if path.exists() else 0)

            def told(read: int) -> None:
                if stopped.is_set():
                    raise _Stopped
                job.words = f"reading the journal: {100 * read // max(1, size)} %"

            try:
                return await asyncio.to_thread(open_recording, folder, told)
            finally:
                stopped.set()

    def _begin(self, recording: "Recording") -> None:
        from orchtui.engine.replay.player import SPEEDS, Player  # not before the first paint

        for note in recording.notes:
            self.say(clean_line(note, 400), "warning", "REPLAY")
        enough = (speed for speed in SPEEDS if recording.length <= speed * _TAKES)
        player = Player(recording, next(enough, SPEEDS[-1]))
        player.play()
        player.advance(self.main.clock())
        self.main.replay(player)
        took = f", {recording.bytes / 1e6:.0f} MB of memory" if recording.bytes >= _MUCH else ""
        self.say(
            f"{recording.count:,} events in {looks.clock(recording.length)}{took}; esc ends it",
            title="REPLAY",
        )
