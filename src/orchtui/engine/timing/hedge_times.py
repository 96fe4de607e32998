"""What the second attempts of a run took, what they cost, and what became of them.

How much one saved that won is not known: the first attempt was stopped, and nobody saw how long it
would have taken. So it is told how long that one had been running, and nothing is made up. This
module never changes a Run.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from orchtui.engine.runs.run import Run


class HedgeTime(msgspec.Struct, frozen=True, kw_only=True):
    """A second attempt that was made beside the first. Seconds, to the millisecond."""

    task: str
    """Its task's id."""
    outcome: Literal["runs", "won", "took over", "lost", "failed"]
    """`won`: it was done before the first one. `took over`: that one failed meanwhile, and it went
    on in its place. `lost`: it was stopped, and what it took and cost was for nothing; so with
    `failed`."""
    first_s: float
    """How long the first one had been running when this one began."""
    took_s: float
    """How long this one ran."""
    first_in_all_s: float
    """How long the first one ran."""
    tokens: int
    """That this one used, in and out."""
    cost: float | None
    """Dollars of this one; `None` where that is not known."""
    cost_at_least: float
    wasted_tokens: int
    """Used by the one of the two whose answer does not stand, as far as that is known."""


def hedge_times(run: Run, now: float) -> Iterator[HedgeTime]:
    """Of a run, in the plan's order.

    Args:
        run: What happened so far.
        now: The end of what has not ended, seconds since 1970.
    """
    for task in run.tasks.values():
        numbers = {one.number: one for one in task.attempts}
        for hedge in task.hedges:
            beside = [one for one in task.attempts if one.started <= hedge.started]
            first = next((one for one in reversed(beside) if one.number < hedge.number), None)
            own = numbers.get(hedge.number, hedge) if hedge.completed else hedge
            outcome: Literal["runs", "won", "took over", "lost", "failed"] = "lost"
            if hedge.ended is None:
                outcome = "runs"
            elif hedge.completed:
                outcome = "won" if first is not None and first.overtaken else "took over"
            elif hedge.error is not None:
                outcome = "failed"
            lost = first if hedge.completed else own
            yield HedgeTime(
                task=task.id,
                outcome=outcome,
                first_s=_ms(hedge.started - first.started) if first is not None else 0.0,
                took_s=_ms(own.seconds(now)),
                first_in_all_s=_ms(first.seconds(now)) if first is not None else 0.0,
                tokens=own.usage.total,
                cost=own.cost.exact,
                cost_at_least=own.cost.at_least,
                wasted_tokens=lost.usage.total if lost is not None else 0,
            )


def _ms(seconds: float) -> float:
    return round(seconds, 3)
