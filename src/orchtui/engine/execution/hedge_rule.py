"""When a task counts as a straggler while the run goes on, and which tasks may run twice at once.

The rule is that of the report on time (`timing.stragglers`, after speculative execution in Spark):
a task runs for longer than so many times the median of tasks like it, and three quarters of those
that have begun are done, three at least. It looks at this session only. This module starts nothing
and knows no clock.
"""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from orchtui.engine.agents import agent_tools
from orchtui.engine.execution.work import Work
from orchtui.engine.plans.backend_names import WITH_TOOLS_OF_THEIR_OWN, WITHOUT_TOOLS
from orchtui.engine.scheduling.schedule import Kind, ScheduledTask
from orchtui.engine.timing.stragglers import LEAST_LIKES, QUANTILE

_FEW = 64
"""Tasks under way that are looked through every time."""


def may_run_twice(task: ScheduledTask) -> bool:
    """Whether two attempts of a task at once can not be in each other's way.

    It declares no writes and has no tool that writes. A plain program is taken at its word, as
    everywhere: it prints its answer and writes what its task declares (see `isolation`), unless its
    agent file names tools that write. Programs with tools of their own run only once at a time
    unless their agent file gives them only tools that read.
    """
    if task.writes or task.worktree:
        return False
    said = task.tools, task.disallowed_tools, task.permission_mode
    if task.backend in WITH_TOOLS_OF_THEIR_OWN or (task.backend == "command" and task.tools):
        return not agent_tools.may_write(*said)
    return task.backend in WITHOUT_TOOLS or not agent_tools.has_writing(*said)


@dataclass(slots=True)
class _Likes:
    """The tasks of one kind."""

    took: list[float] = field(default_factory=list)
    """Seconds that the last attempts of those that completed took; rising."""
    begun: dict[str, Work] = field(default_factory=dict)
    """Those that have begun and not ended; some of these may have failed since it was swept."""
    looks: int = 0
    """Since it was swept."""

    def usual(self) -> float | None:
        """The median time, once enough is known of them."""
        done = len(self.took)
        if done < LEAST_LIKES:
            return None
        self._sweep()
        if done < QUANTILE * (done + len(self.begun)):
            return None
        middle = done // 2
        return self.took[middle] if done % 2 else (self.took[middle - 1] + self.took[middle]) / 2

    def _sweep(self) -> None:
        """Leave out who has ended; of very many only now and then, so that a look costs little."""
        self.looks += 1
        if len(self.begun) <= _FEW or self.looks >= len(self.begun):
            self.begun = {name: work for name, work in self.begun.items() if work.live}
            self.looks = 0


class HedgeRule:
    """Knows how long like tasks of a session took.

    Args:
        multiple: Times the median after which a task counts as a straggler.
    """

    def __init__(self, multiple: float) -> None:
        self.multiple = multiple
        self._likes: dict[Kind, _Likes] = {}
        self._may: dict[str, bool] = {}
        """Whether a task may run twice at once, by id."""

    def began(self, work: Work) -> None:
        """A task has begun an attempt."""
        task = work.task
        self._likes.setdefault(task.kind, _Likes()).begun[task.id] = work
        if task.id not in self._may:
            self._may[task.id] = may_run_twice(task)

    def completed(self, work: Work, took: float) -> None:
        """A task has completed, and its last attempt took so many seconds."""
        likes = self._likes.setdefault(work.task.kind, _Likes())
        insort(likes.took, took)
        likes.begun.pop(work.task.id, None)

    def stragglers(self) -> Iterator[tuple[Work, float, float]]:
        """The running tasks of which a second attempt may be made: each with the seconds after
        which it counts as a straggler, and the usual ones."""
        for likes in self._likes.values():
            if (usual := likes.usual()) is None:
                continue
            for work in likes.begun.values():
                if work.status == "running" and not work.hedged and self._may[work.task.id]:
                    yield work, self.multiple * usual, usual
