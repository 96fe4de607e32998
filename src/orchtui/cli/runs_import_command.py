"""`orchtui runs import`: a run that another machine exported becomes one of this project."""

import shlex
from pathlib import Path

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import DEFAULT_OUT, make_project, place_options


@click.command("import")
@click.argument("archive", metavar="FILE.zip", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="the run's summary as one JSON object")
@place_options
def command(archive: Path, as_json: bool, out: Path, config: Path | None) -> int:
    """Bring a run home that `orchtui runs export RUN -o FILE.zip` wrote.

    Everything in it is checked first, and where anything is not in order nothing is kept. The run
    can then be shown, applied and resumed like any other; before one that somebody else began
    runs a program here, you are asked.

    Exit codes: 0 imported; 2 the archive is not taken, or the run is there already; 1 the disk
    refused.
    """
    from orchtui.engine.exports.archive_import import import_run
    from orchtui.engine.text import clean_line

    project = make_project(out=out, config=config)
    found = import_run(archive, project.out)
    if as_json:
        click.echo(json_text(found.summary))
        return 0
    shown = found.summary
    words = (
        f"{shown.verdict}, {shown.census.completed}/{shown.tasks} tasks, {clean_line(shown.name)}"
    )
    click.echo(f"orchtui: imported run {found.run.id}: {words}", err=True)
    elsewhere = "" if out == DEFAULT_OUT else f" --out {shlex.quote(clean_line(str(out)))}"
    click.echo(f"orchtui: `orchtui runs show {found.run.id}{elsewhere}` shows it", err=True)
    return 0
