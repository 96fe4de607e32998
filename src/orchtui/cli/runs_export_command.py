"""`orchtui runs export`: a run as one file for somebody else."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.options import make_project, place_options
from orchtui.cli.waiting_told import waiting

if TYPE_CHECKING:
    from orchtui.engine.exports.export import Form
    from orchtui.engine.exports.page_frame import Section
    from orchtui.engine.runs.run import Run
    from orchtui.engine.sessions.project import Project

_FORMS = ("md", "html", "json", "zip", "trace", "log", "svg")


@click.command("export")
@click.argument("run")
@click.option(
    "--as", "form", type=click.Choice(_FORMS), help="what to write; else by FILE's suffix"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=Path("-"),
    help="FILE, or - for standard output, which is what holds where nothing is said",
)
@click.option("--force", is_flag=True, help="replace a file that is there")
@place_options
def command(
    run: str, form: str | None, output: Path, force: bool, out: Path, config: Path | None
) -> int:
    """Write a run to one file: to read, to keep, or to go on with on another machine.

    \b
    md     one document: verdict, result, every task with prompt and result
    html   a page that needs nothing else: figures, timeline, results, findings
    json   the whole run as data
    zip    the run itself: `orchtui runs import` takes it
    trace  for ui.perfetto.dev and chrome://tracing (FILE.trace.json)
    log    the execution log
    svg    the timeline alone

    What was asked and answered is in all of them but the svg; look before you pass one on. Works
    for runs that still go on, too: they are written as they stand.
    """
    from orchtui.engine.errors import InputError
    from orchtui.engine.exports import export
    from orchtui.engine.exports.subject import Subject
    from orchtui.engine.text import clean_line

    to_stdout = str(output) == "-"
    chosen = _chosen(form, "" if to_stdout else output.name)
    if to_stdout and chosen == "zip" and sys.stdout.isatty():
        raise InputError.of("a zip is nothing for a terminal; name a file with -o FILE.zip")
    project = make_project(out=out, config=config)
    with waiting("reading the run"):
        opened, damage = project.open_as_far(run)
    if damage:
        click.echo(f"orchtui: the journal can be read only in part: {damage}", err=True)
    subject = Subject.of(opened, project.run_folder(run), damage=damage)
    more = _compared(project, subject.run) if chosen == "html" else []
    if to_stdout:
        left = export.pour(subject, chosen, sys.stdout.buffer, more)
        sys.stdout.buffer.flush()
    else:
        saved = export.save(subject, chosen, output, force=force, sections=more)
        left = saved.left_out
        words = f"run {subject.run.id} as {saved.form} in {saved.path}, {saved.size:,} bytes"
        click.echo(f"orchtui: {clean_line(words)}", err=True)
    for line in left:
        click.echo(f"orchtui: left out: {line}", err=True)
    return 0


def _compared(project: "Project", run: "Run") -> "list[Section]":
    """What the page sets side by side; a parent that is gone is told and left out."""
    from orchtui.engine.errors import OrchtuiError
    from orchtui.engine.exports import compared_results
    from orchtui.engine.text import clean_line

    parent = None
    if run.parent:
        try:
            parent = project.open_run(run.parent)
        except OrchtuiError as error:
            words = f"not compared with the run whose results it took over: {error}"
            click.echo(f"orchtui: {clean_line(words)}", err=True)
    return compared_results.sections(run, parent)


def _chosen(form: str | None, name: str) -> "Form":
    from orchtui.engine.errors import InputError
    from orchtui.engine.exports import export

    if form is not None:
        return next(one for one in export.FORMS if one == form)
    if not name:
        return "md"
    found = export.form_of(name)
    if found is None:
        choices = ", ".join(export.FORMS)
        raise InputError.of(
            f"its name says nothing of its form; say --as with one of {choices}", name
        )
    return found
