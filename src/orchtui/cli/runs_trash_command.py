"""`orchtui runs delete`, `restore` and `trash`: runs that go, come back, or go for good."""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options
from orchtui.cli.past_listing import Age, agreed, tell

if TYPE_CHECKING:
    from orchtui.engine.history.trash import Trashed


@click.command("delete")
@click.argument("runs", metavar="RUN…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="do not ask")
@place_options
def delete(runs: tuple[str, ...], yes: bool, out: Path, config: Path | None) -> int:
    """Move runs into the trash of the artifacts folder; `runs restore` brings them back.

    Never one that still goes on. What was published stays.

    Exit codes: 0 done, 1 one of them could not be moved or is not there, 130 you said no.
    """
    from orchtui.engine.history.trash import find_run

    make_project(out=out, config=config)  # a configuration with errors is told as everywhere
    folders = list(dict.fromkeys(find_run(out, run) for run in runs))
    for folder in folders:
        click.echo(_line(folder.name, folder))
    what = "this run" if len(folders) == 1 else f"these {len(folders)} runs"
    if not agreed(f"Move {what} into the trash?", yes=yes):
        return 130
    return throw_away(out, folders)


def throw_away(out: Path, folders: Sequence[Path], *, unless_pinned: bool = False) -> int:
    """Move runs into the trash and tell it; one that can not be moved stops no other."""
    from orchtui.engine.errors import StorageError
    from orchtui.engine.history import trash

    failed = False
    for folder in folders:
        try:
            thrown = trash.throw_away(out, folder, unless_pinned=unless_pinned)
        except StorageError as error:
            tell([str(error)])
            failed = True
        else:
            back = f"`orchtui runs restore {thrown.place}`"
            click.echo(f"{thrown.id} is in the trash; {back} brings it back", err=True)
    return 1 if failed else 0


@click.command("restore")
@click.argument("run")
@place_options
def restore(run: str, out: Path, config: Path | None) -> int:
    """Bring RUN back from the trash; `last` is the one that was deleted last."""
    from orchtui.engine.history import trash

    make_project(out=out, config=config)
    click.echo(f"{trash.restore(out, run).id} is back")
    return 0


@click.command("trash")
@click.option("--empty", is_flag=True, help="delete what is in it for good")
@click.option("--older-than", type=Age(), help="only what was deleted before, such as 30d")
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--json", "as_json", is_flag=True, help="a JSON list; not with --empty")
@place_options
def trash_command(
    empty: bool,
    older_than: float | None,
    yes: bool,
    as_json: bool,
    out: Path,
    config: Path | None,
) -> int:
    """Show what is in the trash, or delete it for good with --empty."""
    from orchtui.engine.history import trash
    from orchtui.engine.history.amounts import show_size
    from orchtui.engine.history.disk_use import size_of_folder

    if empty and as_json:
        raise click.UsageError("--json only shows the trash")
    project = make_project(out=out, config=config)
    before = time.time() - (older_than or 0.0)
    found = [one for one in trash.trashed(out) if older_than is None or one.at < before]
    sizes = {one.place: size_of_folder(out / trash.TRASH / one.place) for one in found}
    if as_json:
        click.echo(json_text([_as_json(one, sizes[one.place]) for one in found]))
        return 0
    for one in found:
        when = f"deleted {datetime.fromtimestamp(one.at):%Y-%m-%d %H:%M}"
        line = _line(one.place, out / trash.TRASH / one.place)
        click.echo(f"{line}  {when}, {show_size(sizes[one.place])}")
    if not found:
        click.echo("There is nothing in the trash.", err=True)
    if empty and not found:
        trash.empty(out, [])  # what an earlier one left half deleted
    if not (empty and found):
        return 0
    count = f"{len(found)} run{'' if len(found) == 1 else 's'}"
    size = show_size(sum(sizes.values()))
    if not agreed(f"Delete {count} ({size}) for good? Nothing brings them back.", yes=yes):
        return 130
    trash.empty(out, found)
    with project.history() as history:
        history.refresh(texts=False)
        history.scrub()
    click.echo(f"{count} ({size}) gone for good")
    return 0


def _as_json(one: "Trashed", size: int) -> dict[str, object]:
    import msgspec

    return {**msgspec.to_builtins(one), "bytes": size}


def _line(name: str, folder: Path) -> str:
    """A run by its name and what it was, as far as its summary tells."""
    from orchtui.engine.run_folders import summary
    from orchtui.engine.text import clean_line

    shown = summary.load(folder)
    if shown is None:
        return f"{clean_line(name)}  without a summary that can be read"
    return (
        f"{clean_line(name)}  {shown.started[:16].replace('T', ' ')}  {shown.verdict}  {shown.name}"
    )
