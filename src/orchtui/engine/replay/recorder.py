"""Recorder: goes through a journal once, from its first event to where it can be read no further.

What it finds on the way is all that a Recording needs: when each event was, where
the markers are, and checkpoints to begin again from. This module never goes back.
"""

from array import array
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from orchtui.engine.errors import IllegalTransitionError, StorageError
from orchtui.engine.journals import journal
from orchtui.engine.journals.whole_lines import WholeLines
from orchtui.engine.replay.checkpoints import Checkpoints, changed_by
from orchtui.engine.replay.markers import Marker, kind_of
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

AnyEvent = ev.RunEvent | ev.UnknownEvent


class Stretch(NamedTuple):
    """One session as it was heard of."""

    start: float
    """Seconds since 1970."""
    end: float


class Recorder:
    """One pass over a journal: `go_through`, then read what it found.

    Args:
        folder: The run folder.
        checkpoints: Where checkpoints go.
        told: Called now and then with the number of bytes read; what it raises ends the pass.
    """

    def __init__(
        self, folder: Path, checkpoints: Checkpoints, told: Callable[[int], object]
    ) -> None:
        self.checkpoints = checkpoints
        self.lines = WholeLines(folder / journal.FILE)
        self.positions = array("d")
        """Of each event: seconds of working time."""
        self.markers: list[Marker] = []
        self.stretches: list[Stretch] = []
        self.first: AnyEvent
        """The event that it begins with; there once `go_through` is done."""
        self.unknown = 0
        """Events of kinds that this version does not know."""
        self.broken = ""
        """Why it goes no further, where an event could not be read or did not fit."""
        self._folder = folder
        self._told = told
        self._run: Run | None = None
        self._start = self._offset = 0.0
        """When the session began, since 1970 and on the axis of working time."""
        self._changed: set[str] = set()
        """Tasks to which something has happened since the last checkpoint."""
        self._written: set[str] = set()
        """Tasks that have got text since then."""

    def go_through(self) -> Run:
        """Fold the whole journal, as far as that is possible. Blocks.

        Returns:
            The Run before its first event that does not fit; without texts, which its checkpoints
            hold.

        Raises:
            StorageError: when it can not be read, has no first event, or is another run's.
        """
        read = 0
        while not self.broken and (data := self.lines.next()):
            events, why = decoded(data)
            try:
                if self._run is None and events:
                    self._begin(events.pop(0), data.index(b"\n") + 1)
                self._take(events)
            except (IllegalTransitionError, ValueError) as error:
                self._break(str(error))
            if why:
                self._break(why)
            read += len(data)
            self._told(read)
            if not self.broken and self.checkpoints.is_due(len(self.positions), read):
                self._checkpoint(read)
        if self._run is None:
            raise self._refused()
        if not self.broken and self.checkpoints.all[-1].index < len(self.positions):
            self._checkpoint(read)
        self._end_session()
        return self._run

    def _begin(self, event: AnyEvent, length: int) -> None:
        """The first event, and the checkpoint that stands ahead of all others."""
        self._run = past_runs.own(self._folder, fold.begin(event))
        self.first = event
        self._begin_session(self._run.at)
        self.positions.append(0.0)
        self._checkpoint(length)

    def _take(self, events: list[AnyEvent]) -> None:
        run, positions = self._run, self.positions
        if run is None:
            return
        last = positions[-1]
        for event in events:
            fold.apply(run, event)
            if type(event) is ev.TextDelta:  # nearly every event
                self._written.add(event.task)
            else:
                self._note(run, event)
            # Never back, though somebody's clock may have been set back.
            last = max(last, self._offset + run.at - self._start)
            positions.append(last)

    def _note(self, run: Run, event: AnyEvent) -> None:
        task = getattr(event, "task", None) or ""
        self._changed.update(changed_by(event, run))
        if isinstance(event, ev.RunResumed):
            self._end_session()
            self._begin_session(run.at)
        elif isinstance(event, ev.ToolReturned):
            self.checkpoints.note_return(run.of(task), event)
        self.unknown += isinstance(event, ev.UnknownEvent)
        if (kind := kind_of(event)) is not None:
            position = max(self.positions[-1], self._offset + run.at - self._start)
            name = run.of(task).id if task else ""  # not the event's own copy of it
            self.markers.append(Marker(kind, len(self.positions) + 1, position, name))

    def _begin_session(self, at: float) -> None:
        self._start = at
        self.stretches.append(Stretch(at, at))

    def _end_session(self) -> None:
        length = self.positions[-1] - self._offset
        self.stretches[-1] = Stretch(self._start, self._start + length)
        self._offset += length

    def _checkpoint(self, offset: int) -> None:
        assert self._run is not None
        index = len(self.positions)
        self.checkpoints.add(self._run, self._changed, self._written, index, offset)
        self._changed.clear()
        self._written.clear()

    def _break(self, why: str) -> None:
        if not self.broken:  # the first is what matters
            self.broken = f"line {len(self.positions) + 1}: {clean_line(why, 400)}"

    def _refused(self) -> StorageError:
        path = self._folder / journal.FILE
        if self.broken:
            return StorageError(f"{path}: {self.broken}")
        return StorageError(f"{path}: the journal holds no whole event: this run never began")


def decoded(data: bytes) -> tuple[list[AnyEvent], str]:
    """The events of some lines, up to the first that is none; and why that is none."""
    try:
        return ev.decode_lines(data), ""
    except ValueError:
        events: list[AnyEvent] = []
        for line in data.split(b"\n")[:-1]:
            try:
                events.append(ev.decode(line))
            except ValueError as error:
                return events, f"not an event: {error}"
        return events, ""  # what decode_lines takes for wrong, decode does too
