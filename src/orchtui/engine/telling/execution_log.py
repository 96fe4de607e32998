"""The execution log: what ran, when, by whom, and how it ended, as markdown.

It says who waited for whom, and what was found or accepted that made it so.
Every figure comes from `verdict`. This module never writes a file.
"""

from collections import Counter
from collections.abc import Callable, Container, Sequence
from itertools import groupby

from orchtui.engine.execution.budget import warning_words
from orchtui.engine.run_events.events import iso, seconds
from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import (
    file_line,
    inline,
    race_lines,
    races_section,
    refused_lines,
)
from orchtui.engine.runs.run import ENDED, Attempt, Run, TaskRun
from orchtui.engine.scheduling.list_scheduling import span
from orchtui.engine.scheduling.staging import Staged
from orchtui.engine.telling import storage_words
from orchtui.engine.telling.choice_told import chosen_line
from orchtui.engine.telling.hedge_told import hedge_line
from orchtui.engine.telling.joined_told import (
    joined_again_words,
    reduced_line,
    reduced_parts,
    stopped_words,
)
from orchtui.engine.telling.program_told import largest, peak_words, use_words
from orchtui.engine.telling.report import status_word
from orchtui.engine.telling.steering_told import limit, told
from orchtui.engine.telling.worker_told import for_worker, on_which, wait_words
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.timing.time_report import time_report
from orchtui.engine.timing.time_words import time_lines

_STRATEGY = {
    "collect": "Collected {n} results, one after the other",
    "synthesize": "Synthesized {n} results into one text",
    "compare": "Set {n} variants side by side",
    "none": "None: every result stays in its own file",
}


def log(run: Run, *, task_output: Callable[[int], str], result_output: str) -> str:
    """The log of a run, finished or not.

    Args:
        run: The run.
        task_output: Path to show for a task's file, by its place in the plan.
        result_output: Path to show for the result.
    """
    lines = [f"# Parallel Execution: {inline(run.plan.title) or run.id}"]
    lines += [f"Run: {run.id}", f"Start Time: {_time(run.started)}", *_sessions(run)]
    estimate = _estimate(run)
    lines += [f"Expected Completion: {_expected(run, estimate)}", ""]
    if badge := rehearsed.badge(run):
        lines += [f"**{badge}**: {rehearsed.words(run)}", ""]
    if small := outcome_words.small_model(run):
        lines += [small, ""]
    staged: dict[str, list[Staged]] = {}
    for one in run.schedule.staged:
        staged.setdefault(one.after, []).append(one)
    lines += _decomposition(run, staged, estimate)
    lines += ["## Parallel Tasks", ""]
    for task in run.tasks.values():
        lines += _task(run, task, task_output(task.task.position), staged.get(task.id, ()))
    lines += ["## Completion Status"]
    lines += [_completion(task) for task in run.tasks.values()]
    lines += ["", *_budgets(run), *_figures(run), ""]
    lines += _time_used(run)
    lines += races_section(run)
    lines += _by_hand(run)
    lines += _disk(run)
    lines += ["## Aggregated Result", *_aggregation(run, result_output), ""]
    return "\n".join(lines)


def _sessions(run: Run) -> list[str]:
    """Where the run comes from, and how often it went on."""
    first = run.sessions[0]
    lines = [f"Attempts: {on_which(first)}"] if first.cluster else []
    if run.again_of:
        lines.append(f"Again: the plan of run {inline(run.again_of)}")
    if run.parent:
        count = verdict.census(run).reused
        results = "1 result" if count == 1 else f"{count} results"
        lines.append(f"Parent: run {inline(run.parent)}, {results} taken over")
    for session in run.sessions[1:]:
        again = f", {len(session.again)} tasks run again" if session.again else ""
        where = f", {on_which(session)}" if any(one.cluster for one in run.sessions) else ""
        told = f"{session.kept} results kept{again}{where}"
        lines.append(f"Resumed: {_time(session.started)}, {told}")
    return lines


