"""The diff in its pane: compared in a thread, kept, swapped, with its options.

What is shown instead while there is none is its heir's. This module never reads a file.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from orchtui.engine.comparison.difference import By, Options
from orchtui.ui.compare import compare_words as words
from orchtui.ui.compare.diff_view import DiffView, Program
from orchtui.ui.compare.prepared_diff import Prepared, prepare
from orchtui.ui.notices.busy import Busy
from orchtui.ui.notices.trouble import TellsTrouble

if TYPE_CHECKING:  # not before texts are compared
    from orchtui.engine.comparison.sides import Side

_KEPT = 6
"""Diffs that are kept."""
_MOST_KEPT = 20_000_000
"""Characters of all of them."""
_UNITS: dict[By, By] = {"auto": "line", "line": "sentence", "sentence": "auto"}


class DiffHolder(Vertical, TellsTrouble):
    """A pane that can hold a diff.

    Args:
        looked_for: The words to mark in it, as they are now.
    """

    class OpenWanted(Message):
        """A text is to be opened outside."""

        def __init__(self, program: Program, side: "Side") -> None:
            super().__init__()
            self.program = program
            self.side = side

    def __init__(self, looked_for: Callable[[], str]) -> None:
        super().__init__(id="compare", classes="pane -empty")
        self.busy = Busy(lambda: None)
        """Shows what takes long; whoever has one puts it here."""
        self.diff = DiffView(looked_for)
        self.options = Options()
        self._sides: tuple[Side, Side] | None = None
        """What the diff is of."""
        self._kept: OrderedDict[tuple[str, str, Options], Prepared] = OrderedDict()
        self._head = Static("", id="compare-head", markup=False)

    @property
    def first(self) -> Widget:
        """What gets the focus."""
        raise NotImplementedError

    def tell(self) -> None:
        """Say what is shown."""
        raise NotImplementedError

    def close_search(self) -> None:
        """What was looked for was looked for in what is shown no more."""
        raise NotImplementedError

    @property
    def in_diff(self) -> bool:
        """Whether a diff is open."""
        return self.has_class("-diff")

    def open_diff(self, left: "Side", right: "Side") -> None:
        """Show the diff of two texts."""
        self._sides = (left, right)
        self.diff.prepared = None
        self.add_class("-diff")
        if self.has_focus_within:
            self.screen.set_focus(self.diff)
        self.tell_diff()
        self._compare()

    @work(exclusive=True, group="diff", exit_on_error=False)
    async def _compare(self, *, again: bool = False) -> None:
        assert self._sides is not None
        left, right = self._sides
        options = replace(self.options, prose=left.prose and right.prose)
        key = (left.text, right.text, options)
        found = self._kept.get(key)
        if found is None:
            with self.busy.doing("comparing", get_current_worker().cancel):
                found = await asyncio.to_thread(prepare, left, right, options)
            self._keep(key, found)
        elif (found.left, found.right) != (left, right):  # the same texts under other names
            found = replace(found, left=left, right=right)
        if self.in_diff and self._sides == (left, right):
            self.diff.show_diff(found, again=again)
            self.tell_diff()

    def _keep(self, key: tuple[str, str, Options], prepared: Prepared) -> None:
        self._kept[key] = prepared
        while len(self._kept) > _KEPT or (
            len(self._kept) > 1 and sum(len(a) + len(b) for a, b, _ in self._kept) > _MOST_KEPT
        ):
            self._kept.popitem(last=False)

    def close_diff(self) -> None:
        if not self.in_diff:
            return
        self.workers.cancel_group(self, "diff")
        self.close_search()
        self.remove_class("-diff")
        self._sides = None
        if self.has_focus_within:
            self.screen.set_focus(self.first)
        self.tell()

    @on(DiffView.Wanted)
    def _do_in_diff(self, event: DiffView.Wanted) -> None:
        event.stop()
        match event.action:
            case "back":
                self.close_diff()
                return
            case "swap" if self._sides is not None:
                self._sides = self._sides[::-1]
            case "unit":
                self.options = replace(self.options, by=_UNITS[self.options.by])
            case "case":
                self.options = replace(self.options, ignore_case=not self.options.ignore_case)
            case "space":
                self.options = replace(self.options, ignore_space=not self.options.ignore_space)
        if self._sides is not None:
            self._compare(again=True)

    @on(DiffView.OpenWanted)
    def _open_outside(self, event: DiffView.OpenWanted) -> None:
        event.stop()
        if self._sides is not None:
            side = self._sides[event.which == "right"]
            self.post_message(self.OpenWanted(event.program, side))

    def tell_diff(self) -> None:
        prepared, view = self.diff.prepared, self.diff
        if self._sides is None:
            return
        if prepared is None:
            self._head.update(Content.styled("comparing …", "$foreground-muted"))
            return
        width = max(1, self.content_region.width)
        lines = words.diff_head(prepared, view.change, self.options, width)
        self._head.update(Content("\n").join(lines))
        form = "side by side" if view.form == "beside" else "one below the other"
        self.border_title = f"6 Compare · {form}"
        self.border_subtitle = words.size_of(prepared)

    @on(DiffView.Moved)
    def _moved(self, event: DiffView.Moved) -> None:
        event.stop()
        if self.in_diff:
            self.tell_diff()
