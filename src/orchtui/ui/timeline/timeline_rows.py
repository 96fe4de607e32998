"""What keys and mouse do with the rows of the timeline: pick, fold, move through time.

This module never follows a run by itself, never changes one, and never draws.
"""

from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Size
from textual.message import Message

from orchtui.ui.keys import keymap
from orchtui.ui.timeline.time_window import TimeWindow
from orchtui.ui.timeline.timeline_view import TimelineView

_CLOSER = 1.5
"""How much a step of zooming changes."""
_MOVE = 0.25
"""The part of the width that a step of panning moves."""


class TimelineRows(TimelineView, can_focus=True):
    """The rows, one of them picked."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("timeline")]

    class Picked(Message):
        """Another row was picked: a task's, or that of a folded group."""

        def __init__(self, task_id: str | None) -> None:
            super().__init__()
            self.task_id = task_id

    class OutputWanted(Message):
        """The picked task's text is to be read."""

    # What is picked

    @property
    def picked(self) -> str | None:
        """Id of the picked task; `None` on a folded group."""
        return self.model.picked

    def pick(self, place: int, steps: int = 0) -> None:
        """Pick the row at this place, or the nearest one, and have it in sight.

        Args:
            place: Where it stands.
            steps: Below 0 for somebody who comes from below.
        """
        self._picked_now(changed=self.model.pick(place, steps))

    def pick_task(self, task_id: str) -> None:
        """Pick the row of this task, if there is one."""
        if self.model.pick_task(task_id):
            self._moved()
            self._picked_now(changed=True)

    def words(self) -> list[str]:
        """What of each row is searched."""
        return self.model.words()

    def _picked_now(self, *, changed: bool) -> None:
        self._see_picked()
        if changed:
            self.refresh()
            self.post_message(self.Picked(self.picked))

    def _see_picked(self) -> None:
        """Scroll as little as is needed; a heading right above comes along."""
        place = self.model.place
        height = self.scrollable_content_region.height
        top = place
        if not self.model.rows:
            return
        if height > 1 and place and not self.model.rows[place - 1].can_be_picked:
            top -= 1
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif place >= self.scroll_offset.y + height:
            self.scroll_to(y=place - height + 1, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the picked row in sight."""
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.model.rows))
        self._see_picked()
        self._moved()

    def on_click(self, event: Click) -> None:
        """Pick the row under the mouse; twice reads it, and a heading folds its group."""
        place = self.scroll_offset.y + event.y
        if place >= len(self.model.rows):
            return
        if self.model.rows[place].group is not None:
            self._fold(self.model.rows[place].key)
            return
        self.pick(place)
        if event.chain == 2:
            self.action_read_output()

    def action_step(self, steps: int) -> None:
        place = self.model.place + steps
        if 0 <= place < len(self.model.rows):
            self.pick(place, steps)

    def action_page(self, pages: int) -> None:
        page = max(1, self.scrollable_content_region.height - 1)
        self.pick(self.model.place + pages * page, pages)

    def action_first(self) -> None:
        self.pick(0)

    def action_last(self) -> None:
        self.pick(len(self.model.rows) - 1, -1)

    def action_read_output(self) -> None:
        if (group := self.model.picked_group) is not None:
            self._fold(group.key)
        else:
            self.post_message(self.OutputWanted())

    # Groups

    def action_fold(self) -> None:
        self._fold()

    def _fold(self, key: str = "") -> None:
        before = self.model.cursor
        if self.model.fold(key):
            self._rows_changed(before)

    def action_fold_all(self) -> None:
        before = self.model.cursor
        if self.model.fold_all():
            self._rows_changed(before)

    def action_regroup(self) -> None:
        before = self.model.cursor
        if self.model.regroup() is not None:
            self._rows_changed(before)

    def _rows_changed(self, before: str) -> None:
        self._moved()
        self._picked_now(changed=self.model.cursor != before)
        # Where there was nothing to scroll there is only after the next layout.
        self.call_after_refresh(self._see_picked)

    # Time

    def action_zoom(self, steps: int) -> None:
        self._zoom(_CLOSER**steps)

    def _zoom(self, factor: float, at: float | None = None) -> None:
        self.window = self.window.zoomed(
            factor, self.passed, live=self.live, at=at, whole=self.whole
        )
        self._moved()

    def action_pan(self, steps: int) -> None:
        part = steps * _MOVE
        self.window = self.window.panned(part, self.passed, live=self.live, whole=self.whole)
        self._moved()

    def action_follow(self) -> None:
        self.window = self.window.following()
        self._moved()

    def action_show_all(self) -> None:
        self.window = TimeWindow()
        self._moved()

    def _on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        if not self._wheel(event, -1):
            super()._on_mouse_scroll_down(event)

    def _on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        if not self._wheel(event, 1):
            super()._on_mouse_scroll_up(event)

    def _wheel(self, event: MouseScrollDown | MouseScrollUp, steps: int) -> bool:
        """With ctrl the wheel zooms at the mouse, with shift it pans; whether it did."""
        if event.ctrl:
            scale = self.scale
            cell = event.x - self.columns.before_bar
            at = scale.moment(cell) if 0 <= cell < scale.width else None
            self._zoom(_CLOSER**steps, at)
        elif event.shift:
            self.action_pan(-steps)
        else:
            return False
        event.stop()
        event.prevent_default()
        return True
