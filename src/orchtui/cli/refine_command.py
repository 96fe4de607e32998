"""`orchtui refine`: a model splits or rewrites a task of a plan file, or says what it lacks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.options import make_project, read_plan
from orchtui.cli.proposing import (
    asking_options,
    deliver,
    output_options,
    propose,
    refuse_to_replace,
    tell_verdict,
    told_why_not,
)
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from orchtui.engine.planning.refinement_question import Refinement
    from orchtui.engine.plans.plan import Plan


@click.command("refine")
@click.argument("plan")
@click.option("--split", metavar="TASK", help="split a task into parts that can run at once")
@click.option("--rewrite", metavar="TASK", help="rewrite a task so that it is self-contained")
@click.option("--missing", is_flag=True, help="add the tasks and questions that the plan lacks")
@click.option("--write", is_flag=True, help="write it into PLAN; comments there are lost")
@output_options
@asking_options
def command(
    plan: str,
    split: str | None,
    rewrite: str | None,
    missing: bool,
    write: bool,
    output: Path | None,
    force: bool,
    as_json: bool,
    trust: bool,
    timeout: float | None,
    **choices: Any,
) -> int:
    """Have a model change PLAN (a file, or - for standard input); nothing is started.

    The changed plan goes to standard output, to a file with -o, or into PLAN itself with --write.
    Other tasks stay as they are, but for `after`, where a split task's parts take its place.

    Exit codes: 0 there is a changed plan, 1 the model's answer could not be used, or a task can
    not be split, 2 bad input or no model.
    """
    from orchtui.engine.planning.refinement_question import require

    wanted = _wanted(split, rewrite, missing)
    if write and (output is not None or plan == "-"):
        raise click.UsageError("--write is for a plan file, without -o")
    refuse_to_replace(output, force)
    project = make_project(out=Path("artifacts"), **choices)
    before = read_plan(plan, None, project.folder, project.defaults.max_tasks)
    require(before, wanted)
    proposal = propose(
        project, before, lambda: project.refine_plan(before, wanted, limit=timeout), trust=trust
    )
    if proposal.plan is None:
        return told_why_not(proposal, as_json=as_json)
    deliver(proposal.plan, Path(plan) if write else output, as_json=as_json)
    click.echo(_told(wanted, before, proposal.plan), err=True)
    tell_verdict(project, proposal.plan)
    return 0


def _wanted(split: str | None, rewrite: str | None, missing: bool) -> "Refinement":
    from orchtui.engine.planning.refinement_question import Refinement

    if sum((split is not None, rewrite is not None, missing)) != 1:
        raise click.UsageError("give one of --split TASK, --rewrite TASK and --missing")
    if split is not None:
        return Refinement("split", split)
    return Refinement("missing") if rewrite is None else Refinement("rewrite", rewrite)


def _told(wanted: "Refinement", before: "Plan", after: "Plan") -> str:
    """What became of the plan, in a line."""
    there = {task.id for task in before.tasks}
    new = ", ".join(task.id for task in after.tasks if task.id not in there)
    if before == after:
        return "nothing is changed"
    if wanted.kind == "split":
        return clean_line(f"'{wanted.task}' is split into {new}")
    if wanted.kind == "rewrite":
        return clean_line(f"'{wanted.task}' is rewritten")
    return clean_line(f"added: {new}" if new else "no task is added")
