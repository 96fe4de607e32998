"""What happens to a second attempt that runs beside the first, as events.

Its text and tools are told only once it takes the first one's place: then they follow as those of
any attempt, so that a reader who does not know these two kinds still reads a whole story. This
module never decides what happens next.
"""

from typing import Literal

import msgspec

from orchtui.engine.errors import ErrorKind
from orchtui.engine.run_events.event_parts import ProgramUse, TaskEvent, Usage

HedgeEnd = Literal["won", "lost", "failed"]
"""`won`: it takes the place of the first attempt, because it was done before it or because that one
failed. `lost`: it was stopped, mostly because the first one was done before it. `failed`: it failed
while the first went on."""


class TaskHedged(TaskEvent, frozen=True, kw_only=True):
    """A second attempt begins beside the one that runs; `attempt` is its number.

    Where it does not win, no attempt of the task has that number.
    """

    specialist: str
    instance: str
    backend: str
    model: str | None = None
    after_s: float = 0.0
    """Seconds that the first one had been running."""
    usual_s: float = 0.0
    """The median of the tasks like it that were done."""


class HedgeEnded(TaskEvent, frozen=True, kw_only=True):
    """Nothing runs beside the task's own attempt any more. May come after the task's end."""

    how: HedgeEnd
    why: str = ""
    error: ErrorKind | None = None
    """With `failed`."""
    usage: Usage = Usage()
    """What was spent on it; nothing with `won`, as that is told with the attempt that it became."""
    model: str | None = None
    """The model that really answered, where the backend said it."""
    length: int = 0
    """Characters of text that had come from it."""
    worker: str | None = None
    """The worker of a cluster that it ran on."""
    program: ProgramUse | msgspec.UnsetType = msgspec.UNSET
    """What its program used; like `usage`."""
