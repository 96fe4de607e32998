"""Past runs: a list that is sorted, filtered and searched, and more of the picked one.

What a person wants goes up as messages. This module never opens, reads or changes a run.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from orchtui.engine.text import clean_line
from orchtui.ui.bars.search_line import SearchLine
from orchtui.ui.keys import keymap
from orchtui.ui.keys.possible import Now, damaged_words, hindrance
from orchtui.ui.parts.picked_rows import PickedRows
from orchtui.ui.runs import run_detail, runs_words
from orchtui.ui.runs.run_columns import column_at, head
from orchtui.ui.runs.run_detail import Detail
from orchtui.ui.runs.run_entry import SORTS, RunEntry, RunsFound, RunWish, Sort
from orchtui.ui.runs.run_filter import RunFilter
from orchtui.ui.runs.run_list import RunList

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.run_row import RunRow

_DETAIL_AFTER = 0.12
"""Seconds on one run until more is read of it: who goes through the list does not wait."""
_DETAIL_FROM = 16
"""Rows of the pane from which there is room for it."""
_MOST_DETAIL = 16
_LABEL = 24
"""Cells that stand before the words around what was found."""
_BEST_FIRST = "A search shows what fits best first: esc ends it"
_INKS = {"head": "$foreground-muted", "sorted": "b $accent"}


class RunsHead(Static):
    """The names of the columns; a click on one sorts by it."""

    class Clicked(Message):
        """Somebody wants another order."""

        def __init__(self, cell: int) -> None:
            super().__init__()
            self.cell = cell

    def on_click(self, event: Click) -> None:
        self.post_message(self.Clicked(event.x))


class RunsPane(Vertical):
    """Past runs.

    Args:
        rows: The runs there are, for what is offered in the filter; asked in a thread.
    """

    class Opened(Message):
        """A run is to be shown."""

        def __init__(self, run_id: str, task: str = "", words: str = "") -> None:
            super().__init__()
            self.run_id = run_id
            self.task = task
            """The one whose output is to be read; nothing for the run as a whole."""
            self.words = words
            """What was searched for."""

    class ResumeWanted(Opened):
        """A run is to go on."""

    class ReplayWanted(Opened):
        """A run is to be replayed."""

    class ReloadWanted(Message):
        """The list is to be read again."""

    class ListWanted(Message):
        """Other runs are to be shown, or in another order: those that `wish` says."""

    class DetailWanted(Message):
        """More is to be told of a run."""

        def __init__(self, entry: RunEntry) -> None:
            super().__init__()
            self.entry = entry

    class Wanted(Message):
        """Something is to be done with a run, or with all."""

        def __init__(self, action: str, entry: RunEntry | None) -> None:
            super().__init__()
            self.action = action
            """The id of the row of the keymap, without its context."""
            self.entry = entry
            """The picked one."""

    class CompareWanted(Message):
        """Two runs are to be set against each other."""

        def __init__(self, run_id: str, other_id: str) -> None:
            super().__init__()
            self.run_id = run_id
            self.other_id = other_id

    class Left(Message):
        """The person wants to go back to where they were before."""

    def __init__(self, rows: "Callable[[], Iterable[RunRow]]" = tuple) -> None:
        super().__init__(id="runs", classes="pane -empty")
        self.rows = rows
        self.border_title = "5 Past runs"
        self.list = RunList()
        self.search = SearchLine("words in requests, prompts and results")
        self.filter = RunFilter(lambda: self.rows())
        self.wish = RunWish()
        """Which runs are wanted."""
        self.building: tuple[int, int] | None = None
        """How many texts of runs are read for the index, and of how many. Set by any thread."""
        self.trouble = ""
        """Why the list may not be what there is."""
        self._told_building: tuple[int, int] | None = None
        self._found: RunsFound | None = None
        self._found_for = RunWish()
        self._detail: Detail | None = None
        self._detail_soon: Timer | None = None
        self._head = RunsHead("", id="runs-head", markup=False)
        self._note = Static("", id="runs-note", markup=False)
        self._about = Static("", id="runs-detail", markup=False)
        self._nothing = Static(runs_words.READING, id="runs-empty", classes="empty")

    def compose(self) -> ComposeResult:
        yield self.filter
        yield self._head
        yield self.list
        yield self._nothing
        yield self._note
        yield self._about
        yield self.search

    # What is shown

    @property
    def entries(self) -> Sequence[RunEntry]:
        """What is shown, in its order."""
        return self.list.entries

    @property
    def picked(self) -> RunEntry | None:
        """The picked one."""
        return self.list.picked

    def show_found(self, found: RunsFound, wish: RunWish) -> None:
        """Show other runs; the picked one stays picked where it is among them.

        Args:
            found: The runs.
            wish: What they answer.
        """
        # The best of another search, and the first in another order, are what one looks for.
        other = wish.search != self._found_for.search or (
            (wish.sort, wish.reverse) != (self._found_for.sort, self._found_for.reverse)
        )
        self._found, self._found_for = found, wish
        self.set_class(not found.entries, "-empty")
        self.list.show_entries(found.entries, from_top=other)
        self.border_subtitle = runs_words.counted(found)
        self._tell()
        self._picked_now()

    def show_detail(self, detail: Detail) -> None:
        """Tell more of a run, unless another one is picked by now."""
        if self.picked is not None and self.picked.id == detail.entry.id:
            self._detail = detail
            self._tell_detail()

    def tick(self) -> None:
        """Tell how far the index is; asked by the screen's one timer."""
        if self.building != self._told_building:
            self._tell()

    def _tell(self) -> None:
        """Bring the lines around the list up to date."""
        self._told_building = self.building
        columns = self.list.columns
        sort = None if self.wish.search.strip() else self.wish.sort
        parts = head(columns, sort, reverse=self.wish.reverse)
        self._head.update(Content.assemble(*((text, _INKS[look]) for text, look in parts)))
        note = runs_words.notes(self._found, self._found_for, self.building, self.filter.typed)
        if self.trouble:
            why = Content.styled(clean_line(self.trouble, 400), "$text-error")
            note = Content("\n").join([why, note] if note.plain else [why])
        self._note.update(note)
        self._note.set_class(not note.plain, "-none")
        if self._found is not None and not self._found.entries:
            wish = self._found_for
            none = runs_words.nothing_found(wish, self.building)
            self._nothing.update(none if wish.narrows else runs_words.NO_RUNS)
        self._count_hits()

    def _count_hits(self) -> None:
        if self.search.is_open and self._found is not None:
            here = self.list.place + 1 if self.entries and self.search.words.strip() else 0
            self.search.tell(here, self._found.total if self.wish.search.strip() else 0)

    # More of the picked run

    @property
    def detail_rows(self) -> int:
        """Rows there are for it."""
        height = self.size.height
        return min(_MOST_DETAIL, height * 2 // 5) if height >= _DETAIL_FROM else 0

    @on(RunList.Picked, "#run-list")
    def _picked_now(self) -> None:
        self._count_hits()
        entry = self.picked
        if self._detail is not None and (entry is None or entry.id != self._detail.entry.id):
            self._detail = None
        elif self._detail is not None and entry is not None:
            self._detail = replace(self._detail, entry=entry)
        self._tell_detail()
        if self._detail_soon is not None:
            self._detail_soon.stop()
        if entry is not None and self.detail_rows and self.is_attached:
            self._detail_soon = self.set_timer(
                _DETAIL_AFTER, lambda: self.post_message(self.DetailWanted(entry))
            )

    def _tell_detail(self) -> None:
        rows, entry = self.detail_rows, self.picked
        self._about.display = bool(rows and entry is not None)
        if entry is not None and rows:
            detail = self._detail or Detail(entry)
            width = max(1, self.list.size.width)
            bars = run_detail.own_bars()
            self._about.update(run_detail.lines_of(detail, width, rows, time.time(), bars))
            # As high for every run: the list does not jump while one goes through it.
            self._about.styles.height = rows + 1

    def on_resize(self, event: Resize) -> None:
        """What there is room for follows the size."""
        self.call_after_refresh(self._picked_now)

    @on(RunList.Widened)
    def _widened(self) -> None:
        self._tell()
        self._tell_detail()
        if self.wish.search.strip():
            self._ask(width=self._hit_width)

    # Which runs

    def _ask(self, **changes: object) -> None:
        wish = replace(self.wish, **changes)  # type: ignore[arg-type]
        if wish != self.wish:
            self.wish = wish
            self._tell()
            self.post_message(self.ListWanted())

    def sort_by(self, sort: Sort) -> None:
        """Sort by a column; by the same one again, the other way round. A search has its own."""
        if self.wish.search.strip():
            return
        self._ask(sort=sort, reverse=not self.wish.reverse if sort == self.wish.sort else False)

    @on(RunsHead.Clicked)
    def _head_clicked(self, event: RunsHead.Clicked) -> None:
        event.stop()
        if (sort := column_at(self.list.columns, event.cell)) is not None:
            self.sort_by(sort)

    @property
    def _hit_width(self) -> int:
        return max(20, self.list.width - _LABEL)

    @on(RunFilter.Changed)
    def _filter(self, event: RunFilter.Changed) -> None:
        event.stop()
        self._ask(filter=event.text)

    @on(RunFilter.Left)
    def _leave_filter(self, event: RunFilter.Left) -> None:
        event.stop()
        self.screen.set_focus(self.list)
        self._tell()  # what is not understood is news now

    @on(SearchLine.Opened)
    def _begin_search(self, event: SearchLine.Opened) -> None:
        event.stop()

    @on(SearchLine.Changed)
    def _search(self, event: SearchLine.Changed) -> None:
        event.stop()
        self._ask(search=event.text, width=self._hit_width)

    @on(SearchLine.Next)
    @on(SearchLine.Previous)
    def _step(self, event: Message) -> None:
        event.stop()
        place = self.list.place + (1 if isinstance(event, SearchLine.Next) else -1)
        self.list.pick(place % len(self.entries) if self.entries else 0)

    @on(SearchLine.Settled)
    def _settle(self, event: SearchLine.Settled) -> None:
        event.stop()
        if not self.search.words.strip():
            self.search.close()
        self.screen.set_focus(self.list)

    @on(SearchLine.Closed)
    def _end_search(self, event: SearchLine.Closed) -> None:
        event.stop()
        self._ask(search="")
        self.screen.set_focus(self.list)

    # What is to be done

    @on(PickedRows.Chosen, "#run-list")
    def _open(self, event: PickedRows.Chosen) -> None:
        event.stop()
        entry = self.picked
        if entry is None or self._is_hindered("open"):
            return
        hit = entry.hit
        words = self.wish.search if hit is not None and hit.field != "tag" else ""
        self.post_message(self.Opened(entry.id, hit.task if hit is not None else "", words))

    @on(RunList.Wanted)
    def _do(self, event: RunList.Wanted) -> None:
        event.stop()
        if self._is_hindered(event.action):
            return
        entry = self.picked
        match event.action:
            case "reload":
                self.post_message(self.ReloadWanted())
            case "filter":
                self.filter.open()
            case "sort" | "turn-round" if self.wish.search.strip():
                self.app.notify(_BEST_FIRST, severity="warning", markup=False)
            case "sort":
                place = SORTS.index(self.wish.sort) + 1
                self._ask(sort=SORTS[place % len(SORTS)], reverse=False)
            case "turn-round":
                self._ask(reverse=not self.wish.reverse)
            case "back" if self.filter.display:
                self.filter.close()
            case "back":
                self.post_message(self.Left())
            case "compare" if entry is not None:
                self._compare(entry)
            case "replay" if entry is not None:
                self.post_message(self.ReplayWanted(entry.id))
            case "resume" if entry is not None:
                self.post_message(self.ResumeWanted(entry.id))
            case action:
                self.post_message(self.Wanted(action, entry))

    def _is_hindered(self, action: str) -> bool:
        """Whether this can not be done with the picked run; then it is told why."""
        key, entry = keymap.by_id(f"runs.{action}"), self.picked
        damaged = entry.why if entry is not None and entry.row is None else ""
        # What was deleted is not known here: whoever brings it back says so.
        now = Now(runs=len(self.entries), damaged=damaged and damaged_words(damaged), deleted=True)
        if key is None or not (why := hindrance(key, now)):
            return False
        self.app.notify(f"Not now: {why}", severity="warning", markup=False)
        return True

    def _compare(self, entry: RunEntry) -> None:
        """Mark the first of two; with the second, ask for both. The same again takes it away."""
        first = self.list.chosen
        self.list.choose_for_comparison("" if first else entry.id)
        if not first:
            self._tell_chosen(entry)
        elif first != entry.id:
            self.post_message(self.CompareWanted(first, entry.id))

    def _tell_chosen(self, entry: RunEntry) -> None:
        self.app.notify(
            f"{entry.name} is A. Pick another run and press the same key to compare the two.",
            markup=False,
        )
