"""The one screen: what the panes show, repainted with the app's one timer.

What is shown comes down from the app by `show_run` and the fields below; what a
person wants goes up as the panes' messages. This module never starts a run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiofiles
from textual import work
from textual.message import Message
from textual.widget import Widget

from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.rehearsed import badge, task_badge
from orchtui.engine.runs.run import Run
from orchtui.ui.bars.run_bar import Facts
from orchtui.ui.between import Between
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.task_columns import FitOf, Known, everybody, nobody_fits
from orchtui.ui.independence.independence_pane import brief
from orchtui.ui.keys.possible import Now, damaged_words
from orchtui.ui.keys.possible_in_runs import Here, here_of
from orchtui.ui.notices import calls
from orchtui.ui.output.reduction_text import reduction_text
from orchtui.ui.parts.repaint_pace import RepaintPace
from orchtui.ui.runs.run_entry import RunEntry
from orchtui.ui.timeline.timeline_detail import LookedAt, nothing_seen
from orchtui.ui.timeline.waiting import reasons

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.backends.process_table import Looked
    from orchtui.engine.replay.player import Player

RATE = 12
"""Repaints a second, at most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The run in the panes."""

    run: Run
    folder: Path
    """Its run folder."""
    past: bool
    """Whether it was opened from the list."""
    watched: bool = False
    """Whether another process is writing it."""
    joining: bool = False
    """Whether its results are being joined once more: the synthesis is shown as it is written."""


class MainScreen(Between):
    """What the panes show, and what they want.

    Args:
        draft: The plan on the desk.
        parse: Request text in, Plan out; may raise InputError.
        check: Plan in, IndependenceReport out.
        now: Seconds since 1970, by the clock of the run that is going on.
        fit: Which specialist a task gets that names nobody, and why.
        known: Who has an agent file.
        signs: Stands at the end of the first row.
    """

    class Counted(Message):
        """Another task of the run that goes on has ended, or asks for a person."""

        def __init__(self, run: Run) -> None:
            super().__init__()
            self.run = run

    def __init__(
        self,
        draft: Draft,
        parse: Callable[[str], Plan],
        check: Callable[[Plan], IndependenceReport],
        now: Callable[[], float],
        fit: FitOf = nobody_fits,
        known: Known = everybody,
        signs: Widget | None = None,
    ) -> None:
        super().__init__(draft, parse, check, fit, known, signs)
        self.shown: Shown | None = None
        self.live: Run | None = None
        """The run that is going on."""
        self.used: tuple[str, ...] = ()
        """What a new run of the plan would use."""
        self.cluster = ""
        """Where attempts run; empty for here."""
        self.before: Mapping[str, float] = {}
        """How long the tasks of the live run took in earlier runs, by id."""
        self.writing: Callable[[], str] = str
        """What of the files of the run that goes on is being written that takes long."""
        self.memory: int | None = None
        """Bytes."""
        self.looked_at: LookedAt = nothing_seen
        """What a task's programs have now, in the run that goes on."""
        self.programs: Callable[[], Looked | None] = lambda: None
        """What all programs have."""
        self.can_bring_back = False
        """Whether a run was deleted that can be brought back."""
        self._now = now
        self._at_end: Shown | None = None
        """The run that is replayed, as it is when that is over."""
        self._in_output: tuple[object, ...] = ()
        self._counted: tuple[object, ...] = ()
        self._pace = RepaintPace()
        self._exchanged = False
        """Whether the run in the panes is another object than what the output shows."""

    def on_mount(self) -> None:
        self.set_focus(self.plan_pane.first)
        # The rules are loaded for it, in a thread: first the screen is painted.
        self.call_after_refresh(lambda: self.independence.show_plan(self.draft.plan))
        self.set_interval(1 / RATE, self._beat)
        # Not a beat later: the first frame has everything in it.
        self._repaint()
        self.key_line.look()

    # What is shown

    @property
    def run_shown(self) -> Run | None:
        return self.shown.run if self.shown is not None else None

    @property
    def origin(self) -> str | None:
        """The run that the shown one repeats, or whose results it took over, if any."""
        if (run := self.run_shown) is None:
            return None
        return run.again_of or run.parent or None

    @property
    def picked(self) -> str | None:
        """Id of the task that is picked on the timeline."""
        return self.timeline.rows.picked if self.shown else None

    def show_run(self, shown: Shown | None) -> None:
        """Put another run into the panes; a replay is over."""
        if self.replaying:
            self._at_end = None
            self.load(None)
            self.output.tell_replay(False)
        same = shown is not None and self.shown is not None and shown.run.id == self.shown.run.id
        picked = self.picked if same else None
        self.shown = shown
        self._in_output = ()
        if self.output.in_grid:
            self.output.show_grid(shown.run if shown else None, picked)
        self.timeline.show_run(shown.run if shown else None, _origin(shown), picked)
        if shown is None:
            self.output.show_task(None, "", 0.0)
        self.dirty = True
        self._repaint()

    def replay(self, player: "Player") -> None:
        """Replay the run in the panes."""
        if self.shown is not None:
            self._at_end = self.shown
            self.load(player)
            self.exchange_run(player.run)
            self._tell_replay()

    def end_replay(self) -> None:
        if (at_end := self._at_end) is not None:
            self._at_end = None
            self.load(None)
            self.exchange_run(at_end.run)
            self.shown = at_end
            self._tell_replay()

    def _tell_replay(self) -> None:
        self.timeline.tell_origin(_origin(self.shown, self.replaying), replay=self.replaying)
        self.output.tell_replay(self.replaying)
        self._repaint()

    def exchange_run(self, run: Run) -> None:
        if self.shown is None:
            return
        self.shown = replace(self.shown, run=run)
        self.timeline.exchange_run(run)
        self.output.grid.exchange_run(run)
        self._exchanged = self.dirty = True

    def repaint_now(self) -> None:
        self._repaint()

    def unwatch(self, run: Run) -> None:
        """Nobody writes this run any more, or nobody here looks: it is a past one."""
        if self.shown is not None and self.shown.run is run:
            self.shown = replace(self.shown, watched=False)
            self.timeline.tell_origin(_origin(self.shown))
        self.dirty = True

    def _beat(self) -> None:
        if self.dirty or self._pace.due:
            with self._pace.looking():
                self._repaint()

    def _repaint(self) -> None:
        """Bring everything that changed to the screen."""
        shown, now = self.shown, self._now()
        is_own = shown is not None and shown.run is self.live
        watched = shown is not None and shown.watched
        is_live = is_own or watched
        joining = shown is not None and shown.joining
        asking = self.independence.asked_since is not None
        if not self.is_attached:
            return
        self.tick()
        shown = self.shown  # a replay may have gone to another state of it
        self.tell_keys()
        self.runs_pane.tick()
        if not (self.dirty or asking or is_live or joining or self.live is not None):
            return
        self.dirty = False
        self._tell_count()
        self.independence.repaint(now)
        report = self.independence.report
        if report is not None:
            self.plan_pane.show_verdict(brief(report), report)
        if shown is not None:
            moment, goes_on = self._moment(shown, now if is_live else None)
            broken_off = not goes_on and shown.run.finished is None
            looked_at = self.looked_at if is_own and not self.replaying else nothing_seen
            self.timeline.repaint(shown.run, moment, broken_off, self.played(), looked_at)
            self._repaint_output(shown, moment, broken_off)
            self.show_stand()
            is_live, now = goes_on, moment
        if self.view == "compare":
            self.tell_results()
        self.bar.show(
            Facts(
                workers=self.used,
                cluster=self.cluster,
                memory=self.memory,
                programs=self.programs() if is_own else None,
                run=shown.run if shown else None,
                live=None if is_own else self.live,
                is_live=is_live,
                is_watched=watched,
                is_replay=self.replaying,
                writing=self.writing() if is_own else "",
                now=now,
                before=self.before if is_own else {},
            )
        )

    def _moment(self, shown: Shown, now: float | None) -> tuple[float, bool]:
        """The moment that is shown of a run, in seconds since 1970, and whether it goes on then.

        Args:
            now: Where somebody goes on with it now.
        """
        if (player := self.player) is not None:
            return player.moment, shown.run.finished is None and not player.at_end
        if shown.joining:  # its synthesis grows, days after its end
            return self._now(), False
        return (shown.run.at, False) if now is None else (now, True)

    def tell_results(self) -> None:
        """Bring the results that can be compared up to date."""
        shown = self.shown
        self.compare.show_run(
            shown.run if shown is not None else None,
            live=shown is not None and shown.run is self.live,
            watched=shown is not None and shown.watched,
            replayed=self.player is not None,
        )

    def action_compare_task(self) -> None:
        """To the results, with the picked task's among them picked."""
        picked = self.picked
        self.tell_results()
        if picked is not None:
            self.compare.pick_task(picked)
        self.action_go("compare")

    def reread_result(self) -> None:
        """The run's result is another one by now."""
        self._in_output = ()
        self.dirty = True

    def _tell_count(self) -> None:
        if self.live is not None and (count := calls.progress(self.live)) != self._counted:
            self._counted = count
            self.post_message(self.Counted(self.live))

    def _repaint_output(self, shown: Shown, now: float, broken_off: bool) -> None:
        run, picked = shown.run, self.timeline.rows.picked
        on_result = picked == AGGREGATE
        is_result = on_result and run.aggregated is not None and not shown.joining
        is_task = picked in run.tasks or (on_result and run.aggregate is not None)
        reduced = len(run.reduced) if on_result and run.reducing is not None else None
        wanted = (picked, is_task, is_result and run.finished is not None, is_result, reduced)
        turned, exchanged = wanted != self._in_output, self._exchanged
        self._in_output, self._exchanged = wanted, False
        if is_result:
            if turned:
                self._read_result(shown)
        elif reduced is not None:
            if turned or exchanged:
                self.output.show_result(*reduction_text(run), badge(run))
        elif is_task and (turned or exchanged):
            task, why = run.of(picked or ""), partial(reasons, run)
            if turned:
                self.output.show_task(task, task_badge(run, task), now, why, run)
            else:
                self.output.exchange_task(task, run, why)
        elif turned:
            self.output.show_task(None, "", now)
        self.output.repaint(now, broken_off)

    @work(exclusive=True, group="result", exit_on_error=False)
    async def _read_result(self, shown: Shown) -> None:
        aggregated = shown.run.aggregated
        assert aggregated is not None
        path = shown.folder / aggregated.output
        try:
            async with aiofiles.open(path, encoding="utf-8", errors="replace") as file:
                text = await file.read()
        except OSError as error:
            text = f"{path.name} can not be read: {error.strerror}"
        title = f"The result ({aggregated.strategy})"
        self.output.show_result(text, title, badge(shown.run))

    # What can be done

    @property
    def run_goes_on(self) -> bool:
        return self.live is not None

    def now_there(self) -> Now:
        report, picked = self.independence.report, self.independence.list.picked
        return Now(
            tasks=len(self.draft.plan.tasks),
            missing=bool(self.draft.plan.missing),
            can_undo=self.draft.can_undo,
            can_redo=self.draft.can_redo,
            findings=len(report.findings) if report else 0,
            fixes=len(picked.fixes) if picked and not picked.accepted else 0,
            quoted=self.independence.list.quoted is not None,
            matrix=self.independence.has_class("-matrix"),
            checked=len(report.tasks) if report else 0,
            here=self._here(),
            running=self.live is not None,
            runs=len(self.runs_pane.entries),
            damaged=_damaged(self.runs_pane.picked),
            deleted=self.can_bring_back,
            repeats=self.origin is not None,
            zoomed=self.zoomed,
            compared=self.compare.there,
        )

    def _here(self) -> Here:
        if (shown := self.shown) is None:
            return Here()
        return here_of(
            shown.run,
            self.picked,
            self.output.attempt,
            live=shown.run is self.live,
            watched=shown.watched,
            replayed=self.replaying,
        )


def _damaged(entry: RunEntry | None) -> str:
    """Why what is picked is no run that can be shown."""
    return "" if entry is None or entry.row is not None else damaged_words(entry.why)


def _origin(shown: Shown | None, replay: bool = False) -> str:
    """What to say of a run that is not the app's own, or not as it is now."""
    if shown is not None and replay:
        return f"REPLAY of {shown.run.id}"
    if shown is None or not shown.past:
        return ""
    if not shown.watched:
        return f"past run {shown.run.id}"
    where = f"process {shown.run.pid}" if shown.run.pid else "another process"
    return f"run {shown.run.id} in {where}"
