"""A run as one markdown document: what came of it, and every task with prompt and result.

The words are those of `report`; texts are whole, and each stays in its section.
This module never writes a file.
"""

import re
import shlex
from collections.abc import Iterator

from orchtui.engine.exports.subject import SECRETS, Subject
from orchtui.engine.run_events.events import iso
from orchtui.engine.runs import rehearsed
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.outcome_words import why_missing
from orchtui.engine.runs.run import ENDED, TaskRun
from orchtui.engine.runs.verdict import missing
from orchtui.engine.telling import choice_told, joined_told, report, result_head, variant_table
from orchtui.engine.texts.demoting import demote

_BACKTICKS = re.compile(r"`{3,}")


def document(subject: Subject) -> Iterator[str]:
    """The document, piece by piece.

    Args:
        subject: The run.
    """
    run = subject.run
    standing = "" if run.finished is not None else subject.standing
    lines = [f"# {inline(subject.title)}", ""]
    lines += result_head.head(run, standing, subject.now)
    if words := subject.unfinished():
        lines += [
            ">",
            f"> **{'DAMAGED' if subject.damage else subject.standing}**: {inline(words)}",
        ]
    told = f"As it stood at {iso(subject.now)[:19]}Z, of a run begun at {iso(run.started)[:19]}Z."
    lines += [">", f"> {told} {inline(SECRETS)}", ""]
    yield "\n".join([*lines, ""])
    yield from _result(subject)
    yield from _missing(subject)
    yield "## Tasks\n\n"
    badge = rehearsed.badge(run)
    for task in run.tasks.values():
        yield from _task(subject, task, badge)


def _result(subject: Subject) -> Iterator[str]:
    run = subject.run
    done = run.with_status("completed")
    yield "## Result\n\n"
    if run.aggregated is None:
        yield "There is no result yet; what each task came to stands below.\n\n"
        return
    if run.aggregated.fallback is not None:
        why = inline(run.aggregated.fallback).rstrip(".")
        yield f"> **No synthesis was made**: {why}. The results stand one by one below.\n\n"
    if run.aggregated.strategy == "synthesize" and run.aggregate is not None:
        yield f"> Synthesis · {report.provenance(run, run.aggregate)}\n"
        about = report.own_share(run, run.aggregate, rehearsed.badge(run))
        about += joined_told.problem_lines(run)
        yield "\n".join([*about, "", ""])
        yield demote(run.aggregate.text).strip() + "\n\n"
        yield from _seen(subject)
        return
    if line := choice_told.chosen_line(run):
        yield f"> {line}\n\n"
    if run.aggregated.strategy == "compare":
        if run.choice is not None:
            yield demote(run.choice[1].text).strip() + "\n\n"
        table = variant_table.variants(run, done, lambda number: f"Task {number}")
        table += variant_table.differences(run, done)
        table += variant_table.recommendation(run, done)
        yield "\n".join(line.replace("## ", "### ", 1) for line in [*table, ""])
    elif done:
        yield "The results stand one by one below:\n\n"
        listed = [f"- Task {one.task.position}: {inline(one.task.label)}" for one in done]
        yield "\n".join([*listed, "", ""])
    else:
        yield "No task completed.\n\n"
    yield from _seen(subject)


def _seen(subject: Subject) -> Iterator[str]:
    """Where results say the same, or seem to contradict each other."""
    if lines := joined_told.seen_section(subject.run):
        yield "\n".join(line.replace("## ", "### ", 1) for line in [*lines, ""])


def _missing(subject: Subject) -> Iterator[str]:
    absent = [task for task in missing(subject.run) if task.status in ENDED]
    if not absent:
        return
    lines = ["## What Did Not Complete", ""]
    for task in absent:
        critical = " (critical)" if task.task.priority == "critical" else ""
        kind = f"{task.error}: " if task.error else ""
        why = f"{kind}{inline(why_missing(task)).rstrip('.')}"
        name = f"Task {task.task.position}: {inline(task.task.label)}"
        lines.append(f"- **{name}**{critical}: {report.status_word(task)}, {why}.")
    yield "\n".join([*lines, "", ""])


def _task(subject: Subject, task: TaskRun, badge: str) -> Iterator[str]:
    run = subject.run
    lines = [f"### Task {task.task.position}: {inline(task.task.label)}", ""]
    lines.append(f"> {report.status_word(task)} · {report.provenance(run, task)}")
    if task.task.waits_for:
        lines += [">", f"> Waited for: {inline(', '.join(task.task.waits_for))}"]
    lines += report.own_share(run, task, badge)
    for attempt in task.attempts[:-1]:
        lines += [">", f"> Attempt {attempt.number}: {inline(attempt.outcome)}"]
    if task.status != "completed" and task.why:
        kind = f"{task.error}: " if task.error else ""
        lines += [">", f"> {kind}{inline(task.why)}"]
    lines += report.about_files(run, task)
    lines += ["", "#### Prompt", "", *_as_it_is(asked(task)), ""]
    yield "\n".join([*lines, ""])
    yield f"#### {heading(task)}\n\n"
    yield demote(task.text, 4).strip() or "*(nothing arrived)*"
    yield "\n\n"


def heading(task: TaskRun) -> str:
    """What to call a task's text."""
    if task.status == "completed":
        return "Result"
    kept = task.kept is not None and task.kept.completed
    return "An Earlier Answer That Does Not Stand Any More" if kept else "What Had Arrived"


def asked(task: TaskRun) -> str:
    """What it was told; of a program without a prompt, its command line."""
    return task.task.prompt or shlex.join(task.task.command)


def _as_it_is(text: str) -> list[str]:
    """A text that is shown and not read as markdown."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}text", text.strip("\n"), fence]
