"""Results set against each other: a table, a matrix, and the diff of two of them.

Texts are counted and compared in a thread, and what came of it is kept. What a person wants done
goes up as a message. This module never reads a file, never chooses and never asks a model.
"""

import asyncio
import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from orchtui.engine.runs.run import Run
from orchtui.ui.bars.row_search import RowSearch
from orchtui.ui.compare import compare_words as words
from orchtui.ui.compare.alike_grid import LEGEND, AlikeGrid
from orchtui.ui.compare.diff_holder import DiffHolder
from orchtui.ui.compare.figures import Figures
from orchtui.ui.compare.result_table import ResultTable
from orchtui.ui.compare.results import Result, Results
from orchtui.ui.keys.hints import hint
from orchtui.ui.keys.possible_in_compare import Compared

if TYPE_CHECKING:  # not before texts are compared
    from orchtui.engine.comparison.sides import Side

_EMPTY = (
    "[b $accent]Set results against each other[/]\n\n"
    "[$foreground-muted]What a run's tasks wrote stands here side by side: counted,\n"
    "rated, and compared word by word. The best one becomes\n"
    "the run's result.[/]\n\n"
    "[b]$run[/] [$foreground-muted]runs the plan[/]   "
    "[b]$runs[/] [$foreground-muted]past runs[/]   "
    "[b]$add[/] [$foreground-muted]adds a file, or a result[/]"
)
_LOOK_AGAIN = 2.0
"""Seconds between two counts of what still grows."""


