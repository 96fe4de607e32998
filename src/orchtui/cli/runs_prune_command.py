"""`orchtui runs prune` and `runs disk`: how much room runs take, and what may go."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options
from orchtui.cli.past_listing import Age, Size, agreed, tell, up_to_date

if TYPE_CHECKING:
    from orchtui.engine.history.pruning import Pruning


@click.command("prune")
@click.option("--older-than", type=Age(), help="runs that began before, such as 90d or 1y")
@click.option(
    "--larger-than", type=Size(), help="the oldest, until all that is left is no larger than 2GB"
)
@click.option("--dry-run", is_flag=True, help="only say what would go")
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--json", "as_json", is_flag=True, help="one JSON object; needs --yes or --dry-run")
@place_options
def prune(
    older_than: float | None,
    larger_than: int | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    out: Path,
    config: Path | None,
) -> int:
    """Move old runs, or the oldest of too many, into the trash. What would go is said first.

    Never a pinned run, and never one that still goes on. `runs restore` brings one back; the disk
    has their room again after `runs trash --empty`.

    Exit codes: 0 done, 1 one of them could not be moved, 2 nothing says what may go, 130 you said
    no.
    """
    from orchtui.cli.runs_trash_command import throw_away
    from orchtui.engine.history.disk_use import measure
    from orchtui.engine.history.pruning import plan_pruning
    from orchtui.engine.journals.journal import RUNS

    if as_json and not (yes or dry_run):
        raise click.UsageError("--json asks nothing: add --yes or --dry-run")
    project = make_project(out=out, config=config)
    with up_to_date(project, texts=False) as history:
        rows, troubles = history.rows, history.troubles
    sizes = {run.id: run.bytes for run in measure(out).runs}
    found = plan_pruning(
        rows, sizes, now=time.time(), older_than=older_than, larger_than=larger_than
    )
    if as_json:
        click.echo(json_text(_as_json(found)))
    else:
        _show(found)
    tell(f"{line}; it is left alone" for line in troubles)
    if dry_run or not found.runs:
        return 0
    count = f"{len(found.runs)} run{'' if len(found.runs) == 1 else 's'}"
    if not agreed(f"Move {count} into the trash?", yes=yes):
        return 130
    folders = [out / RUNS / one.row.id for one in found.runs]
    return throw_away(out, folders, unless_pinned=True)  # the question may have stood for long


def _show(found: "Pruning") -> None:
    from orchtui.cli.runs_list_command import row_line
    from orchtui.engine.history.amounts import show_size

    for one in found.runs:
        click.echo(f"{row_line(one.row)}  {show_size(one.bytes)}: {one.why}")
    pinned = f"; {found.pinned} pinned stay" if found.pinned else ""
    if not found.runs:
        click.echo(f"No run would go{pinned}.", err=True)
        return
    sizes = f"{show_size(found.bytes)} of {show_size(found.before)}"
    count = f"{len(found.runs)} run{'' if len(found.runs) == 1 else 's'}"
    click.echo(f"{count} would go: {sizes}{pinned}.", err=True)
    if found.still_too_large:
        over = show_size(found.still_too_large)
        click.echo(f"What must stay is still too large, by {over}.", err=True)


def _as_json(found: "Pruning") -> dict[str, object]:
    from orchtui.cli.past_listing import row_json

    return {
        "runs": [
            {"run": row_json(one.row), "bytes": one.bytes, "why": one.why} for one in found.runs
        ],
        "bytes": found.bytes,
        "before": found.before,
        "pinned": found.pinned,
        "still_too_large": found.still_too_large,
    }


@click.command("disk")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="runs")
@click.option("--json", "as_json", is_flag=True, help="one JSON object, with all runs")
@place_options
def disk(limit: int, as_json: bool, out: Path, config: Path | None) -> int:
    """Say how much of the disk runs take, the largest first."""
    from orchtui.engine.history.amounts import show_size
    from orchtui.engine.history.disk_use import measure
    from orchtui.engine.text import clean_line

    make_project(out=out, config=config)
    use = measure(out)
    if as_json:
        import msgspec

        click.echo(json_text({**msgspec.to_builtins(use), "total": use.total}))
        return 0
    for run in use.runs[:limit]:
        click.echo(f"{show_size(run.bytes):>8}  {run.files:>6} files  {clean_line(run.id)}")
    if (more := len(use.runs) - limit) > 0:
        rest = sum(run.bytes for run in use.runs[limit:])
        click.echo(f"{show_size(rest):>8}  {more:,} more")
    click.echo(f"{show_size(use.total):>8}  all {len(use.runs):,} runs")
    click.echo(f"{show_size(use.trash):>8}  the trash")
    tell(use.unread)
    return 0
