"""`orchtui runs trends`: time, cost, failures and the slowest task of a plan's runs."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchtui.cli.as_json import json_text
from orchtui.cli.options import make_project, place_options
from orchtui.cli.past_listing import tell, troubles_of, up_to_date

if TYPE_CHECKING:
    from orchtui.engine.history.trends import Trend
    from orchtui.engine.sessions.project import Project

_WIDTH = 60


@click.command("trends")
@click.argument("plan", required=False)
@click.option("--json", "as_json", is_flag=True, help="a JSON list with every run's figures")
@place_options
def command(plan: str | None, as_json: bool, out: Path, config: Path | None) -> int:
    """Show how runs of the same plan went over time, the newest last.

    PLAN is a plan file, a plan's name or a part of its title, or RUN, one of its runs; all plans
    that ran more than once where none is named. Runs are of the same plan when the plan has
    the same name, or else came from the same request, or else has the same prompts.

    Exit codes: 0, or 1 where no plan ran more than once.
    """
    from orchtui.engine.history.trends import of_plan, trends
    from orchtui.engine.text import clean_line

    project = make_project(out=out, config=config)
    key = _key_of(plan, project)
    with up_to_date(project, texts=True) as history:
        rows, notices = history.rows, history.notices
    found = trends(rows, least=1 if plan else 2)
    if plan is not None:
        found = of_plan(found, plan, key, run=_run_of(plan, project))
    if as_json:
        click.echo(json_text(found))
    for number, trend in enumerate([] if as_json else found):
        click.echo("\n" * (number > 0) + _shown(trend))
    if not found and not as_json:
        why = f"No run is of '{clean_line(plan, 80)}'." if plan else "No plan ran more than once."
        click.echo(why, err=True)
    told = {point.run for trend in found for point in trend.points}
    tell([*notices, *troubles_of(row for row in rows if row.id in told)])
    return 0 if found else 1


def _key_of(plan: str | None, project: "Project") -> str:
    """The key of a plan file; empty where PLAN is none."""
    from orchtui.engine.history.run_texts import plan_key
    from orchtui.engine.plan_files.plan_file import load_plan

    if plan is None or not plan.endswith((".yaml", ".yml")) or not Path(plan).is_file():
        return ""
    return plan_key(load_plan(Path(plan), project.folder, project.defaults.max_tasks))


def _run_of(plan: str, project: "Project") -> str:
    """The id of the run that PLAN is, or begins; empty where it is none."""
    from orchtui.engine.errors import RunNotFoundError

    try:
        return project.run_folder(plan).name
    except RunNotFoundError:
        return ""


def _shown(trend: "Trend") -> str:
    from orchtui.engine.runs.costs import show_dollars
    from orchtui.engine.text import clean_line
    from orchtui.engine.texts.durations import show_duration

    runs = f"{len(trend.points)} run{'' if len(trend.points) == 1 else 's'}"
    about = [runs]
    if trend.rehearsed:
        about.append("all REHEARSAL")
    if trend.left_out:
        about.append(f"{trend.left_out} rehearsed left out")
    last = trend.points[-1]
    slowest = f" (last: {clean_line(last.slowest, 60)})" if last.slowest else ""
    lines = [
        f"{clean_line(trend.plan)}  ({', '.join(about)})",
        _line("time", trend.makespans, show_duration),
        _line("cost", trend.costs, show_dollars),
        _line("failed", trend.failures, lambda value: f"{value:g}"),
        _line("slowest", trend.slowest, show_duration) + slowest,
    ]
    return "\n".join(lines)


def _line(name: str, values: Sequence[float | None], show: Callable[[float], str]) -> str:
    """`time  ▁▃█  now 12.3s, 10.0s to 15.0s`."""
    from orchtui.engine.history.sparkline import sparkline

    known = [value for value in values if value is not None]
    bars = sparkline(values, _WIDTH, ascii_only=not _has_bars())
    if not known:
        return f"  {name:<8} {bars}  not known"
    now = show(values[-1]) if values[-1] is not None else "not known"
    return f"  {name:<8} {bars}  now {now}, {show(min(known))} to {show(max(known))}"


def _has_bars() -> bool:
    """Whether standard output can take the bars."""
    from orchtui.engine.history.sparkline import BARS

    try:
        BARS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
