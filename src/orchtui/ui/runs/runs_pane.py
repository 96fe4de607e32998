"""The list of past runs, the newest first. It shows summaries and never opens a run itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from orchtui.engine.durations import show_duration
from orchtui.engine.rehearsed import BADGE, PART_BADGE
from orchtui.engine.summary import Summary, SummaryVerdict
from orchtui.engine.text import clean_line
from orchtui.ui.bars.row_search import RowSearch
from orchtui.ui.keys import keymap
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks.wrapping import fit

_EMPTY = (
    "[b $accent]No past runs[/]\n\n[$foreground-muted]Every run is kept with all it wrote,\n"
    "and can be opened again from here.[/]\n\n"
    "[b]$open[/] [$foreground-muted]opens one[/]   "
    "[b]$resume[/] [$foreground-muted]goes on with it[/]"
)
_LOOKS: dict[SummaryVerdict, tuple[str, str]] = {
    "COMPLETED": ("✓", "$text-success"),
    "PARTIAL": ("◐", "b $text-warning"),
    "FAILED": ("✗", "b $text-error"),
    "CANCELLED": ("■", "$text-warning"),
    "INTERRUPTED": ("↯", "$text-warning"),
    "RUNNING": ("●", "$accent"),
}


class RunList(OptionList):
    """Rows of runs."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("runs")]

    class Wanted(Message):
        """A person wants the list read again, or the picked run resumed."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def action_reload(self) -> None:
        self.post_message(self.Wanted("reload"))

    def action_resume(self) -> None:
        self.post_message(self.Wanted("resume"))

    def action_replay(self) -> None:
        self.post_message(self.Wanted("replay"))


class RunsPane(Vertical):
    """Past runs."""

    class Opened(Message):
        """A run is to be shown."""

        def __init__(self, run_id: str) -> None:
            super().__init__()
            self.run_id = run_id

    class ResumeWanted(Opened):
        """A run is to go on."""

    class ReplayWanted(Opened):
        """A run is to be replayed."""

    class ReloadWanted(Message):
        """The list is to be read again."""

    def __init__(self) -> None:
        super().__init__(id="runs", classes="pane -empty")
        self.border_title = "5 Past runs"
        self.list = RunList(id="run-list", markup=False, compact=True)
        self.search = RowSearch(
            lambda: [_words(summary) for summary in self.summaries],
            lambda: self.list.highlighted or 0,
            self._pick,
            lambda: self.list,
        )
        self.summaries: Sequence[Summary] = ()
        """What is shown."""

    def compose(self) -> ComposeResult:
        yield self.list
        yield self.search
        keys = {"open": hint(self, "runs.open"), "resume": hint(self, "runs.resume")}
        yield Static(Content.from_markup(_EMPTY, **keys), id="runs-empty", classes="empty")

    def show_runs(self, summaries: Sequence[Summary]) -> None:
        """Show another list; the picked run stays picked."""
        picked = self.picked
        self.summaries = summaries
        self.set_class(not summaries, "-empty")
        self.border_subtitle = str(len(summaries)) if summaries else ""
        width = self.list.scrollable_content_region.width
        self.list.set_options(Option(row_of(summary, width)) for summary in summaries)
        ids = [summary.id for summary in summaries]
        if ids:
            self.list.highlighted = ids.index(picked.id) if picked and picked.id in ids else 0

    @property
    def picked(self) -> Summary | None:
        """The picked run."""
        place = self.list.highlighted
        if place is None or place >= len(self.summaries):
            return None
        return self.summaries[place]

    def _pick(self, place: int) -> None:
        if place < len(self.summaries):
            self.list.highlighted = place

    def on_resize(self, event: Resize) -> None:
        """The columns follow the width."""
        self.call_after_refresh(lambda: self.show_runs(self.summaries))

    @on(OptionList.OptionSelected, "#run-list")
    def _open(self) -> None:
        if self.picked:
            self.post_message(self.Opened(self.picked.id))

    @on(RunList.Wanted)
    def _do(self, event: RunList.Wanted) -> None:
        if event.action == "reload":
            self.post_message(self.ReloadWanted())
        elif self.picked and event.action == "replay":
            self.post_message(self.ReplayWanted(self.picked.id))
        elif self.picked:
            self.post_message(self.ResumeWanted(self.picked.id))


def _words(summary: Summary) -> str:
    """What of a run is searched."""
    return " ".join((summary.name, summary.verdict, *summary.backends, summary.id, summary.started))


def row_of(summary: Summary, width: int) -> Content:
    """Two lines: what and how it ended; when, how long, with what, and the id."""
    sign, style = _LOOKS[summary.verdict]
    began = datetime.fromisoformat(summary.started).astimezone()
    count = summary.census
    tasks = f"{summary.tasks} task{'' if summary.tasks == 1 else 's'}"
    if count.completed != summary.tasks:
        tasks = f"{count.completed}/{tasks}"
    facts = [f"{began:%d %b %H:%M}", tasks, show_duration(summary.makespan_s)]
    facts += [*summary.backends, summary.id]
    badge = ""
    if summary.rehearsal:
        badge = f" {PART_BADGE if summary.rehearsal_in_part else BADGE}"
    head_width = max(1, width - len(summary.verdict) - len(badge) - 4)
    return Content.assemble(
        (f"{sign} ", style),
        (fit(clean_line(summary.name), head_width), "b"),
        (badge, "b $text-warning"),
        (f" {summary.verdict}", style),
        ("\n  " + fit(clean_line(" · ".join(facts)), max(1, width - 3)), "$foreground-muted"),
    )
