"""The view of a diff: one widget that draws the rows that can be seen, with a bar at one of them.

Long diffs are laid out in a thread, and what was there stays until that is done. Its owner says
what to show. This module never compares and opens nothing.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.engine.comparison.diff_text import hunk_text
from orchtui.engine.comparison.side_rows import Line, next_change, previous_change
from orchtui.ui.compare.diff_layout import (
    Look,
    Place,
    lay_out,
    opened_for,
    other_end,
    words_of,
)
from orchtui.ui.compare.diff_painter import LOOKS, Measures, Painter
from orchtui.ui.compare.prepared_diff import Form, Prepared
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.terminal.copying import copied_words, too_much

BESIDE_FROM = 100
"""Cells of width from which two sides stand beside each other where nobody says otherwise."""
_AT_ONCE = 40_000
"""Characters that are laid out without a thread: some milliseconds."""
_SIDEWAYS = 8
"""Cells of a step along long lines."""
_ABOVE = 0.3
"""The part of the height that is shown above a change that one goes to."""

Program = Literal["editor", "pager"]
Which = Literal["left", "right"]


class DiffView(ScrollView, TellsTrouble, can_focus=True):
    """The rows of a diff.

    Args:
        looked_for: The words to mark, as they are now.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("diff")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"side--{look}" for look in LOOKS}

    class Wanted(Message):
        """A person wants something of whoever made the diff."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class OpenWanted(Message):
        """A side is to be opened outside."""

        def __init__(self, program: Program, which: Which) -> None:
            super().__init__()
            self.program = program
            self.which = which

    class Moved(Message):
        """The bar stands elsewhere, or the form is another one."""

    def __init__(self, looked_for: Callable[[], str]) -> None:
        super().__init__(id="diff-view")
        self._looked_for = looked_for
        self.prepared: Prepared | None = None
        self._places: list[Place] = []
        self._measures: Measures | None = None
        self._painter: Painter | None = None
        self._known_styles: dict[str, Style] = {}
        self._chosen_form: Form | None = None
        self._opened: frozenset[int] = frozenset()
        self._shift = 0
        self.wraps = True
        self.cursor = 0
        """The row of the screen with the bar."""
        self._words: list[str] | None = None

    # What is shown

    def show_diff(self, prepared: Prepared, *, again: bool = False) -> None:
        """Show a diff, from its first change.

        Args:
            again: Whether it is of the same texts: one stays near where one was.
        """
        stays = again and self.prepared is not None
        share = self._at / max(1, self._count) if stays else 0.0
        self.prepared, self._opened, self._shift, self._words = prepared, frozenset(), 0, None
        self._measures, self._places = None, []  # no room yet, where the pane only just turns up
        self._relay(int(share * self._count) if stays else self._first)

    @property
    def _first(self) -> int:
        """The row of the first change."""
        changes = self.prepared.face(self.form).changes if self.prepared is not None else ()
        return changes[0].start if changes else 0

    @property
    def form(self) -> Form:
        """Side by side where a person wants that, or there is room; else one column."""
        if self._chosen_form is not None:
            return self._chosen_form
        return "beside" if self.scrollable_content_region.width >= BESIDE_FROM else "unified"

    @property
    def change(self) -> int:
        """The change that the bar is at or behind, from 1; 0 before the first."""
        if self.prepared is None:
            return 0
        before = previous_change(self.prepared.face(self.form).changes, self._at + 1)
        return 0 if before is None else before + 1

    @property
    def _count(self) -> int:
        return len(self.prepared.face(self.form).rows) if self.prepared is not None else 0

    @property
    def _at(self) -> int:
        """The row of the diff that the bar is at."""
        return self._places[self.cursor].at if self.cursor < len(self._places) else 0

    def words(self) -> list[str]:
        """What of each row is searched."""
        if self._words is None:
            self._words = words_of(self.prepared, self.form) if self.prepared is not None else []
        return self._words

    @property
    def place(self) -> int:
        """The row of the diff with the bar, for the search."""
        return self._at

    def pick(self, at: int) -> None:
        """Put the bar at a row of the diff, also where it is folded."""
        if self.prepared is None:
            return
        opened = opened_for(self.prepared, self.form, at, self._opened)
        if opened != self._opened:
            self._opened = opened
            self._relay(at)
        else:
            self._go(self._place_of(at))

    # Laying out

    def _relay(self, at: int) -> None:
        """Lay the rows out anew, with the bar at a row of the diff."""
        prepared = self.prepared
        if prepared is None or not self.scrollable_content_region.width:
            return
        form = self.form
        self._measures = Measures.of(prepared, form, self.scrollable_content_region.width)
        look = Look(form, self._measures.text, self.wraps, self._opened)
        if len(prepared.diff.left.text) + len(prepared.diff.right.text) <= _AT_ONCE:
            self.workers.cancel_group(self, "layout")
            self._take(prepared, lay_out(prepared, look), self._measures, at)
        else:
            self._lay_out(prepared, look, self._measures, at)

    @work(exclusive=True, group="layout", exit_on_error=False)
    async def _lay_out(self, prepared: Prepared, look: Look, measures: Measures, at: int) -> None:
        places = await asyncio.to_thread(lay_out, prepared, look)
        if prepared is self.prepared:
            self._take(prepared, places, measures, at)

    def _take(self, prepared: Prepared, places: list[Place], measures: Measures, at: int) -> None:
        self._places = places
        self._painter = Painter(prepared, measures, self._style, self._shift, self._looked_for())
        self.virtual_size = Size(self.scrollable_content_region.width, len(places))
        self._go(self._place_of(at), at_change=True)

    def _place_of(self, at: int) -> int:
        """The first row of the screen of a row of the diff, or the fold that it is in."""
        found = bisect_left(self._places, at, key=lambda place: place.at)
        if found >= len(self._places) or self._places[found].at > at:
            return max(0, found - 1)
        return found + (self._places[found].what == "head")

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new width; the bar stays where it is."""
        width = self.scrollable_content_region.width
        if self.prepared is None:
            return
        if self._measures != Measures.of(self.prepared, self.form, width):
            self._words = None
            self._relay(self._at if self._places else self._first)
        else:
            self._see(self.scroll_offset.y)

    # Moving

    def _go(self, place: int, *, at_change: bool = False) -> None:
        self.cursor = max(0, min(place, len(self._places) - 1))
        height, top = max(1, self.scrollable_content_region.height), self.scroll_offset.y
        if at_change and not top <= self.cursor < top + height * (1 - _ABOVE):
            top = max(0, self.cursor - int(height * _ABOVE))
        self._see(top)
        self.refresh()
        self.post_message(self.Moved())

    def _see(self, top: int) -> None:
        """Show the rows from here on, or those with the bar where it would be out of sight."""
        height = max(1, self.scrollable_content_region.height)
        top = max(min(top, self.cursor), self.cursor - height + 1)
        # At once, for the next key is reckoned from here; and before a scrollbar is shown, too.
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def action_step(self, steps: int) -> None:
        self._go(self.cursor + steps)

    def action_page(self, pages: int) -> None:
        page = max(1, self.scrollable_content_region.height - 1)
        top = max(0, self.scroll_offset.y + pages * page)
        self.scroll_to(y=top, animate=False, immediate=True, force=True)
        self._go(self.cursor + pages * page)

    def action_top(self) -> None:
        self._go(0)

    def action_bottom(self) -> None:
        self._go(len(self._places) - 1)

    def action_change(self, steps: int) -> None:
        """Go to the next change, or the one before."""
        if self.prepared is None:
            return
        changed = self.prepared.face(self.form).changes
        found = (next_change if steps > 0 else previous_change)(changed, self._at)
        if found is None:
            self.app.notify(
                "Nothing is different"
                if not changed
                else f"That was the {'last' if steps > 0 else 'first'} change",
                markup=False,
            )
        else:
            self._go(self._place_of(changed[found].start), at_change=True)

    def on_click(self, event: Click) -> None:
        """Put the bar there; what is folded opens."""
        place = self.scroll_offset.y + event.y
        if place < len(self._places):
            self._go(place)
            if self._places[place].what == "fold" or event.chain == 2:
                self.action_open()

    def action_open(self) -> None:
        """Open a fold; go to the other end of what was moved."""
        if self.prepared is None or not self._places:
            return
        place = self._places[self.cursor]
        if place.what == "fold":
            self.pick(place.at)
        elif (other := other_end(self.prepared, self.form, place.at)) is not None:
            self._go(self._place_of(other), at_change=True)
        else:
            self.app.bell()

    def action_open_all(self) -> None:
        """Open all folds, or close them."""
        if self.prepared is None:
            return
        face = self.prepared.face(self.form)
        blocks = frozenset(face.rows[fold.start].block for fold in face.folds)
        self._opened = frozenset() if blocks <= self._opened else blocks
        self._relay(self._at)

    # How it looks

    def action_sides(self) -> None:
        """The other form."""
        if self.prepared is None:
            return
        before, at = self.form, self._at
        block = self.prepared.face(before).rows[at].block if self._count else 0
        self._chosen_form = "unified" if before == "beside" else "beside"
        self._words = None
        rows = self.prepared.face(self.form).rows
        same = (place for place, row in enumerate(rows) if row.block == block)
        self._relay(next(same, 0))

    def action_wrap(self) -> None:
        self.wraps, self._shift = not self.wraps, 0
        self._relay(self._at)

    def action_sideways(self, steps: int) -> None:
        if self.wraps:
            self.app.notify("Lines are broken at the edge: W lets them go on", markup=False)
            return
        self._shift = max(0, self._shift + steps * _SIDEWAYS)
        self.repaint_rows()

    def repaint_rows(self) -> None:
        """Draw anew with what is looked for now."""
        if self.prepared is not None and self._measures is not None:
            self._painter = Painter(
                self.prepared, self._measures, self._style, self._shift, self._looked_for()
            )
            self.refresh()

    # What a person wants

    def action_want(self, action: str) -> None:
        self.post_message(self.Wanted(action))

    def action_open_in(self, program: Program, which: Which = "right") -> None:
        self.post_message(self.OpenWanted(program, which))

    def action_copy(self) -> None:
        """Copy the hunk that the bar is in, in the form that `patch` reads."""
        if self.prepared is None or not self.prepared.changed:
            self.app.notify("Nothing is different", markup=False)
            return
        face = self.prepared.unified
        number = min(self._places[self.cursor].hunk, len(face.hunks) - 1)
        lines = [row for row in face.rows if isinstance(row, Line)]
        text = hunk_text(self.prepared.diff, lines, face.hunks[number])
        if refused := too_much(text):
            self.app.notify(refused, severity="warning", markup=False)
        else:
            self.app.copy_to_clipboard(text)
            self.app.notify(copied_words(text, "the hunk"), markup=False)

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw rows, with every style looked up once for all of them."""
        self._known_styles.clear()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width, base = self.scrollable_content_region.width, self.rich_style
        number = y + self.scroll_offset.y
        if self._painter is None or number >= len(self._places):
            return Strip.blank(width, base)
        bar = "▌" if number == self.cursor else " "
        segments = [Segment(bar, self._style("bar"))]
        segments += self._painter.row(self._places[number], width)
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _style(self, name: str) -> Style:
        """By its name in LOOKS: ink, and the ground of words that are marked."""
        if name not in self._known_styles:
            found = self.get_component_rich_style(f"side--{name}")
            style = looks.ink(found)
            if name in ("old", "new", "match"):
                style += Style(bgcolor=found.bgcolor, reverse=found.reverse)
            self._known_styles[name] = style
        return self._known_styles[name]
