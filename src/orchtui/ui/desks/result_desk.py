"""The app's desk for what comes of a whole run: what its time went to, and its results joined anew.

Joining goes on in a task of its own. However it is stopped, with escape or with the app, what it
used by then is written down before it is let go. This module never draws.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from orchtui.engine.errors import InputError, NoBackendError, OrchtuiError
from orchtui.engine.plans.plan import AggregateStrategy, Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.ui.desks.compare_desk import CompareDesk
from orchtui.ui.keys.hints import hint
from orchtui.ui.notices.busy import Job
from orchtui.ui.runs.run_entry import RunEntry
from orchtui.ui.runs.runs_pane import RunsPane
from orchtui.ui.screen import Shown

if TYPE_CHECKING:  # not before the first paint
    from orchtui.ui.dialogs.time_card import TimeTold

LOOK_AGAIN = 1.0
"""Seconds between two reports on a run that goes on."""
_ON_THE_LOOP = 300
"""Tasks up to which the report on a Run that changes meanwhile is made at once."""
_GO_WITHIN = 10.0
"""Seconds that joining which is stopped has for writing down what it used."""


class ResultDesk(CompareDesk):
    """The app without the plan's files, and without leaving."""

    def __init__(self, project: Project, plan: Plan | None) -> None:
        super().__init__(project, plan)
        self._joining: asyncio.Task[Run] | None = None
        self._join_begun = False
        """Whether results are, or are about to be: the run is opened first, which takes time."""

    @on(RunsPane.Wanted)
    def _do_with_result(self, event: RunsPane.Wanted) -> None:
        match event.action, event.entry:
            case "time", RunEntry() as entry:
                self._tell_time_of(entry.id)
            case "join", RunEntry() as entry:
                self._join_listed(entry.id)

    # What its time went to

    def action_show_time(self) -> None:
        """What the time of the run in the panes went to."""
        if self.main.shown is None:
            self.decline("Nothing has run yet: ctrl+r runs the plan")
        else:
            self._tell_time()

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _tell_time(self) -> None:
        from orchtui.ui.dialogs.time_card import TimeCard  # not before the first paint

        card: TimeCard | None = None
        while (shown := self.main.shown) is not None:
            with self.busy.doing("reading what the time went to", self.stops_this()):
                told = await self._time_told(shown)
            if card is None:
                card = TimeCard(told)
                await self.push_screen(card)
            else:
                card.show(told)
            if self.main.replaying or not self._goes_on(shown):
                return  # of what stands still once is enough
            await asyncio.sleep(LOOK_AGAIN)
            if card not in self.screen_stack:
                return

    async def _time_told(self, shown: Shown) -> "TimeTold":
        from orchtui.ui.desks import time_reading  # not before the first paint

        run, player = shown.run, self.main.player
        few = len(run.tasks) <= _ON_THE_LOOP
        if player is not None:
            moment, at = player.moment, player.position
            if not few:
                run = await asyncio.to_thread(player.recording.at, player.index)
            return time_reading.replayed(run, moment, at)
        if not self._goes_on(shown):
            return await asyncio.to_thread(time_reading.ended, run)
        if few:
            return time_reading.going_on(run, self.live.now())
        return await asyncio.to_thread(time_reading.read, shown.folder)

    def _goes_on(self, shown: Shown) -> bool:
        return shown.watched or shown.run is self.main.live

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _tell_time_of(self, run_id: str) -> None:
        """Of a run of the list, which stays in front."""
        from orchtui.ui.desks.time_reading import read  # not before the first paint
        from orchtui.ui.dialogs.time_card import TimeCard

        with self.busy.doing("reading what the time went to", self.stops_this()):
            told = await asyncio.to_thread(lambda: read(self.project.run_folder(run_id)))
        await self.push_screen(TimeCard(told))

    # The results, joined another way

    @property
    def joins(self) -> bool:
        """Whether results are being joined."""
        return self._join_begun

    def action_join_results(self) -> None:
        """Join the results of the run in the panes another way."""
        shown = self.main.shown
        if shown is None:
            self.decline("Nothing has run yet: ctrl+r runs the plan")
        elif not self.only_replayed() and not self.only_watched() and self._may_join():
            if self._goes_on(shown):
                self.decline("It still goes on: its results are joined once it has ended")
            else:
                self._join(shown)

    def action_replay_run(self) -> None:
        shown = self.main.shown
        if shown is not None and shown.joining:
            self.decline("Its results are being joined: it can be replayed after that")
        else:
            super().action_replay_run()

    def action_cancel_task(self) -> None:
        shown = self.main.shown
        if shown is not None and shown.joining and self._joining is not None:
            self._joining.cancel()  # as escape does
        else:
            super().action_cancel_task()

    def _may_join(self) -> bool:
        if self.joins:
            self.decline("Results are being joined already; esc stops that")
        return not self.joins

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _join_listed(self, run_id: str) -> None:
        if not self._may_join():
            return
        shown = self.main.shown
        if shown is None or shown.run.id != run_id or self.main.replaying:
            with self.busy.doing("opening the run", self.stops_this()):
                folder = await asyncio.to_thread(self.project.run_folder, run_id)
                run = await asyncio.to_thread(past_runs.open_run, self.project.out, run_id)
            self.stop_watching()
            shown = Shown(run, folder, past=True)
            if self._own is not None and self._own.run.id == run_id:
                shown = self._own
            self.main.show_run(shown)
        self.main.action_go("timeline")
        if self._goes_on(shown):
            self.decline("It still goes on: its results are joined once it has ended")
        else:
            await self._ask_and_join(shown)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _join(self, shown: Shown) -> None:
        await self._ask_and_join(shown)

    async def _ask_and_join(self, shown: Shown) -> None:
        from orchtui.engine.afterwards.joining_again import joinable
        from orchtui.ui.dialogs.join_question import ask_how_to_join  # not before the first paint

        if shown.run.finished is None:
            key = hint(self, "timeline.retry")
            self.decline(f"It was interrupted: {key} goes on with it; then its results are joined")
            return
        estimate, why = None, ""
        try:
            joinable(shown.run)
            with self.busy.doing("looking what it would take", self.stops_this()):
                estimate = await asyncio.to_thread(self.project.aggregation_estimate, shown.run)
        except NoBackendError as error:
            why = f"{error}; {hint(self, 'app.backend-letter')} chooses another"
        except InputError as error:
            self.say(error.problems[0].message, "warning")
            return
        strategy = await ask_how_to_join(self, shown.run, estimate, why)
        if strategy is None or not self._may_join():
            return
        if strategy == "synthesize":
            new = await asyncio.to_thread(self.project.untrusted_aggregation, shown.run)
            if not await self.trusted(new):
                return
        self._join_now(shown, strategy)

    @work(group="join", exit_on_error=False)
    async def _join_now(self, shown: Shown, strategy: AggregateStrategy) -> None:
        if not self._may_join():  # asked for twice before it began
            return
        self._join_begun = True
        try:
            await self._join_shown(shown, strategy)
        finally:
            self._join_begun = False

    async def _join_shown(self, shown: Shown, strategy: AggregateStrategy) -> None:
        # The panes show a copy, in which the synthesis grows; nobody else's Run is touched.
        after: Run | None = None
        copy = await asyncio.to_thread(past_runs.open_run, self.project.out, shown.run.id)
        self._show_instead(shown.run, replace(shown, run=copy, joining=True))
        words = f"joining the results as {strategy}"
        try:
            with self.busy.doing(words, self.stops_this()) as job:
                after = await self._joined(copy, strategy, job)
        except OrchtuiError as error:
            self.say(f"Joining failed: {error}", "error")
        finally:
            # Also where it was stopped: its tokens and its cost have changed then.
            now = after
            if now is None:
                now = await asyncio.to_thread(past_runs.open_run, self.project.out, copy.id)
            self._show_instead(copy, replace(shown, run=now))
        self.main.runs_pane.post_message(RunsPane.ReloadWanted())
        if after is not None:
            await self._tell_joined(after)

    async def _joined(self, copy: Run, strategy: AggregateStrategy, job: Job) -> Run:
        from orchtui.engine.telling.joined_told import stopped_words
        from orchtui.engine.telling.seen_words import reducing_words

        picked = False

        def told(batch: Sequence[ev.RunEvent]) -> None:
            nonlocal picked
            for event in batch:
                if isinstance(event, ev.AggregationStopped):
                    said = f"{stopped_words(event)}. The result stays what it was."
                    self.say(said, "warning", "Not joined")
                elif ev.joins(event):
                    fold.apply(copy, event)
                    begun = isinstance(event, ev.TaskQueued | ev.ReductionBegun)
                    if begun and not picked and self.main.run_shown is copy:
                        picked = True
                        self.main.repaint_now()
                        self.main.timeline.rows.pick_task(ev.AGGREGATE)
            made = copy.aggregate
            length = made.attempts[-1].length if made is not None and made.attempts else 0
            written = f"{length:,} characters written" if copy.reducing is None and length else ""
            job.words = reducing_words(copy) or written or job.words
            self.main.dirty = True

        aggregated = self.project.aggregate(copy, strategy, told=told)
        self._joining = asyncio.create_task(aggregated, name="aggregate")
        try:
            return await asyncio.shield(self._joining)
        except asyncio.CancelledError:
            await self.let_joining_go()
            raise
        finally:
            self._joining = None

    async def let_joining_go(self, within: float = _GO_WITHIN) -> None:
        """Stop joining, and wait until what it used is written down.

        Args:
            within: Seconds.
        """
        if (joining := self._joining) is not None:
            if not joining.cancelling():
                joining.cancel()
            joining.add_done_callback(lambda done: done.cancelled() or done.exception())
            await asyncio.wait((joining,), timeout=within)

    def _show_instead(self, before: Run, shown: Shown) -> None:
        """Show a run in place of itself, where it is still shown; it may be the app's own."""
        if self._own is not None and self._own.run is before:
            self._own = shown
        now = self.main.shown
        if now is not None and (now.run is before or (now.joining and now.run.id == before.id)):
            self.main.show_run(shown)

    async def _tell_joined(self, run: Run) -> None:
        from orchtui.engine.telling.seen_words import joined_lines  # not before the first paint
        from orchtui.engine.telling.variant_table import advice_words

        assert run.aggregated is not None
        lines = joined_lines(run)
        loud = any(line.weight == "warning" for line in lines)
        words = [line.words for line in lines]
        if run.aggregated.strategy == "compare":
            advice = await asyncio.to_thread(advice_words, run)
            words += [advice] if advice else []
            there = hint(self, "app.pane-compare")
            words.append(f"{there} compares them; {hint(self, 'compare.choose')} chooses one there")
        self.say("\n".join(words), "warning" if loud else "information", "Joined")
        if self.main.run_shown is run:
            self.main.timeline.rows.pick_task(ev.AGGREGATE)
            self.main.action_go("output")
