"""The last row: what can be done where the focus is, with the key of each.

One widget, and not one for each key as in Textual's own footer: that one is made anew whenever the
focus moves, after the first paint too, and costs as much as a pane. This module never does what a
key does.
"""

from collections.abc import Callable

from textual.binding import ActiveBinding
from textual.content import Content
from textual.events import Leave, MouseDown, MouseMove
from textual.screen import Screen
from textual.widgets import Static

from orchtui.ui.keys.key_names import is_no_key

_KEY = "b $footer-key-foreground on $footer-key-background"
_WORDS = "$footer-description-foreground on $footer-description-background"
_POINTED_AT = "$footer-key-foreground on $block-hover-background"


class KeyLine(Static):
    """Keys and words in a row; a click on one is the key.

    Args:
        offered: Whether what a key does can be done now, by the id of its binding; else it is not
            told.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 1; text-wrap: nowrap; text-overflow: ellipsis;
        color: $footer-foreground; background: $footer-background;
    }
    """

    def __init__(self, offered: Callable[[str], bool] = lambda key_id: True) -> None:
        super().__init__("", id="keys", markup=False)
        self._offered = offered
        self._shown: list[ActiveBinding] = []
        self._ends: list[int] = []
        self._pointed_at: int | None = None
        self._looking = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if not self._looking:  # told many times in a row
            self._looking = True
            self.call_next(self.look)  # and not after a refresh: behind a dialog there is none

    def look(self) -> None:
        """Show what holds now."""
        self._looking = False
        if not self.is_attached or not self.app.app_focus:
            return
        # Of several keys for the same the first.
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            shown = active.binding.show and not is_no_key(active.binding.key)
            if shown and self._offered(active.binding.id or ""):
                found.setdefault(active.binding.action, active)
        self._shown = list(found.values())
        self._pointed_at = None
        self._draw()

    def _draw(self) -> None:
        line = Content("")
        self._ends = []
        for place, (_, binding, enabled, _) in enumerate(self._shown):
            dim = "" if enabled else "dim "
            pointed_at = place == self._pointed_at
            key, words = (_POINTED_AT, _POINTED_AT) if pointed_at else (_KEY, _WORDS)
            line = Content.assemble(
                line,
                (self.app.get_key_display(binding), dim + key),
                (f" {binding.description}", dim + words),
                " ",
            )
            self._ends.append(line.cell_length)
        self.update(line, layout=False)

    def _place(self, x: int) -> int | None:
        return next((place for place, end in enumerate(self._ends) if x < end - 1), None)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Do as if the key were pressed."""
        if (place := self._place(event.x)) is None:
            return
        if self._shown[place].enabled:
            self.app.simulate_key(self._shown[place].binding.key)
        else:
            self.app.bell()

    def on_mouse_move(self, event: MouseMove) -> None:
        self._point_at(self._place(event.x))

    def on_leave(self, event: Leave) -> None:
        self._point_at(None)

    def _point_at(self, place: int | None) -> None:
        if place != self._pointed_at:
            self._pointed_at = place
            self._draw()