def _decomposition(run: Run, staged: Container[str], estimate: float | None) -> list[str]:
    tasks = run.schedule.tasks
    kinds = Counter(task.specialist for task in tasks)
    specialists = ", ".join(
        f"{inline(name)} ({count} instances)" if count > 1 else inline(name)
        for name, count in kinds.items()
    )
    dependent = sum(1 for task in tasks if task.after or task.id in staged)
    lines = ["## Task Decomposition", f"**Independent Tasks**: {len(tasks) - dependent}"]
    if dependent:
        lines.append(f"**Dependent Tasks**: {dependent}")
    lines.append(f"**Specialists Involved**: {specialists}")
    lines.append(f"**Estimated Time**: {show_duration(estimate) if estimate else 'unknown'}")
    lines.append(f"**Concurrency**: at most {run.schedule.concurrency} at once")
    if accepted := run.schedule.accepted:
        lines.append(f"**Accepted Findings**: {len(accepted)}")
        lines += [f"- {inline(one.message)} ({inline(one.finding)})" for one in accepted]
    return [*lines, ""]


def _estimate(run: Run) -> float | None:
    """How long the tasks' own estimates take in the slots there are; `None` unless all have one."""
    known = {task.id: task.estimate for task in run.schedule.tasks if task.estimate is not None}
    if not known or len(known) < len(run.schedule.tasks):
        return None
    return span(run.schedule.tasks, known, run.schedule.concurrency)


def _expected(run: Run, estimate: float | None) -> str:
    return _time(run.started + estimate) if estimate else "unknown"


NO_AGENT_FILE = "no agent file of this name, so it had no instructions of its own"


def _task(run: Run, task: TaskRun, output: str, staged: Sequence[Staged]) -> list[str]:
    lines = [f"### Task {task.task.position}: {inline(task.task.label)}"]
    attempt = task.attempt
    specialist = inline(task.task.specialist)
    known = [task.task.instance] if task.task.instance != task.task.specialist else []
    known += [task.task.fits] if task.task.fits else []
    known += [NO_AGENT_FILE] if task.task.unknown else []
    about = f" ({inline('; '.join(known))})" if known else ""
    lines.append(f"- Specialist: {specialist}{about}")
    model = f", model {inline(attempt.model)}" if attempt and attempt.model else ""
    asked = task.task.model
    if model and asked and attempt and attempt.model and asked not in attempt.model:
        model += f" (asked for as {inline(asked)})"
    worker = f", on the worker {inline(attempt.worker)}" if attempt and attempt.worker else ""
    lines.append(f"- Backend: {task.task.backend}{model}{worker}")
    if task.awaiting is not None:
        lines.append(f"- Waits: {for_worker(task)}")
    if attempt is not None and (waits := wait_words(task, attempt)):
        lines.append(f"- Waited: {waits}")
    if badge := rehearsed.task_badge(run, task):
        lines.append(f"- {badge}: {rehearsed.task_words(run, task)}")
    lines.append(f"- Priority: {task.task.priority}")
    lines.append(f"- Output: {output if task.output else 'none'}")
    if task.reused is not None:
        made = f", made {inline(task.reused.made_at)}" if task.reused.made_at else ""
        lines.append(f"- Status: TAKEN OVER from run {inline(task.reused.run)}{made}")
    elif task.started is not None:
        lines.append(f"- Status: DELEGATED at {_clock(task.started)}")
    else:
        lines.append(f"- Status: {status_word(task)}")
    lines += _dependencies(task, staged)
    lines += _attempts(run, task)
    lines += [
        f"- Run Again: from {_clock(session.started)}, {inline(session.again[task.id])}"
        for session in run.sessions[1:]
        if task.id in session.again
    ]
    lines += _files(run, task)
    if used := use_words(task.program):
        lines.append(f"- Program: {used}")
    if verdict.cost_words(run, task):
        lines.append(f"- Cost: {task.cost}")
    if task.reused is not None:
        took = f", took {show_duration(task.reused.took_s)} there" if task.reused.took_s else ""
        lines.append(f"- Completion: taken over ✓ (no time and no tokens of this run{took})")
    elif task.status == "completed" and task.ended is not None:
        took = show_duration(task.seconds(run.at))
        cut_off = outcome_words.cut_off(task)
        told = f"{took}, {cut_off}, accepted" if cut_off else took
        lines.append(f"- Completion: {_clock(task.ended)} ✓ ({told})")
    elif task.status in ENDED and task.ended is not None:
        kind = f"{task.error}: " if task.error else ""
        lines.append(f"- Completion: {_clock(task.ended)} {status_word(task)}")
        lines.append(f"- Reason: {kind}{inline(task.why)}")
    return [*lines, ""]


