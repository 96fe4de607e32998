"""Stragglers: tasks that took far longer than tasks like them; what a second attempt would take.

The rule is that of speculative execution in Spark ("spark.speculation.multiplier" 1.5 times the
median, once "spark.speculation.quantile" three quarters of the tasks are done), after the backup
tasks of MapReduce (J. Dean and S. Ghemawat, "MapReduce: Simplified Data Processing on Large
Clusters", OSDI 2004, section 3.6). Like tasks have the same specialist, backend and model,
and those that are programs run the same one. `execution/hedge_rule.py` goes by the same rule while
a run goes on. This module starts nothing.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from orchtui.engine.scheduling.schedule import Kind, ScheduledTask
from orchtui.engine.texts.hedge_setting import ON

MULTIPLIER = ON
"""Times the median of its likes after which a task counts as a straggler."""
LEAST_LIKES = 3
"""Like tasks, itself left out, below which nothing can be said."""
QUANTILE = 0.75
"""The part of them that must not be stragglers themselves."""


class Straggler(NamedTuple):
    """A task that took far longer than its likes."""

    task_id: str
    took_s: float
    usual_s: float
    """The median of its likes."""

    @property
    def at_best_s(self) -> float:
        """Seconds that it takes with a second attempt, begun when it counts as a straggler, that
        takes as long as is usual."""
        return (MULTIPLIER + 1) * self.usual_s


def stragglers(tasks: Sequence[ScheduledTask], took: Mapping[str, float]) -> list[Straggler]:
    """The stragglers among tasks, in their order.

    Args:
        tasks: That ran.
        took: Seconds that each one's attempt took, by id.
    """
    kinds: dict[Kind, list[str]] = {}
    for task in tasks:
        kinds.setdefault(task.kind, []).append(task.id)
    found: dict[str, Straggler] = {}
    for names in kinds.values():
        if len(names) <= LEAST_LIKES:
            continue
        # Of a straggler among them the median of all is that of its likes, or a little more.
        usual = median(took[name] for name in names)
        late = [name for name in names if took[name] > MULTIPLIER * usual > 0]
        if len(late) <= (1 - QUANTILE) * len(names):
            found |= {name: Straggler(name, took[name], usual) for name in late}
    return [found[task.id] for task in tasks if task.id in found]
