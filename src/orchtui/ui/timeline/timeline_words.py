"""What the timeline shows beside its bars: which rows there are, how wide, and the head above them.

Pure: a Run in, rows and words out. This module never draws.
"""

from msgspec.structs import replace
from textual.content import Content

from orchtui.engine.run_events.events import AGGREGATE, ReductionBegun, Verdict, seconds
from orchtui.engine.runs.costs import NOTHING, show_dollars
from orchtui.engine.runs.rehearsed import PART_BADGE, badge, task_badge
from orchtui.engine.runs.run import LIVE, Attempt, Run, Status, TaskRun, aggregation_task
from orchtui.engine.runs.verdict import WORTH_TELLING, census, makespan, speedup, verdict
from orchtui.engine.telling.seen_words import reducing_words
from orchtui.ui.looks import looks
from orchtui.ui.timeline.waiting import in_short

_AS: dict[Verdict, Status] = {
    "COMPLETED": "completed",
    "PARTIAL": "cancelled",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
}
"""The state whose look the row of the result has."""


def rows_of(run: Run) -> list[TaskRun]:
    """The tasks, and the result once there is one, or it is being made."""
    rows = list(run.tasks.values())
    if run.reducing is not None:
        return [*rows, _reduction(run, run.reducing)]
    if run.aggregate is not None and not _is_replaced(run):
        return [*rows, run.aggregate]
    if run.aggregated is not None and run.aggregated.output:
        label = f"All together: {run.aggregated.output}"
        shown = replace(aggregation_task(run.schedule), label=label, instance="result")
        result = TaskRun(shown, "completed")
        return [*rows, result]
    return rows


def _is_replaced(run: Run) -> bool:
    """Whether the result is no longer the synthesis', nor was meant to be."""
    ended = run.aggregate is None or run.aggregate.status not in ("queued", "running", "retrying")
    return ended and run.aggregated is not None and run.aggregated.asked != "synthesize"


def _reduction(run: Run, begun: ReductionBegun) -> TaskRun:
    """The row of a synthesis while the results are reduced: it works since that began."""
    like = aggregation_task(run.schedule)
    since = seconds(begun.at)
    first = next((seconds(part.at) - part.took_s for part in run.reduced), since)
    one = Attempt(1, min(first, since), like.backend, like.model, like.specialist, like.instance)
    return TaskRun(like, "running", [one])


def badges_of(run: Run) -> dict[str, str]:
    """`REHEARSAL` for each row that is one in a run that is not, `REHEARSED INPUT` for those that
    build on it."""
    if badge(run) != PART_BADGE:
        return {}
    rows = [*run.tasks.values(), *([run.aggregate] if run.aggregate else [])]
    return {row.id: words for row in rows if (words := task_badge(run, row))}


def look_of(run: Run, row: TaskRun, beat: int, *, broken_off: bool = False) -> tuple[str, Status]:
    """A row's sign, and the state that it looks like.

    The row of the result looks as the run does, and a synthesis that was not taken like a failure:
    what they hold is as whole as that.

    Args:
        broken_off: Whether nobody goes on with a run that has not ended.
    """
    if broken_off and row.status in LIVE:
        return looks.BROKEN_OFF[0], "cancelled"
    if row.question is not None or row.id != AGGREGATE or run.aggregated is None:
        return looks.sign(row.status, beat), row.status
    if run.reducing is None and (run.aggregate is None or _is_replaced(run)):
        word = verdict(run)
        return looks.VERDICT_SIGNS[word], _AS[word]
    lost = row.status == "completed" and run.aggregated.fallback is not None
    status: Status = "failed" if lost else row.status
    return looks.sign(status, beat), status


def beside_bar(run: Run, task: TaskRun) -> str:
    """For whom a task waits, whose result it took over, or how far the results are reduced; empty
    where its bar says enough."""
    if task.id == AGGREGATE:
        return reducing_words(run).replace(" summarized", "")
    if task.reused is not None:
        return "taken over from an earlier run"
    return in_short(run, task)


def cost_of(task: TaskRun) -> str:
    """`$0.12`, `$0.12+` where that is the least, `unknown`; nothing where nothing was spent."""
    cost = task.cost
    if cost == NOTHING:
        return ""
    if cost.exact is not None:
        return show_dollars(cost.exact)
    return f"{show_dollars(cost.least)}+" if cost.at_least else "unknown"


def headline(run: Run, now: float, *, broken_off: bool = False) -> Content:
    """The census, and what the run gained by working in parallel once it has ended.

    Args:
        broken_off: Whether nobody goes on with a run that has not ended.
    """
    count = census(run)
    parts = [Content.styled(f"{count.completed}/{count.total} done", "b")]
    begun, waiting = len(run.with_status("running")), len(run.with_status(*LIVE - {"running"}))
    for name, number, style in (
        (looks.BROKEN_OFF[1], begun if broken_off else 0, "$text-warning"),
        ("not run", waiting if broken_off else 0, "$foreground-muted"),
        ("running", 0 if broken_off else begun, "$accent"),
        ("waiting", 0 if broken_off else waiting, "$foreground-muted"),
        ("failed", count.failed, "$text-error"),
        ("cancelled", count.cancelled, "$text-warning"),
        ("skipped", count.skipped, "$text-warning"),
        ("taken over", count.reused, "$foreground-muted"),
    ):
        if number:
            parts.append(Content.styled(f"{number} {name}", style))
    if told := badge(run):
        parts.insert(0, Content.styled(f" {told} ", "b $background on $warning"))
    if races := looks.races(len(run.races)):
        parts.insert(0, Content.styled(f" {races} ", "b $background on $error"))
    parts.append(Content(looks.clock(makespan(run, now))))
    faster = speedup(run)
    if run.finished is not None and faster is not None and faster >= WORTH_TELLING:
        parts.append(Content.styled(f"speed-up {faster:.1f}x", "$foreground-muted"))
    return Content("  ").join(parts)
