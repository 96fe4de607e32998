"""Experience: what a task will probably take, by what tasks like it took.

The plan's own estimate of the time first; else the mean of the tasks in this run
that completed, of the same specialist, backend and model, and for a program the same
one; else what such tasks took in earlier runs. Nothing where nothing is known: this
module never guesses.
"""

from collections.abc import Mapping

from orchtui.engine.estimates.past_work import PastWork
from orchtui.engine.execution.shedding import Use
from orchtui.engine.scheduling.prices import Resolve
from orchtui.engine.scheduling.schedule import Kind, Schedule, ScheduledTask


class Experience:
    """What tasks take, as far as it is known.

    Args:
        before: What a task of its kind took in earlier runs, by the task's id.
    """

    def __init__(self, before: Mapping[str, Use]) -> None:
        self._before = before
        self._seen: dict[Kind, list[float]] = {}
        """How many completed, and the sums of their seconds, tokens and dollars."""

    def completed(self, task: ScheduledTask, seconds: float, tokens: float, usd: float) -> None:
        """Take in what a task took, with all its attempts."""
        sums = self._seen.setdefault(task.kind, [0.0, 0.0, 0.0, 0.0])
        for at, more in enumerate((1.0, seconds, tokens, usd)):
            sums[at] += more

    def of(self, task: ScheduledTask) -> Use:
        """What a task will take."""
        use = self._before.get(task.id, _UNKNOWN)
        if (sums := self._seen.get(task.kind)) is not None:
            count, *rest = sums
            use = Use(*(one / count for one in rest))
        return use if task.estimate is None else use._replace(seconds=task.estimate)


_UNKNOWN = Use()


def usual_use(schedule: Schedule, past: PastWork, resolve: Resolve) -> dict[str, Use]:
    """What tasks of each one's kind took in earlier runs, by id; only where one ran.

    Args:
        schedule: Of the run.
        past: What earlier runs used.
        resolve: What a backend makes of a model's name.
    """
    kinds = {task.worker: resolve(task.backend, task.model) for task in schedule.tasks}
    typical = {kind: past.typical(*kind, model) for kind, model in kinds.items()}
    found: dict[str, Use] = {}
    for task in schedule.tasks:
        # Earlier runs do not tell one program from another.
        if not task.command and (one := typical[task.worker]) is not None:
            dollars = one.cost.least if one.cost.most is None else one.cost.most
            found[task.id] = Use(one.seconds, one.usage.total, dollars)
    return found
