"""The report on time of a run, to be read and copied: where it went, and what would have helped.

It says of which moment it is, and whether that is the run's end. This module never works anything
out and never reads a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.timing.time_report import TaskTime, TimeReport
from orchtui.engine.timing.time_words import SHORTEST, time_lines
from orchtui.ui.keys import keymap
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.terminal.copying import copied_words, too_much

MOST_ROWS = 200
"""Tasks that have a row of their own."""
_LABEL = 40
_COLUMN = 8
"""Cells of a figure."""
_PATH, _END = "◆", "◇"
_SIGNS = f"{_PATH} on the critical path   {_END} decided the end"
_HELPED = "Would have helped"
_DIM = "$foreground-muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTold:
    """The report, and what of it has to be known."""

    title: str
    """Whose it is."""
    report: TimeReport
    labels: dict[str, str]
    """What to call each task, by id; safe to show."""
    notes: tuple[str, ...] = ()
    """Up to when it is told, and what is not what it seems."""

    @classmethod
    def of(cls, run: Run, report: TimeReport, notes: Sequence[str]) -> "TimeTold":
        """The report of a run.

        Args:
            run: Whose.
            report: On it.
            notes: As the field says.
        """
        labels = {one.id: clean_line(one.task.label, _LABEL) for one in run.tasks.values()}
        title = f"{clean_line(run.plan.title, 60)}, run {run.id}" if run.plan.title else run.id
        return cls(title=title, report=report, labels=labels, notes=tuple(notes))


def time_text(told: TimeTold, width: int) -> Content:
    """All of it, in rows of at most so many cells but for its sentences.

    Args:
        told: What there is.
        width: Cells.
    """
    parts: list[Content] = [Content.styled(note, "$text-warning") for note in told.notes]
    parts += [Content("")] if parts else []
    for line in time_lines(told.report, lambda task: f"'{_name(told, task)}'"):
        head, _, rest = line.partition(": ")
        style = "b $accent" if head == _HELPED else "b"
        parts.append(Content.assemble((head, style), f": {rest}") if rest else Content(line))
    if told.report.tasks:
        parts += [Content(""), *_table(told, width)]
    return Content("\n").join(parts)


def _name(told: TimeTold, task: str) -> str:
    return told.labels.get(task, clean_line(task, _LABEL))


def _figures(one: TaskTime) -> tuple[float, ...]:
    use = one.use
    return (use.work_s, use.slots_s, use.servers_s, use.retries_s, use.paused_s)


def _table(told: TimeTold, width: int) -> list[Content]:
    """A row for each task; of very many, those that took or waited longest."""
    tasks = told.report.tasks
    shown = tasks
    if len(tasks) > MOST_ROWS:
        longest = sorted(tasks, key=lambda one: -sum(_figures(one)))[:MOST_ROWS]
        kept = {one.task for one in longest}
        shown = tuple(one for one in tasks if one.task in kept)
    names = ("work", "slot", "server", "again", "paused")
    wide = [at for at in range(len(names)) if any(_figures(one)[at] >= SHORTEST for one in shown)]
    room = max(12, width - _COLUMN * len(wide) - 3)
    label = min(room, max(cell_len(_name(told, one.task)) for one in shown))
    head = " " * (label + 2) + "".join(names[at].rjust(_COLUMN) for at in wide)
    rows = [Content.styled(head, _DIM)]
    for one in shown:
        sign = _PATH if one.critical else _END if one.deciding else " "
        figures = "".join(_shown(_figures(one)[at]).rjust(_COLUMN) for at in wide)
        rows.append(
            Content.assemble((f"{sign} ", "$accent"), fit(_name(told, one.task), label), figures)
        )
    if len(shown) < len(tasks):
        rows.append(Content.styled(f"and {len(tasks) - len(shown):,} that took less", _DIM))
    if any(one.critical or one.deciding for one in shown):
        rows += [Content(""), Content.styled(_SIGNS, _DIM)]
    return rows


def _shown(seconds: float) -> str:
    return show_duration(seconds) if seconds >= SHORTEST else ""


class TimeCard(ModalScreen[None]):
    """The report on time; what is newer can be shown in it.

    Args:
        told: What there is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("report")]

    def __init__(self, told: TimeTold) -> None:
        super().__init__()
        self.told = told
        self._text = Static("", id="time-text", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog big") as dialog:
            dialog.border_title = Content(f"Time: {self.told.title}")
            dialog.border_subtitle = "y copies · esc closes"
            with VerticalScroll(id="time-scroll"):
                yield self._text

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._show()

    def on_resize(self, event: Resize) -> None:
        """Columns follow the width."""
        self.call_after_refresh(self._show)

    def show(self, told: TimeTold) -> None:
        """The same run a moment later."""
        self.told = told
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self._text.update(time_text(self.told, self._width))

    @property
    def _width(self) -> int:
        return self.query_one(VerticalScroll).scrollable_content_region.width or 72

    def action_copy(self) -> None:
        """All of it, as text."""
        text = f"{self.told.title}\n\n{time_text(self.told, 100).plain}"
        words = too_much(text)
        if not words:
            self.app.copy_to_clipboard(text)
            words = copied_words(text, "the report")
        self.app.notify(words, markup=False)
