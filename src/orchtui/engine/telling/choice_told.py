"""What is told of the results that a person chose or rated, and of what a judge said of them.

Sections of markdown, and lines that more than one place says. This module never
decides what is chosen.
"""

from collections.abc import Callable, Sequence

from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.choice_events import MOST_STARS
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run
from orchtui.engine.texts.demoting import demote


def stars(rating: ev.ResultRated | None) -> str:
    """`★★★☆☆`; empty where nothing was rated."""
    if rating is None:
        return ""
    return "★" * rating.stars + "☆" * (MOST_STARS - rating.stars)


def chosen_line(run: Run, show: Callable[[str], str] = inline) -> str:
    """`Chosen by a person: Variant B: it is short.`; empty where nothing is chosen.

    Args:
        run: The run.
        show: Makes a text fit to be shown; as it is, the line is markdown.
    """
    if run.choice is None or run.chosen is None:
        return ""
    task, attempt = run.choice
    which = f", attempt {attempt.number}" if attempt is not task.answer() else ""
    why = show(run.chosen.why).rstrip(".")
    return f"Chosen by a person: {show(task.task.label)}{which}" + (f": {why}." if why else ".")


def chosen_section(
    run: Run, task_name: Callable[[int], str], about: Sequence[str] = ()
) -> list[str]:
    """The chosen text as the run's result; nothing where nothing is chosen.

    Args:
        run: The run.
        task_name: The file of a task, by its place in the plan, to link to.
        about: Lines of a quote about that task.
    """
    if run.choice is None:
        return []
    task, attempt = run.choice
    name = task_name(task.task.position)
    lines = ["## Chosen result", "", f"> {chosen_line(run)} · [file]({name})", *about, ""]
    return [*lines, demote(attempt.text).strip(), ""]


def judgement_sections(run: Run) -> list[str]:
    """The latest judgement: its scores, its reasons, and that it chooses nothing."""
    if not run.judgements:
        return []
    said = run.judgements[-1]
    by = f"{said.backend}, {inline(said.model)}" if said.model else said.backend
    lines = ["## Judgement", "", f"> Scores of a judge ({by}) from 0 to 10, as advice only."]
    lines += [
        f"> It would choose {_label(run, said.best)}." if said.best else "> It names no best."
    ]
    lines += [f"> {inline(said.why)}"] if said.why else []
    lines += [f"> {inline(problem)}." for problem in said.problems]
    return [*lines, "", *_scores(run, said), *_reasons(run, said)]


def _scores(run: Run, said: ev.ResultsJudged) -> list[str]:
    if not said.scores:
        return []
    points = {(one.task, one.criterion): one.points for one in said.scores}
    lines = ["| criterion | " + " | ".join(_label(run, task) for task in said.tasks) + " |"]
    lines.append("|---|" + "--:|" * len(said.tasks))
    for criterion in said.criteria:
        cells = [str(points.get((task, criterion), "-")) for task in said.tasks]
        lines.append(f"| {inline(criterion)} | {' | '.join(cells)} |")
    totals = [
        str(sum(one.points for one in said.scores if one.task == task)) for task in said.tasks
    ]
    return [*lines, f"| **all** | {' | '.join(totals)} |", ""]


def _reasons(run: Run, said: ev.ResultsJudged) -> list[str]:
    reasons = [
        f"- {_label(run, one.task)}, {inline(one.criterion)}: {one.points}. {inline(one.why)}"
        for one in said.scores
        if one.why
    ]
    return [*reasons, ""] if reasons else []


def _label(run: Run, task_id: str) -> str:
    """The task's title; in a table nothing may end a cell."""
    task = run.tasks.get(task_id)
    return inline(task.task.label if task is not None else task_id)