def _attempts(run: Run, task: TaskRun) -> list[str]:
    """The attempts before the last one; those that only heard to come back later in one line. Then
    what became of a second one beside another."""
    lines = []
    for throttled, group in groupby(task.attempts[:-1], key=lambda attempt: attempt.throttled):
        earlier = list(group)
        if throttled and len(earlier) > 1:
            waited = earlier[-1].seconds(run.at) + earlier[-1].started - earlier[0].started
            lines.append(
                f"- Attempts {earlier[0].number} to {earlier[-1].number}: told to come back later, "
                f"over {show_duration(waited)}; the last time: {inline(earlier[-1].message)}"
            )
            continue
        lines += [_ended(run, task, one) for one in earlier]
    return [*lines, *(f"- {hedge_line(one, run.at)}" for one in task.hedges)]


def _ended(run: Run, task: TaskRun, one: Attempt) -> str:
    worker = f" on the worker {inline(one.worker)}" if one.worker else ""
    waits = f", having waited {waits}" if (waits := wait_words(task, one)) else ""
    took = show_duration(one.seconds(run.at))
    return f"- Attempt {one.number}: ended after {took}{worker}{waits}, {inline(one.outcome)}"


def _by_machine(run: Run) -> bool:
    return any(event.machine for event in run.server_limits.values())


def _by_hand(run: Run) -> list[str]:
    """What a person changed, and which servers asked for less."""
    lines = []
    if changes := told(run.wishes, run.added, inline):
        lines += ["## Changes by Hand", *(f"- {change}" for change in changes), ""]
    if slowed := {name: many for name, many in run.slowed.items() if many}:
        lines += [
            "## Limits of Servers and of This Machine"
            if _by_machine(run)
            else "## Limits of Servers"
        ]
        for name, many in slowed.items():
            last = limit(run.server_limits[name]) if name in run.server_limits else ""
            times = "once" if many == 1 else f"{many} times"
            at_last = run.server_limits.get(name)
            who = "was limited by this machine" if at_last and at_last.machine else "asked for less"
            lines.append(f"- {inline(name)} {who} {times}{last and f'; last: {last}'}")
        lines.append("")
    return lines


def _files(run: Run, task: TaskRun) -> list[str]:
    """What it did to files, what it was refused, and whom it met there."""
    files = file_line(task)
    lines = [f"- Files: {files}"] if files else []
    lines += [f"- {line}" for line in refused_lines(task)]
    return lines + [f"- RACE: {line}" for line in race_lines(run, task.id)]


def _dependencies(task: TaskRun, staged: Sequence[Staged]) -> list[str]:
    """Whom the task waited for; what was found, and not declared, says why."""
    others = dict.fromkeys((*task.task.after, *(one.before for one in staged)))
    lines = [f"- Dependencies: {', '.join(others) or 'NONE'}"]
    for one in staged:
        how = "After" if one.hands_over else "Not at the same time as"
        sure = "certain" if one.certain else "guessed"
        lines.append(f"- {how} {one.before} ({sure}): {inline(one.message)}")
    return lines


def _completion(task: TaskRun) -> str:
    if task.reused is not None:
        from_where = f"taken over from run {inline(task.reused.run)}"
        return f"- Task {task.task.position}: COMPLETED, {from_where}"
    if task.status in ENDED and task.ended is not None:
        word = status_word(task).split()[0]
        reason = f": {inline(task.why)}" if task.status != "completed" else ""
        return f"- Task {task.task.position}: {word} at {_clock(task.ended)}{reason}"
    return f"- Task {task.task.position}: {status_word(task)}"


def _budgets(run: Run) -> list[str]:
    """What was told of the run's budgets while it went on."""
    return [
        f"**Budget Warning**: {warning_words(warning)}, at {_clock(seconds(warning.at))}"
        for warning in run.budget_warnings
    ]


def _prices(run: Run) -> str:
    """Where the figure comes from."""
    prices = run.schedule.prices
    if prices is None:
        return ""
    listed = [f"list prices of {prices.date}"] if prices.date else []
    listed += [f"prices of {inline(file)}" for file in prices.files]
    listed += [f"what {name} says" for name in prices.reporting]
    return f" ({', '.join(listed)})" if listed else ""


