"""The timeline: one live row for each task of a Run, with a bar over time.

The census stands above the rows, with a ruler of time; below them the picked
row is told in words. This module never follows a run by itself, and never
changes one.
"""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.run import LIVE, Run
from orchtui.engine.telling.seen_words import reducing_words
from orchtui.ui.bars.row_search import RowSearch
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.timeline import timeline_detail
from orchtui.ui.timeline.time_ruler import NOW, SEAM, ruler
from orchtui.ui.timeline.timeline_detail import LookedAt, nothing_seen
from orchtui.ui.timeline.timeline_rows import TimelineRows
from orchtui.ui.timeline.timeline_view import Played
from orchtui.ui.timeline.timeline_words import headline

_EMPTY = (
    "[b $accent]Nothing has run yet[/]\n\n"
    "[$foreground-muted]Every task gets a row here, with a bar\n"
    "that grows while it works.[/]\n\n"
    "[b]$run[/] [$foreground-muted]runs the plan[/]   "
    "[b]$runs[/] [$foreground-muted]shows past runs[/]\n\n"
    "[b]·[/] [$foreground-muted]waits for others[/]  [b]┄[/] [$foreground-muted]for a slot[/]  "
    "[b]≈[/] [$foreground-muted]for its server[/]\n"
    "[b]━[/] [$foreground-muted]works[/]  [b]╋[/] [$foreground-muted]uses a tool[/]  "
    "[b]↻[/] [$foreground-muted]tries again[/]  [b]✓ ✗ ■[/] [$foreground-muted]ended[/]  "
    "[b]║[/] [$foreground-muted]resumed[/]"
)


class TimelinePane(Vertical):
    """The rows, with the census and the ruler above them."""

    def __init__(self) -> None:
        super().__init__(id="timeline", classes="pane -empty")
        self.border_title = "3 Timeline"
        self.rows = TimelineRows()
        self.search = RowSearch(
            self.rows.words, lambda: self.rows.model.place, self.rows.pick, lambda: self.rows
        )
        self._head = Static("", id="timeline-head", markup=False)
        self._ruler = Static("", id="timeline-ruler", markup=False)
        self._detail = Static("", id="timeline-detail", markup=False)
        self._run: Run | None = None
        self._now = 0.0
        self._broken_off = False
        self._looked_at: LookedAt = nothing_seen

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._ruler
        yield self.rows
        yield self._detail
        yield self.search
        keys = {"run": hint(self, "app.run"), "runs": hint(self, "app.pane-runs")}
        yield Static(Content.from_markup(_EMPTY, **keys), id="timeline-empty", classes="empty")

    def show_run(self, run: Run | None, origin: str = "", picked: str | None = None) -> None:
        """Show another run.

        Args:
            origin: What to call one that is not the app's own.
            picked: Id of the task to pick; the first one otherwise.
        """
        self._run = run
        self.set_class(run is None, "-empty")
        self.tell_origin(origin)
        self.rows.show_run(run, picked)

    def exchange_run(self, run: Run) -> None:
        """Show the same run as it stood at another moment."""
        self._run = run
        self.rows.exchange_run(run)

    def tell_origin(self, origin: str, *, replay: bool = False) -> None:
        """Say in the title whose run this is; nothing for the app's own.

        Args:
            replay: Whether it is one.
        """
        self.set_class(bool(origin), "-past")
        self.set_class(replay, "-replay")
        self.border_title = Content(f"3 Timeline · {origin}") if origin else "3 Timeline"

    def repaint(
        self,
        run: Run,
        now: float,
        broken_off: bool = False,
        played: Played | None = None,
        looked_at: LookedAt = nothing_seen,
    ) -> None:
        """Show the run as it is at `now`, in seconds since 1970.

        Args:
            broken_off: Whether nobody goes on with a run that has not ended.
            played: Where it is, if it is a replay.
            looked_at: What a task's programs have now.
        """
        self._now, self._broken_off, self._looked_at = now, broken_off, looked_at
        self._head.update(headline(run, now, broken_off=broken_off), layout=False)
        self.rows.repaint(now, broken_off, played)
        self._tell()

    @on(TimelineRows.Moved)
    def _tell(self) -> None:
        """Bring ruler and detail up to what the rows show."""
        if self._run is None:
            return
        self._ruler.update(self._ruled(), layout=False)
        self._detail.update(self._told(self._run), layout=False)

    def _told(self, run: Run) -> Content:
        rows = self.rows
        if (group := rows.model.picked_group) is not None:
            return timeline_detail.of_group(run, group, broken_off=self._broken_off)
        if (task := rows.model.tasks.get(rows.picked or "")) is None:
            return Content("")
        about_result = Content("")
        if task.id == AGGREGATE and run.aggregated is not None and task.status not in LIVE:
            about_result = timeline_detail.of_result(run)
            if not task.attempts:  # nobody worked on it
                return about_result
        told = timeline_detail.of_task(
            run,
            task,
            rows.rates,
            self._now,
            broken_off=self._broken_off,
            looked=self._looked_at(task.id),
        )
        if task.id == AGGREGATE and (far := reducing_words(run)):
            about_result = Content(far)
        return Content(" · ").join([about_result, told]) if about_result.plain else told

    def _ruled(self) -> Content:
        rows = self.rows
        scale, wide = rows.scale, rows.columns
        if not wide.bar:
            return Content("")
        text, now_at = ruler(scale, rows.passed if rows.live else None, rows.seams)
        before = fit("   " + self._mode(), wide.before_bar)
        heads = [("time", wide.duration), ("text", wide.amount)]
        heads += [("tok/s", wide.rate), ("cost", wide.cost)]
        after = "".join(name.rjust(width) for name, width in heads if width)
        line = Content(before + text + after)
        if now_at is not None:
            place = len(before) + now_at
            line = line.stylize("b $accent", place, place + len(NOW))
        return line

    def _mode(self) -> str:
        """What of the time is shown, where it is not all; else what its ruler does not explain."""
        rows = self.rows
        if rows.window.span is None:
            return f"{SEAM} resumed here" if rows.seams else ""
        if not rows.live:
            return "0 shows all"
        return "follows" if rows.window.follows else "still, f follows"
