"""`orchtui runs list`: all runs, or those that a query asks for."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options
from orchtui.cli.past_listing import QueryCommand, row_json, tell, troubles_of, up_to_date

if TYPE_CHECKING:
    from orchtui.engine.history.run_row import RunRow
    from orchtui.engine.run_folders.summary import Summary

_COLUMNS = ("date", "name", "verdict", "tasks", "time", "speedup", "cost", "backend")


@click.command("list", cls=QueryCommand)
@click.argument("query", metavar="[QUERY]…", nargs=-1)
@click.option("--sort", type=click.Choice(_COLUMNS), help="the column; date where none is named")
@click.option("--reverse", is_flag=True, help="the other way round")
@click.option("--limit", type=click.IntRange(1), help="runs, at most")
@click.option("--json", "as_json", is_flag=True, help="a JSON list")
@place_options
def command(
    query: tuple[str, ...],
    sort: Any,
    reverse: bool,
    limit: int | None,
    as_json: bool,
    out: Path,
    config: Path | None,
) -> int:
    """List runs, pinned ones first, then the newest first; or sorted by a column.

    QUERY narrows it, all parts of it together: verdict:failed backend:anthropic tag:x
    before:2026-01-01 cost:>1 time:<10m is:pinned, words that stand somewhere in the run, "exact
    words" in quotation marks, and a minus before what must not be. What is not understood is told
    and left out. docs/history.md has the rest.
    """
    from orchtui.engine.history.run_query import parse_query
    from orchtui.engine.run_folders import rescue
    from orchtui.engine.text import clean_line

    project = make_project(out=out, config=config)
    asked = parse_query(" ".join(query), time.time())
    # Also where nobody searches: only its journal tells that a run is damaged.
    with up_to_date(project, texts=True, patient=bool(asked.terms)) as history:
        listing = history.listing(
            asked,
            sort=sort or "date",
            reverse=reverse,
            pinned_first=sort is None and not reverse,
            limit=limit,
        )
        troubles = history.troubles
    if as_json:
        click.echo(json_text([row_json(row) for row in listing.rows]))
    elif not listing.rows and not query:
        none = f"There are no runs in {clean_line(str(out))}. `orchtui run PLAN` makes one."
        click.echo(none, err=True)
    elif not listing.rows:
        click.echo("No run is like that.", err=True)
    for row in [] if as_json else listing.rows:
        click.echo(row_line(row))
    if len(listing.rows) < listing.total:
        tell([f"{listing.total - len(listing.rows):,} more are not shown"])
    tell([*listing.told, *troubles_of(listing.rows), *troubles, *rescue.told(out)])
    return 0


def row_line(row: "RunRow") -> str:
    """A run's line in the list, with what a person wrote on it."""
    import msgspec

    line = line_of(msgspec.structs.replace(row.summary, name=row.name))
    marks = ["[pinned]"] if row.labels.pinned else []
    return "  ".join([line, *marks, *(f"#{tag}" for tag in row.labels.tags)])


def line_of(run: "Summary") -> str:
    """A run's line in the list."""
    from orchtui.engine.text import clean_line
    from orchtui.engine.texts.durations import show_duration

    part = " in part" if run.rehearsal_in_part else ""
    mark = f" (rehearsal{part})" if run.rehearsal else ""
    mark += f" (from {run.parent})" if run.parent else ""
    done = f"{run.census.completed}/{run.tasks}"
    return (
        f"{run.id}  {run.started[:16].replace('T', ' ')}  {run.verdict:<11} {done:>7} "
        f"{show_duration(run.makespan_s):>8} {_speedup(run):>6} {_cost(run):>8}  "
        f"{clean_line(run.name)}{mark}"
    )


def _speedup(run: "Summary") -> str:
    """`2.4x`; nothing where there is none."""
    return f"{run.speedup:.1f}x" if run.speedup is not None else ""


def _cost(run: "Summary") -> str:
    """`$0.12`, `≥ $0.12`; nothing where it cost nothing that is known."""
    from orchtui.engine.runs.costs import show_dollars

    if not run.cost_at_least:
        return ""
    return f"{'' if run.cost is not None else '≥ '}{show_dollars(run.cost_at_least)}"
