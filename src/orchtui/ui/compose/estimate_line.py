"""An estimate in one line, for who writes a plan: time, tokens, cost; or that it is unknown.

Pure: an estimate in, text out. This module never computes a figure of its own.
"""

from typing import TYPE_CHECKING

from textual.content import Content

from orchtui.engine.runs.costs import Cost, show_dollars
from orchtui.ui.looks import looks

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.estimates.estimates import Estimate

_TIME_HOW = "time unknown: run such tasks once, or set an estimate"
_TIME_REHEARSED = "time unknown: a rehearsal does not count, set an estimate"
_COST_HOW = "cost unknown: no price for the model, see prices in orchtui.yaml"


def estimate_line(of: "Estimate") -> Content:
    """`~2m in parallel, ~6m one after another · ~12k tokens · ~$0.08`; nothing without tasks."""
    if not of.tasks:
        return Content("")
    parts = [_time(of), *_tokens(of), _cost(of)]
    if of.time.seconds is None:
        parts = [*parts[1:], parts[0]]  # what is known first
    return Content(" · ").join(Content(part) for part in parts if part)


def no_estimate(why: str) -> Content:
    """What a person can do so that something is known."""
    return Content(f"no estimate: {why}")


def roughly(seconds: float) -> str:
    """`8s`, `2m`, `1h 20m`: an estimate is not known to the second."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))}s"
    minutes = round(seconds / 60)
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def _time(of: "Estimate") -> str:
    time = of.time
    if time.seconds is None:
        if time.unknown == of.tasks:
            return _TIME_REHEARSED if time.rehearsed == time.unknown else _TIME_HOW
        tasks = f"{time.unknown} task{'' if time.unknown == 1 else 's'}"
        verb = "is" if time.unknown == 1 else "are"
        only_rehearsed = time.rehearsed == time.unknown
        never = f"{tasks} {verb} rehearsed" if only_rehearsed else f"{tasks} never ran"
        return f"time unknown, {roughly(time.known)} of it known; {never}"
    span, whole = roughly(time.seconds), roughly(time.known)
    if of.tasks == 1:
        return f"~{span}"
    if round(time.known - time.seconds) == 0:
        return f"~{span}, one after another"
    return f"~{span} in parallel, ~{whole} one after another"


def _tokens(of: "Estimate") -> list[str]:
    seen = sum(part.input_tokens + part.output_tokens for part in of.parts if part.seen)
    given = sum(part.input_tokens for part in of.parts if not part.seen)
    most = sum(part.output_tokens for part in of.parts if not part.seen)
    if not given:
        return [f"~{looks.count(seen)} tokens"] if seen else []
    answers = f", at most {looks.count(most)} out" if most else ""
    return [f"~{looks.count(seen + given)} tokens in{answers}"]


def _cost(of: "Estimate") -> str:
    if not of.paid:
        return "costs nothing"
    cost: Cost = of.cost
    if cost.exact is not None:
        return f"~{show_dollars(cost.exact)}"
    if cost.most is not None:
        return f"{show_dollars(cost.least)} to {show_dollars(cost.most)}"
    return f"{show_dollars(cost.least)} or more" if cost.at_least else _COST_HOW
