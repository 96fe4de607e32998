"""Checkpoints: a Run as it stood at some events, so that it can be had again without the rest.

A checkpoint has a frame of every task: all of it but its long lists. Frames are
shared by the checkpoints between which nothing but text came. Text, tools and
refusals are kept once for all checkpoints, in trails that only grow, and a
checkpoint notes how long they were. When checkpoints take too much memory, every
second one goes. This module never reads a file, and never folds.
"""

import gc
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields
from itertools import islice
from operator import attrgetter
from sys import getsizeof
from typing import Any, NamedTuple, TypeVar

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Attempt, Run, Session, TaskRun, ToolUse
from orchtui.engine.runs.slots import Slots
from orchtui.engine.runs.task_run import STORY

MOST_BYTES = 96 << 20
"""Of memory for all checkpoints of a run, about; its texts and tools come on top."""
EVENTS = 2_000
"""Events between two checkpoints, at least: they are folded in some milliseconds."""
BYTES = 4 << 20
"""Bytes of journal between two, at most, as long as there is room."""

_BLOCK = 2_000
"""Characters from which on a piece of text grows no more: few pieces, and little copied."""

# About what one of them takes.
_RUN_BYTES, _TASK_BYTES, _ATTEMPT_BYTES, _TOOL_BYTES, _POINTER = 2_000, 600, 700, 250, 8

_T = TypeVar("_T")
_NO_STORY: deque[str] = deque(maxlen=0)
_NONE: list[Any] = []
"""Stands in frames for what is elsewhere; nobody fills it."""


def _copier(kind: type[_T]) -> Callable[[_T], _T]:
    """Copies a dataclass field by field; `copy.copy` takes three times as long."""
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    values: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    return lambda one: kind(*values(one))


_run, _task, _attempt = _copier(Run), _copier(TaskRun), _copier(Attempt)
_session, _slots = _copier(Session), _copier(Slots)


@dataclass(slots=True)
class _Trail:
    """What one attempt got, in order."""

    blocks: list[str] = field(default_factory=list)
    """Its text, in some pieces; only the last one still grows."""
    starts: list[int] = field(default_factory=list)
    """Characters before each of them."""
    tools: list[tuple[str, str, str, int, float]] = field(default_factory=list)
    """Its uses of tools, as `ToolUse` begins."""
    returns: list[tuple[int, bool, str]] = field(default_factory=list)
    """Which of them returned, and with what."""
    refused: list[ev.WriteRefused | ev.AccessRefused] = field(default_factory=list)
    refused_at: list[int] = field(default_factory=list)

    def write(self, text: str, before: int) -> int:
        """More text, behind so many characters; bytes of memory that it takes."""
        if self.blocks and len(self.blocks[-1]) < _BLOCK:
            grown = self.blocks[-1] + text
            more = getsizeof(grown) - getsizeof(self.blocks[-1])
            self.blocks[-1] = grown
            return more
        self.starts.append(before)
        self.blocks.append(text)
        return getsizeof(text)

    def text(self, length: int) -> list[str]:
        """The first so many characters, in pieces."""
        if not length:
            return []
        last = bisect_left(self.starts, length) - 1
        return [*self.blocks[:last], self.blocks[last][: length - self.starts[last]]]


class _AttemptFrame(NamedTuple):
    attempt: Attempt
    """Without what is in its trail; of a last one more text may have come since."""
    trail: _Trail
    tools: int
    """How long the trail's lists were."""
    returns: int
    refused: int


class _Frame(NamedTuple):
    task: TaskRun
    """Without its attempts and its story."""
    story: tuple[str, ...]
    attempts: tuple[_AttemptFrame, ...]


@dataclass(slots=True, frozen=True)
class Checkpoint:
    """A Run after some events."""

    index: int
    """How many events it has folded."""
    offset: int
    """Bytes of the journal that they take."""
    run: Run
    """Without its tasks."""
    frames: tuple[_Frame, ...]
    lengths: "array[int]"
    """Of each task's last attempt: characters of text so far."""
    aggregate: tuple[_Frame, int] | None
    """The same of the synthesis."""
    size: int
    """Bytes of memory, about, beyond what it shares with the one before it."""

    def restored(self, past: "Past | None" = None) -> Run:
        """The Run as it stood, to do with as one likes.

        Args:
            past: What is left of another Run: what is the same in it is taken out of it, and not
                copied again. Nobody may use that one from then on.
        """
        run = _own_lists(self.run)
        collecting = gc.isenabled()
        gc.disable()  # with many tasks it would look ten times for garbage, and there is none
        try:
            if past is None:
                each = list(map(_restored, self.frames, self.lengths))
            else:
                each = list(map(past.restored, range(len(self.frames)), self.frames, self.lengths))
            run.tasks = {task.task.id: task for task in each}
        finally:
            if collecting:
                gc.enable()
        run.aggregate = None if self.aggregate is None else _restored(*self.aggregate)
        return run


