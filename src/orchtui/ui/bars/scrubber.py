"""The scrubber: where a replay is, how fast it plays, what happened when, and a way to go there.

A line above the run bar. A click or a drag along its track asks for a moment, a click ahead of it
to play or to pause. It is told where the replay is; this module never plays anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp, Resize
from textual.message import Message
from textual.widgets import Static

from orchtui.engine.text import clean_line
from orchtui.ui.bars.track import Track
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit

_WORDS_FROM, _EVENTS_FROM = 60, 100
"""Cells of width from which there is room for words beside signs, and for which event it is."""
_STATE, _SIGN = 15, 8
"""Cells for the state in words, and without: the track keeps its place whatever it is."""
_EVENTS = 30
"""Cells for which event it is."""
_LEAST_TRACK = 8
_SHORT = 60.0
"""Seconds; of a run that took less, tenths are told."""

Marks = Sequence[tuple[str, float]]
"""Kinds of markers, with their places in seconds."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a replay is."""

    position: float
    """Seconds of working time from the start."""
    length: float
    index: int
    """How many events have been."""
    count: int
    speed: float
    playing: bool = False

    @property
    def at_end(self) -> bool:
        """Whether all has been shown."""
        return self.index >= self.count


class Scrubber(Static):
    """One line."""

    ALLOW_SELECT = False

    class Sought(Message):
        """A moment is to be shown: a part of the whole, from 0 to 1."""

        def __init__(self, fraction: float) -> None:
            super().__init__()
            self.fraction = fraction

    class Toggled(Message):
        """It is to play, or to pause."""

    def __init__(self) -> None:
        super().__init__("", id="scrubber", markup=False)
        self.display = False
        self._marks: Marks = ()
        self._stand = Stand(0, 0, 0, 1, 1)
        self._told = ""
        self._track: Track | None = None
        self._start = 0
        """The column in which the track begins."""
        self._dragged = False

    def show_marks(self, marks: Marks) -> None:
        """Another replay begins, in which these things happen."""
        self._marks, self._track, self._told = marks, None, ""

    def show(self, stand: Stand) -> None:
        """Show where it is."""
        self._stand = stand
        self._draw()

    def tell(self, words: str) -> None:
        """Say what stands here, until it moves on; nothing to say which event it is."""
        self._told = words

    def on_resize(self, event: Resize) -> None:
        """The track has what room there is."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_region.width
        before, after = self._before(width), self._after(width)
        room = width - before.cell_length - after.cell_length
        if room < _LEAST_TRACK:
            after = Content("")
            room = max(1, width - before.cell_length)
        self._start = before.cell_length
        drawn, length = self._track, self._stand.length
        if drawn is None or (drawn.width, drawn.length) != (room, length):
            drawn = self._track = Track(room, length, self._marks)
        pieces = drawn.pieces(self._stand.position, at_end=self._stand.at_end)
        line = Content.assemble(before, *((text, style) for text, style in pieces), after)
        self.update(line, layout=False)

    def _before(self, width: int) -> Content:
        stand = self._stand
        if stand.playing:
            state, style = "▶ play", "b $accent"
        else:
            state, style = "■ end" if stand.at_end else "‖ paused", "b $text-warning"
        words = width >= _WORDS_FROM
        shown = f" {state if words else state[0]} {stand.speed:g}x"
        at = _clock(stand.position, stand.length).rjust(len(_clock(stand.length, stand.length)))
        return Content.assemble((shown.ljust(_STATE if words else _SIGN), style), f" {at} ")

    def _after(self, width: int) -> Content:
        stand = self._stand
        line = Content(f" {_clock(stand.length, stand.length)} ")
        if width < _EVENTS_FROM:
            return line
        if self._told:
            return Content.assemble(line, (fit(f" {clean_line(self._told)}", _EVENTS), "b"))
        events = f" event {stand.index:,} of {stand.count:,}"
        return Content.assemble(line, (fit(events, _EVENTS), "$foreground-muted"))

    # The mouse

    def on_mouse_down(self, event: MouseDown) -> None:
        """Go there, or play, or pause."""
        if event.button != 1:
            return
        if event.x < self._start:
            self.post_message(self.Toggled())
            return
        self._dragged = True
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Go along."""
        if self._dragged:
            self._seek(event.x)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let go."""
        if self._dragged:
            self._dragged = False
            self.release_mouse()

    def _seek(self, x: int) -> None:
        if self._track is not None:
            self.post_message(self.Sought(self._track.fraction(x - self._start)))


def _clock(seconds: float, length: float) -> str:
    """`12:34`; `0:07.3` of a run that took less than a minute, `0:00.04` of one of an instant."""
    if length >= _SHORT:
        return looks.clock(seconds)
    seconds = max(0.0, seconds)
    parts = f"{int(seconds * 10) % 10}" if length >= 1 else f"{int(seconds * 100) % 100:02d}"
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}.{parts}"