class ComparePane(DiffHolder):
    """The table; the matrix, or a diff, in its place."""

    class RateWanted(Message):
        """A result is to get more stars, or fewer."""

        def __init__(self, task_id: str, steps: int) -> None:
            super().__init__()
            self.task_id = task_id
            self.steps = steps

    class ChoiceWanted(Message):
        """A result is to be the run's; without a task that is to be taken back."""

        def __init__(self, task_id: str, attempt: int = 0) -> None:
            super().__init__()
            self.task_id = task_id
            self.attempt = attempt
            """0 for the one that counts."""

    class JudgeWanted(Message):
        """A judge is to be asked about the run's results, or about these tasks'."""

        def __init__(self, task_ids: tuple[str, ...]) -> None:
            super().__init__()
            self.task_ids = task_ids

    class JudgementWanted(Message):
        """What the judge said is to be read."""

    class SideWanted(Message):
        """Something from elsewhere is to be added."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id
            """Of the picked result: the same task of other runs is likely meant."""

    class Declined(Message):
        """Something can not be done now."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    class Left(Message):
        """A person wants to go back."""

    def __init__(self) -> None:
        super().__init__(lambda: self.search.words if self.search.is_open else "")
        self.border_title = "6 Compare"
        self.results = Results()
        self.figures = Figures()
        self.closed = words.why_closed(None, live=False, watched=False)
        """Why nothing can be chosen now."""
        self.table = ResultTable(self.results, self.figures)
        self.grid = AlikeGrid(self.figures)
        self.search = RowSearch(self._rows, self._place, self._pick, lambda: self.first)
        self._looked = 0.0
        """When what grows was counted last, by the clock of the repaint."""
        self._note = Static("", id="compare-note", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.table
        yield self.grid
        yield self.diff
        yield self._note
        yield self.search
        keys = {
            "run": hint(self, "app.run"),
            "runs": hint(self, "app.pane-runs"),
            "add": hint(self, "compare.add"),
        }
        empty = Content.from_markup(_EMPTY, **keys)
        yield Static(empty, id="compare-empty", classes="empty")

    @property
    def first(self) -> Widget:
        """What gets the focus."""
        if self.in_diff:
            return self.diff
        return self.grid if self.has_class("-alike") else self.table

    @property
    def there(self) -> Compared:
        """For whoever says what can be done."""
        here = self.results.here
        run = self.results.run
        prepared = self.diff.prepared
        return Compared(
            results=len(self.results.all),
            own=here is not None and here.task is not None,
            added=here is not None and here.added is not None,
            closed=self.closed,
            judged=run is not None and bool(run.judgements),
            alike=self.has_class("-alike") and not self.in_diff,
            diff=self.in_diff,
            changes=prepared.changed if prepared is not None else 0,
        )

    # What there is

    def show_run(
        self, run: Run | None, *, live: bool, watched: bool, replayed: bool = False
    ) -> None:
        """Take in a run as it is now."""
        self.table.goes_on = live or watched or replayed
        self.closed = words.why_closed(run, live=live, watched=watched)
        if self.results.follow(run):
            self._renew()
        elif live or watched:
            self.table.beat()
            self._look_again()

    def pick_task(self, task_id: str) -> bool:
        """Pick a task's result in the table; whether there is one."""
        self.close_diff()
        found = self.results.pick_task(task_id)
        self._renew()
        return found

    def add(self, side: "Side") -> None:
        """Put a text from elsewhere into the table."""
        self.results.add(side)
        self._renew()

    def compare(self, left: "Side", right: "Side") -> None:
        """Put two texts into the table, and show what is different between them."""
        for side in (left, right):
            self.results.add(side)
        self._renew()
        self.open_diff(left, right)

    def _renew(self) -> None:
        """The table is another one."""
        found = self.results.all
        self.set_class(not found, "-empty")
        if len(found) < 2:
            self.remove_class("-alike")
        self.table.renew()
        if self.has_class("-alike"):
            self.grid.show(found)
        self.tell()
        self._count()

    def _look_again(self) -> None:
        now = time.monotonic()
        if now - self._looked >= _LOOK_AGAIN and any(one.grows for one in self.results.all):
            self._looked = now
            self._count()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        """Count what is new, bit by bit, and see how alike the results are."""
        found = self.results.all
        self.figures.freshen(found)
        against = self.results.reference
        pairs = [(one, against) for one in found if against is not None and one is not against]
        if self.has_class("-alike"):
            pairs += self.grid.pairs()
        done = not self.figures.wanted(found, pairs)
        while not done:
            done = await asyncio.to_thread(self.figures.advance, found, pairs)
            self.table.refresh()
            self.grid.refresh()
            self.tell()

    # What is told

    def tell(self) -> None:
        """Say what is shown."""
        if self.in_diff:
            self.tell_diff()
            return
        self._head.update(words.head(self.results, hint(self, "compare.open")))
        self.border_subtitle = ""
        self.border_title = "6 Compare · matrix" if self.has_class("-alike") else "6 Compare"
        if self.has_class("-alike"):
            lines = [self.grid.explain(), Content.styled(LEGEND, "$foreground-muted")]
        else:
            lines = words.about(self.results.here, self.results)
        self._note.update(Content("\n").join(lines))

    @on(AlikeGrid.Moved)
    @on(ResultTable.Picked)
    def _picked(self, event: Message) -> None:
        event.stop()
        self.tell()

    def on_resize(self, event: Resize) -> None:
        """The names above a diff follow the width."""
        self.call_after_refresh(self.tell)

    # The search

    def close_search(self) -> None:
        """Put the line away."""
        self.search.close()

    def _rows(self) -> list[str]:
        return self.diff.words() if self.in_diff else self.table.words()

    def _place(self) -> int:
        return self.diff.place if self.in_diff else self.results.place

    def _pick(self, place: int) -> None:
        if not self.in_diff:
            self.table.pick(place)
            return
        self.diff.pick(place)
        self.diff.repaint_rows()

    # Among the results

    @on(ResultTable.Wanted)
    def _do(self, event: ResultTable.Wanted) -> None:
        event.stop()
        here = self.results.here
        match event.action:
            case "add":
                task = here.task if here is not None else None
                self.post_message(self.SideWanted(task.id if task is not None else ""))
            case "back":
                self._back()
            case "judgement" if self.there.judged:
                self.post_message(self.JudgementWanted())
            case "judgement":
                self._decline("No judge was asked about this run")
            case "judge":
                self._judge()
            case _ if here is None:
                self._decline("There are no results yet")
            case "mark":
                self.results.mark(here)
                self._renew()
            case "open":
                self._open_pair(self.results.pair())
            case "matrix":
                self._show_grid(True)
            case "remove":
                self._remove(here)
            case "rate" | "choose":
                self._decide(event, here)

    def _back(self) -> None:
        if self.results.marked:
            self.results.marked = {}
            self._renew()
        else:
            self.post_message(self.Left())

    def _remove(self, here: Result) -> None:
        if here.added is None:
            self._decline("Only what was added is taken out; the others are this run's")
            return
        self.results.remove(here)
        self._renew()

    def _decide(self, event: ResultTable.Wanted, here: Result) -> None:
        """Rate, or choose: that is for results of the run that is shown, once it has ended."""
        task = here.task
        if self.closed:
            self._decline(self.closed)
        elif task is None or task.id not in (self.results.run.tasks if self.results.run else ()):
            self._decline("Only a task's result, of the run that is shown, is chosen or rated")
        elif event.action == "rate":
            self.post_message(self.RateWanted(task.id, event.steps))
        elif here is self.results.chosen:
            self.post_message(self.ChoiceWanted(""))
        else:
            number = here.attempt.number if here.attempt is not None else 0
            self.post_message(self.ChoiceWanted(task.id, number))

    def _judge(self) -> None:
        if self.closed:
            self._decline(self.closed)
            return
        run = self.results.run
        found = (self.results.with_mark(mark) for mark in ("A", "B"))
        tasks = [one.task.id for one in found if one is not None and one.task is not None]
        own = [task for task in dict.fromkeys(tasks) if run is not None and task in run.tasks]
        self.post_message(self.JudgeWanted(tuple(own) if len(own) == 2 else ()))

    def _decline(self, why: str) -> None:
        self.post_message(self.Declined(why[:1].upper() + why[1:]))

    # The matrix

    def _show_grid(self, wanted: bool) -> None:
        found = self.results.all
        if wanted and len(found) < 2:
            self._decline("It takes two results")
            return
        self.set_class(wanted, "-alike")
        if wanted:
            self.grid.show(found)
        self.screen.set_focus(self.first)
        self.tell()
        self._count()

    @on(AlikeGrid.Wanted)
    def _do_in_grid(self, event: AlikeGrid.Wanted) -> None:
        event.stop()
        if event.action == "open":
            pair = self.grid.pair
            self._open_pair(pair if pair is not None and pair[0] is not pair[1] else None)
        else:
            self._show_grid(False)

    # The diff

    def _open_pair(self, pair: tuple[Result, Result] | None) -> None:
        if pair is None:
            self._decline("It takes two results: one of another run, or a file, can be added")
            return
        self.figures.freshen(pair)
        self._read_and_open(*pair)

    @work(exclusive=True, group="diff", exit_on_error=False)
    async def _read_and_open(self, left: Result, right: Result) -> None:
        sides = [await asyncio.to_thread(self.figures.side, one) for one in (left, right)]
        one, other = sides
        if one is None or other is None:
            self._decline("One of the texts is too large to be compared")
        else:
            self.open_diff(one, other)
