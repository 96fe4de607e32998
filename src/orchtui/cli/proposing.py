"""What `plan --ask` and `refine` share: who is asked, how it is told, where the plan goes.

Standard output gets the plan and nothing else. This module never starts a run.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from orchtui.cli import ending
from orchtui.cli.as_json import json_text
from orchtui.cli.options import Duration, config_option, errors_as_json, model_options
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from orchtui.engine.planning.planner import Proposal
    from orchtui.engine.plans.plan import Plan
    from orchtui.engine.sessions.project import Project

_F = TypeVar("_F", bound=Callable[..., Any])


def asking_options(function: _F) -> _F:
    """Whom to ask, for how long, and whether what the project names may be used."""
    for option in (
        config_option,
        click.option("--timeout", type=Duration(), help="for each answer  [default: 3m]"),
        click.option("--trust", is_flag=True, help="use the server or program all the same"),
    ):
        function = option(function)
    return model_options(function)


def output_options(function: _F) -> _F:
    """Where the plan goes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="print the plan as JSON"),
        click.option("--force", is_flag=True, help="replace a file that is there"),
        click.option(
            "-o",
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            help="write the plan to this file instead of standard output",
        ),
    ):
        function = option(function)
    return function


def refuse_to_replace(output: Path | None, force: bool) -> None:
    """Told before anybody is asked.

    Raises:
        InputError: when a file is there that nobody said may be replaced, or no folder for it.
    """
    from orchtui.engine.errors import InputError

    if output is not None and not output.parent.is_dir():
        raise InputError.of("its folder does not exist; make it first", str(output))
    if output is not None and output.exists() and not force:
        raise InputError.of("is there already; --force replaces it", str(output))


def propose(
    project: "Project", plan: "Plan", ask: Callable[[], Awaitable["Proposal"]], *, trust: bool
) -> "Proposal":
    """Ask, and tell who was asked and what it used.

    Args:
        project: Which asks.
        plan: Says which backend is meant.
        ask: Starts the question.
        trust: Whether `--trust` was given.

    Raises:
        InputError, NoBackendError, UntrustedError: nobody was asked.
    """
    backend, _ = project.planner_backend(plan)
    if trust:
        project.trust.trust(project.untrusted_planner(plan), project.folder)
    click.echo(f"asking a planner ({backend}) …", err=True)
    proposal = ending.run(_asked(project, ask))
    used = proposal.usage
    who = f"{backend}, {proposal.model}" if proposal.model else backend
    again = "asked twice, as the first answer did not fit; " if proposal.repaired else ""
    tokens = f"{used.total - used.output:,} tokens in, {used.output:,} out"
    click.echo(f"planner ({who}): {again}{tokens}", err=True)
    for note in proposal.notes:
        click.echo(f"planner: {clean_line(note)}", err=True)
    return proposal


async def _asked(project: "Project", ask: Callable[[], Awaitable["Proposal"]]) -> "Proposal":
    try:
        return await ask()
    finally:
        await project.close()


def told_why_not(proposal: "Proposal", *, as_json: bool) -> int:
    """Say why there is no plan; the exit code for that."""
    from orchtui.engine.errors import InputError, Problem

    error = InputError([Problem("", 0, 0, clean_line(one)) for one in proposal.problems])
    if as_json:
        click.echo(errors_as_json(error))
    for problem in () if as_json else error.problems:
        click.echo(f"planner: no plan: {problem.message}", err=True)
    return 1


def deliver(plan: "Plan", output: Path | None, *, as_json: bool) -> None:
    """Write or print a plan, and say what it leaves open."""
    from orchtui.engine.plan_files.plan_file import dump_plan, save_plan

    if output is not None:
        save_plan(plan, output)
        count = len(plan.tasks)
        click.echo(clean_line(f"{count} task{'' if count == 1 else 's'} in {output}"), err=True)
    elif as_json:
        click.echo(json_text(plan))
    else:
        click.echo(dump_plan(plan), nl=False)
    for missing in plan.missing:
        click.secho(f"missing: {clean_line(missing)}", err=True, fg="yellow")


def tell_verdict(project: "Project", plan: "Plan") -> None:
    """Say what the rules of independence make of it."""
    if plan.tasks:
        verdict = project.check(plan).verdict
        more = "" if verdict == "independent" else "; `orchtui check` says why"
        click.echo(f"independence: {verdict}{more}", err=True)