def _figures(run: Run) -> list[str]:
    if run.finished is None:
        return ["**Verdict**: the run has not ended"]
    count = verdict.census(run)
    those = "tasks that completed" if count.completed < count.total else "tasks"
    if count.reused:
        those = "tasks that completed here"
    lines = [
        f"**Verdict**: {verdict.verdict(run)}",
        f"**Total Execution Time**: {show_duration(verdict.makespan(run))}",
        f"**Sequential Time**: {show_duration(verdict.sequential(run))} (the sum of the {those})",
    ]
    if count.reused:
        taken = f"{count.reused} of {count.completed} results"
        lines.append(f"**Taken Over**: {taken}, which count in no time here")
    if (speedup := verdict.speedup(run)) is not None:
        note = ""
        if count.reused:
            note = " (of the tasks that ran here)"
        elif count.completed < count.total:
            note = " (of the tasks that completed)"
        elif speedup < verdict.WORTH_TELLING:
            note = " (running in parallel did not help)"
        lines.append(f"**Speedup**: {speedup:.2f}×{note}")
    if (slowest := verdict.bottleneck(run)) is not None:
        took = show_duration(slowest.seconds_of_all(run.at))
        lines.append(
            f"**Bottleneck**: Task {slowest.task.position}, {inline(slowest.task.label)} ({took})"
        )
    usage = run.usage
    if usage.total:
        lines.append(
            f"**Tokens**: {usage.input} in, {usage.output} out, {usage.cache_read} from the cache, "
            f"{usage.cache_write} into the cache"
        )
    if (large := largest(run)) is not None:
        label = inline(large.task.label)
        lines.append(
            f"**Largest Program**: Task {large.task.position}, {label} "
            f"({peak_words(large.program)})"
        )
    if verdict.cost_words(run):
        lines.append(f"**Cost**: {verdict.cost(run)}{_prices(run)}")
    rate = verdict.success_rate(count)
    lines.append(f"**Success Rate**: {rate}% ({count.completed}/{count.total})")
    return lines


def _time_used(run: Run) -> list[str]:
    """What the time went to, and what would have helped; of a run that has ended."""
    if run.finished is None or not any(task.made for task in run.tasks.values()):
        return []

    def name(task_id: str) -> str:
        task = run.tasks[task_id].task
        return f"Task {task.position}, {inline(task.label)}"

    return ["## Time", *(f"- {line}" for line in time_lines(time_report(run), name)), ""]


def _disk(run: Run) -> list[str]:
    """When it refused, and what came of it."""
    if not run.storage:
        return []
    lines = [
        f"- {storage_words.headline(event)} at {event.at[11:19]}Z: "
        f"{inline(storage_words.sentence(event, run.id))}"
        for event in run.storage
    ]
    return ["## Disk", *lines, ""]


def _aggregation(run: Run, result_output: str) -> list[str]:
    if run.aggregated is None:
        return ["**Integration Strategy**: not yet"]
    done = run.aggregated
    count = len(done.included)
    share = f"{count} of {count + len(done.absent)}" if done.absent else f"all {count}"
    lines = [f"**Integration Strategy**: {_STRATEGY[done.strategy].format(n=share)}"]
    if done.fallback is not None:
        lines.append(f"**Asked For**: {done.asked}, but {inline(done.fallback)}")
    lines += [f"**Joined Again**: {joined_again_words(one)}" for one in run.joined_again]
    lines += [
        f"**Not Joined Again**: {stopped_words(one)}, at {one.at[:19]}Z; the result stayed"
        for one in run.stopped_joining
    ]
    if reduced := reduced_line(run):
        lines += [f"**Reduced**: {reduced}", *reduced_parts(run)]
    lines += [f"**Note**: {inline(problem)}" for problem in done.problems]
    if pairs := len(done.seen.contradictions) + done.seen.more_contradictions:
        many = "1 pair" if pairs == 1 else f"{pairs} pairs"
        lines.append(f"**Possible Contradictions**: {many} of statements, quoted in the result")
    if done.absent:
        lines.append(f"**Missing**: {', '.join(done.absent)}")
    if chosen := chosen_line(run):
        lines.append(f"**Choice**: {chosen}")
    lines.append(f"**Output Location**: {result_output}")
    return lines


def _time(timestamp: float) -> str:
    return iso(timestamp)[:19] + "Z"


def _clock(timestamp: float) -> str:
    return iso(timestamp)[11:19] + "Z"
