"""The report on time in words: where the time went, what set the end, what would have helped.

Plain lines for the log and for `orchtui runs time`; the figures are `time_report`'s. It says so
where running in parallel did not help, and why. This module never reads a file.
"""

from collections.abc import Callable, Mapping, Sequence

from orchtui.engine.runs.verdict import WORTH_TELLING
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.timing.hedge_times import HedgeTime
from orchtui.engine.timing.time_report import Help, TimeReport
from orchtui.engine.timing.time_use import TimeUse

Name = Callable[[str], str]
"""What to call a task, by its id."""

_SHOWN = 6
"""Tasks of a path that are named."""
SHORTEST = 0.05
"""Seconds that are told as some."""


def time_lines(report: TimeReport, name: Name) -> list[str]:
    """The report, a line for each thing, without markup around it.

    Args:
        report: Of a run.
        name: What to call a task; safe for where the lines are shown.
    """
    if report.limited_by == "nothing":
        return ["Nothing ran here, so no time was used."]
    lines = [_speed(report), f"What set the end: {_end(report, name)}"]
    if len(report.critical_path) > 1:
        lines.append(
            f"Critical path: {_path(report.critical_path, name)} "
            f"({show_duration(report.critical_path_s)}; no number of slots beats it)"
        )
    elif len(report.tasks) > 1 and report.limited_by != "longest task":
        lines.append(
            f"Critical path: {name(report.critical_path[0])} alone "
            f"({show_duration(report.critical_path_s)}; no number of slots beats it)"
        )
    lines += _waits(report)
    if report.bottleneck is not None and report.limited_by != "longest task":
        took = show_duration(report.bottleneck_s)
        lines.append(f"Longest task: {name(report.bottleneck)} ({took})")
    if report.synthesis_s >= SHORTEST:
        took = show_duration(report.synthesis_s)
        lines.append(f"Synthesis: {took}, after the tasks and not counted above")
    lines += [f"Second attempt: {_hedge(one, name)}" for one in report.hedges]
    lines += [f"Would have helped: {_help(one, report, name)}" for one in report.helps]
    if not report.helps and report.ended and report.speedup is not None:
        lines.append("Would have helped: nothing that can be told from these times")
    return lines


def _speed(report: TimeReport) -> str:
    took, work = show_duration(report.makespan_s), show_duration(report.sequential_s)
    so_far = "" if report.ended else " so far"
    if report.speedup is None:
        return f"Time: {took}{so_far}"
    times = f"{report.speedup:.2f}×"
    head = f"Time: {took}{so_far} for {work} of work, speed-up {times}"
    if report.speedup < WORTH_TELLING and report.ended:
        head = f"Time: {took} for {work} of work: running in parallel did not help ({times})"
    if report.speedup_limit is None or report.speedup_limit - report.speedup < 0.01:
        return f"{head}; no number of slots gives more"
    return f"{head}; with a slot for every task at most {report.speedup_limit:.2f}×"


def _end(report: TimeReport, name: Name) -> str:
    use = report.chain_use
    match report.limited_by:
        case "one task":
            return "only one task ran, so there was nothing to run beside it"
        case "longest task":
            took = show_duration(report.critical_path_s)
            return f"the longest task, {name(report.critical_path[0])} ({took})"
        case "chain":
            count = len(report.critical_path)
            return f"a chain of {count} tasks, each of which waited for the one before"
        case "slots":
            one = "only 1 slot" if report.slots == 1 else f"only {report.slots} slots"
            return f"{one}; who ended last had waited {show_duration(use.slots_s)} for one"
        case "servers":
            took = show_duration(use.servers_s)
            if _by_workers(use):
                return f"workers of the cluster that had no room meanwhile, for {took}"
            return f"servers that took no more meanwhile, for {took}"
        case "retries":
            return f"attempts that were made again, for {show_duration(use.retries_s)}"
        case "pause":
            return f"a person's pause, for {show_duration(use.paused_s)}"
    return "nothing ran"


def _waits(report: TimeReport) -> list[str]:
    """What all tasks together waited for; they wait at the same time."""
    use = report.totals
    parts = {
        "for a slot": use.slots_s,
        "for servers": use.servers_s - use.workers_s,
        "for workers of the cluster": use.workers_s,
        "for attempts made again": use.retries_s,
        "in a person's pause": use.paused_s,
    }
    told = [f"{show_duration(s)} {what}" for what, s in parts.items() if s >= SHORTEST]
    return [f"Waited, all tasks together: {', '.join(told)}"] if told else []


def _help(one: Help, report: TimeReport, name: Name) -> str:
    saves = f"up to {show_duration(one.saves_s)} less"
    match one.kind:
        case "slots":
            return f"{one.slots} slots instead of {report.slots}: {saves}"
        case "faster":
            return f"{name(one.task or '')} in half its time: {saves}"
        case "second attempt":
            usual = show_duration(one.usual_s)
            return f"a second attempt of {name(one.task or '')}, where {usual} was usual: {saves}"
        case "retries":
            return f"no attempt made again on the way to the end: {saves}"
        case "servers":
            if _by_workers(report.chain_use):
                return f"more workers that have what these tasks ask for: {saves}"
            return f"servers that take more, a higher rate, or another backend: {saves}"


def _by_workers(use: TimeUse) -> bool:
    """Whether what held back was workers of a cluster, most of all."""
    return use.workers_s > use.servers_s / 2


def _hedge(one: HedgeTime, name: Name) -> str:
    after, took = show_duration(one.first_s), show_duration(one.took_s)
    begun = f"{name(one.task)}, begun when the first had run for {after}"
    cost = f" and {one.wasted_tokens:,} tokens" if one.wasted_tokens else ""
    match one.outcome:
        case "won":
            spent = f"; the first one's{cost[4:]} were for nothing" if cost else ""
            first = show_duration(one.first_in_all_s)
            return (
                f"{begun}, was done in {took}. The first was stopped after {first}, so that nobody "
                f"knows how much this saved{spent}"
            )
        case "took over":
            return f"{begun}, took its place when it failed, with {took} of work in all"
        case "runs":
            return f"{begun}, runs for {took}"
    return f"{begun}, saved nothing; {took}{cost} were for nothing"


def _path(path: Sequence[str], name: Name) -> str:
    if len(path) <= _SHOWN:
        return " → ".join(map(name, path))
    first, last = path[: _SHOWN - 2], path[-1]
    between = f"{len(path) - len(first) - 1} more"
    return " → ".join([*map(name, first), between, name(last)])


def task_rows(report: TimeReport, labels: Mapping[str, str]) -> list[tuple[str, ...]]:
    """A table of the tasks: a heading, then a row for each.

    Args:
        report: Of a run.
        labels: What to call each task, by id; safe for where it is shown.
    """
    rows: list[tuple[str, ...]] = [("task", "work", "slot", "server", "again", "paused", "")]
    for one in report.tasks:
        use = one.use
        seconds = (use.work_s, use.slots_s, use.servers_s, use.retries_s, use.paused_s)
        shown = (show_duration(s) if s >= SHORTEST else "" for s in seconds)
        marks = ["critical path"] if one.critical else []
        marks += ["decided the end"] if one.deciding and not one.critical else []
        rows.append((labels.get(one.task, one.task), *shown, ", ".join(marks)))
    return rows
