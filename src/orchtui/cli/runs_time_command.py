"""`orchtui runs time`: what a run's time went to, and what would have helped."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options
from orchtui.cli.waiting_told import waiting

if TYPE_CHECKING:
    from orchtui.engine.timing.time_report import TimeReport

_WIDEST = 40
_ROWS = 200
"""Tasks of which each has a row; of more the `_TOLD` that count."""
_TOLD = 50


@click.command("time")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="the report as one JSON object")
@place_options
def command(run: str, as_json: bool, out: Path, config: Path | None) -> int:
    """Show what a run's time went to: work, waits, retries, and what would have helped.

    The critical path is the longest way through the order of the tasks: no number of slots beats
    it. Where running in parallel did not help, it says why. A run that goes on, or was interrupted,
    is told as far as it is; one whose journal was damaged as far as that can be read, with exit
    code 1.
    """
    from orchtui.engine.exports.subject import Subject
    from orchtui.engine.text import clean_line
    from orchtui.engine.timing.time_report import time_report
    from orchtui.engine.timing.time_words import task_rows, time_lines

    project = make_project(out=out, config=config)
    folder = project.run_folder(run)
    with waiting("reading the run"):
        opened, why = project.open_as_far(run)
    subject = Subject.of(opened, folder, damage=why)
    report = time_report(opened, subject.now)
    if as_json:
        import msgspec

        head = {"run": opened.id, "standing": subject.standing}
        click.echo(json_text({**head, **msgspec.to_builtins(report)}))
    else:
        labels = {one.id: clean_line(one.task.label, _WIDEST) for one in opened.tasks.values()}
        click.echo(f"Run {opened.id}: {clean_line(subject.title, 80)} ({subject.standing})")
        for line in time_lines(report, lambda task: f"'{labels.get(task, clean_line(task))}'"):
            click.echo(line)
        if report.tasks:
            shown, left = _that_count(report)
            click.echo("\n" + _table(task_rows(shown, labels)))
            if left:
                click.echo(f"… and {left:,} more that took no longer; --json has all")
    if why:
        click.echo(f"orchtui: the journal can be read only in part: {why}", err=True)
    return 1 if why else 0


def _that_count(report: "TimeReport") -> "tuple[TimeReport, int]":
    """The report with those of many tasks that set the end, or took longest; how many are left."""
    import msgspec

    if len(report.tasks) <= _ROWS:
        return report, 0
    marked = [one for one in report.tasks if one.critical or one.deciding][:_TOLD]
    others = [one for one in report.tasks if not (one.critical or one.deciding)]
    others.sort(key=lambda one: -one.use.work_s)
    chosen = {one.task for one in (*marked, *others[: max(0, _TOLD - len(marked))])}
    kept = tuple(one for one in report.tasks if one.task in chosen)
    return msgspec.structs.replace(report, tasks=kept), len(report.tasks) - len(kept)


def _table(rows: list[tuple[str, ...]]) -> str:
    from rich.cells import cell_len

    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for first, *rest in rows:
        line = first + " " * (widths[0] - cell_len(first))
        for cell, width in zip(rest, widths[1:], strict=True):
            line += "  " + " " * (0 if cell is rest[-1] else width - cell_len(cell)) + cell
        lines.append(line.rstrip())
    return "\n".join(lines)
