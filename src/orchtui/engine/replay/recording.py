"""Recording: a past run's journal, opened for replay.

It is folded once; after that the Run at any event is a copy of the nearest
checkpoint and some thousand events read again from the file. A journal that was
cut off is replayed to its cut, one with an event that does not fit to the event
before, one of a newer orchtui as far as it is known here; `notes` says so. This
module never writes, and keeps no clock.
"""

from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path

from orchtui.engine.errors import IllegalTransitionError, StorageError
from orchtui.engine.journals import journal
from orchtui.engine.journals.whole_lines import WholeLines
from orchtui.engine.replay.checkpoints import Checkpoint, Checkpoints, Past
from orchtui.engine.replay.markers import Markers
from orchtui.engine.replay.recorder import AnyEvent, Recorder, decoded
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.runs.time_axis import TimeAxis

_POSITION_BYTES, _MARKER_BYTES = 8, 120


class Recording:
    """A run that can be shown at any of its events. `open_recording` makes one.

    Events are counted from 1: the Run at 0 events does not exist, and at `count` it is whole.
    """

    def __init__(self, folder: Path, recorder: Recorder, run: Run, alive: bool) -> None:
        self.folder = folder
        self.first = recorder.first
        """The first event."""
        self.count = len(recorder.positions)
        """Events that can be replayed; at least 1."""
        self.markers = Markers(recorder.markers)
        self.axis = TimeAxis(recorder.stretches)
        """Working time: pauses between sessions take none."""
        self.length = recorder.positions[-1]
        """Seconds of working time from the first event to the last."""
        self.whole = not recorder.broken
        """Whether every line that stands there can be replayed."""
        self.notes = _notes(recorder, run, alive)
        """What a person should know of it, in lines; none of a run that ended and is as it was."""
        self.bytes = (
            recorder.checkpoints.bytes
            + _POSITION_BYTES * self.count
            + _MARKER_BYTES * len(self.markers)
        )
        """Of memory that it takes, about."""
        self._positions = recorder.positions
        self._checkpoints = recorder.checkpoints.all
        self._identity = recorder.lines.identity

    def at(self, index: int) -> Run:
        """The Run after so many events: a copy of its own. Reads the file, for some milliseconds.

        Args:
            index: From 1; what is beyond the ends is taken for the end.

        Raises:
            StorageError: when the journal is not what it was.
        """
        return self.playhead(index).run

    def playhead(self, index: int, left: "Playhead | None" = None) -> "Playhead":
        """The same, as something that can go on from there; errors are those.

        Args:
            index: From 1; what is beyond the ends is taken for the end.
            left: Where one comes from: what is the same there is not copied again. Its Run is
                used up.
        """
        index = min(max(1, index), self.count)
        checkpoint = self.nearest(index)
        lines = WholeLines(self.folder / journal.FILE, checkpoint.offset, self._identity)
        found = Playhead(checkpoint, lines, left.past if left is not None else None)
        found.forward(index - checkpoint.index)
        return found

    def nearest(self, index: int) -> Checkpoint:
        """The last checkpoint that an event does not lie before."""
        place = bisect_right(self._checkpoints, index, key=lambda one: one.index)
        return self._checkpoints[max(0, place - 1)]

    def position_of(self, index: int) -> float:
        """When an event was: seconds of working time from the start."""
        return self._positions[min(max(1, index), self.count) - 1]

    def index_at(self, position: float) -> int:
        """How many events there were up to a moment of working time; at least 1."""
        return max(1, bisect_right(self._positions, position))


class Playhead:
    """A Run at one event of its journal, that can go on to the next ones.

    Args:
        checkpoint: Where it begins.
        lines: The journal, from the event behind that on.
        left: What is left of a Run that is used up.
    """

    def __init__(self, checkpoint: Checkpoint, lines: WholeLines, left: Past | None = None) -> None:
        self.run = checkpoint.restored(left)
        self.past = Past(self.run, checkpoint)
        """What can be made of it when it is used up."""
        self.index = checkpoint.index
        self._lines = lines
        self._ahead: list[AnyEvent] = []
        """Read and not folded yet, the next one last."""

    def forward(self, count: int) -> list[AnyEvent]:
        """Fold the next events, and give them. Reads the file.

        Args:
            count: How many; the recording must have them.

        Raises:
            StorageError: when the journal is not what it was.
        """
        passed: list[AnyEvent] = []
        while len(passed) < count:
            if not self._ahead:
                self._read()
            event = self._ahead.pop()
            try:
                fold.apply(self.run, event)
            except (IllegalTransitionError, ValueError) as error:
                raise StorageError(f"the journal was changed meanwhile: {error}") from error
            self.past.note(event)
            passed.append(event)
            self.index += 1
        return passed

    def _read(self) -> None:
        data = self._lines.next()
        if not data:
            raise StorageError("the journal was cut off meanwhile")
        self._ahead, why = decoded(data)
        if not self._ahead:
            raise StorageError(f"the journal was changed meanwhile: {why}")
        self._ahead.reverse()


def _nobody(read: int) -> None:
    """Whom a pass is told where nobody waits for it."""


def open_recording(
    folder: Path, told: Callable[[int], object] = _nobody, checkpoints: Checkpoints | None = None
) -> Recording:
    """Open a run's journal for replay: about a second for a million events. Blocks.

    Args:
        folder: The run folder; a run that another process writes is replayed as far as it is.
        told: Called now and then with the number of bytes read; what it raises ends it.
        checkpoints: Where they go; `None` for those of the usual number and size.

    Raises:
        StorageError: when it can not be read, has no first event, or is another run's.
    """
    recorder = Recorder(folder, checkpoints or Checkpoints(), told)
    run = recorder.go_through()
    return Recording(folder, recorder, run, journal.is_alive(folder))


def _notes(recorder: Recorder, run: Run, alive: bool) -> tuple[str, ...]:
    notes = []
    if run.format > ev.FORMAT:
        notes.append(f"a newer orchtui wrote it (form {run.format}, known here: {ev.FORMAT})")
    if recorder.unknown:
        kinds = "is of a kind" if recorder.unknown == 1 else "are of kinds"
        notes.append(f"{recorder.unknown} of its events {kinds} that this version does not know")
    count = len(recorder.positions)
    if recorder.broken:
        notes.append(f"it can be replayed up to event {count} only: {recorder.broken}")
    elif alive:
        notes.append(f"it is still being written, and is replayed as it stood at event {count}")
    elif recorder.lines.torn:
        notes.append("its last line is not whole: the journal was cut off there")
    if not recorder.broken and not alive and run.finished is None:
        notes.append("the run was interrupted: its journal has no end")
    if recorder.checkpoints.thinned:
        notes.append("it has so many tasks, attempts and tools that going to a place takes longer")
    return tuple(notes)
