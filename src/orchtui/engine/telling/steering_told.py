"""What a person changed in a run, and what servers asked for, in words for people.

The log, the progress on a terminal and the app say it alike. This module never
changes a Run.
"""

from collections.abc import Callable

from orchtui.engine.run_events import events as ev
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.texts.rates import show_rate


def wish(event: ev.Steered) -> str:
    """A person's wish: `stopped 'a'`, `runs 4 tasks at once`; empty for an unknown one.

    Ids and values stand as they are: whoever shows them cleans them for the place.
    """
    task, value = f"'{event.task}'", event.value or ""
    match event.action:
        case "cancel":
            return f"stopped {task}"
        case "cancel_run":
            return "stopped the run"
        case "retry":
            return f"tries {task} again"
        case "retry_now":
            return f"tries {task} again now, without the rest of its pause"
        case "extend":
            return f"gave {task} {show_duration(event.number)} more" if event.number else ""
        case "priority":
            return f"made {task} {value}"
        case "pause":
            return "paused: nothing more is started"
        case "resume":
            return "goes on"
        case "concurrency":
            return f"runs {value} task{'' if value == '1' else 's'} at once"
    return ""


def limit(event: ev.LimitChanged) -> str:
    """`asked to slow down: 4 at once, 1.2/s, nothing for 30.0s`, or that it takes more again; of
    programs `runs 120 at once and no more: …` with what this machine has no more of."""
    if not event.lower and event.concurrency is None:
        return "takes as much as the run asks again"
    if event.machine and event.lower:
        return f"runs {event.concurrency} at once and no more: {event.why}"
    parts = _pace(event)
    parts += [f"nothing for {show_duration(event.hold_s)}"] if event.hold_s else []
    head = "asked to slow down" if event.lower else "takes more again"
    return f"{head}: {', '.join(parts)}" if parts else head


def slowed(event: ev.LimitChanged, now: float) -> str:
    """What still holds of it: `slowed to 3 at once, 1.2/s`, `waits 30.0s`; empty for nothing.

    Args:
        event: The last one of a backend.
        now: Seconds since 1970.
    """
    held = event.hold_s - (now - ev.seconds(event.at))
    if event.concurrency is None and held <= 0:
        return ""
    if event.machine:
        return f"room for {event.concurrency} at once"
    if pace := _pace(event):
        return f"slowed to {', '.join(pace)}"
    return f"waits {show_duration(held)}"


def _pace(event: ev.LimitChanged) -> list[str]:
    pace = [f"{event.concurrency} at once"] if event.concurrency is not None else []
    return pace + ([show_rate(event.rate)] if event.rate is not None else [])


def told(
    wishes: list[ev.Steered], added: list[ev.TaskAdded], show: Callable[[str], str]
) -> list[str]:
    """Everything that was changed by hand, in order, with its time."""
    every: list[tuple[int, str, str]] = [
        (event.seq, event.at, words) for event in wishes if (words := wish(event))
    ]
    every += [
        (event.seq, event.at, f"added '{event.scheduled.id}', {event.scheduled.label}")
        for event in added
    ]
    return [f"{at[11:19]}Z: {show(words)}" for _, at, words in sorted(every)]
