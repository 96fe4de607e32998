"""`orchtui plan`: a request in plain words becomes a plan file."""

import sys
from pathlib import Path

import click


@click.command("plan")
@click.argument("text")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="write the plan to this file instead of standard output",
)
@click.option("--json", "as_json", is_flag=True, help="print the plan as JSON")
def command(text: str, output: Path | None, as_json: bool) -> int:
    """Turn the request TEXT (or - for standard input) into a plan, without a model.

    What the request leaves open is listed under `missing`; such a plan does not start.
    """
    import msgspec

    from orchtui.cli.options import errors_as_json
    from orchtui.engine.errors import InputError
    from orchtui.engine.plan_file import dump_plan, save_plan
    from orchtui.engine.request import parse_request

    try:
        plan = parse_request(sys.stdin.read() if text == "-" else text, Path.cwd())
    except InputError as error:
        if as_json:
            click.echo(errors_as_json(error))
            return 2
        raise
    if output is not None:
        save_plan(plan, output)
        click.echo(f"{len(plan.tasks)} tasks in {output}", err=True)
    elif as_json:
        click.echo(msgspec.json.encode(plan).decode())
    else:
        click.echo(dump_plan(plan), nl=False)
    for missing in plan.missing:
        click.secho(f"missing: {missing}", err=True, fg="yellow")
    return 0
