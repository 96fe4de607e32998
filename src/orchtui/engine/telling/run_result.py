"""The result of a run as markdown: the census first, then what is missing, then the texts.

Each text stands with its provenance. Every figure comes from `verdict`. This module
never writes a file and never changes a Run.
"""

from collections.abc import Callable

from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.telling import choice_told
from orchtui.engine.telling.joined_told import problem_lines, reduced_parts, seen_section
from orchtui.engine.telling.report import (
    about_files,
    is_old,
    mark,
    own_share,
    provenance,
    status_word,
)
from orchtui.engine.telling.result_head import head
from orchtui.engine.telling.variant_table import differences, recommendation, variants
from orchtui.engine.texts.demoting import demote


def result(run: Run, task_name: Callable[[int], str]) -> str:
    """The result of the run.

    Args:
        run: A run whose tasks have all ended.
        task_name: The file of a task, by its place in the plan, to link to.
    """
    lines = [f"# {inline(run.plan.title) or 'Result'}", "", *head(run), ""]
    lines += _missing(run, task_name)
    strategy = run.aggregated.strategy if run.aggregated else "none"
    if strategy != "compare" and (chosen := choice_told.chosen_line(run)):
        lines += [f"> {chosen}", ""]
    if run.aggregated is not None and run.aggregated.fallback is not None:
        why = inline(run.aggregated.fallback).rstrip(".")
        lines += [
            f"> **No synthesis was made**: {why}. The results follow one after the other.",
            "",
        ]
    done = run.with_status("completed")
    if strategy == "synthesize" and run.aggregate is not None:
        titles = ", ".join(f"{inline(task.task.label)}" for task in done)
        lines += [
            "## Synthesis",
            "",
            f"> Made from: {titles}.",
            *own_share(run, run.aggregate, rehearsed.badge(run)),
            *problem_lines(run),
            "",
        ]
        lines += [demote(run.aggregate.text).strip(), ""]
        if parts := reduced_parts(run):
            lines += ["## Summarized Parts", "", *parts, ""]
        lines += ["## Sources", "", *(_link(run, task, task_name) for task in done), ""]
    elif strategy == "compare" and run.choice is not None:
        about = own_share(run, run.choice[0], rehearsed.badge(run))
        lines += choice_told.chosen_section(run, task_name, about)
        lines += variants(run, done, lambda number: _to_file(task_name(number)))
        lines += differences(run, done)
        lines += ["## Files", "", *(_link(run, task, task_name) for task in done), ""]
    elif strategy in ("collect", "compare"):
        if strategy == "compare":
            lines += variants(run, done, lambda number: _to_file(task_name(number)))
            lines += [*differences(run, done), *recommendation(run, done)]
        lines += _sections(run, done, task_name)
    elif done:
        lines += ["## Files", "", *(_link(run, task, task_name) for task in done), ""]
    return "\n".join([*lines, *seen_section(run), *choice_told.judgement_sections(run)])


def _missing(run: Run, task_name: Callable[[int], str]) -> list[str]:
    absent = verdict.missing(run)
    if not absent:
        return []
    lines = ["## Missing", ""]
    for task in absent:
        critical = " (critical)" if task.task.priority == "critical" else ""
        kept = ""
        if task.text:
            what = "An answer that does not stand any more" if is_old(task) else "What had arrived"
            kept = f" {what} is in [{task_name(task.task.position)}]"
            kept += f"({task_name(task.task.position)})."
        why = inline(outcome_words.why_missing(task)).rstrip(".")
        lines.append(
            f"- **{inline(task.task.label)}**{critical}: {status_word(task)}, {why}.{kept}"
        )
    return [*lines, ""]


def _sections(run: Run, done: list[TaskRun], task_name: Callable[[int], str]) -> list[str]:
    lines, badge = [], rehearsed.badge(run)
    if len(done) > 1:
        lines += ["## Contents", ""]
        lines += [f"{n}. {inline(task.task.label)}" for n, task in enumerate(done, 1)] + [""]
    for task in done:
        number = task.task.position
        lines += [f"## {inline(task.task.label)}", ""]
        lines += [f"> Task {number} · {provenance(run, task)} · [file]({task_name(number)})"]
        lines += [*own_share(run, task, badge), *about_files(run, task), ""]
        lines += [demote(task.text).strip() or "*(the program printed nothing)*", ""]
    return lines


def _link(run: Run, task: TaskRun, task_name: Callable[[int], str]) -> str:
    name = task_name(task.task.position)
    label = inline(task.task.label) + mark(run, task)
    return f"- Task {task.task.position}: {label}, {_to_file(name)}"


def _to_file(name: str) -> str:
    return f"[{name}]({name})"
