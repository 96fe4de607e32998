"""`orchtui runs search` and `runs reindex`: words in all runs, and the index that finds them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options
from orchtui.cli.past_listing import QueryCommand, row_json, tell, troubles_of, up_to_date

if TYPE_CHECKING:
    from orchtui.engine.history.run_history import Hit


@click.command("search", cls=QueryCommand)
@click.argument("words", metavar="WORDS…", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="runs")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@place_options
def command(
    words: tuple[str, ...], limit: int, as_json: bool, out: Path, config: Path | None
) -> int:
    """Find runs by words of their requests, prompts, results, names and tags, the best first.

    All words must stand somewhere in the run; each may be the beginning of one, unless it stands
    in quotation marks. WORDS may have the filters of `runs list`, too.

    Exit codes: 0 something was found, 1 nothing was.
    """
    project = make_project(out=out, config=config)
    with up_to_date(project, texts=True) as history:
        search = history.search(history.parse(" ".join(words)), limit=limit)
    if as_json:
        hits = [_hit_json(hit) for hit in search.hits]
        told = list(search.told)
        click.echo(json_text({"total": search.total, "hits": hits, "told": told}))
        return 0 if search.hits else 1
    for hit in search.hits:
        _show(hit)
    if not search.hits:
        click.echo("Nothing was found.", err=True)
    elif search.total > len(search.hits):
        tell([f"{search.total - len(search.hits):,} more runs; --limit shows them"])
    tell([*search.told, *troubles_of(hit.row for hit in search.hits)])
    return 0 if search.hits else 1


def _hit_json(hit: "Hit") -> dict[str, object]:
    import msgspec

    return {
        "run": row_json(hit.row),
        "field": hit.field,
        "task": hit.task,
        "snippet": msgspec.to_builtins(hit.snippet),
    }


def _show(hit: "Hit") -> None:
    """A run, and the piece of text; where there is no colour, marks stand around what was found."""
    from orchtui.cli.runs_list_command import row_line

    click.echo(row_line(hit.row))
    where = hit.field + (f" of {hit.task}" if hit.task else "")
    shown, at = "", 0
    for start, end in hit.snippet.spans:
        shown += f"{hit.snippet.text[at:start]}»{hit.snippet.text[start:end]}«"
        at = end
    click.echo(f"    {where}: {shown}{hit.snippet.text[at:]}")


@click.command("reindex")
@place_options
def reindex(out: Path, config: Path | None) -> int:
    """Make the index of all runs anew. It is never needed: what has changed is seen by itself."""
    project = make_project(out=out, config=config)
    with project.history() as history:
        history.rebuild()
        count, notices, troubles = len(history.rows), history.notices, history.troubles
    click.echo(f"{count:,} run{'' if count == 1 else 's'} in the index.")
    tell([*notices, *troubles])
    return 0
