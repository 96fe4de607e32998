"""`orchtui plan`: a request in plain words becomes a plan file, offline or by a model."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.options import make_project, read_stdin, working_folder
from orchtui.cli.proposing import (
    asking_options,
    deliver,
    output_options,
    propose,
    refuse_to_replace,
    tell_verdict,
    told_why_not,
)

if TYPE_CHECKING:
    from orchtui.engine.plans.plan import Plan


class _TextFirst(click.Command):
    """A request may begin with a bullet, which is not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if bullets := [word for word in args if re.match(r"-{1,2}\s", word)]:
            args = [*(word for word in args if word not in bullets), "--", *bullets]
        return super().parse_args(ctx, args)


@click.command("plan", cls=_TextFirst)
@click.argument("text")
@output_options
@click.option("--ask", is_flag=True, help="have a model plan it")
@click.option(
    "--max-tasks",
    type=click.IntRange(1, 100),
    help="with --ask: tasks that the plan may have  [default: 20]",
)
@asking_options
def command(
    text: str,
    output: Path | None,
    force: bool,
    as_json: bool,
    ask: bool,
    max_tasks: int | None,
    trust: bool,
    timeout: float | None,
    **choices: Any,
) -> int:
    """Turn the request TEXT (or - for standard input) into a plan; nothing is started.

    Without --ask no model is used: the plan says what the request's own words say. With it a model
    chooses the tasks, their specialists and their order. Either way, what the request leaves open
    is listed under `missing`; such a plan does not start.

    Exit codes: 0 there is a plan, 1 the model's answer could not be used, 2 bad input or no model.
    """
    from orchtui.engine.errors import InputError
    from orchtui.engine.planning.plan_question import why_not
    from orchtui.engine.plans.plan import Plan
    from orchtui.engine.request import parse_request

    said = {"max-tasks": max_tasks, "timeout": timeout is not None, "trust": trust, **choices}
    if not ask and (ignored := [name for name, value in said.items() if value]):
        raise click.UsageError(f"--{ignored[0]} is only for --ask")
    refuse_to_replace(output, force)
    request = read_stdin() if text == "-" else text
    if not ask:
        plan = parse_request(request, working_folder())
        deliver(plan, output, as_json=as_json)
        _tell_offline(plan)
        return 0
    if (hindrance := why_not(request)) is not None:
        raise InputError.of(hindrance)
    project = make_project(out=Path("artifacts"), **choices)
    proposal = propose(
        project,
        Plan(request=request),
        lambda: project.propose_plan(request, max_tasks, limit=timeout),
        trust=trust,
    )
    if proposal.plan is None:
        return told_why_not(proposal, as_json=as_json)
    deliver(proposal.plan, output, as_json=as_json)
    tell_verdict(project, proposal.plan)
    return 0


def _tell_offline(plan: "Plan") -> None:
    """What a model would do that this could not, where that may help."""
    if plan.missing or len(plan.tasks) < 2:
        click.echo(
            "planned offline, by the request's own words; with --ask a model chooses the tasks",
            err=True,
        )
