"""`orchtui runs again`: a past run's plan as a new run, whole or only what is missing."""

from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, running_options
from orchtui.cli.trusting import trust_option

if TYPE_CHECKING:
    from orchtui.engine.resumption.resuming import Prospect
    from orchtui.engine.sessions.orchestrator import Orchestrator
    from orchtui.engine.sessions.project import Project


@click.command("again")
@click.argument("run")
@click.option(
    "--failed",
    "only_missing",
    is_flag=True,
    help="take over the results that still stand, and run only the rest",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="what is to be different: a key of the plan or its limits, or TASK.KEY (*.KEY for all)",
)
@click.option("--json", "as_json", is_flag=True, help="one event a line on standard output")
@click.option("--dry-run", is_flag=True, help="only say what would run, and what is different")
@trust_option
@running_options
def command(
    run: str,
    only_missing: bool,
    changes: tuple[str, ...],
    as_json: bool,
    dry_run: bool,
    trust: bool,
    **options: Any,
) -> int:
    """Run the plan of a past run again, as a new run beside it.

    The plan is the one of its end, with what was added and changed while it ran. The flags that it
    was started with hold; flags given here stand over them, and what --set says stands in their
    place. Agent files and the configuration are today's. A rehearsal is rehearsed again.

    \b
        orchtui runs again last
        orchtui runs again last --failed
        orchtui runs again last --set concurrency=4 --set review.model=opus

    `orchtui runs resume RUN` goes on with the same run instead. When it has ended, the command is
    named that compares the two. Exit codes are those of `orchtui run`.
    """
    from orchtui.cli.run_command import begin_new, drive

    project = make_project(**options)
    past = project.run_folder(run).name
    prospect = project.prospect_again(past, changes, only_missing=only_missing)
    if dry_run:
        return _show(past, prospect, as_json=as_json)
    for line in _told(past, prospect):
        click.echo(f"orchtui: {line}", err=True)
    orchestrator = begin_new(project, prospect)
    code = drive(
        project, orchestrator, as_json=as_json, trust=trust, plan_name=f"the plan of run {past}"
    )
    _tell_comparison(project, past, orchestrator)
    return code


def _tell_comparison(project: "Project", past: str, orchestrator: "Orchestrator") -> None:
    if orchestrator.out == project.out:  # else it was saved in another place, which is told
        new = orchestrator.run.id
        click.echo(f"orchtui: `orchtui runs diff {past} {new}` compares it with {past}", err=True)


def _told(past: str, prospect: "Prospect") -> list[str]:
    """What runs, and what is different."""
    count = len(prospect.schedule.tasks)
    tasks = f"{count} task{'' if count == 1 else 's'}"
    lines = [f"run {past} again, as a new run: {tasks}"] if prospect.reuse is None else []
    return [*lines, *(f"  different: {line}" for line in prospect.told)]


def _show(past: str, prospect: "Prospect", *, as_json: bool) -> int:
    from orchtui.cli import reusing

    if as_json:
        import msgspec

        reuse = msgspec.to_builtins(prospect.reuse) if prospect.reuse is not None else {}
        ids = [task.id for task in prospect.schedule.tasks]
        shown = {"run": past, "tasks": ids, "different": prospect.told, **reuse}
        click.echo(json_text(shown))
        return 0
    for line in _told(past, prospect):
        click.echo(line)
    return reusing.show(prospect, as_json=False)
