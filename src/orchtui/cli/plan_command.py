"""`orchtui plan`: a request in plain words becomes a plan file."""

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

    from orchtui.cli.options import read_stdin, working_folder
    from orchtui.engine.plan_file import dump_plan, save_plan
    from orchtui.engine.request import parse_request
    from orchtui.engine.text import clean_line

    plan = parse_request(read_stdin() if text == "-" else text, working_folder())
    if output is not None:
        save_plan(plan, output)
        click.echo(f"{len(plan.tasks)} tasks in {output}", err=True)
    elif as_json:
        click.echo(msgspec.json.encode(plan).decode())
    else:
        click.echo(dump_plan(plan), nl=False)
    for missing in plan.missing:
        click.secho(f"missing: {clean_line(missing)}", err=True, fg="yellow")
    return 0
