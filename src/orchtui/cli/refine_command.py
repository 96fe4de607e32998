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

_SHORT = (
    "entries of it stand for several tasks each ({}), which --write would put in their place: "
    "give -o FILE for another file, or --force"
)
_MEANWHILE = (
    "orchtui: {}: was changed while the model worked, so nothing is written into it; the refined "
    "plan of before is on standard output"
)


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

    Exit codes: 0 there is a plan, 1 the model's answer could not be used, a task can not be split,
    or PLAN was changed meanwhile, 2 bad input or no model.
    """
    from orchtui.engine.planning.refinement_question import require

    wanted = _wanted(split, rewrite, missing)
    if write and (output is not None or plan == "-"):
        raise click.UsageError("--write is for a plan file, without -o")
    refuse_to_replace(output, force)
    file = _PlanFile(Path(plan)) if write else None
    project = make_project(out=Path("artifacts"), **choices)
    before = read_plan(plan, None, project.folder, project.defaults.max_tasks)
    require(before, wanted)
    if file is not None and not force:
        file.refuse_to_write_out()
    proposal = propose(
        project, before, lambda: project.refine_plan(before, wanted, limit=timeout), trust=trust
    )
    if proposal.plan is None:
        return told_why_not(proposal, as_json=as_json)
    if file is not None and not file.is_as_it_was():
        deliver(proposal.plan, None, as_json=as_json)
        click.echo(_MEANWHILE.format(clean_line(plan)), err=True)
        return 1
    # A plan that is not changed is not written anew: comments and the short form stay.
    if file is None or proposal.plan != before:
        deliver(proposal.plan, file.path if file else output, as_json=as_json)
    click.echo(_told(wanted, before, proposal.plan), err=True)
    tell_verdict(project, proposal.plan)
    return 0


class _PlanFile:
    """A file that a plan is to be written into, as it was when the command began."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._was = self._bytes()

    def _bytes(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except OSError:
            return None  # whoever reads the plan says why

    def is_as_it_was(self) -> bool:
        """Whether nobody has changed it since: an answer takes minutes."""
        return self._bytes() == self._was

    def refuse_to_write_out(self) -> None:
        """Told before anybody is asked.

        Raises:
            InputError: when entries stand for several tasks, which would come in their place.
        """
        from orchtui.engine.errors import InputError
        from orchtui.engine.plan_files.expanding import short_entries_of

        if entries := short_entries_of(self.path):
            raise InputError.of(_SHORT.format(entries), str(self.path))


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
