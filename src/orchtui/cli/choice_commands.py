"""`orchtui runs choose`, `rate` and `judge`: what a person makes of results after a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli import ending
from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, model_options, place_options
from orchtui.cli.trusting import trust_option

if TYPE_CHECKING:
    from orchtui.engine.afterwards.choosing import Make
    from orchtui.engine.choice.judging import Judgement
    from orchtui.engine.run_events.events import ChoiceEvent
    from orchtui.engine.run_events.stamp import Stamp
    from orchtui.engine.runs.run import Run
    from orchtui.engine.sessions.project import Project

_STARS = click.IntRange(0, 5)


@click.command("choose")
@click.argument("which", metavar="RUN:TASK[@ATTEMPT]")
@click.option("--why", default="", metavar="TEXT", help="what speaks for it; stands in the result")
@click.option("--none", "take_back", is_flag=True, help="take the choice of RUN back")
@place_options
def choose(which: str, why: str, take_back: bool, out: Path, config: Path | None) -> int:
    """Choose one result as the run's own.

    It is written into the run's journal, and the run's files are written and published anew. With
    `aggregate: compare` the chosen text becomes the result; with any other, the result names it.
    """
    from orchtui.engine.afterwards.choosing import chosen
    from orchtui.engine.runs import run_reference
    from orchtui.engine.telling.choice_told import chosen_line
    from orchtui.engine.text import clean_line

    run_id, rest = run_reference.split(which)
    if take_back and (rest or why):
        raise click.UsageError("--none takes the choice of a RUN back; name no task and no reason")
    if not (take_back or rest):
        raise click.UsageError(f"name the task too, as `runs show` has it: {run_id}:TASK")

    def make(run: "Run", stamp: "Stamp") -> "ChoiceEvent":
        if take_back:
            return chosen("")(run, stamp)
        task, attempt = run_reference.find(run, rest)
        return chosen(task.id, attempt.number if attempt else 0, why)(run, stamp)

    run = _written(make_project(out=out, config=config), run_id, make)
    click.echo(chosen_line(run, clean_line) or f"Run {run.id}: nothing is chosen any more.")
    return 0


@click.command("rate")
@click.argument("which", metavar="RUN:TASK")
@click.argument("stars", type=_STARS)
@click.option("--note", default="", metavar="TEXT", help="what you think of it")
@place_options
def rate(which: str, stars: int, note: str, out: Path, config: Path | None) -> int:
    """Give a task's result 1 to 5 stars; 0 takes them back."""
    from orchtui.engine.afterwards.choosing import rated
    from orchtui.engine.errors import InputError
    from orchtui.engine.runs import run_reference
    from orchtui.engine.telling import choice_told
    from orchtui.engine.text import clean_line

    run_id, rest = run_reference.split(which)
    if not rest:
        raise click.UsageError(f"stars are for a task's result: {run_id}:TASK")

    def make(run: "Run", stamp: "Stamp") -> "ChoiceEvent":
        task, attempt = run_reference.find(run, rest)
        if attempt is not None:
            raise InputError.of(f"stars are for a task's result, not for one attempt: {task.id}")
        return rated(task.id, stars, note)(run, stamp)

    run = _written(make_project(out=out, config=config), run_id, make)
    task, _ = run_reference.find(run, rest)
    label = clean_line(task.task.label)
    click.echo(f"{label}: {choice_told.stars(run.ratings.get(task.id)) or 'no stars'}")
    return 0


@click.command("judge")
@click.argument("run")
@click.argument("tasks", metavar="[TASK]…", nargs=-1)
@click.option(
    "--by", "criteria", metavar="TEXT", multiple=True, required=True, help="a criterion; repeatable"
)
@click.option("--json", "as_json", is_flag=True, help="the judgement as one JSON object")
@trust_option
@model_options
@place_options
def judge(
    run: str,
    tasks: tuple[str, ...],
    criteria: tuple[str, ...],
    as_json: bool,
    trust: bool,
    **options: Any,
) -> int:
    """Have a judge specialist score results by your criteria, from 0 to 10 with reasons.

    It asks a model once, about all results that completed or those of the TASKs. What it says is
    kept with the run as advice; it chooses nothing: `orchtui runs choose` does.

    Exit codes: 0 it scored, 1 its answer could not be used, 2 bad input or no model to ask.
    """
    from orchtui.engine.choice.judge_question import criteria_of, judged_tasks

    project = make_project(**options)
    asked = criteria_of("\n".join(criteria))
    opened = project.open_run(run)
    judged_tasks(opened, tasks)  # told before anybody is asked
    if trust:
        project.trust.trust(project.untrusted_judge(opened), project.folder)
    click.echo(f"asking a judge ({project.judge_backend(opened)[0]}) …", err=True)
    judgement = ending.run(_judged(project, opened, asked, tasks))
    whole = bool(judgement.reading.scores)
    told = _written(project, opened.id, judgement.make) if whole else opened
    _tell(told, judgement, as_json=as_json)
    return 0 if whole else 1


def _written(project: "Project", run_id: str, make: "Make") -> "Run":
    from orchtui.engine.afterwards.choosing import write_down

    redactor = project.backends.redactor
    return ending.run(write_down(project.out, project.folder, run_id, make, redactor))


async def _judged(
    project: "Project", run: "Run", criteria: Sequence[str], tasks: Sequence[str]
) -> "Judgement":
    try:
        return await project.judge(run, criteria, tasks)
    finally:
        await project.close()


def _tell(run: "Run", judgement: "Judgement", *, as_json: bool) -> None:
    from orchtui.engine.telling import choice_told
    from orchtui.engine.text import clean_line

    if as_json:
        said = judgement.reading
        click.echo(
            json_text(
                {
                    "run": run.id,
                    "backend": judgement.backend,
                    "model": judgement.model,
                    "criteria": judgement.criteria,
                    "tasks": judgement.tasks,
                    "scores": said.scores,
                    "best": said.best,
                    "why": said.why,
                    "problems": said.problems,
                    "usage": judgement.usage,
                }
            )
        )
        return
    for problem in judgement.reading.problems:
        click.echo(f"judge: {clean_line(problem)}", err=True)
    if judgement.reading.scores:
        click.echo("\n".join(choice_told.judgement_sections(run)))
