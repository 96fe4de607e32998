"""Draft: the plan that is being written, with undo.

Every edit is a function from Plan to Plan (see `plan_edits`); the Draft keeps
what was before, the words of the request and the file too. This module never
shows anything, reads a file or starts a run.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from orchtui.engine.plans.plan import Plan

EMPTY = Plan()

_MOST_STEPS = 200
"""How many edits can be undone."""


class State(NamedTuple):
    """What an edit changes."""

    plan: Plan
    by_hand: bool
    """Whether the tasks are no longer only what the request says."""
    path: Path | None
    """The file that it came from, or was saved to."""


class Draft:
    """The plan on the desk, what was before it, and whether a person has touched it.

    Args:
        plan: What to begin with.
        path: The file that it came from.
    """

    def __init__(self, plan: Plan = EMPTY, path: Path | None = None) -> None:
        self._state = State(plan, bool(plan.tasks), path)
        self._saved: dict[Path | None, Plan] = {path: plan}
        self._before: list[State] = []
        self._undone: list[State] = []
        self._typing = False
        self.ran: Plan | None = None
        """The plan of the latest run: it stands in the run's folder."""
        self._dropped: Plan | None = None

    @property
    def plan(self) -> Plan:
        """As it is now."""
        return self._state.plan

    @property
    def by_hand(self) -> bool:
        """Whether the tasks are no longer only what the request says."""
        return self._state.by_hand

    @property
    def path(self) -> Path | None:
        """The file that it came from, or was saved to."""
        return self._state.path

    @property
    def unsaved(self) -> bool:
        """Whether edits by hand would be lost."""
        return self.by_hand and not self._stands_elsewhere

    @property
    def at_risk(self) -> bool:
        """Whether anything would be lost: edits, or only typed words, that stand nowhere else."""
        if not (self.plan.tasks or self.plan.request.strip()):
            return False
        if self._stands_elsewhere:
            return False
        return self.by_hand or self.plan != self.ran

    @property
    def _stands_elsewhere(self) -> bool:
        """Whether the plan is that of its file, or may be lost."""
        return self.plan == self._saved.get(self.path) or self.plan is self._dropped

    def drop(self) -> None:
        """A person said that this plan may be lost."""
        self._dropped = self.plan

    # Changing it

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._undone)

    def read(self, plan: Plan) -> None:
        """Take the tasks from the request, as a step of its own or as one with more typing."""
        self._take_words(State(replace(plan, name=self.plan.name), False, self.path))

    def request(self, text: str) -> None:
        """Change the words that the plan came from, and nothing else."""
        self._take_words(self._state._replace(plan=replace(self.plan, request=text)))

    def pause(self) -> None:
        """What is typed from now on is a step of its own."""
        self._typing = False

    def edit(self, change: Callable[[Plan], Plan]) -> bool:
        """Apply one edit by hand; False when it changes nothing."""
        plan = change(self.plan)
        if plan == self.plan:
            return False
        self._remember()
        self._state = self._state._replace(plan=plan, by_hand=True)
        return True

    def open(self, plan: Plan, path: Path | None) -> None:
        """Put the plan of a file on the desk; undo brings back what was there, with its file."""
        self._remember()
        self._state = State(plan, True, path)
        if path is not None:
            self._saved[path] = plan

    def recover(self, plan: Plan, path: Path | None, by_hand: bool) -> None:
        """Put a plan on the desk that was not saved; what the file holds is as it was."""
        self._remember()
        self._state = State(plan, by_hand, path)

    def mark_saved(self, plan: Plan, path: Path) -> None:
        """The plan stands in this file now; what is undone later belongs to it too."""
        old = self.path
        self._saved[path] = plan
        self._state = self._state._replace(path=path)
        for states in (self._before, self._undone):
            states[:] = [one._replace(path=path) if one.path == old else one for one in states]

    def undo(self) -> bool:
        """Take the latest edit back."""
        return self._step(self._before, self._undone)

    def redo(self) -> bool:
        """Do again what `undo` took back."""
        return self._step(self._undone, self._before)

    def _take_words(self, state: State) -> None:
        if state == self._state:
            return
        if not self._typing:
            self._remember()
        self._state, self._typing = state, True
        self._undone.clear()

    def _remember(self) -> None:
        self._before.append(self._state)
        del self._before[:-_MOST_STEPS]
        self._undone.clear()
        self._typing = False

    def _step(self, source: list[State], target: list[State]) -> bool:
        if not source:
            return False
        target.append(self._state)
        self._state = source.pop()
        self._typing = False
        return True