class Past:
    """A Run that was restored once, and goes back or on by more than it is folded.

    Args:
        run: As it is now.
        checkpoint: What it was restored from.
    """

    def __init__(self, run: Run, checkpoint: Checkpoint) -> None:
        self.run = run
        self.changed: set[str] = set()
        """Tasks to which something but text has happened since."""
        self.written: set[str] = set()
        """Tasks that have got text since."""
        self._frames, self._lengths = checkpoint.frames, checkpoint.lengths

    def note(self, event: ev.RunEvent | ev.UnknownEvent) -> None:
        """Note what an event does that was folded."""
        if type(event) is ev.TextDelta:  # nearly every event
            self.written.add(event.task)
        else:
            self.changed.update(changed_by(event, self.run))

    def restored(self, place: int, frame: _Frame, length: int) -> TaskRun:
        """A task as a checkpoint has it, out of this Run where only text is different."""
        task_id = frame.task.task.id
        if (
            place >= len(self._frames)
            or self._frames[place] is not frame
            or task_id in self.changed
        ):
            return _restored(frame, length)
        task = self.run.tasks[task_id]
        if self._lengths[place] != length or task_id in self.written:
            attempt, trail = task.attempts[-1], frame.attempts[-1].trail
            attempt.length, attempt.pieces = length, trail.text(length)
        return task


def changed_by(event: ev.RunEvent | ev.UnknownEvent, run: Run) -> Collection[str]:
    """The tasks that an event changes beyond their text, by id; of the synthesis, AGGREGATE."""
    if isinstance(event, ev.RunResumed):
        return (*run.tasks, ev.AGGREGATE)
    if isinstance(event, ev.AggregationAsked):
        return (ev.AGGREGATE,)
    task = getattr(event, "task", None)
    return (task,) if task else ()


