"""`orchtui runs diff`: what is different between results and files; many of them as a table."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options

if TYPE_CHECKING:
    from orchtui.engine.comparison.difference import By, Diff
    from orchtui.engine.comparison.sides import Side

MOST = 50
"""Sides at once."""


@click.command("diff")
@click.argument("sides", metavar="A B […]", nargs=-1)
@click.option(
    "--by",
    type=click.Choice(["auto", "line", "sentence"]),
    default="auto",
    show_default=True,
    help="what is compared; auto is by sentence for prose, however it is wrapped",
)
@click.option("--ignore-space", is_flag=True, help="any white space is as good as any other")
@click.option("--ignore-case", is_flag=True, help="upper and lower case are the same")
@click.option(
    "--context",
    type=click.IntRange(0, 100_000),
    default=3,
    show_default=True,
    help="equal lines or sentences around a change",
)
@click.option("--side-by-side", is_flag=True, help="both sides beside each other")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@click.option("--html", "as_html", is_flag=True, help="a page that stands alone")
@place_options
def command(
    sides: tuple[str, ...],
    by: "By",
    ignore_space: bool,
    ignore_case: bool,
    context: int,
    side_by_side: bool,
    as_json: bool,
    as_html: bool,
    out: Path,
    config: Path | None,
) -> int:
    """Show what is different between A and B.

    Each is RUN (its result), RUN:TASK, RUN:TASK@ATTEMPT or a file. RUN is an id, a unique prefix,
    or `last`; TASK an id or its number; ./NAME is always a file. With more than two: how alike
    each two of them are, and what can be counted in each.

    Exit codes: 0 no differences, 1 some, 2 trouble.
    """
    from orchtui.engine.comparison.sides import Sides
    from orchtui.engine.errors import InputError, OrchtuiError

    if sum((side_by_side, as_json, as_html)) > 1:
        raise click.UsageError("choose one of --side-by-side, --json and --html")
    if not 2 <= len(sides) <= MOST:
        raise click.UsageError(f"name two sides, or up to {MOST} for a table")
    if len(sides) > 2 and (side_by_side or as_html):
        raise click.UsageError("--side-by-side and --html show two sides; leave the others out")
    try:
        project = make_project(out=out, config=config)
        reader = Sides(project.open_as_far, project.folder, project.is_alive)
        read = [reader.read(reference) for reference in sides]
    except OrchtuiError as error:
        # As diff(1) has it, 1 means that there are differences.
        raise error if isinstance(error, InputError) else InputError.of(str(error)) from error
    for side in read:
        _tell(side.reference, side.notes)
    if len(read) > 2:
        return _many(read, as_json=as_json)
    return _two(
        _diff(read[0], read[1], by, ignore_space=ignore_space, ignore_case=ignore_case),
        (read[0], read[1]),
        context,
        "json" if as_json else "html" if as_html else "beside" if side_by_side else "unified",
    )


def _diff(
    left: "Side", right: "Side", by: "By", *, ignore_space: bool, ignore_case: bool
) -> "Diff":
    from orchtui.engine.comparison.comparing import compare
    from orchtui.engine.comparison.difference import Options

    options = Options(
        by=by,
        ignore_space=ignore_space,
        ignore_case=ignore_case,
        prose=left.prose and right.prose,
    )
    return compare(left.text, right.text, options)


def _two(diff: "Diff", sides: "tuple[Side, Side]", context: int, form: str) -> int:
    from orchtui.cli import diff_shown

    if form == "json":
        from orchtui.engine.comparison.diff_json import diff_object

        click.echo(json_text(diff_object(diff, *sides)))
    elif form == "html":
        from orchtui.engine.comparison.diff_page import page

        click.echo(page(diff, *sides, context), nl=False)
    else:
        how = diff_shown.look()
        if form == "beside":
            lines = diff_shown.side_lines(diff, context, how)
        else:
            lines = diff_shown.unified_lines(diff, *sides, context, how)
        for line in lines:
            click.echo(line)
    if diff.coarse:
        click.echo(f"orchtui: compared coarsely: {diff.coarse}", err=True)
    if diff.same and diff.loosely_equal:
        case = ", line breaks and case" if diff.options.ignore_case else " and line breaks"
        click.echo(f"orchtui: the same, but for white space{case}", err=True)
    return 0 if diff.same else 1


def _many(sides: "list[Side]", *, as_json: bool) -> int:
    from orchtui.cli import diff_shown
    from orchtui.engine.comparison.diff_json import many_object
    from orchtui.engine.comparison.similarity import matrix

    alike = matrix([side.text for side in sides])
    if as_json:
        click.echo(json_text(many_object(sides, alike)))
    else:
        for line in diff_shown.many_lines(sides, alike):
            click.echo(line)
    return 0 if len({side.text for side in sides}) == 1 else 1


def _tell(reference: str, notes: tuple[str, ...]) -> None:
    from orchtui.engine.text import clean_line

    for note in notes:
        click.echo(f"orchtui: {clean_line(reference)}: {note}", err=True)
