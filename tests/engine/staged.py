"""What the tests of staged runs share: tasks in conflict, and who was at work with whom."""

from collections.abc import Sequence

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, conflict, execute, fails, schedule_of, task

AB = (task("a", retries=0), task("b", retries=0))
BEHIND = schedule_of(*AB, findings=[conflict("a", "b")])
"""`b` waits for the end of `a`."""
BROKEN = fails("auth", retryable=False)


def run(schedule: Schedule, backend: Scripted, act=None, **options):  # type: ignore[no-untyped-def]
    return virtual_time.run(execute(schedule, backend, act, **options))


def statuses(folded: Run) -> list[str]:
    return [one.status for one in folded.tasks.values()]


def starts(events: Sequence[ev.RunEvent]) -> list[str]:
    return [event.task for event in events if isinstance(event, ev.TaskStarted)]


def overlaps(events: Sequence[ev.RunEvent], pairs: Sequence[tuple[str, ...]]) -> list[set[str]]:
    """The pairs of which both were at work at some time."""
    working: set[str] = set()
    met = []
    for event in events:
        if isinstance(event, ev.TaskStarted):
            working.add(event.task)
            met += [set(pair) for pair in pairs if event.task in pair and set(pair) <= working]
        elif isinstance(
            event, ev.TaskRetrying | ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled
        ):
            working.discard(event.task)
    return met
