"""`orchtui runs plan`: the plan of a past run, as a plan file."""

from pathlib import Path

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options


@click.command("plan")
@click.argument("run")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="write the plan to this file instead of standard output",
)
@click.option("--force", is_flag=True, help="replace a file that is there")
@click.option("--json", "as_json", is_flag=True, help="print the plan as JSON")
@place_options
def command(
    run: str, output: Path | None, force: bool, as_json: bool, out: Path, config: Path | None
) -> int:
    """Write the plan of a past run as a plan file, to be changed, checked and run.

    Tasks that were added while it ran are in it, and so are more time, another priority and
    another number of tasks at once. The flags that it was started with are told in a comment.
    """
    from orchtui.engine.errors import InputError
    from orchtui.engine.plan_files.plan_file import dump_plan, save_plan
    from orchtui.engine.resumption.again import damage_told, plan_head, plan_of
    from orchtui.engine.text import clean_line

    if output is not None and output.exists() and not force:
        raise InputError.of("is there already; --force replaces it", str(output))
    past, why = make_project(out=out, config=config).open_as_far(run)
    for line in damage_told(why):
        click.echo(f"orchtui: {line}", err=True)
    plan, head = plan_of(past), "".join(f"{line}\n" for line in plan_head(past))
    if output is not None:
        save_plan(plan, output, head)
        count = len(plan.tasks)
        words = f"{count} task{'' if count == 1 else 's'} of run {past.id} in {output}; "
        click.echo(clean_line(f"{words}`orchtui run {output}` runs it"), err=True)
    elif as_json:
        click.echo(json_text(plan))
    else:
        click.echo(head + dump_plan(plan), nl=False)
    return 0
