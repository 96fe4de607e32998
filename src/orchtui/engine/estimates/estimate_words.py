"""An estimate in words, and as JSON: every figure with where it comes from.

What is not known is called unknown. This module never computes a figure.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from orchtui.engine.estimates.estimates import Estimate, Part, Time
from orchtui.engine.runs.costs import show_dollars
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration


class Notice(NamedTuple):
    """What is told of an estimate in passing, where nobody is asked about it."""

    line: str = ""
    """The figures, where money or a budget is at stake."""
    warnings: Sequence[str] = ()
    """Limits that will hardly do."""


def told(of: Estimate) -> list[str]:
    """The figures as lines for a person."""
    if not of.paid:
        return [
            f"tasks:         {of.tasks:,}; nothing here costs money, as far as is known",
            f"time:          {_time(of.time)}",
            *_synthesis(of),
        ]
    models = ", ".join(f"{name} × {count:,}" for name, count in of.models)
    lines = [
        f"paid tasks:    {of.paid:,} ({models})",
        f"requests:      at least {of.requests:,}; tools and further attempts need more",
        f"input tokens:  {_joined(of, _input)}",
    ]
    if output := _joined(of, _output):
        lines.append(f"output tokens: {output}")
    if of.by_programs:
        lines.append(f"by programs:   {of.by_programs:,}, which limit their own use of tokens")
    lines.append(f"cost:          {_joined(of, _cost)}{_prices(of)}")
    lines.append(f"time:          {_time(of.time)}")
    return lines + _synthesis(of)


def _synthesis(of: Estimate) -> list[str]:
    """What is foreseen of the results that are joined; nothing where nothing is known of them."""
    joined = of.joined
    if joined is None or not joined.known:
        return []
    about = f"about {joined.characters:,} characters of results (past runs)"
    if joined.too_long:
        told = f"{about} are more than is reduced in parts; they will be collected instead"
    elif joined.parts:
        told = f"{about} are too long to be read at once: {joined.parts:,} parts come first"
    else:
        told = f"{about} are read at once"
    if joined.unknown:
        told += f"; {joined.unknown:,} more of which nothing is known"
    counted = "" if joined.too_long else "counted above; "
    return [f"synthesis:     {counted}{told}"]


def brief(of: Estimate) -> str:
    """The figures in one line; for a run that costs money, or one with a budget."""
    if not of.paid:
        return f"nothing that costs money; time: {_time(of.time)}"
    tokens = sum(part.input_tokens for part in of.parts)
    grounds = ", ".join(_ground(part) for part in of.parts)
    cost = f"cost {of.cost}" if of.cost.most is None else f"about {of.cost}"
    tasks = f"{of.paid:,} paid task{'' if of.paid == 1 else 's'}"
    return f"{tasks}, about {tokens:,} tokens in, {cost} ({grounds}); time: {_time(of.time)}"


def too_much(of: Estimate, schedule: Schedule) -> list[str]:
    """Budgets, the deadline too, of which it is likely before the start that they will not do."""
    lines = []
    dollars, limit = of.cost.least, schedule.budget_usd
    if limit is not None and dollars > limit:
        likely = f"about {show_dollars(dollars)} or more"
        lines.append(f"the budget of {show_dollars(limit)} will hardly do: {likely} are likely")
    tokens = sum(part.input_tokens + (part.output_tokens if part.seen else 0) for part in of.parts)
    if schedule.budget_tokens is not None and tokens > schedule.budget_tokens:
        likely = f"about {tokens:,} or more are likely"
        lines.append(f"the budget of {schedule.budget_tokens:,} tokens will hardly do: {likely}")
    seconds, deadline = of.time.seconds, schedule.deadline
    if seconds is not None and deadline is not None and seconds > deadline:
        likely = f"about {show_duration(seconds)} are likely"
        lines.append(f"the deadline of {show_duration(deadline)} will hardly do: {likely}")
    return lines


def as_json(of: Estimate) -> dict[str, Any]:
    """The same for programs; what is not known is null."""
    return {
        "tasks": of.tasks,
        "paid_tasks": of.paid,
        "by_programs": of.by_programs,
        "requests_at_least": of.requests,
        "models": [{"model": name, "tasks": count} for name, count in of.models],
        "parts": [_part_as_json(part) for part in of.parts],
        "cost": of.cost.exact,
        "cost_at_least": of.cost.at_least,
        "prices": {"list": of.prices_of or None, "files": list(of.price_files)},
        "synthesis": None
        if of.joined is None
        else {
            "result_characters": of.joined.characters,
            "results_known": of.joined.known,
            "results_unknown": of.joined.unknown,
            "parts": of.joined.parts,
            "too_long": of.joined.too_long,
        },
        "time": {
            "seconds": None if of.time.seconds is None else round(of.time.seconds, 3),
            "from_past_runs": of.time.past,
            "from_plan": of.time.planned,
            "unknown": of.time.unknown,
        },
    }


def _part_as_json(part: Part) -> dict[str, Any]:
    least, most = part.cost.least, part.cost.most
    return {
        "from": part.basis,
        "tasks": part.tasks,
        "seen": part.seen,
        "input_tokens": part.input_tokens,
        "output_tokens": part.output_tokens if part.seen else None,
        "output_tokens_at_most": None if part.seen else part.output_tokens,
        "cost_from": round(least, 6),
        "cost_to": None if most is None else round(most, 6),
    }


def _joined(of: Estimate, words: Callable[[Part], str]) -> str:
    """What each part says of a figure; for how many tasks, where there are several parts."""
    alone = len(of.parts) == 1
    said = ((part, words(part)) for part in of.parts)
    return "; ".join(
        text if alone else f"{part.tasks:,} × {'as before' if part.seen else 'new'}: {text}"
        for part, text in said
        if text
    )


def _ground(part: Part) -> str:
    tasks = f"{part.tasks:,} task{'' if part.tasks == 1 else 's'}"
    return f"{tasks} as in past runs" if part.seen else f"{tasks} by the prompts"


def _input(part: Part) -> str:
    if part.seen:
        return f"about {part.input_tokens:,} (past runs, {part.seen:,} such tasks)"
    about = f"about {part.input_tokens:,} (a guess: characters / 4)"
    return f"{about}, more with tools and handed-over results"


def _output(part: Part) -> str:
    if part.seen:
        return f"about {part.output_tokens:,} (past runs)"
    most = f"at most {part.output_tokens:,} in one attempt at each task"
    return most if part.output_tokens else ""


def _cost(part: Part) -> str:
    if part.seen:
        return f"{'' if part.cost.most is None else 'about '}{part.cost} (past runs)"
    each = "" if str(part.cost) == "unknown" else " in one request for each task"
    return f"{part.cost}{each}"


def _prices(of: Estimate) -> str:
    listed = [f"list prices of {of.prices_of}"] if of.prices_of else []
    listed += [clean_line(file) for file in of.price_files]
    return f" [{', '.join(listed)}]" if listed else ""


def _time(time: Time) -> str:
    past, planned = f"{time.past:,} as in past runs", f"{time.planned:,} by the plan"
    known = [words for count, words in ((time.past, past), (time.planned, planned)) if count]
    if time.seconds is None:
        lacking = f"unknown; {time.unknown:,} never ran before" if known else "unknown"
        return f"{lacking}, {', '.join(known)}" if known else lacking
    return f"about {show_duration(time.seconds)} ({', '.join(known)})" if known else "none"