class Checkpoints:
    """Those of one run, made while it is folded for the first time.

    Args:
        most: Bytes of memory that they may take, about.
        events: Between two of them, at least.
    """

    def __init__(self, most: int = MOST_BYTES, events: int = EVENTS) -> None:
        self.all: list[Checkpoint] = []
        self.thinned = False
        """Whether there was no room for all of them: going somewhere then takes longer."""
        self._most = most
        self._events, self._bytes = events, BYTES
        self._held = self._in_trails = 0
        self._trails: dict[str, list[_Trail]] = {}
        # As the last one that was added has it, also where that one has gone.
        self._places: dict[str, int] = {}
        self._frames: tuple[_Frame, ...] = ()
        self._lengths = array("q")
        self._aggregate: tuple[_Frame, int] | None = None

    @property
    def bytes(self) -> int:
        """Of memory that they take, about, with texts and tools."""
        return self._held + self._in_trails

    def is_due(self, index: int, offset: int) -> bool:
        """Whether there should be one here."""
        if not self.all:
            return True
        last = self.all[-1]
        return index - last.index >= self._events or offset - last.offset >= self._bytes

    def note_return(self, task: TaskRun, event: ev.ToolReturned) -> None:
        """Note that a tool of a task's last attempt has returned, as the fold has it."""
        tools = task.attempts[-1].tools
        for place in range(len(tools) - 1, -1, -1):
            if tools[place].call == event.call:
                trail = self._trail(task, len(task.attempts) - 1)
                trail.returns.append((place, event.ok, event.text))
                break

    def add(
        self, run: Run, changed: set[str], written: Collection[str], index: int, offset: int
    ) -> None:
        """Note how a run stands. Takes the text out of its attempts.

        Args:
            run: After so many events.
            changed: Ids of the tasks to which something has happened since the last one.
            written: Ids of those that got text.
            index: How many events.
            offset: How many bytes they take.
        """
        new = list(islice(run.tasks, len(self._places), None))
        for task_id in new:
            self._places[task_id] = len(self._places)
        lengths = self._lengths[:]
        lengths.extend([0] * len(new))
        framed = run.tasks.keys() & changed.union(new)
        size = _RUN_BYTES + _POINTER * (len(lengths) + len(run.slots.turns) + len(run.races))
        if framed:
            frames = [*self._frames, *(_NO_FRAME for _ in new)]
            for task_id in framed:
                frames[self._places[task_id]], more = self._frame(run.tasks[task_id])
                size += more
            self._frames = tuple(frames)
            size += _POINTER * len(frames)
        for task_id in framed.union(run.tasks.keys() & set(written)):
            place, task = self._places[task_id], run.tasks[task_id]
            if task.attempts:
                lengths[place] = self._text_of(task, len(task.attempts) - 1)
        if run.aggregate is not None and (ev.AGGREGATE in changed or ev.AGGREGATE in written):
            size += self._frame_aggregate(run.aggregate)
        self._lengths = lengths
        bare = _own_lists(run)
        bare.tasks, bare.aggregate = {}, None
        self.all.append(
            Checkpoint(index, offset, bare, self._frames, lengths, self._aggregate, size)
        )
        self._held += size
        if self._held > self._most:
            self._thin()

    def _thin(self) -> None:
        """Let every second one go, but never the first; from now on they are as far apart."""
        del self.all[1::2]
        # What they shared with one that has gone is not counted any more: it is about so much.
        self._held = sum(one.size for one in self.all)
        self._events, self._bytes = 2 * self._events, 2 * self._bytes
        self.thinned = True

    def _frame_aggregate(self, aggregate: TaskRun) -> int:
        frame, size = self._frame(aggregate)
        last = len(aggregate.attempts) - 1
        self._aggregate = (frame, self._text_of(aggregate, last) if last >= 0 else 0)
        return size

    def _frame(self, task: TaskRun) -> tuple[_Frame, int]:
        attempts, size = [], _TASK_BYTES + _ATTEMPT_BYTES * len(task.attempts)
        for place, attempt in enumerate(task.attempts):
            self._text_of(task, place)
            trail = self._trail(task, place)
            for tool in islice(attempt.tools, len(trail.tools), None):
                trail.tools.append((tool.call, tool.name, tool.arguments, tool.offset, tool.at))
                self._in_trails += _TOOL_BYTES + len(tool.arguments) + len(tool.text)
            trail.refused_at += attempt.refused_at[len(trail.refused) :]
            trail.refused += attempt.refused[len(trail.refused) :]
            bare = _attempt(attempt)
            bare.pieces = bare.tools = bare.refused = bare.refused_at = _NONE
            counts = (len(trail.tools), len(trail.returns), len(trail.refused))
            attempts.append(_AttemptFrame(bare, trail, *counts))
        bare_task = _task(task)
        bare_task.attempts, bare_task.story = _NONE, _NO_STORY
        bare_task.hedges = list(map(_hedge, task.hedges))
        return _Frame(bare_task, tuple(task.story), tuple(attempts)), size

    def _text_of(self, task: TaskRun, place: int) -> int:
        """Take an attempt's text into its trail; how many characters all of it has."""
        attempt = task.attempts[place]
        if attempt.pieces:
            text, attempt.pieces = "".join(attempt.pieces), []
            trail = self._trail(task, place)
            self._in_trails += trail.write(text, attempt.length - len(text))
        return attempt.length

    def _trail(self, task: TaskRun, place: int) -> _Trail:
        trails = self._trails.setdefault(task.id, [])
        while place >= len(trails):
            trails.append(_Trail())
        return trails[place]


_NO_FRAME = _Frame(TaskRun(None), (), ())  # type: ignore[arg-type]  # is written over at once


def _restored(frame: _Frame, length: int) -> TaskRun:
    task = _task(frame.task)
    task.story = deque(frame.story, maxlen=STORY)
    task.hedges = list(map(_hedge, task.hedges))
    frames = frame.attempts
    task.attempts = [_restored_attempt(kept, kept.attempt.length) for kept in frames[:-1]]
    task.attempts += [_restored_attempt(kept, length) for kept in frames[-1:]]
    return task


def _hedge(hedge: Attempt) -> Attempt:
    """A second attempt that shares nothing; it has no text and no tools of its own."""
    copied = _attempt(hedge)
    copied.pieces, copied.tools, copied.refused, copied.refused_at = [], [], [], []
    return copied


def _restored_attempt(kept: _AttemptFrame, length: int) -> Attempt:
    attempt, trail = _attempt(kept.attempt), kept.trail
    attempt.length, attempt.pieces = length, trail.text(length)
    attempt.tools = [ToolUse(*begun) for begun in islice(trail.tools, kept.tools)]
    for place, ok, text in islice(trail.returns, kept.returns):
        attempt.tools[place].ok, attempt.tools[place].text = ok, text
    attempt.refused = trail.refused[: kept.refused]
    attempt.refused_at = trail.refused_at[: kept.refused]
    return attempt


def _own_lists(run: Run) -> Run:
    """A copy that shares nothing that could change but its tasks."""
    copied = _run(run)
    for one in fields(Run):
        value = getattr(run, one.name)
        if one.name != "tasks" and type(value) in (list, dict):
            setattr(copied, one.name, value.copy())
    copied.sessions = [_session(session) for session in run.sessions]
    copied.slots = _slots(run.slots)
    copied.slots.turns = list(run.slots.turns)
    return copied
