"""The colours of the timeline's rows, looked up once for each paint.

The names are component classes in app.tcss. This module never draws.
"""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from orchtui.ui.looks import looks
from orchtui.ui.looks.specialist_colors import readable

NAMES = (
    "cursor",
    "cursor-focused",
    "instance",
    "heading",
    "figure",
    "wait",
    "others",
    "held",
    "now",
    "again",
    "tool",
    "asks",
    "race",
    "refused",
    "made",
    "house",
    *looks.SIGNS,
)
"""Each with `timeline--` before it."""


class Inks:
    """The styles of one widget.

    Args:
        widget: Whose component classes they are.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[str, Style] = {}
        self.names: Mapping[str, str] = {}
        """Colours that agent files give, by specialist."""

    def forget(self) -> None:
        """The next paint begins: the theme or the focus may be another."""
        self._known.clear()

    def of(self, name: str) -> Style:
        """What something is written in."""
        if name not in self._known:
            self._known[name] = looks.ink(self._styled(name))
        return self._known[name]

    def paper(self, *, focused: bool) -> Style:
        """What the picked row stands on."""
        return looks.paper(self._styled("cursor-focused" if focused else "cursor"))

    @property
    def base(self) -> Style:
        """What every row stands on."""
        if "" not in self._known:
            self._known[""] = self._widget.rich_style
        return self._known[""]

    def of_specialist(self, specialist: str) -> Style:
        """Its own colour where its agent file has one."""
        written, plain = self.names.get(specialist), self.of("instance")
        if not written:
            return plain
        house = Color.from_rich_color(self.of("house").color)
        color = readable(written, self._widget.background_colors[1], house)
        return plain if color is None else Style(color=color.rich_color, bold=plain.bold)

    def _styled(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"timeline--{name}")
