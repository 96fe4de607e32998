"""What a person changes in a run while it goes on, as events.

This module never decides what a change means.
"""

from typing import Literal

from orchtui.engine.plans.plan import Task
from orchtui.engine.run_events.event_parts import Event
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.scheduling.staging import Staged
from orchtui.engine.texts.durations import LONGEST

SteerAction = Literal[
    "cancel",
    "cancel_run",
    "retry",
    "retry_now",
    "extend",
    "priority",
    "pause",
    "resume",
    "concurrency",
]
"""What a person may do to a run while it goes on. `value` holds: for `extend` seconds, for
`priority` the new one, for `concurrency` the number."""


class Steered(Event, frozen=True, kw_only=True):
    """A person changed the run while it was running."""

    action: str
    """A SteerAction; readers leave alone what they do not know."""
    task: str | None = None
    value: str | None = None

    @property
    def number(self) -> float | None:
        """The value, where it is a number of seconds or of tasks that there can be."""
        try:
            found = float(self.value or "")
        except ValueError:
            return None
        return found if 0 < found <= LONGEST else None


class TaskAdded(Event, frozen=True, kw_only=True):
    """A person put one more task into the run."""

    scheduled: ScheduledTask
    planned: Task
    """The same as the plan has it."""
    staged: tuple[Staged, ...] = ()
    """What it waits for beyond what it declares, and why."""
    fingerprint: Fingerprint | None = None
    """As in `run_started`."""
