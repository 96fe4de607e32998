"""The results in the table: of the run that is shown, and what was added from elsewhere.

Which there are, which are marked, and which two are meant. It keeps what was added and what is
marked while the run goes on or another one is shown. This module never compares and never draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.run import ENDED, Attempt, Run, Status, TaskRun

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.comparison.sides import Side

MARKS = ("A", "B")


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One text that can be compared."""

    key: str
    """As it is referred to on the command line: `RUN:task@attempt`, or a file's name."""
    label: str
    task: TaskRun | None = None
    """Of the run that is shown; `None` of what was added."""
    attempt: Attempt | None = None
    """Where it is not the one that counts."""
    run: Run | None = None
    added: "Side | None" = None
    """What was read, of what was added."""

    @property
    def length(self) -> int:
        """Characters."""
        if self.added is not None:
            return len(self.added.text)
        kept = self.attempt or (self.task.kept if self.task else None)
        return kept.length if kept is not None else 0

    @property
    def state(self) -> Status | None:
        """Of its task; an attempt's answer is whole."""
        if self.task is None:
            return None
        return "completed" if self.attempt is not None else self.task.status

    @property
    def grows(self) -> bool:
        """Whether text still arrives."""
        return self.attempt is None and self.task is not None and self.task.status not in ENDED

    @property
    def version(self) -> tuple[str, int]:
        """Another one when there is another text."""
        return self.key, self.length

    def side(self) -> "Side":
        """The text with what is known of it. Blocks with long texts.

        Raises:
            InputError: when it is too large, or has not begun.
        """
        from orchtui.engine.comparison.sides import of_task  # not before texts are compared

        if self.added is not None:
            return self.added
        assert self.run is not None and self.task is not None
        return of_task(self.run, self.task, self.attempt, reference=self.key)


class Results:
    """What stands in the table."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self._own: list[Result] = []
        self._added: list[Result] = []
        self._seen: tuple[object, ...] = ()
        self.marked: dict[str, str] = {}
        """`A` and `B`, by the key of the result."""
        self.picked = ""
        """Key of the picked one."""

    # What there is

    @property
    def all(self) -> list[Result]:
        """In the order of the plan, then what was added."""
        return [*self._own, *self._added]

    @property
    def place(self) -> int:
        """Of the picked one; 0 where it is gone."""
        return next((at for at, one in enumerate(self.all) if one.key == self.picked), 0)

    @property
    def here(self) -> Result | None:
        """The picked one."""
        found = self.all
        return found[self.place] if found else None

    def pick(self, place: int) -> None:
        """Pick the result at this place, or the nearest one."""
        found = self.all
        if found:
            self.picked = found[max(0, min(place, len(found) - 1))].key

    def pick_task(self, task_id: str) -> bool:
        """Pick what counts of a task; whether there is any."""
        for one in self._own:
            if one.task is not None and one.task.id == task_id and one.attempt is None:
                self.picked = one.key
                return True
        return False

    def follow(self, run: Run | None) -> bool:
        """Take in what has happened in a run; whether the table is another one by that."""
        seen = (id(run), *(_state_of(task) for task in _tasks(run)), *_choices(run))
        if seen == self._seen:
            return False
        self._seen = seen
        same = run is not None and self.run is not None and run.id == self.run.id
        self.run = run
        self._own = list(_results(run)) if run is not None else []
        keys = {one.key for one in self.all}
        self.marked = {key: mark for key, mark in self.marked.items() if key in keys}
        if not same and self.picked not in keys:
            self.picked = ""
        return True

    def add(self, side: "Side") -> Result:
        """Put something from elsewhere into the table, and pick it."""
        known = next((one for one in self._own if one.key == side.reference), None)
        if known is None:
            known = Result(side.reference, side.label, added=side)
            self._added = [one for one in self._added if one.key != side.reference]
            self._added.append(known)
        self.picked = known.key
        return known

    def remove(self, result: Result) -> None:
        """Take out what was added; the one after it is picked."""
        place = self.place
        self._added = [one for one in self._added if one is not result]
        self.marked.pop(result.key, None)
        self.pick(place)

    # Which are meant

    def mark(self, result: Result) -> None:
        """Mark it as the next side, or take its mark away."""
        if self.marked.pop(result.key, None) is not None:
            return
        taken = set(self.marked.values())
        free = next((mark for mark in MARKS if mark not in taken), MARKS[1])
        self.marked = {key: mark for key, mark in self.marked.items() if mark != free}
        self.marked[result.key] = free

    def with_mark(self, mark: str) -> Result | None:
        """The one with this mark."""
        return next((one for one in self.all if self.marked.get(one.key) == mark), None)

    @property
    def chosen(self) -> Result | None:
        """What a person chose as the run's result."""
        choice = self.run.choice if self.run is not None else None
        if choice is None:
            return None
        task, attempt = choice
        own = [one for one in self._own if one.task is task]
        exact = (one for one in own if attempt is (one.attempt or task.kept))
        return next(exact, None)

    @property
    def reference(self) -> Result | None:
        """What the others are set against: the marked one, else the chosen one, else the first."""
        one, other = (self.with_mark(mark) for mark in MARKS)
        found = self.all
        return one or other or self.chosen or (found[0] if found else None)

    def pair(self) -> tuple[Result, Result] | None:
        """Which two are to be compared; `None` where there are no two."""
        one, other = (self.with_mark(mark) for mark in MARKS)
        if one is not None and other is not None:
            return one, other
        here, against = self.here, self.reference
        if here is None or against is None:
            return None
        if here is against:
            found = self.all
            if len(found) < 2:
                return None
            # The one that others are set against is picked: the one after it is meant.
            return here, found[(self.place + 1) % len(found)]
        return against, here


def _tasks(run: Run | None) -> list[TaskRun]:
    if run is None:
        return []
    return [*run.tasks.values(), *([run.aggregate] if run.aggregate is not None else [])]


def _state_of(task: TaskRun) -> tuple[object, ...]:
    """What makes another row; not the length of what grows, which is looked at as it is drawn."""
    attempt = task.attempt
    begun = attempt is not None and attempt.length > 0
    return task.status, len(task.attempts), begun, task.kept is attempt


def _choices(run: Run | None) -> tuple[object, ...]:
    if run is None:
        return ()
    return (*run.ratings.values(), run.chosen, len(run.judgements), run.finished)


def _results(run: Run) -> Iterator[Result]:
    for task in _tasks(run):
        kept = task.kept
        if kept is not None and kept.length:
            yield Result(f"{run.id}:{task.id}", task.task.label, task, run=run)
        if task.id == AGGREGATE:
            continue
        for attempt in task.attempts:
            if attempt is not kept and attempt.completed and attempt.length:
                key = f"{run.id}:{task.id}@{attempt.number}"
                yield Result(key, f"attempt {attempt.number}", task, attempt, run)
