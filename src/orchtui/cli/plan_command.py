"""`orchtui plan`: a request in plain words becomes a plan file."""

import re
from pathlib import Path

import click

from orchtui.cli.as_json import json_text


class _TextFirst(click.Command):
    """A request may begin with a bullet, which is not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if bullets := [word for word in args if re.match(r"-{1,2}\s", word)]:
            args = [*(word for word in args if word not in bullets), "--", *bullets]
        return super().parse_args(ctx, args)


@click.command("plan", cls=_TextFirst)
@click.argument("text")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="write the plan to this file instead of standard output",
)
@click.option("--force", is_flag=True, help="replace a file that is there")
@click.option("--json", "as_json", is_flag=True, help="print the plan as JSON")
def command(text: str, output: Path | None, force: bool, as_json: bool) -> int:
    """Turn the request TEXT (or - for standard input) into a plan, without a model.

    What the request leaves open is listed under `missing`; such a plan does not start.
    """
    from orchtui.cli.options import read_stdin, working_folder
    from orchtui.engine.errors import InputError
    from orchtui.engine.plan_file import dump_plan, save_plan
    from orchtui.engine.request import parse_request
    from orchtui.engine.text import clean_line

    if output is not None and output.exists() and not force:
        raise InputError.of("is there already; --force replaces it", str(output))
    plan = parse_request(read_stdin() if text == "-" else text, working_folder())
    if output is not None:
        save_plan(plan, output)
        count = len(plan.tasks)
        words = f"{count} task{'' if count == 1 else 's'} in {output}"
        click.echo(clean_line(words), err=True)
    elif as_json:
        click.echo(json_text(plan))
    else:
        click.echo(dump_plan(plan), nl=False)
    for missing in plan.missing:
        click.secho(f"missing: {clean_line(missing)}", err=True, fg="yellow")
    return 0
