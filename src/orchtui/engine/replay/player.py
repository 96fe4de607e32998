"""Player: plays a Recording along working time, by a clock that it is given.

A state machine: nothing happens but when it is told, and it never looks at a
clock itself. What it costs is bounded: what came due is folded, and where that is
too much at once it goes to a checkpoint instead, or lags behind where nothing may
be left out. This module draws nothing and writes nothing.
"""

import math
from collections.abc import Collection

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.replay.markers import MARKER_KINDS, Marker, MarkerKind
from orchtui.engine.replay.recorder import AnyEvent
from orchtui.engine.replay.recording import Recording
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

SPEEDS: tuple[float, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""What `faster` and `slower` go through."""
SLOWEST, FASTEST = 0.1, 1000.0
"""What can be played; `math.inf` too: as fast as it goes."""

AT_ONCE = 2_000
"""Events that are folded in one step: some milliseconds."""


class Player:
    """Where a replay is, and how it goes on.

    Between two calls of `advance` everything stays as it is. Every method that goes somewhere reads
    the journal, for some milliseconds, and raises StorageError when that is not what it was.

    Args:
        recording: What is played.
        speed: Seconds of working time in a second.
        skips: Whether it may jump over events to keep the pace. If not, it lags behind, and
            `events` has every one.
    """

    def __init__(self, recording: Recording, speed: float = 1.0, *, skips: bool = True) -> None:
        self.recording = recording
        self.position = 0.0
        """Seconds of working time from the start."""
        self.playing = False
        self.speed = speed
        self.events: list[AnyEvent] = []
        """What the last call folded, in order, beyond what the one before it had; empty after a
        jump, as the Run is another one then."""
        self._head = recording.playhead(1)
        self._skips = skips
        self._heard: float | None = None
        """When `advance` was last called while playing."""

    @property
    def run(self) -> Run:
        """The run as it stood here. After a jump another object: never keep parts of it."""
        return self._head.run

    @property
    def index(self) -> int:
        """How many events it has had."""
        return self._head.index

    @property
    def moment(self) -> float:
        """Seconds since 1970: what a clock showed here."""
        return max(self.run.at, self.recording.axis.moment(self.position))

    @property
    def fraction(self) -> float:
        """How far it is, from 0 to 1."""
        if self.at_end:
            return 1.0
        length = self.recording.length
        return min(1.0, self.position / length) if length else 0.0

    @property
    def at_end(self) -> bool:
        """Whether all there is has been shown."""
        return self.index >= self.recording.count

    # How it goes on

    def play(self) -> None:
        """Go on from here; from the start where it is at the end."""
        if self.at_end:
            self.to_index(1)
        self.playing, self._heard = True, None

    def pause(self) -> None:
        """Stay here."""
        self.playing = False

    def set_speed(self, speed: float) -> None:
        """Play at another speed.

        Raises:
            InputError: when it is none that can be played.
        """
        self.speed = checked_speed(speed)

    def faster(self) -> None:
        """The next of SPEEDS."""
        self.speed = next((one for one in SPEEDS if one > self.speed), max(self.speed, FASTEST))

    def slower(self) -> None:
        """The one before it."""
        below = [one for one in SPEEDS if one < self.speed]
        self.speed = below[-1] if below else self.speed

    def advance(self, now: float) -> Run:
        """Let time pass.

        Args:
            now: Seconds of any clock that never goes back.
        """
        self.events = []
        if not self.playing:
            return self.run
        passed = 0.0 if self._heard is None else max(0.0, now - self._heard)
        self._heard = now
        due = self.recording.length
        if self.speed < math.inf:
            due = min(due, self.position + passed * self.speed)
        try:
            self._go_on(due)
        except StorageError:
            self.playing = False
            raise
        if self.at_end:
            self.playing, self.position = False, self.recording.length
        return self.run

    def _go_on(self, due: float) -> None:
        target = self.recording.index_at(due)
        if target - self.index <= AT_ONCE:
            self.events = self._head.forward(max(0, target - self.index))
            self.position = due
        elif self._skips:
            self._jump(target)
            self.position = due
        else:
            self.events = self._head.forward(AT_ONCE)
            self.position = self.recording.position_of(self.index)

    # Going somewhere

    def step(self, count: int = 1) -> Run:
        """So many events on, or back where it is negative; pauses."""
        self.playing = False
        return self.to_index(self.index + count)

    def to_index(self, index: int) -> Run:
        """To where so many events have been; what is beyond the ends is the end."""
        index = min(max(1, index), self.recording.count)
        if 0 <= index - self.index <= AT_ONCE:
            self.events = self._head.forward(index - self.index)
        else:
            self._jump(index)
        self.position = self.recording.position_of(index)
        return self.run

    def to_position(self, seconds: float) -> Run:
        """To a time, in seconds of working time from the start."""
        seconds = min(max(0.0, seconds), self.recording.length)
        self.to_index(self.recording.index_at(seconds))
        self.position = seconds
        return self.run

    def to_fraction(self, fraction: float) -> Run:
        """To a part of the whole, from 0 to 1."""
        return self.to_position(fraction * self.recording.length)

    def to_start(self) -> Run:
        """To the first event."""
        return self.to_index(1)

    def to_end(self) -> Run:
        """To the last event."""
        return self.to_index(self.recording.count)

    def to_next(self, kinds: Collection[MarkerKind] = MARKER_KINDS) -> Marker | None:
        """To the next of these markers; `None`, and nothing changes, where there is none."""
        return self._to(self.recording.markers.after(self.index, kinds))

    def to_previous(self, kinds: Collection[MarkerKind] = MARKER_KINDS) -> Marker | None:
        """To the one before; the same."""
        return self._to(self.recording.markers.before(self.index, kinds))

    def to_task_start(self, task_id: str) -> Marker | None:
        """To where a task's first attempt begins; `None` where it never began."""
        return self._to(self.recording.markers.start_of(task_id))

    def to_task_end(self, task_id: str) -> Marker | None:
        """To where it ended last; `None` where it never did."""
        return self._to(self.recording.markers.end_of(task_id))

    def _to(self, marker: Marker | None) -> Marker | None:
        if marker is not None:
            self.to_index(marker.index)
        return marker

    def _jump(self, index: int) -> None:
        self._head, self.events = self.recording.playhead(index, self._head), []


def checked_speed(speed: float) -> float:
    """A speed that can be played.

    Raises:
        InputError: when it is none.
    """
    if speed == math.inf or SLOWEST <= speed <= FASTEST:
        return float(speed)
    raise InputError.of(
        f"a replay plays from {SLOWEST:g} to {FASTEST:g} times as fast as the run, or at max"
    )


def place_of(recording: Recording, words: str) -> float:
    """A place to begin at, as a person writes it: `90s`, `50%`, or a task's id for its start.

    Returns:
        Seconds of working time from the start.

    Raises:
        InputError: when there is no such place.
    """
    from orchtui.engine.texts.durations import parse_duration

    if (marker := recording.markers.start_of(words)) is not None:
        return marker.position
    if words.endswith("%"):
        try:
            share = float(words[:-1])
        except ValueError:
            share = -1.0
        if 0 <= share <= 100:
            return share / 100 * recording.length
    try:
        seconds = 0.0 if words == "0" else parse_duration(words)
    except ValueError:
        raise InputError.of(
            f"'{clean_line(words, 80)}' is neither a task that began in this run, nor a time "
            "such as 90s or 50%"
        ) from None
    if seconds > recording.length:
        raise InputError.of(
            f"the run had only {recording.length:.0f} s of working time; "
            f"'{clean_line(words, 80)}' is beyond its end"
        )
    return seconds
