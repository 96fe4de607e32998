"""Checkpoints: a Run as it stood at some events, so that it can be had again without the rest.

A checkpoint copies what has changed since the one before it; tasks that have not
are shared. Text is kept once for all of them: what an attempt wrote since the last
checkpoint is joined to one block of its list, and a checkpoint notes how many
blocks there were. When checkpoints take too much memory, every second one goes.
This module never reads a file, and never folds.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from operator import attrgetter
from sys import getsizeof
from typing import Any, NamedTuple, TypeVar

from orchtui.engine.run import STORY, Attempt, Run, Session, TaskRun, ToolUse
from orchtui.engine.slots import Slots

MOST_BYTES = 96 << 20
"""Of memory for all checkpoints of a run, about; its text comes on top."""
EVENTS = 2_000
"""Events between two checkpoints, at least: they are folded in some milliseconds."""
BYTES = 4 << 20
"""Bytes of journal between two, at most, as long as there is room."""

# About what one of them takes, with what it alone holds.
_RUN_BYTES, _TASK_BYTES, _ATTEMPT_BYTES, _TOOL_BYTES, _POINTER = 2_000, 400, 500, 150, 8

_T = TypeVar("_T")
_NO_STORY: deque[str] = deque(maxlen=0)


def _copier(kind: type[_T]) -> Callable[[_T], _T]:
    """Copies a dataclass field by field; `copy.copy` takes three times as long."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    values: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    return lambda one: kind(*values(one))


_run, _task, _attempt = _copier(Run), _copier(TaskRun), _copier(Attempt)
_session, _slots, _tool = _copier(Session), _copier(Slots), _copier(ToolUse)


class _KeptAttempt(NamedTuple):
    attempt: Attempt
    """Without its text."""
    blocks: list[str]
    """Shared by all checkpoints; only grows."""
    number: int
    """How many of them there were."""


class _KeptTask(NamedTuple):
    task: TaskRun
    """Without its attempts and its story."""
    story: tuple[str, ...]
    attempts: tuple[_KeptAttempt, ...]


@dataclass(slots=True, frozen=True)
class Checkpoint:
    """A Run after some events."""

    index: int
    """How many events it has folded."""
    offset: int
    """Bytes of the journal that they take."""
    run: Run
    """Without its tasks."""
    tasks: tuple[_KeptTask, ...]
    aggregate: _KeptTask | None
    size: int
    """Bytes of memory, about, beyond what it shares with the one before it."""

    def restored(self) -> Run:
        """The Run as it stood, to do with as one likes."""
        run = _own_lists(self.run)
        run.tasks = {kept.task.id: _restored(kept) for kept in self.tasks}
        run.aggregate = None if self.aggregate is None else _restored(self.aggregate)
        return run


class Checkpoints:
    """Those of one run, made while it is folded for the first time.

    Args:
        most: Bytes of memory that they may take, about.
        events: Between two of them, at least.
    """

    def __init__(self, most: int = MOST_BYTES, events: int = EVENTS) -> None:
        self.all: list[Checkpoint] = []
        self.text_bytes = 0
        """Of memory that the text takes."""
        self.thinned = False
        """Whether there was no room for all of them: going somewhere then takes longer."""
        self._most = most
        self._events, self._bytes = events, BYTES
        self._held = 0
        self._before: tuple[_KeptTask, ...] = ()
        """The tasks of the last one that was added, also where that one has gone."""
        self._blocks: dict[str, list[list[str]]] = {}

    @property
    def bytes(self) -> int:
        """Of memory that they take, about, with the text."""
        return self._held + self.text_bytes

    def is_due(self, index: int, offset: int) -> bool:
        """Whether there should be one here."""
        if not self.all:
            return True
        last = self.all[-1]
        return index - last.index >= self._events or offset - last.offset >= self._bytes

    def add(self, run: Run, changed: Collection[str], index: int, offset: int) -> None:
        """Note how a run stands. Takes the text out of its attempts.

        Args:
            run: After so many events.
            changed: Ids of the tasks to which something has happened since the last one.
            index: How many events.
            offset: How many bytes they take.
        """
        before = self._before
        tasks, size = [], _RUN_BYTES
        for place, task in enumerate(run.tasks.values()):
            if place < len(before) and task.id not in changed:
                tasks.append(before[place])
            else:
                kept, more = self._kept(task)
                tasks.append(kept)
                size += more
        aggregate = None
        if run.aggregate is not None:
            aggregate, more = self._kept(run.aggregate)
            size += more
        bare = _own_lists(run)
        bare.tasks, bare.aggregate = {}, None
        size += _POINTER * (len(tasks) + len(run.slots.turns) + len(run.races) + len(run.wishes))
        self._before = tuple(tasks)
        self.all.append(Checkpoint(index, offset, bare, self._before, aggregate, size))
        self._held += size
        if self._held > self._most:
            self._thin()

    def _thin(self) -> None:
        """Let every second one go, but never the first; from now on they are as far apart."""
        del self.all[1::2]
        # What the ones that are gone alone held; what they shared is counted where it began.
        self._held = sum(one.size for one in self.all)
        self._events, self._bytes = 2 * self._events, 2 * self._bytes
        self.thinned = True

    def _kept(self, task: TaskRun) -> tuple[_KeptTask, int]:
        blocks = self._blocks.setdefault(task.id, [])
        attempts, size = [], _TASK_BYTES
        for place, attempt in enumerate(task.attempts):
            if place == len(blocks):
                blocks.append([])
            if attempt.pieces:
                block = "".join(attempt.pieces)
                self.text_bytes += getsizeof(block)
                blocks[place].append(block)
                attempt.pieces = []
            attempts.append(_KeptAttempt(_own(attempt), blocks[place], len(blocks[place])))
            size += _ATTEMPT_BYTES + _TOOL_BYTES * (len(attempt.tools) + len(attempt.refused))
        bare = _task(task)
        bare.attempts, bare.story = [], _NO_STORY
        return _KeptTask(bare, tuple(task.story), tuple(attempts)), size


def _restored(kept: _KeptTask) -> TaskRun:
    task = _task(kept.task)
    task.attempts, task.story = [], deque(kept.story, maxlen=STORY)
    for attempt, blocks, number in kept.attempts:
        own = _own(attempt)
        own.pieces = blocks[:number]
        task.attempts.append(own)
    return task


def _own(attempt: Attempt) -> Attempt:
    """A copy without text that shares nothing that could change."""
    copied = _attempt(attempt)
    copied.pieces = []
    copied.tools = [_tool(tool) for tool in attempt.tools]
    copied.refused = list(attempt.refused)
    return copied


def _own_lists(run: Run) -> Run:
    """A copy that shares nothing that could change but its tasks."""
    copied = _run(run)
    for field in fields(Run):
        value = getattr(run, field.name)
        if field.name != "tasks" and type(value) in (list, dict):
            setattr(copied, field.name, value.copy())
    copied.sessions = [_session(session) for session in run.sessions]
    copied.slots = _slots(run.slots)
    copied.slots.turns = list(run.slots.turns)
    return copied
